"""What a 情報項目 is called: its canonical name, its category and its two legal flags, from `vocabulary/items.toml`.

Sources of the flags: 個人情報の保護に関する法律第2条第3項 and 施行令第2条 (要配慮個人情報); 番号法第2条第5項, 第8項
(個人番号, 特定個人情報). The file says for each item which of them it falls under.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple

from extractors.japanese.normalise import plain, stem
from extractors.japanese.vocabularies import load

OTHER = "service use"
"""The category of an item whose words say nothing else: most of what is left is about the procedure itself."""


class ItemName(NamedTuple):
    """What the vocabulary says of a wording. `known`: it is listed (`exact`), or listed after a word for whose it is
    (`owned`), or not listed. `common`: a word that also stands outside lists of items, such as 電話."""

    norm: str
    category: str
    is_special_care: bool
    is_my_number: bool
    known: Literal["exact", "owned"] | None
    common: bool


class _Flag(NamedTuple):
    items: frozenset[str]
    words: tuple[str, ...]
    not_words: tuple[str, ...]

    def holds(self, norm: str, name: str, known: bool) -> bool:
        if norm in self.items:
            return True
        return (
            not known and any(word in name for word in self.words) and not any(word in name for word in self.not_words)
        )


class _Vocabulary(NamedTuple):
    names: dict[str, tuple[str, str]]
    """key of a wording -> canonical name, category"""
    common: frozenset[str]
    prefix: re.Pattern[str]
    category_words: tuple[tuple[str, str], ...]
    special_care: tuple[_Flag, ...]
    my_number: tuple[_Flag, ...]
    longest: int


@lru_cache(maxsize=65536)
def _key(string: str) -> str:
    """`stem` without の, which stands between the words of an item or does not (児童の氏名, 児童氏名)."""
    return stem(string).replace("の", "")


def _flags(entries: list[dict[str, Any]]) -> tuple[_Flag, ...]:
    return tuple(
        _Flag(frozenset(entry["items"]), tuple(entry.get("words", ())), tuple(entry.get("not_words", ())))
        for entry in entries
    )


@cache
def _vocabulary() -> _Vocabulary:
    table = load("items")
    names: dict[str, tuple[str, str]] = {}
    for category, items in table["items"].items():
        for name, others in items.items():
            for wording in (name, *others):
                names[_key(wording)] = (name, category)
    ends = "|".join(sorted({re.escape(_key(word)) for word in table["prefixes"]["subjects"]}, key=len, reverse=True))
    whole = "|".join(sorted({re.escape(_key(word)) for word in table["prefixes"]["qualifiers"]}, key=len, reverse=True))
    # whose it is: a noun that ends like a person or body (申込代表者), qualifiers before and after it
    prefix = re.compile(rf"(?:(?:{whole})*[^、。を「」()]*?(?:{ends})(?:本人)?(?:{whole})*|(?:{whole})+)")
    words = [(word, category) for category, found in table["category_words"].items() for word in found]
    return _Vocabulary(
        names=names,
        common=frozenset(_key(word) for word in table["common"]["words"]),
        prefix=prefix,
        category_words=tuple(words),
        special_care=_flags(table["special_care"]),
        my_number=_flags(table["my_number"]),
        longest=max(map(len, names)),
    )


_REMARK = re.compile(r"^(.+?)\([^()]*\)$")
_CLAUSE = re.compile(r"[をがにはで]")


@lru_cache(maxsize=16384)
def lookup(name: str) -> ItemName:
    """What the vocabulary says of `name`; an unlisted one keeps its own words, in plain spelling, as its name."""
    vocabulary = _vocabulary()
    key = _key(name)
    bare = _REMARK.match(key)
    for form in (key, bare[1] if bare else key):
        found = vocabulary.names.get(form)
        if found:
            return _named(*found, key, "exact", form in vocabulary.common)
    for form in (key, bare[1] if bare else key):
        for start in range(1, len(form)):
            found = vocabulary.names.get(form[start:])
            if found and vocabulary.prefix.fullmatch(form, 0, start):
                if _CLAUSE.search(form, 0, start):
                    return _named(plain(name), found[1], key, "owned", True)
                return _named(*found, key, "owned", form[start:] in vocabulary.common)
    return _named(plain(name), _guess(bare[1] if bare else key), key, None, True)


def _named(norm: str, category: str, key: str, known: Literal["exact", "owned"] | None, common: bool) -> ItemName:
    vocabulary = _vocabulary()
    return ItemName(
        norm=norm,
        category=category,
        is_special_care=any(flag.holds(norm, key, known is not None) for flag in vocabulary.special_care),
        is_my_number=any(flag.holds(norm, key, known is not None) for flag in vocabulary.my_number),
        known=known,
        common=common,
    )


def _guess(key: str) -> str:
    """The category of an unlisted item: that of the listed one that it ends in, else of the last telling word."""
    vocabulary = _vocabulary()
    for start in range(1, len(key) - 2):
        found = vocabulary.names.get(key[start:])
        if found:
            return found[1]
    hits = [(key.rfind(word), len(word), category) for word, category in vocabulary.category_words if word in key]
    return max(hits)[2] if hits else OTHER


@cache
def wordings() -> tuple[str, ...]:
    """Every wording that the vocabulary lists, as it is written there."""
    items = load("items")["items"].values()
    return tuple(wording for group in items for name, others in group.items() for wording in (name, *others))


def subject_before(string: str) -> int:
    """Where the word for whose an item is begins, at the end of `string`: len(string) when there is none."""
    run = re.search(r"[一-鿿々ァ-ヺーA-Za-zＡ-Ｚａ-ｚ]+$", string)
    if run is None:
        return len(string)
    return run.start() if _vocabulary().prefix.fullmatch(_key(run.group())) else len(string)
