"""A page, whichever way it was read: characters, strokes, shapes and pictures.

Coordinates are points (1/72 inch) in the page's reading frame, origin at the upper left; `Page.frame` takes them back
to the page as displayed. Both readers, the text layer's and the scan's, make this and nothing after them asks which.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from extractors.pages.geometry import Box, Frame, union
from extractors.pages.text import Glyph

STRAIGHT = 1.0
"""Points that a stroke may lean and still count as horizontal or vertical (Word draws some off by a fraction)."""


class Ruling(NamedTuple):
    """A straight stroke from (x0, y0) to (x1, y1), as drawn, `width` points wide."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float = 0.5
    dashed: bool = False

    @property
    def horizontal(self) -> bool:
        return abs(self.y1 - self.y0) <= STRAIGHT < abs(self.x1 - self.x0)

    @property
    def vertical(self) -> bool:
        return abs(self.x1 - self.x0) <= STRAIGHT < abs(self.y1 - self.y0)

    @property
    def length(self) -> float:
        return float(((self.x1 - self.x0) ** 2 + (self.y1 - self.y0) ** 2) ** 0.5)

    @property
    def box(self) -> Box:
        return Box(min(self.x0, self.x1), min(self.y0, self.y1), max(self.x0, self.x1), max(self.y0, self.y1))


class Shape(NamedTuple):
    """A closed outline: a box, a rounded box, a call-out, the triangle of an arrow head.

    `points` are its corners in order (a curve by its end points), `kind` is what the corners make of it, `fill` the
    colour inside as RGB 0-1 (None: see-through), `stroked` whether the outline itself is drawn.
    """

    kind: Literal["rectangle", "rounded", "triangle", "other"]
    points: tuple[tuple[float, float], ...]
    fill: tuple[float, float, float] | None
    stroked: bool
    width: float = 0.5
    dashed: bool = False

    @property
    def box(self) -> Box:
        return union(Box(x, y, x, y) for x, y in self.points)


class Picture(NamedTuple):
    """A picture pasted on the page; `pixels` is its own size (columns, rows) where known."""

    box: Box
    pixels: tuple[int, int] | None = None


class Doubt(NamedTuple):
    """Characters that two recognisers read differently, or that one is unsure of, for a person to look at.

    `box` is theirs, in the page's reading frame. `readings` are what it may say, the one that stands in the page's
    glyphs first. `serious` where a digit, a date or a name hangs on it.
    """

    box: Box
    readings: tuple[str, ...]
    serious: bool = True


@dataclass(frozen=True)
class Page:
    """One page as read. `rotation` is the PDF's /Rotate; `frame` leads back to the displayed page."""

    frame: Frame
    rotation: int
    method: Literal["text", "ocr", "mixed"]
    glyphs: tuple[Glyph, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    shapes: tuple[Shape, ...] = ()
    pictures: tuple[Picture, ...] = ()
    unreadable: int = 0
    """How many characters the page has that nobody can tell (`(cid:n)`, no ToUnicode)."""
    notes: tuple[str, ...] = field(default=())
    """Codes of what the reader came upon, for findings: such as `picture_unread`."""
    unsure: tuple[Glyph, ...] = field(default=())
    """Of the glyphs those that the page may hold and not show (`extractors.pages.unseen`)."""
    doubts: tuple[Doubt, ...] = field(default=())
    """Where the recognisers of a scan disagree."""

    @property
    def number(self) -> int:
        return self.frame.page

    @property
    def width(self) -> float:
        """Width of the reading frame, in points."""
        return self.frame.width if self.frame.turn % 180 == 0 else self.frame.height

    @property
    def height(self) -> float:
        """Height of the reading frame, in points."""
        return self.frame.height if self.frame.turn % 180 == 0 else self.frame.width

    @property
    def box(self) -> Box:
        return Box(0.0, 0.0, self.width, self.height)
