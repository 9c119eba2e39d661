"""The strokes of a drawing that are no box: lines, dashes joined again, arrow heads, arrows drawn as one polygon.

A head may be a filled triangle, a notched one, two short strokes, or part of a polygon that is the whole arrow (as
office programs export them). Nothing here looks at colours. Points, origin upper left.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from extractors.diagrams.arrow_heads import may_be_head, open_heads, set_heads
from extractors.diagrams.callouts import callout_of
from extractors.diagrams.geometry import (
    Places,
    Point,
    boundary_distance,
    box_of,
    cross,
    direction,
    distance_to,
    dot,
    polygon_area,
    simplified,
)
from extractors.pages.geometry import Box
from extractors.pages.page import Page, Ruling, Shape

LONGEST_DASH, WIDEST_GAP = 15.0, 8.0
"""Dashes are no longer and no further apart than so many points."""

MOST_STROKES = 2500
"""Of more strokes than this (a picture made of lines) the longest are looked at."""

MOST_SHAPES = 1500
"""Of more shapes than this the largest are asked whether a stroke is their side."""

THIN = 4.5
"""A filled polygon no thicker than this all along is a line with corners."""


@dataclass
class Stroke:
    """A straight stroke, and whether an arrow head sits at either end. `ruling` is the one it came from."""

    a: Point
    b: Point
    dashed: bool = False
    width: float = 0.5
    head_a: bool = False
    head_b: bool = False
    ruling: Ruling | None = None

    @property
    def length(self) -> float:
        return math.dist(self.a, self.b)

    @property
    def box(self) -> Box:
        return box_of((self.a, self.b))


@dataclass
class Strokes:
    """What was found: single strokes, whole arrows (path, head at both ends), which shapes they took up, and the tails
    of call-outs, which lead to what these belong to."""

    lines: list[Stroke]
    arrows: list[tuple[tuple[Point, ...], bool]]
    is_arrow: list[bool]
    tails: list[tuple[Point, Point]] = field(default_factory=list)

    @property
    def unheaded(self) -> list[Ruling]:
        """The rulings in which no arrow ends: those that may be sides of boxes."""
        return [line.ruling for line in self.lines if line.ruling and not (line.head_a or line.head_b)]


def find_strokes(page: Page) -> Strokes:
    """The strokes of a page with their heads; sides of drawn shapes are left out."""
    taken = [False] * len(page.shapes)
    arrows: list[tuple[tuple[Point, ...], bool]] = []
    heads: list[Shape] = []
    thin: list[Stroke] = []
    for n, shape in enumerate(page.shapes):
        box = shape.box
        if max(box.width, box.height) < 1.5:
            continue
        path = arrow_path(shape.points)
        if path is not None:
            arrows.append(path)
        elif may_be_head(shape, box):
            heads.append(shape)
        elif shape.kind == "other" and shape.fill is not None and not shape.stroked and _is_thin(shape):
            thin += centre_lines(shape.points)
        else:
            continue
        taken[n] = True
    lines = _dashes_joined(_lines(page, taken) + thin)
    set_heads(lines, heads)
    lines = open_heads(lines)
    bodies = [s for s, arrow in zip(page.shapes, taken, strict=True) if s.kind == "other" and not arrow]
    callouts = [callout_of(shape.points) for shape in bodies]
    return Strokes(lines, arrows, taken, [callout.tail for callout in callouts if callout is not None])


def _lines(page: Page, taken: Sequence[bool]) -> list[Stroke]:
    """The rulings that run along no shape, the longest of too many."""
    rulings = list(page.rulings)
    if len(rulings) > MOST_STROKES:
        ranked = sorted(range(len(rulings)), key=lambda n: (-rulings[n].length, n))[:MOST_STROKES]
        rulings = [rulings[n] for n in sorted(ranked)]
    shapes = [s for s, arrow in zip(page.shapes, taken, strict=True) if not arrow and len(s.points) <= 400]
    if len(shapes) > MOST_SHAPES:
        shapes = sorted(shapes, key=lambda s: (-s.box.area, s.box))[:MOST_SHAPES]
    boxed = [(shape.box, shape) for shape in shapes]
    places = Places((box.grown(2.0), (box, shape)) for box, shape in boxed)
    lines = []
    for ruling in rulings:
        a, b = (ruling.x0, ruling.y0), (ruling.x1, ruling.y1)
        if a == b or any(_along(a, b, *side) for side in places.near(ruling.box)):
            continue
        lines.append(Stroke(a, b, ruling.dashed, ruling.width, ruling=ruling))
    return lines


def _along(a: Point, b: Point, box: Box, shape: Shape) -> bool:
    """Whether the stroke runs along the outline of the shape."""
    middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    if shape.kind == "rectangle":
        return all(boundary_distance(box, p) <= 1.8 for p in (a, b, middle))
    corners = shape.points
    edges = list(zip(corners, corners[1:] + corners[:1], strict=True))
    if not all(any(distance_to(p, c, d) <= 1.8 for c, d in edges) for p in (a, b, middle)):
        return False
    return math.dist(a, b) <= 1.1 * max(math.dist(c, d) for c, d in edges) + 4 or shape.kind == "other"


def _is_thin(shape: Shape) -> bool:
    corners = shape.points
    around = sum(math.dist(a, b) for a, b in zip(corners, corners[1:] + corners[:1], strict=True))
    return around > 5 and len(corners) <= 60 and 2 * polygon_area(corners) / around <= THIN / 2


def centre_lines(points: Sequence[Point]) -> list[Stroke]:
    """The strokes down the middle of a thin polygon: one between each two long sides that run side by side."""
    around = sum(math.dist(a, b) for a, b in zip(points, [*points[1:], points[0]], strict=True))
    shortest = min(THIN, 3 * polygon_area(points) / around + 0.5) if around else THIN
    edges = [(a, b) for a, b in zip(points, [*points[1:], points[0]], strict=True) if math.dist(a, b) > shortest]
    lines: list[Stroke] = []
    used: set[int] = set()
    for n, (a, b) in enumerate(edges):
        if n in used:
            continue
        along = direction(a, b)
        for m in range(n + 1, len(edges)):
            if m in used:
                continue
            c, d = edges[m]
            off = (distance_to(c, a, b), distance_to(d, a, b))
            if (
                dot(along, direction(c, d)) > -0.98
                or min(off) > THIN + 1
                or max(off) > max(THIN, 0.4 * math.dist(a, b))
            ):
                continue
            used |= {n, m}
            thickness = abs(cross(along, (c[0] - a[0], c[1] - a[1])))
            start = ((a[0] + d[0]) / 2, (a[1] + d[1]) / 2)
            end = ((b[0] + c[0]) / 2, (b[1] + c[1]) / 2)
            lines.append(Stroke(start, end, width=thickness))
            break
    return lines


def arrow_path(points: Sequence[Point]) -> tuple[tuple[Point, ...], bool] | None:
    """The middle line of a polygon that is an arrow from tail to tip, and whether it has a tip at both ends.

    The corners of such a polygon pair off on both sides of its tip: two wings, two necks, then the corners of the
    shaft at each bend, and two at the tail (or the wings and the tip of the other end).
    """
    n = len(points)
    if n < 7 or n > 24:
        return None
    for tip in range(n):
        left = [points[(tip + k) % n] for k in range(1, n // 2 + 1)]
        right = [points[(tip - k) % n] for k in range(1, n // 2 + 1)]
        both = n % 2 == 0
        found = _paired(points[tip], left[:-1] if both else left, right[:-1] if both else right, both)
        if found is None:
            continue
        if both:
            other = points[(tip + n // 2) % n]
            back = _paired(other, left[-2::-1], right[-2::-1], True)
            if back is None:
                continue
            return (other, *found[::-1][1:-1], points[tip]), True
        return found[::-1], False
    return None


def _paired(tip: Point, left: Sequence[Point], right: Sequence[Point], both: bool) -> tuple[Point, ...] | None:
    """The middle line from the tip backwards, or None where the corners do not make an arrow's head and shaft."""
    if len(left) < (4 if both else 3):
        return None
    wing, neck = math.dist(left[0], right[0]), math.dist(left[1], right[1])
    a, b = math.dist(tip, left[0]), math.dist(tip, right[0])
    if min(a, b) < 0.8 * max(a, b) or wing < 1.25 * neck or neck < 0.2:
        return None
    base = ((left[0][0] + right[0][0]) / 2, (left[0][1] + right[0][1]) / 2)
    middle = ((left[1][0] + right[1][0]) / 2, (left[1][1] + right[1][1]) / 2)
    height = math.dist(tip, base)
    if height < 0.15 * wing or math.dist(base, middle) > 0.6 * height or wing > 6 * height:
        return None
    shaft = list(zip(left[1:-1] if both else left[1:], right[1:-1] if both else right[1:], strict=True))
    widths = [math.dist(p, q) for p, q in shaft]
    if max(widths) > 2.2 * neck + 2 or min(widths) < 0.4 * neck:
        return None
    path = [((p[0] + q[0]) / 2, (p[1] + q[1]) / 2) for p, q in shaft]
    ahead = direction(base, tip)
    if len(path) > 1 and dot(direction(path[1], path[0]), ahead) < 0.85:
        return None
    if abs(cross(ahead, direction(left[0], right[0]))) < 0.9:
        return None
    return (tip, *path)


def _dashes_joined(lines: list[Stroke]) -> list[Stroke]:
    """Short strokes in one line, one behind the other, become one dashed stroke."""
    short = [n for n, line in enumerate(lines) if line.length <= LONGEST_DASH]
    places = Places((lines[n].box.grown(WIDEST_GAP / 2), n) for n in short)
    parent = {n: n for n in short}

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    for n in short:
        for m in places.near(lines[n].box.grown(WIDEST_GAP / 2)):
            if m < n and root(m) != root(n) and _dash_follows(lines[n], lines[m]):
                parent[root(n)] = root(m)
    groups: dict[int, list[int]] = defaultdict(list)
    for n in short:
        groups[root(n)].append(n)
    gone: set[int] = set()
    joined: list[Stroke] = []
    for group in groups.values():
        if len(group) < 4:
            continue
        gone.update(group)
        along = direction(lines[group[0]].a, lines[group[0]].b)
        ends = sorted((dot(along, p), p) for n in group for p in (lines[n].a, lines[n].b))
        # the pieces of a solid line (one a cell of a sheet) leave next to nothing between them
        drawn = sum(lines[n].length for n in group) / max(ends[-1][0] - ends[0][0], 0.1)
        joined.append(Stroke(ends[0][1], ends[-1][1], drawn < 0.93, lines[group[0]].width))
    return [line for n, line in enumerate(lines) if n not in gone] + joined


def _dash_follows(one: Stroke, two: Stroke) -> bool:
    """Whether the two lie in one line with a gap between them as dashes have it."""
    along, other = direction(one.a, one.b), direction(two.a, two.b)
    if abs(dot(along, other)) < 0.96:
        return False
    gap, p, q = min((math.dist(p, q), p, q) for p in (one.a, one.b) for q in (two.a, two.b))
    if not 0.3 <= gap <= WIDEST_GAP:
        return False
    far = max(((p, q) for p in (one.a, one.b) for q in (two.a, two.b)), key=lambda pq: math.dist(*pq))
    whole = direction(*far)
    aside = max(abs(cross(whole, (x - far[0][0], y - far[0][1]))) for x, y in (p, q))
    return aside <= 0.8 and math.dist(*far) >= one.length + two.length + 0.5 * gap


def joined_ends(points: Sequence[Point]) -> tuple[Point, ...]:
    """A path without repeated points and without corners that are none."""
    distinct = [points[0], *(b for a, b in pairwise(points) if math.dist(a, b) > 0.2)]
    return tuple(simplified(distinct, 1.2))
