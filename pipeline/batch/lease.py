"""Who holds an output at an address, where no kernel keeps a lock: a lease that must be renewed.

    runs/.lock/00000001.json   who holds it, how often that was renewed, whether it was given back

Each holder writes a file of the next number, which the storage lets one writer alone create (`storage.create`); the
highest number holds. A holder renews its file every few seconds. One that was given back, or that has not changed for
LEASE_SECONDS by the clock of whoever waits (no two machines' clocks are compared), is followed by the next number. A
holder that was followed, because it stood still for so long, finds that out when it renews, and writes no table.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from pipeline import storage

LEASE_SECONDS = 60.0
"""A holder that has not renewed for so long is taken to have died."""


@dataclass(frozen=True)
class Holder:
    """Who holds an output: process, machine, and since when (UTC, ISO 8601)."""

    pid: int
    machine: str
    since: str


class Held(Exception):
    """Another run holds the output, and this one was not to wait."""

    def __init__(self, holder: Holder | None) -> None:
        super().__init__(str(holder))
        self.holder = holder


class LeaseLost(OSError):
    """The output was taken over by another run, because this one could not renew its lease in time."""


class Lease:
    """The lease on what lies beside `folder` (`runs/.lock`), for one `holder`."""

    def __init__(self, folder: Path, holder: Holder, seconds: float = LEASE_SECONDS) -> None:
        self._folder = folder
        self._holder = holder
        self._seconds = seconds
        self._number = 0
        self._beats = 0
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self.is_lost = False

    def take(self, on_wait: Callable[[Holder | None], None] | None = None, *, wait: bool = True) -> None:
        """Hold the lease; where another one does, `on_wait` is told once and the lease waited for.

        Raises Held without `wait`, and OSError.
        """
        seen, since, told = (0, b""), time.monotonic(), False
        while True:
            newest = self._newest()
            if newest != seen:
                seen, since = newest, time.monotonic()
            number, said = newest
            if (number == 0 or _was_given_back(said) or time.monotonic() - since >= self._seconds) and self._follow(
                number
            ):
                return
            if _was_given_back(said):
                continue
            if not wait:
                raise Held(_holder_in(said))
            if on_wait is not None and not told:
                told = True
                on_wait(_holder_in(said))
            time.sleep(self._seconds / 20)

    def give_back(self) -> None:
        """End the lease, so that the next one need not wait; on a storage that fails, it ends by itself."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        if not self.is_lost:
            with contextlib.suppress(Exception):  # storages raise what they like
                storage.put(self._path(self._number), self._said(given_back=True))

    def _follow(self, number: int) -> bool:
        """Create the file after `number`; whether the lease is held by that."""
        self._number = number + 1
        if not storage.create(self._path(self._number), self._said()):
            return False
        if self._newest()[0] != self._number:  # it was overtaken between looking and writing
            storage.remove(self._path(self._number))
            return False
        for name in storage.stamps(self._folder):
            if _number_of(name) < self._number:
                storage.remove(self._folder / name)
        self._thread = threading.Thread(target=self._renew, daemon=True)
        self._thread.start()
        return True

    def _renew(self) -> None:
        last = time.monotonic()
        while not self._ended.wait(self._seconds / 6):
            began = time.monotonic()
            try:
                if self._newest()[0] == self._number:
                    self._beats += 1
                    storage.put(self._path(self._number), self._said())
                    last = began
                else:
                    self.is_lost = True
            except Exception:  # storages raise what they like; what passes before the lease is over does no harm
                self.is_lost = time.monotonic() - last > self._seconds / 2
            if self.is_lost:
                return

    def _newest(self) -> tuple[int, bytes]:
        """The highest number and what its file says; 0 where nobody ever held the lease."""
        while True:
            number = max(map(_number_of, storage.stamps(self._folder)), default=0)
            try:
                return number, storage.bytes_of(self._path(number)) if number else b""
            except FileNotFoundError:  # followed meanwhile, and cleared away
                continue

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:08d}.json"

    def _said(self, *, given_back: bool = False) -> bytes:
        return orjson.dumps({"holder": asdict(self._holder), "renewed": self._beats, "given_back": given_back})


def _number_of(name: str) -> int:
    stem = name.removesuffix(".json")
    return int(stem) if stem.isdecimal() else 0


def _said_in(said: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(said)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _was_given_back(said: bytes) -> bool:
    return bool(_said_in(said).get("given_back"))


def _holder_in(said: bytes) -> Holder | None:
    try:
        return Holder(**_said_in(said)["holder"])
    except (KeyError, TypeError):
        return None
