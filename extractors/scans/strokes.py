"""Strokes and outlines as found on a scanned page, in pixels of a levelled picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

Point = tuple[float, float]


@dataclass(frozen=True)
class Stroke:
    """A straight stroke in pixels: level (y0 == y1), upright (x0 == x1) or oblique."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float
    dashed: bool = False

    @property
    def level(self) -> bool:
        return self.y0 == self.y1

    @property
    def upright(self) -> bool:
        return self.x0 == self.x1

    @property
    def slants(self) -> bool:
        return not (self.level or self.upright)

    @property
    def length(self) -> float:
        return float(np.hypot(self.x1 - self.x0, self.y1 - self.y0))

    def squared(self) -> Stroke:
        """Itself, exactly level or upright where it is so but for a fraction."""
        dx, dy = abs(self.x1 - self.x0), abs(self.y1 - self.y0)
        if dy <= 0.02 * dx + 1:
            y = (self.y0 + self.y1) / 2
            return replace(self, x0=min(self.x0, self.x1), y0=y, x1=max(self.x0, self.x1), y1=y)
        if dx <= 0.02 * dy + 1:
            x = (self.x0 + self.x1) / 2
            return replace(self, x0=x, y0=min(self.y0, self.y1), x1=x, y1=max(self.y0, self.y1))
        return self

    def transposed(self) -> Stroke:
        return replace(self, x0=self.y0, y0=self.x0, x1=self.y1, y1=self.x1)


def ends_of(stroke: Stroke) -> tuple[Point, Point]:
    """Its two ends."""
    return (stroke.x0, stroke.y0), (stroke.x1, stroke.y1)


@dataclass(frozen=True)
class Outline:
    """A closed outline in pixels, as `extractors.pages.page.Shape` has it in points; `fill` is the grey inside, 0-1."""

    kind: Literal["rectangle", "rounded", "triangle", "other"]
    points: tuple[Point, ...]
    fill: float
    stroked: bool
    width: float = 0.0
    dashed: bool = False
