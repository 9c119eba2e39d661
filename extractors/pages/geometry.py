"""Boxes and frames: where things stand on a page.

All coordinates are PDF points (1/72 inch), origin at the upper left, y growing downwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple


class Box(NamedTuple):
    """An upright rectangle, in points."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def area(self) -> float:
        return max(self.width, 0.0) * max(self.height, 0.0)

    @property
    def centre(self) -> tuple[float, float]:
        return ((self.x0 + self.x1) / 2, (self.top + self.bottom) / 2)

    def holds_point(self, x: float, y: float) -> bool:
        return self.x0 <= x <= self.x1 and self.top <= y <= self.bottom

    def holds(self, other: Box, slack: float = 0.0) -> bool:
        """Whether `other` lies inside this box, give or take `slack` points on each side."""
        return (
            self.x0 - slack <= other.x0
            and self.top - slack <= other.top
            and other.x1 <= self.x1 + slack
            and other.bottom <= self.bottom + slack
        )

    def moved(self, across: float, down: float) -> Box:
        return Box(self.x0 + across, self.top + down, self.x1 + across, self.bottom + down)

    def grown(self, by: float) -> Box:
        return Box(self.x0 - by, self.top - by, self.x1 + by, self.bottom + by)

    def overlap(self, other: Box) -> Box:
        """The common part; its area is 0 where there is none."""
        x0, top = max(self.x0, other.x0), max(self.top, other.top)
        return Box(x0, top, max(x0, min(self.x1, other.x1)), max(top, min(self.bottom, other.bottom)))

    def distance(self, x: float, y: float) -> float:
        """How far the point lies from the box, in points; 0 inside."""
        dx = max(self.x0 - x, 0.0, x - self.x1)
        dy = max(self.top - y, 0.0, y - self.bottom)
        return float((dx * dx + dy * dy) ** 0.5)


def union(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of `boxes`; raises ValueError when there are none."""
    x0s, tops, x1s, bottoms = zip(*boxes, strict=True)
    return Box(min(x0s), min(tops), max(x1s), max(bottoms))


class Frame(NamedTuple):
    """How the upright frame that a page is read in lies on the page as displayed.

    A page whose text runs sideways without /Rotate is read in a frame turned by `turn` degrees
    (0, 90, 180 or 270, clockwise from the displayed page to the frame); evidence goes back to the
    displayed page through `displayed`. `width` and `height` are those of the displayed page, in points. A scan that
    leans is read levelled: `skew` is by how many degrees (clockwise) what runs level in the reading frame leans on the
    page, about the page's centre; a box then comes back as the upright box around its leaning corners.
    """

    page: int
    width: float
    height: float
    turn: int = 0
    skew: float = 0.0

    def displayed(self, box: Box) -> Box:
        """The box of the reading frame as it lies on the displayed page."""
        x0, top, x1, bottom = self._leaned(box, self.skew) if self.skew else box
        if self.turn == 90:
            return Box(top, self.height - x1, bottom, self.height - x0)
        if self.turn == 180:
            return Box(self.width - x1, self.height - bottom, self.width - x0, self.height - top)
        if self.turn == 270:
            return Box(self.width - bottom, x0, self.width - top, x1)
        return Box(x0, top, x1, bottom)

    def upright(self, box: Box) -> Box:
        """The box of the displayed page as it lies in the reading frame; undoes `displayed` (with skew: the centre)."""
        x0, top, x1, bottom = box
        if self.turn == 90:
            box = Box(self.height - bottom, x0, self.height - top, x1)
        elif self.turn == 180:
            box = Box(self.width - x1, self.height - bottom, self.width - x0, self.height - top)
        elif self.turn == 270:
            box = Box(top, self.width - x1, bottom, self.width - x0)
        return self._leaned(box, -self.skew) if self.skew else box

    def _leaned(self, box: Box, degrees: float) -> Box:
        """The box around the box's corners turned clockwise about the middle of the reading frame."""
        across, down = (self.width, self.height) if self.turn % 180 == 0 else (self.height, self.width)
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        corners = [(x - across / 2, y - down / 2) for x in (box.x0, box.x1) for y in (box.top, box.bottom)]
        return union(
            Box(x * cos - y * sin, x * sin + y * cos, x * cos - y * sin, x * sin + y * cos) for x, y in corners
        ).moved(across / 2, down / 2)
