"""Stamps and seals over the print of a page: found by their ink, paler than print, and taken away.

An office's red seal, or the round one of what was received, is a middling grey to a scanner. Its strokes run through
the words below and tie lines together. A stamp is a ring, or a seal whose carved face is full of ink; boxes and curves
of a drawing that are printed pale are neither. In black and white a stamp is as dark as print and is not found.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np

from extractors.pages.geometry import Box
from extractors.scans.rendering import Pixels

PALE = (0.2, 0.85)
"""The ink of a stamp stands out by so much of what print stands out by, at least and at most."""

SIZE = (20.0, 110.0)
"""Points that a stamp is wide and high, at least and at most."""

PIECE = 9.0
"""Points: a piece of pale ink so large belongs to no letter."""

LONG = 28.0
"""Points: a straight stroke of pale ink so long is a ruling's, or a bar of a stamp; no piece of a ring is."""

BEYOND = 16.0
"""Points beyond a stamp in which a ruling below it is looked for."""

STRAIGHT = 4.0
"""Points: a piece that is lower or narrower than this may be a ruling's."""

NEAR = 26.0
"""Points between pieces of one stamp."""

ROUND, ALL_ROUND = 0.06, 0.5
"""The outermost points of a stamp lie so near to a circle, in radii, and on so much of its way at least."""

WAYS = 48
"""Ways to look from the middle of a stamp for its outermost points."""

CARVED = 0.18
"""The share of a seal's face that is inked, at least."""

LETTER = 3.0
"""Points: smaller pale pieces within a stamp are hairlines of the words below."""


def find_stamps(differs: Pixels, contrast: float, unit: float) -> tuple[list[Box], Pixels | None]:
    """The stamps of a page, in pixels, and a picture of their ink alone (255); None where there are none.

    `differs` and `contrast` are those of `Ink`, `unit` is pixels a point.
    """
    least, most = PALE[0] * contrast, PALE[1] * contrast
    if least < 20:
        return [], None
    # at half the size, for speed; the rim of print is pale too, but stands beside what is dark
    inked = _largest_of_four(differs)
    around = cv2.dilate(inked, np.ones((3, 3), dtype=np.uint8))
    small = np.asarray(
        cv2.bitwise_and(cv2.inRange(inked, least, most), cv2.inRange(around, least, most)), dtype=np.uint8
    )
    half = unit / 2
    if cv2.countNonZero(small) < SIZE[0] * half * 2:
        return [], None
    boxes, in_part = _stamps_in(small, half)
    if in_part and (straight := _straight(small, half)) is not None:
        boxes, _ = _stamps_in(np.asarray(cv2.bitwise_and(small, cv2.bitwise_not(straight))), half)
    if not boxes:
        return [], None
    ink = np.zeros_like(differs)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(small, connectivity=8)
    large = stats[:, 2:4].max(axis=1) >= LETTER * half
    large[0] = False
    for box in boxes:
        room = box.grown(2 * half)
        rows = slice(max(int(room.top), 0), int(room.bottom) + 1)
        columns = slice(max(int(room.x0), 0), int(room.x1) + 1)
        own = large[labels[rows, columns]]
        dark = inked >= least
        own[_runs_on(dark[rows], columns, half)] = False
        own[:, _runs_on(dark[:, columns].T, rows, half)] = False
        whole = slice(2 * rows.start, 2 * rows.stop), slice(2 * columns.start, 2 * columns.stop)
        field = ink[whole]
        shown: Any = cv2.resize(own.astype(np.uint8), (2 * own.shape[1], 2 * own.shape[0]))
        rim: Any = cv2.dilate(shown, np.ones((5, 5), dtype=np.uint8))
        field[:] = np.where((rim[: field.shape[0], : field.shape[1]] > 0) & (differs[whole] <= most), 255, 0)
    return [Box(2 * b.x0, 2 * b.top, 2 * b.x1, 2 * b.bottom) for b in boxes], ink


def _stamps_in(pale: Pixels, unit: float) -> tuple[list[Box], bool]:
    """The stamps that pieces of pale ink make; and whether, where they make none, some are as large as one."""
    small_labels = cv2.CV_16U if cv2.countNonZero(pale) < 2**16 else cv2.CV_32S  # no more pieces than pixels
    _, labels, stats, _ = cv2.connectedComponentsWithStats(pale, connectivity=8, ltype=small_labels)
    clusters = _clusters(stats, unit)
    found = [box for members in clusters if (box := _stamp_of(members, pale, labels, stats, unit)) is not None]
    large = (_box_of(stats[members]) for members in clusters)
    return found, not found and any(min(box.width, box.height) >= SIZE[0] * unit for box in large)


def _straight(pale: Pixels, unit: float) -> Pixels | None:
    """The level and upright strokes of pale ink that may run through a stamp; None where there are none."""
    run = max(3, round(LONG * unit))
    level: Any = cv2.morphologyEx(pale, cv2.MORPH_OPEN, np.ones((1, run), dtype=np.uint8))
    upright: Any = cv2.morphologyEx(pale, cv2.MORPH_OPEN, np.ones((run, 1), dtype=np.uint8))
    both = np.asarray(cv2.bitwise_or(level, upright), dtype=np.uint8)
    return both if cv2.countNonZero(both) else None


def _runs_on(inked: np.ndarray[Any, Any], across: slice, unit: float) -> np.ndarray[Any, Any]:
    """Which rows are those of a ruling that runs through: inked just outside `across` on both sides."""
    reach = max(3, round(BEYOND * unit))
    left, right = inked[:, max(across.start - reach, 0) : across.start], inked[:, across.stop : across.stop + reach]
    if not left.shape[1] or not right.shape[1]:
        return np.zeros(len(inked), dtype=bool)
    ruled = (left.mean(axis=1) >= 0.8) & (right.mean(axis=1) >= 0.8)
    return np.asarray(np.convolve(ruled, np.ones(3), mode="same") > 0)


def _largest_of_four(picture: Pixels) -> Pixels:
    """The picture at half its size, each pixel the largest of four; an odd last row or column is left out."""
    height, width = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
    rows = cv2.max(picture[0:height:2, :width], picture[1:height:2, :width])
    return np.asarray(cv2.max(np.ascontiguousarray(rows[:, ::2]), np.ascontiguousarray(rows[:, 1::2])))


def _clusters(stats: np.ndarray[Any, Any], unit: float) -> list[list[int]]:
    """The large pieces, those near each other together; straight strokes alone are no piece of a stamp."""
    width, height = stats[:, 2], stats[:, 3]
    likely = (np.maximum(width, height) >= PIECE * unit) & (np.minimum(width, height) >= STRAIGHT * unit)
    likely &= np.maximum(width, height) <= 1.2 * SIZE[1] * unit
    likely[0] = False
    clusters: list[list[int]] = []
    for n in np.flatnonzero(likely).tolist():
        near = [c for c in clusters if _near(_box_of(stats[c]), _box_of(stats[[n]]), NEAR * unit)]
        clusters = [c for c in clusters if c not in near] + [[m for c in near for m in c] + [n]]
    return clusters


def _near(one: Box, other: Box, apart: float) -> bool:
    room = one.grown(apart)
    return room.x0 <= other.x1 and other.x0 <= room.x1 and room.top <= other.bottom and other.top <= room.bottom


def _box_of(stats: np.ndarray[Any, Any]) -> Box:
    left, top = stats[:, :2].min(axis=0).tolist()
    right, bottom = (stats[:, :2] + stats[:, 2:4]).max(axis=0).tolist()
    return Box(float(left), float(top), float(right), float(bottom))


def _stamp_of(
    members: list[int], pale: Pixels, labels: np.ndarray[Any, Any], stats: np.ndarray[Any, Any], unit: float
) -> Box | None:
    """The box of the stamp that pieces of pale ink make, if they make one."""
    box = _box_of(stats[members])
    if not _fits(box, unit):
        return None
    rows, columns = slice(int(box.top), int(box.bottom)), slice(int(box.x0), int(box.x1))
    largest = max(stats[n, 2] / box.width * stats[n, 3] / box.height for n in members)
    if largest >= 0.36 and float((pale[rows, columns] > 0).mean()) >= CARVED:
        return box
    ys, xs = np.nonzero(np.isin(labels[rows, columns], members))
    ring = _ring_of(xs + box.x0, ys + box.top, box.centre)
    return ring if ring is not None and _fits(ring, unit) else None


def _fits(box: Box, unit: float) -> bool:
    least, most = SIZE
    sizes = sorted((box.width, box.height))
    return least * unit <= sizes[0] and sizes[1] <= min(most * unit, 1.7 * sizes[0])


def _ring_of(xs: np.ndarray[Any, Any], ys: np.ndarray[Any, Any], middle: tuple[float, float]) -> Box | None:
    """The box of the circle on which the outermost points all round lie, seen from about its middle."""
    away = np.hypot(xs - middle[0], ys - middle[1])
    way = ((np.arctan2(ys - middle[1], xs - middle[0]) / (2 * math.pi) % 1.0) * WAYS).astype(int) % WAYS
    order = np.lexsort((away, way))
    last = np.append(np.flatnonzero(np.diff(way[order])), len(order) - 1)
    px, py = xs[order][last], ys[order][last]
    kept = np.ones(len(px), dtype=bool)
    for _ in range(3):
        if kept.sum() < 8:
            return None
        # x² + y² = 2ax + 2by + c, whose middle is (a, b)
        system = np.column_stack([2 * px[kept], 2 * py[kept], np.ones(int(kept.sum()))])
        (x, y, c), *_ = np.linalg.lstsq(system, px[kept] ** 2 + py[kept] ** 2, rcond=None)
        radius = math.sqrt(max(c + x * x + y * y, 0.0))
        off = np.abs(np.hypot(px - x, py - y) - radius)
        kept = off <= max(float(np.quantile(off, 0.65)), ROUND * radius)
    if (off <= ROUND * radius).sum() < ALL_ROUND * WAYS:
        return None
    return Box(x - radius, y - radius, x + radius, y + radius)
