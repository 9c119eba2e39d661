"""Slanting solid strokes on a scanned page.

Works in pixels of a levelled picture from which the level and upright solid rulings are taken; `unit` is pixels a
point.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import cv2
import numpy as np

from extractors.scans.bent import strokes_of_bent
from extractors.scans.pieces import Pieces
from extractors.scans.rendering import Pixels
from extractors.scans.strokes import Stroke

LONG, PIECE = 24.0, 9.0
"""Points: a slanting stroke is this long, in one piece; further pieces of it may be as short as the second."""


class Slanting(NamedTuple):
    """Solid strokes that neither run level nor upright, and their pixels; `short` ones may be strokes of letters."""

    strokes: list[Stroke]
    pixels: Pixels
    short: list[Stroke]


def find_slanting(found: Pieces, unit: float) -> Slanting:
    """Solid strokes that neither run level nor upright, lines with bends among them; an arrow head may sit on the
    end."""
    stats = found.stats
    pixels = np.zeros_like(found.mask)
    pieces: dict[Stroke, int] = {}
    strokes: list[Stroke] = []
    sizes = np.hypot(stats[:, 2], stats[:, 3])
    likely = (sizes >= PIECE * unit) & (stats[:, 2:4].min(axis=1) >= 3 * unit) & (stats[:, 4] <= 6 * unit * sizes)
    likely[0] = False

    def take(label: int) -> None:
        field, own = found.pixels_of(label)
        pixels[field][own] = 255

    # a short piece counts only beside a long one, and most pages have none
    long = sizes >= LONG * unit
    for label in [*np.flatnonzero(likely & long).tolist(), *np.flatnonzero(likely & ~long).tolist()]:
        if not (long[label] or pieces or strokes):
            break
        x, y, width, height, area = stats[label].tolist()
        longest = math.hypot(width, height)
        if longest < LONG * unit and area > 0.3 * width * height:
            continue  # letters fill their square, a short slanting stroke its diagonal
        ys, xs = np.nonzero(found.pixels_of(label)[1])
        across, along = _spread(xs, ys)
        thickness = area / longest
        if thickness > 4 * unit:
            continue
        if across > 0.8 * unit + 0.6 * thickness:
            if longest >= 2 * LONG * unit and (bent := strokes_of_bent(xs + x, ys + y, unit, PIECE * unit)):
                strokes += bent
                take(label)
            continue
        points = np.column_stack([xs, ys]).astype(np.float32)
        vx, vy, cx, cy = (float(value) for value in np.ravel(cv2.fitLine(points, cv2.DIST_HUBER, 0, 0.01, 0.01)))
        offsets = (xs - cx) * vx + (ys - cy) * vy
        low, high = float(offsets.min()), float(offsets.max())
        if high - low < 0.9 * longest or along <= 0:
            continue
        ends = [(x + cx + vx * t + 0.5, y + cy + vy * t + 0.5) for t in (low, high)]
        stroke = Stroke(*ends[0], *ends[1], float(np.median(_widths(points, (vx, vy, cx, cy)))))
        pieces[stroke.squared()] = label
    short: list[Stroke] = []
    for whole, parts in _made_whole(list(pieces), unit):
        if max(part.length for part in parts) < LONG * unit:
            short.append(whole)  # a slash, a stroke of a letter, or a short connector
            continue
        strokes.append(whole)
        for part in parts:
            take(pieces[part])
    return Slanting(strokes, pixels, short)


def _made_whole(pieces: list[Stroke], unit: float) -> list[tuple[Stroke, list[Stroke]]]:
    """Pieces of one slanting stroke, cut where a ruling crosses it, joined again; each whole with its pieces."""
    whole: list[tuple[Stroke, list[Stroke]]] = []
    for piece in sorted(pieces, key=lambda s: (s.x0, s.y0)):
        for n, (other, parts) in enumerate(whole):
            ends = sorted([(other.x0, other.y0), (other.x1, other.y1), (piece.x0, piece.y0), (piece.x1, piece.y1)])
            joined = Stroke(*ends[0], *ends[3], max(other.width, piece.width))
            gap = math.dist(ends[1], ends[2])
            end_to_end = gap <= 7 * unit and other.length + piece.length >= joined.length - gap - 2 * unit
            if end_to_end and all(_off(joined, end) <= 1.2 * unit for end in ends[1:3]):
                whole[n] = (joined, [*parts, piece])
                break
        else:
            whole.append((piece, [piece]))
    return whole


def _off(stroke: Stroke, point: tuple[float, float]) -> float:
    """How far a point lies from the line of a stroke, in pixels."""
    dx, dy = stroke.x1 - stroke.x0, stroke.y1 - stroke.y0
    return abs((point[0] - stroke.x0) * dy - (point[1] - stroke.y0) * dx) / max(stroke.length, 1.0)


def _spread(xs: Any, ys: Any) -> tuple[float, float]:
    """The standard deviation of a piece of ink across and along its main direction."""
    values = np.linalg.eigvalsh(np.cov(np.vstack([xs, ys]).astype(np.float64)))
    return float(max(values[0], 0.0) ** 0.5), float(max(values[1], 0.0) ** 0.5)


def _widths(points: Any, line: tuple[float, float, float, float]) -> list[float]:
    """How wide the ink is across a line, step by step along it."""
    vx, vy, cx, cy = line
    along = np.floor((points[:, 0] - cx) * vx + (points[:, 1] - cy) * vy).astype(int)
    across = -(points[:, 0] - cx) * vy + (points[:, 1] - cy) * vx
    widths = []
    for step in range(int(along.min()), int(along.max()) + 1, 3):
        own = across[along == step]
        if own.size:
            widths.append(float(own.max() - own.min() + 1))
    return widths
