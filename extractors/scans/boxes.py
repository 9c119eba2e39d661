"""Boxes on a scanned page that level and upright strokes close: sharp or round corners, double outlines, broken sides.

Works in pixels of a levelled picture; `unit` is pixels a point.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from extractors.scans.ink import Ink, median_grey
from extractors.scans.rendering import Pixels
from extractors.scans.rulings import SHORT
from extractors.scans.strokes import Outline, Point, Stroke

DOUBLE = 4.0
"""Points between the two strokes of a double outline."""

BREAK = 40.0
"""Points: what is drawn over the side of a box breaks it by no more than this."""

ROUND = 24.0
"""Points: the largest radius of a round corner."""


def find_boxes(rulings: list[Stroke], ink: Ink, unit: float) -> tuple[list[Outline], set[int]]:
    """Boxes of two level and two upright strokes that meet at four corners, and the numbers of the strokes used.

    A corner is where two strokes end. Where strokes run across the box from side to side, it is a table and stays one.
    """
    sharp, radius = 2.2 * unit, ROUND * unit
    level = [(n, s) for n, s in enumerate(rulings) if s.level and s.length >= SHORT * unit * 0.5]
    upright = [(n, s) for n, s in enumerate(rulings) if s.upright and s.length >= SHORT * unit * 0.5]
    level.sort(key=lambda item: item[1].y0)
    boxes: list[Outline] = []
    used: set[int] = set()
    for i, (top_n, top) in enumerate(level):
        for bottom_n, bottom in level[i + 1 :]:
            # dashes leave off some way before a corner
            slack = sharp if not (top.dashed and bottom.dashed) else 4 * sharp
            # a side reaches to the far edge of what it meets
            slack += (top.width + bottom.width) / 4
            # an arrow head at a corner makes a side seem longer
            loose = max(slack, 7 * unit)
            if abs(top.x0 - bottom.x0) > loose or abs(top.x1 - bottom.x1) > loose:
                continue
            left = _side(upright, max(top.x0, bottom.x0), -1, top.y0, bottom.y0, slack, radius)
            right = _side(upright, min(top.x1, bottom.x1), 1, top.y0, bottom.y0, slack, radius)
            if left is None or right is None:
                continue
            box = (left[1].x0, top.y0, right[1].x0, bottom.y0)
            inset = max(top.x0 - box[0], box[2] - top.x1, left[1].y0 - box[1], box[3] - left[1].y1)
            own = {top_n, bottom_n, left[0], right[0]}
            if _parted(box, rulings, own, slack, unit):
                break
            rounded = inset > slack
            if rounded and not _arcs(ink.mask, box, inset, unit):
                continue
            used |= own
            sides = (top, bottom, left[1], right[1])
            width = float(np.median([side.width for side in sides]))
            dashed = sum(side.dashed for side in sides) >= 2
            boxes.append(
                Outline(
                    "rounded" if rounded else "rectangle",
                    _round_corners(box, inset) if rounded else corners_of(box),
                    fill_of(ink, box, unit),
                    True,
                    width,
                    dashed,
                )
            )
            break
    return boxes, used


def find_broken_boxes(rulings: list[Stroke], used: set[int], ink: Ink, unit: float) -> tuple[list[Outline], set[int]]:
    """As `find_boxes` of the rulings that are not used yet, with sides that something drawn over them breaks (the tail
    of a call-out, a label) taken as one."""
    whole: list[Stroke] = []
    parts: list[set[int]] = []
    for n, stroke in enumerate(rulings):
        if n in used or stroke.slants:
            continue
        for m, other in enumerate(whole):
            joined = _over_break(other, stroke, unit)
            if joined is not None:
                whole[m] = joined
                parts[m].add(n)
                break
        else:
            whole.append(stroke)
            parts.append({n})
    if all(len(part) == 1 for part in parts):
        return [], set()
    boxes, sides = find_boxes(whole, ink, unit)
    return boxes, {n for m in sides for n in parts[m]}


def doubles(stroke: Stroke, boxes: list[Outline], unit: float) -> bool:
    """Whether a stroke is a side of a double outline, whose other one is a box's."""
    if stroke.slants:
        return False
    near = DOUBLE * unit
    for box in boxes:
        (x0, top), (x1, bottom) = box.points[0], box.points[2]
        if box.kind != "rectangle":
            continue
        if stroke.level:
            place, first, last, ends = stroke.y0, stroke.x0 - x0, x1 - stroke.x1, (top, bottom)
        else:
            place, first, last, ends = stroke.x0, stroke.y0 - top, bottom - stroke.y1, (x0, x1)
        if min(abs(place - end) for end in ends) <= near and abs(first) <= 1.5 * near and abs(last) <= 1.5 * near:
            return True
    return False


def _over_break(one: Stroke, two: Stroke, unit: float) -> Stroke | None:
    """Two level or upright strokes in one line with a break between them, as one."""
    if one.level != two.level or one.dashed != two.dashed:
        return None
    if one.upright:
        joined = _over_break(one.transposed(), two.transposed(), unit)
        return None if joined is None else joined.transposed()
    first, last = sorted((one, two), key=lambda stroke: stroke.x0)
    gap = last.x0 - first.x1
    if abs(one.y0 - two.y0) > 0.5 * unit or not 0 < gap <= BREAK * unit or gap > 0.4 * (last.x1 - first.x0):
        return None
    return replace(first, x1=last.x1, width=max(one.width, two.width))


def _side(
    upright: list[tuple[int, Stroke]], x: float, outwards: int, top: float, bottom: float, slack: float, radius: float
) -> tuple[int, Stroke] | None:
    """The upright stroke that closes a box at `x`, or up to a round corner's radius outwards of it."""
    best: tuple[float, int, Stroke] | None = None
    for n, stroke in upright:
        out = (stroke.x0 - x) * outwards
        if not -slack <= out <= radius:
            continue
        above, below = stroke.y0 - top, bottom - stroke.y1
        if abs(above - max(out, 0.0)) > slack + 0.4 * max(out, 0) or abs(below - max(out, 0.0)) > slack + 0.4 * max(
            out, 0
        ):
            continue
        if best is None or abs(out) < best[0]:
            best = (abs(out), n, stroke)
    return (best[1], best[2]) if best is not None else None


def _parted(
    box: tuple[float, float, float, float], rulings: list[Stroke], own: set[int], slack: float, unit: float
) -> bool:
    """Whether a stroke runs across the box from side to side: the second one of a double outline does not."""
    x0, top, x1, bottom = box
    room = max(slack, DOUBLE * unit)
    for n, stroke in enumerate(rulings):
        if n in own:
            continue
        if stroke.level and top + room < stroke.y0 < bottom - room:
            if stroke.x0 <= x0 + slack and stroke.x1 >= x1 - slack:
                return True
        elif (
            stroke.upright
            and x0 + room < stroke.x0 < x1 - room
            and stroke.y0 <= top + slack
            and stroke.y1 >= bottom - slack
        ):
            return True
    return False


def _arcs(mask: Pixels, box: tuple[float, float, float, float], radius: float, unit: float) -> bool:
    """Whether round corners are drawn where the sides leave off."""
    x0, top, x1, bottom = box
    d = radius * (1 - 0.5**0.5)
    found = 0
    for x, y in ((x0 + d, top + d), (x1 - d, top + d), (x0 + d, bottom - d), (x1 - d, bottom - d)):
        reach = max(2, round(0.9 * unit), round(0.4 * radius))
        found += bool(
            mask[max(int(y) - reach, 0) : int(y) + reach + 1, max(int(x) - reach, 0) : int(x) + reach + 1].any()
        )
    return found >= 3


def corners_of(box: tuple[float, float, float, float]) -> tuple[Point, ...]:
    """The corners of a box, from its upper left, clockwise."""
    x0, top, x1, bottom = box
    return ((x0, top), (x1, top), (x1, bottom), (x0, bottom))


def _round_corners(box: tuple[float, float, float, float], radius: float) -> tuple[Point, ...]:
    x0, top, x1, bottom = box
    r = min(radius, (x1 - x0) / 2, (bottom - top) / 2)
    return (
        (x0 + r, top), (x1 - r, top), (x1, top + r), (x1, bottom - r),
        (x1 - r, bottom), (x0 + r, bottom), (x0, bottom - r), (x0, top + r),
    )  # fmt: skip


def fill_of(ink: Ink, box: tuple[float, float, float, float], unit: float) -> float:
    """The grey just inside the box where nothing is printed, 1 for that of the paper."""
    x0, top, x1, bottom = (round(value) for value in box)
    edge = round(2 * unit)
    inside = (slice(top + edge, bottom - edge, 2), slice(x0 + edge, x1 - edge, 2))
    blank = ink.grey[inside][ink.halo[inside] == 0]
    return _shade(median_grey(blank), ink.paper) if blank.size else 1.0


def _shade(grey: float, paper: int) -> float:
    return round(min(1.0, grey / max(paper, 1)), 2)
