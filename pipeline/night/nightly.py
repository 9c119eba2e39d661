"""The night: look at the offices' pages, fetch what is new, read what is not known, write tables and report.

    Work(sources, out)            opens the archive's second place, if there is one, and brings back what is missing
    Visits(…).visit(office)       one office: what came, what failed
    unread(out)                   the documents of the archive that this version has not read
    finish_night(run, work, …)    sends to the second place; the night's part of the record, and the readable page

`run_night` is the order of these steps; `flows.py` does the same steps as Prefect tasks.
"""

from __future__ import annotations

import datetime
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.archive.archive import folder_of, sources_of
from pipeline.archive.fetched import histories
from pipeline.batch.batch import Listener, finish, run_batch
from pipeline.batch.known import known_outcome, settings_of, version_now
from pipeline.batch.limits import Limits
from pipeline.batch.run_lock import run_lock
from pipeline.batch.runs import EXIT_ALL_READ, EXIT_SOME_FAILED, EXIT_STOPPED, Job, Outcome, Run
from pipeline.messages import LANGS, language
from pipeline.night.fetching import Web
from pipeline.night.run_report import complete
from pipeline.night.since_last_night import changes_since_last_night
from pipeline.night.sources import Office, Sources
from pipeline.night.turns import Stopped, Turns
from pipeline.night.visits import Visit, visit
from pipeline.night.web_errors import VisitFailed
from pipeline.storage import digest_of, each, folders_with

ARCHIVE_VARIABLE = "BESSHI_ARCHIVE"
"""Names the archive's second place where `sources.toml` does not."""

SIDE_BY_SIDE = 8
"""Offices visited at the same time; each host is asked one thing at a time all the same."""


@dataclass(frozen=True)
class Night:
    """A night when it is over: the run that read and wrote, and what the visits before it brought."""

    run: Run
    visits: tuple[Visit, ...]
    page: Path | None = None
    """The readable report; None where not even the record could be written."""
    write_error: str = ""
    """Why what was fetched could not be kept (a full disk: then nothing was read and no table written) or sent on."""
    changes: dict[str, Any] | None = None
    """What `changes_since_last_night` says; None where not even the record could be written."""

    @property
    def exit_code(self) -> int:
        if self.run.stopped and not self.write_error:
            return EXIT_STOPPED
        went_wrong = self.run.exit_code or self.write_error or any(one.errors for one in self.visits)
        return EXIT_SOME_FAILED if went_wrong else EXIT_ALL_READ


class Visits:
    """The visits of one night; offices may be visited from several threads."""

    def __init__(self, sources: Sources, out: Path) -> None:
        self._sources = sources
        self._out = out
        self._known = histories(out / "archive")
        self._turns = Turns()

    def visit(self, office: Office, on_address: Callable[[int, int], None] | None = None) -> Visit:
        """Visit one office; whatever goes wrong there is in the visit and costs no other office.

        Raises OSError when what came cannot be kept, and Stopped.
        """
        try:
            with Web(self._sources.contact, office.manners, self._turns, self._sources.allowed) as web:
                return visit(office, web, self._out, self._known, on_address)
        except (OSError, Stopped):
            raise
        except Exception as error:
            fault = VisitFailed(office.page, f"{type(error).__name__}: {error}"[:500])
            return Visit(office.name, errors=[fault])

    def stop(self) -> None:
        """End all visits as soon as may be."""
        self._turns.stop()


@dataclass(frozen=True)
class Unread:
    """What a night has to read: `jobs`, `damaged` (kept bytes that are not what their ID says), and the others, which
    are known, by document: what came of them when they were read."""

    jobs: list[Job] = field(default_factory=list)
    damaged: list[Outcome] = field(default_factory=list)
    known: dict[str, Outcome] = field(default_factory=dict)


def unread(out: Path, limits: Limits | None = None) -> Unread:
    """The documents of the archive that were not read by this version with these settings, by name. Raises OSError."""
    version, settings = version_now(), settings_of(limits or Limits.from_environment())
    found = Unread()
    documents = folders_with(out / "archive", "document.pdf")
    outcomes = each(lambda one: known_outcome(out, one, version, settings), documents, out)
    for document_id, outcome in zip(documents, outcomes, strict=True):
        pdf = folder_of(out, document_id) / "document.pdf"
        if outcome is not None:
            found.known[document_id] = replace(outcome, file=str(pdf))
            continue
        if digest_of(pdf) != document_id:
            found.damaged.append(Outcome(str(pdf), "damaged", document_id))
            continue
        source = min(
            sources_of(out, document_id), key=lambda one: (one.source_url is None, one.file_name, one.source_url)
        )
        found.jobs.append(Job(str(pdf), source.file_name, document_id, source_url=source.source_url))
    found.jobs.sort(key=lambda job: (job.name, job.document_id))
    found.damaged.sort(key=lambda outcome: outcome.file)
    return found


def run_night(sources: Sources, out: Path, workers: int | None = None, listener: Listener | None = None) -> Night:
    """One night without Prefect. Waits while another run holds `out`.

    Raises OSError when nothing can be written, NoStorage when the archive's second place cannot be used.
    """
    listener = listener or Listener()
    started = datetime.datetime.now(datetime.UTC)
    with run_lock(out, started.isoformat(timespec="seconds"), listener.on_wait):
        work = Work(sources, out)
        visit_all(work)
        if work.is_over:
            return finish_night(finish(out, started, [], {}, stopped=True), work, Unread())
        to_read = unread(out)
        run = run_batch(to_read.jobs, out, workers, listener)
        return finish_night(run, work, to_read)


class Work:
    """What a night gathers: the visits, and why it ended before its time, if it did."""

    def __init__(self, sources: Sources, out: Path) -> None:
        self.sources = sources
        self.out = out
        self.visits: list[Visit] = []
        self.fetch_seconds = 0.0
        self.stopped = False
        self.write_error = ""
        self.copied: dict[str, Any] = {}
        address = sources.archive or os.environ.get(ARCHIVE_VARIABLE)
        self._copy = None
        if address:
            from pipeline.archive.archive_copy import ArchiveCopy  # here: most have one place

            self._copy = ArchiveCopy(address)
            self.copied = {"address": re.sub("//[^/@]*@", "//", address)}
            self.copied["brought_back"] = self._copy.bring_back(out).documents

    @property
    def is_over(self) -> bool:
        """Whether nothing is to be read any more."""
        return self.stopped or bool(self.write_error)

    def send(self) -> None:
        """Send what is new to the archive's second place; a failure is said, and the next night sends it."""
        if self._copy is None:
            return
        try:
            self.copied["sent"] = self._copy.send(self.out).documents
        except Exception as error:  # storages raise what they like
            self.copied["error"] = f"{type(error).__name__}: {error}"[:500]


def visit_all(work: Work) -> None:
    """Visit all offices that are enabled, several at a time; Ctrl-C ends it."""
    began = time.monotonic()
    visits = Visits(work.sources, work.out)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        try:
            futures = [threads.submit(visits.visit, office) for office in work.sources.enabled]
            work.visits += [future.result() for future in futures]
        except KeyboardInterrupt:
            work.stopped = True
        except OSError as error:
            work.write_error = str(error)
        finally:
            visits.stop()
            threads.shutdown(cancel_futures=True)
    work.fetch_seconds = time.monotonic() - began


def finish_night(run: Run, work: Work, to_read: Unread) -> Night:
    """Complete the run's record by what the night was about, and write its readable page. Raises OSError."""
    run = replace(run, outcomes=(*run.outcomes, *to_read.damaged))
    work.send()
    page, changes = None, None
    if not run.record_error:
        changes = changes_since_last_night(run.out, run.record.stem, language())
        page = complete(run, {**_night(run, work, to_read), "changes": changes})
    return Night(run, tuple(work.visits), page, work.write_error or work.copied.get("error", ""), changes)


def _night(run: Run, work: Work, to_read: Unread) -> dict[str, Any]:
    every = {**to_read.known, **{one.document_id: one for one in run.outcomes if one.document_id}}
    return {
        "visits": [one.row() for one in work.visits],
        "fetch_seconds": round(work.fetch_seconds, 3),
        "write_error": work.write_error or work.copied.get("error", ""),
        "archive_copy": work.copied,
        "documents": len(every),
        "known_before": len(to_read.known),
        "by_outcome": dict(sorted(Counter(one.outcome for one in every.values()).items())),
        "failing": [_failing(run.out, one) for one in _by_file(every.values()) if not one.was_read],
    }


def _by_file(outcomes: Iterable[Outcome]) -> list[Outcome]:
    return sorted(outcomes, key=lambda one: (one.file, one.document_id or ""))


def _failing(out: Path, outcome: Outcome) -> dict[str, Any]:
    """A document that yields nothing, whenever that was found out."""
    assert outcome.document_id is not None
    names = sources_of(out, outcome.document_id)
    return {
        "document_id": outcome.document_id,
        "names": sorted({one.file_name for one in names}),
        "urls": sorted({one.source_url for one in names if one.source_url}),
        "outcome": outcome.outcome,
        "detail": outcome.detail,
        "message": {lang: outcome.sentence(lang) for lang in LANGS},
        "kept_at": str(folder_of(out, outcome.document_id) / "document.pdf"),
    }
