"""Where dashed strokes on a scan really end: at the border that swallowed their last dash, at the corner that they
turn, or not at all where they only cross a solid ruling.

Works in pixels of a levelled picture; `unit` is pixels a point.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from extractors.scans.rendering import Pixels
from extractors.scans.strokes import Point, Stroke, ends_of

MOST = 200
"""Of more dashed strokes than this (a hatching) the ends are left where the last dash is."""


class Dashed(NamedTuple):
    """A dashed stroke and its measure: pixels from one dash to the next."""

    stroke: Stroke
    step: float


def carried_on(found: list[Dashed], drawn: Pixels, ink: Pixels, unit: float) -> list[Stroke]:
    """The dashed strokes, each as far as it was drawn; `drawn` are the pixels of solid rulings, `ink` those of all
    else."""
    if len(found) > MOST:
        return [one.stroke for one in found]
    found = _over_strokes(found, drawn, ink, unit)
    ends = [[*ends_of(one.stroke)] for one in found]
    turned: set[tuple[int, int]] = set()
    for n, one in enumerate(found):
        for m in range(n):
            corner = _corner(one, found[m], unit)
            if corner is not None:
                k, j, at = corner
                ends[n][k] = ends[m][j] = at
                turned |= {(n, k), (m, j)}
    for n, one in enumerate(found):
        for k in (0, 1):
            border = None if (n, k) in turned else _border(one, k, drawn, unit)
            if border is not None:
                ends[n][k] = border
    return [_between(one.stroke, *both) for one, both in zip(found, ends, strict=True)]


def _between(stroke: Stroke, a: Point, b: Point) -> Stroke:
    """The stroke from `a` to `b`; one that ran level or upright still does."""
    if stroke.level:
        return replace(stroke, x0=a[0], x1=b[0])
    if stroke.upright:
        return replace(stroke, y0=a[1], y1=b[1])
    return replace(stroke, x0=a[0], y0=a[1], x1=b[0], y1=b[1])


def _outward(stroke: Stroke, k: int) -> Point:
    """The unit vector out of the stroke at its first (0) or second (1) end."""
    length, sign = max(stroke.length, 1.0), 1 if k else -1
    return sign * (stroke.x1 - stroke.x0) / length, sign * (stroke.y1 - stroke.y0) / length


def _over_strokes(found: list[Dashed], drawn: Pixels, ink: Pixels, unit: float) -> list[Dashed]:
    """Dashed strokes in one line with ink in the gap between them, joined: a stroke that crosses took a dash or two."""
    joined: list[Dashed] = []
    for one in sorted(found, key=lambda d: (d.stroke.x0, d.stroke.y0, d.stroke.x1, d.stroke.y1)):
        for n, other in enumerate(joined):
            whole = _one_line(other, one, unit)
            if whole is not None and (_inked(drawn, *whole[1]) or _inked(ink, *whole[1])):
                joined[n] = Dashed(whole[0], max(one.step, other.step))
                break
        else:
            joined.append(one)
    return joined


def _one_line(one: Dashed, two: Dashed, unit: float) -> tuple[Stroke, tuple[Point, Point]] | None:
    """The stroke from end to end of both, and the gap in it, where they lie in one line with a short gap."""
    gap, k, j = min((math.dist(ends_of(one.stroke)[k], ends_of(two.stroke)[j]), k, j) for k in (0, 1) for j in (0, 1))
    if gap > 2.6 * max(one.step, two.step) + 2 * unit or max(one.step, two.step) > 1.5 * min(one.step, two.step):
        return None
    far, near = ends_of(one.stroke)[1 - k], ends_of(two.stroke)[1 - j]
    length = math.dist(far, near)
    if length < one.stroke.length + two.stroke.length + 0.5 * gap:
        return None
    aside = [
        abs((p[0] - far[0]) * (near[1] - far[1]) - (p[1] - far[1]) * (near[0] - far[0])) / max(length, 1.0)
        for p in (ends_of(one.stroke)[k], ends_of(two.stroke)[j])
    ]
    if max(aside) > unit:
        return None
    a, b = sorted((far, near))
    stroke = replace(one.stroke, x0=a[0], y0=a[1], x1=b[0], y1=b[1])
    if one.stroke.level and two.stroke.level:
        stroke = replace(stroke, y0=one.stroke.y0, y1=one.stroke.y0)
    elif one.stroke.upright and two.stroke.upright:
        stroke = replace(stroke, x0=one.stroke.x0, x1=one.stroke.x0)
    return stroke, (ends_of(one.stroke)[k], ends_of(two.stroke)[j])


def _corner(one: Dashed, two: Dashed, unit: float) -> tuple[int, int, Point] | None:
    """Which end of either is the corner that both turn, and where: their lines meet a dash or two before both ends."""
    for k in (0, 1):
        for j in (0, 1):
            p, q = ends_of(one.stroke)[k], ends_of(two.stroke)[j]
            reach = 1.8 * max(one.step, two.step) + unit
            if math.dist(p, q) > 2 * reach:
                continue
            out, other = _outward(one.stroke, k), _outward(two.stroke, j)
            turn = out[0] * other[1] - out[1] * other[0]
            if abs(turn) < 0.17:
                continue
            dx, dy = q[0] - p[0], q[1] - p[1]
            s, t = (dx * other[1] - dy * other[0]) / turn, (dx * out[1] - dy * out[0]) / turn
            if -0.5 * one.step <= s <= reach and -0.5 * two.step <= t <= reach:
                return k, j, (p[0] + s * out[0], p[1] + s * out[1])
    return None


def _border(one: Dashed, k: int, drawn: Pixels, unit: float) -> Point | None:
    """Where the solid ruling lies that the stroke comes to a dash or so past its end."""
    (x, y), out = ends_of(one.stroke)[k], _outward(one.stroke, k)
    steps = np.arange(0.0, 1.6 * one.step + unit)
    columns, rows = (x + out[0] * steps).astype(int), (y + out[1] * steps).astype(int)
    inside = (columns >= 0) & (columns < drawn.shape[1]) & (rows >= 0) & (rows < drawn.shape[0])
    hit = np.flatnonzero(drawn[rows[inside], columns[inside]])
    if not hit.size:
        return None
    return float(x + out[0] * steps[hit[0]]), float(y + out[1] * steps[hit[0]])


def _inked(drawn: Pixels, p: Point, q: Point) -> bool:
    """Whether ink lies between the two points, not at the points themselves."""
    (px, py), (qx, qy) = p, q
    p, q = (px + 0.2 * (qx - px), py + 0.2 * (qy - py)), (qx - 0.2 * (qx - px), qy - 0.2 * (qy - py))
    count = int(math.dist(p, q)) + 2
    columns = np.clip(np.linspace(p[0], q[0], count).astype(int), 0, drawn.shape[1] - 1)
    rows = np.clip(np.linspace(p[1], q[1], count).astype(int), 0, drawn.shape[0] - 1)
    # a ruling that the line only grazes (the corner of a box) counts as well
    return any(
        drawn[np.clip(rows + dy, 0, drawn.shape[0] - 1), np.clip(columns + dx, 0, drawn.shape[1] - 1)].any()
        for dx, dy in ((0, 0), (-2, 0), (2, 0), (0, -2), (0, 2))
    )
