"""Lines of a sheet recognised: which engines read them, what is kept from run to run, what is read twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from extractors.pages.geometry import Box
from extractors.scans.asking import Asking
from extractors.scans.by_words import by_words
from extractors.scans.circled import (
    rings_in,
    shattered_rings_read,
    with_bullet,
    with_rings,
)
from extractors.scans.engines import first_reader
from extractors.scans.glyphs import extents, gap_before
from extractors.scans.leaders import with_leaders
from extractors.scans.lines import TextLine
from extractors.scans.look_alikes import SIZED_KANA, by_size, settled
from extractors.scans.looks import in_doubt, is_worn, other_looks, told_by_looks
from extractors.scans.ocr import Reading, RecogniserFailed
from extractors.scans.rendering import Pixels
from extractors.scans.ring_places import may_hold_ring, sure_letters
from extractors.scans.second_reading import Part, SpanDoubt, compared, is_digit, parts_in_doubt, without_second
from extractors.scans.set_apart import WEAK, better_together, side_by_side, words_set_apart
from extractors.scans.settings import ReadingSettings
from extractors.scans.specks import without_specks

LOW = 0.5
"""A line lower than this many of its full characters is a dash or 一."""

UNDER_STAMP = 0.85
"""What stood under a stamp is read no surer than this: strokes of it may be gone."""

SAMPLE = 6
"""Lines that tell which way up a sheet lies."""


@dataclass(frozen=True)
class LinePicture:
    """The picture of a line, cut with a little room; its upper left is at (`left`, `top`) of the sheet, in pixels.

    A line lower than half a character (a dash, 一) has white above and below, so that it keeps its size to the engines.
    """

    line: TextLine
    pixels: Pixels
    left: int
    top: int
    stamped: tuple[tuple[float, float], ...] = ()
    """Where a stamp lay over it, from and to, in shares of the picture's width."""

    @classmethod
    def cut(cls, sheet: Pixels, line: TextLine, stamps: Sequence[Box] = ()) -> LinePicture:
        """The picture of a line; `stamps`: where stamps lay on the sheet, in pixels."""
        room = max(2, round(0.08 * line.size))
        left, top = max(0, line.x0 - room), max(0, line.top - room)
        pixels = sheet[top : line.bottom + room, left : line.x1 + room]
        if line.height < LOW * line.size:
            above = max(0, round((line.size - line.height) / 2))
            framed = cv2.copyMakeBorder(pixels, above, above, 0, 0, cv2.BORDER_CONSTANT, value=255)
            return cls(line, np.asarray(framed, dtype=np.uint8), left, top - above)
        width = max(pixels.shape[1], 1)
        stamped = [
            ((stamp.x0 - left) / width, (stamp.x1 - left) / width)
            for stamp in stamps
            if stamp.top < line.bottom and line.top < stamp.bottom and stamp.x0 < line.x1 and line.x0 < stamp.x1
        ]
        return cls(line, pixels.copy(), left, top, tuple(stamped))


@dataclass(frozen=True)
class Recognised:
    """A line and its reading."""

    picture: LinePicture
    reading: Reading
    doubts: tuple[SpanDoubt, ...] = field(default=())


def sample_confidence(lines: Sequence[LinePicture], settings: ReadingSettings) -> float:
    """How surely a few lines of middling length are read, 0-1; 1 where there is no line to read."""
    likely = sorted(lines, key=_from_middling)[:SAMPLE]
    if not likely:
        return 1.0
    try:
        readings = first_reader(settings).recognise([picture.pixels for picture in likely])
    except RecogniserFailed:
        return 1.0
    characters = [character for reading in readings for character in reading.characters]
    if len(characters) < 4:
        return sum(reading.confidence for reading in readings) / len(readings)
    return sum(character.confidence for character in characters) / len(characters)


def _from_middling(picture: LinePicture) -> tuple[float, int, int]:
    line = picture.line
    return abs(line.width - 9 * line.size), line.top, line.x0


def recognise_lines(
    pictures: Sequence[LinePicture], settings: ReadingSettings
) -> Asking[tuple[list[Recognised], list[str]]]:
    """The readings of the lines, and notes on what failed: `ocr_failed`, `second_reader_failed`. Asks, where the
    settings want both engines, for the parts of lines that are to be read twice."""
    try:
        readings = first_reader(settings).recognise([picture.pixels for picture in pictures])
        readings = _looked_at_again(pictures, readings, settings)
        readings = _rings_read(pictures, readings, settings)
        words = _weak_words(pictures, readings)
        readings = _read_together(words, pictures, readings, settings)
    except RecogniserFailed:
        return [], ["ocr_failed"]
    readings = [
        with_leaders(_settled(_sized(reading, picture), picture), picture.pixels, picture.line.size)
        for reading, picture in zip(readings, pictures, strict=True)
    ]
    readings = [_doubted(reading, picture.stamped) for reading, picture in zip(readings, pictures, strict=True)]
    notes: list[str] = []
    doubts = without_second(readings)
    asked = [(n, part) for n, reading in enumerate(readings) for part in parts_in_doubt(reading)]
    if settings.ocr == "both" and asked:
        cut = [_cut(pictures[n], readings[n], part) for n, part in asked]
        try:
            others = yield [picture.pixels for picture in cut]
        except RecogniserFailed:
            notes.append("second_reader_failed")
        else:
            for n in {n for n, _ in asked}:
                doubts[n] = ()
            for (n, part), picture, other in zip(asked, cut, others, strict=True):
                readings[n], found = compared(readings[n], _settled(other, picture), part)
                doubts[n] += found
    found_lines = zip(pictures, readings, doubts, strict=True)
    recognised = [
        Recognised(picture, *without_specks(*by_words(reading, doubt))) for picture, reading, doubt in found_lines
    ]
    return _told_together(words, recognised), notes


def _looked_at_again(
    pictures: Sequence[LinePicture], readings: list[Reading], settings: ReadingSettings
) -> list[Reading]:
    """The readings, those of a worn page told by several looks at each line that holds a character in doubt."""
    if not is_worn(readings):
        return readings
    told = list(readings)
    for n, (picture, reading) in enumerate(zip(pictures, readings, strict=True)):
        if in_doubt(reading):
            told[n] = told_by_looks(reading, first_reader(settings).recognise(other_looks(picture.pixels)))
    return told


def _doubted(reading: Reading, stamped: Sequence[tuple[float, float]]) -> Reading:
    """The reading, characters that a stamp lay over no surer than `UNDER_STAMP`."""
    if not stamped:
        return reading
    return Reading(
        tuple(
            c.sure(min(c.confidence, UNDER_STAMP)) if any(x0 <= c.x <= x1 for x0, x1 in stamped) else c
            for c in reading.characters
        )
    )


def _weak_words(pictures: Sequence[LinePicture], readings: Sequence[Reading]) -> list[list[int]]:
    """Words set apart of which a letter was read weakly: a digit in a column of its own is no letter of a word."""
    return [
        word
        for word in words_set_apart([picture.line for picture in pictures])
        if any(readings[n].confidence < WEAK for n in word) and not any(is_digit(readings[n].text) for n in word)
    ]


def _read_together(
    words: Sequence[Sequence[int]],
    pictures: Sequence[LinePicture],
    readings: Sequence[Reading],
    settings: ReadingSettings,
) -> list[Reading]:
    told = list(readings)
    together = first_reader(settings).recognise([side_by_side([pictures[n].pixels for n in word]) for word in words])
    for word, reading in zip(words, together, strict=True):
        for n, better in zip(word, better_together([told[n] for n in word], reading), strict=True):
            told[n] = better
    return told


def _told_together(words: Sequence[Sequence[int]], lines: list[Recognised]) -> list[Recognised]:
    """The lines, letters set apart told by the words that they make together."""
    told = list(lines)
    for word in words:
        if len(word) < 3 or any(len(told[n].reading.characters) != 1 for n in word):
            continue
        whole = Reading(tuple(told[n].reading.characters[0] for n in word))
        better, doubts = by_words(whole, ())
        for place, n in enumerate(word):
            own = tuple(SpanDoubt(0, 1, d.readings, d.serious) for d in doubts if d.start == place)
            if own:
                told[n] = replace(told[n], reading=Reading((better.characters[place],)), doubts=own)
    return told


def _cut(picture: LinePicture, reading: Reading, part: Part) -> LinePicture:
    """The part of the line's picture that holds the part's characters."""
    first, last = (gap_before(n, reading.characters, picture.pixels) for n in part)
    return replace(picture, pixels=picture.pixels[:, first:last], left=picture.left + first)


def _rings_read(pictures: Sequence[LinePicture], readings: list[Reading], settings: ReadingSettings) -> list[Reading]:
    rings = [
        rings_in(picture.pixels, picture.line.size, sure_letters(reading, picture.pixels))
        if may_hold_ring(reading, picture.pixels, picture.line.size)
        else []
        for picture, reading in zip(pictures, readings, strict=True)
    ]
    insides = [inside for found in rings for ring in found for inside in ring.insides]
    inner = iter(first_reader(settings).recognise(insides))
    numbers = [[[next(inner) for _ in ring.insides] for ring in found] for found in rings]
    read_lines = [
        with_rings(reading, picture.pixels, found, own)
        if found
        else with_bullet(reading, picture.pixels, picture.line.size)
        for picture, reading, found, own in zip(pictures, readings, rings, numbers, strict=True)
    ]
    sized = [(picture.pixels, picture.line.size) for picture in pictures]
    return shattered_rings_read(read_lines, sized, [bool(found) for found in rings])


def _sized(reading: Reading, picture: LinePicture) -> Reading:
    """The reading with っ and つ, ッ and ツ told by their size on the page."""
    characters = list(reading.characters)
    if not any(character.text in SIZED_KANA for character in characters):
        return reading
    size = max(picture.line.size, 1.0)
    for n, extent in extents(characters, picture.pixels, SIZED_KANA).items():
        characters[n] = characters[n].named(by_size(characters[n].text, extent / size))
    return Reading(tuple(characters))


def _settled(reading: Reading, picture: LinePicture) -> Reading:
    """The reading with look-alikes set by their neighbours."""
    characters = reading.characters
    wide = 1.7 * picture.line.size / max(picture.pixels.shape[1], 1)
    spaced = "".join(
        ("\u3000" if n and character.x - characters[n - 1].x > wide else "") + character.text
        for n, character in enumerate(characters)
    )
    text = settled(spaced).replace("\u3000", "")
    if text == reading.text or len(text) != len(characters):
        return reading
    return Reading(tuple(c.named(new) for c, new in zip(characters, text, strict=True)))
