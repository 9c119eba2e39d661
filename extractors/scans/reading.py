"""A page read as it must be read: by its text layer, by recognition, or region by region by either.

Sequence: the text layer is read and judged (`extractors.scans.way`), what it cannot tell is recognised, both merged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from extractors.errors import DocumentError, Malformed
from extractors.pages.characters import UNREADABLE
from extractors.pages.geometry import Box, Frame
from extractors.pages.page import Doubt, Page, Picture, Ruling, Shape
from extractors.pages.text import Glyph
from extractors.scans.asking import Asking, answered
from extractors.scans.deskew import turned
from extractors.scans.plausibility import is_plausible
from extractors.scans.rendering import Pixels, Raster, open_document, render
from extractors.scans.scan import Sheet, glyphs_of, lay_out, page_asking, read_sheet, strokes_of
from extractors.scans.settings import ReadingSettings
from extractors.scans.shown import with_what_is_shown
from extractors.scans.way import Way, way_of

HIDDEN_CONFIDENCE = 0.85
"""What a scanner's own text layer is trusted, where it is plausible: another engine's reading, which nobody checked."""


def recognised(
    ways: Sequence[Way], pdf: Any, settings: ReadingSettings, on_begin: Callable[[], None] = lambda: None
) -> list[Page | Exception]:
    """The pages read as they must be read, or the error that one ended with; what is in doubt is read again for all of
    them at once. `on_begin` is called as each page is begun.

    `pdf` is the same document as bytes or as an open pypdfium2 document; a page is rendered only where something must
    be recognised. What cannot be recognised leaves a note on its page, no error.
    """
    with _opened(pdf) as document:
        return answered([_asking(way, document, settings, on_begin) for way in ways], settings)


def read_document_page(page: Any, pdf: Any, settings: ReadingSettings | None = None) -> Page:
    """A pdfplumber page, read as it must be read; the caller closes it. Raises what `read_page` raises."""
    (read,) = recognised([way_of(page)], pdf, settings or ReadingSettings())
    if isinstance(read, Exception):
        raise read
    return read


@contextmanager
def _opened(pdf: Any) -> Iterator[Any]:
    """The document as pypdfium2 has it; None where it cannot be opened."""
    if not isinstance(pdf, (bytes, bytearray, memoryview)):
        yield pdf
        return
    try:
        document = open_document(bytes(pdf))
    except DocumentError:
        yield None
        return
    try:
        yield document
    finally:
        document.close()


def _asking(way: Way, document: Any, settings: ReadingSettings, on_begin: Callable[[], None]) -> Asking[Page]:
    on_begin()
    text = way.text
    if way.how == "text":
        return text
    try:
        if document is None:
            raise Malformed(f"page {text.number}: nothing to render it from")
        raster = render(document, text.number, settings)
    except DocumentError:
        if way.broken:
            raise Malformed(way.broken) from None
        return replace(text, notes=(*text.notes, "picture_unread"))
    notes = ("picture_damaged",) * raster.damaged + ("text_layer_unreadable",) * bool(way.broken)
    asking = _from_picture(way, raster, settings)
    del raster  # a page that waits for its answer holds no more than it needs
    page = yield from asking
    if way.broken and not (page.glyphs or page.rulings or page.shapes):  # there is nothing to see either
        raise Malformed(way.broken)
    return replace(page, notes=(*page.notes, *notes)) if notes else page


def _from_picture(way: Way, raster: Raster, settings: ReadingSettings) -> Asking[Page]:
    text, how, regions, _ = way
    if how in ("unsure", "regions"):
        text = with_what_is_shown(text, raster)
    if how == "unsure":
        return text
    if how == "hidden":
        return _with_hidden_layer(raster, text, settings)
    if how == "regions":
        asking = _with_regions(text, raster, list(regions), settings)
        del raster
        return (yield from asking)
    asking = page_asking(raster, text.number, settings, text.rotation)
    del raster
    scan = yield from asking
    return _with_stamps(scan, text) if how == "scan" else _with_characters(text, scan)


# --- the ways to read ------------------------------------------------------------------------------------------------


def _with_stamps(scan: Page, text: Page) -> Page:
    """A scan and the little text that was put on it later (a page number, a stamp); a garbage layer is dropped."""
    inked = [
        glyph for glyph in text.glyphs if not glyph.text.isspace() and "\N{REPLACEMENT CHARACTER}" not in glyph.text
    ]
    pictures = _turned_pictures(text, scan.frame)
    if not inked or len(inked) >= 40 or not is_plausible("".join(glyph.text for glyph in inked)):
        return replace(scan, pictures=pictures)
    stamps = [_moved(glyph, text.frame, scan.frame) for glyph in inked]
    kept = _without_doubles(scan.glyphs, stamps)
    return replace(scan, method="mixed" if kept else "text", glyphs=(*kept, *stamps), pictures=pictures)


def _with_hidden_layer(raster: Raster, text: Page, settings: ReadingSettings) -> Page:
    """A scan with a plausible layer of its own: its characters from the layer, what is drawn from the picture."""
    sheet = lay_out(raster.pixels, raster.scale, settings)
    frame = text.frame._replace(turn=sheet.turn, skew=sheet.skew)
    glyphs = [
        _moved(glyph, text.frame, frame)._replace(method="ocr", confidence=HIDDEN_CONFIDENCE) for glyph in text.glyphs
    ]
    rulings, shapes = strokes_of(sheet)
    return Page(
        frame=frame,
        rotation=text.rotation,
        method="ocr",
        glyphs=tuple(glyphs),
        rulings=tuple(rulings),
        shapes=tuple(shapes),
        pictures=_turned_pictures(text, frame),
        notes=("hidden_layer",),
    )


def _with_characters(text: Page, scan: Page) -> Page:
    """A page drawn by its PDF but with letters nobody can tell: strokes from the PDF, characters recognised; where
    nothing is to be seen of them, what the PDF tells of them stays."""
    if not scan.glyphs and any(UNREADABLE not in glyph.text for glyph in text.glyphs):
        return text
    glyphs = tuple(_moved(glyph, scan.frame, text.frame) for glyph in scan.glyphs)
    doubts = tuple(doubt._replace(box=_box_in(doubt.box, scan.frame, text.frame)) for doubt in scan.doubts)
    damage = (note for note in text.notes if note == "content_damaged")
    notes = (*damage, *scan.notes, "text_layer_unreadable")
    return replace(text, method="ocr" if glyphs else "text", glyphs=glyphs, doubts=doubts, notes=notes)


class _Found(NamedTuple):
    glyphs: list[Glyph]
    rulings: list[Ruling]
    shapes: list[Shape]
    doubts: list[Doubt]
    notes: list[str]


def _with_regions(text: Page, raster: Raster, regions: list[Box], settings: ReadingSettings) -> Asking[Page]:
    """A page of text with pictures pasted on it: each picture recognised and put in its place."""
    upright = turned(raster.pixels, text.frame.turn)
    fields = ((_cut(upright, region, raster.scale), region) for region in regions)
    sheets = [
        (lay_out(field, raster.scale, settings, may_turn=False), region) for field, region in fields if field.size
    ]
    del raster, upright, fields  # a page that waits for its answer holds no more than it needs
    found = _Found([], [], [], [], [])
    for sheet, region in sheets:
        yield from _add(found, sheet, region, text.frame, settings)
    glyphs = _without_doubles(found.glyphs, text.glyphs)
    if not glyphs and not found.rulings and not found.shapes:
        return replace(text, notes=(*text.notes, *found.notes))
    return replace(
        text,
        method="mixed" if glyphs else "text",
        glyphs=(*text.glyphs, *glyphs),
        rulings=(*text.rulings, *found.rulings),
        shapes=(*text.shapes, *found.shapes),
        notes=(*text.notes, *dict.fromkeys(found.notes)),
        doubts=tuple(found.doubts),
    )


def _cut(upright: Pixels, region: Box, scale: float) -> Pixels:
    x0, top, x1, bottom = (round(edge * scale) for edge in region)
    return np.ascontiguousarray(upright[max(top, 0) : bottom, max(x0, 0) : x1])


def _add(found: _Found, sheet: Sheet, region: Box, frame: Frame, settings: ReadingSettings) -> Asking[None]:
    read = yield from read_sheet(sheet, settings)
    dx, dy = max(region.x0, 0.0), max(region.top, 0.0)
    rulings, shapes = strokes_of(sheet, dx, dy)
    found.glyphs.extend(glyphs_of(read.lines, sheet.unit, frame, dx, dy))
    found.rulings.extend(rulings)
    found.shapes.extend(shapes)
    found.doubts.extend(doubt._replace(box=doubt.box.moved(dx, dy)) for doubt in read.doubts)
    found.notes.extend(read.notes)


# --- merging ---------------------------------------------------------------------------------------------------------


def _without_doubles(recognised: Iterable[Glyph], printed: Iterable[Glyph]) -> list[Glyph]:
    """The recognised characters that no character of the text layer already stands for."""
    taken: dict[tuple[int, int], list[Box]] = {}
    for glyph in printed:
        if not glyph.text.isspace():
            x, y = glyph.box.centre
            for i in (-1, 0, 1):
                for j in (-1, 0, 1):
                    taken.setdefault((int(x // 12) + i, int(y // 12) + j), []).append(glyph.box)
    kept = []
    for glyph in recognised:
        x, y = glyph.box.centre
        if not any(box.holds_point(x, y) for box in taken.get((int(x // 12), int(y // 12)), ())):
            kept.append(glyph)
    return kept


def _box_in(box: Box, before: Frame, after: Frame) -> Box:
    """A box of one reading frame of a page in another one; its size stays, its middle moves."""
    if (before.turn, before.skew) == (after.turn, after.skew):
        return box
    x, y = after.upright(before.displayed(box)).centre
    across, down = (box.width, box.height) if (before.turn - after.turn) % 180 == 0 else (box.height, box.width)
    return Box(x - across / 2, y - down / 2, x + across / 2, y + down / 2)


def _moved(glyph: Glyph, before: Frame, after: Frame) -> Glyph:
    return glyph._replace(frame=after, box=_box_in(glyph.box, before, after))


def _turned_pictures(text: Page, frame: Frame) -> tuple[Picture, ...]:
    return tuple(picture._replace(box=_box_in(picture.box, text.frame, frame)) for picture in text.pictures)
