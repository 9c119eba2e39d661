"""Plane geometry that diagrams need: distances between points, strokes and boxes, and a quick look-up by place.

Points (1/72 inch), origin upper left.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Generic, TypeVar

from extractors.pages.geometry import Box

Point = tuple[float, float]
T = TypeVar("T")


def box_of(points: Iterable[Point]) -> Box:
    """The upright box around the points."""
    xs, ys = zip(*points, strict=True)
    return Box(min(xs), min(ys), max(xs), max(ys))


def direction(a: Point, b: Point) -> Point:
    """The unit vector from `a` to `b`; (0, 0) when they are the same."""
    length = math.dist(a, b)
    return ((b[0] - a[0]) / length, (b[1] - a[1]) / length) if length else (0.0, 0.0)


def dot(a: Point, b: Point) -> float:
    """The scalar product."""
    return a[0] * b[0] + a[1] * b[1]


def cross(a: Point, b: Point) -> float:
    """The cross product: its sign tells the side, its size the sine times both lengths."""
    return a[0] * b[1] - a[1] * b[0]


def nearest_on(p: Point, a: Point, b: Point) -> Point:
    """The point of the stroke a-b nearest to `p`."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    if square == 0:
        return a
    t = max(0.0, min(1.0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / square))
    return (a[0] + t * dx, a[1] + t * dy)


def distance_to(p: Point, a: Point, b: Point) -> float:
    """How far `p` is from the stroke a-b."""
    return math.dist(p, nearest_on(p, a, b))


def boundary_distance(box: Box, p: Point) -> float:
    """How far `p` is from the outline of `box`, from inside or outside."""
    outside = box.distance(*p)
    if outside > 0:
        return outside
    return min(p[0] - box.x0, box.x1 - p[0], p[1] - box.top, box.bottom - p[1])


def crosses(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the strokes a-b and c-d properly cross."""
    one, two = direction(a, b), direction(c, d)
    s, t = cross(one, (c[0] - a[0], c[1] - a[1])), cross(one, (d[0] - a[0], d[1] - a[1]))
    u, v = cross(two, (a[0] - c[0], a[1] - c[1])), cross(two, (b[0] - c[0], b[1] - c[1]))
    return s * t < 0 and u * v < 0


def sides(box: Box) -> list[tuple[Point, Point]]:
    """The four sides of the box."""
    x0, top, x1, bottom = box
    corners = [(x0, top), (x1, top), (x1, bottom), (x0, bottom)]
    return list(zip(corners, corners[1:] + corners[:1], strict=True))


def box_to_stroke(box: Box, a: Point, b: Point) -> float:
    """The distance between a box and a stroke; 0 where they meet."""
    if box.holds_point(*a) or box.holds_point(*b) or any(crosses(a, b, c, d) for c, d in sides(box)):
        return 0.0
    x0, top, x1, bottom = box
    corners = ((x0, top), (x1, top), (x1, bottom), (x0, bottom))
    return min(min(box.distance(*a), box.distance(*b)), min(distance_to(corner, a, b) for corner in corners))


def polygon_area(points: Sequence[Point]) -> float:
    """The area that the corners enclose."""
    return abs(sum(cross(a, b) for a, b in pairwise([*points, points[0]]))) / 2


def simplified(points: Sequence[Point], slack: float) -> list[Point]:
    """The path without the corners that stand off it by no more than `slack` (Douglas and Peucker)."""
    if len(points) < 3:
        return list(points)
    keep = {0, len(points) - 1}
    stack = [(0, len(points) - 1)]
    while stack:
        i, j = stack.pop()
        if j - i < 2:
            continue
        k = max(range(i + 1, j), key=lambda n: distance_to(points[n], points[i], points[j]))
        if distance_to(points[k], points[i], points[j]) > slack:
            keep.add(k)
            stack += [(i, k), (k, j)]
    return [points[n] for n in sorted(keep)]


class Places(Generic[T]):
    """Things with boxes, quick to find by place: a grid of fields of `field` points."""

    def __init__(self, things: Iterable[tuple[Box, T]], field: float = 48.0) -> None:
        self._field = field
        self._fields: dict[tuple[int, int], list[int]] = defaultdict(list)
        self._things: list[tuple[Box, T]] = []
        self._wide: list[int] = []
        for box, thing in things:
            number = len(self._things)
            self._things.append((box, thing))
            fields = self._of(box)
            if len(fields) > 400:
                self._wide.append(number)
                continue
            for at in fields:
                self._fields[at].append(number)

    def _of(self, box: Box) -> list[tuple[int, int]]:
        f = self._field
        i0, i1 = int(box.x0 // f), int(box.x1 // f)
        j0, j1 = int(box.top // f), int(box.bottom // f)
        if (i1 - i0 + 1) * (j1 - j0 + 1) > 400:
            return [(0, 0)] * 401
        return [(i, j) for i in range(i0, i1 + 1) for j in range(j0, j1 + 1)]

    def near(self, box: Box) -> list[T]:
        """The things whose box touches `box`, in the order they were given."""
        fields = self._of(box)
        if len(fields) > 400:
            found = set(range(len(self._things)))
        else:
            found = {n for at in fields for n in self._fields.get(at, ())}
            found.update(self._wide)
        return [
            self._things[n][1]
            for n in sorted(found)
            if (b := self._things[n][0]).x0 <= box.x1 and box.x0 <= b.x1 and b.top <= box.bottom and box.top <= b.bottom
        ]
