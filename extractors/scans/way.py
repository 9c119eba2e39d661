"""How a page must be read: by its text layer, by recognition, or region by region by either.

Having text is not the same as being readable: text is judged by whether it is plausible Japanese, pictures by how much
of the page they cover. Nothing is rendered for it, and nothing that recognises is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from pdfplumber.utils.exceptions import PdfminerException

from extractors.pages.geometry import Box, Frame, union
from extractors.pages.lines import lines_of
from extractors.pages.opening import cause_of
from extractors.pages.page import Page
from extractors.pages.text import Glyph
from extractors.pages.text_layer import read_page
from extractors.scans.plausibility import is_plausible, strange_letters

WHOLE = 0.8
"""A page whose pictures cover this share of it is a scan; what text lies on it was put there later, or is hidden."""

SMALL = (24.0, 12.0)
"""Points, width and height: a picture smaller than this shows no text worth looking for (a bullet, a seal's corner)."""

LEVEL = 3.0
"""Points: characters drawn one after the other whose tops differ by more stand on two lines."""

MANY_STROKES = 60
"""Strokes and shapes on a page without text: letters may be drawn as outlines."""


class Way(NamedTuple):
    """A page by its text layer, and how it must be read: `text`, `scan` (all of it), `hidden` (its layer under its
    picture), `unreadable` (its characters anew), `regions` (its pictures, which stand at `regions`) or `unsure` (by its
    text layer, without what the page does not show). `broken`: why its text layer could not be taken apart."""

    text: Page
    how: str
    regions: tuple[Box, ...]
    broken: str = ""


def way_of(page: Any) -> Way:
    """How a pdfplumber page must be read; the caller closes it.

    A page whose text layer cannot be taken apart may still be one that PDFium shows. Raises what `read_page` raises of
    a page that is not there, and where memory ran out.
    """
    try:
        text = read_page(page)
    except PdfminerException as error:
        if isinstance(cause_of(error), MemoryError):
            raise
        frame = Frame(page.page_number, round(float(page.width), 2), round(float(page.height), 2))
        return Way(Page(frame, int(page.rotation), "text"), "scan", (), f"{type(error).__name__}: {error}")
    regions = _picture_regions(text)
    how = _way(text, regions)
    if how in ("text", "regions", "unsure") and strange_letters("".join(glyph.text for glyph in text.glyphs)) >= 2:
        text = replace(text, notes=(*text.notes, "text_garbled"))
    return Way(text, how, tuple(regions))


def _way(text: Page, regions: list[Box]) -> str:
    """How a page must be read: `text`, `scan` (all of it), `hidden` (its layer under its picture), `unreadable` (its
    characters anew), `regions` (its pictures), `unsure` (what of its text layer shows)."""
    inked = [glyph for glyph in text.glyphs if not glyph.text.isspace()]
    covered = _share_covered(regions, text.box)
    if not inked:
        outlines = len(text.shapes) + len(text.rulings) >= MANY_STROKES
        if text.unreadable and not regions:
            return "unreadable"
        return "scan" if (regions or outlines) else "text"
    readable = [glyph for glyph in inked if "\N{REPLACEMENT CHARACTER}" not in glyph.text]
    told = len(readable) / max(len(inked), len(readable) + text.unreadable)
    plausible = is_plausible(_as_drawn(readable)) or is_plausible(
        "\n".join(line.text.string for line in lines_of(readable))
    )
    if covered >= WHOLE:
        under = [g for g in readable if any(region.holds_point(*g.box.centre) for region in regions)]
        return "hidden" if plausible and told > 0.95 and _fills(under, text) else "scan"
    if not plausible or told < 0.98:
        return "unreadable"
    if regions:
        return "regions"
    return "unsure" if text.unsure else "text"


def _as_drawn(glyphs: list[Glyph]) -> str:
    """The characters in the order they were drawn in, which nearly always is that of reading, and much cheaper."""
    pieces: list[str] = []
    last = 0.0
    for glyph in glyphs:
        top = glyph.box.top
        if not -LEVEL < top - last < LEVEL:
            pieces.append("\n")
        pieces.append(glyph.text)
        last = top
    return "".join(pieces)


def _fills(glyphs: list[Glyph], text: Page) -> bool:
    """Whether characters stand all over the page as a layer under a scan does, and not in one stamp or header."""
    if len(glyphs) < 40:
        return False
    lines = lines_of(glyphs)
    return len(lines) >= 4 and union(line.box for line in lines).area > 0.1 * text.box.area


def _picture_regions(text: Page) -> list[Box]:
    """Where pictures are, as boxes on the page; strips and layers that touch are one."""
    boxes = [picture.box.overlap(text.box) for picture in text.pictures]
    boxes = [box for box in boxes if box.area > 0]
    if len(boxes) > 400:
        return [union(boxes)]
    merged: list[Box] = []
    for box in sorted(boxes, key=lambda b: (b.top, b.x0)):
        grown = box
        while touching := [other for other in merged if other.grown(1.5).overlap(grown).area > 0]:
            merged = [other for other in merged if other not in touching]
            grown = union([grown, *touching])
        merged.append(grown)
    return [box for box in merged if box.width >= SMALL[0] and box.height >= SMALL[1]]


def _share_covered(regions: Iterable[Box], page: Box) -> float:
    field = np.zeros((60, 60), dtype=bool)
    across, down = 60 / max(page.width, 1.0), 60 / max(page.height, 1.0)
    for box in regions:
        field[round(box.top * down) : round(box.bottom * down), round(box.x0 * across) : round(box.x1 * across)] = True
    return float(field.mean())
