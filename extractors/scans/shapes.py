"""Boxes and filled areas on a scanned page, made of the strokes and the ink found on it; arrow heads are put in.

Works in pixels of a levelled picture; `unit` is pixels a point.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from extractors.scans.arrows import find_heads, is_bare
from extractors.scans.faces import find_faces, runs_along
from extractors.scans.ink import Ink, median_grey
from extractors.scans.pieces import Table
from extractors.scans.rendering import Pixels
from extractors.scans.rulings import SHORT, Strokes
from extractors.scans.slanting import find_slanting
from extractors.scans.strokes import Outline, Point, Stroke, ends_of

ARROW = 12.0
"""Points: an arrow drawn between two boxes is no shorter; the strokes of a letter are."""

DOUBLE = 4.0
"""Points between the two strokes of a double outline."""

BREAK = 40.0
"""Points: what is drawn over the side of a box breaks it by no more than this."""

ROUND = 24.0
"""Points: the largest radius of a round corner."""


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
        across = straight if _slants(stroke) else None
        joined = _joined(stroke, level, upright, unit)
        if not joined or not is_bare(ink.mask, stroke, unit, across):
            continue
        own = find_heads(ink.mask, stroke, unit, across) if stroke.length >= ARROW * unit else []
        if own or joined == 2:
            heads += own
            rulings.append(stroke)
            _paint(mask, stroke)
    boxes, sides = _boxes(rulings, ink, unit)
    faces = find_faces(ink.mask, boxes, rulings, unit) if found.more else []
    sides |= {n for n, stroke in enumerate(rulings) if any(runs_along(stroke, face, unit) for face in faces)}
    # lines that begin or end at such an outline hung together with it until now
    beside = len(rulings)
    rulings += find_slanting(found.rest.without(_edges(faces, ink.mask.shape, unit)), unit).strokes if faces else []
    broken, broken_sides = _broken_boxes(rulings, sides, ink, unit)
    boxes += broken
    sides |= broken_sides
    sides |= {n for n, stroke in enumerate(rulings) if n not in sides and _doubles(stroke, boxes, unit)}
    strokes = {n: stroke for n, stroke in enumerate(rulings) if n not in sides}
    for n in (*range(len(found.rulings)), *range(beside, len(rulings))):
        if n not in sides:
            stroke = rulings[n]
            own = find_heads(ink.mask, stroke, unit, straight if _slants(stroke) else None)
            heads += own
            strokes[n] = _reaching(stroke, own)
    mask |= _edges(faces, mask.shape, unit / 2)
    for head in heads:
        corners = np.array(head.points, dtype=np.int32)
        cv2.fillPoly(mask, [corners], 255)
        cv2.polylines(mask, [corners], True, 255, 2)
    areas = _areas(ink, [*boxes, *faces], unit)
    return Drawing(tuple(strokes.values()), (*boxes, *faces, *areas, *heads), mask)


def _edges(faces: list[Outline], shape: tuple[int, ...], unit: float) -> Pixels:
    """The pixels of the outlines, and `unit` about them."""
    pixels = np.zeros(shape, dtype=np.uint8)
    for face in faces:
        cv2.polylines(pixels, [np.array(face.points, dtype=np.int32)], True, 255, round(3 * unit) + 1)
    return pixels


def _slants(stroke: Stroke) -> bool:
    return not (stroke.level or stroke.upright)


def _painted(shape: tuple[int, ...], strokes: tuple[Stroke, ...], rulings: tuple[Stroke, ...]) -> Pixels | None:
    """The pixels of the solid rulings that run level or upright; None where none of the strokes slants across them."""
    if not any(_slants(stroke) for stroke in strokes):
        return None
    pixels = np.zeros(shape, dtype=np.uint8)
    for stroke in rulings:
        if not (_slants(stroke) or stroke.dashed):
            _paint(pixels, stroke)
    return pixels


def _paint(mask: Pixels, stroke: Stroke) -> None:
    """Puts the stroke into the mask, a pixel wider than it is."""
    if _slants(stroke):
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


# --- boxes -----------------------------------------------------------------------------------------------------------


def _boxes(rulings: list[Stroke], ink: Ink, unit: float) -> tuple[list[Outline], set[int]]:
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
                    _round_corners(box, inset) if rounded else _corners(box),
                    _fill(ink, box, unit),
                    True,
                    width,
                    dashed,
                )
            )
            break
    return boxes, used


def _broken_boxes(rulings: list[Stroke], used: set[int], ink: Ink, unit: float) -> tuple[list[Outline], set[int]]:
    """As `_boxes` of the rulings that are not used yet, with sides that something drawn over them breaks (the tail of a
    call-out, a label) taken as one."""
    whole: list[Stroke] = []
    parts: list[set[int]] = []
    for n, stroke in enumerate(rulings):
        if n in used or _slants(stroke):
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
    boxes, sides = _boxes(whole, ink, unit)
    return boxes, {n for m in sides for n in parts[m]}


def _doubles(stroke: Stroke, boxes: list[Outline], unit: float) -> bool:
    """Whether a stroke is a side of a double outline, whose other one is a box's."""
    if _slants(stroke):
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


def _corners(box: tuple[float, float, float, float]) -> tuple[Point, ...]:
    x0, top, x1, bottom = box
    return ((x0, top), (x1, top), (x1, bottom), (x0, bottom))


def _round_corners(box: tuple[float, float, float, float], radius: float) -> tuple[Point, ...]:
    x0, top, x1, bottom = box
    r = min(radius, (x1 - x0) / 2, (bottom - top) / 2)
    return (
        (x0 + r, top), (x1 - r, top), (x1, top + r), (x1, bottom - r),
        (x1 - r, bottom), (x0 + r, bottom), (x0, bottom - r), (x0, top + r),
    )  # fmt: skip


def _fill(ink: Ink, box: tuple[float, float, float, float], unit: float) -> float:
    """The grey just inside the box where nothing is printed, 1 for that of the paper."""
    x0, top, x1, bottom = (round(value) for value in box)
    edge = round(2 * unit)
    inside = (slice(top + edge, bottom - edge, 2), slice(x0 + edge, x1 - edge, 2))
    blank = ink.grey[inside][ink.halo[inside] == 0]
    return _shade(median_grey(blank), ink.paper) if blank.size else 1.0


def _shade(grey: float, paper: int) -> float:
    return round(min(1.0, grey / max(paper, 1)), 2)


# --- filled areas ----------------------------------------------------------------------------------------------------


def _areas(ink: Ink, boxes: list[Outline], unit: float) -> list[Outline]:
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
        fill = _fill(ink, box, unit)
        if any(_within(box, outline) and abs(outline.fill - fill) < 0.04 for outline in boxes):
            continue
        if any(_straddles(box, outline) for outline in boxes):
            continue
        if fill < 0.965:  # where text stands close, what lies behind it only seems darker
            areas.append(Outline("rectangle", _corners(box), fill, stroked=False))
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
