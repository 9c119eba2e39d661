"""Strokes joined into connectors, and the boxes that each end belongs to.

Strokes whose ends meet are one line with an elbow; where three meet, or one ends on the middle of another, the line
branches and every way from a tail to a head is a connector. A line that a label or another line breaks goes on behind
it. Points, origin upper left.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from extractors.diagrams.geometry import (
    Places,
    Point,
    boundary_distance,
    box_of,
    cross,
    crosses,
    direction,
    distance_to,
    dot,
    nearest_on,
    sides,
)
from extractors.diagrams.outlines import Outline
from extractors.diagrams.strokes import Stroke, Strokes, joined_ends
from extractors.pages.geometry import Box
from extractors.pages.lines import GlyphIndex

MEET = 2.5
"""Ends this near to each other are one corner."""

TOUCH = 8.0
"""An end this near to a box touches it."""

POINTS_AT = 30.0
"""An end that runs towards a box and stops this far from it is meant for it."""

LONG_BREAK, LONGEST_BREAK = 90.0, 200.0
"""A label in a line interrupts it for no more than the second; for more than the first only where it fills the gap."""

LABEL = 60.0
"""A box is as narrow as a label that is no wider than this along the line behind it."""

MOST_ENDS = 12
"""A branching line with more ends than this is a picture and no connector."""


MOST_LINES = 500
"""Of more strokes than this those with heads and the longest are joined: the rest is a picture made of lines."""


class Path(NamedTuple):
    """A line from end to end; `head` and `tail`: whether an arrow head sits at the last and at the first point."""

    points: tuple[Point, ...]
    tail: bool
    head: bool
    dashed: bool


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
    paths = _paths(lines, places, boxes)
    hosts = {parent for parent in parents if parent is not None}
    leaves = [outline.box for n, outline in enumerate(outlines) if n not in hosts]
    paths = _mended(paths, places, boxes, leaves, index)
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


def _paths(lines: Sequence[Stroke], places: Places[int], boxes: Sequence[Box]) -> list[Path]:
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


def _mended(
    paths: list[Path], places: Places[int], boxes: Sequence[Box], leaves: Sequence[Box], index: GlyphIndex
) -> list[Path]:
    """Paths that a label, a crossing line or a box drawn over them interrupts, joined: their ends face each other in
    one line."""
    if len(paths) > 300:
        return paths

    def loose(path: Path) -> list[Point]:
        """The ends without a head."""
        return [end for end, head in ((path.points[0], path.tail), (path.points[-1], path.head)) if not head]

    paths = list(paths)
    again = True
    while again:
        again = False
        for i, one in enumerate(paths):
            best: tuple[float, int, Path] | None = None
            for j, two in enumerate(paths):
                if j <= i or (one.tail and one.head) or (two.tail and two.head):
                    continue
                for p in loose(one):
                    for q in loose(two):
                        gap = math.dist(p, q)
                        if gap > LONGEST_BREAK or not _faces(one, p, two, q):
                            continue
                        goes_on = _goes_on(p, q, places, boxes, index)
                        behind = one.dashed == two.dashed and _runs_behind(p, _outward(one, p), q, leaves)
                        if (goes_on or behind) and (best is None or gap < best[0]):
                            best = (gap, j, _spliced(one, p, two, q))
            if best is not None:
                _, j, joined = best
                paths[i] = joined
                del paths[j]
                again = True
                break
    return paths


def _outward(path: Path, end: Point) -> Point:
    points = path.points if end == path.points[-1] else path.points[::-1]
    return direction(points[-2], points[-1])


def _faces(one: Path, p: Point, two: Path, q: Point) -> bool:
    """Whether the line that stops at `p` runs straight towards the one that stops at `q`."""
    ahead, back = _outward(one, p), _outward(two, q)
    return dot(ahead, back) <= -0.98 and (math.dist(p, q) <= 1 or dot(ahead, direction(p, q)) >= 0.98)


def _goes_on(p: Point, q: Point, places: Places[int], boxes: Sequence[Box], index: GlyphIndex) -> bool:
    """Whether only a crossing line or words lie between the two ends; a long gap is filled by its words."""
    gap = math.dist(p, q)
    if any(boundary_distance(boxes[n], end) <= 3.0 for end in (p, q) for n in places.near(box_of([end]))):
        return False
    if gap <= 8:
        return True
    filled = _words_fill(p, q, index)
    return filled > 0 and filled >= (0.5 if gap <= LONG_BREAK else 0.85) * gap


def _words_fill(p: Point, q: Point, index: GlyphIndex) -> float:
    """How much of the way from `p` to `q` the words written on it take up, in points."""
    between = box_of((p, q)).grown(4.0)
    words = [glyph for glyph in index.within(between) if not glyph.text.isspace()]
    if not words:
        return 0.0
    extent = box_of([(g.box.x0, g.box.top) for g in words] + [(g.box.x1, g.box.bottom) for g in words])
    return extent.width if between.width >= between.height else extent.height


def _runs_behind(p: Point, ahead: Point, q: Point, leaves: Sequence[Box]) -> bool:
    """Whether the line from `p` to `q` runs on behind a box that holds no other: it comes out where it must, and the
    box is none that the line is joined to.

    A line that slants comes out in line by no accident. One that runs level or upright does so only behind a box as
    narrow as a label, and away from its middle, where connectors are joined.
    """
    gap = math.dist(p, q)
    if abs(cross(ahead, (q[0] - p[0], q[1] - p[1]))) > 1.5 + 0.01 * gap or gap < 8:
        return False
    middle = ((p[0] + q[0]) / 2, (p[1] + q[1]) / 2)
    steep, flat = abs(ahead[0]) < 0.05, abs(ahead[1]) < 0.05
    for box in leaves:
        if not box.holds_point(*middle) or max(boundary_distance(box, p), boundary_distance(box, q)) > TOUCH:
            continue
        if box.grown(-3.0).holds_point(*p) or box.grown(-3.0).holds_point(*q):
            continue
        if not (steep or flat):
            return True
        x, y = box.centre
        off, side = (abs(middle[0] - x), box.width) if steep else (abs(middle[1] - y), box.height)
        if (box.height if steep else box.width) <= LABEL and off > max(4.0, 0.06 * side):
            return True
    return False


def _spliced(one: Path, p: Point, two: Path, q: Point) -> Path:
    first = one if p == one.points[-1] else Path(one.points[::-1], one.head, one.tail, one.dashed)
    second = two if q == two.points[0] else Path(two.points[::-1], two.head, two.tail, two.dashed)
    points = joined_ends([*first.points, *second.points])
    return Path(points, first.tail, second.head, first.dashed or second.dashed)


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
    return n if _words_fill(end, at, index) >= 0.6 * gap else None


def _meeting(a: Point, b: Point, c: Point, d: Point) -> Point | None:
    if not crosses(a, b, c, d):
        return None
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = a, b, c, d
    below = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
    if below == 0:
        return None
    t = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / below
    return (ax + t * (bx - ax), ay + t * (by - ay))
