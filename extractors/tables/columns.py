"""Columns that stand close: lines of words parted where the next column begins. Points, origin upper left."""

from __future__ import annotations

from extractors.pages.lines import Line

LEVEL = 0.3
"""A column's words begin within so many character heights of its edge …"""

GAP = 0.3
"""… and as far at least from the words before them; letters of one word stand closer."""


def cut_at(line: Line, edge: float, gap: float = GAP) -> list[Line]:
    """A line that goes on in the column which begins at this x, parted there; else the line as it is.

    `gap`: so many character heights lie between the words of two columns at least.
    """
    if line.box.x0 >= edge - LEVEL * line.size or line.box.x1 <= edge:
        return [line]
    last = None
    for at, glyph in enumerate(line.text.glyphs):
        if glyph is None or glyph.text.isspace():
            continue
        if last is not None and glyph.box.x0 >= edge - LEVEL * line.size:
            if glyph.box.x0 - edge > LEVEL * line.size or glyph.box.x0 - last.box.x1 < gap * line.size:
                return [line]
            parts = [line.text[:at].strip(), line.text[at:].strip()]
            return [Line(part, part.box, line.size) for part in parts]
        last = glyph
    return [line]
