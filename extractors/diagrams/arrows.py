"""Strokes joined into connectors, and the boxes that each end belongs to.

Points, origin upper left.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from extractors.diagrams.breaks import LONGEST_BREAK, TOUCH, mended, words_fill
from extractors.diagrams.geometry import (
    Places,
    Point,
    boundary_distance,
    box_of,
    crosses,
    direction,
    distance_to,
    sides,
)
from extractors.diagrams.outlines import Outline
from extractors.diagrams.paths import Path, find_paths
from extractors.diagrams.strokes import Stroke, Strokes
from extractors.pages.geometry import Box
from extractors.pages.lines import GlyphIndex

POINTS_AT = 30.0
"""An end that runs towards a box and stops this far from it is meant for it."""

MOST_LINES = 500
"""Of more strokes than this those with heads and the longest are joined: the rest is a picture made of lines."""


class Wire(NamedTuple):
    """A path with the outlines (by place) that its ends belong to."""

    points: tuple[Point, ...]
    tail_box: int | None
    head_box: int | None
    headed: bool
    both: bool
    dashed: bool


def find_wires(
    strokes: Strokes,
    outlines: Sequence[Outline],
    parents: Sequence[int | None],
    index: GlyphIndex,
    cells: Sequence[Box] = (),
) -> list[Wire]:
    """All connectors with their boxes; strokes that join nothing and point at nothing are left out.

    `cells` are those of ruled tables in the drawing, whose sides are no connectors.
    """
    boxes = [outline.box for outline in outlines]
    places = Places((box.grown(POINTS_AT), n) for n, box in enumerate(boxes))
    lines = _no_sides(strokes.lines, [*boxes, *cells])
    paths = find_paths(lines, places, boxes)
    hosts = {parent for parent in parents if parent is not None}
    leaves = [outline.box for n, outline in enumerate(outlines) if n not in hosts]
    paths = mended(paths, places, boxes, leaves, index)
    paths += [Path(points, both, True, False) for points, both in strokes.arrows]
    paths += [Path(tail, False, False, False) for tail in strokes.tails]
    wires = []
    for path in paths:
        tail, head = _ends(path, boxes, places)
        headed = path.head or path.tail
        if headed and tail is None and head is not None:
            tail = _beyond_label(path.points[0], path.points[1], boxes, index, head)
        elif headed and head is None and tail is not None:
            head = _beyond_label(path.points[-1], path.points[-2], boxes, index, tail)
        length = sum(math.dist(a, b) for a, b in pairwise(path.points))
        if length < 5 or (not headed and (tail is None or head is None)) or _is_ornament(path, outlines, parents):
            continue
        points, both = path.points, path.head and path.tail
        if (path.tail and not path.head) or ((both or not headed) and _runs_back(points[0], points[-1])):
            points, tail, head = points[::-1], head, tail
        wires.append(Wire(points, tail, head, headed, both, path.dashed))
    return _once(sorted(set(wires), key=lambda w: (w.points[0][1], w.points[0][0], w.points)))


def _runs_back(a: Point, b: Point) -> bool:
    """Whether a line without direction would be read from `b`: it is read from the left, an upright one from above."""
    return a[0] > b[0] if abs(a[0] - b[0]) > 2.0 else a[1] > b[1]


def _once(wires: Sequence[Wire]) -> list[Wire]:
    """Each connector once, though its line was drawn twice (both sides of a thin polygon, a shadow)."""
    by_ends: dict[tuple[int | None, int | None], list[Wire]] = defaultdict(list)
    kept: list[Wire] = []
    for wire in wires:
        ends = wire.tail_box, wire.head_box
        if any(_same_way(wire, other) for other in by_ends[ends]):
            continue
        by_ends[ends].append(wire)
        kept.append(wire)
    return kept


def _same_way(one: Wire, two: Wire) -> bool:
    """Whether the two run within a line's width of each other from end to end."""
    return all(
        min(distance_to(p, a, b) for a, b in pairwise(way)) <= 3.0
        for points, way in ((one.points, two.points), (two.points, one.points))
        for p in points
    )


def _is_ornament(path: Path, outlines: Sequence[Outline], parents: Sequence[int | None]) -> bool:
    """Whether the line lies wholly in a box that holds no other: the fold of a note's corner, an icon."""
    hosts = set(parents)
    return any(
        n not in hosts and all(outline.box.grown(1.5).holds_point(*p) for p in path.points)
        for n, outline in enumerate(outlines)
    )


def _no_sides(lines: Iterable[Stroke], boxes: Sequence[Box]) -> list[Stroke]:
    """The strokes that are no side of boxes: those in which an arrow ends, and those that run along none."""
    places = Places((box.grown(3.0), box) for box in boxes)

    def is_side(line: Stroke) -> bool:
        near = places.near(line.box)
        # a stroke of a table runs along many cells, each a part of it
        parts = max(2, min(16, round(line.length / 12))) if len(near) > 2 else 2
        on_it = [
            (line.a[0] + (line.b[0] - line.a[0]) * k / parts, line.a[1] + (line.b[1] - line.a[1]) * k / parts)
            for k in range(parts + 1)
        ]
        if any(all(boundary_distance(box, p) <= 2.5 for p in on_it) for box in near):
            return True
        return len(near) > 2 and all(any(boundary_distance(box, p) <= 2.0 for box in near) for p in on_it)

    kept = [line for line in lines if line.head_a or line.head_b or not is_side(line)]
    if len(kept) > MOST_LINES:
        ranked = sorted(range(len(kept)), key=lambda n: (not (kept[n].head_a or kept[n].head_b), -kept[n].length, n))
        kept = [kept[n] for n in sorted(ranked[:MOST_LINES])]
    return kept


def _ends(path: Path, boxes: Sequence[Box], places: Places[int]) -> tuple[int | None, int | None]:
    """The boxes at the first and at the last point; never the same one at both."""
    tails = _candidates(path.points[0], path.points[1], path.points[-1], boxes, places)
    heads = _candidates(path.points[-1], path.points[-2], path.points[0], boxes, places)
    choices: list[tuple[float, int | None, int | None]] = [
        (a + b, n, m) for a, n in tails for b, m in heads if n is None or n != m
    ]
    return min(choices, key=lambda c: (c[0], c[1] is None, c[1] or 0, c[2] is None, c[2] or 0))[1:]


NOTHING = 60.0
"""The cost of an end that belongs to no box."""


def _candidates(
    end: Point, before: Point, far: Point, boxes: Sequence[Box], places: Places[int]
) -> list[tuple[float, int | None]]:
    """The boxes that a line's end may belong to, with what speaks against each."""
    ahead = direction(before, end)
    reach = (end[0] + POINTS_AT * ahead[0], end[1] + POINTS_AT * ahead[1])
    found: list[tuple[float, int | None]] = [(NOTHING, None)]
    for n in places.near(box_of([end])):
        box = boxes[n]
        off = boundary_distance(box, end)
        holds_far, holds_end = box.holds_point(*far), box.grown(0.5).holds_point(*end)
        step_back = (end[0] - (off + 4) * ahead[0], end[1] - (off + 4) * ahead[1])
        from_inside = box.holds_point(*step_back) and holds_far
        cost = math.inf
        if off <= TOUCH:
            cost = off
            if from_inside:
                cost += 12  # a line that starts inside a box and stops at its side rarely means that box
        elif not holds_end:
            hit = [p for c, d in sides(box) if (p := _meeting(end, reach, c, d)) is not None]
            if hit:
                cost = TOUCH + min(math.dist(end, p) for p in hit)
        elif not holds_far:
            cost = TOUCH + min(off, 30.0) + box.area / 50_000
        if math.isfinite(cost):
            found.append((cost + box.area * 1e-7, n))
    return sorted(found, key=lambda c: (c[0], c[1] is None, c[1] or 0))[:5]


def _beyond_label(end: Point, before: Point, boxes: Sequence[Box], index: GlyphIndex, other: int) -> int | None:
    """The box that an arrow's end runs towards, where words written in the arrow's line are all that lies between."""
    ahead = direction(before, end)
    reach = (end[0] + LONGEST_BREAK * ahead[0], end[1] + LONGEST_BREAK * ahead[1])
    hits = [
        (math.dist(end, at), n, at)
        for n, box in enumerate(boxes)
        if n != other and not box.holds_point(*end)
        for a, b in sides(box)
        if (at := _meeting(end, reach, a, b)) is not None
    ]
    if not hits:
        return None
    gap, n, at = min(hits)
    return n if words_fill(end, at, index) >= 0.6 * gap else None


def _meeting(a: Point, b: Point, c: Point, d: Point) -> Point | None:
    if not crosses(a, b, c, d):
        return None
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = a, b, c, d
    below = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
    if below == 0:
        return None
    t = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / below
    return (ax + t * (bx - ax), ay + t * (by - ay))
