"""Prefect servers of our own, where none is named: a small one for one run, a whole one that keeps hours.

The one for a run keeps the history of runs, tasks and artifacts in Prefect's own database, where a server that is
started later finds it. It has no pages to look at, registers no blocks, keeps no feed of events and runs no
automations, and takes half of the processor time of the one that Prefect would start for itself. It ends when the run
does, however that ends.

    python -m pipeline.batch.own_server SOCKET OWNER     that server, on a socket which is listened to already, as long
                                                         as somebody holds the other end of the connection OWNER
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from pipeline.batch import sandbox

SERVER_SECONDS = 120
"""Until the server has to answer."""

HOUSEKEEPING_SECONDS = 10
"""Of wall time, at the start of a server."""

SMALL = {
    "PREFECT__SERVER_EPHEMERAL": "1",
    "PREFECT__SERVER_FINAL": "1",
    "PREFECT_UI_ENABLED": "false",
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    "PREFECT_SERVER_MEMOIZE_BLOCK_AUTO_REGISTRATION": "false",
    # What tasks report is written many at a time, not each in a transaction of its own.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "50",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    # Events are what tasks report by, and nobody's history: automations are for servers that last.
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
}
"""What makes a server small; the first two are what Prefect tells the one that it starts for itself."""

_ROOT = Path(__file__).resolve().parents[2]

_own: set[str] = set()


def is_own(url: str | None) -> bool:
    """Whether a server is one of this process's own, which no other machine is meant to share."""
    return url in _own


@contextlib.contextmanager
def server_of_run() -> Iterator[str]:
    """The address of a small server that ends with the block, or with this process. RuntimeError when none comes up."""
    ours, theirs = socket.socketpair()
    with ours, theirs, socket.create_server(("127.0.0.1", 0)) as listening:
        port, given = listening.getsockname()[1], (listening.fileno(), theirs.fileno())
        paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        server = subprocess.Popen(
            [sys.executable, "-P", "-m", "pipeline.batch.own_server", *map(str, given)],
            pass_fds=given,
            stdout=subprocess.DEVNULL,
            process_group=0,
            env={**os.environ, **SMALL, "PYTHONPATH": os.pathsep.join(paths)},
        )
        theirs.close()
        listening.close()
        with _serving(server, port):
            yield _url(port)


@contextlib.contextmanager
def lasting_server(named: str | None) -> Iterator[str]:
    """The address of a server that keeps hours: `named`, or one that ends with the block. RuntimeError when none comes
    up."""
    if named:
        yield named
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = ["--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(
        [sys.executable, "-m", "prefect", "server", "start", *address, "--no-ui"],
        stdout=subprocess.DEVNULL,
        process_group=0,
    )
    with _serving(server, port):
        yield _url(port)


@contextlib.contextmanager
def _serving(server: subprocess.Popen[bytes], port: int) -> Iterator[None]:
    url = _url(port)
    _own.add(url)
    try:
        until = time.monotonic() + SERVER_SECONDS
        while not _answers(port):
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"no Prefect server at {url}")
            time.sleep(0.1)
        yield
    finally:
        _own.discard(url)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}/api"


def _answers(port: int) -> bool:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        asked.request("GET", "/api/health")
        return asked.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def _housekeeping(work: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
    """Prefect's worker in the background deletes what is old, and looks at queues that only lasting servers have, some
    twenty times a second: over a night that takes more than all else that the server does. Here it has a few seconds
    for the first, then it rests."""

    async def for_a_while(worker: Any) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(work(worker), HOUSEKEEPING_SECONDS)
        await asyncio.Event().wait()

    return for_a_while


def serve(listening: int, owner: int) -> None:
    """Be the server of a run until it is ended, or its owner is gone."""
    import docket  # here and below: whoever starts this needs none of it
    import uvicorn

    sandbox.end_with(owner)
    docket.Worker.run_forever = _housekeeping(docket.Worker.run_forever)  # type: ignore[method-assign, assignment]
    config = uvicorn.Config("prefect.server.api.server:create_app", factory=True, log_level="critical", lifespan="on")
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=listening)])


if __name__ == "__main__":
    serve(*map(int, sys.argv[1:]))
