"""Pictures of pages for the browser, painted by a process of its own and kept while there is room."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections import OrderedDict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import orjson

from pipeline.archive.archive import folder_of

KEPT_BYTES = 96 * 1024**2
"""Bytes of pictures kept in memory; beyond, those not looked at for longest go."""

PATIENCE = 40.0
"""Seconds of wall time that a page may take."""

PICTURE_BYTES = 64 * 1024**2
_ROOT = Path(__file__).resolve().parents[2]


class NoPicture(Exception):
    """There is no picture of the page. `why`: `pdf_missing`, `no_page`, `unreadable` or `too_slow`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class PagePictures:
    """The pictures of the pages of `out`; may be asked from several threads, paints one page at a time."""

    def __init__(self, out: Path, kept_bytes: int = KEPT_BYTES) -> None:
        self._out = out
        self._room = kept_bytes
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._painting = threading.Lock()
        self._keeping = threading.Lock()
        self._painter: _Painter | None = None

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
            self._painter = _Painter()
        return self._painter.paint(pdf, page)

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


class _Painter:
    """The application's end of one painting process."""

    def __init__(self) -> None:
        self._connection, theirs = multiprocessing.Pipe()
        self.usable = True
        paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "pipeline.review.painter", str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,  # so that Ctrl-C ends the application first, and its end the painter
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        theirs.close()

    def paint(self, pdf: Path, page: int) -> bytes:
        try:
            self._connection.send_bytes(orjson.dumps({"pdf": str(pdf.absolute()), "page": page}))
            answer = self._received()
            if answer.get("painted"):
                return _within_patience(self._connection, PICTURE_BYTES)
        except (TimeoutError, EOFError, OSError, ValueError) as error:
            self.end()
            raise NoPicture("too_slow" if isinstance(error, TimeoutError) else "unreadable") from error
        raise NoPicture("no_page" if answer.get("failed") == "no_page" else "unreadable")

    def end(self) -> None:
        self.usable = False
        with contextlib.suppress(ProcessLookupError):
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._connection.close()

    def _received(self) -> dict[str, Any]:
        answer = orjson.loads(_within_patience(self._connection, 4096))
        if not isinstance(answer, dict):
            raise ValueError(type(answer).__name__)
        return answer


def _within_patience(connection: Connection, most: int) -> bytes:
    if not connection.poll(PATIENCE):
        raise TimeoutError
    return connection.recv_bytes(most)
