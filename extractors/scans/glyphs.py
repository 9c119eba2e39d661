"""Where each character of a recognised line stands: the net says about where, the ink says exactly.

The boxes come out as a text layer has them: as wide as the type is set, not as its ink, so that a comma's box reaches
to the next character and only true gaps are gaps. Pixels of a levelled picture.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

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
    width = picture.shape[1]
    centres = [min(max(character.x * width, 0.0), float(width)) for character in characters]
    inked = (picture < 160).sum(axis=0)
    spans = _inked_spans(centres, inked, width)
    return _set_widths(characters, [(left + a, left + b) for a, b in spans], line)


def ink_boxes(characters: Sequence[Character], picture: Pixels) -> list[tuple[int, int, int, int]]:
    """Where the ink of each character lies in the picture of its line: left, top, right, bottom, in its pixels."""
    width = picture.shape[1]
    dark = picture < 160
    centres = [min(max(character.x * width, 0.0), float(width)) for character in characters]
    boxes = []
    for x0, x1 in _inked_spans(centres, dark.sum(axis=0), width):
        rows = np.flatnonzero(dark[:, int(x0) : max(int(x1), int(x0) + 1)].any(axis=1))
        top, bottom = (int(rows[0]), int(rows[-1]) + 1) if rows.size else (0, 0)
        boxes.append((int(x0), top, int(x1), bottom))
    return boxes


def gap_before(n: int, characters: Sequence[Character], picture: Pixels) -> int:
    """The column (pixels of the line's picture) that parts character `n` from the one before; the picture's edges at
    either end."""
    width = picture.shape[1]
    if n <= 0 or n >= len(characters):
        return 0 if n <= 0 else width
    a, b = (min(max(character.x * width, 0.0), float(width)) for character in characters[n - 1 : n + 1])
    return _least_inked(a, b, (picture < 160).sum(axis=0))


def _inked_spans(centres: Sequence[float], inked: np.ndarray[Any, Any], width: int) -> list[tuple[float, float]]:
    """The ink of each character: parted from its neighbours where there is least ink about half way between."""
    cuts = [0]
    for a, b in pairwise(centres):
        cuts.append(_least_inked(a, b, inked, cuts[-1]))
    cuts.append(width)
    spans = []
    for centre, first, last in zip(centres, cuts, cuts[1:], strict=False):
        found = np.flatnonzero(inked[first:last]) if last > first else np.array([])
        if found.size:
            spans.append((float(first + found[0]), float(first + found[-1] + 1)))
        else:
            spans.append((max(float(first), centre - 1), min(float(last), centre + 1)))
    return spans


def _least_inked(a: float, b: float, inked: np.ndarray[Any, Any], first: int = 0) -> int:
    """The column, not before `first`, that has least ink about half way between two middles."""
    width = len(inked)
    middle, reach = (a + b) / 2, max((b - a) * 0.3, 1.0)
    first = min(max(int(middle - reach), first), width - 1)
    last = min(max(int(middle + reach) + 1, first + 1), width)
    field = inked[first:last]
    least = np.flatnonzero(field == field.min()) + first
    return int(least[np.abs(least - middle).argmin()])


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
