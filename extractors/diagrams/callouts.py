"""Call-outs: a box with a tail drawn as one outline, whose tip says what the words in the box belong to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from extractors.diagrams.geometry import Point, boundary_distance, box_of, polygon_area
from extractors.pages.geometry import Box

SHORTEST_TAIL = 8.0
"""Points: a corner that stands out from a box by less is a part of its frame."""

WIDEST_FOOT = 0.6
"""Share of the side that the tail stands on."""

BLUNT = 3.0
"""Points: corners no further apart are one, a tip that the print has blunted."""

MOST_CORNERS = 40


class Callout(NamedTuple):
    """The box without its tail, and the tail from the box's side to its tip."""

    box: Box
    tail: tuple[Point, Point]


def callout_of(points: Sequence[Point]) -> Callout | None:
    """The corners of an outline as a call-out: all but one lie on the sides of an upright box, and that one is the tip,
    with a foot on the same side to its left and right. None where they are no call-out."""
    corners: list[Point] = []
    for point in points:
        if not corners or math.dist(point, corners[-1]) > BLUNT:
            corners.append(point)
    if not 6 <= len(corners) <= MOST_CORNERS:
        return None
    for n, tip in enumerate(corners):
        others = [*corners[n + 1 :], *corners[:n]]
        box = box_of(others)
        if box.distance(*tip) < SHORTEST_TAIL or polygon_area(others) < 0.9 * box.area:
            continue
        (ax, ay), (bx, by) = others[0], others[-1]
        level = abs(ay - by) <= 2.0 and min(abs(ay - box.top), abs(ay - box.bottom)) <= 2.0
        upright = abs(ax - bx) <= 2.0 and min(abs(ax - box.x0), abs(ax - box.x1)) <= 2.0
        foot = abs(ax - bx) / box.width if level else abs(ay - by) / box.height
        slack = 0.3 * min(box.width, box.height)
        # the peak of a house or of a six-cornered box stands on the whole side
        if (level or upright) and foot <= WIDEST_FOOT and all(boundary_distance(box, p) <= slack for p in others):
            return Callout(box, (((ax + bx) / 2, (ay + by) / 2), tip))
    return None
