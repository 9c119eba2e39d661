"""Tesseract, the second recogniser: all that the program knows of it.

One call reads many lines of many sheets, the lines of each set under each other in a picture of its own: a call alone
costs a fifth of a second.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
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
    """Tesseract with its Japanese model, on lines cut out beforehand; `timeout` in seconds a picture of `LINES`."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout

    @cached_property
    def name(self) -> str:
        return f"tesseract {tesseract_version()} jpn psm6 {SIZE}-{MARGIN}"

    def recognise(self, images: Sequence[Pixels]) -> list[Reading]:
        """One reading a picture, in order. Raises `RecogniserFailed`."""
        return self.recognise_sheets([images])[0]

    def recognise_sheets(self, sheets: Sequence[Sequence[Pixels]]) -> list[list[Reading]]:
        """The readings of each sheet's pictures, in order, all in one call. Raises `RecogniserFailed`."""
        parts = [
            (n, sheet[start : start + LINES]) for n, sheet in enumerate(sheets) for start in range(0, len(sheet), LINES)
        ]
        readings: list[list[Reading]] = [[] for _ in sheets]
        if not parts:
            return readings
        if tesseract_version() is None:
            raise RecogniserFailed("tesseract: the program or its Japanese model (tesseract-ocr-jpn) is not installed")
        pictures, places = zip(*(_set(images) for _, images in parts), strict=True)
        for (n, _), found in zip(parts, self._read(pictures, places), strict=True):
            readings[n] += found
        return readings

    def _read(self, pictures: Sequence[Pixels], places: Sequence[list[_Place]]) -> list[list[Reading]]:
        pytesseract = _pytesseract()
        # one thread: OpenMP's default makes a dense page five times slower, and the pool shares out the cores
        os.environ["OMP_THREAD_LIMIT"] = "1"
        try:
            with tempfile.TemporaryDirectory(prefix="besshi-") as folder:
                data = pytesseract.image_to_data(
                    _listed(pictures, Path(folder)),
                    lang="jpn",
                    config="--psm 6 --dpi 300",
                    timeout=self._timeout * len(pictures),
                    output_type=pytesseract.Output.DICT,
                )
        except (pytesseract.TesseractError, RuntimeError, OSError, ValueError) as error:
            raise RecogniserFailed(f"tesseract: {error}") from error
        found: list[list[list[Character]]] = [[[] for _ in own] for own in places]
        columns = ("page_num", "text", "conf", "left", "top", "width", "height")
        for number, text, sure, left, top, width, height in zip(*(data[name] for name in columns), strict=True):
            word = str(text).strip()
            own = places[number - 1]
            line = _line_at(own, top + height / 2)
            if line is None or not word:
                continue
            place = own[line]
            for n, character in enumerate(word):
                x = (left + (n + 0.5) * width / len(word) - place.left) / max(place.width, 1)
                found[number - 1][line].append(Character(character, round(max(float(sure), 0.0) / 100, 4), x))
        # words come in reading order; their boxes overlap too much to be sorted by
        return [[Reading(tuple(characters)) for characters in lines] for lines in found]


def _listed(pictures: Sequence[Pixels], folder: Path) -> str:
    """The pictures as files, and the path of the list of them, which Tesseract takes for one document's pages.

    Unpacked, in PGM: packing them as PNG would take a fiftieth of the time of reading them.
    """
    paths = [folder / f"{n}.pgm" for n in range(len(pictures))]
    for path, picture in zip(paths, pictures, strict=True):
        height, width = picture.shape
        path.write_bytes(b"P5 %d %d 255\n" % (width, height) + picture.tobytes())
    listed = folder / "pages.txt"
    listed.write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")
    return str(listed)


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
