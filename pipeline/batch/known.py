"""Whether a document is known already: what came of it, by which version and settings, kept beside its bytes.

    archive/<document_id>/record.json   what came of the document, written after everything else of it

It holds no times, so the same bytes, version and settings give the same file. A document without a fitting one is read
again: it was never read, its reading was interrupted, or the version or the settings have changed since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from extractors.forms.form_file import FormFile
from extractors.scans.settings import Engines
from pipeline.archive.archive import folder_of, note_source
from pipeline.batch.limits import Limits
from pipeline.batch.runs import Job, Outcome, versions
from pipeline.extraction import Source
from pipeline.files import locked, write_whole
from pipeline.messages import catalogue
from pipeline.settings import form_files, reading_settings
from pipeline.storage import bytes_of, exists

RECORD = "record.json"

PASSING = frozenset({"cluster_lost", "file_missing", "file_unreadable", "io_error", "disk_full", "stopped"})
"""Outcomes that say nothing about the document itself: they are never kept, and the next run tries again."""

_ROOT = Path(__file__).resolve().parents[2]
_CODE = (".py", ".toml", ".tsv")

READ_BY = (
    "extractors",
    "pipeline/documents",
    "pipeline/tables/schema.py",
    "pipeline/tables/tables.toml",
    "pipeline/tables/value_types.py",
    "pipeline/extraction.py",
    "pipeline/messages.py",
    "pipeline/batch/sandbox.py",
)
"""Files and folders, all that `pipeline.documents.document` reaches: what decides what is read from a document."""


def needs_reading(out: Path, document_id: str, version: str, settings: str) -> bool:
    """Whether a document has to be read: it is not known, or was read by another version or with other settings.

    `version` and `settings` are as `version_now` and `fingerprint` give them. A document that failed is known too.
    """
    return known_outcome(out, document_id, version, settings) is None


def known_outcome(out: Path, document_id: str, version: str, settings: str) -> Outcome | None:
    """What came of a document when this version last read it with these settings; None where it must be read.

    Its `file` is empty: the caller knows under which name the bytes came this time.
    """
    folder = folder_of(out, document_id)
    kept = _record(folder)
    if kept is None or (kept.get("version"), kept.get("settings")) != (version, settings):
        return None
    outcome = Outcome(
        file="",
        outcome=kept["outcome"],
        document_id=document_id,
        detail=kept["detail"],
        pages=kept["pages"],
        counts=kept["counts"],
        findings=kept["findings"],
        severities=kept["severities"],
        known=True,
    )
    needed = ("document.pdf", "rows.json") if outcome.was_read else ("document.pdf",)
    return outcome if all(exists(folder / name) for name in needed) else None


def outcome_of(
    out: Path,
    job: Job,
    limits: Limits,
    forms: Sequence[FormFile] | None = None,
    ocr: Engines | None = None,
) -> Outcome | None:
    """What is known of a job's document, the name it came under noted; None where it must be read. Raises OSError.

    `forms`: the user's own forms as the run took them, else as they are now; `ocr` likewise.
    """
    if job.document_id is None:
        return None
    found = known_outcome(out, job.document_id, version_now(), settings_of(limits, forms, ocr))
    if found is None:
        return None
    note_source(out, job.document_id, Source(job.name, job.source_url))
    return replace(found, file=job.file, also=job.also)


def is_lasting(outcome: Outcome) -> bool:
    """Whether an outcome is the document's own, so that reading it again would end no better."""
    killed_by_others = outcome.outcome == "crashed" and "SIGKILL" in outcome.detail.partition(";")[0]
    return outcome.outcome not in PASSING and not killed_by_others


def keep_outcome(out: Path, outcome: Outcome, version: str, settings: str) -> None:
    """Keep what came of a document whose bytes are in the archive; nothing is kept of an outcome that may pass.

    Raises OSError.
    """
    if outcome.document_id is None or not is_lasting(outcome):
        return
    folder = folder_of(out, outcome.document_id)
    record = {
        "outcome": outcome.outcome,
        "detail": outcome.detail,
        "version": version,
        "settings": settings,
        "pages": outcome.pages,
        "counts": outcome.counts,
        "findings": outcome.findings,
        "severities": outcome.severities,
    }
    with locked(folder):
        write_whole(folder / RECORD, orjson.dumps(record, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE))


def fingerprint(*settings: Any) -> str:
    """One short word for settings (mappings or dataclasses); it changes whenever one of their values does.

    A setting named `cache_folder` is left out: it changes where things lie, not what is read.
    """
    plain = [asdict(one) if is_dataclass(one) and not isinstance(one, type) else dict(one) for one in settings]
    kept = [_without_places(one) for one in plain]
    text = orjson.dumps(kept, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)
    return hashlib.sha256(text).hexdigest()[:16]


def settings_of(limits: Limits, forms: Sequence[FormFile] | None = None, ocr: Engines | None = None) -> str:
    """The fingerprint of all that a reading depends on besides bytes and version: limits, recognisers, and the user's
    own forms (`forms` and `ocr`: as they were taken, else as they are now)."""
    own = form_files() if forms is None else forms
    return fingerprint(limits, reading_settings(limits, ocr=ocr), {"forms": [list(file) for file in own]})


def is_said_in_rows(key: str) -> bool:
    """Whether the sentence of `messages.toml` may stand in a row; the others may change without a new reading."""
    section, _, name = key.partition(".")
    return section == "forms" and name.startswith("because")


def files_that_read() -> list[Path]:
    """The files of `READ_BY`, in order."""
    found = [path for name in READ_BY for path in (_ROOT / name, *(_ROOT / name).rglob("*")) if path.suffix in _CODE]
    return sorted(found)


@cache
def version_now() -> str:
    """The version that would read a document now: the packages that decide what is read, and besshi's own code.

    The code is part of it because a checkout changes without its number changing: the code that reads, not that which
    fetches, shows or writes.
    """
    digest = hashlib.sha256()
    for path in files_that_read():
        digest.update(f"{path.relative_to(_ROOT).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    said = {key: texts for key, texts in catalogue().items() if is_said_in_rows(key)}
    digest.update(orjson.dumps(said, option=orjson.OPT_SORT_KEYS))
    packages = hashlib.sha256(orjson.dumps(versions(), option=orjson.OPT_SORT_KEYS)).hexdigest()
    return f"{versions()['besshi']}+{digest.hexdigest()[:12]}.{packages[:8]}"


def _record(folder: Path) -> dict[str, Any] | None:
    try:
        kept = orjson.loads(bytes_of(folder / RECORD))
    except (OSError, ValueError):
        return None
    return kept if isinstance(kept, dict) and "outcome" in kept else None


def _without_places(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name != "cache_folder"}
