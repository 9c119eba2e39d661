"""Numbers as offices print them: 8,413 / 1万2千 / 三百. Works on normalised strings (ASCII digits, no stray spaces)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_DIGITS = "〇一二三四五六七八九"
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "億": 100_000_000, "兆": 1_000_000_000_000}

_ARABIC = r"\d{1,3}(?:[,，]\s?\d{3})+(?!\d)|\d+(?:\.\d+)?"
_NUMBER = re.compile(rf"(?:(?:{_ARABIC})[十百千万億兆]*)+|[{_DIGITS}十百千万億兆]+")
_PIECE = re.compile(rf"({_ARABIC})|([{_DIGITS}]+)|([十百千])|([万億兆])")


class Number(NamedTuple):
    """A number found at string[start:end]; `kanji` when no digit of it is Arabic."""

    start: int
    end: int
    value: float
    kanji: bool


def numbers(string: str) -> Iterator[Number]:
    """All numbers in the string, left to right. Kanji ones are candidates only: 一部 holds one that counts nothing."""
    for match in _NUMBER.finditer(string):
        value = value_of(match.group())
        if value is not None:
            yield Number(match.start(), match.end(), value, not re.search(r"\d", match.group()))


def value_of(printed: str) -> float | None:
    """The value of a printed number such as 1万2千 or 1,200; None when it is none (万 alone)."""
    total, section, current = 0.0, 0.0, None
    position = 0
    for piece in _PIECE.finditer(printed):
        if piece.start() != position:
            return None
        position = piece.end()
        arabic, digits, small, large = piece.groups()
        if arabic is not None:
            if current is not None:
                return None
            current = float(re.sub(r"[,，\s]", "", arabic))
        elif digits is not None:
            if current is not None:
                return None
            current = float(int("".join(str(_DIGITS.index(digit)) for digit in digits)))
        elif small is not None:
            section += (1 if current is None else current) * _SMALL[small]
            current = None
        else:
            section += current or 0.0
            if not section:
                return None
            total += section * _LARGE[large]
            section, current = 0.0, None
    if position != len(printed):
        return None
    return total + section + (current or 0.0)
