"""What matters or is in doubt is read a second time, by another engine; where both agree a reading is sure.

The first reading stands unless it was weak itself; no digit is ever taken from the second. Where the two differ both
are kept, with their place, for a person to decide.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from extractors.scans.ocr import Character, Reading

SURE = 0.9
"""A character below this is in doubt."""

WEAK = 0.5
"""A character below this gives way to what the second engine reads in its place."""

BESIDE = 5
"""Characters on either side of one in doubt that are read again with it; at the end of a line as many more before."""

HEARD = 0.5
"""What the second engine's probabilities count for beside the first's."""

_SAME = str.maketrans("一―—–－-〜∼，．：；!?", "ーーーーーー～～,.:;！？")


@dataclass(frozen=True)
class SpanDoubt:
    """Characters `start` to `end` of a reading that may say something else; the reading that stands comes first."""

    start: int
    end: int
    readings: tuple[str, ...]
    serious: bool


class Part(NamedTuple):
    """Characters `start` to `end` of a line, to be read again."""

    start: int
    end: int


def parts_in_doubt(reading: Reading) -> list[Part]:
    """The parts of a line that hold a number or a character in doubt, with neighbours by which a net can tell it."""
    length = len(reading.characters)
    parts: list[Part] = []
    for n, character in enumerate(reading.characters):
        if character.confidence >= SURE and not is_digit(character.text):
            continue
        start = max(0, min(n - BESIDE, length - 2 * BESIDE - 1))
        end = min(length, max(n + BESIDE + 1, 2 * BESIDE + 1))
        if parts and start <= parts[-1].end + 1:
            start = parts.pop().start
        parts.append(Part(start, end))
    return parts


def is_digit(text: str) -> bool:
    """Whether the character tells a number: a digit, a circled number."""
    return any(unicodedata.numeric(character, None) is not None and not _is_kanji(character) for character in text)


def _is_kanji(character: str) -> bool:
    return "一" <= character <= "鿿" or character == "〇"


def _folded(text: str) -> list[str]:
    """Characters made comparable: what the two engines write differently and mean alike is one."""
    folded = []
    for character in text:
        plain = (
            unicodedata.normalize("NFKC", character) if not is_digit(character) or character.isdecimal() else character
        )
        folded.append(plain.translate(_SAME) if len(plain) == 1 else character)
    return folded


def compared(first: Reading, second: Reading, part: Part | None = None) -> tuple[Reading, tuple[SpanDoubt, ...]]:
    """The first reading with its confidences settled by the second, and the places where they differ.

    The second is of the first's `part` alone; without one, of all of it.
    """
    if not second.characters:
        return first, ()
    characters = list(first.characters)
    begin, stop = part or Part(0, len(characters))
    a = _folded("".join(c.text[0] for c in characters[begin:stop]))
    b = _folded("".join(c.text[0] for c in second.characters))
    doubts: list[SpanDoubt] = []
    alike = len(a) - sum(op.src_end - op.src_start for op in Levenshtein.opcodes(a, b) if op.tag != "equal")
    if alike < 0.5 * max(len(a), 1):
        return first, ()  # the second engine saw something else altogether: it says nothing of this line
    for step in Levenshtein.opcodes(a, b):
        mine = range(begin + step.src_start, begin + step.src_end)
        theirs = second.characters[step.dest_start : step.dest_end]
        if step.tag == "equal":
            for n in mine:
                characters[n] = _agreed(characters[n])
            continue
        own = "".join(characters[n].text for n in mine)
        other = "".join(c.text for c in theirs)
        numeric = is_digit(own) or is_digit(other)
        if step.tag == "replace" and len(theirs) == len(mine):
            for n, their in zip(mine, theirs, strict=True):
                characters[n] = _with_other(_settled_between(characters[n], their), their)
        weak = min((first.characters[n].confidence for n in mine), default=1.0) < SURE
        if numeric and mine and (weak or _numeric_clash(own, other)):
            for n in mine:
                characters[n] = characters[n].sure(min(characters[n].confidence, 0.8))
        if weak or (numeric and _numeric_clash(own, other)):
            start = min(mine.start, len(characters) - 1)
            end = max(mine.stop, start + 1)
            stands = "".join(c.text for c in characters[start:end])
            alternative = (other if mine else stands + other) if stands != other else own
            doubts.append(SpanDoubt(start, end, (stands, alternative), numeric))
    return Reading(tuple(characters)), tuple(doubts)


def _numeric_clash(own: str, other: str) -> bool:
    """Whether the digits of the two differ; separators and brackets do not matter."""
    return [c for c in own if is_digit(c)] != [c for c in other if is_digit(c)]


def _agreed(character: Character) -> Character:
    """Two engines that read the same leave a small part of the doubt."""
    return character.sure(1.0 - 0.25 * (1.0 - character.confidence))


def _settled_between(mine: Character, their: Character) -> Character:
    if mine.confidence >= WEAK or is_digit(mine.text) or is_digit(their.text) or their.confidence < mine.confidence:
        return mine
    return Character(their.text, round(min(0.75, their.confidence), 4), mine.x)


def _with_other(mine: Character, their: Character) -> Character:
    """The character with what the second engine read in its place among what it may be."""
    known = dict(mine.others)
    if their.text == mine.text or len(their.text) != 1:
        return mine
    known[their.text] = round(max(known.get(their.text, 0.0), HEARD * their.confidence), 4)
    return replace(mine, others=tuple(known.items()))


def without_second(readings: Sequence[Reading]) -> list[tuple[SpanDoubt, ...]]:
    """The doubts of readings that nobody read again: weak numbers alone."""
    doubts = []
    for reading in readings:
        weak = [n for n, c in enumerate(reading.characters) if c.confidence < 0.6 and is_digit(c.text)]
        doubts.append(tuple(SpanDoubt(n, n + 1, (reading.characters[n].text,), True) for n in weak))
    return doubts
