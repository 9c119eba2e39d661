"""A Dask scheduler and its workers as processes of their own, as people start them on their machines."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conftest import ROOT


class Cluster:
    """A scheduler at `address`, its process and those of its workers."""

    def __init__(
        self, address: str, scheduler: subprocess.Popen[bytes], workers: list[subprocess.Popen[bytes]]
    ) -> None:
        self.address = address
        self.scheduler = scheduler
        self.workers = workers

    def kill_the_scheduler(self) -> None:
        """SIGKILL to the scheduler; its workers find out by themselves."""
        os.kill(self.scheduler.pid, signal.SIGKILL)
        self.scheduler.wait()

    def kill_a_worker(self) -> None:
        """SIGKILL to the first worker, as when its machine loses power; what it started has to end by itself."""
        os.kill(self.workers[0].pid, signal.SIGKILL)
        self.workers[0].wait()


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """A cluster of so many workers with one thread each, its logs and scratch files in `folder`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    environment = {**os.environ, "DASK_TEMPORARY_DIRECTORY": str(folder)}
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, *options: str) -> subprocess.Popen[bytes]:
        with (folder / f"{name}.log").open("wb") as log:
            command = [sys.executable, "-m", "dask", name.partition("-")[0], *options, "--no-dashboard"]
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        started.append(process)
        return process

    try:
        scheduler = start("scheduler", "--host", "127.0.0.1", "--port", str(port))
        options = (address, "--nthreads", "1", "--no-nanny", "--host", "127.0.0.1")
        yield Cluster(address, scheduler, [start(f"worker-{number}", *options) for number in range(workers)])
    finally:
        for process in started:
            process.terminate()
        until = time.monotonic() + 10
        for process in started:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
