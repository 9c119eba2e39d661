"""Worker processes: each reads one document at a time, and one that dies costs only the document it was on.

This is the parent's side, which parses no PDF: it hands the bytes over, watches the clock and the memory of each worker
and kills the one that goes over a limit, checks what comes back and keeps it in the archive. `pipeline.batch.worker` is
the other side. A worker is a program of its own rather than a fork, so that it shares no locks, threads or imports with
whoever started it, be that the command line or Prefect.
"""

from __future__ import annotations

import errno
import hashlib
import os
import queue
import stat
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import orjson

from extractors.errors import DocumentError
from extractors.forms.form_file import FormFile
from extractors.scans.settings import Engines
from pipeline.batch.limits import Limits
from pipeline.batch.runs import OK, PARTIAL, Job, Outcome
from pipeline.batch.watched import Watch, Worker
from pipeline.settings import cache_of, form_files, reading_settings
from pipeline.storage import bytes_of, digest_of, is_address, is_local, place, size_of

OnPage = Callable[[int, int], None]

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What a disk says that is full, or full for this user."""

NEVER_OPENS = frozenset({errno.ELOOP, errno.ENAMETOOLONG, errno.ENXIO})
"""What the system says of a link that leads to itself, a name that is too long, a device that is not there."""

GIVE_UP = 5
"""After so many documents in a row that could not be kept at an address, its storage is taken to be gone."""

LOST_PAGES = frozenset({"page_unreadable", "page_failed"})
"""The findings that stand for a page that was not read."""


class WorkerPool:
    """Up to `size` workers whose documents go into the archive of `out`; use it in a `with` block.

    `run` is called from as many threads as there are workers. `again`: documents that are known are read all the same.
    `limits`, the user's own `forms` and `ocr` (who recognises characters) are as they are now where they are not given.
    """

    def __init__(
        self,
        out: Path,
        size: int,
        limits: Limits | None = None,
        *,
        again: bool = False,
        page_workers: int = 1,
        forms: Sequence[FormFile] | None = None,
        ocr: Engines | None = None,
    ) -> None:
        self._out = out
        self._limits = limits or Limits.from_environment()
        self._again = again
        self._page_workers = page_workers
        # one and the same for the whole run, whatever is edited meanwhile
        self._forms = form_files() if forms is None else forms
        self._ocr = ocr
        self._idle: queue.LifoQueue[Worker | None] = queue.LifoQueue()
        for _ in range(size):
            self._idle.put(None)
        self._watch = Watch()
        self._stopped = False
        self._unkept = 0
        self._once = threading.Lock()
        self._getting_ready = threading.Thread(target=_load_what_keeps)
        self.done: dict[Job, Outcome] = {}
        """What came of each document so far; after a stop, whatever was finished before it."""

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self, job: Job, on_page: OnPage | None = None) -> Outcome:
        """Read one document and keep it, waiting for a free worker; every way that it may go is an `Outcome`.

        `on_page(done, total)` is called from this thread.
        """
        worker = self._idle.get()
        started = time.monotonic()
        try:
            outcome, worker = self._run(job, on_page or _ignore, worker)
        finally:
            self._idle.put(worker)
        if outcome.outcome == "disk_full" or self._is_gone(outcome):
            self.stop()
        self.done[job] = outcome = replace(outcome, seconds=time.monotonic() - started)
        return outcome

    def stop(self) -> None:
        """End all workers at once; documents being read end as `stopped`."""
        self._stopped = True
        self._watch.stop()

    def _is_gone(self, outcome: Outcome) -> bool:
        """Whether the storage of the output does not answer any more: each try takes its time, and all would fail."""
        if is_local(self._out):
            return False
        self._unkept = self._unkept + 1 if outcome.outcome == "io_error" else 0
        return self._unkept >= GIVE_UP

    def _run(self, job: Job, on_page: OnPage, worker: Worker | None) -> tuple[Outcome, Worker | None]:
        from pipeline.batch import known  # here and below, because a file that is not there needs none of this

        blank = Outcome(job.file, OK, job.document_id, job.also)
        if self._stopped:
            return replace(blank, outcome="stopped"), worker
        try:
            data = file_bytes(job.file, self._limits)
        except FileNotFoundError:
            return replace(blank, outcome="file_missing"), worker
        except (PermissionError, IsADirectoryError, NotADirectoryError) as error:
            return replace(blank, outcome="file_unreadable", detail=str(error)), worker
        except OSError as error:
            outcome = "file_unreadable" if error.errno in NEVER_OPENS else "io_error"
            return replace(blank, outcome=outcome, detail=str(error)), worker
        except DocumentError as error:
            return replace(blank, outcome=error.code, detail=error.detail), worker

        blank = replace(blank, document_id=hashlib.sha256(data).hexdigest())
        try:
            named = replace(job, document_id=blank.document_id)
            asked = (named, self._limits, self._forms, self._ocr)
            found = None if self._again else known.outcome_of(self._out, *asked)
        except OSError as error:
            return _not_written(blank, error), worker
        if found is not None:
            return found, worker
        answer, worker = self._answer(job, data, on_page, worker)
        return self._kept(job, blank, data, answer), worker

    def _answer(
        self, job: Job, data: bytes, on_page: OnPage, worker: Worker | None
    ) -> tuple[dict[str, Any], Worker | None]:
        """What a worker says of a document, and the worker if it may read another one."""
        while True:
            worker = worker or self._watch.worker()
            self._get_ready()
            if worker is None:
                return {"failed": "stopped", "detail": ""}, None
            fresh = worker.documents == 0
            answer = worker.read(self._order(job), data, self._limits, on_page)
            if worker.usable:
                return answer, worker
            self._watch.forget(worker)
            worker = None
            if self._stopped:
                return {"failed": "stopped", "detail": ""}, None
            # What a document dies of must be its own doing, and not that of those before it in the same process.
            if fresh or answer.get("failed") not in ("crashed", "out_of_memory"):
                return answer, None

    def _get_ready(self) -> None:
        """Load what the end of a document needs while its beginning is read elsewhere."""
        with self._once:
            if self._getting_ready.ident is None:
                self._getting_ready.start()

    def _order(self, job: Job) -> bytes:
        reading = asdict(reading_settings(self._limits, cache_of(self._out), self._ocr))
        reading["cache_folder"] = str(reading["cache_folder"])
        order = {"name": job.name, "url": job.source_url, "limits": asdict(self._limits)}
        forms = [list(file) for file in self._forms]
        return orjson.dumps({**order, "reading": reading, "forms": forms, "page_workers": self._page_workers})

    def _kept(self, job: Job, blank: Outcome, data: bytes, answer: dict[str, Any]) -> Outcome:
        from pipeline.archive.archive import keep, keep_bytes
        from pipeline.batch import known
        from pipeline.extraction import Extraction, Source
        from pipeline.tables.schema import from_json

        blank = replace(blank, peak_memory=int(answer.get("peak_memory", 0)))
        assert blank.document_id is not None
        if "failed" in answer:
            outcome = replace(blank, outcome=str(answer["failed"]), detail=str(answer["detail"]))
        source = Source(job.name, job.source_url)
        try:
            if "failed" in answer:
                if known.is_lasting(outcome):
                    keep_bytes(self._out, data, source)
            else:
                rows = {str(name): from_json(str(name), own) for name, own in answer["rows"].items()}
                extraction = Extraction(
                    blank.document_id, job.name, int(answer["page_count"]), rows, dict(answer["reading"])
                )
                keep(self._out, data, extraction)
                outcome = _read_outcome(blank, extraction)
            settings = known.settings_of(self._limits, self._forms, self._ocr)
            known.keep_outcome(self._out, outcome, known.version_now(), settings)
        except OSError as error:
            return _not_written(blank, error)
        except (ValueError, KeyError, TypeError, AttributeError) as error:  # no extraction, or rows that do not fit
            return replace(blank, outcome="crashed", detail=f"{type(error).__name__}: {error}")
        return outcome


def _load_what_keeps() -> None:
    """Arrow takes half a second to load, and what it loads with it: a run that reads nothing does without."""
    import pipeline.archive.archive
    import pipeline.tables.write  # noqa: F401


def _not_written(blank: Outcome, error: OSError) -> Outcome:
    return replace(blank, outcome="disk_full" if error.errno in NO_ROOM else "io_error", detail=str(error))


def _read_outcome(blank: Outcome, extraction: Any) -> Outcome:
    found = extraction.rows.get("findings", [])
    rules = _tally(row.get("rule") for row in found)
    return replace(
        blank,
        outcome=PARTIAL if LOST_PAGES & rules.keys() else OK,
        pages=extraction.page_count,
        counts={name: len(rows) for name, rows in sorted(extraction.rows.items())},
        findings=rules,
        severities=_tally(row.get("severity") for row in found),
    )


def _ignore(done: int, total: int) -> None:
    """The progress of a page that nobody asked about."""
    del done, total


def _tally(names: Any) -> dict[str, int]:
    return dict(sorted(Counter(str(name) for name in names).items()))


def file_bytes(path: str, limits: Limits | None = None) -> bytes:
    """The bytes of an ordinary file, or of one at an address; raises OSError, PermissionError too for what is not one
    (a pipe would hang), and TooLarge."""
    if is_address(path):
        there = place(path)
        if limits is not None:
            limits.check_bytes(size_of(there))
        return bytes_of(there)
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        raise IsADirectoryError(f"not an ordinary file: {path}")
    if limits is not None:
        limits.check_bytes(found.st_size)
    return Path(path).read_bytes()


def file_digest(path: str) -> str:
    """The SHA-256 of an ordinary file, or of one at an address, however large; raises OSError."""
    if is_address(path):
        return digest_of(place(path))
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise IsADirectoryError(f"not an ordinary file: {path}")
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
