"""The reader of scans: a picture of a page becomes the same `Page` that a text layer gives.

The way of a page: rendered, turned upright, levelled; rulings, boxes and arrow heads found and taken out; lines of text
found by geometry, recognised one by one; characters put back to points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

import cv2
import numpy as np

from extractors.pages.characters import ordinary
from extractors.pages.geometry import Box, Frame
from extractors.pages.page import Doubt, Page, Picture, Ruling, Shape
from extractors.pages.text import Glyph
from extractors.scans.asking import Asking, answered_alone
from extractors.scans.deskew import runs_sideways, skew_of, straightened, turned
from extractors.scans.glyphs import character_spans
from extractors.scans.ink import halved, ink_of, median_grey
from extractors.scans.line_ends import told_over_breaks
from extractors.scans.lines import TextLine, find_text_lines
from extractors.scans.ocr import Reading
from extractors.scans.outline_markers import settled_markers
from extractors.scans.pieces import pieces_of
from extractors.scans.recognising import LinePicture, Recognised, recognise_lines, sample_confidence
from extractors.scans.rendering import Pixels, Raster
from extractors.scans.rulings import find_strokes, rim_of
from extractors.scans.settings import ReadingSettings
from extractors.scans.shapes import find_drawing
from extractors.scans.stamps import find_stamps
from extractors.scans.strokes import Outline, Stroke
from extractors.scans.thousands import doubted_thousands

SMALLEST = 16
"""Pixels: a picture smaller than this either way shows no character."""

SURE_UPRIGHT = 0.8
"""A sample of lines read with this mean confidence stands upright; below it the other way up is tried too."""


@dataclass(frozen=True)
class Sheet:
    """What is drawn and written on a picture, in pixels of the picture turned upright and levelled.

    `turn` and `skew` are those of `Frame`; `unit` is pixels a point. `lines` are pictures of its writing alone, black
    on white. The picture itself is not kept: a page may have to wait for a second look at its lines.
    """

    turn: int
    skew: float
    unit: float
    strokes: tuple[Stroke, ...]
    outlines: tuple[Outline, ...]
    lines: tuple[LinePicture, ...]
    dark: bool


def page_of(raster: Raster, page_number: int, settings: ReadingSettings, rotation: int = 0) -> Page:
    """A rendered page as a `Page`; what could not be read is said in its notes."""
    return answered_alone(page_asking(raster, page_number, settings, rotation), settings)


def page_asking(raster: Raster, page_number: int, settings: ReadingSettings, rotation: int = 0) -> Asking[Page]:
    """The reading of a rendered page: asks for a second look at what is in doubt, and in the end gives the page."""
    frame = Frame(page_number, round(raster.width, 2), round(raster.height, 2))
    sheet = lay_out(raster.pixels, raster.scale, settings)
    del raster  # a page that waits for its answer holds no more than it needs
    frame = frame._replace(turn=sheet.turn, skew=sheet.skew)
    rulings, shapes = strokes_of(sheet)
    read = yield from read_sheet(sheet, settings)
    glyphs = glyphs_of(read.lines, sheet.unit, frame)
    return Page(
        frame=frame,
        rotation=rotation,
        method="ocr",
        glyphs=tuple(glyphs),
        rulings=tuple(rulings),
        shapes=tuple(shapes),
        pictures=(Picture(frame.upright(Box(0.0, 0.0, frame.width, frame.height)), None),) if sheet.dark else (),
        notes=read.notes,
        doubts=read.doubts,
    )


def lay_out(grey: Pixels, unit: float, settings: ReadingSettings, may_turn: bool = True) -> Sheet:
    """Turns a picture upright and level and finds its drawing and its lines of text; recognises but a few of them.

    `may_turn` False: the picture stands on a page that is upright already, and is levelled at most.
    """
    if min(grey.shape) < SMALLEST:
        return _blank(grey, unit)
    # which way a page lies shows at half the size
    half = 2 if unit >= 2.2 and min(grey.shape) >= 400 else 1
    ink = ink_of(halved(grey) if half == 2 else grey, unit / half)
    dark = median_grey(ink.grey) < 60
    if ink.contrast == 0.0:
        return replace(_blank(grey, unit), dark=dark)
    pieces = pieces_of(ink.mask)
    turn = 270 if may_turn and runs_sideways(pieces, unit / half) else 0
    if turn:
        pieces = pieces_of(turned(ink.mask, turn))
    sheet = _levelled(turned(grey, turn), skew_of(pieces, unit / half), turn, unit, dark)
    best, best_score = sheet, sample_confidence(sheet.lines, settings) if may_turn else 1.0
    if best_score >= SURE_UPRIGHT:
        return sheet
    # a reading that makes little sense: the other way up, or text that only seemed to run across
    for other in (180, 90, 270):
        way = (turn + other) % 360
        tried = _levelled(turned(grey, way), skew_of(pieces_of(turned(ink.mask, way)), unit / half), way, unit, dark)
        score = sample_confidence(tried.lines, settings)
        if score > best_score + 0.1:
            best, best_score = tried, score
        if best_score >= SURE_UPRIGHT:
            break
    return best


def _blank(grey: Pixels, unit: float) -> Sheet:
    return Sheet(0, 0.0, unit, (), (), (), median_grey(grey) < 60)


def _levelled(grey: Pixels, skew: float, turn: int, unit: float, dark: bool) -> Sheet:
    ink = ink_of(straightened(grey, skew), unit)
    stamps, stamped = find_stamps(ink.differs, ink.contrast, unit)
    if stamped is not None:
        ink = ink.without(stamped)
    strokes = find_strokes(ink, unit)
    drawing = find_drawing(ink, strokes, unit)
    drawn = rim_of(drawing.mask)
    lines = find_text_lines(strokes.rest.without(drawn), drawing.mask, unit)
    clean = np.asarray(cv2.bitwise_or(ink.clean(), drawn), dtype=np.uint8)
    pictures = tuple(LinePicture.cut(clean, line, stamps) for line in lines)
    return Sheet(turn, skew, unit, drawing.strokes, drawing.outlines, pictures, dark)


@dataclass(frozen=True)
class Read:
    """The lines of a sheet as recognised; doubts in points of the sheet, from its upper left."""

    lines: tuple[Recognised, ...]
    doubts: tuple[Doubt, ...]
    notes: tuple[str, ...]


def read_sheet(sheet: Sheet, settings: ReadingSettings) -> Asking[Read]:
    """Recognises the lines of a sheet; asks for a second look at what is in doubt."""
    notes: list[str] = []
    pictures = list(sheet.lines)
    if len(pictures) > settings.max_lines:
        # the largest letters say most of what a crowded picture says
        pictures = sorted(pictures, key=lambda picture: -picture.line.size)[: settings.max_lines]
        pictures.sort(key=lambda picture: (picture.line.top, picture.line.x0))
        notes.append("lines_left_out")
    recognised, failed = yield from recognise_lines(pictures, settings)
    notes += failed
    settled = doubted_thousands(settled_markers(told_over_breaks(recognised)))
    usual = median(picture.line.size for picture in pictures) if pictures else 0.0
    sensible = tuple(
        line
        for line in settled
        if line.reading.characters and _is_sensible(line.reading) and not _is_splinter(line, usual)
    )
    sensible = once(sensible)
    if len(recognised) >= 20 and len(sensible) < 0.4 * len(recognised):
        notes.append("picture_unread")
    if sheet.dark:
        notes.append("page_dark")
    doubts = [doubt for line in sensible for doubt in _doubts(line, sheet.unit)]
    return Read(sensible, tuple(doubts), tuple(notes))


def once(lines: Sequence[Recognised]) -> tuple[Recognised, ...]:
    """The lines without those that another, surer one reads the same at the same place: words whose strokes came apart
    may be found as an upper and a lower half, each of which is read as the whole. Of two that read a word and a part of
    it, the part goes."""
    kept: dict[int, Recognised] = dict(enumerate(lines))
    by_text: dict[str, list[int]] = {}
    for n, line in enumerate(lines):
        for m in by_text.get(line.reading.text, ()):
            if m in kept and _overlap(lines[m].picture.line, line.picture.line):
                kept.pop(min(m, n, key=lambda one: lines[one].reading.confidence), None)
        by_text.setdefault(line.reading.text, []).append(n)
    order = sorted(kept, key=lambda n: lines[n].picture.line.top)
    for place, n in enumerate(order):
        for m in order[place + 1 :]:
            if lines[m].picture.line.top >= lines[n].picture.line.bottom:
                break
            part, whole = sorted((n, m), key=lambda one: len(lines[one].reading.text))
            own = lines[part].reading.text
            if own in lines[whole].reading.text and _overlap(lines[n].picture.line, lines[m].picture.line):
                kept.pop(part, None)
    return tuple(kept.values())


def _overlap(one: TextLine, other: TextLine) -> bool:
    """Whether more than a half of the smaller of two lines lies in the other, across and down."""
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return across > 0.5 * min(one.width, other.width) and down > 0.5 * min(one.height, other.height)


_BARS = frozenset("1Il|!丨")
SPLINTER = 0.6
"""Of the usual height of a letter on the page."""

_DASHES = frozenset("-—–―ー一－_.…·・'")


def _is_sensible(reading: Reading) -> bool:
    """Whether the reading is of writing at all: a texture read as letters has hardly a sure one, a dashed stroke reads
    as dashes."""
    if len(reading.characters) > 2 and set(reading.text) <= _DASHES:
        return False
    return reading.confidence >= (0.45 if len(reading.characters) > 1 else 0.5)


def _is_splinter(line: Recognised, usual: float) -> bool:
    """Whether what was read as 1 or I is a splinter of a stroke: alone, much lower than letters, and not quite sure."""
    reading = line.reading
    small = line.picture.line.size < SPLINTER * usual
    return small and reading.text in _BARS and reading.confidence < 0.95


def _doubts(line: Recognised, unit: float) -> list[Doubt]:
    found: list[Doubt] = []
    if not line.doubts:
        return found
    spans = _spans(line)
    for doubt in line.doubts:
        x0 = spans[doubt.start][0]
        x1 = spans[max(doubt.end - 1, doubt.start)][1]
        box = Box(x0 / unit, line.picture.line.top / unit, x1 / unit, line.picture.line.bottom / unit)
        found.append(Doubt(box, doubt.readings, doubt.serious))
    return found


def _spans(line: Recognised) -> list[tuple[float, float]]:
    picture = line.picture
    return character_spans(line.reading.characters, picture.pixels, picture.line, picture.left)


def glyphs_of(
    lines: tuple[Recognised, ...], unit: float, frame: Frame, dx: float = 0.0, dy: float = 0.0
) -> list[Glyph]:
    """The characters of recognised lines as glyphs; `dx`, `dy`: where the sheet's upper left lies, in points."""
    glyphs = []
    for recognised in lines:
        line = recognised.picture.line
        middle = (line.top + line.bottom) / 2
        half = max(line.height, min(line.size * 1.06, line.height * 1.6)) / 2
        top, bottom = (middle - half) / unit + dy, (middle + half) / unit + dy
        for character, (x0, x1) in zip(recognised.reading.characters, _spans(recognised), strict=True):
            text = ordinary(character.text)
            if text.strip() or text == "\u3000":
                box = Box(round(x0 / unit + dx, 2), round(top, 2), round(x1 / unit + dx, 2), round(bottom, 2))
                glyphs.append(Glyph(text, frame, box, "ocr", character.confidence))
    return glyphs


def strokes_of(sheet: Sheet, dx: float = 0.0, dy: float = 0.0) -> tuple[list[Ruling], list[Shape]]:
    """A sheet's strokes and outlines as rulings and shapes in points; `dx`, `dy`: where its upper left lies."""
    unit = sheet.unit

    def across(x: float) -> float:
        return round(x / unit + dx, 2)

    def down(y: float) -> float:
        return round(y / unit + dy, 2)

    rulings = [
        Ruling(across(s.x0), down(s.y0), across(s.x1), down(s.y1), round(s.width / unit, 2), s.dashed)
        for s in sheet.strokes
    ]
    shapes = [
        Shape(
            o.kind,
            tuple((across(x), down(y)) for x, y in o.points),
            (o.fill,) * 3,
            o.stroked,
            round(o.width / unit, 2),
            o.dashed,
        )
        for o in sheet.outlines
    ]
    return rulings, shapes
