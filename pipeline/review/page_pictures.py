"""Pictures of pages for the browser, painted by a process of its own and kept while there is room."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from pipeline.archive.archive import folder_of
from pipeline.pictures.painter import NoPicture, Painter

KEPT_BYTES = 96 * 1024**2
"""Bytes of pictures kept in memory; beyond, those not looked at for longest go."""


class PagePictures:
    """The pictures of the pages of `out`; may be asked from several threads, paints one page at a time."""

    def __init__(self, out: Path, kept_bytes: int = KEPT_BYTES) -> None:
        self._out = out
        self._room = kept_bytes
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._painting = threading.Lock()
        self._keeping = threading.Lock()
        self._painter: Painter | None = None

    def jpeg(self, document_id: str, page: int) -> bytes:
        """The page as displayed, as a JPEG; raises NoPicture."""
        wanted = (document_id, page)
        if (found := self._found(wanted)) is not None:
            return found
        pdf = folder_of(self._out, document_id) / "document.pdf"
        if not pdf.is_file():
            raise NoPicture("pdf_missing")
        with self._painting:
            if (found := self._found(wanted)) is None:  # another thread may have had it painted meanwhile
                found = self._painted(pdf, page)
                self._keep(wanted, found)
        return found

    def close(self) -> None:
        """End the painter."""
        if self._painter is not None:
            self._painter.end()

    def _painted(self, pdf: Path, page: int) -> bytes:
        if self._painter is None or not self._painter.usable:
            self._painter = Painter()
        return self._painter.paint(pdf, page)[1]

    def _found(self, wanted: tuple[str, int]) -> bytes | None:
        with self._keeping:
            if wanted in self._kept:
                self._kept.move_to_end(wanted)
            return self._kept.get(wanted)

    def _keep(self, wanted: tuple[str, int], picture: bytes) -> None:
        with self._keeping:
            self._kept[wanted] = picture
            held = sum(map(len, self._kept.values()))
            while held > self._room and self._kept:
                _, gone = self._kept.popitem(last=False)
                held -= len(gone)
