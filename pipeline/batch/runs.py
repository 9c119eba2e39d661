"""What a run did: one `Outcome` a document, the `Run` they make, and its record in `runs/`."""

from __future__ import annotations

import datetime
import itertools
import platform
import re
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import orjson

from pipeline.files import locked, write_whole
from pipeline.messages import LANGS, Lang, message
from pipeline.names import as_text
from pipeline.settings import VERSIONED
from pipeline.storage import as_os_error, is_local

OK, PARTIAL = "ok", "partial"
EXIT_ALL_READ, EXIT_SOME_FAILED, EXIT_WRONG_USAGE, EXIT_STOPPED = 0, 1, 2, 130


_MOMENT = re.compile(r"\d{8}T\d{6}Z(?=(_\d+)?\.json$)")
"""How the name of a record begins."""


@dataclass(frozen=True)
class Job:
    """One document to read: `file` is its path, `also` further paths with the same bytes.

    `name` is the file name to keep it under: of several, the first in code-point order, so that none depends on the
    order they came in. `document_id` is None where the bytes could not be read yet, `source_url` where they did not
    come from the web.
    """

    file: str
    name: str
    document_id: str | None = None
    also: tuple[str, ...] = ()
    source_url: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one document.

    `outcome` is `ok`, `partial` (some pages are lost) or the code of what went wrong; `counts` are rows by table,
    `findings` numbers by rule, `severities` numbers by severity. `known`: an earlier run read it, and it was not read
    again.
    """

    file: str
    outcome: str
    document_id: str | None = None
    also: tuple[str, ...] = ()
    detail: str = ""
    pages: int = 0
    seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    findings: dict[str, int] = field(default_factory=dict)
    severities: dict[str, int] = field(default_factory=dict)
    known: bool = False
    peak_memory: int = 0
    """Bytes, of the worker and all that it started, while it read the document; looked at 20 times a second."""

    @property
    def was_read(self) -> bool:
        """Whether rows of it are in the tables."""
        return self.outcome in (OK, PARTIAL)

    def sentence(self, lang: Lang) -> str:
        """What to tell the reader: what happened and what to do."""
        return message(f"outcome.{self.outcome}", lang)

    def row(self) -> dict[str, Any]:
        """The document's row in the record, as plain JSON values."""
        return {
            "file": as_text(self.file),
            "also": [as_text(one) for one in self.also],
            "document_id": self.document_id,
            "outcome": self.outcome,
            "known": self.known,
            "message": {lang: self.sentence(lang) for lang in LANGS},
            "detail": as_text(self.detail),
            "pages": self.pages,
            "seconds": round(self.seconds, 3),
            "peak_memory": self.peak_memory,
            "counts": self.counts,
            "findings": self.findings,
            "findings_by_severity": self.severities,
        }


@dataclass(frozen=True)
class Run:
    """A batch when it is over. `rows` are the rows of the tables in `out`, those of earlier documents included."""

    out: Path
    outcomes: tuple[Outcome, ...]
    rows: dict[str, int]
    record: Path
    stopped: bool = False
    tables_error: str = ""
    record_error: str = ""

    @property
    def disk_full(self) -> bool:
        return any(outcome.outcome == "disk_full" for outcome in self.outcomes)

    @property
    def known(self) -> int:
        """How many documents were not read again."""
        return sum(outcome.known for outcome in self.outcomes)

    @property
    def partial(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.outcome == PARTIAL]

    @property
    def failed(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if not outcome.was_read]

    @property
    def read(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.was_read]

    @property
    def pages(self) -> int:
        return sum(outcome.pages for outcome in self.outcomes)

    @property
    def cases(self) -> int:
        return sum(outcome.counts.get("cases", 0) for outcome in self.outcomes)

    @property
    def severities(self) -> dict[str, int]:
        """Findings of this run's documents by severity; the three are always there."""
        found = Counter(dict.fromkeys(("error", "warning", "info"), 0))
        for outcome in self.outcomes:
            found.update(outcome.severities)
        return dict(found)

    @property
    def exit_code(self) -> int:
        if self.stopped:
            return EXIT_STOPPED
        return EXIT_SOME_FAILED if self.failed or self.tables_error else EXIT_ALL_READ

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints, and what the record holds besides versions and times."""
        return {
            "exit_code": self.exit_code,
            "stopped": self.stopped,
            "out": str(self.out),
            "tables": str(self.out / "tables"),
            "tables_error": self.tables_error,
            "disk_full": self.disk_full,
            "read": len(self.read),
            "known": self.known,
            "failed": len(self.failed),
            "pages": self.pages,
            "cases": self.cases,
            "findings": self.severities,
            "rows": self.rows,
            "documents": [outcome.row() for outcome in self.outcomes],
        }


def write_record(
    out: Path,
    started: datetime.datetime,
    outcomes: Iterable[Outcome],
    rows: dict[str, int],
    *,
    stopped: bool = False,
    tables_error: str = "",
) -> Run:
    """Write `runs/<start in UTC>.json` and give the run that it records.

    Raises OSError; where the disk was full already, or the storage at an address does not answer any more, the run that
    is given says that it has no record.
    """
    listed = tuple(outcomes)
    try:
        return _write_record(out, started, listed, rows, stopped, tables_error)
    except OSError as error:
        run = Run(out, listed, rows, out / "runs", stopped, tables_error, record_error=str(error))
        if run.disk_full or (run.tables_error and not is_local(out)):
            return run
        raise


def _write_record(
    out: Path,
    started: datetime.datetime,
    outcomes: tuple[Outcome, ...],
    rows: dict[str, int],
    stopped: bool,
    tables_error: str,
) -> Run:
    folder = out / "runs"
    with locked(folder):
        path = _free_name(folder, started)
        run = Run(out, outcomes, rows, path, stopped, tables_error)
        record = {
            "run": path.stem,
            "started": started.isoformat(timespec="seconds"),
            "ended": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "versions": versions(),
            **run.as_json(),
        }
        write_whole(path, orjson.dumps(record, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return run


def versions() -> dict[str, str | None]:
    """The versions that decide what was read; None for what is not installed."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for name in VERSIONED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return {**found, "tesseract": _tesseract()}


@cache
def _tesseract() -> str | None:
    try:
        done = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, timeout=30, check=True)
        return done.stdout.split()[1]
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError, IndexError):
        return None


def _free_name(folder: Path, started: datetime.datetime) -> Path:
    """A name that comes after those of all records, so that names in order are runs in order: "_" comes after the "."
    of `.json`. Where the clock was set back the moment of the last run is taken; `started` says the true one."""
    try:
        with as_os_error():
            kept = {path.name for path in folder.iterdir()}
    except FileNotFoundError:  # at an address a folder is there when something is in it
        kept = set()
    moments = (found[0] for name in kept if (found := _MOMENT.match(name)))
    stem = max([started.strftime("%Y%m%dT%H%M%SZ"), *moments])
    names = itertools.chain([f"{stem}.json"], (f"{stem}_{number:03}.json" for number in itertools.count(2)))
    return next(folder / name for name in names if name not in kept)
