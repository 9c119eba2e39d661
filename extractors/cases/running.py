"""Running heads and feet: lines in the margins of a page that recur from page to page."""

from __future__ import annotations

import re

from extractors.cases.page_reading import PageReading
from extractors.japanese.normalise import key
from extractors.pages.lines import Line

MARGIN = 0.1
"""Running heads and feet stand within this share of the page's height from its edges."""


def in_margin(line: Line, page: PageReading) -> bool:
    """Whether the line stands where running heads and feet do."""
    return line.box.bottom < MARGIN * page.size[1] or line.box.top > (1 - MARGIN) * page.size[1]


def running(page: PageReading, before: PageReading | None) -> set[int]:
    """The ids of the lines that recur from the page before at the same height of the margin: running head and foot."""
    if before is None:
        return set()
    return {id(line) for line in page.free if in_margin(line, page) and recurs(line, before)}


def recurs(line: Line, page: PageReading) -> bool:
    """Whether the page has the same line at the same height, but for numbers."""
    words = _without_numbers(line)
    return any(
        abs(other.box.top - line.box.top) < line.size and _without_numbers(other) == words for other in page.free
    )


def _without_numbers(line: Line) -> str:
    return re.sub(r"[\d０-９]+", "#", key(line.text.string))
