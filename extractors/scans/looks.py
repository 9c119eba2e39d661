"""Lines of a worn page looked at again by the first engine, otherwise set, and told by what most of the looks say.

Where strokes came apart in black and white or at a coarse resolution, the net's choice hangs on a pixel: 諮問 is read
as 路岡 or 請問 as the same print lies a little otherwise. What it sees in most of the looks is printed; what else it
saw is kept as a possibility for the words to decide. Clean pages are read once.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from rapidfuzz.distance import Levenshtein

from extractors.scans.ocr import Character, Reading
from extractors.scans.rendering import Pixels
from extractors.scans.second_reading import SURE, is_digit

WORN = 0.065
"""A page is worn where more than this share of its characters is in doubt (read with less than `SURE`). A clean drawing
with small letters has 0.06; a look again there costs a fifth more of the first engine's time and tells nothing."""

FEWEST = 40
"""Characters below which a page tells nothing of its print."""

BOLDER = 0.5
"""How much of the ink of its left and right neighbours a pixel takes on."""

ROOM = (0.12, 0.24)
"""Paper put above and below, and at either end, in heights of the line's picture."""

UNSURE_DIGIT = 0.8
"""A digit that one of the looks saw otherwise is no surer than this."""

LEAST = 0.01
"""What is seen with less than this probability is no possibility."""


def is_worn(readings: Sequence[Reading]) -> bool:
    """Whether so many characters of a page are in doubt that its print must be worn."""
    sure = [character.confidence >= SURE for reading in readings for character in reading.characters]
    return len(sure) >= FEWEST and sure.count(False) > WORN * len(sure)


def in_doubt(reading: Reading) -> bool:
    """Whether a line holds a character in doubt."""
    return any(character.confidence < SURE for character in reading.characters)


def other_looks(picture: Pixels) -> tuple[Pixels, Pixels]:
    """The picture of a line with its level hairlines mended, and with more paper around it."""
    wider: Pixels = np.asarray(cv2.erode(picture, np.ones((1, 3), dtype=np.uint8)), dtype=np.uint8)
    bolder = cv2.addWeighted(picture, 1 - BOLDER, wider, BOLDER, 0)
    down, across = (max(1, round(share * picture.shape[0])) for share in ROOM)
    framed = cv2.copyMakeBorder(picture, down, down, across, across, cv2.BORDER_CONSTANT, value=255)
    return np.asarray(bolder, dtype=np.uint8), np.asarray(framed, dtype=np.uint8)


@dataclass
class _Place:
    """What the looks see in the place of one character: probabilities by what is seen, summed up."""

    seen: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    looks: int = 1


def told_by_looks(first: Reading, others: Sequence[Reading]) -> Reading:
    """The first reading of a line with each character as most of the readings have it, as sure as they are together."""
    characters = first.characters
    places = [_Place() for _ in characters]
    between: dict[int, list[Character]] = defaultdict(list)
    for place, character in zip(places, characters, strict=True):
        place.seen[_folded(character.text)] += character.confidence
    mine = [_folded(character.text) for character in characters]
    for other in others:
        theirs = [_folded(character.text) for character in other.characters]
        for step in Levenshtein.opcodes(mine, theirs):
            own, their = range(step.src_start, step.src_end), other.characters[step.dest_start : step.dest_end]
            if len(own) == len(their):
                for n, character in zip(own, their, strict=True):
                    places[n].looks += 1
                    places[n].seen[_folded(character.text)] += character.confidence
            elif not own and len(their) == 1:
                between[step.src_start].append(their[0])
    told: list[Character] = []
    for n in range(len(characters) + 1):
        told += _inserted(n, characters, between[n], len(others))
        if n < len(characters):
            told.append(_told(characters[n], places[n]))
    return Reading(tuple(told))


def _told(character: Character, place: _Place) -> Character:
    own = _folded(character.text)
    if not own[0].isalnum():
        return character  # a bullet is as small as dust: more paper around it makes it an apostrophe
    shares = {text: total / place.looks for text, total in place.seen.items()}
    best = max((text for text in shares if text[0].isalnum()), key=lambda text: (shares[text], text == own))
    text = character.text if best == own else best
    sure = min(shares[best], 1.0)
    if len(shares) > 1 and any(is_digit(seen) for seen in shares):
        sure = min(sure, UNSURE_DIGIT)
    known = {other: probable for other, probable in character.others if other != text}
    for seen, probable in shares.items():
        if seen != best and probable >= LEAST:
            known[seen] = round(max(known.get(seen, 0.0), probable), 4)
    return Character(text, round(sure, 4), character.x, tuple(known.items()))


def _inserted(n: int, characters: Sequence[Character], seen: Sequence[Character], looks: int) -> list[Character]:
    """The letter that all other looks see before character `n` of the first."""
    if len(seen) < looks or len({_folded(character.text) for character in seen}) > 1 or not seen[0].text.isalpha():
        return []
    sure = sum(character.confidence for character in seen) / (looks + 1)
    before = characters[n - 1].x if n else 0.0
    behind = characters[n].x if n < len(characters) else 1.0
    return [Character(seen[0].text, round(sure, 4), (before + behind) / 2)]


def _folded(text: str) -> str:
    """A character as readings are compared by; a circled number is none without its ring."""
    plain = unicodedata.normalize("NFKC", text)
    return plain if len(plain) == 1 and (text.isdecimal() or not is_digit(text)) else text
