"""Counts of people and things: 約12,100件, 500名程度, 50～60人, 1,000人以上. Works on normalised strings."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from extractors.japanese import vocabularies
from extractors.japanese.dates import date_of, mentions
from extractors.japanese.numbers import Number, numbers

Word = tuple[int, int, str]
"""A word of the tokenizer: from, to, and its class (such as 名詞-数詞)."""

Bound = Literal["exact", "at_least", "at_most"]


class Count(NamedTuple):
    """A count found at string[start:end], with the words around it that belong to it (約 … 程度（令和4年度実績））.

    `number_start` is where the number itself begins; `before` ends where the words that say what is counted may end.
    `known_unit`: whether the vocabulary holds the unit; otherwise it is just the noun after the number.
    """

    start: int
    end: int
    number_start: int
    value: int
    value_max: int | None
    unit: str | None
    known_unit: bool
    is_approximate: bool
    bound: Bound
    is_total: bool
    as_of: Any
    fiscal_year: int | None
    basis: str | None


class _Words(NamedTuple):
    units: re.Pattern[str]
    not_units: re.Pattern[str]
    grades: re.Pattern[str]
    per: re.Pattern[str]
    rate: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    basis: tuple[tuple[str, re.Pattern[str]], ...]
    alone: tuple[tuple[str, re.Pattern[str]], ...]
    groups: dict[str, frozenset[str]]


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


@lru_cache(maxsize=1)
def _words() -> _Words:
    data = vocabularies.load("counts")
    groups = {name: frozenset(words) for name, words in data.items() if isinstance(words, list)}
    leads = ("approximate_before", "at_most_before", "at_least_before", "totals")
    before = [*(word for lead in leads for word in data[lead]), *data["basis"]["延べ"], "年間", "月間", "毎月", "毎年"]
    after = [*data["approximate_after"], *data["at_least"], *data["at_most"]]
    return _Words(
        re.compile(_any(data["units"])),
        re.compile(_any(data["not_units"])),
        re.compile(rf"(?:{_any(data['grades'])})(?:度|認定)?$"),
        re.compile(rf"\s*(?:{_any(data['per'])})"),
        re.compile(rf"(?:1|一)\s*(?:{_any(data['units'])})\s*(?:当たり|あたり|につき|ごとに?)\s*[、:]?\s*$"),
        re.compile(rf"(?:(?<![一-鿿])(?=計)|(?!計))(?:(?:{_any(before)})[\s:は=＝・…‥.\-―ー]*)+$"),
        re.compile(rf"\s*({_any(after)})"),
        tuple((name, re.compile(_any(forms))) for name, forms in data["basis"].items()),
        tuple((name, re.compile(_any(forms))) for name, forms in data["basis_alone"].items()),
        groups,
    )


_NOT_A_COUNT_BEFORE = re.compile(
    r"(?:第|No\.?|[A-Za-z][\-_]?|[\d][.\-]|[(]\s?|ISO\s?|JIS\s?|項番|番号)$", re.IGNORECASE
)
_NOTE = re.compile(r"\s*[(（]([^()（）]*)[)）]")
_RATE = re.compile(r"\s*/\s*(年|月)(?![\d度])")
_RATES = {"年": "年間", "月": "月間"}
_FORESEEN = re.compile(r"\s*(?:を|の|と)(?P<word>予定|見込み?|想定|計画)")
"""What says behind a count, without brackets, that it is foreseen: 300件を予定."""

_RANGE = re.compile(r"\s*(?:[~～〜]|から|ないし|乃至|-|–|―)\s*(?:約)?")


def find(string: str, words: Sequence[Word], taken: Iterable[tuple[int, int]] = ()) -> Iterator[Count]:
    """The counts in a string, left to right.

    `words`: the tokenizer's words, `taken`: spans that are something else (dates, references).
    """
    spans = list(taken)
    ends = {end for _, end, _ in words}
    starts = [start for start, _, _ in words]
    found = [number for number in numbers(string) if not any(a < number.end and number.start < b for a, b in spans)]
    skip = 0
    for n, number in enumerate(found):
        if n < skip:
            continue
        upper: Number | None = None
        if n + 1 < len(found):
            between = string[number.end : found[n + 1].start]
            unit = _words().units.match(between)
            joint = between[unit.end() :] if unit else between
            if _RANGE.fullmatch(joint) and found[n + 1].value > number.value:
                upper = found[n + 1]
        count = _count(string, number, upper, words, starts, ends)
        if count is not None:
            if upper is not None:
                skip = n + 2
            yield count


def _count(
    string: str, number: Number, upper: Number | None, words: Sequence[Word], starts: list[int], ends: set[int]
) -> Count | None:
    vocab = _words()
    last = upper or number
    if number.value != int(number.value) or last.value != int(last.value):
        return None
    if number.kanji:
        position = bisect_left(starts, number.start)
        if position >= len(words) or words[position][0] != number.start:
            return None
        # a round number that is a word by itself is one, whatever name the tokenizer takes it for (三百団体)
        whole = words[position][1] == number.end and re.search("[十百千万]", string[number.start : number.end])
        if "数詞" not in words[position][2] and not (whole and number.end - number.start > 1):
            return None
    lead = _NOT_A_COUNT_BEFORE.search(string[: number.start])
    if vocab.grades.search(string, 0, number.start) or (lead and not lead.group().startswith(("(", "（"))):
        return None
    unit, known, end = _unit(string, last.end, words, ends)
    if unit is None and (number.kanji or end != last.end):
        return None
    if vocab.per.match(string, end) or vocab.rate.search(string, 0, number.start):
        return None
    rate = _RATE.match(string, end) if known else None
    end = rate.end() if rate else end

    before = vocab.before.search(string, 0, number.start)
    start = before.start() if before else number.start
    lead_words = before.group() if before else ""
    approximate = any(word in lead_words for word in vocab.groups["approximate_before"])
    bound: Bound = "exact"
    if any(word in lead_words for word in vocab.groups["at_most_before"]):
        bound = "at_most"
    elif any(word in lead_words for word in vocab.groups["at_least_before"]):
        bound = "at_least"
    while tail := vocab.after.match(string, end):
        if tail[1] in vocab.groups["approximate_after"]:
            approximate = True
        elif tail[1] in vocab.groups["at_most"]:
            bound = "at_most"
        elif tail[1] == "から":
            break
        else:
            bound = "at_least"
        end = tail.end()

    note = _NOTE.match(string, end)
    remark = ""
    if note is not None and not _holds_count(note[1]):
        remark, end = note[1], note.end()
    elif known:
        foreseen = _FORESEEN.match(string, end)
        remark, end = (foreseen["word"], foreseen.end()) if foreseen else ("", end)
    if bound == "exact" and remark.strip() in (*vocab.groups["at_most"], *vocab.groups["at_most_before"]):
        bound = "at_most"
    as_of, fiscal_year = dated(remark)
    basis = basis_of(remark) or (_RATES[rate[1]] if rate else None) or basis_of(lead_words)
    return Count(
        start,
        end,
        number.start,
        int(number.value),
        int(upper.value) if upper else None,
        unit,
        known,
        approximate,
        bound,
        any(word in lead_words for word in vocab.groups["totals"]),
        as_of,
        fiscal_year,
        basis,
    )


def _holds_count(string: str) -> bool:
    vocab = _words()
    return any(
        vocab.units.match(string, number.end) and not vocab.not_units.match(string, number.end)
        for number in numbers(string)
        if not any(m.start <= number.start < m.end for m in mentions(string))
    )


def _unit(string: str, at: int, words: Sequence[Word], ends: set[int]) -> tuple[str | None, bool, int]:
    """The unit after a number that ends at `at`: unit, whether it is known, where it ends; without: (None, False, at).

    A unit of money, time or the like gives (None, False, somewhere behind `at`).
    """
    vocab = _words()
    start = at + len(string[at:]) - len(string[at:].lstrip(" \u3000"))
    known = vocab.units.match(string, start)
    other = vocab.not_units.match(string, start)
    if other and (not known or other.end() > known.end()):
        return None, False, other.end() + 1
    if known:
        while known and known.end() not in ends and known.end() < len(string):
            shorter = vocab.units.fullmatch(known.group()[:-1]) if len(known.group()) > 1 else None
            if shorter is None:
                break
            known = vocab.units.match(string[: start + len(shorter.group())], start)
        if known and (known.end() in ends or known.end() >= len(string)):
            return known.group(), True, known.end()
    noun = next(((a, b, tag) for a, b, tag in words if a == start), None)
    if noun is not None and vocab.after.fullmatch(string, noun[0], noun[1]):
        noun = None  # 以上 bounds the figure, and is nothing that is counted
    if noun is not None and noun[2].startswith("名詞-普通名詞") and not re.match(r"[\dA-Za-z(（]", string[noun[0]]):
        end = noun[1]
        for a, b, tag in words:
            if a == end and tag.startswith(("名詞-普通名詞", "接尾辞")) and not vocab.after.match(string, a):
                end = b
        return string[start:end], False, end
    return None, False, at if start >= len(string) or not string[start].isalnum() else at + 1


def unit_of_head(head: str) -> str | None:
    """The unit that the head of a column gives to bare figures below it: 数量（人）, 世帯数."""
    noted = re.search(r"[(（\[]\s*(?:単位\s*[:：]?\s*)?([^()（）\[\]]+?)\s*[)）\]]", head)
    if noted and _words().units.fullmatch(noted[1]):
        return noted[1]
    bare = re.sub(r"[(（\[].*|\s", "", head)
    for unit, heads in vocabularies.load("counts")["heads"].items():
        if any(bare.endswith(word) for word in heads):
            return str(unit)
    return None


_TOTAL_CELL = re.compile(r"\s*(?:合\s*計|総\s*計|総\s*数|計|小\s*計)\s*")


def is_total_cell(string: str) -> bool:
    """Whether a cell beside a figure says that it is a total."""
    return _TOTAL_CELL.fullmatch(string) is not None


def dated(remark: str) -> tuple[Any, int | None]:
    """The day and the fiscal year that a remark such as 令和5年1月31日現在 or 令和4年度実績 names."""
    as_of, fiscal_year = None, None
    for mention in mentions(remark):
        as_of = as_of or date_of(mention)
        fiscal_year = fiscal_year or mention.fiscal_year
    return as_of, fiscal_year


def is_basis(words: str) -> bool:
    """Whether the words say nothing but what kind of figure it is, or of when (年間, 令和4年度実績)."""
    bare = words
    for mention in reversed(list(mentions(words))):
        bare = bare[: mention.start] + bare[mention.end :]
    bare = re.sub(r"[\s・のは]", "", bare)
    return not bare or any(pattern.fullmatch(bare) for _, pattern in (*_words().basis, *_words().alone))


def basis_of(words: str) -> str | None:
    """What kind of figure the words speak of (実績, 予定, 想定, …), or None."""
    best: tuple[int, str] | None = None
    for name, pattern in _words().alone:
        if pattern.fullmatch(words.strip()):
            return name
    for name, pattern in _words().basis:
        match = pattern.search(words)
        if match and (best is None or match.start() < best[0]):
            best = (match.start(), name)
    return best[1] if best else None
