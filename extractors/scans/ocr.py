"""Recognisers: pictures of single lines in, characters with their places and probabilities out.

`Recogniser` is all that the readers know of an engine; whichever is installed can stand behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from extractors.scans.rendering import Pixels


class RecogniserFailed(Exception):
    """An engine is missing, died or took too long; the message says which and how."""


@dataclass(frozen=True)
class Character:
    """One recognised character: how probable (0-1), and where its middle lies (0-1 of the picture's width).

    `others` are what else the picture may show there, each with how probable it is.
    """

    text: str
    confidence: float
    x: float
    others: tuple[tuple[str, float], ...] = ()

    def sure(self, confidence: float) -> Character:
        """The same character, with another confidence."""
        return Character(self.text, round(confidence, 4), self.x, self.others)

    def named(self, text: str) -> Character:
        """The same place and confidence, told to be another character."""
        return Character(text, self.confidence, self.x, self.others)


@dataclass(frozen=True)
class Reading:
    """What a recogniser makes of the picture of one line, left to right."""

    characters: tuple[Character, ...] = ()

    @property
    def text(self) -> str:
        return "".join(character.text for character in self.characters)

    def stretched(self, by: float) -> Reading:
        """The places measured in a picture that was padded to be `by` times as wide."""
        return Reading(tuple(Character(c.text, c.confidence, c.x * by, c.others) for c in self.characters))

    @property
    def confidence(self) -> float:
        """The mean over the characters; 0 where there are none."""
        if not self.characters:
            return 0.0
        return sum(character.confidence for character in self.characters) / len(self.characters)


class Recogniser(Protocol):
    """An engine that reads pictures of single lines (grey, dark on light)."""

    @property
    def name(self) -> str:
        """The engine with its version and all that changes what it reads; a part of the cache's key."""

    def recognise(self, images: Sequence[Pixels]) -> list[Reading]:
        """One reading a picture, in order. Raises `RecogniserFailed`."""


class SheetRecogniser(Recogniser, Protocol):
    """An engine that reads the lines of a sheet together, and several sheets in one call."""

    def recognise_sheets(self, sheets: Sequence[Sequence[Pixels]]) -> list[list[Reading]]:
        """The readings of each sheet's pictures, in order; no sheet's depend on another. Raises `RecogniserFailed`."""
