"""Pages as pictures: rendered as finely as what is on them, within bounds of pixels."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from extractors.errors import Malformed
from extractors.scans.settings import ReadingSettings

Pixels = np.ndarray[Any, np.dtype[np.uint8]]

MAX_SIDE = 20_000
"""Pixels along one side: beyond, a page is a ribbon and no page."""


class Raster(NamedTuple):
    """A page as displayed (its /Rotate applied), in grey: 0 black, 255 white.

    `scale` is pixels a point; `width` and `height` are the page's, in points.
    """

    pixels: Pixels
    scale: float
    width: float
    height: float


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
        scale = _scale(page, width, height, settings)
        picture = page.render(scale=scale, grayscale=True, fill_color=(255, 255, 255, 255)).to_numpy()
        pixels = np.array(picture if picture.ndim == 2 else picture[:, :, 0], dtype=np.uint8, copy=True)
    except (pypdfium2.PdfiumError, ValueError, MemoryError) as error:
        raise Malformed(f"page {page_number}: {error}") from error
    finally:
        page.close()
    return Raster(pixels, pixels.shape[1] / width if width else scale, width, height)


def _scale(page: Any, width: float, height: float, settings: ReadingSettings) -> float:
    dpi = min(max(settings.min_dpi, _picture_dpi(page, width * height)), settings.max_dpi)
    scale = dpi / 72
    area = max(width * height, 1.0)
    scale = min(scale, (settings.max_pixels / area) ** 0.5)
    return float(min(scale, MAX_SIDE / max(width, height, 1.0)))


def _picture_dpi(page: Any, page_area: float) -> float:
    """The resolution of the finest picture that covers at least a twentieth of the page; 0 where there is none."""
    finest = 0.0
    for found in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=3):
        try:
            x0, y0, x1, y1 = found.get_bounds()
            columns, _ = found.get_px_size()
        except pypdfium2.PdfiumError:
            continue
        side = max(x1 - x0, y1 - y0)
        if x1 > x0 and (x1 - x0) * (y1 - y0) >= page_area / 20:
            finest = max(finest, columns / side * 72)
    return finest
