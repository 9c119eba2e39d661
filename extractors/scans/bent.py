"""A thin piece of ink that is one line with bends or a slow curve, taken apart into straight strokes.

Works in pixels; `unit` is pixels a point.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import cv2
import numpy as np

from extractors.scans.strokes import Stroke

OFF = 1.0
"""Points: the line keeps within this of its strokes."""

MOST = 6
"""Strokes; a line with more of them is a letter or a scribble."""


def strokes_of_bent(xs: Any, ys: Any, unit: float, shortest: float) -> list[Stroke]:
    """The strokes of a line whose pixels are given, in order along it; none where the pixels are no such line.

    The line must go forward all the way: no step along its main direction meets it twice. The ends may be wider, as
    arrow heads are; `shortest` (pixels) is what a stroke of a bent line measures at least.
    """
    points = np.column_stack([xs, ys]).astype(np.float64)
    middle = points.mean(axis=0)
    _, vectors = np.linalg.eigh(np.cov((points - middle).T))
    main, aside = vectors[:, 1], vectors[:, 0]
    along, across = (points - middle) @ main, (points - middle) @ aside
    steps = np.floor(along - along.min()).astype(int)
    count = np.bincount(steps)
    if len(count) < 2 * shortest or (count == 0).any():
        return []
    centre = np.bincount(steps, weights=across) / count
    low, high = np.full(len(count), np.inf), np.full(len(count), -np.inf)
    np.minimum.at(low, steps, across)
    np.maximum.at(high, steps, across)
    wide = high - low + 1
    width = float(np.median(wide))
    ends = min(round(10 * unit), len(count) // 4)
    inner = wide[ends : len(wide) - ends]
    if width > 4 * unit or (inner > 2 * width + 2).any() or (np.abs(count - wide)[ends:-ends] > 2).any():
        return []
    # a head is wider and lopsided across the main direction: there the line goes on as it came
    plain = np.flatnonzero(wide <= 1.6 * width + 1.5)
    line = np.column_stack([plain, centre[plain]]).astype(np.float32)
    corners = cv2.approxPolyDP(line.reshape(-1, 1, 2), OFF * unit, False)[:, 0].astype(np.float64)
    if not 3 <= len(corners) <= MOST + 1 or min(math.dist(a, b) for a, b in pairwise(corners)) < shortest:
        return []
    for end, before, at in ((0, 1, 0), (-1, -2, len(count) - 1)):
        (x, y), (from_x, from_y) = corners[end], corners[before]
        corners[end] = at, y + (at - x) * (y - from_y) / (x - from_x)
    places = middle + np.outer(corners[:, 0] + along.min() + 0.5, main) + np.outer(corners[:, 1], aside)
    return [
        Stroke(float(ax), float(ay), float(bx), float(by), width) for (ax, ay), (bx, by) in pairwise(places.tolist())
    ]
