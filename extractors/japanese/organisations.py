"""Organisations by name: forms of company, words that end a name, and the run of nouns around them.

Works on normalised strings and the tokenizer's words; the words that make a name are data in
`vocabulary/organisations.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from extractors.japanese import vocabularies

Word = tuple[int, int, str]


class Organisation(NamedTuple):
    """A name found at string[start:end]."""

    start: int
    end: int
    name: str


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], frozenset[str]]:
    data = vocabularies.load("organisations")
    longest = sorted(data["forms"], key=len, reverse=True)
    forms = re.compile("|".join(re.escape(form) for form in longest))
    endings = re.compile("|".join(re.escape(word) for word in sorted(data["endings"], key=len, reverse=True)))
    return forms, endings, frozenset(data["nobody"])


def find(string: str, words: Sequence[Word]) -> Iterator[Organisation]:
    """The organisations named in the string, left to right, none overlapping."""
    forms, endings, nobody = _patterns()
    found: list[Organisation] = []

    def add(start: int, end: int) -> None:
        name = string[start:end].strip(" \u3000・")
        start = string.index(name, start) if name else start
        if name and name not in nobody and not any(o.start < end and start < o.end for o in found):
            found.append(Organisation(start, start + len(name), name))

    for form in forms.finditer(string):
        if any(o.start <= form.start() < o.end for o in found):
            continue
        before = _name_before(string, words, form.start())
        after = _run_after(string, words, form.end())
        # a name with particles in it: 一般財団法人水と緑の協会
        longer = re.compile(rf"[^\s、。「」()（）をがはへ]{{1,20}}?(?:{endings.pattern}|会|センター)").match(
            string, after
        )
        if after > form.end() and longer and string[after : after + 1] in ("と", "の"):
            after = longer.end()
        if before < form.start() and (after == form.end() or not form.group().endswith(("法人", ")"))):
            add(before, form.end())
        elif after > form.end():
            add(form.start(), after)
    for ending in endings.finditer(string):
        if any(o.start <= ending.start() < o.end for o in found):
            continue
        if not any(end == ending.end() for _, end, _ in words):
            continue
        start = _run_before(string, words, ending.end())
        kind = ending.group()
        if len(kind) == 1 and ending.end() - start < 3:
            continue
        add(start, ending.end())
    yield from sorted(found)


def _is_name(string: str, word: Word) -> bool:
    start, end, tag = word
    if tag.startswith(("名詞-数詞", "名詞-普通名詞-副詞可能")):
        return False
    if tag.startswith(("名詞", "接頭辞", "接尾辞-名詞的", "記号", "形状詞")):
        return True
    return string[start:end] in "・&＆" or bool(re.fullmatch(r"[A-Za-z0-9.&-]+", string[start:end]))


_BREAKS = re.compile(r"本件|当該|同|等|者|業務|委託|各|業者|事業")


def _run_before(string: str, words: Sequence[Word], at: int) -> int:
    """Where the run of name words begins that ends at `at`."""
    start = at
    for word in reversed(words):
        if word[1] > start or word[1] > at:
            continue
        if (
            word[1] < start
            or not _is_name(string, word)
            or (start < at and _BREAKS.fullmatch(string[word[0] : word[1]]))
        ):
            break
        start = word[0]
    while start < at and string[start] in "・ ":
        start += 1
    return start


def _name_before(string: str, words: Sequence[Word], at: int) -> int:
    """Where the name begins that ends at `at`: also one with a particle in it (みずほの郷印刷株式会社), where the words
    before の begin a clause and say nothing of whose or where the company is."""
    start = _run_before(string, words, at)
    if start == at or string[start - 1 : start] != "の":
        return start
    whole = _run_before(string, words, start - 1)
    begins = whole == 0 or string[whole - 1] in "、。「『（( \u3000\n"
    relations = vocabularies.load("organisations")["relations"]
    return whole if whole < start - 1 and begins and string[whole : start - 1] not in relations else start


def _run_after(string: str, words: Sequence[Word], at: int) -> int:
    """Where the run of name words ends that begins at `at`."""
    end = at
    for word in words:
        if word[0] < end:
            continue
        if word[0] > end or not _is_name(string, word):
            break
        end = word[1]
    return end
