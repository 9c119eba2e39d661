"""Items that stand below each other on a scan, told by their place in the run: the third of ①, (0), ③ and (4) is ③.

A run is the heads at one margin between two heads further left. Its markers count from the first, so where some of
them were read as their place says and none is surely another, the broken ones are known too. A run of dashes is read
as 一, which as a numeral could not stand twice. Pixels of a levelled sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any, NamedTuple

from extractors.japanese.dictionary import tokenizer
from extractors.pages.markers import ROMAN, marker_of
from extractors.scans.recognising import Recognised

SAME_MARGIN = 0.6
"""Heads of one run begin within this many character heights of each other."""

RING = (0.7, 1.3)
"""The ink of a circled number is so wide, in character heights, at least and at most."""

SURE = 0.9
"""A marker read so surely, with no doubt about it, is no other."""

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

_BROKEN_RING = re.compile(r"[(（[]?(?P<inner>[0-9０-９①-⑳]?)[)）\]]?")
_DASH = re.compile(r"[一ー―—–－-](?=[^一ー―—–－\d０-９-])")
_OTHER_NUMERALS = re.compile(r"[二三四五六七八九十](?=[\s\u3000．.、])")
_HANGING = re.compile(r"[(（第]?[0-9０-９ア-ン一二三四五六七八九十Ⅰ-Ⅹ]{1,2}[)）.．、\u3000\s]?")


class Told(NamedTuple):
    """A head of a run: its line, the marker that its place says, and how many characters of the line that takes; -1:
    all of it, which was ink that nobody could read."""

    line: int
    printed: str
    length: int


class _Item(NamedTuple):
    line: int
    x0: float
    size: float
    ordinals: frozenset[int]
    """What it may be; empty where nothing of it is told."""
    is_sure: bool
    is_ringed: bool
    """Whether it was read as a circled number."""


def told_by_run(lines: Sequence[Recognised]) -> list[Told]:
    """The markers of a sheet's lines (top to bottom) that runs of circled numbers, and of dashes, tell."""
    return [*_circled(lines), *_dashes(lines)]


def _circled(lines: Sequence[Recognised]) -> Iterator[Told]:
    usual = median(line.picture.line.size for line in lines) if lines else 0.0
    items = [item for n, line in enumerate(lines) if (item := _ring(n, line, usual)) is not None]
    rings = {item.line for item in items}
    others = [(n, line) for n, line in enumerate(lines) if n not in rings and _is_head(line)]
    runs = [run for run in _runs(items, others) if len(run) > 1 and _counts_up(run)]
    ringed = [item for run in runs for item in run if item.is_ringed]
    for run in runs:
        if not any(_at_one_margin(run[0], item) for item in ringed):
            continue  # (1), (2) and (3), for all that can be told
        for place, item in enumerate(run, 1):
            if place <= len(CIRCLED) and lines[item.line].reading.text != CIRCLED[place - 1]:
                yield Told(item.line, CIRCLED[place - 1], -1)


def _counts_up(run: Sequence[_Item]) -> bool:
    """Whether some markers of a run are what their places say, and none is surely another."""
    places = list(enumerate(run, 1))
    agree = any(place in item.ordinals for place, item in places)
    return agree and not any(item.is_sure and place not in item.ordinals for place, item in places)


def _ring(n: int, line: Recognised, usual: float) -> _Item | None:
    """A line that may be a circled number alone, whole or broken."""
    box, text = line.picture.line, line.reading.text
    size = max(box.size, usual)  # of a broken ring only a half may be left
    if not RING[0] * size <= box.width <= RING[1] * size:
        return None
    match = _BROKEN_RING.fullmatch(text)
    unread = line.reading.confidence < 0.5
    if match is None and not unread:
        return None
    inner = match["inner"] if match else ""
    readings = [inner, *(other for doubt in line.doubts for other in doubt.readings), *(
        other for character in line.reading.characters for other, _ in character.others
    )]  # fmt: skip
    ordinals = {ordinal for reading in readings for sign in reading if (ordinal := _ordinal(sign)) is not None}
    ringed = text in CIRCLED and bool(text)
    sure = ringed and line.reading.confidence >= SURE and not line.doubts
    return _Item(n, box.x0, size, frozenset({_ordinal(text) or 0} if sure else ordinals), sure, ringed)


def _ordinal(sign: str) -> int | None:
    if sign in CIRCLED:
        return CIRCLED.index(sign) + 1
    return int(sign) if sign.isdecimal() and int(sign) else None


def _is_head(line: Recognised) -> bool:
    """Whether the line begins with a marker, or is one: where it stands further left, it begins a new list."""
    text = line.reading.text
    return marker_of(text) is not None or text[:1] in ROMAN or _HANGING.fullmatch(text) is not None


def _at_one_margin(one: _Item, other: _Item) -> bool:
    return abs(one.x0 - other.x0) <= SAME_MARGIN * other.size


def _runs(items: Sequence[_Item], others: Sequence[tuple[int, Recognised]]) -> list[list[_Item]]:
    runs: list[list[_Item]] = []
    for item in items:
        for run in reversed(runs):
            last = run[-1]
            if not _at_one_margin(last, item):
                continue
            between = (line.picture.line for n, line in others if last.line < n < item.line)
            if not any(box.x0 < item.x0 - SAME_MARGIN * item.size for box in between):
                run.append(item)
                break
            runs.append([item])
            break
        else:
            runs.append([item])
    return runs


def _dashes(lines: Sequence[Recognised]) -> Iterator[Told]:
    """一 at the head of two lines and more at one margin, where no 二 follows: dashes."""
    heads = [n for n, line in enumerate(lines) if _DASH.match(line.reading.text)]
    numerals = [line.picture.line for line in lines if _OTHER_NUMERALS.match(line.reading.text)]
    for n in heads:
        box = lines[n].picture.line
        near = SAME_MARGIN * box.size
        margin = [m for m in heads if abs(lines[m].picture.line.x0 - box.x0) <= near]
        if len(margin) < 2 or any(abs(other.x0 - box.x0) <= near for other in numerals):
            continue
        if all(_begins_word("一" + lines[m].reading.text[1:]) for m in margin):
            continue  # 一部承認, row by row of a list
        if lines[n].reading.text[0] not in "－-":
            yield Told(n, "－", 1)


def _begins_word(text: str) -> bool:
    """Whether the first two characters belong to one word, as the dictionary parts the text into words."""
    words: Any = tokenizer().tokenize(text)
    return len(words[0].surface()) > 1
