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
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, NamedTuple, TypeGuard

from extractors.pages.opening import forget, open_pdf
from extractors.pages.page import Page
from extractors.scans.settings import ReadingSettings
from extractors.scans.way import Way, way_of
from pipeline.batch import sandbox

AHEAD = 2
"""So many bundles for each process are under way at once; memory is bounded by this, not by the page count."""

BUNDLE = 4
"""Pages that one process recognises together at most, asking the second engine once for all of them."""

LONG = 100
"""From so many pages on, other processes read the text layers too: for fewer, opening the document there costs more."""

FORGET = 50
"""After so many pages the PDF library's memory of them is dropped."""

TELL = 0.5
"""Seconds between two looks at what other processes have begun."""

OnLost = Callable[[int, Any, Exception], None]


def read_pages(
    pdf: Any,
    data: bytes,
    settings: ReadingSettings,
    workers: int,
    on_lost: OnLost,
    on_begin: Callable[[], None] = lambda: None,
) -> Iterator[Page]:
    """The pages of a pdfplumber PDF as read, in order; each is closed. One that cannot be read goes to `on_lost`
    instead.

    `workers`: how many processes recognise pages, and read all of them where they are many; with one it is this
    process. `on_begin` is called as it begins to recognise each page; of other processes' pages it is called within
    `TELL` seconds, once for those begun meanwhile, and only while they are waited for.
    """
    pool = _Pool(data, settings, workers, on_begin)
    total = len(pdf.pages)
    spread = workers > 1 and total >= LONG
    waiting: deque[tuple[int, Any, Page | Exception | _Bundled]] = deque()
    bundle = _Bundle(pool)
    try:
        for number, page in enumerate(pdf.pages, 1):
            try:
                what = number if spread else way_of(page)
                waiting.append((number, page, what.text if _has_text(what) else bundle.add(what)))
            except Exception as error:  # a page of a broken file may raise anything; the others are read all the same
                waiting.append((number, page, error))
            finally:
                page.close()
            if number % FORGET == 0:
                forget(pdf)
            if len(bundle) >= _together(total - number, workers):
                bundle.start()
            yield from _ready(waiting, AHEAD * workers * BUNDLE if workers > 1 else BUNDLE - 1, on_lost)
            if bundle.started:
                bundle = _Bundle(pool)
        yield from _ready(waiting, 0, on_lost)
    finally:
        pool.end()


def _together(left: int, workers: int) -> int:
    """How many pages make the next bundle when `left` are to come: fewer towards the end, that all processes end at
    about the same time."""
    return BUNDLE if workers < 2 else max(1, min(BUNDLE, left // (3 * workers)))


def _has_text(what: int | Way) -> TypeGuard[Way]:
    return isinstance(what, Way) and what.how == "text"


def _ready(waiting: deque[tuple[int, Any, Page | Exception | _Bundled]], leave: int, on_lost: OnLost) -> Iterator[Page]:
    """The pages at the head of the queue, waiting for them until no more than `leave` are under way."""
    while len(waiting) > leave or (waiting and isinstance(waiting[0][2], Page)):
        number, page, read = waiting.popleft()
        found = read.result() if isinstance(read, _Bundled) else read
        if isinstance(found, Page):
            yield found
        else:
            on_lost(number, page, found)


class _Bundle:
    """Pages that one process reads together: by number, or by what is left to recognise."""

    def __init__(self, pool: _Pool) -> None:
        self._pool = pool
        self._what: list[int | Way] = []
        self._read: Future[list[Page | Exception]] | None = None
        self._ends: list[Page | Exception] | None = None

    def __len__(self) -> int:
        return len(self._what)

    def add(self, what: int | Way) -> _Bundled:
        """A place for what is read of this page."""
        self._what.append(what)
        return _Bundled(self, len(self._what) - 1)

    @property
    def started(self) -> bool:
        return self._read is not None or self._ends is not None

    def start(self) -> None:
        """Hands the pages over, where other processes read; here they are read when the first is asked for."""
        if self._read is None and self._what and self._pool.workers > 1:
            self._read = self._pool.submit(self._what)

    def ends(self) -> list[Page | Exception]:
        """What became of each page; where a process died over them or beside them, each is tried once more, alone."""
        self.start()
        if self._ends is None:
            try:
                self._ends = self._pool.end_of(self._read) if self._read else _read(self._ways(), self._pool)
            except BrokenProcessPool:
                self._pool.end()
                self._ends = [self._again(what) for what in self._what]
            except Exception as error:  # of all of them: a single page's error is that page's end
                self._ends = [error] * len(self._what)
        return self._ends

    def _ways(self) -> list[Way]:
        return [each for each in self._what if isinstance(each, Way)]

    def _again(self, what: int | Way) -> Page | Exception:
        try:
            return self._pool.end_of(self._pool.submit([what]))[0]
        except BrokenProcessPool as died:
            self._pool.end()
            return died


class _Bundled(NamedTuple):
    """The place of one page in a bundle."""

    bundle: _Bundle
    place: int

    def result(self) -> Page | Exception:
        return self.bundle.ends()[self.place]


class _Pool:
    """Processes that read pages, started when the first page asks for them."""

    def __init__(self, data: bytes, settings: ReadingSettings, workers: int, on_begin: Callable[[], None]) -> None:
        self.data, self.settings, self.workers, self.on_begin = data, settings, workers, on_begin
        self._pool: ProcessPoolExecutor | None = None
        self._begun: ctypes.c_uint64 | None = None
        self._told = 0

    def submit(self, what: list[int | Way]) -> Future[list[Page | Exception]]:
        """Reads pages in one of the processes."""
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            # Without a lock, which a process that dies could hold for ever: that the number changes is all it says.
            self._begun = context.RawValue(ctypes.c_uint64, self._told)
            given = (self.data, self.settings, os.getpid(), self._begun)
            self._pool = ProcessPoolExecutor(self.workers, context, _begin, given)
        try:
            return self._pool.submit(_bundle, what)
        except BrokenProcessPool:
            self.end()
            return self.submit(what)

    def end_of(self, read: Future[list[Page | Exception]]) -> list[Page | Exception]:
        """What became of pages, waited for; that others were begun meanwhile is told. Raises what reading raised."""
        while not wait((read,), TELL).done:
            self._tell()
        self._tell()
        return read.result()

    def _tell(self) -> None:
        if self._begun is not None and self._begun.value != self._told:
            self._told = self._begun.value
            self.on_begin()

    def end(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


# --- in the processes that read -------------------------------------------------------------------------------------


class _Reader:
    """What a process keeps from bundle to bundle: the document, opened once, and the seconds that a page may take."""

    def __init__(self, data: bytes, settings: ReadingSettings, begun: ctypes.c_uint64) -> None:
        self.data, self.settings, self._begun = data, settings, begun
        soft, _ = resource.getrlimit(resource.RLIMIT_CPU)
        self._seconds = None if soft == resource.RLIM_INFINITY else float(soft)
        self._opened: Any = None
        self._looked = 0

    def read(self, what: Sequence[int | Way]) -> list[Page | Exception]:
        self.on_begin()
        ways = [each if isinstance(each, Way) else self._way(each) for each in what]
        return _read(ways, self)

    def on_begin(self) -> None:
        """Gives each page anew what the process was given at first, and says that it is begun."""
        self._begun.value += 1
        if self._seconds is not None:
            sandbox.allow_seconds(self._seconds)

    def _way(self, number: int) -> Way | Exception:
        """How page `number` must be read, or why it cannot be."""
        try:
            if self._opened is None:
                self._opened = open_pdf(self.data).__enter__()  # until the process ends
            page = self._opened.pages[number - 1]
            try:
                return way_of(page)
            finally:
                page.close()
                self._looked += 1
                if self._looked % FORGET == 0:
                    forget(self._opened)
        except Exception as error:  # for who asked for the page
            return error


_reader: _Reader


def _begin(data: bytes, settings: ReadingSettings, parent: int, begun: ctypes.c_uint64) -> None:
    """What each process does first: it keeps the document, and dies with the process that asked for it."""
    global _reader
    _reader = _Reader(data, settings, begun)
    if sys.platform == "linux":
        die_with_parent = 1  # PR_SET_PDEATHSIG
        ctypes.CDLL(None, use_errno=True).prctl(die_with_parent, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _bundle(what: Sequence[int | Way]) -> list[Page | Exception]:
    return _reader.read(what)


def _read(whats: Sequence[Way | Exception], document: _Pool | _Reader) -> list[Page | Exception]:
    """The pages of a bundle; a page that is an error already stays one."""
    ways = [way for way in whats if isinstance(way, Way)]
    if all(way.how == "text" for way in ways):
        read: list[Page | Exception] = [way.text for way in ways]
    else:
        # here, because most documents need nothing that recognises: it takes half a second and 100 MB to load
        from extractors.scans.reading import recognised

        read = recognised(ways, document.data, document.settings, document.on_begin)
        _give_back()
    ends = iter(read)
    return [next(ends) if isinstance(way, Way) else way for way in whats]


def _give_back() -> None:
    """Gives the memory of pages' pictures back to the system: glibc would keep it, in pieces too small for the next."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim is not None:
            trim(0)
