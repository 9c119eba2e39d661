"""Letters set apart (主　管　課), which stand in lines of their own: read together, as the word that they are.

A net tells a character by its neighbours; alone it is easily taken for another or for dirt. Pixels of a levelled sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from extractors.scans.lines import TextLine
from extractors.scans.ocr import Character, Reading
from extractors.scans.rendering import Pixels

ONE = 1.35
"""The ink of one character is at most so many character heights wide …"""

APART = 3.6
"""… and stands at most so many from the next one of its word."""

WEAK = 0.9
"""Letters of which one was read with less confidence are read again together."""

SENSIBLE, KEPT = 0.6, 0.5
"""In a word that is read so surely on the whole, a letter counts as sure as the second at least: it is no dirt."""

MOST = 12
"""Letters of one word set apart."""


def words_set_apart(lines: Sequence[TextLine]) -> list[list[int]]:
    """Lines of one character each that stand level and evenly beside each other, as numbers of the lines."""
    ones = [n for n, line in enumerate(lines) if line.width <= ONE * line.size]
    ones.sort(key=lambda n: (lines[n].x0, lines[n].top))
    words: list[list[int]] = []
    for n in ones:
        for word in words:
            if _goes_on([lines[m] for m in word], lines[n]):
                word.append(n)
                break
        else:
            words.append([n])
    return [word for word in words if 2 <= len(word) <= MOST]


def _goes_on(word: Sequence[TextLine], line: TextLine) -> bool:
    last = word[-1]
    level = abs((last.top + last.bottom) - (line.top + line.bottom)) <= 0.7 * last.size
    gap = _middle(line) - _middle(last)
    if not level or not 0 < gap <= APART * max(last.size, line.size):
        return False
    if not 0.6 <= line.size / max(last.size, 1.0) <= 1.6:
        return False
    steps = [_middle(b) - _middle(a) for a, b in pairwise(word)]
    return all(abs(gap - step) <= 0.45 * line.size for step in steps)


def _middle(line: TextLine) -> float:
    return (line.x0 + line.x1) / 2


def side_by_side(pictures: Sequence[Pixels]) -> Pixels:
    """The pictures of letters as those of one line, each on a square of its own."""
    side = max(max(picture.shape) for picture in pictures)
    squares = []
    for picture in pictures:
        height, width = picture.shape
        left, top = (side - width) // 2, (side - height) // 2
        square = cv2.copyMakeBorder(
            picture, top, side - height - top, left, side - width - left, cv2.BORDER_CONSTANT, value=255
        )
        squares.append(square)
    return np.ascontiguousarray(np.hstack(squares), dtype=np.uint8)


def better_together(alone: Sequence[Reading], together: Reading) -> list[Reading]:
    """The readings of letters, those replaced of which the reading together is surer: it must see as many letters, each
    on its square."""
    count = len(alone)
    if [int(character.x * count) for character in together.characters] != list(range(count)):
        return list(alone)
    least = KEPT if together.confidence >= SENSIBLE else 0.0
    told = []
    for reading, character in zip(alone, together.characters, strict=True):
        own = reading.characters[0] if len(reading.characters) == 1 else None
        if own is not None and (own.confidence > character.confidence or own.text == character.text):
            sure = max(own.confidence, least, character.confidence if own.text == character.text else 0.0)
            told.append(Reading((own.sure(sure),)))
            continue
        told.append(Reading((Character(character.text, max(character.confidence, least), 0.5, character.others),)))
    return told
