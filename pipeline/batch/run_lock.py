"""One run at a time writes into an output folder; a second one waits and can say for whom.

The lock is the kernel's (flock) on `runs/.lock`, so a killed run leaves none behind; what is written in the file only
says who holds it.
"""

from __future__ import annotations

import fcntl
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

_held: dict[Path, int] = {}
_guard = threading.RLock()


@dataclass(frozen=True)
class Holder:
    """Who holds the lock: process, machine, and since when (UTC, ISO 8601)."""

    pid: int
    machine: str
    since: str


class Held(Exception):
    """Another run holds the output folder, and this one was not to wait."""

    def __init__(self, holder: Holder | None) -> None:
        super().__init__(str(holder))
        self.holder = holder


@contextmanager
def run_lock(
    out: Path, since: str, on_wait: Callable[[Holder | None], None] | None = None, *, wait: bool = True
) -> Iterator[None]:
    """Hold `out` for one run, which began at `since`; made if it is not there.

    Where another run holds it, `on_wait(holder)` is called once and the lock waited for; without `wait`, raises Held.
    Within one process it may be taken again while it is held. Raises OSError.
    """
    folder = out / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    key = folder.resolve()
    with _guard:
        nested = key in _held
        if nested:
            _held[key] += 1
    if nested:
        try:
            yield
        finally:
            with _guard:
                _held[key] -= 1
        return
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _holder(handle)
            if not wait:
                raise Held(holder) from None
            if on_wait is not None:
                on_wait(holder)
            fcntl.flock(handle, fcntl.LOCK_EX)
        _sign(handle, Holder(os.getpid(), socket.gethostname(), since))
        with _guard:
            _held[key] = 1
        try:
            yield
        finally:
            with _guard:
                del _held[key]
            os.truncate(handle, 0)
    finally:
        os.close(handle)


def _sign(handle: int, holder: Holder) -> None:
    try:
        os.truncate(handle, 0)
        os.pwrite(handle, orjson.dumps(asdict(holder)), 0)
    except OSError:  # a full disk: the lock holds all the same
        return


def _holder(handle: int) -> Holder | None:
    try:
        return Holder(**orjson.loads(os.pread(handle, 4096, 0)))
    except (OSError, ValueError, TypeError):
        return None
