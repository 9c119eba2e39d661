"""Reading order: characters become lines, lines become paragraphs.

Works on any glyphs of one reading frame: a whole page, a cell, a box of a diagram. Points, origin upper left.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from extractors.pages.geometry import Box, union
from extractors.pages.letter_spacing import closed_up, pitch_of
from extractors.pages.markers import Marker, marker_of
from extractors.pages.page import Page
from extractors.pages.text import Glyph, Text

SPACE_GAP = 0.6
"""A gap of this many character heights between two glyphs is a space that the page shows without a character."""


DIGIT_GAP = 1.0
"""Between two digits it takes more: full-width digits stand that far apart within one number."""


class Line(NamedTuple):
    """One line of text, left to right; `size` is the height of its characters in points."""

    text: Text
    box: Box
    size: float


class GlyphIndex:
    """The glyphs of a page, quick to find by place."""

    def __init__(self, page: Page) -> None:
        self._glyphs = sorted(page.glyphs, key=_middle)
        self._middles = [(glyph.box.top + glyph.box.bottom) / 2 for glyph in self._glyphs]

    def within(self, box: Box) -> list[Glyph]:
        """The glyphs whose centre lies in `box`, top to bottom."""
        first, last = bisect_left(self._middles, box.top), bisect_right(self._middles, box.bottom)
        return [glyph for glyph in self._glyphs[first:last] if box.x0 <= (glyph.box.x0 + glyph.box.x1) / 2 <= box.x1]


def _middle(glyph: Glyph) -> float:
    """Twice the height of its middle."""
    _, top, _, bottom = glyph.box
    return top + bottom


def _left(glyph: Glyph) -> float:
    return glyph.box[0]


def lines_of(glyphs: Iterable[Glyph], split_at: float | None = None) -> list[Line]:
    """The lines that the glyphs make, top to bottom; blank ones left out.

    `split_at`: a gap of so many character heights ends a line (for text that stands free on a page, where two columns
    or boxes may share a height); None never splits.
    """
    rows: list[list[Glyph]] = []
    row_top = row_bottom = 0.0
    # Written out, for all characters of all pages come by here: min, max and attributes took half of the time.
    for glyph in sorted(glyphs, key=_middle):
        _, top, _, bottom = glyph.box
        if rows:
            size, row_size = bottom - top, row_bottom - row_top
            common = (bottom if bottom < row_bottom else row_bottom) - (top if top > row_top else row_top)
            if common > 0.5 * (size if size < row_size else row_size):
                rows[-1].append(glyph)
                # a brace or a title letter far taller than its line must not draw the next line in
                if size < 2 * row_size and not glyph.text.isspace():
                    row_top = top if top < row_top else row_top
                    row_bottom = bottom if bottom > row_bottom else row_bottom
                continue
        rows.append([glyph])
        row_top, row_bottom = top, bottom
    lines: list[Line] = []
    spaced = False
    for row in rows:
        row.sort(key=_left)
        spaced = _row_lines(row, split_at, lines) or spaced
    if spaced:
        texts = closed_up([line.text for line in lines], SPACE_GAP)
        lines = [line._replace(text=text) for line, text in zip(lines, texts, strict=True)]
    return lines


def _row_lines(row: Sequence[Glyph], split_at: float | None, lines: list[Line]) -> bool:
    """Add the lines of glyphs at one height to `lines`; gives whether spaces were put in that no glyph stands for."""
    string: list[str] = []
    sources: list[Glyph | None] = []
    inked: list[Glyph] = []
    sizes: list[float] = []

    def finish() -> None:
        text = Text("".join(string), sources).strip()
        if text and inked:
            box = union([glyph.box for glyph in inked])
            lines.append(Line(text, box, sorted(sizes)[len(sizes) // 2]))
        string.clear()
        sources.clear()
        inked.clear()
        sizes.clear()

    last_text, last_end, last_size = "", 0.0, 0.0
    spaced = put_in = False
    for glyph in row:
        printed = glyph.text
        if printed.isspace():
            string.append(printed)
            sources.extend([glyph] * len(printed))
            spaced = True
            continue
        x0, top, x1, bottom = glyph.box
        own_size = bottom - top
        if last_text:
            size = own_size if own_size < last_size else last_size
            gap = x0 - last_end
            if split_at is not None and gap > split_at * size:
                finish()
            elif (
                not spaced
                and gap > SPACE_GAP * size
                and (gap > DIGIT_GAP * size or not (printed.isdecimal() and last_text.isdecimal()))
            ):
                string.append("\u3000" if gap >= size else " ")
                sources.append(None)
                put_in = True
            elif not spaced and gap > NUMERAL_GAP * size and len(inked) <= 3 and _ends_marker(inked, gap / size):
                string.append(" ")
                sources.append(None)
        string.append(printed)
        if len(printed) == 1:
            sources.append(glyph)
        else:
            sources.extend([glyph] * len(printed))
        inked.append(glyph)
        sizes.append(own_size)
        last_text, last_end, last_size, spaced = printed, x1, own_size, False
    finish()
    return put_in


NUMERAL_GAP, MARKER_GAP = 0.17, 0.4
"""On a picture a gap of this many character heights parts a marker from the words of its item: 一 and the like, digits
(a full-width digit has room of its own)."""

_DIGITS_OR_KANA = re.compile(r"第?[0-9０-９]{1,2}|[ア-ヲ]")
_NUMERAL = re.compile(r"[一二三四五六七八九十]{1,2}|[Ⅰ-Ⅹ]|第[一二三四五六七八九十]")


def _ends_marker(before: Sequence[Glyph], gap: float) -> bool:
    """Whether the first glyphs of a line are the marker of an item and the gap behind them (in character heights) parts
    it from its words. Readers of pictures give no spaces, and the one behind a marker is narrow."""
    if not before or before[0].method != "ocr":
        return False
    string = "".join([glyph.text for glyph in before])
    if _DIGITS_OR_KANA.fullmatch(string):
        return gap > MARKER_GAP
    return _NUMERAL.fullmatch(string) is not None


_PAGE_NUMBER = re.compile(
    r"[\s\-‐－―–—‑−]*(?:[pPｐＰ]\.?\s*)?[0-9０-９]{1,4}(?:\s*[/／]\s*[0-9０-９]{1,4})?[\s\-‐－―–—‑−]*(?:ページ|頁)?"
)


def is_page_number(line: Line, height: float) -> bool:
    """Whether the line is the page's number, in the head or foot of a page of this height (points)."""
    at_edge = line.box.bottom > 0.92 * height or line.box.top < 0.06 * height
    return at_edge and _PAGE_NUMBER.fullmatch(line.text.string.strip()) is not None


SET_APART = 1.2
"""Letters that take more than this many character heights each are set apart."""


class Paragraph(NamedTuple):
    """Lines that the layout broke and nothing else: `text` has no line break in it."""

    text: Text
    lines: tuple[Line, ...]

    @property
    def indent(self) -> float:
        """Where the first line begins, in points from the left edge of the page."""
        return self.lines[0].box.x0


_CLOSING = re.compile(r"[。」）)】』〕］\]]$")


def starts_with_marker(string: str) -> bool:
    """Whether the line begins as an item of a list, or a remark (※), does."""
    return string.startswith("※") or marker_of(string) is not None


def paragraphs_of(lines: Sequence[Line], box: Box) -> list[Paragraph]:
    """The lines of one column joined into paragraphs; `box` is the column's room.

    A line begins a paragraph when the line before it left room that its first characters would have filled, when it
    begins with a marker of a list, or when it is set in from a line before that was not itself hanging.
    """
    if not lines:
        return []
    right = max(line.box.x1 for line in lines)
    size = sorted(line.size for line in lines)[len(lines) // 2]
    longest = max(lines, key=lambda line: len(line.text))
    if longest.box.width > SET_APART * size * len(longest.text):
        size = max(size, pitch_of(longest.text))  # letters set apart need more room than their own
    full = _right_margin(lines, right, box, size)
    groups: list[list[Line]] = [[lines[0]]]
    counted = _Counted(size)
    counted.see(lines[0])
    for before, line in pairwise(lines):
        if counted.goes_on(line) or _begins(groups[-1], before, line, full, size):
            groups.append([line])
            counted.see(line)
        else:
            groups[-1].append(line)
    return [Paragraph(_joined(group), tuple(group)) for group in groups]


class _Counted:
    """The last marker of each kind that a paragraph began with, and where it stood."""

    def __init__(self, size: float) -> None:
        self.size = size
        self.last: dict[str, tuple[Marker, float]] = {}

    def see(self, line: Line) -> None:
        """Take in the first line of a paragraph."""
        marker = marker_of(line.text.string)
        if marker is not None and marker.ordinal is not None:
            self.last[marker.kind] = (marker, line.box.x0)

    def goes_on(self, line: Line) -> bool:
        """Whether the line's marker is the next one after one that stood at the same margin, however full the line
        before it is."""
        marker = marker_of(line.text.string)
        before, x0 = self.last.get(marker.kind, (None, 0.0)) if marker is not None else (None, 0.0)
        return (
            marker is not None
            and before is not None
            and marker.ordinal is not None
            and marker.follows(before)
            and abs(line.box.x0 - x0) <= 0.5 * self.size
        )


def _right_margin(lines: Sequence[Line], right: float, box: Box, size: float) -> float:
    """Where full lines end: the furthest right end that lines reach, or the box's edge where every line is short."""
    wrapped = [line for line in lines if line.box.x1 > right - 1.5 * size]
    if len(lines) > 1 and len(wrapped) == 1 and box.x1 - right > 2.5 * size:
        return max(right, box.x1 - size)
    return right if right > box.x1 - 4 * size else max(right, box.x1 - 4 * size)


def _begins(group: Sequence[Line], before: Line, line: Line, full: float, size: float) -> bool:
    if line.box.top - before.box.bottom > 1.2 * size:
        return True
    room = full - before.box.x1
    string = line.text.string
    own, lead = marker_of(string), marker_of(group[0].text.string)
    if own and lead and own.follows(lead) and line.box.x0 <= group[0].box.x0 + 0.5 * size:
        return True
    marked = starts_with_marker(string)
    if room > 2.2 * size or (room > 1.2 * size and (marked or _CLOSING.search(before.text.string))):
        return True
    at_margin = line.box.x0 <= group[0].box.x0 + 0.3 * size
    if marked and room > 0.4 * size and (at_margin or _CLOSING.search(before.text.string)):
        return True
    first = group[0]
    hanging = starts_with_marker(first.text.string)
    set_in = line.box.x0 - before.box.x0
    if set_in > 0.7 * size:
        if len(group) == 1:
            return not hanging and line.box.x0 > first.box.x0 + 0.7 * size
        return True
    return marked and before.text.string.endswith(("。", "」。"))


_LATIN_END, _LATIN_START = re.compile(r"[A-Za-z]$"), re.compile(r"^[A-Za-z]")


def _joined(lines: Sequence[Line]) -> Text:
    """The lines as one, with a space only between two Latin words, which a line end parts without a hyphen."""
    text = lines[0].text
    for before, line in pairwise(lines):
        latin = _LATIN_END.search(before.text.string) and _LATIN_START.search(line.text.string)
        text = text + (Text.put_in(" ") if latin else Text()) + line.text
    return text
