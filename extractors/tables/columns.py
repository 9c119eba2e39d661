"""Columns that stand close: lines of words parted where the next column begins. Points, origin upper left."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from extractors.pages.lines import Line
from extractors.tables.chunks import Chunk

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


def cut_at_columns(lines: Sequence[Line], header: Sequence[Chunk]) -> list[Line]:
    """The lines, one that goes on in the next column after little room cut there: where a label of the header begins,
    or two other lines."""
    lines = _cut_behind_numbers(lines, header)
    starts = Counter(round(line.box.x0) for line in lines)
    edges = {label.box.x0 for label in header} | {float(x) for x, count in starts.items() if count > 1}
    parts = list(lines)
    for edge in sorted(edges):
        parts = [piece for line in parts for piece in cut_at(line, edge)]
    return parts


_NUMBER_AND_WORDS = re.compile(
    r"[(（]?(?:No|№|第)?\s*[.．]?\s*[0-9０-９]{1,3}[)）.．]?\s*(?=[^\s0-9０-９.．、)）年月日])"
)
"""The number of a row with words behind it."""


def _cut_behind_numbers(lines: Sequence[Line], header: Sequence[Chunk]) -> list[Line]:
    """The lines, the number of a row cut from words that begin close behind it, at one x in several rows."""
    if header[0].name != "number":
        return list(lines)
    behind: dict[int, float] = {}  # by the line's place among the lines
    for n, line in enumerate(lines):
        match = _NUMBER_AND_WORDS.match(line.text.string)
        glyph = line.text.glyphs[match.end()] if match and line.box.x0 < header[1].box.x0 else None
        if glyph is not None:
            behind[n] = glyph.box.x0
    starts = [*behind.values(), *(line.box.x0 for line in lines)]
    edges = {x for x in behind.values() if sum(abs(x - other) < 1.0 for other in starts) > 1}
    parts: list[Line] = []
    for n, line in enumerate(lines):
        parts += cut_at(line, behind[n], gap=0.0) if behind.get(n) in edges else [line]
    return parts
