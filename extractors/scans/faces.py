"""Closed outlines of other shapes than boxes on a scanned page: the note with a folded corner, the drum of a data
store, ellipses, call-outs, hollow and thick arrows.

Ink that closes leaves a field of paper inside; the edge of the field is the outline, whatever drew it. Works in pixels
of a levelled picture; `unit` is pixels a point.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import cv2
import numpy as np

from extractors.scans.ink import halved
from extractors.scans.rendering import Pixels
from extractors.scans.strokes import Outline, Point, Stroke, ends_of

SMALLEST = (22.0, 14.0)
"""Points, the longer and the shorter side: a smaller field is inside a letter or an ornament."""

LARGEST = 0.5
"""Share of the page."""

CORNER = 2.5
"""Points: a field that stays further than this from a corner of the box around it is no upright rectangle."""

MOST_CORNERS = 12
"""A field that is not about convex has no more corners than an arrow with two heads or a call-out."""

BESIDE = 0.06
"""No more than this share of an outline runs along what is another's: it may touch a box, but none closes it."""

Contour = np.ndarray[Any, np.dtype[Any]]


def find_faces(mask: Pixels, boxes: list[Outline], rulings: list[Stroke], unit: float) -> list[Outline]:
    """The fields of paper, and the thick blots of ink, that are shaped otherwise than an upright rectangle.

    Fields that lie between `boxes` and the lines that join them are none: much of their edge is the edge of a box, or
    a part of a ruling that goes on.
    """
    half: Any = cv2.threshold(halved(mask), 100, 255, cv2.THRESH_BINARY)[1]
    contours, nested = cv2.findContours(half, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if nested is None:
        return []
    long, short = (side * unit / 2 for side in SMALLEST)
    found: list[Outline] = []
    for contour, (_, _, _, outer) in zip(contours, nested[0].tolist(), strict=True):
        if len(contour) < 5:
            continue
        _, _, width, height = cv2.boundingRect(contour)
        if min(width, height) < short or max(width, height) < long or width * height > LARGEST * half.size:
            continue
        points = _shape_of(contour, half, unit / 2, blot=outer < 0)
        if points is not None and _beside(points, boxes, rulings, unit) <= BESIDE:
            found.append(Outline("other", points, 0.0 if outer < 0 else 1.0, outer >= 0, width=unit))
    return sorted(found, key=lambda outline: outline.points)


def _shape_of(contour: Contour, half: Pixels, unit: float, blot: bool) -> tuple[Point, ...] | None:
    """The corners of a field (or blot) in pixels of the whole picture, where its shape is one that is drawn."""
    area = cv2.contourArea(contour)
    hull = cv2.convexHull(contour)
    solid = area / max(cv2.contourArea(hull), 1.0)
    x, y, width, height = cv2.boundingRect(contour)
    corners = cv2.approxPolyDP(contour, 1.2 * unit, True)[:, 0]
    if blot:
        # a thick arrow: outlines that nothing fills are the ink around a field
        inside = half[y : y + height, x : x + width]
        if not 7 <= len(corners) <= MOST_CORNERS or (inside > 0).sum() < 0.95 * area or area < 0.15 * width * height:
            return None
    else:
        plain = solid >= 0.8 or len(corners) <= MOST_CORNERS
        if area < 0.4 * width * height or not plain or _fills_rectangle(hull, (x, y, width, height), CORNER * unit):
            return None
    middle = corners.mean(axis=0)
    # the edge of the field is half a stroke inside the outline
    outwards = np.sign(corners - middle) * (0.0 if blot else 1.0)
    return tuple((float(px), float(py)) for px, py in 2.0 * (corners + outwards) + 0.5)


def _fills_rectangle(hull: Contour, box: Sequence[int], slack: float) -> bool:
    """Whether what the hull encloses reaches into all corners of the box around it."""
    x, y, width, height = box
    corners = ((x, y), (x + width - 1, y), (x + width - 1, y + height - 1), (x, y + height - 1))
    return all(-cv2.pointPolygonTest(hull, corner, True) <= slack for corner in corners)


def _beside(points: tuple[Point, ...], boxes: list[Outline], rulings: list[Stroke], unit: float) -> float:
    """The share of an outline that runs along the sides of boxes, or along level or upright rulings longer than it."""
    corners = np.array([*points, points[0]])
    steps = [
        np.linspace(a, b, max(2, int(np.hypot(*(b - a)) / (3 * unit))), endpoint=False) for a, b in pairwise(corners)
    ]
    way = np.concatenate(steps)
    along = np.zeros(len(way), dtype=bool)
    for box in boxes:
        xs, ys = [x for x, _ in box.points], [y for _, y in box.points]
        across = np.maximum(np.maximum(min(xs) - way[:, 0], way[:, 0] - max(xs)), 0)
        down = np.maximum(np.maximum(min(ys) - way[:, 1], way[:, 1] - max(ys)), 0)
        inside = np.minimum.reduce(
            [way[:, 0] - min(xs), max(xs) - way[:, 0], way[:, 1] - min(ys), max(ys) - way[:, 1]],
        )
        along |= np.where(inside > 0, inside, np.hypot(across, down)) <= 2.5 * unit
    room = 10 * unit
    low, high = way.min(axis=0) - room, way.max(axis=0) + room
    for ruling in rulings:
        axis = 0 if ruling.level else 1
        (first, last), place = (
            ((ruling.x0, ruling.x1), ruling.y0) if ruling.level else ((ruling.y0, ruling.y1), ruling.x0)
        )
        goes_on = first < low[axis] or last > high[axis]
        if goes_on and (ruling.level or ruling.upright) and low[1 - axis] < place < high[1 - axis]:
            on_it = (way[:, axis] >= first) & (way[:, axis] <= last)
            along |= on_it & (np.abs(way[:, 1 - axis] - place) <= 2.5 * unit)
    return float(along.mean())


def runs_along(stroke: Stroke, outline: Outline, unit: float) -> bool:
    """Whether a stroke is a part of the outline: all of it lies on its edge."""
    contour = np.array(outline.points, dtype=np.float32).reshape(-1, 1, 2)
    (x0, y0), (x1, y1) = ends_of(stroke)
    slack = 1.5 * unit + stroke.width / 2
    # where other strokes meet it, a stroke seems to run on for a little
    room = 0.1, 0.5, 0.9
    on_edge = [(slack, t) for t in room] + [(slack + 3 * unit, t) for t in (0.0, 1.0)]
    return all(
        abs(cv2.pointPolygonTest(contour, (x0 + (x1 - x0) * t, y0 + (y1 - y0) * t), True)) <= off for off, t in on_edge
    )
