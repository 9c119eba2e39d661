"""Whether a picture of a page is whole: PDFium shows what it can decode of one and leaves the rest blank, in silence.

A picture that lacks something ends in a band of one grey, at whichever edge of the page its end lies; only where there
is such a band is it decoded once more and looked at.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pypdfium2
from PIL import Image

if TYPE_CHECKING:
    from extractors.scans.rendering import Pixels

BAND = 0.02
"""Of the height and width of a picture as rendered: so much of it must be of one grey to raise the suspicion."""

MOST_PIXELS = 200_000_000
"""A picture of more is not decoded once more (A0 at 300 dpi has 140 million, a bomb billions): it is taken to be
damaged where it shows nothing at all."""

_SIMPLE = frozenset({"FlateDecode", "LZWDecode", "RunLengthDecode", "ASCII85Decode", "ASCIIHexDecode"})
_END_OF_JPEG = b"\xff\xd9"


def is_damaged(picture: Any, shown: Pixels) -> bool:
    """Whether something of a picture is missing. `picture` is pypdfium2's, `shown` its part of the rendered page."""
    if not _ends_in_one_grey(shown):
        return False
    columns, rows = picture.get_px_size()
    return _is_of_one_grey(shown) if columns * rows > MOST_PIXELS else _lacks_something(picture)


def _ends_in_one_grey(shown: Pixels) -> bool:
    height, width = shown.shape
    if not height or not width:
        return False
    down, across = max(2, round(height * BAND)), max(2, round(width * BAND))
    bands = (shown[:down], shown[-down:], shown[:, :across], shown[:, -across:])
    return any(_is_of_one_grey(band) for band in bands)


def _is_of_one_grey(band: Pixels) -> bool:
    inner = band[1:-1, 1:-1]  # a pixel at the rim belongs to the paper around
    return inner.size == 0 or int(np.ptp(inner)) == 0


def _lacks_something(picture: Any) -> bool:
    try:
        filters = picture.get_filters()
        if not len(picture.get_data(decode_simple=False)):
            return True
        if "DCTDecode" in filters:
            return str(filters[-1]) == "DCTDecode" and _is_cut_off(bytes(picture.get_data(decode_simple=True)))
        if set(filters) <= _SIMPLE:
            facts = picture.get_metadata()
            row = (facts.width * facts.bits_per_pixel + 7) // 8
            return bool(len(picture.get_data(decode_simple=True)) < row * facts.height)
        picture.get_bitmap().close()
    except pypdfium2.PdfiumError:
        return True
    return False


def _is_cut_off(jpeg: bytes) -> bool:
    """Whether a JPEG ends before its last row; some lack nothing but the mark of their end."""
    if _END_OF_JPEG in jpeg[-64:]:
        return False
    try:
        with Image.open(io.BytesIO(jpeg)) as opened:
            opened.draft("L", (1, 1))
            opened.load()
    except Exception:  # Pillow raises what its decoders raise
        return True
    return False
