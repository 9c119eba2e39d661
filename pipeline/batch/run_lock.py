"""One run at a time writes into an output; a second one waits and can say for whom.

In a folder the lock is the kernel's (flock) on `runs/.lock`, so a killed run leaves none behind; what is written in the
file only says who holds it. At an address it is a lease (`pipeline.batch.lease`), which a killed run leaves to expire.
"""

from __future__ import annotations

import fcntl
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import orjson

from pipeline.batch.lease import Held, Holder, Lease, LeaseLost
from pipeline.storage import is_local

__all__ = ["Held", "Holder", "check_held", "run_lock"]

OnWait = Callable[[Holder | None], None]

_held: dict[str, int] = {}
_leases: dict[str, Lease] = {}
_guard = threading.RLock()


@contextmanager
def run_lock(out: Path, since: str, on_wait: OnWait | None = None, *, wait: bool = True) -> Iterator[None]:
    """Hold `out` for one run, which began at `since`; made if it is not there.

    Where another run holds it, `on_wait(holder)` is called once and the lock waited for; without `wait`, raises Held.
    Within one process it may be taken again while it is held. Raises OSError.
    """
    key = _key(out)
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
    holder = Holder(os.getpid(), socket.gethostname(), since)
    with _in_folder(out, holder, on_wait, wait) if is_local(out) else _at_address(out, holder, on_wait, wait):
        with _guard:
            _held[key] = 1
        try:
            yield
        finally:
            with _guard:
                del _held[key]


def check_held(out: Path) -> None:
    """Raises LeaseLost where this process held `out` and another run has taken it over since."""
    lease = _leases.get(_key(out))
    if lease is not None and lease.is_lost:
        raise LeaseLost(f"another run has taken over {out}")


def _key(out: Path) -> str:
    return str((out / "runs").resolve())


@contextmanager
def _at_address(out: Path, holder: Holder, on_wait: OnWait | None, wait: bool) -> Iterator[None]:
    lease = Lease(out / "runs" / ".lock", holder)
    lease.take(on_wait, wait=wait)
    _leases[_key(out)] = lease
    try:
        yield
    finally:
        del _leases[_key(out)]
        lease.give_back()


@contextmanager
def _in_folder(out: Path, holder: Holder, on_wait: OnWait | None, wait: bool) -> Iterator[None]:
    folder = out / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = _holder(handle)
            if not wait:
                raise Held(other) from None
            if on_wait is not None:
                on_wait(other)
            fcntl.flock(handle, fcntl.LOCK_EX)
        _sign(handle, holder)
        try:
            yield
        finally:
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
