"""What the head of a line on a scan may be as a marker: I for Ⅰ, a dash for 一, 工 for エ."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from extractors.pages.markers import KANA, KANJI, ROMAN

BRACKETED = re.compile(r"[(（](.{1,3}?)[)）]")
BARS = re.compile(r"[IVXⅠ-ⅩlｌＩ|｜!1丨]{1,4}")
"""What Roman numerals are read as: the bars of one character as several."""

_NUMBERED = re.compile(r"第(.{1,2})$")


class Candidate(NamedTuple):
    """A marker that the head of a line may be: its kind, which one of it, how it is printed, how many characters of the
    line it takes, and whether it was read so."""

    kind: str
    ordinal: int
    printed: str
    length: int
    as_read: bool


@cache
def marker_look_alikes(kind: str) -> dict[str, tuple[str, ...]]:
    """What a character may be a marker of a kind (kana, kanji, digit, roman) for."""
    data = tomllib.loads((Path(__file__).parent / "marker_look_alikes.toml").read_text(encoding="utf-8"))
    found: dict[str, list[str]] = {}
    for marker, readings in data[kind].items():
        for reading in readings:
            found.setdefault(reading, []).append(marker)
    return {reading: tuple(markers) for reading, markers in found.items()}


def candidates_of(head: str) -> Iterator[Candidate]:
    """The markers that a head (what stands before the gap) may be; in brackets or without."""
    bracketed = BRACKETED.match(head)
    if bracketed is not None:
        for inner in _inner(bracketed[1]):
            yield inner._replace(
                kind=f"({inner.kind})",
                printed=f"{head[0]}{inner.printed}{bracketed[0][-1]}",
                length=bracketed.end(),
            )
        return
    numbered = _NUMBERED.match(head)
    if numbered is not None:
        for inner in _inner(numbered[1]):
            if inner.kind in ("1", "一"):
                yield inner._replace(kind=f"第{inner.kind}", printed=f"第{inner.printed}", length=len(head))
        return
    bare = head.rstrip(".．、")
    for inner in _inner(bare):
        yield inner._replace(printed=inner.printed + head[len(bare) :], length=len(head))


def _inner(head: str) -> Iterator[Candidate]:
    plain = unicodedata.normalize("NFKC", head)
    length = len(head)
    if plain.isdecimal():
        # a number is no other marker: a column of 1 before 式 is not Ⅰ, Ⅱ, Ⅲ
        if len(plain) < 3:
            yield Candidate("1", int(plain), head, length, True)
        return
    if len(head) == 1:
        for digit in marker_look_alikes("digit").get(head, ()):
            yield Candidate("1", int(digit), digit, length, False)
    if BARS.fullmatch(head):
        yield from _roman(head)
    for numeral in marker_look_alikes("roman").get(head, ()):
        yield Candidate("Ⅰ", ROMAN.index(numeral) + 1, numeral, length, False)
    if length == 1:
        for kind, order in (("kana", KANA), ("kanji", KANJI)):
            name = {"kana": "ア", "kanji": "一"}[kind]
            if head in order:
                yield Candidate(name, order.index(head) + 1, head, length, True)
            for marker in marker_look_alikes(kind).get(head, ()):
                yield Candidate(name, order.index(marker) + 1, marker, length, False)


_NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


def _roman(head: str) -> Iterator[Candidate]:
    """Roman numerals: a net reads the bars of one character as several, and some of them not at all."""
    strokes = re.sub(r"[l|!1丨]", "I", unicodedata.normalize("NFKC", head))
    for number, numeral in sorted(enumerate(_NUMERALS, 1), key=lambda known: known[1] != strokes):
        as_bars = set(strokes) == {"I"} and number <= 3
        if strokes == numeral or as_bars:
            yield Candidate("Ⅰ", number, ROMAN[number - 1], len(head), head == ROMAN[number - 1])
