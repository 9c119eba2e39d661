"""The worker pool of a process that reads documents of a run, wherever that process is.

A run may be spread over machines: what travels to them is a `Job` and the `Terms` of the run, plain values both. Each
process that gets some keeps one `WorkerPool` for the run, made when the first document comes and ended with the run, or
when it has nothing to do and another run's documents come.
"""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from extractors.forms.form_file import FormFile
from extractors.scans.settings import Engines
from pipeline.batch.batch import page_workers, pool_size
from pipeline.batch.known import settings_of, version_now
from pipeline.batch.limits import Limits
from pipeline.batch.runs import Job, Outcome
from pipeline.batch.workers import OnPage, WorkerPool
from pipeline.settings import engines, form_files
from pipeline.storage import place


class OtherVersion(Exception):
    """A machine has another version than the one that began the run: its readings would not be the same."""


@dataclass(frozen=True)
class Terms:
    """What every document of one run is read by, on whichever machine.

    `run` names the run among those of the same machines, `out` is the output's folder or address, `workers` and
    `page_workers` how many processes read documents, and pages of one document, where nothing else decides it.
    """

    run: str
    out: str
    workers: int
    page_workers: int = 1
    again: bool = False
    limits: Limits = field(default_factory=Limits.from_environment)
    forms: tuple[FormFile, ...] = field(default_factory=form_files)
    ocr: Engines = field(default_factory=engines)
    version: str = field(default_factory=version_now)


def terms_of(out: Path, workers: int | None, jobs: Sequence[Job], *, again: bool = False) -> Terms:
    """The terms of a run over these jobs, as the environment and the options say."""
    return Terms(
        run=uuid.uuid4().hex,
        out=str(out.absolute()),
        workers=pool_size(workers, len(jobs)),
        page_workers=page_workers(workers, len(jobs)),
        again=again,
    )


def key_of(job: Job, terms: Terms) -> str:
    """What a document's result is known by: its bytes, the version and settings that read it, and the output."""
    output = hashlib.sha256(terms.out.encode()).hexdigest()[:8]
    return f"{job.document_id}-{terms.version}-{settings_of(terms.limits, terms.forms, terms.ocr)}-{output}"


@dataclass
class _Shared:
    pool: WorkerPool
    users: int = 0


_pools: dict[str, _Shared] = {}
_guard = threading.Lock()


def read_here(job: Job, terms: Terms, workers: int, on_page: OnPage) -> Outcome:
    """One document, read by this process's pool of `workers` for the run. Raises OtherVersion."""
    if terms.version != version_now():
        raise OtherVersion(f"{version_now()}, not {terms.version}")
    with _pool(terms, workers) as pool:
        return pool.run(job, on_page)


def begin_here(terms: Terms, workers: int) -> None:
    """Make this process's pool before a document comes, so that a stop meets one."""
    with _pool(terms, workers):
        return


def stop_here(run: str) -> None:
    """End the workers of a run at once; documents being read end as `stopped`."""
    with _guard:
        shared = _pools.get(run)
    if shared is not None:
        shared.pool.stop()


def end_here(run: str) -> dict[Job, Outcome]:
    """End the workers of a run that is over; gives what this process finished of it."""
    stop_here(run)
    with _guard:
        shared = _pools.pop(run, None)
    return shared.pool.done if shared is not None else {}


@contextmanager
def _pool(terms: Terms, workers: int) -> Iterator[WorkerPool]:
    idle: list[_Shared] = []
    with _guard:
        if terms.run not in _pools:
            for run in [run for run, shared in _pools.items() if not shared.users]:
                idle.append(_pools.pop(run))
            pool = WorkerPool(
                place(terms.out),
                workers,
                terms.limits,
                again=terms.again,
                page_workers=terms.page_workers,
                forms=terms.forms,
                ocr=terms.ocr,
            )
            _pools[terms.run] = _Shared(pool)
        shared = _pools[terms.run]
        shared.users += 1
    for left in idle:
        left.pool.stop()
    try:
        yield shared.pool
    finally:
        with _guard:
            shared.users -= 1
