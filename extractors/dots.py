"""Dotted and finely dashed lines: rows and columns of dots become rulings.

Browsers and drawing programs write a dotted border as hundreds of tiny filled squares. Points, origin upper left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from extractors.geometry import Box
from extractors.page import Ruling

FEWEST = 5
"""So many dots in a row make a line; fewer may be ornaments, or a colon drawn as a picture."""

WIDEST_GAP = 6.0
"""Dots of one line are no further apart than so many points."""

MOST = 40_000
"""Of more dots than this the page is a halftone picture, and none of them is looked at."""


def joined_dots(dots: Sequence[Box]) -> list[Ruling]:
    """The horizontal and vertical lines that dots of a few points make, as rulings: dashed, unless the dots touch."""
    if not FEWEST <= len(dots) <= MOST:
        return []
    rows = _lines((box.centre[1], box.x0, box.x1, box.height) for box in dots)
    columns = _lines((box.centre[0], box.top, box.bottom, box.width) for box in dots)
    return [
        *(Ruling(start, at, end, at, width, dashed) for at, start, end, width, dashed in rows),
        *(Ruling(at, start, at, end, width, dashed) for at, start, end, width, dashed in columns),
    ]


def _lines(dots: Iterable[tuple[float, float, float, float]]) -> list[tuple[float, float, float, float, bool]]:
    """Dots (at, start, end, width) in line with each other as (at, start, end, width, dashed) of the line."""
    groups: dict[int, list[tuple[float, float, float, float]]] = defaultdict(list)
    for dot in dots:
        groups[round(dot[0] * 2)].append(dot)
    found = []
    for key in sorted(groups):
        runs: list[list[tuple[float, float, float, float]]] = []
        for dot in sorted(groups[key], key=lambda dot: dot[1:]):
            if runs and dot[1] - runs[-1][-1][2] <= WIDEST_GAP:
                runs[-1].append(dot)
            else:
                runs.append([dot])
        for run in runs:
            if len(run) >= FEWEST and run[-1][2] - run[0][1] >= 2 * WIDEST_GAP:
                gaps = sum(max(b[1] - a[2], 0.0) for a, b in pairwise(run)) / (len(run) - 1)
                found.append((run[0][0], run[0][1], run[-1][2], run[0][3], gaps > 0.2))
    return found
