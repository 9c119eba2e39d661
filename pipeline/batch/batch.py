"""The way of a batch, the same for the command line and for Prefect: plan, read each document, finish.

plan(paths, out)      which documents there are, each once
run_lock(out)         one run at a time
known_ones(jobs, …)   those that need not be read again
WorkerPool.run(job)   one document: read in a worker and kept in the archive
finish(...)           the tables, made anew from the archive where it changed, and the run's record
"""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from pipeline.batch.limits import Limits
from pipeline.batch.run_lock import Holder, check_held, run_lock
from pipeline.batch.runs import Job, Outcome, Run, write_record
from pipeline.batch.workers import WorkerPool, file_digest
from pipeline.names import as_text
from pipeline.settings import default_workers
from pipeline.storage import each, is_address, is_local, place, stamps


class Listener:
    """Told how a batch goes; this one does nothing. Called from several threads."""

    def on_plan(self, jobs: Sequence[Job]) -> None:
        """What is going to be read."""

    def on_wait(self, holder: Holder | None) -> None:
        """Another run holds the output folder; this one waits for it."""

    def on_page(self, job: Job, done: int, total: int) -> None:
        """`done` of `total` pages of a document are read."""

    def on_done(self, job: Job, outcome: Outcome) -> None:
        """A document is finished, one way or the other."""


def find_pdfs(paths: Iterable[str | Path], out: Path | None = None) -> list[str]:
    """The files in the order given, folders and addresses searched in order of name for `*.pdf` in any case.

    Hidden folders and `out` (which holds a copy of each PDF) are not searched. A path that is not there, and a folder
    that may not be listed, stays in the list: reading it fails and says so.
    """
    found: dict[str, None] = {}
    for path in paths:
        if is_address(str(path)):
            files = _at_address(str(path), out)
        else:
            files = _in_folder(Path(path), out) if Path(path).is_dir() else [str(path)]
        for file in files:
            found.setdefault(file)
    return list(found)


def _at_address(address: str, out: Path | None) -> Iterable[str]:
    if address.lower().endswith(".pdf"):
        return [address]
    own = f"{out}/" if out is not None else "\0"
    every = (f"{address.rstrip('/')}/{name}" for name in stamps(place(address)) if not _is_hidden(name))
    return [file for file in every if file.lower().endswith(".pdf") and not file.startswith(own)]


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/")[:-1])


def _in_folder(folder: Path, out: Path | None) -> Iterator[str]:
    barred: list[str] = []
    for here, folders, files in os.walk(folder, onerror=lambda error: barred.append(str(error.filename))):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and not _is_out(here, name, out))
        yield from (os.path.join(here, name) for name in sorted(files) if name.lower().endswith(".pdf"))
    yield from barred


def _is_out(here: str, name: str, out: Path | None) -> bool:
    return out is not None and is_local(out) and Path(here, name).resolve() == out.resolve()


def plan(paths: Iterable[str | Path], out: Path | None = None) -> list[Job]:
    """One job a document: files with the same bytes are one. Raises OSError for an address that cannot be listed."""
    by_id: dict[str, list[str]] = {}
    files = find_pdfs(paths, out)
    where = next((place(file) for file in files if is_address(file)), Path())
    for file, key in zip(files, each(_key, files, where), strict=True):
        by_id.setdefault(key, []).append(file)
    return [
        Job(
            file=files[0],
            name=as_text(min(os.path.basename(file) for file in files)),
            document_id=None if key.startswith("unread:") else key,
            also=tuple(files[1:]),
        )
        for key, files in by_id.items()
    ]


def _key(file: str) -> str:
    try:
        return file_digest(file)
    except OSError:
        return f"unread:{file}"


def known_ones(jobs: Iterable[Job], out: Path, limits: Limits | None = None) -> dict[Job, Outcome]:
    """Of these jobs, those that are known, each with what came of it; they need no worker. Raises OSError."""
    from pipeline.batch.known import outcome_of  # here: wrong usage need not wait for it

    limits = limits or Limits.from_environment()
    every = list(jobs)
    found = zip(every, each(lambda job: outcome_of(out, job, limits), every, out), strict=True)
    return {job: outcome for job, outcome in found if outcome is not None}


def largest_first(jobs: Iterable[Job]) -> list[Job]:
    """The jobs in the order in which to begin them: no long report is left to one worker while the others are idle."""
    return sorted(jobs, key=_size, reverse=True)


def _size(job: Job) -> int:
    if is_address(job.file):
        return 0  # it would cost a request each
    try:
        return os.stat(job.file).st_size
    except OSError:
        return 0


def finish(
    out: Path, started: datetime.datetime, jobs: Sequence[Job], outcomes: dict[Job, Outcome], *, stopped: bool = False
) -> Run:
    """Write the tables, the record and its readable page, the outcomes in the order of the jobs.

    A run that was stopped, or met a full disk, leaves the tables of before. Raises OSError when not even the record
    can be written; on a full disk the run that is given says so.
    """
    listed = [outcomes.get(job) or Outcome(job.file, "stopped", job.document_id, job.also) for job in jobs]
    disk_full = any(outcome.outcome == "disk_full" for outcome in listed)
    rows: dict[str, int] = {}
    tables_error = ""
    if not stopped and not disk_full:
        from pipeline.batch.up_to_date import write_tables_if_needed

        try:
            check_held(out)
            rows = write_tables_if_needed(out)
        except (OSError, ValueError) as error:
            tables_error = f"{type(error).__name__}: {error}"
    run = write_record(out, started, listed, rows, stopped=stopped, tables_error=tables_error)
    if not run.record_error:
        from pipeline.changes.recorded import record_state
        from pipeline.night.run_report import complete

        if not stopped and not disk_full and not tables_error:
            with contextlib.suppress(OSError):  # then this run cannot be compared with others
                record_state(out, run.record.stem)
        with contextlib.suppress(OSError):  # the record is there; a page that is not costs nobody a table
            complete(run)
    return run


def run_batch(
    jobs: Sequence[Job],
    out: Path,
    workers: int | None = None,
    listener: Listener | None = None,
    *,
    limits: Limits | None = None,
    again: bool = False,
) -> Run:
    """Read all documents, `workers` at a time, and finish; Ctrl-C ends in a run that says it was stopped.

    Waits while another run holds `out`. `again`: documents that are known are read all the same.
    """
    started = datetime.datetime.now(datetime.UTC)
    listener = listener or Listener()
    limits = limits or Limits.from_environment()
    with run_lock(out, started.isoformat(timespec="seconds"), listener.on_wait):
        listener.on_plan(jobs)
        outcomes, stopped = _read_all(jobs, out, workers, listener, limits, again)
        return finish(out, started, jobs, outcomes, stopped=stopped)


def _read_all(
    jobs: Sequence[Job], out: Path, workers: int | None, listener: Listener, limits: Limits, again: bool
) -> tuple[dict[Job, Outcome], bool]:
    """What came of each document, and whether the run was stopped before all were read."""
    stopped = False
    size, spare = pool_size(workers, len(jobs)), page_workers(workers, len(jobs))
    pooled = WorkerPool(out, size, limits, again=again, page_workers=spare)
    with pooled as pool, ThreadPoolExecutor(size) as threads:
        try:
            futures = [threads.submit(read_one, pool, job, listener) for job in largest_first(jobs)]
            for future in as_completed(futures):
                future.result()
        except KeyboardInterrupt:
            stopped = True
            threads.shutdown(wait=False, cancel_futures=True)
            pool.stop()
    # Only now, when no thread is left: a document kept in the very moment of the stop is kept, and is said to be.
    return pool.done, stopped


def read_one(pool: WorkerPool, job: Job, listener: Listener) -> Outcome:
    """One document, with the listener told of it."""
    outcome = pool.run(job, lambda done, total: listener.on_page(job, done, total))
    listener.on_done(job, outcome)
    return outcome


def pool_size(workers: int | None, jobs: int) -> int:
    """How many workers make sense: as many as asked for or as there are processors, no more than documents."""
    return max(1, min(workers or default_workers(), jobs))


def page_workers(workers: int | None, jobs: int) -> int:
    """How many processes may recognise the pages of one document, where there are fewer documents than workers."""
    return max(1, (workers or default_workers()) // pool_size(workers, jobs))
