"""The catalogue of 情報保護対策: which measure a wording names, and how surely. The wordings are data, in
`vocabulary/controls.toml`, and so are the words that do not matter and those that stand for each other.

Categories are those of the 個人情報保護委員会's ガイドライン（通則編）10 and （行政機関等編）: 組織的, 人的, 物理的 and
技術的 安全管理措置, and 外的環境の把握.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache, lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Indel

from extractors.japanese.control_gists import control_of_gist
from extractors.japanese.normalise import key, plain, stem
from extractors.japanese.vocabularies import load

THRESHOLD = 0.88
"""Likeness from which two wordings may be one measure. Measured by leaving each wording of the catalogue out in turn
(tests/test_controls.py holds the figures): below it, measures that differ in a word begin to meet."""

ALIKE = 0.97
"""The score of a wording that differs from a listed one only in words that do not matter or stand for each other."""

LOOSE = 0.9
"""The score of a wording that is one measure, and no other, when words that are merely added are taken out of it."""

ASIDE = 0.95
"""The score of a wording that is a listed one but for a remark in brackets behind it, or who or when before it."""

TOLD = 0.8
"""The score of a wording that is no listed one but tells what a measure is about, in words of its own."""

CLEAR = 0.02
"""A wording that is nearly as like another measure is taken for neither."""


class Measure(NamedTuple):
    """One entry of the catalogue; `name_en` is a short gloss."""

    control_id: str
    name: str
    name_en: str
    category: str


class Match(NamedTuple):
    """What a wording was matched to: the measure, or None, and the likeness (0-1) to the nearest listed wording."""

    measure: Measure | None
    score: float


class _Catalogue(NamedTuple):
    by_id: dict[str, Measure]
    exact: dict[str, Measure]
    folded: dict[str, Measure]
    loose: dict[str, Measure | None]
    wordings: list[str]
    modifiers: re.Pattern[str]
    least: int
    light: re.Pattern[str]
    same: re.Pattern[str]
    fold_to: dict[str, str]
    category_words: tuple[tuple[str, str], ...]
    endings: re.Pattern[str]
    scope: re.Pattern[str]


def _any_of(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))


@cache
def _catalogue() -> _Catalogue:
    table = load("controls")
    fold_to = {stem(word): stem(group[0]) for group in table["same"]["words"] for word in group}
    fold_to |= {stem(word): stem(word) for word in table["same"]["without"]}
    light = re.compile(_any_of([stem(word) for word in table["light"]["words"]]))
    same = re.compile(_any_of(list(fold_to)))
    by_id: dict[str, Measure] = {}
    exact: dict[str, Measure] = {}
    folded: dict[str, Measure] = {}
    modifiers = re.compile(
        _any_of([same.sub(lambda m: fold_to[m.group()], stem(w)) for w in table["modifiers"]["words"]])
    )
    for entry in table["control"]:
        measure = Measure(entry["id"], entry["name"], entry["en"], entry["category"])
        by_id[measure.control_id] = measure
        for wording in (entry["name"], *entry["also"]):
            exact[key(wording)] = measure
            folded.setdefault(_fold(wording, light, same, fold_to), measure)
    loose = _loose(folded, modifiers)
    words = [(stem(word), category) for category, found in table["category_words"].items() for word in found]
    scopes = _any_of([stem(word) for word in table["scopes"]["words"]])
    return _Catalogue(
        by_id=by_id,
        exact=exact,
        folded=folded,
        loose=loose,
        wordings=list(folded),
        modifiers=modifiers,
        least=table["modifiers"]["least"],
        light=light,
        same=same,
        fold_to=fold_to,
        category_words=tuple(words),
        endings=re.compile(rf"(?:{_any_of([stem(word) for word in table['measures']['endings']])})(?:等)?$"),
        scope=re.compile(rf"^(?:{scopes})(?:における|では|での|による|から|の|に|へ|が|は)?、?"),
    )


@lru_cache(maxsize=16384)
def _without(wording: str, modifiers: re.Pattern[str]) -> str:
    return modifiers.sub("", wording)


def _loose(folded: dict[str, Measure], modifiers: re.Pattern[str]) -> dict[str, Measure | None]:
    """The measure of each folded wording without its modifiers; None where it could be one of several."""
    loose: dict[str, Measure | None] = {}
    for wording, measure in folded.items():
        bare = _without(wording, modifiers)
        loose[bare] = measure if loose.get(bare, measure) is measure else None
    return loose


def _fold(wording: str, light: re.Pattern[str], same: re.Pattern[str], fold_to: dict[str, str]) -> str:
    unbracketed = re.sub(r"[()]", "", stem(wording))
    alike = same.sub(lambda match: fold_to[match.group()], unbracketed)
    return light.sub("", alike) or alike


@lru_cache(maxsize=16384)
def match(wording: str) -> Match:
    """The measure that the wording names: by equality after normalisation first, by likeness second."""
    return match_in(_catalogue(), wording)


def match_in(catalogue: _Catalogue, wording: str) -> Match:
    """As `match`, in the catalogue that is given."""
    found = catalogue.exact.get(key(wording))
    if found:
        return Match(found, 1.0)
    mine = _fold(wording, catalogue.light, catalogue.same, catalogue.fold_to)
    found = catalogue.folded.get(mine)
    if found:
        return Match(found, ALIKE)
    for aside in (re.sub(r"\([^()]*\)$", "", key(wording)), catalogue.scope.sub("", stem(wording))):
        found = catalogue.folded.get(_fold(aside, catalogue.light, catalogue.same, catalogue.fold_to))
        if found:
            return Match(found, ASIDE)
    bare = _without(mine, catalogue.modifiers)
    found = catalogue.loose.get(bare) if len(bare) >= catalogue.least else None
    if found:
        return Match(found, LOOSE)
    nearest = process.extract(mine, catalogue.wordings, scorer=fuzz.ratio, limit=12)
    if not nearest:
        return Match(None, 0.0)
    best, score = nearest[0][0], nearest[0][1] / 100
    measure = catalogue.folded[best]
    rival = max((s / 100 for w, s, _ in nearest if catalogue.folded[w] is not measure), default=0.0)
    if score >= THRESHOLD and score - rival >= CLEAR and _differs_in_print_only(mine, best):
        return Match(measure, round(min(score, ALIKE), 4))
    return Match(None, round(min(score, THRESHOLD), 4))


def by_gist(wording: str) -> str | None:
    """The `control_id` of the measure that a sentence tells of by its words alone, or None."""
    return control_of_gist(wording, _alike)


def _alike(wording: str) -> str:
    """The wording in plain spelling, with each word that stands for another as the first of its group."""
    catalogue = _catalogue()
    return catalogue.same.sub(lambda match: catalogue.fold_to[match.group()], stem(wording))


@lru_cache(maxsize=16384)
def told(wording: str) -> Match:
    """The measure that the wording names, or that it tells of in words of its own.

    Only for a wording that is known to be a measure: any sentence may hold the words of one.
    """
    found = match(wording)
    if found.measure is not None:
        return found
    control_id = by_gist(wording)
    return found if control_id is None else Match(_catalogue().by_id[control_id], TOLD)


_KANJI_OR_LATIN = re.compile(r"[一-鿿々ァ-ヺa-z0-9]")


def _differs_in_print_only(one: str, other: str) -> bool:
    """Whether two like wordings differ as misprints and spellings do: in kana and signs, or in single characters read
    for one another. A word more or less, or one word for another (アクセス元, アクセス権), is another measure."""
    gone, come = "", ""
    for edit in Indel.opcodes(one, other):
        if edit.tag != "equal":
            gone += one[edit.src_start : edit.src_end]
            come += other[edit.dest_start : edit.dest_end]
    lost, gained = (len(_KANJI_OR_LATIN.findall(part)) for part in (gone, come))
    allowed = 1 if min(len(one), len(other)) < 14 else 2
    return lost == gained <= allowed


@lru_cache(maxsize=16384)
def new_id(wording: str) -> str:
    """A key for a measure that the catalogue does not hold: the same for spellings that read the same."""
    catalogue = _catalogue()
    folded = _fold(wording, catalogue.light, catalogue.same, catalogue.fold_to)
    return f"new-{hashlib.sha256(folded.encode()).hexdigest()[:10]}"


def name_of(wording: str) -> str:
    """What to call a measure that the catalogue does not hold: its own words, in plain spelling."""
    return plain(wording)


@lru_cache(maxsize=16384)
def guessed_category(wording: str) -> str:
    """The category that the words of an unlisted measure speak for; 組織的 where they say nothing.

    Each telling word counts by its length; where two categories count the same, the word nearest the end decides,
    since a Japanese measure says last what is done.
    """
    string = stem(wording)
    votes: dict[str, tuple[int, int]] = {}
    for word, category in _catalogue().category_words:
        place = string.rfind(word)
        if place >= 0:
            count, last = votes.get(category, (0, -1))
            votes[category] = (count + len(word), max(last, place + len(word)))
    return max(votes, key=lambda category: votes[category]) if votes else "組織的"


def reads_like_a_measure(wording: str) -> bool:
    """Whether it is in the catalogue, or ends as the wording of a measure does (…の禁止, …管理)."""
    return (
        match(wording).measure is not None
        or _catalogue().endings.search(re.sub(r"\(.*\)$", "", stem(wording))) is not None
    )
