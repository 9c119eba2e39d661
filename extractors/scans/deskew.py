"""Which way up a scanned page lies, and by how much it leans."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np

from extractors.scans.pieces import Pieces
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


def skew_of(pieces: Pieces, unit: float) -> float:
    """By how many degrees (clockwise) the lines and rulings that pieces of ink make lean; 0 where it cannot be told.

    Each connected piece of ink gives points along its lower edge; the angle is the one at which these points gather on
    the fewest heights. `unit` is pixels a point.
    """
    points = _lower_edges(pieces, unit)
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


def _lower_edges(pieces: Pieces, unit: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Lower edge points (x, y) of the pieces of ink: one of each small piece, several of a long stroke."""
    small = 40 * unit
    x, y, width, height, area = pieces.stats.T
    size = np.maximum(width, height)
    counts = (area >= 3) & (size >= 1.5 * unit)
    counts[0] = False
    compact = counts & (size <= small)
    found = [np.column_stack([x + width / 2, y + height])[compact]]
    for label in np.flatnonzero(counts & ~compact).tolist():
        (rows, columns), piece = pieces.pixels_of(label)
        wide = piece.shape[1]
        looked = np.linspace(0, wide - 1, max(2, min(60, wide // int(8 * unit + 1)))).astype(int)
        piece = piece[:, looked]
        looked, piece = looked[piece.any(axis=0)] + columns.start, piece[:, piece.any(axis=0)]
        # both the upper and the lower rim of what stands there: a frame has two rulings
        upper, lower = piece.argmax(axis=0), piece.shape[0] - piece[::-1].argmax(axis=0)
        found += [np.column_stack([looked, rows.start + edge]) for edge in (lower, upper)]
    return np.concatenate(found).astype(np.float64)


def _gathered(points: np.ndarray[Any, np.dtype[np.float64]], degrees: float, unit: float) -> float:
    heights = points[:, 1] - points[:, 0] * math.tan(math.radians(degrees))
    bins = np.floor((heights - heights.min()) / max(0.6 * unit, 1.0)).astype(int)
    return float((np.bincount(bins).astype(np.float64) ** 2).sum())


def runs_sideways(pieces: Pieces, unit: float) -> bool:
    """Whether the lines of text that pieces of ink make run up or down the page rather than across.

    Characters of a line stand closer to each other than lines do, so ink smeared along the lines grows long that way.
    """
    sizes = pieces.boxes
    kept = (sizes[:, 2] < 40 * unit) & (sizes[:, 3] < 40 * unit) & (sizes[:, 4] >= 3)
    kept &= np.maximum(sizes[:, 2], sizes[:, 3]) >= 1.5 * unit
    sizes = sizes[kept]
    if len(sizes) < 8:
        return False
    side = float(np.percentile(np.maximum(sizes[:, 2], sizes[:, 3]), 70))
    reach = max(1, round(0.45 * side))
    across, down = np.zeros_like(pieces.mask), np.zeros_like(pieces.mask)
    for x, y, width, height, _ in sizes.tolist():
        across[y : y + height, x : x + width + reach] = 255
        down[y : y + height + reach, x : x + width] = 255
    lengths = []
    for smeared, axis in ((across, 2), (down, 3)):
        outlines, _ = cv2.findContours(smeared, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        extent = np.array([cv2.boundingRect(outline)[axis] for outline in outlines], dtype=np.float64)
        lengths.append(float((extent**2).sum() / extent.sum()))
    return lengths[1] > 1.15 * lengths[0]
