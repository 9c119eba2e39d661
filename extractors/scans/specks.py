"""Specks of dirt that were read as a part of a number: 65,000. and - 400,000.

A number that is grouped by thousands cannot end in a point; a sign stands as close to its number as digits to each
other. What could be either stays, and is said to be in doubt.
"""

from __future__ import annotations

import re

from extractors.scans.ocr import Reading
from extractors.scans.second_reading import SpanDoubt

_ENDING = re.compile(r"[-－△▲]?\d{1,3}(?:[,，]\d{3})+(?P<speck>[.,，．・'`])")
_SIGNED = re.compile(r"[-－][\d,，.]{2,}")

FAR = 1.6
"""A sign so many times as far from the first digit as that is from the second may be a speck."""


def without_specks(reading: Reading, doubts: tuple[SpanDoubt, ...]) -> tuple[Reading, tuple[SpanDoubt, ...]]:
    """A line that is a number without the speck at its end, and with a doubt about what may be one at its head."""
    text, characters = reading.text, reading.characters
    if len(text) != len(characters):
        return reading, doubts
    if _ENDING.fullmatch(text):
        kept = tuple(doubt for doubt in doubts if doubt.end < len(text))
        said = SpanDoubt(0, len(text) - 1, (text[:-1], text), True)
        return Reading(characters[:-1]), (*kept, said)
    if _SIGNED.fullmatch(text):
        sign, first, second = (character.x for character in characters[:3])
        if first - sign > FAR * (second - first):
            return reading, (*doubts, SpanDoubt(0, len(text), (text, text[1:]), True))
    return reading, doubts
