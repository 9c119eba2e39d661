"""Characters that a page shows and that are no part of its text: watermarks, words struck through, readings of kanji.

Read on, they would stand in the middle of a title or turn a count that was taken back into a fact.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from statistics import median

from extractors.pages.geometry import Box, union
from extractors.pages.page import Ruling, Shape
from extractors.pages.text import Glyph

WATERMARK = 3.0
"""A watermark's characters are this many times as high as those of the page."""

READING = 0.62
"""The reading of a kanji (ruby) is set in characters of at most this share of the kanji's height; half is usual."""

_KANA = re.compile(r"[ぁ-ゖァ-ヺー・]")
_KANJI = re.compile(r"[一-鿿々〆ヶ]")


def without_watermark(glyphs: Sequence[Glyph], odd: Collection[int]) -> list[Glyph]:
    """The glyphs without those far larger than the rest that are slanted or faint: `odd` holds the `id` of these."""
    if not odd:
        return list(glyphs)
    usual = median(glyph.size for glyph in glyphs)
    return [glyph for glyph in glyphs if id(glyph) not in odd or glyph.size < WATERMARK * usual]


def without_struck(glyphs: Sequence[Glyph], rulings: Sequence[Ruling], shapes: Sequence[Shape]) -> list[Glyph]:
    """The glyphs without words that a line through their middle takes back; the line begins and ends with them."""
    lines = [ruling for ruling in rulings if ruling.horizontal]
    if not lines or not glyphs:
        return list(glyphs)
    ordered = sorted((g for g in glyphs if not g.text.isspace()), key=_middle)
    middles = [_middle(glyph) for glyph in ordered]
    reach = max((glyph.size for glyph in ordered), default=0.0)
    struck: set[int] = set()
    for line in lines:
        y = line.box.centre[1]
        near = ordered[bisect_left(middles, y - 0.3 * reach) : bisect_right(middles, y + 0.3 * reach)]
        under = [
            glyph
            for glyph in near
            if abs(_middle(glyph) - y) < 0.3 * glyph.size
            and line.box.x0 - 0.2 * glyph.size < glyph.box.centre[0] < line.box.x1 + 0.2 * glyph.size
        ]
        if not under or not _spans(line, union(glyph.box for glyph in under), under[0].size) or _joins(line, rulings):
            continue
        if not any(s.kind == "triangle" and s.box.grown(2).overlap(line.box.grown(1)).area for s in shapes):
            struck |= {id(glyph) for glyph in under}
    return [glyph for glyph in glyphs if id(glyph) not in struck] if struck else list(glyphs)


def _middle(glyph: Glyph) -> float:
    return (glyph.box.top + glyph.box.bottom) / 2


def _spans(line: Ruling, words: Box, size: float) -> bool:
    """Whether a line begins and ends where the words do."""
    return abs(line.box.x0 - words.x0) < 0.6 * size and abs(line.box.x1 - words.x1) < 0.6 * size


def _joins(line: Ruling, rulings: Sequence[Ruling]) -> bool:
    """Whether another stroke meets the line: a side of a cell or a box, an arrow."""
    box = line.box.grown(1.5)
    y = line.box.centre[1]
    for other in rulings:
        if other is line or (other.horizontal and abs(other.box.centre[1] - y) > 0.2):
            continue
        x0, top, x1, bottom = other.box
        if x0 <= box.x1 and x1 >= box.x0 and top <= box.bottom and bottom >= box.top and other.box != line.box:
            return True
    return False


def without_readings(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """The glyphs without ruby: small kana set right above kanji twice their height."""
    sizes = [glyph.size for glyph in glyphs if _KANJI.fullmatch(glyph.text)]
    if not sizes:
        return list(glyphs)
    largest = max(sizes)
    small = [glyph for glyph in glyphs if glyph.size <= READING * largest and _KANA.fullmatch(glyph.text)]
    if not small:
        return list(glyphs)
    kanji = sorted((g for g in glyphs if _KANJI.fullmatch(g.text)), key=lambda glyph: glyph.box.top)
    tops = [glyph.box.top for glyph in kanji]
    over: set[int] = set()
    for kana in small:
        below = kanji[bisect_left(tops, kana.box.bottom - 0.7 * kana.size) :]
        for base in below:
            if base.box.top > kana.box.bottom + 0.4 * kana.size:
                break
            if kana.size <= READING * base.size and base.box.x0 < kana.box.centre[0] < base.box.x1:
                over.add(id(kana))
                break
    rest = [kana for kana in small if id(kana) in over]
    # a reading longer than its kanji hangs over on both sides
    while rest:
        one = rest.pop()
        for kana in small:
            beside = abs(kana.box.top - one.box.top) < 0.3 * one.size and abs(
                kana.box.centre[0] - one.box.centre[0]
            ) < 1.3 * max(one.size, one.box.width)
            if id(kana) not in over and beside:
                over.add(id(kana))
                rest.append(kana)
    return [glyph for glyph in glyphs if id(glyph) not in over] if over else list(glyphs)
