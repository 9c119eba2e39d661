"""Recognisers: pictures of single lines in, characters with their places and probabilities out.

`Recogniser` is all that the readers know of an engine; whichever is installed can stand behind it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import Any, Protocol

import cv2
import numpy as np

from extractors.scans.rendering import Pixels
from extractors.scans.twins import in_use, is_ideograph, modern, twin_of


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


HEIGHT = 48
"""Pixels: the height that the recognition net was trained on."""

SQUEEZE = 0.8
"""How much of its width a line keeps: reads the same on the sample scans, and costs a sixth less time."""

SQUEEZE_LONG = 0.7
"""The same for a line longer than `LONG` times its height, whose characters have neighbours to be told by; a scan of
200 dpi has no more columns than this keeps."""

LONG = 6.0

ALMOST_SURE = 0.985
"""Below this the net's other choices are kept, too …"""

POSSIBLE = 0.01
"""… those of at least this probability."""

WIDEST = 3200
"""Pixels at that height: a longer line is read in parts, so that memory stays bounded."""


class RapidOcr:
    """PP-OCR's recognition net under ONNX Runtime, its alphabet narrowed to what Japanese documents print.

    Lines go in one by one: their widths differ so much that padding a batch costs more than it saves (0.13 s against
    0.18 s a full line on one core), and a line's reading cannot depend on its neighbours.
    """

    @cached_property
    def name(self) -> str:
        return (
            f"rapidocr {version('rapidocr')} onnxruntime {version('onnxruntime')} narrowed-4 x{SQUEEZE}/{SQUEEZE_LONG}"
        )

    @cached_property
    def _session(self) -> Any:
        try:
            import onnxruntime
            import rapidocr
        except ImportError as error:
            raise RecogniserFailed(f"rapidocr: {error}") from error
        from pathlib import Path

        models = sorted((Path(rapidocr.__file__).parent / "models").glob("*_rec_*.onnx"))
        if not models:
            raise RecogniserFailed("rapidocr: its wheel brought no recognition model")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # the pool of processes shares out the cores
        options.enable_mem_pattern = False  # a plan is kept for each width, and hardly two lines have the same
        options.log_severity_level = 4
        return onnxruntime.InferenceSession(str(models[-1]), options, providers=["CPUExecutionProvider"])

    @cached_property
    def _alphabet(self) -> _Alphabet:
        characters = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        return _Alphabet(["", *characters, " "])

    def recognise(self, images: Sequence[Pixels]) -> list[Reading]:
        readings = []
        for image in images:
            try:
                readings.append(self._line(image))
            except RecogniserFailed:
                raise
            except Exception as error:  # whatever the runtime raises: it has no common class
                raise RecogniserFailed(f"rapidocr: {error}") from error
        return readings

    def _line(self, image: Pixels) -> Reading:
        height, width = image.shape
        if height < 2 or width < 2:
            return Reading()
        squeeze = SQUEEZE_LONG if width > LONG * height else SQUEEZE
        wide = min(max(round(squeeze * width * HEIGHT / height), 16), WIDEST)
        scaled = cv2.resize(image, (wide, HEIGHT), interpolation=cv2.INTER_AREA if height > HEIGHT else cv2.INTER_CUBIC)
        padded = np.full((HEIGHT, -(-wide // 8) * 8), 255, dtype=np.uint8)
        padded[:, :wide] = scaled
        values = (padded.astype(np.float32) / 127.5) - 1.0
        batch = np.broadcast_to(values, (1, 3, *values.shape))
        probabilities = self._session.run(None, {self._session.get_inputs()[0].name: np.ascontiguousarray(batch)})[0][0]
        return self._alphabet.decoded(probabilities, padded, squeeze).stretched(padded.shape[1] / wide)


class _Alphabet:
    """Which class of the net is which character, and which of them Japanese prints."""

    def __init__(self, characters: list[str]) -> None:
        self.characters = characters
        self.foreign = np.array([bool(text.strip()) and not _printed(text) for text in characters])
        self.ideograph = np.array([len(text) == 1 and is_ideograph(text) for text in characters]) & ~self.foreign
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
        for first, last in _unclaimed(found, inked, width, squeeze * height):
            steps = slice(int(first * len(probabilities) / width), -(-int(last * len(probabilities)) // width) + 1)
            field = probabilities[steps][:, self.marks]
            step, mark = np.unravel_index(int(field.argmax()), field.shape)
            text, sure = self.characters[self.marks[mark]], float(field[step, mark])
            if sure >= 0.02:
                signs.append(Character(text, round(min(0.5 + sure / 2, 0.85), 4), (first + last) / 2 / width))
        return signs

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


def _unclaimed(
    found: Sequence[Character], inked: np.ndarray[Any, Any], width: int, square: float
) -> list[tuple[int, int]]:
    """Stretches of ink (pixel columns) before the first and behind the last character, and in gaps between them, that
    are too far from any character to be a part of it."""
    square *= 0.86
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
