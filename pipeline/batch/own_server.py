"""Prefect servers of our own, where none is named: a small one for one run, a whole one that keeps hours.

The one for a run is a thread of the process that runs: most of what it needs is loaded there already, and it cannot
outlive the run, however that ends. It keeps the history of runs, tasks as they ended and artifacts in Prefect's own
database, where a server that is started later finds it. It has no pages to look at, answers only what a run asks,
registers no blocks, keeps no feed of events and runs no automations, and takes a third of the processor time of the
one that Prefect would start for itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

SERVER_SECONDS = 120
"""Until the server has to answer."""

HOUSEKEEPING_SECONDS = 10
"""Of wall time, at the start of a server."""

PARTING_SECONDS = 1
"""For connections that are still open when a run is over: whoever opened them is gone."""

SMALL = {
    "server.ui.enabled": False,
    "server.register_blocks_on_start": False,
    "server.memoize_block_auto_registration": False,
    # What tasks report is written many at a time, not each in a transaction of its own.
    "server.services.task_run_recorder.batch_size": 50,
    "server.services.task_run_recorder.flush_interval": 1.0,
    # Events are what tasks report by, and nobody's history: automations are for servers that last.
    "server.services.event_persister.enabled": False,
    "server.services.triggers.enabled": False,
}
"""The settings that make a server small, by their names in Prefect."""

ASKED = ("/admin", "/artifacts", "/events", "/flow_runs", "/flows", "/logs", "/task_runs")
"""How the paths begin that a run asks for: the routes of all others would be made for nothing."""

_own: set[str] = set()


def is_own(url: str | None) -> bool:
    """Whether a server is one of this process's own, which no other machine is meant to share."""
    return url in _own


@contextlib.contextmanager
def server_of_run(application: Callable[[], contextlib.AbstractContextManager[Any]]) -> Iterator[str]:
    """The address of a small server that ends with the block, or with this process. RuntimeError when none comes up.

    `application` is entered in the server's thread and gives what it serves, by ASGI.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        server = _ServerThread(application, listening)
        gc.disable()  # what is loaded stays: looking through it for what may go is time lost, now and later
        try:
            with _serving(port, server.start, server.is_alive, server.end):
                gc.freeze()
                gc.enable()
                yield _url(port)
        finally:
            gc.enable()


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
    server = _ServerProcess([sys.executable, "-m", "prefect", "server", "start", *address, "--no-ui"])
    with _serving(port, server.start, server.is_alive, server.end):
        yield _url(port)


@contextlib.contextmanager
def _serving(
    port: int, start: Callable[[], None], is_alive: Callable[[], bool], end: Callable[[], None]
) -> Iterator[None]:
    url = _url(port)
    _own.add(url)
    start()
    try:
        until = time.monotonic() + SERVER_SECONDS
        while not _answers(port):
            if not is_alive() or time.monotonic() > until:
                raise RuntimeError(f"no Prefect server at {url}")
            time.sleep(0.1)
        yield
    finally:
        _own.discard(url)
        end()


class _ServerThread(threading.Thread):
    """A server in this process; the process may end without it."""

    def __init__(
        self, application: Callable[[], contextlib.AbstractContextManager[Any]], listening: socket.socket
    ) -> None:
        super().__init__(name="prefect-server", daemon=True)
        self._application = application
        self._listening = listening
        self._server: Any = None
        self._is_over = threading.Event()

    def run(self) -> None:
        import uvicorn  # here and below: whoever has a server elsewhere needs none of it

        _rest_after_housekeeping()
        with self._application() as application:
            config = uvicorn.Config(
                application, log_config=None, lifespan="on", timeout_graceful_shutdown=PARTING_SECONDS
            )
            self._server = uvicorn.Server(config)
            self._server.should_exit = self._is_over.is_set()
            self._server.run(sockets=[self._listening])

    def end(self) -> None:
        self._is_over.set()
        if self._server is not None:
            self._server.should_exit = True
        self.join(20)


class _ServerProcess:
    """A server in a process of its own, and all that it starts."""

    def __init__(self, command: list[str]) -> None:
        self._command = command

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, process_group=0)

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


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


def _rest_after_housekeeping() -> None:
    """Prefect's worker in the background deletes what is old, and looks at queues that only lasting servers have, some
    twenty times a second: over a night that takes more than all else that the server does. Here it has a few seconds
    for the first, then it rests."""
    import docket

    run_forever: Callable[[Any], Awaitable[None]] = docket.Worker.run_forever
    if run_forever.__module__ == __name__:
        return

    async def for_a_while(worker: Any) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(run_forever(worker), HOUSEKEEPING_SECONDS)
        await asyncio.Event().wait()

    docket.Worker.run_forever = for_a_while  # type: ignore[method-assign, assignment]
