"""The painter's own side: `python -m pipeline.review.painter FD` makes pictures of PDF pages for the reviewers.

PDFs come from strangers, so a process of its own opens them: it has no network and limits on memory and time, and what
it says is a JPEG or one word of why there is none.

    in:   {"pdf": path, "page": from 1}
    out:  {"painted": true} and the JPEG's bytes, or {"failed": "no_page" | "unreadable"}
"""

from __future__ import annotations

import io
import sys
from multiprocessing.connection import Connection
from typing import Any

import orjson
import pypdfium2

from pipeline.batch import sandbox

DPI = 160
"""Dots an inch: fine enough to tell look-alike kanji apart when the browser enlarges it."""

MAX_PIXELS = 6_000_000
"""A page that would have more is painted more coarsely."""

MAX_SIDE = 12_000

MEMORY, SECONDS = 1024**3, 20.0
"""What one page may take: bytes of address space, and processor time."""


def paint(pdf: str, page_number: int) -> bytes:
    """Page `page_number` (from 1) as displayed, as a JPEG. Raises IndexError, and PdfiumError for a broken file."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        if not 1 <= page_number <= len(document):
            raise IndexError(page_number)
        page = document[page_number - 1]
        width, height = page.get_size()
        picture = page.render(scale=_scale(width, height), fill_color=(255, 255, 255, 255)).to_pil().convert("RGB")
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=90, subsampling=0)
        page.close()
        return out.getvalue()
    finally:
        document.close()


def _scale(width: float, height: float) -> float:
    scale = DPI / 72
    scale = min(scale, (MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
    return float(min(scale, MAX_SIDE / max(width, height, 1.0)))


def serve(connection: Connection) -> None:
    """Paint what is asked for until the other side is gone."""
    sandbox.modest()
    sandbox.without_network()
    sandbox.end_with(connection.fileno())
    sandbox.allow_memory(MEMORY)
    while True:
        try:
            order = orjson.loads(connection.recv_bytes())
            sandbox.allow_seconds(SECONDS)
            answer, picture = _answer(order)
            connection.send_bytes(orjson.dumps(answer))
            if picture:
                connection.send_bytes(picture)
        except (EOFError, OSError):  # nobody is waiting any more
            sandbox.leave()


def _answer(order: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    try:
        return {"painted": True}, paint(str(order["pdf"]), int(order["page"]))
    except IndexError:
        return {"failed": "no_page"}, b""
    except (pypdfium2.PdfiumError, ValueError, MemoryError):
        return {"failed": "unreadable"}, b""


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
