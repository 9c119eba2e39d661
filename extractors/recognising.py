"""Lines of a sheet recognised: which engines read them, what is kept from run to run, what is read twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from extractors.circled import rings_in, with_rings
from extractors.look_alikes import settled
from extractors.ocr import Character, RapidOcr, Reading, Recogniser, RecogniserFailed
from extractors.ocr_cache import CachedRecogniser
from extractors.reading_settings import ReadingSettings
from extractors.rendering import Pixels
from extractors.scan_lines import TextLine

SAMPLE = 6
"""Lines that tell which way up a sheet lies."""


@dataclass(frozen=True)
class LinePicture:
    """The picture of a line, cut with a little room; its upper left is at (`left`, `top`) of the sheet, in pixels."""

    line: TextLine
    pixels: Pixels
    left: int
    top: int

    @classmethod
    def cut(cls, sheet: Pixels, line: TextLine) -> LinePicture:
        room = max(2, round(0.08 * line.size))
        left, top = max(0, line.x0 - room), max(0, line.top - room)
        return cls(line, sheet[top : line.bottom + room, left : line.x1 + room], left, top)


@dataclass(frozen=True)
class SpanDoubt:
    """Characters `start` to `end` of a reading that may say something else."""

    start: int
    end: int
    readings: tuple[str, ...]
    serious: bool


@dataclass(frozen=True)
class Recognised:
    """A line and its reading."""

    picture: LinePicture
    reading: Reading
    doubts: tuple[SpanDoubt, ...] = field(default=())


@cache
def first_reader(settings: ReadingSettings) -> Recogniser:
    """The engine that reads every line; its model is loaded once a process."""
    return CachedRecogniser(RapidOcr(), settings.cache_folder)


def sample_confidence(sheet: Pixels, lines: Sequence[TextLine], settings: ReadingSettings) -> float:
    """How surely a few lines of middling length are read, 0-1; 1 where there is no line to read."""
    likely = sorted(lines, key=lambda line: (abs(line.width - 9 * line.size), line.top, line.x0))[:SAMPLE]
    if not likely:
        return 1.0
    try:
        readings = first_reader(settings).recognise([LinePicture.cut(sheet, line).pixels for line in likely])
    except RecogniserFailed:
        return 1.0
    return sum(reading.confidence for reading in readings) / len(readings)


def recognise_lines(pictures: Sequence[LinePicture], settings: ReadingSettings) -> tuple[list[Recognised], list[str]]:
    """The readings of the lines, and notes on what failed."""
    try:
        readings = first_reader(settings).recognise([picture.pixels for picture in pictures])
    except RecogniserFailed:
        return [], ["ocr_failed"]
    readings = _rings_read(pictures, readings, settings)
    readings = [_settled(reading) for reading in readings]
    return [Recognised(picture, reading) for picture, reading in zip(pictures, readings, strict=True)], []


def _rings_read(pictures: Sequence[LinePicture], readings: list[Reading], settings: ReadingSettings) -> list[Reading]:
    rings = [rings_in(picture.pixels, picture.line.size) for picture in pictures]
    inner = iter(first_reader(settings).recognise([ring.inside for found in rings for ring in found]))
    return [
        with_rings(reading, picture.pixels, found, [next(inner) for _ in found]) if found else reading
        for picture, reading, found in zip(pictures, readings, rings, strict=True)
    ]


def _settled(reading: Reading) -> Reading:
    """The reading with look-alikes set by their neighbours."""
    text = settled(reading.text)
    if text == reading.text or len(text) != len(reading.characters):
        return reading
    changed = zip(reading.characters, text, strict=True)
    return Reading(tuple(Character(new, c.confidence, c.x) for c, new in changed))
