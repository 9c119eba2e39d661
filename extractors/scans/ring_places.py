"""Where in a line a number in a ring may stand, by how the line was read; the rest of it need not be looked at.

A ring is read as a number or a sign, or poorly, or passed over.
"""

from __future__ import annotations

from itertools import pairwise

from extractors.scans.ocr import Character, Reading
from extractors.scans.rendering import Pixels

SURE_LETTER = 0.8
"""A ring that is read as a letter is read with less confidence than this."""

_PLAIN = frozenset("、。，．・「」『』（）")
"""Signs that no ring is taken for, but for brackets with nothing between them."""

_LIKE_A_RING = frozenset("lIiOoQ○〇◯口回①田日")


def may_hold_ring(reading: Reading, picture: Pixels, size: float) -> bool:
    """Whether a ring may stand in a line: not where sure letters and plain signs follow each other without a gap.

    `picture` is the line's, `size` the height of a full character in it, in pixels.
    """
    if "（）" in reading.text or not all(_is_sure(c) or c.text in _PLAIN for c in reading.characters):
        return True
    width = picture.shape[1]
    middles = [character.x * width for character in reading.characters]
    gaps = [b - a for a, b in pairwise(middles)]
    # a ring is at least half a character wide, and half a letter lies on either side of it
    ends = (middles[0], width - middles[-1]) if middles else (float(width),)
    return max(ends) > 1.0 * size or max(gaps, default=0.0) > 1.45 * size


def sure_letters(reading: Reading, picture: Pixels) -> list[float]:
    """The columns in which the middles of the letters lie that are read too surely to be rings."""
    return [character.x * picture.shape[1] for character in reading.characters if _is_sure(character)]


def _is_sure(character: Character) -> bool:
    return character.confidence >= SURE_LETTER and character.text.isalpha() and character.text not in _LIKE_A_RING
