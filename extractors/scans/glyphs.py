"""Where each character of a recognised line stands: the net says about where, the ink says exactly.

The boxes come out as a text layer has them: as wide as the type is set, not as its ink, so that a comma's box reaches
to the next character and only true gaps are gaps. Pixels of a levelled picture.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Sequence
from itertools import pairwise

import numpy as np

from extractors.scans.lines import TextLine
from extractors.scans.ocr import Character
from extractors.scans.rendering import Pixels

_AT_LEFT = frozenset("、。，．）」】』〕］〉》｝'’”)")
_AT_RIGHT = frozenset("（「【『〔［〈《｛‘“(")


def is_wide(text: str) -> bool:
    """Whether the character is set on a full square."""
    return unicodedata.east_asian_width(text[0]) in "WFA"


def character_spans(
    characters: Sequence[Character], picture: Pixels, line: TextLine, left: int
) -> list[tuple[float, float]]:
    """The left and right edge of each character in the page's pixels; the line's `picture` begins at `left`."""
    spans = _inked_spans(_centres(characters, picture), _inked_columns(picture))
    return _set_widths(characters, [(left + a, left + b) for a, b in spans], line)


def extents(characters: Sequence[Character], picture: Pixels, wanted: Container[str]) -> dict[int, int]:
    """The greater of width and height of the ink of the wanted characters, in pixels, by their number in the line."""
    found: dict[int, int] = {}
    for n, (x0, x1) in enumerate(_inked_spans(_centres(characters, picture), _inked_columns(picture))):
        if characters[n].text in wanted:
            rows = np.flatnonzero((picture[:, int(x0) : max(int(x1), int(x0) + 1)] < DARK).any(axis=1))
            found[n] = max(int(x1) - int(x0), int(rows[-1]) + 1 - int(rows[0]) if rows.size else 0)
    return found


def gap_before(n: int, characters: Sequence[Character], picture: Pixels) -> int:
    """The column (pixels of the line's picture) that parts character `n` from the one before; the picture's edges at
    either end."""
    if n <= 0 or n >= len(characters):
        return 0 if n <= 0 else picture.shape[1]
    a, b = _centres(characters[n - 1 : n + 1], picture)
    return _least_inked(a, b, _inked_columns(picture))


DARK = 160
"""The grey below which a pixel of a line's picture is ink."""


def _centres(characters: Sequence[Character], picture: Pixels) -> list[float]:
    width = picture.shape[1]
    return [min(max(character.x * width, 0.0), float(width)) for character in characters]


def _inked_columns(picture: Pixels) -> list[int]:
    """How many pixels of each column are ink; a list, as a line is looked through in a few columns at a time."""
    counts: list[int] = np.add.reduce(picture < DARK, axis=0, dtype=np.uint16).tolist()
    return counts


def _inked_spans(centres: Sequence[float], inked: list[int]) -> list[tuple[float, float]]:
    """The ink of each character: parted from its neighbours where there is least ink about half way between."""
    cuts = [0]
    for a, b in pairwise(centres):
        cuts.append(_least_inked(a, b, inked, cuts[-1]))
    cuts.append(len(inked))
    spans = []
    for centre, first, last in zip(centres, cuts, cuts[1:], strict=False):
        x0 = next((x for x in range(first, last) if inked[x]), None)
        if x0 is None:
            spans.append((max(float(first), centre - 1), min(float(last), centre + 1)))
        else:
            x1 = next(x for x in range(last, x0, -1) if inked[x - 1])
            spans.append((float(x0), float(x1)))
    return spans


def _least_inked(a: float, b: float, inked: list[int], first: int = 0) -> int:
    """The column, not before `first`, that has least ink about half way between two middles."""
    width = len(inked)
    middle, reach = (a + b) / 2, max((b - a) * 0.3, 1.0)
    first = min(max(int(middle - reach), first), width - 1)
    last = min(max(int(middle + reach) + 1, first + 1), width)
    least = min(inked[first:last])
    return min((x for x in range(first, last) if inked[x] == least), key=lambda x: abs(x - middle))


def _full_width_digits(characters: Sequence[Character], spans: list[tuple[float, float]], square: float) -> set[int]:
    """Which digits are set on full squares: nets name １０ and 10 alike, but the former's digits stand a square apart.

    Taken for narrow ones they would have a gap between them, and the first of them would be a marker of its own.
    """
    full: set[int] = set()
    for n, (a, b) in enumerate(pairwise(characters)):
        if a.text.isdecimal() and b.text.isdecimal():
            apart = (sum(spans[n + 1]) - sum(spans[n])) / 2
            if 0.8 * square <= apart <= 1.25 * square:
                full |= {n, n + 1}
    return full


def _set_widths(
    characters: Sequence[Character], spans: list[tuple[float, float]], line: TextLine
) -> list[tuple[float, float]]:
    """The ink widened to the square (or half of it) that the character is set on, as far as its neighbours allow."""
    square = line.size * 1.06
    full = _full_width_digits(characters, spans, square)
    wanted = []
    for n, (character, (x0, x1)) in enumerate(zip(characters, spans, strict=True)):
        wide = square if n in full or is_wide(character.text) else 0.5 * square
        spare = max(wide - (x1 - x0), 0.0)
        share = 0.12 if character.text in _AT_LEFT else 0.88 if character.text in _AT_RIGHT else 0.5
        wanted.append([x0 - share * spare, x1 + (1 - share) * spare])
    for n in range(len(wanted) - 1):
        if wanted[n][1] > wanted[n + 1][0]:
            gap0, gap1 = spans[n][1], spans[n + 1][0]
            ideal = (wanted[n][1] + wanted[n + 1][0]) / 2
            edge = min(max(ideal, min(gap0, gap1)), max(gap0, gap1))
            wanted[n][1] = wanted[n + 1][0] = edge
    return [(x0, max(x1, x0 + 0.5)) for x0, x1 in wanted]
