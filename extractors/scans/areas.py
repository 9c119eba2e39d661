"""Filled areas on a scanned page: rectangles of another grey than the paper's that nothing frames.

Works in pixels of a levelled picture; `unit` is pixels a point.
"""

from __future__ import annotations

import cv2
import numpy as np

from extractors.scans.boxes import corners_of, fill_of
from extractors.scans.ink import Ink
from extractors.scans.strokes import Outline


def find_areas(ink: Ink, boxes: list[Outline], unit: float) -> list[Outline]:
    """Rectangles of another grey than the paper's that no outline frames, largest first."""
    page = ink.background.size
    grain = int(5 * unit) | 1
    paper = float(ink.paper)
    differing = cv2.bitwise_not(cv2.inRange(ink.background, np.array([paper - 9]), np.array([paper + 9])))
    x, y, width, height = cv2.boundingRect(differing)
    if min(width, height) < grain:
        return []
    # with room around, so that the window's edge is not taken for that of the page, beyond which all counts as grey
    left, top = max(x - grain, 0), max(y - grain, 0)
    window = differing[top : y + height + grain, left : x + width + grain]
    differs = cv2.morphologyEx(window, cv2.MORPH_OPEN, np.ones((grain, grain), dtype=np.uint8))
    areas: list[Outline] = []
    # by their outlines: labelling pixels that are many takes ten times as long; that of a hole has no grey in it
    outlines, _ = cv2.findContours(differs, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for x, y, width, height in sorted(map(cv2.boundingRect, outlines), key=lambda box: (box[1], box[0]))[:400]:
        size = cv2.countNonZero(differs[y : y + height, x : x + width])
        x, y = x + left, y + top
        if min(width, height) < 10 * unit or size < 0.85 * width * height or size > 0.95 * page:
            continue
        box = (float(x), float(y), float(x + width), float(y + height))
        if any(_same(box, outline) for outline in boxes):
            continue
        fill = fill_of(ink, box, unit)
        if any(_within(box, outline) and abs(outline.fill - fill) < 0.04 for outline in boxes):
            continue
        if any(_straddles(box, outline) for outline in boxes):
            continue
        if fill < 0.965:  # where text stands close, what lies behind it only seems darker
            areas.append(Outline("rectangle", corners_of(box), fill, stroked=False))
    return sorted(areas, key=lambda area: area.points)


def _within(box: tuple[float, float, float, float], outline: Outline) -> bool:
    xs, ys = [x for x, _ in outline.points], [y for _, y in outline.points]
    slack = 0.1 * min(box[2] - box[0], box[3] - box[1])
    return (
        min(xs) - slack <= box[0]
        and min(ys) - slack <= box[1]
        and box[2] <= max(xs) + slack
        and box[3] <= max(ys) + slack
    )


def _straddles(box: tuple[float, float, float, float], outline: Outline) -> bool:
    """Whether an area lies partly in and partly out of an outlined box: a shadow of print beside its side."""
    xs, ys = [x for x, _ in outline.points], [y for _, y in outline.points]
    x0, top, x1, bottom = max(box[0], min(xs)), max(box[1], min(ys)), min(box[2], max(xs)), min(box[3], max(ys))
    if x1 <= x0 or bottom <= top:
        return False
    common = (x1 - x0) * (bottom - top)
    smaller = min((box[2] - box[0]) * (box[3] - box[1]), (max(xs) - min(xs)) * (max(ys) - min(ys)))
    return 0.1 * smaller < common < 0.9 * smaller


def _same(box: tuple[float, float, float, float], outline: Outline) -> bool:
    """Whether the two share three quarters of what they cover together."""
    xs, ys = [x for x, _ in outline.points], [y for _, y in outline.points]
    other = (min(xs), min(ys), max(xs), max(ys))
    common = max(min(box[2], other[2]) - max(box[0], other[0]), 0) * max(
        min(box[3], other[3]) - max(box[1], other[1]), 0
    )
    areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (box, other)]
    return common > 0.75 * (sum(areas) - common)
