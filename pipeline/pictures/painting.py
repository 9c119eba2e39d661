"""The painter's own side: `python -m pipeline.pictures.painting FD` makes pictures of PDF pages, whole or in part.

PDFs come from strangers, so a process of its own opens them: it has no network and limits on memory and time, and what
it says is a picture or one word of why there is none. `pipeline.pictures.painter` is the other side.

    in:   {"pdf": path, "page": from 1, "box": null or [x0, top, x1, bottom], "seconds": of processor time}
    out:  {"painted": true, …} and the picture's bytes, or {"failed": "no_page" | "unreadable"}

Without a box the picture is a JPEG of the whole page; with one it is a WebP of what stands there and around it, and the
answer says its `width` and `height` in pixels and, as shares of them, where the box is: `x0`, `top`, `x1`, `bottom`.
Boxes are in points from the upper left of the page as displayed, as everywhere.
"""

from __future__ import annotations

import io
import sys
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

import orjson
import pypdfium2
from PIL import Image

from pipeline.batch import sandbox

PAGE_DPI, PAGE_PIXELS = 160, 6_000_000
"""Of a whole page: fine enough to tell look-alike kanji apart when it is enlarged; one that would have more pixels is
painted more coarsely."""

PLACE_DPI, PLACE_PIXELS = 120, 16_000_000
"""Of a place; the pixels are those of the page that it is cut from."""

MAX_SIDE = 12_000
"""Pixels of the longer side of a page, at most."""

AROUND_X, AROUND_Y = 48.0, 32.0
"""Points shown on each side of the place, so that a reader sees where on the page it is."""

NARROWEST, HIGHEST = 300.0, 330.0
"""Points: the picture of a place is at least so wide, and shows at most so much of a high one."""

MEMORY = 1536 * 1024**2
"""What painting may take: bytes of address space beyond the start."""

Edges: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom, in points."""


def window(box: Edges, width: float, height: float) -> Edges:
    """The part of a page of that size (points) that the picture of a place shows."""
    x0, x1 = box[0] - AROUND_X, box[2] + AROUND_X
    if x1 - x0 < NARROWEST:
        middle = (x0 + x1) / 2
        x0, x1 = middle - NARROWEST / 2, middle + NARROWEST / 2
    x0 = max(0.0, min(x0, width - NARROWEST))
    x1 = min(width, max(x1, min(width, NARROWEST)))
    top = max(0.0, min(box[1], height) - AROUND_Y)
    bottom = min(height, max(box[3] + AROUND_Y, top + 2 * AROUND_Y), top + HIGHEST)
    return x0, top, x1, bottom


class Easel:
    """Paints what is ordered; the page rendered last is kept, for the next order is often of another place on it."""

    def __init__(self) -> None:
        self._last: tuple[str, int] | None = None
        self._sheet: tuple[Image.Image, float, float] | None = None

    def answer(self, order: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """What to say to an order, and the picture if there is one."""
        try:
            pdf, page, box = str(order["pdf"]), int(order["page"]), order.get("box")
            if box is None:
                return {"painted": True}, self._page(pdf, page)
            return self._place(pdf, page, (float(box[0]), float(box[1]), float(box[2]), float(box[3])))
        except IndexError:
            return {"failed": "no_page"}, b""
        except (pypdfium2.PdfiumError, OSError, ValueError, MemoryError):
            return {"failed": "unreadable"}, b""

    def _page(self, pdf: str, page: int) -> bytes:
        picture, _, _ = rendered(pdf, page, PAGE_DPI, PAGE_PIXELS)
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=90, subsampling=0)
        return out.getvalue()

    def _place(self, pdf: str, page: int, box: Edges) -> tuple[dict[str, Any], bytes]:
        if self._sheet is None or self._last != (pdf, page):
            self._sheet = None  # two large pages at once are more than is needed
            self._sheet, self._last = rendered(pdf, page, PLACE_DPI, PLACE_PIXELS), (pdf, page)
        picture, width, height = self._sheet
        x0, top, x1, bottom = window(box, width, height)
        across, down = picture.width / width, picture.height / height
        cut = picture.crop((round(x0 * across), round(top * down), round(x1 * across), round(bottom * down)))
        out = io.BytesIO()
        cut.save(out, "WEBP", quality=55, method=4)
        where = {
            "x0": (box[0] - x0) / (x1 - x0),
            "x1": (box[2] - x0) / (x1 - x0),
            "top": (box[1] - top) / (bottom - top),
            "bottom": min(1.0, (box[3] - top) / (bottom - top)),
        }
        return {"painted": True, "width": cut.width, "height": cut.height, **where}, out.getvalue()


def rendered(pdf: str, page_number: int, dpi: float, most_pixels: int) -> tuple[Image.Image, float, float]:
    """Page `page_number` (from 1) as displayed, and its width and height in points.

    Raises IndexError, and PdfiumError or OSError for a broken or missing file.
    """
    document = pypdfium2.PdfDocument(pdf)
    try:
        if not 1 <= page_number <= len(document):
            raise IndexError(page_number)
        page = document[page_number - 1]
        width, height = page.get_size()
        scale = min(dpi / 72, (most_pixels / max(width * height, 1.0)) ** 0.5, MAX_SIDE / max(width, height, 1.0))
        picture = page.render(scale=float(scale), fill_color=(255, 255, 255, 255)).to_pil().convert("RGB")
        page.close()
        return picture, width, height
    finally:
        document.close()


def serve(connection: Connection) -> None:
    """Paint what is asked for until the other side is gone."""
    sandbox.modest()
    sandbox.without_network()
    sandbox.end_with(connection.fileno())
    sandbox.allow_memory(MEMORY)
    easel = Easel()
    while True:
        try:
            order = orjson.loads(connection.recv_bytes())
            sandbox.allow_seconds(float(order["seconds"]))
            answer, picture = easel.answer(order)
            connection.send_bytes(orjson.dumps(answer))
            if picture:
                connection.send_bytes(picture)
        except (EOFError, OSError):  # nobody is waiting any more
            sandbox.leave()


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
