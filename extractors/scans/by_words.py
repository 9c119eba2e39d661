"""Characters in doubt settled by the words that they make with their neighbours: 封人 is no word, 封入 is.

Sudachi's dictionary has a cost for each way to part a line into words, about proportional to how improbable it is. A
character that the engines are not sure of becomes another that the picture may show as well, where the line costs so
much less that way. No digit is ever changed or made, and what was read at first stays as a doubt at its place.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from extractors.japanese.dictionary import tokenizer
from extractors.scans.look_alikes import SIZED_KANA, alike, nearly_alike
from extractors.scans.ocr import Character, Reading
from extractors.scans.second_reading import SpanDoubt, is_digit
from extractors.scans.twins import modern

WORTH = 700.0
"""What the dictionary's costs rise by where something is e times less probable; Sudachi's are counted like MeCab's."""

NAME = 3000.0
"""Added where the character stands in a name of a person or place: the dictionary has a family for any two kanji."""

NAMED = 0.15
"""A character is made that of a name only where the picture makes it at least so probable."""

DECISIVE = 1500.0
"""The other character must be so much better where it makes a longer word; below, the picture alone decides …"""

OVERWHELMING = 3000.0
"""… and so much where its word is no longer than the one that was read, unless a stroke alone tells the two apart."""

SURENESS = 0.75
"""A character told by its word is no surer than this."""

NEARLY, UTTERLY_SURE = 0.01, 0.9995
"""How probable 入 is where 人 was read and the net does not say so; only where it is less sure than this."""

_NUMERALS = frozenset("一二三四五六七八九十百千万億〇")


def by_words(reading: Reading, doubts: Sequence[SpanDoubt]) -> tuple[Reading, tuple[SpanDoubt, ...]]:
    """The reading with its doubtful characters told by their words, and the doubts with those that this adds."""
    characters = list(reading.characters)
    if len(characters) < 2:
        return reading, tuple(doubts)
    changed: dict[int, str] = {}
    for n, character in enumerate(characters):
        beside_digit = any(is_digit(c.text) for c in characters[max(n - 1, 0) : n + 2])
        options = [(o, p) for o, p in _options(character, n > 0) if not (beside_digit and o in _NUMERALS)]
        if not options:
            continue
        better = _best(characters, n, options)
        if better is not None:
            changed[n] = character.text
            characters[n] = Character(better, min(character.confidence, SURENESS), character.x, character.others)
    if not changed:
        return reading, tuple(doubts)
    return Reading(tuple(characters)), (*_renewed(doubts, characters, changed), *_added(characters, changed))


def _options(character: Character, within: bool) -> Iterator[tuple[str, float]]:
    """What the character may be beside what it was read as, each with how probable the picture makes it. What only
    looks alike counts `within` a line: at its head a word may be broken, り of とおり."""
    if is_digit(character.text) or character.text in _NUMERALS:
        return
    seen = {character.text}
    alikes = (*(alike(character.text) if within else ()), modern(character.text))
    looks_alike = [(other, character.confidence) for other in alikes]
    if character.confidence < UTTERLY_SURE:
        known = dict(character.others)
        looks_alike += [(other, max(NEARLY, known.get(other, 0.0))) for other in nearly_alike(character.text)]
    # of a pair that differs by its size alone the picture says nothing
    for other, probable in (*looks_alike, *character.others):
        if other in seen or len(other) != 1 or is_digit(other) or not _is_japanese(other):
            continue
        if other in _NUMERALS and (other != "一" or _is_japanese(character.text)):
            continue
        seen.add(other)
        yield other, probable


def _is_japanese(character: str) -> bool:
    return "ぁ" <= character <= "ヺ" or "一" <= character <= "鿿"


class _Word(NamedTuple):
    """The word that a character stands in, and what the whole line costs."""

    printed: str
    usual: str
    """How the dictionary usually spells it."""
    is_name: bool
    is_run: bool
    """A run of katakana that the dictionary does not have, which would take any further katakana in."""
    cost: float

    @property
    def length(self) -> int:
        return len(self.printed)


def _best(characters: Sequence[Character], n: int, options: Sequence[tuple[str, float]]) -> str | None:
    """The option whose word with its neighbours is most to be preferred; None where what was read stands."""
    before = "".join(c.text for c in characters[:n])
    after = "".join(c.text for c in characters[n + 1 :])
    own = _word(before, characters[n].text, after)
    read = own.cost - WORTH * math.log(max(characters[n].confidence, 0.001))
    best, most = None, 0.0
    for other, probable in options:
        if other == "ノ" and characters[n].text in "/／" and _is_kanji(before[-1:]) and _is_kanji(after[:1]):
            continue  # a stroke between two words, which the dictionary knows nothing of
        word = _word(before, other, after)
        gain = read - word.cost + WORTH * math.log(max(probable, 0.001))
        longer = word.length > own.length or (own.is_name and not word.is_name and word.length > 1)
        # 継統 is a word, too, but as rare as it looks like 継続
        decisive = longer or not _is_japanese(characters[n].text) or other in nearly_alike(characters[n].text)
        needed = DECISIVE if decisive else OVERWHELMING
        # a run that no dictionary has may hold several words: システムネットヮーク
        as_long = word.length >= own.length or (own.is_run and other in SIZED_KANA and word.length > 2)
        is_word = as_long and (word.length > 1 or not _is_japanese(characters[n].text))
        if word.printed == own.usual != own.printed and other in SIZED_KANA:
            return other  # フアイル stands in the dictionary too, as another spelling of ファイル
        if word.is_run or (word.is_name and probable < NAMED):
            continue
        if is_word and gain > max(most, needed):
            best, most = other, gain
    return best


def _is_kanji(character: str) -> bool:
    return "一" <= character <= "鿿"


def _word(before: str, character: str, after: str) -> _Word:
    """The word of a character, the line set between full stops so that its first and last word count too."""
    words: Any = tokenizer().tokenize(f"。{before}{character}{after}。")
    place = 1 + len(before)
    own = next(word for word in words if word.begin() <= place < word.end())
    is_name = own.part_of_speech()[1] == "固有名詞"
    is_run = own.is_oov() and all("ァ" <= c <= "ー" for c in own.surface())
    cost = float(words.get_internal_cost()) + NAME * is_name
    return _Word(own.surface(), own.normalized_form(), is_name, is_run, cost)


def _renewed(
    doubts: Sequence[SpanDoubt], characters: Sequence[Character], changed: dict[int, str]
) -> Iterator[SpanDoubt]:
    """The doubts with the readings that stand now; those of one changed character alone are said anew."""
    for doubt in doubts:
        span = range(doubt.start, doubt.end)
        if not any(n in changed for n in span):
            yield doubt
        elif len(span) > 1:
            stands = "".join(characters[n].text for n in span)
            others = tuple(reading for reading in doubt.readings if reading != stands)
            yield SpanDoubt(doubt.start, doubt.end, (stands, *others), doubt.serious)


def _added(characters: Sequence[Character], changed: dict[int, str]) -> Iterator[SpanDoubt]:
    for n, old in changed.items():
        yield SpanDoubt(n, n + 1, (characters[n].text, old), characters[n].text in _NUMERALS)
