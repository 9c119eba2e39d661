"""What the first engine's net says of a line, made characters: which of its classes Japanese prints, what else it holds
possible, and what it passed over in silence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from extractors.scans.ocr import Character, Reading
from extractors.scans.rendering import Pixels
from extractors.scans.twins import in_use, is_ideograph, modern, twin_of

ALMOST_SURE = 0.985
"""Below this the net's other choices are kept, too …"""

POSSIBLE = 0.01
"""… those of at least this probability."""

PITCH = 0.86
"""From the middle of a full character to that of the next, in heights of a line's picture with its room."""

TORN = 0.25
"""Ink so many line heights wide that no character claims may be one whose strokes came apart …"""

SILENT, HINTED = 0.9, 0.05
"""… where the net is less sure than the first that nothing stands there, and surer than the second of a character."""


class Alphabet:
    """Which class of the net is which character, and which of them Japanese prints."""

    def __init__(self, characters: list[str]) -> None:
        self.characters = characters
        self.foreign = np.array([bool(text.strip()) and not _printed(text) for text in characters])
        self.ideograph = np.array([len(text) == 1 and is_ideograph(text) for text in characters]) & ~self.foreign
        self.letter = np.array([len(text) == 1 and text.isalpha() and not text.isascii() for text in characters])
        index = {text: n for n, text in enumerate(characters)}
        self.marks = np.array([index[text] for text in _MARKS if text in index])
        self.modern = {
            n: index[modern(text)]
            for n, text in enumerate(characters)
            if not self.foreign[n] and self.ideograph[n] and modern(text) != text and modern(text) in index
        }
        self.old = np.array([n in self.modern for n in range(len(characters))])
        self.twins = {
            n: index[twin_of(text)]
            for n, text in enumerate(characters)
            if self.foreign[n] and twin_of(text) != text and twin_of(text) in index
        }

    def decoded(self, probabilities: np.ndarray[Any, Any], picture: Pixels, squeeze: float) -> Reading:
        """The likeliest character at each step, repeats and blanks dropped, and what the net passed over in silence."""
        steps = len(probabilities)
        best = probabilities.argmax(axis=1)
        values = probabilities[np.arange(steps), best]
        for step in np.flatnonzero(self.foreign[best]):
            best[step] = self._at_home(probabilities[step], int(best[step]))
        for step in np.flatnonzero(self.old[best]):
            modern = self.modern[int(best[step])]
            # an old form is printed on purpose only where nothing speaks for the one in common use
            if probabilities[step, modern] > 0.005:
                values[step] += probabilities[step, modern]
                best[step] = modern
        characters: list[Character] = []
        start = 0
        while start < steps:
            end = start
            while end + 1 < steps and best[end + 1] == best[start]:
                end += 1
            text = self.characters[best[start]] if best[start] else ""
            if text.strip():
                weights = values[start : end + 1]
                peak = float((np.arange(start, end + 1) * weights).sum() / weights.sum())
                sure = round(min(float(weights.max()), 1.0), 4)
                others = self._others(probabilities[start : end + 1], text) if sure < ALMOST_SURE else ()
                characters.append(Character(text, sure, (peak + 0.5) / steps, others))
            start = end + 1
        characters += self._passed_over(characters, probabilities, picture, squeeze)
        return Reading(tuple(sorted(characters, key=lambda character: character.x)))

    def _others(self, probabilities: np.ndarray[Any, Any], text: str) -> tuple[tuple[str, float], ...]:
        """The characters but `text` that the net holds possible at these steps, the likeliest first."""
        highest = probabilities.max(axis=0)
        found: dict[str, float] = {}
        for n in sorted(np.flatnonzero(highest >= POSSIBLE).tolist(), key=lambda n: -highest[n]):
            other = self.characters[self.twins.get(n, n)] if n else ""
            if other.strip() and other != text and _printed(other):
                found.setdefault(other, round(float(highest[n]), 4))
        return tuple(found.items())[:4]

    def _passed_over(
        self, found: Sequence[Character], probabilities: np.ndarray[Any, Any], picture: Pixels, squeeze: float
    ) -> list[Character]:
        """Signs at either end of a line that have ink but no character: ※, a closing 。, a bracket.

        The net takes them for dirt and prefers silence; what it would say if it spoke stands just below.
        """
        if not found:
            return []
        height, width = picture.shape
        inked = np.flatnonzero((picture < 150).any(axis=0))
        if not inked.size:
            return []
        signs = []
        square = squeeze * height
        free = _unclaimed(found, inked, width, square)
        for first, last in _room_for_one(found, free, inked, width, square):
            torn = self._torn(probabilities[_steps(first, last, width, len(probabilities))], (first, last), width)
            if torn is not None:
                signs.append(torn)
                free = [stretch for stretch in free if stretch[1] < first or last < stretch[0]]
        for first, last in free:
            field = probabilities[_steps(first, last, width, len(probabilities))][:, self.marks]
            step, mark = np.unravel_index(int(field.argmax()), field.shape)
            text, sure = self.characters[self.marks[mark]], float(field[step, mark])
            if sure >= 0.02:
                signs.append(Character(text, round(min(0.5 + sure / 2, 0.85), 4), (first + last) / 2 / width))
        return signs

    def _torn(self, field: np.ndarray[Any, Any], stretch: tuple[int, int], width: int) -> Character | None:
        """A character whose strokes came apart so far that the net hesitates between it and nothing; a sign or a digit,
        which nothing beside it could tell, is none. `field`: the probabilities where its ink (pixel columns) stands."""
        spoken = np.where(self.foreign | ~self.letter, 0.0, field)
        best = int(spoken.max(axis=0).argmax())
        sure = float(spoken[:, best].max())
        if float(field[:, 0].min()) > SILENT or sure < HINTED or sure <= float(field[:, self.marks].max()):
            return None
        text = self.characters[best]
        return Character(text, round(sure, 4), sum(stretch) / 2 / width, self._others(field, text))

    def _at_home(self, probabilities: np.ndarray[Any, Any], foreign: int) -> int:
        """The character in use that the picture shows when the net names one that is not: the likelier of the twin and
        of the net's own next choice of a kanji."""
        allowed = np.where(
            self.ideograph if is_ideograph(self.characters[foreign]) else ~self.foreign, probabilities, 0.0
        )
        allowed[0] = 0.0
        own = int(allowed.argmax())
        twin = self.twins.get(foreign)
        if twin is not None and allowed[own] < 20 * max(float(probabilities[twin]), 1e-7):
            return twin
        return own


_MARKS = "※。、・（）()「」【】＜＞<>][/／"
"""Signs that a net trained on words passes over."""


def _steps(first: int, last: int, width: int, steps: int) -> slice:
    """The net's steps that see the pixel columns `first` to `last` of `width`."""
    return slice(int(first * steps / width), -(-int(last * steps) // width) + 1)


def _room_for_one(
    found: Sequence[Character], free: Sequence[tuple[int, int]], inked: np.ndarray[Any, Any], width: int, square: float
) -> list[tuple[int, int]]:
    """Stretches of pixel columns in which a whole character may have been passed over: between two characters that
    stand as far apart as with one more between them, where there is ink, and unclaimed ink at either end of a line."""
    side = PITCH * square
    places = [character.x * width for character in found]
    rooms = [(first, last) for first, last in free if last - first >= TORN * square and (
        last < places[0] or first > places[-1]
    )]  # fmt: skip
    for left, right in pairwise(places):
        first, last = round(left + side / 2), round(right - side / 2)
        if last - first >= 0.6 * side and ((inked >= first) & (inked <= last)).any():
            rooms.append((first, last))
    return rooms


def _unclaimed(
    found: Sequence[Character], inked: np.ndarray[Any, Any], width: int, square: float
) -> list[tuple[int, int]]:
    """Stretches of ink (pixel columns) before the first and behind the last character, and in gaps between them, that
    are too far from any character to be a part of it."""
    square *= PITCH
    free = np.ones(width, dtype=bool)
    for character in found:
        half = (0.62 if ord(character.text[0]) > 0x2FF else 0.45) * square
        free[max(0, math.ceil(character.x * width - half)) : max(0, int(character.x * width + half) + 1)] = False
    columns = inked[free[inked]]
    stretches: list[tuple[int, int]] = []
    for column in columns.tolist():
        if stretches and column - stretches[-1][1] <= 0.3 * square:
            stretches[-1] = (stretches[-1][0], column)
        else:
            stretches.append((column, column))
    return [(first, last) for first, last in stretches if last - first >= 0.1 * square]


_ALSO_PRINTED = frozenset("—–‐•▪➢")


def _printed(text: str) -> bool:
    return all((in_use(c) and not _is_accented(c)) or c in _ALSO_PRINTED for c in text)


def _is_accented(character: str) -> bool:
    """Whether it is a Latin letter with an accent: the coded sets have them for names abroad; 了 looks like í."""
    return "\u00c0" <= character <= "\u024f" and character.isalpha()
