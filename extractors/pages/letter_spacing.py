"""Letters set evenly apart (均等割付, 字間): room that is the same between all letters of a text is no space."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from extractors.pages.text import Glyph, Text

FEWEST = 4
"""Letters of the shortest text whose spacing can be told."""

EVEN = 0.3
"""Gaps of one spacing differ by no more than this many character heights …"""

MOSTLY = 0.75
"""… for this share of them at least: words may be parted too, and signs are narrower than letters."""

_JAPANESE = re.compile(r"[ぁ-ゖァ-ヺー々一-鿿]")


def closed_up(texts: Sequence[Text], space: float) -> list[Text]:
    """Lines that stand together, without the spaces that were put in (they have no glyph) between letters that are all
    set apart alike: in all the lines with such spaces, or in one of them. Any other line is given back as it is.

    `space`: so many character heights beyond the even spacing are a space still.
    """
    spaced = [text for text in texts if None in text.glyphs]
    together = _even_gap(spaced)
    found = []
    for text in texts:
        even = (together or _even_gap([text])) if None in text.glyphs else None
        found.append(text if even is None else _without_spaces(text, even + space))
    return found


def _even_gap(texts: Sequence[Text]) -> float | None:
    """The room between any two letters, in character heights, where it is the same between nearly all."""
    letters = sum(len(_JAPANESE.findall(text.string)) for text in texts)
    gaps = sorted(gap for text in texts for _, _, gap in _gaps(text))
    if letters < FEWEST or 2 * letters < len(gaps) + len(texts) or not gaps:
        return None
    even = gaps[len(gaps) // 2]
    if even <= EVEN or sum(abs(gap - even) <= EVEN for gap in gaps) < MOSTLY * len(gaps):
        return None
    return even


def _gaps(text: Text) -> list[tuple[int, int, float]]:
    """The places between each two letters of a line (from, to) and the room there, in character heights."""
    letters = [(at, glyph) for at, glyph in enumerate(text.glyphs) if glyph is not None and not glyph.text.isspace()]
    return [(a + 1, b, _room(one, other)) for (a, one), (b, other) in pairwise(letters)]


def _room(one: Glyph, other: Glyph) -> float:
    return (other.box.x0 - one.box.x1) / max(min(one.size, other.size), 0.1)


def _without_spaces(text: Text, space: float) -> Text:
    dropped = {
        at
        for start, end, gap in _gaps(text)
        if gap <= space and all(glyph is None for glyph in text.glyphs[start:end])
        for at in range(start, end)
    }
    kept = [at for at in range(len(text)) if at not in dropped]
    return Text("".join(text.string[at] for at in kept), (text.glyphs[at] for at in kept))


def pitch_of(text: Text) -> float:
    """From letter to letter of a line, in points: what most of them are apart, whatever gaps part its words."""
    edges = [glyph.box.x0 for glyph in text.own_glyphs() if not glyph.text.isspace()]
    steps = sorted(b - a for a, b in pairwise(edges))
    return steps[len(steps) // 2] if steps else 0.0
