"""Lines that something written or drawn over them breaks: a label, a crossing line, a box that they run behind.

Points, origin upper left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from extractors.diagrams.geometry import (
    Places,
    Point,
    boundary_distance,
    box_of,
    cross,
    direction,
    dot,
)
from extractors.diagrams.paths import Path
from extractors.diagrams.strokes import joined_ends
from extractors.pages.geometry import Box
from extractors.pages.lines import GlyphIndex

LONG_BREAK, LONGEST_BREAK = 90.0, 200.0
"""A label in a line interrupts it for no more than the second; for more than the first only where it fills the gap."""

LABEL = 60.0
"""A box is as narrow as a label that is no wider than this along the line behind it."""

TOUCH = 8.0
"""An end this near to a box touches it."""


def mended(
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
    filled = words_fill(p, q, index)
    return filled > 0 and filled >= (0.5 if gap <= LONG_BREAK else 0.85) * gap


def words_fill(p: Point, q: Point, index: GlyphIndex) -> float:
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
