"""Dotted and finely dashed lines: rows and columns of dots become rulings.

Browsers and drawing programs write a dotted border as hundreds of tiny filled squares. Points, origin upper left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from extractors.pages.geometry import Box, union
from extractors.pages.page import Ruling

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


LONGEST_DASH = 14.0
"""A stroke up to so many points may be a dash of a dashed line."""

FEWEST_DASHES = 4


def joined_dashes(rulings: Sequence[Ruling]) -> list[Ruling]:
    """The rulings, dashes of one length in line with each other joined into one dashed ruling.

    A browser's dashed border is a row of short bars that stops short of its corners: a joined line is drawn on to the
    line across its end, where there is one within two dashes.
    """
    short = [r for r in rulings if r.length <= LONGEST_DASH and (r.horizontal or r.vertical)]
    if len(short) < FEWEST_DASHES:
        return list(rulings)
    taken: set[int] = set()
    runs: list[tuple[Ruling, float]] = []
    for horizontal in (True, False):
        groups: dict[int, list[Ruling]] = defaultdict(list)
        for ruling in short:
            if ruling.horizontal == horizontal:
                groups[round((ruling.y0 if horizontal else ruling.x0) * 2)].append(ruling)
        for key in sorted(groups):
            for run in _runs(groups[key], horizontal):
                taken.update(id(ruling) for ruling in run)
                box = union(ruling.box for ruling in run)
                step = (box.width if horizontal else box.height) / (len(run) - 0.5)
                runs.append((Ruling(box.x0, box.top, box.x1, box.bottom, run[0].width, True), step))
    drawn_on = [_drawn_on(ruling, step, [other for other, _ in runs]) for ruling, step in runs]
    return [ruling for ruling in rulings if id(ruling) not in taken] + drawn_on


def _runs(dashes: Sequence[Ruling], horizontal: bool) -> list[list[Ruling]]:
    """Dashes on one line that follow each other at even gaps."""
    found: list[list[Ruling]] = []
    run: list[Ruling] = []
    for dash in sorted(dashes, key=lambda r: r.box.x0 if horizontal else r.box.top):
        if run:
            before = run[-1].box
            gap = dash.box.x0 - before.x1 if horizontal else dash.box.top - before.bottom
            if not 0.3 < gap < 1.6 * max(dash.length, run[-1].length):
                found.append(run)
                run = []
        run.append(dash)
    found.append(run)
    return [run for run in found if len(run) >= FEWEST_DASHES]


def _drawn_on(ruling: Ruling, step: float, others: Sequence[Ruling]) -> Ruling:
    x0, y0, x1, y1, *_ = ruling
    for other in others:
        room = other.box.grown(2 * step)
        if ruling.horizontal and other.vertical and room.top <= y0 <= room.bottom:
            x0 = other.x0 if abs(other.x0 - x0) <= 2 * step and other.x0 < x0 else x0
            x1 = other.x0 if abs(other.x0 - x1) <= 2 * step and other.x0 > x1 else x1
        elif ruling.vertical and other.horizontal and room.x0 <= x0 <= room.x1:
            y0 = other.y0 if abs(other.y0 - y0) <= 2 * step and other.y0 < y0 else y0
            y1 = other.y0 if abs(other.y0 - y1) <= 2 * step and other.y0 > y1 else y1
    return ruling._replace(x0=x0, y0=y0, x1=x1, y1=y1)
