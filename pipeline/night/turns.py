"""One request at a time for a host, and a pause between two: the same for all who share it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopped(Exception):
    """The run is to end: nothing more is asked of anybody."""


class Turns:
    """Whose turn it is at each host; shared by the threads that visit offices side by side."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hosts: dict[str, _Host] = {}
        self._stopped = threading.Event()

    @contextmanager
    def turn(self, host: str, pause: float) -> Iterator[float]:
        """Wait until nobody asks `host` for anything and `pause` seconds have gone by; gives the seconds waited.

        Raises Stopped.
        """
        began = time.monotonic()
        with self._lock:
            found = self._hosts.setdefault(host, _Host())
        with found.lock:
            self.wait(found.last + pause - time.monotonic())
            try:
                yield time.monotonic() - began
            finally:
                found.last = time.monotonic()

    def wait(self, seconds: float) -> None:
        """Let so many seconds go by. Raises Stopped as soon as the run is to end."""
        if self._stopped.wait(max(0.0, seconds)):
            raise Stopped

    def stop(self) -> None:
        """From now on nobody gets a turn."""
        self._stopped.set()


class _Host:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.last = float("-inf")
