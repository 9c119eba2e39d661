"""Strokes joined into lines: strokes whose ends meet are one line with an elbow; where three meet, or one ends on the
middle of another, the line branches, and every way from a tail to a head is a line of its own.

Points, origin upper left.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from extractors.diagrams.geometry import (
    Places,
    Point,
    boundary_distance,
    box_of,
    direction,
    distance_to,
    dot,
    nearest_on,
)
from extractors.diagrams.strokes import Stroke, joined_ends
from extractors.pages.geometry import Box

MEET = 2.5
"""Ends this near to each other are one corner."""

MOST_ENDS = 12
"""A branching line with more ends than this is a picture and no connector."""


class Path(NamedTuple):
    """A line from end to end; `head` and `tail`: whether an arrow head sits at the last and at the first point."""

    points: tuple[Point, ...]
    tail: bool
    head: bool
    dashed: bool


class _Net:
    """Strokes as a graph: corners (points where ends meet) and the strokes between them."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self.ways: dict[int, list[tuple[int, bool]]] = defaultdict(list)
        self.heads: set[int] = set()
        self._near: dict[tuple[int, int], list[int]] = defaultdict(list)

    def corner(self, p: Point, own: bool = False) -> int:
        """The corner at `p`: one that is there already, or a new one; `own` always makes a new one."""
        i, j = int(p[0] // MEET), int(p[1] // MEET)
        if not own:
            near = [n for di in (-1, 0, 1) for dj in (-1, 0, 1) for n in self._near.get((i + di, j + dj), ())]
            near = [n for n in near if math.dist(self.points[n], p) <= MEET]
            if near:
                return min(near, key=lambda n: (math.dist(self.points[n], p), n))
        self.points.append(p)
        number = len(self.points) - 1
        if not own:
            self._near[i, j].append(number)
        return number

    def join(self, a: int, b: int, dashed: bool) -> None:
        if a != b:
            self.ways[a].append((b, dashed))
            self.ways[b].append((a, dashed))


def find_paths(lines: Sequence[Stroke], places: Places[int], boxes: Sequence[Box]) -> list[Path]:
    """The lines that the strokes draw; `places` finds the numbers of the boxes, on whose sides lines end."""
    net = _Net()
    stems = _split_at_branches(lines, places, boxes)
    for line in stems:
        a = net.corner(line.a, own=line.head_a or _on_box(line.a, line.b, places, boxes))
        b = net.corner(line.b, own=line.head_b or _on_box(line.b, line.a, places, boxes))
        net.join(a, b, line.dashed)
        net.heads |= {n for n, head in ((a, line.head_a), (b, line.head_b)) if head}
    seen: set[int] = set()
    paths: list[Path] = []
    for start in range(len(net.points)):
        if start in seen:
            continue
        group = _reached(net, start)
        seen |= group
        paths += _ways(net, group)
    return paths


def _on_box(end: Point, other: Point, places: Places[int], boxes: Sequence[Box]) -> bool:
    """Whether the stroke comes to a box's side at that end, so that it goes no further."""
    for n in places.near(box_of([end])):
        if boundary_distance(boxes[n], end) <= 1.6:
            (x, y), (dx, dy) = end, direction(other, end)
            if boxes[n].holds_point(x + 3 * dx, y + 3 * dy) != boxes[n].holds_point(x - 3 * dx, y - 3 * dy):
                return True
    return False


def _split_at_branches(lines: Sequence[Stroke], places: Places[int], boxes: Sequence[Box]) -> list[Stroke]:
    """The strokes, cut where another one without a head ends on their middle."""
    by_place = Places((line.box.grown(MEET), n) for n, line in enumerate(lines))
    cuts: dict[int, set[Point]] = defaultdict(set)
    for n, line in enumerate(lines):
        for end, other, head in ((line.a, line.b, line.head_a), (line.b, line.a, line.head_b)):
            if head or _on_box(end, other, places, boxes):
                continue
            for m in by_place.near(box_of([end])):
                host = lines[m]
                if m == n or min(math.dist(end, host.a), math.dist(end, host.b)) <= MEET:
                    continue
                if distance_to(end, host.a, host.b) <= 2.0:
                    cuts[m].add(nearest_on(end, host.a, host.b))
    out: list[Stroke] = []
    for n, line in enumerate(lines):
        if n not in cuts:
            out.append(line)
            continue
        stops = [line.a, *sorted(cuts[n], key=lambda p: (math.dist(line.a, p), p)), line.b]
        last = len(stops) - 2
        for k, (a, b) in enumerate(pairwise(stops)):
            out.append(Stroke(a, b, line.dashed, line.width, line.head_a and k == 0, line.head_b and k == last))
    return out


def _reached(net: _Net, start: int) -> set[int]:
    group, stack = {start}, [start]
    while stack:
        for other, _ in net.ways[stack.pop()]:
            if other not in group:
                group.add(other)
                stack.append(other)
    return group


def _ways(net: _Net, group: set[int]) -> list[Path]:
    """The connectors that a group of joined strokes draws."""
    ends = sorted(n for n in group if len(net.ways[n]) == 1 or n in net.heads)
    if not 2 <= len(ends) <= MOST_ENDS:
        return []
    heads = [n for n in ends if n in net.heads]
    tails = [n for n in ends if n not in net.heads]
    if len(ends) == 2 or not tails:
        pairs = [(tails[0], heads[0])] if len(heads) == 1 and tails else [(ends[0], ends[1])]
    elif heads:
        pairs = [(tail, head) for tail in tails for head in heads]
    else:
        root = _trunk(net, ends)
        pairs = [(root, end) for end in ends if end != root]
    return [path for a, b in pairs if (path := _way(net, a, b)) is not None]


def _trunk(net: _Net, ends: Sequence[int]) -> int:
    """Of the ends of a branching line without heads, the one that looks its own way."""

    def alone(n: int) -> tuple[int, float, int]:
        """How many other ends look the same way, outwards along their last stroke."""
        same = sum(1 for m in ends if m != n and dot(outward[n], outward[m]) > 0.7)
        return (same, net.points[n][0], n)

    outward = {n: direction(net.points[net.ways[n][0][0]], net.points[n]) for n in ends}

    return min(ends, key=alone)


def _way(net: _Net, start: int, goal: int) -> Path | None:
    came: dict[int, tuple[int, bool]] = {start: (start, False)}
    queue = [start]
    for here in queue:
        if here == goal:
            break
        for other, dashed in net.ways[here]:
            if other not in came and (other == goal or other not in net.heads):
                came[other] = (here, dashed)
                queue.append(other)
    if goal not in came:
        return None
    way, dashes, here = [goal], [], goal
    while here != start:
        here, dashed = came[here]
        way.append(here)
        dashes.append(dashed)
    points = joined_ends([net.points[n] for n in reversed(way)])
    if len(points) < 2:
        return None
    return Path(points, start in net.heads, goal in net.heads, any(dashes))
