"""Tesseract, the second recogniser: all that the program knows of it.

One call reads many lines, set under each other in one picture: a call alone costs a tenth of a second.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from functools import cache, cached_property
from importlib import import_module
from typing import Any, NamedTuple

import cv2
import numpy as np

from extractors.scans.ocr import Character, Reading, RecogniserFailed
from extractors.scans.rendering import Pixels

SIZE = 44
"""Pixels: the height of a line as it is set for Tesseract, which reads letters of about 30 pixels best."""

MARGIN = 30
"""Pixels of paper between the lines and around them."""

LINES = 80
"""Lines set in one picture."""


@cache
def _pytesseract() -> Any:
    """pytesseract, without the pandas that it would bring for tables which nobody asks for here: 66 MB, 0.4 s."""
    hidden = "pandas" not in sys.modules
    if hidden:
        sys.modules["pandas"] = None  # type: ignore[assignment]  # Python's way to say that there is none
    try:
        return import_module("pytesseract")
    finally:
        if hidden:
            del sys.modules["pandas"]


@cache
def tesseract_version() -> str | None:
    """The version of the installed Tesseract with its Japanese model; None where either is missing."""
    pytesseract = _pytesseract()
    try:
        version = str(pytesseract.get_tesseract_version())
        return version if "jpn" in pytesseract.get_languages() else None
    except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError, OSError, subprocess.SubprocessError):
        return None


class _Place(NamedTuple):
    """Where a line stands in the picture that Tesseract reads."""

    top: int
    bottom: int
    left: int
    width: int


class TesseractOcr:
    """Tesseract with its Japanese model, on lines cut out beforehand; `timeout` in seconds a call."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout

    @cached_property
    def name(self) -> str:
        return f"tesseract {tesseract_version()} jpn psm6 {SIZE}-{MARGIN}"

    def recognise(self, images: Sequence[Pixels]) -> list[Reading]:
        if not images:
            return []
        if tesseract_version() is None:
            raise RecogniserFailed("tesseract: the program or its Japanese model (tesseract-ocr-jpn) is not installed")
        readings: list[Reading] = []
        for start in range(0, len(images), LINES):
            readings += self._sheet(images[start : start + LINES])
        return readings

    def _sheet(self, images: Sequence[Pixels]) -> list[Reading]:
        from PIL import Image

        pytesseract = _pytesseract()
        sheet, places = _set(images)
        picture = Image.fromarray(sheet)
        picture.format = "PPM"  # handed over as it is: packing it as PNG takes a fiftieth of the time of reading it
        # one thread: OpenMP's default makes a dense page five times slower, and the pool shares out the cores
        os.environ["OMP_THREAD_LIMIT"] = "1"
        try:
            data = pytesseract.image_to_data(
                picture,
                lang="jpn",
                config="--psm 6 --dpi 300",
                timeout=self._timeout,
                output_type=pytesseract.Output.DICT,
            )
        except (pytesseract.TesseractError, RuntimeError, OSError, ValueError) as error:
            raise RecogniserFailed(f"tesseract: {error}") from error
        found: list[list[Character]] = [[] for _ in images]
        for text, sure, left, top, width, height in zip(
            data["text"], data["conf"], data["left"], data["top"], data["width"], data["height"], strict=True
        ):
            line = _line_at(places, top + height / 2)
            word = str(text).strip()
            if line is None or not word:
                continue
            place = places[line]
            for n, character in enumerate(word):
                x = (left + (n + 0.5) * width / len(word) - place.left) / max(place.width, 1)
                found[line].append(Character(character, round(max(float(sure), 0.0) / 100, 4), x))
        # words come in reading order; their boxes overlap too much to be sorted by
        return [Reading(tuple(characters)) for characters in found]


def _set(images: Sequence[Pixels]) -> tuple[Pixels, list[_Place]]:
    """The lines under each other on white paper, and where each stands."""
    scaled = []
    for image in images:
        height, width = image.shape
        wide = max(1, min(round(width * SIZE / max(height, 1)), 4000))
        how = cv2.INTER_AREA if height > SIZE else cv2.INTER_CUBIC
        scaled.append(np.asarray(cv2.resize(image, (wide, SIZE), interpolation=how), dtype=np.uint8))
    across = max(image.shape[1] for image in scaled) + 2 * MARGIN
    picture = np.full((len(scaled) * (SIZE + MARGIN) + MARGIN, across), 255, dtype=np.uint8)
    places = []
    for n, image in enumerate(scaled):
        top = MARGIN + n * (SIZE + MARGIN)
        picture[top : top + SIZE, MARGIN : MARGIN + image.shape[1]] = image
        places.append(_Place(top, top + SIZE, MARGIN, image.shape[1]))
    return picture, places


def _line_at(places: Sequence[_Place], y: float) -> int | None:
    for n, place in enumerate(places):
        if place.top - MARGIN / 2 <= y < place.bottom + MARGIN / 2:
            return n
    return None
