"""A thin piece of ink that is one line with bends or a slow curve, taken apart into straight strokes.

Works in pixels; `unit` is pixels a point.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import cv2
import numpy as np

from extractors.scans.strokes import Point, Stroke

OFF = 1.0
"""Points: the ink of a line lies no further than this from where its strokes have it, the strokes' width apart."""

HEAD = 10.0
"""Points from an end within which an arrow head may be wider."""

STRAYS = 0.98
"""Share of the ink that lies so: a line that crosses leaves a stub."""

MOST = 6
"""Strokes; a line with more of them is a letter or a scribble."""

Numbers = np.ndarray[Any, np.dtype[np.float64]]


def strokes_of_bent(xs: Any, ys: Any, unit: float, shortest: float) -> list[Stroke]:
    """The strokes of a line whose pixels are given, from one end to the other; none where the pixels are no such line.

    From the straight way between the two ends on, the ink that lies furthest off is where the line turns. The ends may
    be wider, as arrow heads are; `shortest` (pixels) is what a stroke of a bent line measures at least.
    """
    ink = np.column_stack([xs, ys]).astype(np.float64)
    way = _ends(ink)
    inner = np.minimum(np.hypot(*(ink - way[0]).T), np.hypot(*(ink - way[1]).T)) > HEAD * unit
    body = ink[inner]
    if len(body) < 2 * shortest:
        return []
    while len(way) <= MOST + 1:
        off = np.stack([_away(body, a, b) for a, b in pairwise(way)])
        nearest, least = off.argmin(axis=0), off.min(axis=0)
        length = sum(math.dist(a, b) for a, b in pairwise(way))
        width = max(1.0, len(body) / max(length - 2 * HEAD * unit, 1.0))
        worst = int(least.argmax())
        if width > 4 * unit:
            return []
        if np.quantile(least, STRAYS) <= width / 2 + OFF * unit:
            break
        way.insert(int(nearest[worst]) + 1, tuple(body[worst].tolist()))
    if not 3 <= len(way) <= MOST + 1:
        return []
    way = _fitted(way, body, nearest)
    if min(math.dist(a, b) for a, b in pairwise(way)) < shortest or not _inked(way, ink, width):
        return []
    return [Stroke(ax + 0.5, ay + 0.5, bx + 0.5, by + 0.5, width) for (ax, ay), (bx, by) in pairwise(way)]


def _ends(ink: Numbers) -> list[Point]:
    """The two pixels that are furthest apart."""
    hull = cv2.convexHull(ink.astype(np.float32).reshape(-1, 1, 2))[:, 0].astype(np.float64)
    apart = np.hypot(*(hull[:, None, :] - hull[None, :, :]).transpose(2, 0, 1))
    a, b = np.unravel_index(int(apart.argmax()), apart.shape)
    return [tuple(hull[a].tolist()), tuple(hull[b].tolist())]


def _away(ink: Numbers, a: Point, b: Point) -> Numbers:
    """How far each pixel is from the stroke a-b."""
    start, along = np.array(a), np.array(b) - np.array(a)
    share = np.clip(((ink - start) @ along) / max(float(along @ along), 1e-9), 0.0, 1.0)
    return np.asarray(np.hypot(*(ink - start - share[:, None] * along).T), dtype=np.float64)


def _fitted(way: list[Point], body: Numbers, nearest: Any) -> list[Point]:
    """The way along the middle of the ink: a line through the pixels of each stroke, from crossing to crossing."""
    lines = []
    for n, (a, b) in enumerate(pairwise(way)):
        own = body[nearest == n]
        if len(own) < 8:
            return way
        vx, vy, cx, cy = np.ravel(cv2.fitLine(own.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01)).tolist()
        if vx * (b[0] - a[0]) + vy * (b[1] - a[1]) < 0:
            vx, vy = -vx, -vy
        lines.append((vx, vy, cx, cy))
    corners = [_onto(way[0], lines[0])]
    for (ux, uy, ax, ay), (vx, vy, bx, by), corner in zip(lines, lines[1:], way[1:-1], strict=False):
        turn = ux * vy - uy * vx
        t = ((bx - ax) * vy - (by - ay) * vx) / turn if abs(turn) > 0.05 else None
        crossing = corner if t is None else (ax + t * ux, ay + t * uy)
        # lines that hardly turn cross anywhere
        corners.append(crossing if math.dist(crossing, corner) <= 12 else corner)
    return [*corners, _onto(way[-1], lines[-1])]


def _onto(p: Point, line: tuple[float, float, float, float]) -> Point:
    vx, vy, cx, cy = line
    t = (p[0] - cx) * vx + (p[1] - cy) * vy
    return cx + t * vx, cy + t * vy


def _inked(way: list[Point], ink: Numbers, width: float) -> bool:
    """Whether the way runs on the ink, and most of the ink on the way: what branches or closes is no line."""
    left, top = ink.min(axis=0).astype(int) - 2
    right, bottom = ink.max(axis=0).astype(int) + 3
    field = np.zeros((bottom - top, right - left), dtype=np.uint8)
    field[ink[:, 1].astype(int) - top, ink[:, 0].astype(int) - left] = 1
    drawn = np.zeros_like(field)
    for a, b in pairwise(way):
        ends = [(round(x - left), round(y - top)) for x, y in (a, b)]
        cv2.line(drawn, ends[0], ends[1], 1, 1)
    near: Any = cv2.dilate(field, np.ones((3, 3), dtype=np.uint8))
    on = float((near[drawn > 0] > 0).mean())
    return on >= 0.93 and len(ink) <= 2.2 * width * float(drawn.sum())
