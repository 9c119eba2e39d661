"""A Prefect server of our own, for as long as something needs one that keeps hours or that other processes find."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx

SERVER_SECONDS = 120
"""Until the server has to answer."""


@contextlib.contextmanager
def own_server(named: str | None) -> Iterator[str]:
    """The address of a Prefect server: `named`, or one that ends with the block. RuntimeError when none comes up."""
    if named:
        yield named
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/api"
    command = [
        sys.executable,
        "-m",
        "prefect",
        "server",
        "start",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-ui",
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, process_group=0)
    try:
        until = time.monotonic() + SERVER_SECONDS
        while not _answers(f"{url}/health"):
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"no Prefect server at {url}")
            time.sleep(0.2)
        yield url
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
