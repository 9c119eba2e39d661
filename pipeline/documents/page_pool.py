"""The pages of one document, read in order, those that must be recognised by several processes at once.

What is read does not depend on how many there are. Text pages are read here: they cost less than handing them over.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from extractors.pages.page import Page
from extractors.scans.settings import ReadingSettings
from extractors.scans.way import Way, way_of
from pipeline.batch import sandbox

AHEAD = 2
"""So many pages for each process are under way at once; memory is bounded by this, not by the page count."""

OnLost = Callable[[int, Any, Exception], None]

_document: bytes = b""
_settings = ReadingSettings()
_seconds: float | None = None


def read_pages(
    pages: Sequence[Any], data: bytes, settings: ReadingSettings, workers: int, on_lost: OnLost
) -> Iterator[Page]:
    """The pdfplumber pages as read, in order; each is closed. A page that cannot be read goes to `on_lost` instead.

    `workers`: how many processes recognise pages; with one it is this process.
    """
    pool = _Pool(data, settings, workers)
    waiting: deque[tuple[int, Any, Way, Future[Page] | Page]] = deque()
    try:
        for number, page in enumerate(pages, 1):
            try:
                way = way_of(page)
                read = _read_here(way, data, settings) if way.how == "text" or workers < 2 else pool.submit(way)
                waiting.append((number, page, way, read))
            except Exception as error:  # a page of a broken file may raise anything; the others are read all the same
                yield from _ready(waiting, 0, pool, on_lost)
                on_lost(number, page, error)
            finally:
                page.close()
            yield from _ready(waiting, AHEAD * workers if workers > 1 else 0, pool, on_lost)
        yield from _ready(waiting, 0, pool, on_lost)
    finally:
        pool.end()


def _read_here(way: Way, data: bytes, settings: ReadingSettings) -> Page:
    if way.how == "text":
        return way.text
    # here, because most documents need nothing that recognises: it takes half a second and 100 MB to load
    from extractors.scans.reading import recognised

    return recognised(way, data, settings)


def _ready(
    waiting: deque[tuple[int, Any, Way, Future[Page] | Page]], leave: int, pool: _Pool, on_lost: OnLost
) -> Iterator[Page]:
    """The pages at the head of the queue, waiting for them until no more than `leave` are under way."""
    while len(waiting) > leave or (waiting and isinstance(waiting[0][3], Page)):
        number, page, way, read = waiting.popleft()
        try:
            yield read if isinstance(read, Page) else pool.result(way, read)
        except Exception as error:
            on_lost(number, page, error)


class _Pool:
    """Processes that recognise pages, started when the first page asks for them."""

    def __init__(self, data: bytes, settings: ReadingSettings, workers: int) -> None:
        self._given = (data, settings, os.getpid())
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, way: Way) -> Future[Page]:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._workers, context, _begin, self._given)
        try:
            return self._pool.submit(_recognised, way)
        except BrokenProcessPool:
            self.end()
            return self.submit(way)

    def result(self, way: Way, read: Future[Page]) -> Page:
        """The page; where a process died over it or beside it, it is tried once more. Raises what reading it raises."""
        try:
            return read.result()
        except BrokenProcessPool:
            self.end()
            again = self.submit(way)
            try:
                return again.result()
            except BrokenProcessPool:
                self.end()
                raise

    def end(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


def _begin(data: bytes, settings: ReadingSettings, parent: int) -> None:
    """What each process does first: it keeps the document, and dies with the process that asked for it."""
    global _document, _settings, _seconds
    _document, _settings = data, settings
    soft, _ = resource.getrlimit(resource.RLIMIT_CPU)
    _seconds = None if soft == resource.RLIM_INFINITY else float(soft)
    if sys.platform == "linux":
        die_with_parent = 1  # PR_SET_PDEATHSIG
        ctypes.CDLL(None, use_errno=True).prctl(die_with_parent, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _recognised(way: Way) -> Page:
    if _seconds is not None:
        sandbox.allow_seconds(_seconds)  # each page anew what the process was given at first
    return _read_here(way, _document, _settings)
