"""Leaders: rows of dots that lead the eye from words to their number (受給世帯数・・・・・・8,721世帯).

No net counts them, and one dot is no larger than dust; but they stand level and even. Pixels of a line's picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from extractors.scans.ocr import Character, Reading
from extractors.scans.rendering import Pixels

FEWEST = 3
"""Dots that make a leader."""

LARGEST = 0.35
"""A dot is at most so large, in character heights."""

CLOSE = 0.5
"""Dots closer than this many character heights are those of …, three to a character."""

LOW = 0.72
"""A dot whose middle lies lower than this share of the line is a full stop's."""

SURE = 0.95
"""How sure a counted dot is."""

DOTS = frozenset("・.．…‥·•、,，-－ー一:：'")

WIDE = 1.9
"""Characters further apart than this many character heights may have a leader between them that nobody read."""


class Dot(NamedTuple):
    """The middle of a dot."""

    x: float
    y: float


def with_leaders(reading: Reading, pixels: Pixels, size: float) -> Reading:
    """The reading with the dots of its leaders counted on the picture; `size`: a full character's height there."""
    if not _may_have_leader(reading, pixels.shape[1], size):
        return reading
    height, width = pixels.shape
    characters = list(reading.characters)
    for dots in leaders_in(pixels, size):
        step = (dots[-1].x - dots[0].x) / (len(dots) - 1)
        first, last = (dots[0].x - step / 2) / width, (dots[-1].x + step / 2) / width
        characters = [c for c in characters if not first <= c.x <= last]
        each, sign = (1, "・" if dots[0].y < LOW * height else ".")
        if step < CLOSE * size:
            each, sign = 3, "…"
        groups = [dots[n : n + each] for n in range(0, len(dots), each)]
        characters += [Character(sign, SURE, sum(dot.x for dot in own) / len(own) / width) for own in groups]
    return Reading(tuple(sorted(characters, key=lambda c: c.x)))


def _may_have_leader(reading: Reading, width: int, size: float) -> bool:
    characters = reading.characters
    read = sum(c.text in DOTS for c in characters) >= 2 or any(c.text in "…‥" for c in characters)
    return read or any((b.x - a.x) * width > WIDE * size for a, b in pairwise(characters))


def leaders_in(pixels: Pixels, size: float) -> list[list[Dot]]:
    """The rows of level and evenly set dots with nothing between them, left to right."""
    inked = pixels < 150
    columns = np.flatnonzero(np.diff(np.concatenate([[False], inked.any(axis=0), [False]]).astype(np.int8)))
    rows: list[list[Dot]] = [[]]
    for x0, x1 in columns.reshape(-1, 2).tolist():
        level = np.flatnonzero(inked[:, x0:x1].any(axis=1))
        if max(x1 - x0, level[-1] + 1 - level[0]) > LARGEST * size:
            rows.append([])
            continue
        rows[-1].append(Dot((x0 + x1) / 2, float(level[0] + level[-1] + 1) / 2))
    return [row for row in rows if is_leader([dot.x for dot in row], [dot.y for dot in row], size)]


def is_leader(xs: Sequence[float], ys: Sequence[float], size: float) -> bool:
    """Whether dots at these places (left to right) are a leader: level, and as far from each other as the next ones."""
    if len(xs) < FEWEST or max(ys) - min(ys) > 0.15 * size:
        return False
    steps = np.diff(xs)
    usual = float(np.median(steps))
    return bool(0.2 * size <= usual <= 1.3 * size and (np.abs(steps - usual) <= max(0.25 * usual, 1.5)).all())
