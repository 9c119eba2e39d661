"""Rulings on a scanned page: solid and dashed strokes, told from the strokes of characters.

Works in pixels of a levelled picture; `unit` is pixels a point. Uprights are found as levels of the turned picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from extractors.rendering import Pixels

LONG = 24.0
"""Points: a straight stroke this long is a ruling; no character in common use is so wide."""

SHORT = 9.0
"""Points: a straight stroke this long may be one, if it joins rulings or carries an arrow head."""

THICK = 4.5
"""Points: what is thicker is an area, not a stroke."""


@dataclass(frozen=True)
class Stroke:
    """A straight stroke in pixels: level (y0 == y1), upright (x0 == x1) or oblique."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float
    dashed: bool = False

    @property
    def level(self) -> bool:
        return self.y0 == self.y1

    @property
    def upright(self) -> bool:
        return self.x0 == self.x1

    @property
    def length(self) -> float:
        return float(np.hypot(self.x1 - self.x0, self.y1 - self.y0))

    def transposed(self) -> Stroke:
        return replace(self, x0=self.y0, y0=self.x0, x1=self.y1, y1=self.x1)


@dataclass(frozen=True)
class Strokes:
    """All rulings of a page; `mask` is 255 on their pixels. `maybe` are short strokes that may yet be one."""

    rulings: tuple[Stroke, ...]
    maybe: tuple[Stroke, ...]
    mask: Pixels


def find_strokes(mask: Pixels, unit: float) -> Strokes:
    """The rulings of an ink mask."""
    level, level_pixels = _level(mask, unit, LONG, bridged=True)
    upright, upright_pixels = _level(_across(mask), unit, LONG, bridged=True)
    drawn = cv2.bitwise_or(level_pixels, _across(upright_pixels))
    rulings = [*level, *(stroke.transposed() for stroke in upright)]
    rest = cv2.bitwise_and(mask, cv2.bitwise_not(_grown(drawn, 1)))
    dashed, dashed_pixels = _dashed(rest, unit)
    dashed_upright, dashed_upright_pixels = _dashed(_across(rest), unit)
    rulings += [*dashed, *(stroke.transposed() for stroke in dashed_upright)]
    drawn = drawn | dashed_pixels | _across(dashed_upright_pixels)
    rest = cv2.bitwise_and(mask, cv2.bitwise_not(_grown(drawn, 1)))
    maybe, _ = _level(rest, unit, SHORT)
    maybe_upright, _ = _level(_across(rest), unit, SHORT)
    joined = [*maybe, *(stroke.transposed() for stroke in maybe_upright)]
    return Strokes(tuple(rulings), tuple(joined), np.asarray(drawn, dtype=np.uint8))


def _across(picture: Pixels) -> Pixels:
    return np.ascontiguousarray(picture.T)


def _grown(mask: Pixels, by: int) -> Pixels:
    kernel = np.ones((2 * by + 1, 2 * by + 1), dtype=np.uint8)
    return np.asarray(cv2.dilate(mask, kernel), dtype=np.uint8)


def _level(mask: Pixels, unit: float, shortest: float, bridged: bool = False) -> tuple[list[Stroke], Pixels]:
    """Level strokes of at least `shortest` points, and their pixels; `bridged`: over the breaks of a faint print."""
    bridge = np.ones((1, max(3, round(1.4 * unit))), dtype=np.uint8)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, bridge) if bridged else mask
    run = max(9, round(shortest * unit))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, run), dtype=np.uint8))
    # a hairline that leans by a hundredth of a degree steps from row to row: thickened by one, it holds together
    joined = cv2.dilate(opened, np.ones((3, 3), dtype=np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    pixels = np.zeros_like(mask)
    strokes: list[Stroke] = []
    for label in range(1, count):
        x, y, width, height, _ = (int(value) for value in stats[label])
        field = (labels[y : y + height, x : x + width] == label) & (opened[y : y + height, x : x + width] > 0)
        stroke = _stroke_of(field, x, y, unit)
        if stroke is None or (bridged and not _stands_free(mask, stroke, unit)):
            continue
        strokes.append(stroke)
        pixels[y : y + height, x : x + width][field] = 255
    return strokes, pixels


def _stroke_of(field: np.ndarray[Any, np.dtype[np.bool_]], x: int, y: int, unit: float) -> Stroke | None:
    """A piece of opened ink as a stroke, where it is thin; None where it is an area."""
    columns = np.flatnonzero(field.any(axis=0))
    if columns.size == 0:
        return None
    thickness = float(np.median(field[:, columns].sum(axis=0)))
    if thickness > THICK * unit or columns.size < 3 * thickness:
        return None
    rows = np.arange(field.shape[0])[:, None]
    middle = float((rows * field).sum() / field.sum()) + y + 0.5
    return Stroke(float(x + int(columns[0])), middle, float(x + int(columns[-1]) + 1), middle, thickness)


def _stands_free(mask: Pixels, stroke: Stroke, unit: float) -> bool:
    """Whether the stroke is inked throughout and mostly has paper beside it; level strokes of letters have not."""
    if stroke.length > 3 * LONG * unit:
        return True
    x0, x1 = int(stroke.x0), int(stroke.x1)
    half = stroke.width / 2
    height = mask.shape[0]
    core = mask[max(int(stroke.y0 - half) - 1, 0) : int(stroke.y0 + half) + 2, x0:x1]
    if core.any(axis=0).mean() < 0.9:
        return False
    free = []
    for away in (-1, 1):
        row = round(stroke.y0 + away * (half + 0.7 * unit) - 0.5)
        free.append(bool(not 0 <= row < height or (mask[row, x0:x1] == 0).mean() >= 0.7))
    return all(free)


def _dashed(mask: Pixels, unit: float) -> tuple[list[Stroke], Pixels]:
    """Level rows of short dashes at even distances, five or more, and their pixels."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    pixels = np.zeros_like(mask)
    if count < 6:
        return [], pixels
    width, height, area = stats[:, 2], stats[:, 3], stats[:, 4]
    likely = (height <= 2.6 * unit) & (width >= 1.1 * unit) & (width <= 14 * unit)
    likely &= (width >= 1.4 * height) & (area >= 0.55 * width * height)
    likely[0] = False
    dashes = [
        (float(stats[i, 1] + stats[i, 3] / 2), int(stats[i, 0]), int(stats[i, 2]), i) for i in np.flatnonzero(likely)
    ]
    strokes: list[Stroke] = []
    for row in _rows(sorted(dashes), 0.8 * unit):
        for chain in _chains(sorted(row, key=lambda dash: dash[1]), 7 * unit):
            lengths = [dash[2] for dash in chain]
            gaps = [b[1] - a[1] - a[2] for a, b in zip(chain, chain[1:], strict=False)]
            if len(chain) < 5 or max(gaps) > 2.5 * float(np.median(gaps)) + unit:
                continue
            if float(np.median(np.abs(np.array(lengths) - np.median(lengths)))) > 0.35 * float(np.median(lengths)):
                continue
            at = sum(dash[0] for dash in chain) / len(chain)
            thickness = float(np.median([stats[dash[3], 3] for dash in chain]))
            first, last = chain[0], chain[-1]
            strokes.append(Stroke(float(first[1]), at, float(last[1] + last[2]), at, thickness, dashed=True))
            for dash in chain:
                pixels[labels == dash[3]] = 255
    return strokes, pixels


_Dash = tuple[float, int, int, int]


def _rows(dashes: Sequence[_Dash], slack: float) -> Iterable[list[_Dash]]:
    row: list[_Dash] = []
    for dash in dashes:
        if row and dash[0] - row[-1][0] > slack:
            yield row
            row = []
        row.append(dash)
    if row:
        yield row


def _chains(row: Sequence[_Dash], reach: float) -> Iterable[list[_Dash]]:
    chain: list[_Dash] = []
    for dash in row:
        if chain and dash[1] - chain[-1][1] - chain[-1][2] > reach:
            yield chain
            chain = []
        chain.append(dash)
    if chain:
        yield chain
