"""Pages drawn in memory, ruling by ruling and character by character, for tests of what is recognised on them."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.cases.page_reading import PageReading, read_layout
from extractors.forms.form import load
from extractors.pages.geometry import Box, Frame
from extractors.pages.page import Page, Ruling, Shape
from extractors.pages.text import Glyph

SIZE = 10.0
"""Points that each drawn character is wide and high."""


class Canvas:
    """A page to draw on: 600 x 800 points, origin at the upper left."""

    def __init__(self, number: int = 1, width: float = 600.0, height: float = 800.0) -> None:
        self.frame = Frame(number, width, height)
        self.glyphs: list[Glyph] = []
        self.rulings: list[Ruling] = []
        self.shapes: list[Shape] = []

    def write(self, string: str, x: float, top: float, size: float = SIZE) -> Canvas:
        """A line of text from (x, top); a space moves on without a character."""
        for n, character in enumerate(string):
            if character not in " \u3000":
                box = Box(x + n * size, top, x + (n + 1) * size, top + size)
                self.glyphs.append(Glyph(character, self.frame, box))
        return self

    def table(
        self, top: float, columns: Sequence[float], rows: Sequence[Sequence[str | None]], vertical: bool = True
    ) -> float:
        """A ruled table; None joins a cell to the one on its left, a line break starts a new line. Returns its foot."""
        y = top
        for row in rows:
            lines = max(cell.count("\n") + 1 for cell in row if cell is not None)
            foot = y + 5 + lines * (SIZE + 4)
            self.rulings.append(Ruling(columns[0], y, columns[-1], y))
            for n, cell in enumerate(row):
                if cell is None:
                    continue
                if vertical:
                    self.rulings.append(Ruling(columns[n], y, columns[n], foot))
                for m, line in enumerate(cell.split("\n")):
                    self.write(line, columns[n] + 3, y + 3 + m * (SIZE + 4))
            if vertical:
                self.rulings.append(Ruling(columns[-1], y, columns[-1], foot))
            y = foot
        self.rulings.append(Ruling(columns[0], y, columns[-1], y))
        return y

    def box(self, words: str, x0: float, top: float, x1: float, bottom: float) -> Canvas:
        """A box of a drawing with a line of words in it."""
        self.shapes.append(Shape("rectangle", ((x0, top), (x1, top), (x1, bottom), (x0, bottom)), None, True))
        return self.write(words, x0 + 10, top + 10)

    def page(self) -> Page:
        return Page(self.frame, 0, "text", tuple(self.glyphs), tuple(self.rulings), tuple(self.shapes))

    def reading(self) -> PageReading:
        return read_layout(self.page(), load())
