"""The words of one row of a table whose columns nobody drew: pieces with room between them, and which are labels.

Points, origin upper left.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple, Protocol

from extractors.forms.form import Form
from extractors.pages.geometry import Box, union
from extractors.pages.lines import Line, lines_of
from extractors.pages.text import Glyph

COLUMN_GAP = 0.55
"""Room of so many character heights, free in every row, parts two columns."""

LABEL_GAP = 0.3
"""A gap of so many character heights may part two labels, where each is one."""

SEGMENT_GAP = 0.9
"""A gap of so many character heights parts the words of two columns on a line."""


class Names(Protocol):
    """Which field words are a label of (`Form.column`, `Form.field`); `worded`: only if worded as the form has it."""

    def __call__(self, label: str, worded: bool = False) -> str | None: ...


class Chunk(NamedTuple):
    """Words that stand together in a row of a table; `name` is the field that they are a label of."""

    text: str
    box: Box
    size: float
    name: str | None


class _Joining(NamedTuple):
    """Pieces joined to labels and other words: how many glyphs of labels they give, how many of labels worded as the
    form has them (of 担当部署 案件名 and 担当部署案 件名 the former), and how many labels (of 担当課 審議日 and
    担当 課審議日 the former)."""

    glyphs: int = 0
    worded: int = 0
    labels: int = 0
    chunks: tuple[tuple[int, int, str | None], ...] = ()
    """Of each: its first piece, the one behind its last, its field."""

    @property
    def rank(self) -> tuple[int, int, int]:
        return self.glyphs, self.worded, self.labels

    def behind(self, start: int, end: int, name: str | None, glyphs: int = 0, worded: int = 0) -> _Joining:
        """The same behind one more chunk."""
        labels = self.labels + (name is not None)
        return _Joining(self.glyphs + glyphs, self.worded + worded, labels, ((start, end, name), *self.chunks))


def chunks_of(glyphs: Sequence[Glyph], name_of: Names) -> list[Chunk]:
    """The words of one row, left to right, parted at gaps; letters of a label set apart (担　当　課) are joined again,
    and so are the lines of a label of two lines."""
    pieces: list[list[Glyph]] = []
    for line in (part for one in lines_of(glyphs, split_at=SEGMENT_GAP) for part in _named_parts(one, name_of)):
        own = [glyph for glyph in line if glyph is not None]
        room = union(glyph.box for glyph in own)
        touching = [p for p in pieces if any(g.box.x0 < room.x1 and g.box.x1 > room.x0 for g in p)]
        for piece in touching:
            pieces.remove(piece)
            own = piece + own
        pieces.append(own)
    pieces.sort(key=lambda piece: min(glyph.box.x0 for glyph in piece))

    @cache
    def best(start: int) -> _Joining:
        """How the pieces from `start` on are best joined to labels."""
        if start == len(pieces):
            return _Joining()
        choice = best(start + 1).behind(start, start + 1, None)
        for end in range(start + 1, min(start + 9, len(pieces) + 1)):
            joined = [glyph for piece in pieces[start:end] for glyph in piece]
            if len(joined) > 40:
                break
            words = "".join(line.text.string for line in lines_of(joined))
            name = name_of(words)
            if name is not None:
                worded = len(joined) if name_of(words, worded=True) is not None else 0
                other = best(end).behind(start, end, name, len(joined), worded)
                if other.rank >= choice.rank:  # of 所管課 区分 and 所管 課区分 the former
                    choice = other
        return choice

    chunks = []
    for start, end, name in best(0).chunks:
        own = [glyph for piece in pieces[start:end] for glyph in piece]
        lines = lines_of(own)
        if lines:
            text = "".join(line.text.string for line in lines)
            chunks.append(Chunk(text, union(g.box for g in own if not g.text.isspace()), lines[0].size, name))
    return chunks


def _named_parts(line: Line, name_of: Names) -> list[list[Glyph]]:
    """The glyphs of a line, parted at small gaps too where each part is a label and the whole is none: 番号 件名."""
    inked = [glyph for glyph in line.text.glyphs if glyph is not None and not glyph.text.isspace()]
    parts = [inked[:1]]
    for before, glyph in pairwise(inked):
        if glyph.box.x0 - before.box.x1 > LABEL_GAP * line.size:
            parts.append([])
        parts[-1].append(glyph)
    words = ["".join(glyph.text for glyph in part) for part in parts]
    close = len(parts) > 1 and name_of(line.text.string) is None and all(name_of(word) is not None for word in words)
    return parts if close else [[glyph for glyph in line.text.glyphs if glyph is not None]]


def header_in(glyphs: Sequence[Glyph], form: Form) -> list[Chunk]:
    """The header of a list, if the row is one."""
    chunks = chunks_of(glyphs, form.column)
    names = {chunk.name for chunk in chunks if chunk.name is not None}
    return chunks if len(names) >= form.list_needs and form.list_any & names else []


def cuts_between(header: Sequence[Chunk], glyphs: Sequence[Glyph]) -> list[float]:
    """Where the columns under the labels of a header are parted: between each two, where the fewest glyphs stand in
    the way, and of such places in the middle of the widest."""
    cuts = []
    for left, right in pairwise(header):
        low, high = left.box.centre[0], right.box.centre[0]
        edges = sorted({low, high, *(x for g in glyphs for x in (g.box.x0, g.box.x1) if low < x < high)})
        strips = [
            (sum(g.box.x0 < b and g.box.x1 > a for g in glyphs), a - b, (a + b) / 2)
            for a, b in pairwise(edges)
            if b > a
        ]
        cuts.append(min(strips)[2] if strips else (low + high) / 2)
    return cuts


def free_columns(glyphs: Sequence[Glyph], room: Box) -> list[float]:
    """Where columns are parted: the middles of the strips that no glyph of the room touches."""
    size = sorted(glyph.size for glyph in glyphs)[len(glyphs) // 2]
    cuts: list[float] = []
    reach = room.x0
    for glyph in sorted(glyphs, key=lambda glyph: glyph.box.x0):
        if glyph.box.x0 - reach > COLUMN_GAP * size and reach > room.x0:
            cuts.append((reach + glyph.box.x0) / 2)
        reach = max(reach, glyph.box.x1)
    return cuts
