"""Pages as pictures: rendered as finely as what is on them, within bounds of pixels."""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from extractors.errors import Malformed
from extractors.scans.damaged_pictures import is_damaged
from extractors.scans.settings import ReadingSettings

Pixels = np.ndarray[Any, np.dtype[np.uint8]]

MAX_SIDE = 20_000
"""Pixels along one side: beyond, a page is a ribbon and no page."""


MOSTLY_PICTURE = 0.8
"""A page of which a picture covers this share is little else than that picture."""


class Raster(NamedTuple):
    """A page as displayed (its /Rotate applied), in grey: 0 black, 255 white.

    `scale` is pixels a point; `width` and `height` are the page's, in points. `damaged`: a picture on it
    lacks something.
    """

    pixels: Pixels
    scale: float
    width: float
    height: float
    damaged: bool = False


def open_document(pdf: bytes) -> Any:
    """The bytes as a pypdfium2 document; raises `Malformed`. The caller closes it."""
    try:
        return pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        raise Malformed(str(error)) from error


def render(document: Any, page_number: int, settings: ReadingSettings) -> Raster:
    """Page `page_number` (from 1) of a pypdfium2 document as a picture; raises `Malformed` when it has no such page."""
    try:
        page = document[page_number - 1]
    except (IndexError, pypdfium2.PdfiumError) as error:
        raise Malformed(f"page {page_number}: {error}") from error
    try:
        width, height = page.get_size()
        pictures = _pictures(page, width * height)
        scale = _scale(width, height, max((one.dpi for one in pictures), default=0.0), settings)
        largest = max((one.share for one in pictures), default=0.0)
        pixels = _rendered(page, scale, in_colour=largest >= MOSTLY_PICTURE)
        damaged = any(is_damaged(one.found, _part(pixels, one, page)) for one in pictures)
    except (pypdfium2.PdfiumError, ValueError, MemoryError) as error:
        raise Malformed(f"page {page_number}: {error}") from error
    finally:
        page.close()
    return Raster(pixels, pixels.shape[1] / width if width else scale, width, height, damaged)


def _rendered(page: Any, scale: float, in_colour: bool) -> Pixels:
    """The page in grey.

    PDFium puts a picture on a page in colour three times as fast as on one in grey (15 against 45 ms for A4 at 200
    dpi), to the same greys. Letters and lines are as fast in grey, and their edges would be other greys in colour.
    """
    if in_colour:
        coloured = page.render(scale=scale, fill_color=(255, 255, 255, 255)).to_numpy()
        return np.asarray(cv2.cvtColor(coloured, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    picture = page.render(scale=scale, grayscale=True, fill_color=(255, 255, 255, 255)).to_numpy()
    return np.array(picture if picture.ndim == 2 else picture[:, :, 0], dtype=np.uint8, copy=True)


def _scale(width: float, height: float, finest: float, settings: ReadingSettings) -> float:
    dpi = min(max(settings.min_dpi, finest), settings.max_dpi)
    scale = dpi / 72
    area = max(width * height, 1.0)
    scale = min(scale, (settings.max_pixels / area) ** 0.5)
    return float(min(scale, MAX_SIDE / max(width, height, 1.0)))


class _OnPage(NamedTuple):
    """A picture of pypdfium2 on a page: its box (points, origin lower left), resolution, and share of the page."""

    found: Any
    bounds: tuple[float, float, float, float]
    dpi: float
    share: float


def _pictures(page: Any, page_area: float) -> list[_OnPage]:
    """The pictures that cover at least a twentieth of the page."""
    pictures = []
    for found in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=3):
        try:
            x0, y0, x1, y1 = found.get_bounds()
            columns, _ = found.get_px_size()
        except pypdfium2.PdfiumError:
            continue
        area = max(x1 - x0, 0.0) * max(y1 - y0, 0.0)
        if area >= page_area / 20 and area:
            dpi = columns / max(x1 - x0, y1 - y0) * 72
            pictures.append(_OnPage(found, (x0, y0, x1, y1), dpi, area / max(page_area, 1.0)))
    return pictures


def _part(pixels: Pixels, picture: _OnPage, page: Any) -> Pixels:
    """The part of a rendered page that a picture covers; all of it where the page is turned or cropped, for one that
    covers it."""
    height, width = pixels.shape
    x0, y0, x1, y1 = page.get_bbox()
    if page.get_rotation() or picture.share >= MOSTLY_PICTURE or x1 <= x0 or y1 <= y0:
        return pixels
    across, down = width / (x1 - x0), height / (y1 - y0)
    left, right = (picture.bounds[0] - x0) * across, (picture.bounds[2] - x0) * across
    top, bottom = (y1 - picture.bounds[3]) * down, (y1 - picture.bounds[1]) * down
    return pixels[max(0, round(top)) : max(0, round(bottom)), max(0, round(left)) : max(0, round(right))]
