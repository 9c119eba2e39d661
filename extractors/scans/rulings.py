"""Rulings on a scanned page: solid and dashed strokes, told from the strokes of characters.

Works in pixels of a levelled picture; `unit` is pixels a point. Uprights are found as levels of the turned picture.
Dashed and slanting strokes have modules of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from extractors.scans.dashed import find_dashed
from extractors.scans.ink import Ink
from extractors.scans.pieces import Pieces, pieces_of
from extractors.scans.rendering import Pixels
from extractors.scans.slanting import find_slanting
from extractors.scans.strokes import Stroke

LONG = 24.0
"""Points: a straight stroke this long is a ruling; no character in common use is so wide."""

SHORT = 9.0
"""Points: a straight stroke this long may be one, if it joins rulings or carries an arrow head."""

LARGE = 13.0
"""Points: pieces of ink larger than this are hardly letters."""

THICK = 4.5
"""Points: what is thicker is an area, not a stroke."""


FEWEST_DOTS, WIDEST_STEP = 10, 3.2
"""A dotted stroke has so many steps from dot to dot, of so many points."""

ALONE = 0.96
"""Share of paper on both sides of a stroke that no text is near."""

Columns = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Strokes:
    """All rulings of a page; `mask` is 255 on their pixels. `maybe` are short strokes that may yet be one. `rest` are
    the pieces of all other ink; `more` tells that some of it is larger than a letter: curves, folds, slants."""

    rulings: tuple[Stroke, ...]
    maybe: tuple[Stroke, ...]
    mask: Pixels
    rest: Pieces
    more: bool


def find_strokes(ink: Ink, unit: float) -> Strokes:
    """The rulings of a page; long ones are looked for in its faint ink, too."""
    faint = ink.faint()
    level, drawn = _level(faint, unit, LONG, bridged=True)
    upright, upright_pixels = _level(_across(faint), unit, LONG, bridged=True)
    del faint  # a page's picture is four megabytes and more, many times over
    drawn |= _across(upright_pixels)
    rulings = [*_merged(level, unit), *(stroke.transposed() for stroke in _merged(upright, unit))]
    pieces = pieces_of(without(ink.mask, drawn))
    dashed, dashed_pixels = find_dashed(pieces, drawn, unit)
    if dashed:
        # where some are, paler ones may be
        pale, pale_pixels = find_dashed(pieces_of(without(ink.faint(), drawn | dashed_pixels)), drawn, unit)
        dashed += pale
        dashed_pixels |= pale_pixels
    pieces = pieces.without(rim_of(dashed_pixels))
    more = bool((pieces.stats[1:, 2:4].max(axis=1, initial=0) >= LARGE * unit).any())
    slanting = find_slanting(pieces, unit)
    pieces = pieces.without(rim_of(slanting.pixels))
    drawn = drawn | dashed_pixels | slanting.pixels
    rulings += [*dashed, *slanting.strokes]
    maybe = [*_short(pieces.mask, unit), *slanting.short] if rulings else []  # they count where they join rulings
    return Strokes(tuple(rulings), tuple(maybe), drawn, pieces, more)


def _short(mask: Pixels, unit: float) -> list[Stroke]:
    level, _ = _level(mask, unit, SHORT)
    upright, _ = _level(_across(mask), unit, SHORT)
    return [*level, *(stroke.transposed() for stroke in upright)]


def _across(picture: Pixels) -> Pixels:
    return np.asarray(cv2.transpose(picture), dtype=np.uint8)


def rim_of(drawn: Pixels) -> Pixels:
    """What is drawn, and the pixels around it, whose ink is its blur."""
    return np.asarray(cv2.dilate(drawn, np.ones((3, 3), dtype=np.uint8)), dtype=np.uint8)


def without(mask: Pixels, drawn: Pixels) -> Pixels:
    """The ink that is not drawn, nor the rim of what is."""
    return np.asarray(cv2.bitwise_and(mask, cv2.bitwise_not(rim_of(drawn))), dtype=np.uint8)


def _merged(level: list[Stroke], unit: float) -> list[Stroke]:
    """Pieces of one level stroke joined: a hairline that leans is found step by step."""
    merged: list[Stroke] = []
    for stroke in sorted(level, key=lambda s: (s.x0, s.y0)):
        for n, other in enumerate(merged):
            gap = stroke.x0 - other.x1
            if abs(stroke.y0 - other.y0) <= 0.8 * unit and -2 * unit <= gap <= 3 * unit:
                total = stroke.length + other.length
                y = (stroke.y0 * stroke.length + other.y0 * other.length) / total
                width = max(stroke.width, other.width)
                dashed = stroke.dashed and other.dashed
                merged[n] = Stroke(other.x0, y, max(other.x1, stroke.x1), y, width, dashed)
                break
        else:
            merged.append(stroke)
    return merged


def _level(mask: Pixels, unit: float, shortest: float, bridged: bool = False) -> tuple[list[Stroke], Pixels]:
    """Level strokes of at least `shortest` points, and their pixels; `bridged`: over the breaks of a faint print."""
    bridge = np.ones((1, max(3, round(1.4 * unit))), dtype=np.uint8)
    closed = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, bridge), dtype=np.uint8) if bridged else mask
    run = max(9, round(shortest * unit))
    pixels = np.zeros_like(mask)
    likely = np.flatnonzero(may_have_run(closed, run))
    if not likely.size:
        return [], pixels
    runs = eroded_by_bar(closed[likely], run)
    real = runs.any(axis=1)
    # strokes stand in few rows: those and two on either side are put together and looked at as one small picture
    rows = np.zeros(len(mask), dtype=np.uint8)
    rows[likely[real]] = 1
    inked = np.flatnonzero(np.convolve(rows, np.ones(5, dtype=np.uint8), mode="same"))
    if not inked.size:
        return [], pixels
    seeds = np.zeros((len(inked), mask.shape[1]), dtype=np.uint8)
    seeds[np.searchsorted(inked, likely[real])] = runs[real]
    opened = np.asarray(cv2.dilate(seeds, np.ones((1, run), dtype=np.uint8)), dtype=np.uint8)
    # a hairline that leans by a hundredth of a degree steps from row to row: thickened by one, it holds together
    found = pieces_of(rim_of(opened))
    strokes: list[Stroke] = []
    kept = np.zeros_like(opened)
    for label in range(1, len(found.stats)):
        field, own = found.pixels_of(label)
        own &= opened[field] > 0
        stroke = _stroke_of(own, field[1].start, int(inked[field[0].start]), unit)
        if stroke is not None and bridged:
            stroke = _standing_free(mask, stroke, unit)
        if stroke is None:
            continue
        strokes.append(stroke)
        kept[field][own] = 255
    pixels[inked] = kept
    return strokes, pixels


def may_have_run(mask: Pixels, run: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which rows may have `run` inked pixels in a row: all that do, and few others.

    Such a run holds whole fields of eight pixels one beside the other, and a field is looked at as one number. One that
    the picture's edge cuts off may be shorter.
    """
    held = (run + 1) // 8 - 1
    if held < 1:
        return np.ones(len(mask), dtype=bool)
    fields = np.ascontiguousarray(mask[:, : mask.shape[1] // 8 * 8]).view(np.uint64)
    whole = fields == np.iinfo(np.uint64).max
    for _ in range(held - 1):
        whole = whole[:, :-1] & whole[:, 1:]
    return np.asarray(whole.any(axis=1) | (mask[:, 0] > 0) | (mask[:, -1] > 0))


def eroded_by_bar(mask: Pixels, run: int) -> Pixels:
    """255 where the middle of `run` inked pixels in a row is; what lies outside the picture counts as ink.

    As OpenCV erodes by a bar, but by doubling: what two neighbouring runs of 8 share is a run of 16.
    """
    half = run // 2
    eroded: Any = cv2.copyMakeBorder(mask, 0, 0, half, run - 1 - half, cv2.BORDER_CONSTANT, value=255)
    long = 1
    while long < run:
        step = min(long, run - long)
        eroded = cv2.bitwise_and(eroded[:, :-step], eroded[:, step:])
        long += step
    return np.asarray(eroded, dtype=np.uint8)


def _stroke_of(field: np.ndarray[Any, np.dtype[np.bool_]], x: int, y: int, unit: float) -> Stroke | None:
    """A piece of opened ink as a stroke, where it is thin; None where it is an area."""
    down, across = field.sum(axis=0), field.sum(axis=1)
    columns = np.flatnonzero(down)
    if columns.size == 0:
        return None
    thickness = _median(down[columns])
    if thickness > THICK * unit or columns.size < 3 * thickness:
        return None
    middle = float((np.arange(len(across)) * across).sum() / across.sum()) + y + 0.5
    return Stroke(float(x + int(columns[0])), middle, float(x + int(columns[-1]) + 1), middle, thickness)


def _median(counts: np.ndarray[Any, np.dtype[np.int64]]) -> float:
    """Their median; by sorting, which for the few pixels of a stroke is faster than what NumPy does."""
    ranked = np.sort(counts)
    return float(ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]) / 2


def _standing_free(mask: Pixels, stroke: Stroke, unit: float) -> Stroke | None:
    """The stroke where it is inked throughout, or dotted, and mostly has paper beside it; level strokes of letters have
    not."""
    share = 0.8 if stroke.length < 6 * LONG * unit else 0.5
    x0, x1 = int(stroke.x0), int(stroke.x1)
    half = stroke.width / 2
    height = mask.shape[0]
    core: Columns = np.asarray(mask[max(int(stroke.y0 - half) - 1, 0) : int(stroke.y0 + half) + 2, x0:x1].any(axis=0))
    dotted = bool(core.mean() < (0.97 if stroke.length < 3 * LONG * unit else 0.93))
    paper: list[list[float]] = []
    for side in (-1, 1):
        rows = [round(stroke.y0 + side * (half + away * unit) - 0.5) for away in (0.7, 1.5)]
        paper.append([float((mask[row, x0:x1] == 0).mean()) if 0 <= row < height else 1.0 for row in rows])
    free = min(max(rows) for rows in paper) >= share
    # the side of a box on whose other side words stand close
    beside_words = core.mean() >= 0.98 and max(min(rows) for rows in paper) >= ALONE
    if not (free or (beside_words and stroke.length >= 3 * LONG * unit)):
        return None
    if not dotted:
        return stroke
    # dots that a poor picture runs together here and there are told by all the paper around them
    alone = min(min(rows) for rows in paper) >= ALONE and core.mean() >= 0.5
    return replace(stroke, dashed=True) if alone or _is_dotted(core, unit) else None


def _is_dotted(core: Columns, unit: float) -> bool:
    """Whether the ink along a stroke (True where it is) is dots that follow each other closely and evenly."""
    steps = np.diff(np.flatnonzero(np.diff(core.astype(np.int8)) == 1))
    if len(steps) < FEWEST_DOTS or core.mean() < 0.3:
        return False
    usual = float(np.median(steps))
    return usual <= WIDEST_STEP * unit and bool((np.abs(steps - usual) <= max(1.0, 0.35 * usual)).mean() >= 0.75)
