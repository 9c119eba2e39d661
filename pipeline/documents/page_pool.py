"""The pages of one document, read in order, those that must be recognised by several processes at once.

What is read does not depend on how many there are. Text pages are read here, for they cost less than handing them over,
unless there are many of them.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from extractors.pages.opening import forget, open_pdf
from extractors.pages.page import Page
from extractors.scans.settings import ReadingSettings
from extractors.scans.way import Way, way_of
from pipeline.batch import sandbox

AHEAD = 2
"""So many pages for each process are under way at once; memory is bounded by this, not by the page count."""

LONG = 100
"""From so many pages on, other processes read the text layers too: for fewer, opening the document there costs more."""

FORGET = 50
"""After so many pages the PDF library's memory of them is dropped."""

OnLost = Callable[[int, Any, Exception], None]

_document: bytes = b""
_settings = ReadingSettings()
_seconds: float | None = None
_opened: Any = None


def read_pages(pdf: Any, data: bytes, settings: ReadingSettings, workers: int, on_lost: OnLost) -> Iterator[Page]:
    """The pages of a pdfplumber PDF as read, in order; each is closed. One that cannot be read goes to `on_lost`
    instead.

    `workers`: how many processes recognise pages, and read all of them where they are many; with one it is this
    process.
    """
    pool = _Pool(data, settings, workers)
    spread = workers > 1 and len(pdf.pages) >= LONG
    waiting: deque[tuple[int, Any, _Task | Page]] = deque()
    try:
        for number, page in enumerate(pdf.pages, 1):
            try:
                waiting.append((number, page, pool.whole_page(number) if spread else _begun(page, pool)))
            except Exception as error:  # a page of a broken file may raise anything; the others are read all the same
                yield from _ready(waiting, 0, on_lost)
                on_lost(number, page, error)
            finally:
                page.close()
            if number % FORGET == 0:
                forget(pdf)
            yield from _ready(waiting, AHEAD * workers if workers > 1 else 0, on_lost)
        yield from _ready(waiting, 0, on_lost)
    finally:
        pool.end()


def _begun(page: Any, pool: _Pool) -> _Task | Page:
    """A page that is read, or under way to be recognised; its text layer is read here."""
    way = way_of(page)
    if way.how == "text" or pool.workers < 2:
        return _read(way, pool.data, pool.settings)
    return pool.way(way)


def _read(way: Way, data: bytes, settings: ReadingSettings) -> Page:
    if way.how == "text":
        return way.text
    # here, because most documents need nothing that recognises: it takes half a second and 100 MB to load
    from extractors.scans.reading import recognised

    return recognised(way, data, settings)


def _ready(waiting: deque[tuple[int, Any, _Task | Page]], leave: int, on_lost: OnLost) -> Iterator[Page]:
    """The pages at the head of the queue, waiting for them until no more than `leave` are under way."""
    while len(waiting) > leave or (waiting and isinstance(waiting[0][2], Page)):
        number, page, read = waiting.popleft()
        try:
            yield read if isinstance(read, Page) else read.result()
        except Exception as error:
            on_lost(number, page, error)


class _Task:
    """A page that another process reads."""

    def __init__(self, pool: _Pool, work: Callable[[Any], Page], what: Any) -> None:
        self._pool, self._work, self._what = pool, work, what
        self._read = pool.submit(work, what)

    def result(self) -> Page:
        """The page; where a process died over it or beside it, it is tried once more. Raises what reading it raises."""
        try:
            return self._read.result()
        except BrokenProcessPool:
            self._pool.end()
            again = self._pool.submit(self._work, self._what)
            try:
                return again.result()
            except BrokenProcessPool:
                self._pool.end()
                raise


class _Pool:
    """Processes that read pages, started when the first page asks for them."""

    def __init__(self, data: bytes, settings: ReadingSettings, workers: int) -> None:
        self.data, self.settings, self.workers = data, settings, workers
        self._pool: ProcessPoolExecutor | None = None

    def way(self, way: Way) -> _Task:
        """A page whose text layer is read: what is left to recognise."""
        return _Task(self, _recognised, way)

    def whole_page(self, number: int) -> _Task:
        """A page from its text layer on."""
        return _Task(self, _whole_page, number)

    def submit(self, work: Callable[[Any], Page], what: Any) -> Future[Page]:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            given = (self.data, self.settings, os.getpid())
            self._pool = ProcessPoolExecutor(self.workers, context, _begin, given)
        try:
            return self._pool.submit(work, what)
        except BrokenProcessPool:
            self.end()
            return self.submit(work, what)

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
    return _read(way, _document, _settings)


def _whole_page(number: int) -> Page:
    """Page `number` of the document, which this process opens once."""
    global _opened
    if _opened is None:
        _opened = open_pdf(_document).__enter__()  # until the process ends
    page = _opened.pages[number - 1]
    try:
        return _recognised(way_of(page))
    finally:
        page.close()
        if number % FORGET < AHEAD:
            forget(_opened)
