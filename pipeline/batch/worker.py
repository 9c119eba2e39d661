"""A worker's own side: `python -m pipeline.batch.worker FD` reads documents that come over a socket, one by one.

It has no network and no way to the archive: the bytes come in, what was read goes out, both as JSON and plain bytes, so
that a PDF that takes the worker over still gets no code into its parent.

    in:   {"name", "url", "limits", "reading", "forms", "page_workers"}, then the PDF's bytes
    out:  {"page": [done, total]} …, then {"read": true} and the extraction, or {"failed": code, "detail": …}
"""

from __future__ import annotations

import logging
import sys
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import orjson

from extractors.errors import DocumentError
from extractors.forms.form_file import FormFile
from extractors.scans.settings import ReadingSettings
from pipeline.batch import sandbox
from pipeline.batch.limits import Limits
from pipeline.extraction import Source


class _Reader:
    """The reading of one document within its limits."""

    def __init__(self, connection: Connection, order: dict[str, Any]) -> None:
        self._connection = connection
        self._source = Source(order["name"], order["url"])
        self._limits = Limits(**order["limits"])
        self._page_workers = int(order["page_workers"])
        reading = order["reading"]
        self._forms = tuple(FormFile(name, text) for name, text in order["forms"])
        self._reading = ReadingSettings(**{**reading, "cache_folder": Path(reading["cache_folder"])})

    def read(self, data: bytes) -> None:
        """Read, and tell the parent what came of it."""
        from pipeline.documents.document import extract_as_json

        if self._page_workers == 1:
            # Not within the document's own limits. Where others recognise its pages, they begin before this is loaded.
            from extractors.japanese.language import pipeline

            pipeline()
        sandbox.allow_memory(self._limits.memory)
        sandbox.allow_seconds(self._limits.step_seconds)
        try:
            whole = extract_as_json(data, self._source, self._on_page, self._reading, self._page_workers, self._forms)
        except DocumentError as error:
            code = "out_of_memory" if _for_want_of_memory(error) else error.code
            self._failed(code, error.detail)
        except MemoryError as error:
            self._failed("out_of_memory", str(error))
        except Exception:
            self._failed("crashed", traceback.format_exc(limit=-4).strip())
        else:
            self._tell({"read": True})
            self._connection.send_bytes(whole)

    def _on_page(self, done: int, total: int) -> None:
        self._limits.check_pages(total)
        # After the last page comes the document as a whole: it may take what the pages left.
        step = self._limits.step_seconds if done < total else self._limits.total_seconds(total)
        sandbox.allow_seconds(step)
        self._tell({"page": [done, total]})

    def _failed(self, code: str, detail: str) -> None:
        self._tell({"failed": code, "detail": detail[-2000:].encode("utf-8", "replace").decode()})

    def _tell(self, message: dict[str, Any]) -> None:
        self._connection.send_bytes(orjson.dumps(message))


def _for_want_of_memory(error: BaseException | None) -> bool:
    """Whether a MemoryError is at the bottom of it; the PDF libraries wrap what they meet, some as an argument."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, MemoryError):
            return True
        if isinstance(one, BaseException) and one not in seen:
            seen.append(one)
            waiting += [one.__cause__, one.__context__, *one.args]
    return False


def serve(connection: Connection) -> None:
    """Read documents as they come until the other side is gone."""
    sandbox.modest()
    sandbox.without_network()
    sandbox.end_with(connection.fileno())
    logging.disable(logging.WARNING)  # the PDF libraries warn of every oddity of every page
    while True:
        try:
            order = orjson.loads(connection.recv_bytes())
            data = connection.recv_bytes()
            _Reader(connection, order).read(data)
        except (EOFError, OSError):  # nobody is waiting any more
            sandbox.leave()


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
