"""What a sentence about a measure says, whatever its wording: 従事者の名簿を提出させる names who handles the data.

The form before 2023 writes its measures as whole sentences, each office its own. Which words make the gist of which
measure is data, in `vocabulary/control_gists.toml`; here a sentence is matched by the words that it holds.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from extractors.japanese.vocabularies import load


class _Gist(NamedTuple):
    """One line of the vocabulary: of each of `needed` one word must be there, of `without` none."""

    control_id: str
    needed: tuple[tuple[str, ...], ...]
    without: tuple[str, ...]


class _Words:
    """Where the words of the vocabulary stand in one string; each is looked for once. Latin ones count only as whole
    words (ID, not IDS)."""

    def __init__(self, string: str) -> None:
        self._string = string
        self._places: dict[str, int] = {}

    def place(self, word: str) -> int:
        """Where the word stands first, -1 where it does not."""
        at = self._places.get(word)
        if at is None:
            at = self._string.find(word)
            while at >= 0 and word.isascii() and not self._whole(at, at + len(word)):
                at = self._string.find(word, at + 1)
            self._places[word] = at
        return at

    def _whole(self, start: int, end: int) -> bool:
        around = self._string[start - 1 : start] + self._string[end : end + 1]
        return not any(character.isascii() and character.isalpha() for character in around)


@cache
def _gists(fold: Callable[[str], str]) -> tuple[_Gist, ...]:
    found = []
    for control_id, lines in load("control_gists")["gists"].items():
        for line in lines:
            words = line.split()
            needed = tuple(
                tuple(dict.fromkeys(fold(word) for word in group.split("/")))
                for group in words
                if not group.startswith("-")
            )
            without = tuple(fold(group[1:]) for group in words if group.startswith("-"))
            found.append(_Gist(control_id, needed, without))
    return tuple(found)


def control_of_gist(wording: str, fold: Callable[[str], str]) -> str | None:
    """The `control_id` of the measure whose gist the wording tells, or None.

    `fold` brings words that stand for each other, and their spellings, to one form. Of several measures the one with
    more words of its gist in the wording is taken, then with more characters, then the one that is told first.
    """
    string = fold(wording)
    words = _Words(string)
    best: tuple[int, int, int] | None = None
    name = None
    for gist in _gists(fold):
        if any(words.place(word) >= 0 for word in gist.without):
            continue
        length, first = 0, len(string)
        for group in gist.needed:
            there = max((word for word in group if words.place(word) >= 0), key=len, default=None)
            if there is None:
                break
            length += len(there)
            first = min(first, words.place(there))
        else:
            weight = (len(gist.needed), length, -first)
            if best is None or weight > best:
                best, name = weight, gist.control_id
    return name
