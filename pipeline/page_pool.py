"""The pages of one document, read in order, those that must be recognised by several processes at once.

What is read does not depend on how many there are. Text pages are read here: they cost less than handing them over.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any

from extractors.pages.page import Page
from extractors.scans.reading import Way, recognised, way_of
from extractors.scans.settings import ReadingSettings

AHEAD = 2
"""So many pages for each process are under way at once; memory is bounded by this, not by the page count."""

OnLost = Callable[[int, Any, Exception], None]

_document: bytes = b""
_settings = ReadingSettings()


def read_pages(
    pages: Sequence[Any], data: bytes, settings: ReadingSettings, workers: int, on_lost: OnLost
) -> Iterator[Page]:
    """The pdfplumber pages as read, in order; each is closed. A page that cannot be read goes to `on_lost` instead.

    `workers`: how many processes recognise pages; with one it is this process.
    """
    pool: ProcessPoolExecutor | None = None
    waiting: deque[tuple[int, Any, Future[Page] | Page]] = deque()
    try:
        for number, page in enumerate(pages, 1):
            try:
                way = way_of(page)
                if way.how == "text" or workers < 2:
                    waiting.append((number, page, recognised(way, data, settings)))
                else:
                    pool = pool or _pool(workers, data, settings)
                    waiting.append((number, page, pool.submit(_recognised, way)))
            except Exception as error:  # a page of a broken file may raise anything; the others are read all the same
                yield from _ready(waiting, 0, on_lost)
                on_lost(number, page, error)
            finally:
                page.close()
            yield from _ready(waiting, AHEAD * workers if pool else 0, on_lost)
        yield from _ready(waiting, 0, on_lost)
    finally:
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)


def _ready(waiting: deque[tuple[int, Any, Future[Page] | Page]], leave: int, on_lost: OnLost) -> Iterator[Page]:
    """The pages at the head of the queue, waiting for them until no more than `leave` are under way."""
    while len(waiting) > leave or (waiting and isinstance(waiting[0][2], Page)):
        number, page, read = waiting.popleft()
        try:
            yield read if isinstance(read, Page) else read.result()
        except Exception as error:
            on_lost(number, page, error)


def _pool(workers: int, data: bytes, settings: ReadingSettings) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, context, _begin, (data, settings, os.getpid()))


def _begin(data: bytes, settings: ReadingSettings, parent: int) -> None:
    """What each process does first: it keeps the document, and dies with the process that asked for it."""
    global _document, _settings
    _document, _settings = data, settings
    if sys.platform == "linux":
        die_with_parent = 1  # PR_SET_PDEATHSIG
        ctypes.CDLL(None, use_errno=True).prctl(die_with_parent, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _recognised(way: Way) -> Page:
    return recognised(way, _document, _settings)
