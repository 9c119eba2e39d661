"""Arrow heads on a scanned page: how wide the ink is across a stroke, step by step to its end, tells filled ones;
two strokes that spread backwards from the tip tell open ones.

Works in pixels of a levelled picture; `unit` is pixels a point.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np

from extractors.scans.rendering import Pixels
from extractors.scans.strokes import Outline, Point, Stroke, ends_of

REACH, BEYOND = 20.0, 9.0
"""Points: how far back from a stroke's end a head is looked for, and how far past it where its tip may be lost."""

WINDOW = 12.0
"""Points: how far aside of a stroke its head may spread."""

Marks = np.ndarray[Any, np.dtype[np.bool_]]
Numbers = np.ndarray[Any, np.dtype[np.intp]]


def find_heads(mask: Pixels, stroke: Stroke, unit: float, rulings: Pixels | None = None) -> list[Outline]:
    """The heads at the ends of a stroke, as triangles.

    `rulings` are the pixels of strokes that may run across a slanting one: the borders that it meets at a slant would
    make it seem wide.
    """
    heads = []
    for (x, y), (from_x, from_y) in (ends_of(stroke), ends_of(stroke)[::-1]):
        length = max(stroke.length, 1.0)
        away = ((x - from_x) / length, (y - from_y) / length)
        back = int(REACH * unit)
        if stroke.length < 1.5 * back:
            back = int(max(stroke.length * 0.7, 1))
        straight = (stroke.level or stroke.upright) and not stroke.dashed
        beyond = int((2.0 if straight else BEYOND) * unit)
        around = _without(mask, rulings, x, y, unit) if rulings is not None else (mask, 0, 0)
        ink = _around(around[0], x - around[1], y - around[2], away, range(-back, beyond + 1), int(WINDOW * unit))
        found = _filled(ink, stroke.width, unit) or _open(ink, stroke.width, unit)
        if found is not None:
            base, tip, width = found
            heads.append(_triangle(x, y, away, base - back, tip - back, width))
    return heads


def _triangle(x: float, y: float, away: Point, base: float, tip: float, width: float) -> Outline:
    """The head whose base and tip lie so far along `away` from (x, y)."""
    base_x, base_y = x + away[0] * base, y + away[1] * base
    across = (-away[1] * width / 2, away[0] * width / 2)
    points = (
        (x + away[0] * tip, y + away[1] * tip),
        (base_x - across[0], base_y - across[1]),
        (base_x + across[0], base_y + across[1]),
    )
    return Outline("triangle", points, 0.0, stroked=False)


def _without(mask: Pixels, rulings: Pixels, x: float, y: float, unit: float) -> tuple[Pixels, int, int]:
    """The ink around (x, y) less that of rulings, what they cut in two put together; and where its upper left lies."""
    room = int((WINDOW + REACH) * unit)
    left, top = max(int(x) - room, 0), max(int(y) - room, 0)
    field = slice(top, int(y) + room + 1), slice(left, int(x) + room + 1)
    rim = cv2.dilate(rulings[field], np.ones((3, 3), dtype=np.uint8))
    bare = cv2.bitwise_and(mask[field], cv2.bitwise_not(rim))
    bridge = 2 * round(unit) + 3
    whole = cv2.morphologyEx(bare, cv2.MORPH_CLOSE, np.ones((bridge, bridge), dtype=np.uint8))
    # only where a ruling was: the notches and barbs of a head stay as they are
    return np.asarray(cv2.bitwise_or(bare, cv2.bitwise_and(whole, rim)), dtype=np.uint8), left, top


class _Ink(NamedTuple):
    """The ink around a stroke, turned so that the stroke runs down its middle: a row for each step along it.

    `width` is how wide the unbroken ink on the stroke is, 0 off the ink; `before` and `after` are the columns of the
    paper on its two sides.
    """

    marks: Marks
    width: Numbers
    before: Numbers
    after: Numbers


def _around(mask: Pixels, x: float, y: float, away: Point, steps: range, window: int) -> _Ink:
    """The ink across the line through (x, y) along `away`, at each of the steps, `window` pixels to either side."""
    along, aside = np.array(steps)[:, None], np.arange(-window, window + 1)[None, :]
    columns = np.floor(x + away[0] * along - away[1] * aside).astype(int)
    rows = np.floor(y + away[1] * along + away[0] * aside).astype(int)
    inside = (columns >= 0) & (columns < mask.shape[1]) & (rows >= 0) & (rows < mask.shape[0])
    marks = np.zeros(inside.shape, dtype=bool)
    marks[inside] = mask[rows[inside], columns[inside]] > 0
    # the column to measure from: the middle, or the one beside it where the ink is a pixel off
    middle = np.where(marks[:, window], 0, np.where(marks[:, window - 1], -1, np.where(marks[:, window + 1], 1, 0)))
    at = window + middle
    every = np.arange(len(steps))
    numbers = np.arange(marks.shape[1])[None, :]
    before = np.maximum.accumulate(np.where(marks, -1, numbers), axis=1)[every, at]
    after = np.minimum.accumulate(np.where(marks, marks.shape[1], numbers)[:, ::-1], axis=1)[:, ::-1][every, at]
    width = np.where(marks[every, at], after - before - 1, 0)
    return _Ink(marks, width, before, after)


def _filled(ink: _Ink, thickness: float, unit: float) -> tuple[float, float, float] | None:
    """Base and tip (rows) and the width of a filled head: across the stroke the ink is as wide as the stroke, then
    suddenly wide (the base), then narrows evenly to the tip."""
    widths = ink.width.tolist()
    shaft = max(thickness, 1.0)
    broad = max(2.0 * shaft, 2.6 * unit)
    if max(widths) < broad:
        return None
    # the tip may stand on a box's border, which is as wide as the window; what is past it counts no more
    limit = 20 * unit
    best: tuple[int, int, float] | None = None
    position = 1
    while position < len(widths):
        width = widths[position]
        if widths[position - 1] <= 1.6 * shaft + 1 and max(widths[position : position + 3]) >= broad:
            base = position + int(np.argmax(widths[position : position + 3]))
            tip = base
            while tip + 1 < len(widths) and widths[tip + 1] <= widths[tip] + 1 and widths[tip] > max(0.8 * shaft, 1.0):
                tip += 1
            width = widths[base]
            length = tip - base
            narrowed = widths[tip] <= max(1.7 * shaft, 0.45 * width)
            pierces = tip + 1 < len(widths) and widths[tip + 1] > widths[tip] + 2
            if not narrowed and pierces and widths[tip] <= 0.75 * width and _even(widths[base : tip + 1]):
                # the tip is lost in the border that it meets at a slant: it lies where the sides lead
                length = min(round(length * width / (width - widths[tip])), round(1.6 * width))
                tip, narrowed = base + length, True
            if width <= limit and narrowed and 0.35 * width <= length <= 2.6 * width:
                best = (base, tip, width)
        position += 1
    if best is None:
        return None
    base, tip, width = best
    if tip < len(widths) and widths[tip] <= width and not _even(widths[base : tip + 1]):
        return None
    # a tip that pierces a border ends at the border's far side
    return best


def _even(widths: list[float]) -> bool:
    """Whether the widths fall about as a triangle's do, from the first to the last."""
    if len(widths) < 4:
        return False
    ideal = np.linspace(widths[0], widths[-1], len(widths))
    return float(np.abs(np.array(widths) - ideal).mean()) <= 0.16 * widths[0] + 0.8


LONGEST_BARB, SHORTEST_BARB = 9.0, 2.4
"""Points along the stroke that the barbs of an open head take up."""


def _open(ink: _Ink, thickness: float, unit: float) -> tuple[float, float, float] | None:
    """Base and tip (rows) and the width of an open head: on either side of the stroke, alike, ink that comes nearer
    step by step until it meets the stroke at the tip."""
    # most strokes are rulings with nothing beside them: no head without rows in which more than the stroke is inked
    if np.count_nonzero(ink.marks.sum(axis=1) > ink.width) < SHORTEST_BARB * unit / 2:
        return None
    every = np.arange(len(ink.width))
    size = ink.marks.shape[1]
    middle = size // 2
    numbers = np.arange(size)[None, :]
    inked_after = np.minimum.accumulate(np.where(ink.marks, numbers, 4 * size)[:, ::-1], axis=1)[:, ::-1]
    inked_before = np.maximum.accumulate(np.where(ink.marks, numbers, -4 * size), axis=1)
    right = inked_after[every, np.minimum(ink.after, size - 1)] - middle
    left = middle - inked_before[every, np.maximum(ink.before, 0)]
    apart = (left + right) / 2
    paired = (np.maximum(left, right) <= LONGEST_BARB * unit) & (np.abs(left - right) <= 1.5 + 0.25 * apart)
    near = np.flatnonzero(paired)
    # from the tip backwards: a step may be lost where the print is poor
    for last in near[::-1].tolist():
        if apart[last] > thickness / 2 + 2.2 * unit:
            continue
        stretch = [last]
        for row in near[near < last][::-1].tolist():
            if stretch[-1] - row > 2 or not -1.0 <= apart[row] - apart[stretch[-1]] <= 2.5 + (stretch[-1] - row):
                break
            stretch.append(row)
        length, first = last - stretch[-1], stretch[-1]
        if not SHORTEST_BARB * unit <= length <= 1.5 * LONGEST_BARB * unit or first <= 1:
            continue
        slope, start = np.polyfit(np.array(stretch), apart[stretch], 1)
        if not 0.2 <= -slope <= 1.6 or np.abs(apart[stretch] - slope * np.array(stretch) - start).max() > 0.6 * unit:
            continue
        tip = -start / slope
        if last <= tip <= last + 4 * unit + thickness:
            return float(first), float(tip), float(2 * apart[first])
    return None


def is_bare(mask: Pixels, stroke: Stroke, unit: float, rulings: Pixels | None = None) -> bool:
    """Whether nothing crosses or hangs on a short stroke but at its ends: a stroke of a letter has others on it.
    `rulings` are as for `find_heads`."""
    (x0, y0), (x1, y1) = ends_of(stroke)
    length = max(stroke.length, 1.0)
    away = ((x1 - x0) / length, (y1 - y0) / length)
    around = (mask, 0, 0)
    if rulings is not None:
        around = _without(mask, rulings, (x0 + x1) / 2, (y0 + y1) / 2, unit)
    start = x0 - around[1], y0 - around[2]
    widths = _around(around[0], *start, away, range(2, int(length) - 1), int(WINDOW * unit)).width
    bumps = widths > max(1.8 * stroke.width, stroke.width + 2)
    bumps = bumps[round(2 * unit) : len(bumps) - round(2 * unit)]
    plain = np.flatnonzero(~bumps)
    # heads take up the ends; between them the stroke is bare
    return length >= 8 * unit and plain.size >= 0.3 * len(bumps) and not bumps[plain[0] : plain[-1]].any()
