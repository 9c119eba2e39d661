"""The heads of arrows: filled triangles and notched ones, and two short strokes, at the ends of longer strokes.

Nothing here looks at colours. Points, origin upper left.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from extractors.diagrams.geometry import Places, Point, box_of, cross, direction, distance_to, dot, polygon_area
from extractors.pages.geometry import Box
from extractors.pages.page import Shape

if TYPE_CHECKING:
    from extractors.diagrams.strokes import Stroke

LARGEST_HEAD = 32.0
"""An arrow head's longest side, in points; a larger triangle is a shape of its own."""

LONGEST_BARB = 20.0
"""The two strokes of an open head are no longer than this."""


def may_be_head(shape: Shape, box: Box) -> bool:
    """Whether it has the size and corners of a filled arrow head."""
    if shape.fill is None and not shape.stroked:
        return False
    if shape.kind == "triangle":
        return max(box.width, box.height) <= LARGEST_HEAD and polygon_area(shape.points) > 1.0
    return (
        shape.kind == "other"
        and 4 <= len(shape.points) <= 5
        and max(box.width, box.height) <= LARGEST_HEAD / 2
        and not _is_parallelogram(shape)
        and 0.25 * box.area < polygon_area(shape.points) < 0.75 * box.area
    )


def _is_parallelogram(shape: Shape) -> bool:
    """Whether opposite sides are alike, as those of a dash are."""
    sides = [math.dist(a, b) for a, b in pairwise([*shape.points, shape.points[0]])]
    return len(sides) == 4 and all(abs(sides[k] - sides[k + 2]) <= 0.2 * max(sides) for k in (0, 1))


def set_heads(lines: list[Stroke], heads: Iterable[Shape]) -> None:
    """Each filled head goes to the stroke end that it continues; the stroke then reaches to its tip."""
    places = Places((box_of([end]).grown(1.0), (n, end)) for n, line in enumerate(lines) for end in (line.a, line.b))
    for head in heads:
        best: tuple[float, int, Point, Point] | None = None
        corners = head.points
        edges = list(zip(corners, corners[1:] + corners[:1], strict=True))
        centre = (sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners))
        for n, end in places.near(head.box.grown(4.0)):
            line = lines[n]
            at = direction(line.b, line.a) if end == line.a else direction(line.a, line.b)
            tip = max(corners, key=lambda p: (dot(at, p), p))
            size = dot(at, tip) - min(dot(at, p) for p in corners)
            aside = abs(cross(at, (tip[0] - end[0], tip[1] - end[1])))
            away = 0.0 if _within(end, corners) else min(distance_to(end, *edge) for edge in edges)
            behind = dot(at, tip) - dot(at, centre)
            if size < 1 or aside > max(1.5, 0.2 * size) or away > 3.5 or behind < 0.55 * size:
                continue
            cost = aside + away - min(line.length, 20) / 100
            if best is None or cost < best[0]:
                best = (cost, n, end, tip)
        if best is None and head.kind == "triangle":
            best = _touching(head, edges, places, lines)
        if best is not None:
            _, n, end, tip = best
            line = lines[n]
            if end == line.a:
                line.a, line.head_a = tip, True
            else:
                line.b, line.head_b = tip, True


def _touching(
    head: Shape,
    edges: Sequence[tuple[Point, Point]],
    places: Places[tuple[int, Point]],
    lines: Sequence[Stroke],
) -> tuple[float, int, Point, Point] | None:
    """The end of a long stroke that a small triangle touches, though it does not point along it (a curve, or a program
    that turned it wrongly)."""
    if max(head.box.width, head.box.height) > LARGEST_HEAD / 2:
        return None
    near = [
        (min(distance_to(end, *edge) for edge in edges), n, end, end)
        for n, end in places.near(head.box.grown(2.0))
        if lines[n].length > 2 * max(head.box.width, head.box.height)
    ]
    return min((one for one in near if one[0] <= 2.0), default=None)


def _within(p: Point, corners: Sequence[Point]) -> bool:
    inside = False
    for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (ay > p[1]) != (by > p[1]) and p[0] < ax + (p[1] - ay) * (bx - ax) / (by - ay):
            inside = not inside
    return inside


def open_heads(lines: list[Stroke]) -> list[Stroke]:
    """Two short strokes that spread backwards from a stroke's end are its head, and go."""
    short = [(n, line) for n, line in enumerate(lines) if 1.5 <= line.length <= LONGEST_BARB and not line.dashed]
    places = Places((box_of([end]).grown(2.5), (n, end)) for n, line in short for end in (line.a, line.b))
    gone: set[int] = set()
    for n, line in sorted(enumerate(lines), key=lambda item: (-item[1].length, item[0])):
        if n in gone or line.length < 6:
            continue
        for end, other in ((line.a, line.b), (line.b, line.a)):
            if (line.head_a and end == line.a) or (line.head_b and end == line.b):
                continue
            back = direction(end, other)
            barbs: dict[bool, tuple[float, int]] = {}
            for m, tip in places.near(box_of([end])):
                if m == n or m in gone or lines[m].length > line.length:
                    continue
                barb = lines[m]
                out = direction(tip, barb.b if tip == barb.a else barb.a)
                if 0.4 <= dot(out, back) <= 0.98:
                    barbs.setdefault(cross(back, out) > 0, (barb.length, m))
            if len(barbs) == 2:
                (one, i), (two, j) = barbs[True], barbs[False]
                if min(one, two) >= 0.6 * max(one, two):
                    gone |= {i, j}
                    if end == line.a:
                        line.head_a = True
                    else:
                        line.head_b = True
    return [line for n, line in enumerate(lines) if n not in gone]
