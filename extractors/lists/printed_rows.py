"""The printed rows of a box, whether it comes as lines or as paragraphs: where a row began and how much room it left.

Lists are set in rows, and only the room that a row left tells a wrapped item from one that ended there. Points, in the
page's reading frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from extractors.pages.geometry import union
from extractors.pages.text import Glyph, Text


class Row(NamedTuple):
    """One printed row; `x0`, `x1`, `top` and `size` (height of characters) are None where nothing of it was printed."""

    text: Text
    x0: float | None = None
    x1: float | None = None
    top: float | None = None
    size: float | None = None

    @property
    def string(self) -> str:
        return self.text.string

    def cut(self, start: int, end: int | None = None) -> Row:
        """The part of the row between two offsets, white space at its ends left out."""
        return row_of(self.text[start:end])


def row_of(text: Text) -> Row:
    """The row that the text is."""
    text = text.strip()
    inked = [glyph for glyph in text.own_glyphs() if not glyph.text.isspace()]
    if not inked:
        return Row(text)
    sizes = sorted(glyph.size for glyph in inked)
    box = union(glyph.box for glyph in inked)
    return Row(text, box.x0, box.x1, box.top, sizes[len(sizes) // 2])


def rows_of(texts: Iterable[Text]) -> list[Row]:
    """The rows of texts that may be lines or paragraphs; empty ones left out.

    A line break ends a row, and so does a glyph that stands lower or higher than the one before it.
    """
    rows: list[Row] = []
    for text in texts:
        for line in text.lines():
            start, last = 0, None
            for index, glyph in enumerate(line.glyphs):
                if glyph is None or glyph.text.isspace():
                    continue
                if last is not None and _on_other_rows(last, glyph):
                    rows.append(row_of(line[start:index]))
                    start = index
                last = glyph
            rows.append(row_of(line[start:]))
    return [row for row in rows if row.text]


def _on_other_rows(last: Glyph, glyph: Glyph) -> bool:
    if last.frame != glyph.frame:
        return True
    apart = abs((last.box.top + last.box.bottom) - (glyph.box.top + glyph.box.bottom)) / 2
    return apart > 0.5 * max(last.size, glyph.size)


def right_margin(rows: Sequence[Row]) -> float | None:
    """How far right the rows reach, in points; None where nothing was printed."""
    return max((row.x1 for row in rows if row.x1 is not None), default=None)


def room_left(row: Row, margin: float | None) -> float | None:
    """How many characters more the row could have held before `margin`; None where that is not known."""
    if margin is None or row.x1 is None or not row.size:
        return None
    return (margin - row.x1) / row.size


def margins(rows: Sequence[Row]) -> list[float | None]:
    """For each row the right margin of its column, in points; a row above the one before it begins a column."""
    columns: list[list[Row]] = []
    for row in rows:
        before = columns[-1][-1] if columns else None
        if before is None or (
            row.top is not None and before.top is not None and row.top < before.top - (row.size or 0)
        ):
            columns.append([])
        columns[-1].append(row)
    return [margin for column in columns for margin in [right_margin(column)] * len(column)]
