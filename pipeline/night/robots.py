"""What a site's robots.txt asks of programs (RFC 9309): where not to go, and how long to wait between two requests."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from protego import Protego

from pipeline.night.web_errors import NotFound, Refused, RobotsForbid, RobotsUnreachable, WebError

AGENT = "besshi"
"""The name that robots.txt would call this program by."""

MAX_BYTES = 512 * 1024
"""What is read of a robots.txt; RFC 9309 asks for at least 500 KiB."""

LONGEST_DELAY = 60.0
"""Seconds. A site that asks for more than this between two requests gets this much."""


class Robots:
    """The rules of the sites met so far; `read(url)` gives the bytes of a robots.txt or raises WebError."""

    def __init__(self, read: Callable[[str], bytes]) -> None:
        self._read = read
        self._known: dict[str, Protego | RobotsUnreachable] = {}

    def pause(self, url: httpx.URL) -> float:
        """Seconds that the site wants between two requests; raises RobotsForbid or RobotsUnreachable."""
        rules = self._rules(url)
        if isinstance(rules, RobotsUnreachable):
            raise RobotsUnreachable(str(url), rules.detail)
        if not rules.can_fetch(str(url), AGENT):
            raise RobotsForbid(str(url))
        return min(float(rules.crawl_delay(AGENT) or 0.0), LONGEST_DELAY)

    def _rules(self, url: httpx.URL) -> Protego | RobotsUnreachable:
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        if origin not in self._known:
            place = f"{origin}/robots.txt"
            try:
                self._known[origin] = Protego.parse(self._read(place).decode("utf-8", "replace"))
            except (NotFound, Refused):  # none there: everything may be asked for
                self._known[origin] = Protego.parse("")
            except WebError as error:
                self._known[origin] = RobotsUnreachable(place, f"{error.code} {error.detail}".strip())
        return self._known[origin]
