"""Whether the page shows what its text layer says: characters under suspicion looked for on the rendered page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from extractors.pages.page import Page
from extractors.pages.text import Glyph
from extractors.pages.unseen import TINY
from extractors.scans.deskew import turned
from extractors.scans.rendering import Pixels, Raster

CONTRAST = 40
"""Of 255: where the brightest and the darkest point of a character's place differ by less, nothing is to be read."""


SAMPLE = 40
"""So many characters without suspicion are looked at to know whether the rendering shows letters at all."""


def with_what_is_shown(page: Page, raster: Raster) -> Page:
    """The page without the characters that it holds and does not show; a note says that there were some.

    A font that is not in the PDF may be missing here as well: where those without suspicion show no ink either, the
    rendering proves nothing and only what is too small to be read is left out.
    """
    picture = turned(raster.pixels, page.frame.turn)
    unsure = {id(glyph) for glyph in page.unsure}
    sure = [glyph for glyph in page.glyphs if id(glyph) not in unsure and not glyph.text.isspace()]
    sample = sure[:: max(1, len(sure) // SAMPLE)]
    if sum(_is_shown(glyph, picture, raster.scale) for glyph in sample) < len(sample) / 2:
        picture = _unproved(picture)
    hidden = {id(glyph) for glyph in page.unsure if not _is_shown(glyph, picture, raster.scale)}
    if not hidden:
        return replace(page, unsure=())
    glyphs = tuple(glyph for glyph in page.glyphs if id(glyph) not in hidden)
    return replace(page, glyphs=glyphs, unsure=(), notes=(*page.notes, "text_unseen"))


def _unproved(picture: Pixels) -> Pixels:
    """A picture in which there is ink everywhere."""
    ink = np.zeros_like(picture)
    ink[::2] = 255
    return ink


def _is_shown(glyph: Glyph, picture: Pixels, scale: float) -> bool:
    if glyph.size < TINY:
        return False
    box = glyph.box
    x0, top = max(round((box.x0 + 0.1 * box.width) * scale), 0), max(round((box.top + 0.1 * box.height) * scale), 0)
    x1, bottom = round((box.x1 - 0.1 * box.width) * scale), round((box.bottom - 0.1 * box.height) * scale)
    field = picture[top : max(bottom, top + 2), x0 : max(x1, x0 + 2)]
    return bool(field.size) and int(field.max()) - int(field.min()) >= CONTRAST
