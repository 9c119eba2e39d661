"""Who is looking at what just now, so that two reviewers at once are not given the same item."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

LOOKING_SECONDS = 120.0
"""Who opened an item so long ago, and did nothing since, is taken to be looking no more."""


class Presence:
    """The item that each reviewer opened last. Kept in memory: it is a courtesy, never a lock."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._looking: dict[str, tuple[str, float]] = {}

    def look(self, reviewer: str, item_id: str) -> None:
        """A reviewer opened an item."""
        with self._lock:
            self._looking[reviewer] = (item_id, self._clock())

    def others(self, reviewer: str) -> dict[str, str]:
        """Items that others are looking at, and who is."""
        now = self._clock()
        with self._lock:
            self._looking = {name: one for name, one in self._looking.items() if now - one[1] < LOOKING_SECONDS}
            return {item_id: name for name, (item_id, _) in self._looking.items() if name != reviewer}
