"""Boxes and filled areas on a scanned page, made of the strokes and the ink found on it; arrow heads are put in.

Works in pixels of a levelled picture; `unit` is pixels a point.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from extractors.scans.areas import find_areas
from extractors.scans.arrows import find_heads, is_bare
from extractors.scans.boxes import doubles, find_boxes, find_broken_boxes
from extractors.scans.faces import find_faces, runs_along
from extractors.scans.ink import Ink
from extractors.scans.pieces import Table
from extractors.scans.rendering import Pixels
from extractors.scans.rulings import Strokes
from extractors.scans.slanting import find_slanting
from extractors.scans.strokes import Outline, Stroke, ends_of

ARROW = 12.0
"""Points: an arrow drawn between two boxes is no shorter; the strokes of a letter are."""


@dataclass(frozen=True)
class Drawing:
    """What is drawn on a page: strokes that stand alone or in tables, outlines, and the pixels of all of them."""

    strokes: tuple[Stroke, ...]
    outlines: tuple[Outline, ...]
    mask: Pixels


def find_drawing(ink: Ink, found: Strokes, unit: float) -> Drawing:
    """Strokes and outlines of a page; the sides of a box that stands alone are its outline's and no strokes."""
    rulings = list(found.rulings)
    mask = found.mask.copy()
    heads: list[Outline] = []
    level, upright = _level_and_upright(found.rulings)
    straight = _painted(ink.mask.shape, (*found.rulings, *found.maybe), found.rulings)
    for stroke in found.maybe:
        across = straight if stroke.slants else None
        joined = _joined(stroke, level, upright, unit)
        if not joined or not is_bare(ink.mask, stroke, unit, across):
            continue
        own = find_heads(ink.mask, stroke, unit, across) if stroke.length >= ARROW * unit else []
        if own or joined == 2:
            heads += own
            rulings.append(stroke)
            _paint(mask, stroke)
    boxes, sides = find_boxes(rulings, ink, unit)
    faces = find_faces(ink.mask, boxes, rulings, unit) if found.more else []
    sides |= {n for n, stroke in enumerate(rulings) if any(runs_along(stroke, face, unit) for face in faces)}
    # lines that begin or end at such an outline hung together with it until now
    beside = len(rulings)
    rulings += find_slanting(found.rest.without(_edges(faces, ink.mask.shape, unit)), unit).strokes if faces else []
    broken, broken_sides = find_broken_boxes(rulings, sides, ink, unit)
    boxes += broken
    sides |= broken_sides
    sides |= {n for n, stroke in enumerate(rulings) if n not in sides and doubles(stroke, boxes, unit)}
    strokes = {n: stroke for n, stroke in enumerate(rulings) if n not in sides}
    for n in (*range(len(found.rulings)), *range(beside, len(rulings))):
        if n not in sides:
            stroke = rulings[n]
            own = find_heads(ink.mask, stroke, unit, straight if stroke.slants else None)
            heads += own
            strokes[n] = _reaching(stroke, own)
    if faces:
        mask |= _edges(faces, mask.shape, unit / 2)
    for head in heads:
        corners = np.array(head.points, dtype=np.int32)
        cv2.fillPoly(mask, [corners], 255)
        cv2.polylines(mask, [corners], True, 255, 2)
    areas = find_areas(ink, [*boxes, *faces], unit)
    return Drawing(tuple(strokes.values()), (*boxes, *faces, *areas, *heads), mask)


def _edges(faces: list[Outline], shape: tuple[int, ...], unit: float) -> Pixels:
    """The pixels of the outlines, and `unit` about them."""
    pixels = np.zeros(shape, dtype=np.uint8)
    for face in faces:
        cv2.polylines(pixels, [np.array(face.points, dtype=np.int32)], True, 255, round(3 * unit) + 1)
    return pixels


def _painted(shape: tuple[int, ...], strokes: tuple[Stroke, ...], rulings: tuple[Stroke, ...]) -> Pixels | None:
    """The pixels of the solid rulings that run level or upright; None where none of the strokes slants across them."""
    if not any(stroke.slants for stroke in strokes):
        return None
    pixels = np.zeros(shape, dtype=np.uint8)
    for stroke in rulings:
        if not (stroke.slants or stroke.dashed):
            _paint(pixels, stroke)
    return pixels


def _paint(mask: Pixels, stroke: Stroke) -> None:
    """Puts the stroke into the mask, a pixel wider than it is."""
    if stroke.slants:
        ends = [(round(x), round(y)) for x, y in ends_of(stroke)]
        cv2.line(mask, ends[0], ends[1], 255, max(1, round(stroke.width) + 2))
        return
    half = stroke.width / 2 + 1
    x0, x1 = sorted((stroke.x0, stroke.x1))
    y0, y1 = sorted((stroke.y0, stroke.y1))
    mask[max(int(y0 - half), 0) : int(y1 + half) + 1, max(int(x0 - half), 0) : int(x1 + half) + 1] = 255


def _level_and_upright(rulings: Sequence[Stroke]) -> tuple[Table, Table]:
    """The level and the upright rulings, one a row: where it lies across its way, its two ends along it, its width."""
    level = [(s.y0, s.x0, s.x1, s.width) for s in rulings if s.level]
    upright = [(s.x0, s.y0, s.y1, s.width) for s in rulings if s.upright]
    return np.array(level).reshape(-1, 4), np.array(upright).reshape(-1, 4)


def _reaching(stroke: Stroke, heads: list[Outline]) -> Stroke:
    """A dashed stroke carried on to the tips of its heads, which are no dashes."""
    if not stroke.dashed:
        return stroke
    a, b = ends_of(stroke)
    for head in heads:
        tip = head.points[0]
        if math.dist(tip, a) < math.dist(tip, b):
            a = tip
        else:
            b = tip
    if stroke.level:
        return replace(stroke, x0=a[0], x1=b[0])
    if stroke.upright:
        return replace(stroke, y0=a[1], y1=b[1])
    return replace(stroke, x0=a[0], y0=a[1], x1=b[0], y1=b[1])


def _joined(stroke: Stroke, level: Table, upright: Table, unit: float) -> int:
    """How many of the two ends touch rulings that run across it: both do where it divides a low row or closes a box."""
    touched = 0
    for x, y in ends_of(stroke):
        touched += bool(
            (not stroke.level and _touch(level, y, x, unit)) or (not stroke.upright and _touch(upright, x, y, unit))
        )
    return touched


def _touch(rulings: Table, along: float, beside: float, unit: float) -> bool:
    place, first, last, width = rulings.T
    slack = 1.5 * unit + width / 2
    near = (np.abs(place - along) <= slack) & (first - slack <= beside) & (beside <= last + slack)
    return bool(near.any())
