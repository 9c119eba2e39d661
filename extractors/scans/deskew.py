"""Which way up a scanned page lies, and by how much it leans."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np

from extractors.scans.rendering import Pixels

MAX_SKEW = 6.0
"""Degrees; a page that leans further was not fed through a scanner."""

_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def turned(picture: Pixels, degrees: int) -> Pixels:
    """The picture turned clockwise by 0, 90, 180 or 270 degrees."""
    if degrees % 360 == 0:
        return picture
    return np.asarray(cv2.rotate(picture, _TURNS[degrees % 360]), dtype=np.uint8)


def straightened(picture: Pixels, skew: float) -> Pixels:
    """The picture turned about its centre so that what leaned by `skew` degrees (clockwise) runs level; same shape."""
    if skew == 0.0:
        return picture
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), skew, 1.0)
    edge = int(np.median(np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])))
    level: Any = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=edge)
    return np.asarray(level, dtype=np.uint8)


def skew_of(mask: Pixels, unit: float) -> float:
    """By how many degrees (clockwise) the lines and rulings of an ink mask lean; 0 where it cannot be told.

    Each connected piece of ink gives points along its lower edge; the angle is the one at which these points gather on
    the fewest heights. `unit` is pixels a point.
    """
    points = _lower_edges(mask, unit)
    if len(points) < 12:
        return 0.0
    best = 0.0
    for reach, step in ((MAX_SKEW, 0.25), (0.25, 0.05), (0.05, 0.01)):
        angles = np.arange(best - reach, best + reach + step / 2, step)
        scores = [_gathered(points, float(angle), unit) for angle in angles]
        best = float(angles[int(np.argmax(scores))])
    if abs(best) > MAX_SKEW - 0.5 or _gathered(points, best, unit) < 1.05 * _gathered(points, best + 2.0, unit):
        return 0.0
    return round(best, 2)


def _lower_edges(mask: Pixels, unit: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Lower edge points (x, y, weight) of the pieces of ink: one of each small piece, several of a long stroke."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    found: list[tuple[float, float, float]] = []
    small = 40 * unit
    for label in range(1, count):
        x, y, width, height, area = (int(value) for value in stats[label])
        if area < 3 or max(width, height) < 1.5 * unit:
            continue
        if width <= small and height <= small:
            found.append((x + width / 2, float(y + height), 1.0))
            continue
        piece = labels[y : y + height, x : x + width] == label
        for column in np.linspace(0, width - 1, max(2, min(60, width // int(8 * unit + 1)))).astype(int):
            rows = np.flatnonzero(piece[:, column])
            if rows.size:
                # both the upper and the lower rim of what stands here: a frame has two rulings
                found.append((x + column, float(y + rows[-1] + 1), 1.0))
                found.append((x + column, float(y + rows[0]), 1.0))
    return np.array(found, dtype=np.float64).reshape(-1, 3)


def _gathered(points: np.ndarray[Any, np.dtype[np.float64]], degrees: float, unit: float) -> float:
    heights = points[:, 1] - points[:, 0] * math.tan(math.radians(degrees))
    bins = np.floor((heights - heights.min()) / max(0.6 * unit, 1.0)).astype(int)
    counts = np.bincount(bins, weights=points[:, 2])
    return float((counts.astype(np.float64) ** 2).sum())


def runs_sideways(mask: Pixels, unit: float) -> bool:
    """Whether the lines of text in an ink mask run up or down the page rather than across.

    Characters of a line stand closer to each other than lines do, so ink smeared along the lines grows long that way.
    """
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    sizes = stats[1:count]
    kept = (sizes[:, 2] < 40 * unit) & (sizes[:, 3] < 40 * unit) & (sizes[:, 4] >= 3)
    kept &= np.maximum(sizes[:, 2], sizes[:, 3]) >= 1.5 * unit
    sizes = sizes[kept]
    if len(sizes) < 8:
        return False
    side = float(np.percentile(np.maximum(sizes[:, 2], sizes[:, 3]), 70))
    reach = max(1, round(0.45 * side))
    across, down = np.zeros_like(mask), np.zeros_like(mask)
    for x, y, width, height, _ in sizes.tolist():
        across[y : y + height, x : x + width + reach] = 255
        down[y : y + height + reach, x : x + width] = 255
    lengths = []
    for smeared, axis in ((across, 2), (down, 3)):
        n, _, blobs, _ = cv2.connectedComponentsWithStats(smeared, connectivity=4)
        extent = blobs[1:n, axis].astype(float)
        lengths.append(float((extent**2).sum() / extent.sum()))
    return lengths[1] > 1.15 * lengths[0]
