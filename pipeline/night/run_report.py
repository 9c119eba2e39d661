"""The readable page of a run, made from its record: what came, what changed, what failed and why.

    runs/<run>.json   the record
    runs/<run>.html   the same for a reader, without a script or anything from elsewhere

What is on it is gathered here, as sections; how it looks is in `run_page`.
"""

from __future__ import annotations

import datetime
import platform
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import orjson

from pipeline.batch.runs import Run
from pipeline.documents.findings import rule_name
from pipeline.files import write_whole
from pipeline.messages import Lang, language, message
from pipeline.night import run_page
from pipeline.night.run_page import Cell, Section
from pipeline.tables.schema import tables

LISTED = 500
"""Rows of one section; the record has them all."""


def complete(run: Run, night: dict[str, Any] | None = None) -> Path:
    """Add to a run's record what `night` says and the versions of everything, and write its page. Raises OSError."""
    record = orjson.loads(run.record.read_bytes())
    if night is not None:
        record["night"] = night
        record["documents"] = [outcome.row() for outcome in run.outcomes]
    record["all_versions"] = all_versions()
    write_whole(run.record, orjson.dumps(record, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    page = run.record.with_suffix(".html")
    write_whole(page, as_html(record, language()).encode("utf-8"))
    return page


def all_versions() -> dict[str, str]:
    """Versions of all installed packages, of Python, Tesseract and the system, by name."""
    packages = {found.metadata["Name"].lower(): found.version for found in metadata.distributions()}
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "tesseract": _tesseract(),
        **dict(sorted(packages.items())),
    }


def as_markdown(record: dict[str, Any], lang: Lang) -> str:
    """The page of a record as Markdown."""
    return run_page.as_markdown(_title(record, lang), sections(record, lang), lang)


def as_html(record: dict[str, Any], lang: Lang) -> str:
    """The page of a record as HTML."""
    return run_page.as_html(_title(record, lang), sections(record, lang), lang)


def sections(record: dict[str, Any], lang: Lang) -> list[Section]:
    """All sections that have something to say, what needs a person first."""
    night = record.get("night")
    made = [_alarms(night, lang), _failing(record, lang)] if night else [_failing(record, lang)]
    made += [_figures(record, lang)]
    if night:
        made += [_changes(night, lang), _arrivals(night, lang), _offices(night, lang), _vanished(night, lang)]
    made += [_outcomes(record, lang), _findings(record, lang), _costs(record, lang), _rows(record, lang)]
    made.append(_versions(record, lang))
    return [section for section in made if section.rows]


def _section(
    key: str, lang: Lang, columns: Sequence[str], rows: Sequence[Sequence[Cell | None]], alarm: bool
) -> Section:
    return Section(
        message(f"report.{key}", lang),
        tuple(message(f"report.column_{column}", lang) for column in columns),
        tuple(tuple("" if cell is None else cell for cell in row) for row in rows[:LISTED]),
        alarm,
        max(0, len(rows) - LISTED),
    )


def _moment(at: str) -> str:
    """A moment as this machine's clock shows it, with its zone."""
    return datetime.datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


def _title(record: dict[str, Any], lang: Lang) -> str:
    return message("report.title", lang, run=record["run"])


def _alarms(night: dict[str, Any], lang: Lang) -> Section:
    rows = [
        (visit["office"], error["code"], error["url"], error["message"][lang], error["detail"])
        for visit in night["visits"]
        for error in visit["errors"]
    ]
    if night["write_error"]:
        rows.insert(0, ("", "write_error", "", message("run.fetch_failed", lang), night["write_error"]))
    return _section("alarms", lang, ("office", "kind", "url", "what", "detail"), rows, True)


def _failing(record: dict[str, Any], lang: Lang) -> Section:
    """Documents that yield nothing: those of this run, and for a night all that are kept."""
    night = record.get("night")
    if night:
        rows = [
            (", ".join([*one["names"], *one["urls"]]), one["outcome"], one["message"][lang], one["detail"])
            for one in night["failing"]
        ]
    else:
        bad = [one for one in record["documents"] if one["outcome"] not in ("ok", "partial")]
        rows = [(one["file"], one["outcome"], one["message"][lang], one["detail"]) for one in bad]
    if record["tables_error"]:
        rows.insert(0, ("tables", "tables_error", "", record["tables_error"]))
    return _section("failing", lang, ("document", "kind", "what", "detail"), rows, True)


def _figures(record: dict[str, Any], lang: Lang) -> Section:
    night = record.get("night")
    rows: list[tuple[Cell, ...]] = [
        (message("report.started", lang), _moment(record["started"])),
        (message("report.ended", lang), _moment(record["ended"])),
    ]
    if night:
        visits = night["visits"]
        rows += [
            (message("report.offices_seen", lang), len(visits)),
            (message("report.links_seen", lang), sum(visit["links"] for visit in visits)),
            (message("report.new", lang), sum(len(visit["new"]) for visit in visits)),
            (message("report.replaced", lang), sum(len(visit["replaced"]) for visit in visits)),
            (message("report.unchanged", lang), sum(visit["not_modified"] + visit["same_bytes"] for visit in visits)),
            (message("report.documents", lang), night["documents"]),
            (message("report.known", lang), night["known_before"]),
        ]
    read = [one for one in record["documents"] if not one["known"] and one["outcome"] in ("ok", "partial")]
    rows += [
        (message("report.read", lang), len(read)),
        (message("report.failed", lang), record["failed"]),
        (message("report.pages", lang), sum(one["pages"] for one in read)),
    ]
    return _section("figures", lang, ("name", "value"), rows, False)


def _changes(night: dict[str, Any], lang: Lang) -> Section:
    """What changed since last night, in figures; the page that shows it is linked."""
    changes = night.get("changes") or {}
    rows: list[tuple[Cell, ...]] = []
    if changes.get("error"):
        rows.append((message("report.changes_failed", lang), changes["error"]))
    elif changes.get("since"):
        rows.append((message("report.changes_since", lang), changes["since"]))
        counts = changes["counts"]
        rows.append((message("report.changes_places", lang), counts["places"] if counts else 0))
        if counts:
            rows += [(message(f"changes.cause_{cause}", lang), count) for cause, count in counts["causes"].items()]
            rows += [
                (f"{message('changes.document', lang)}: {message(f'changes.how_{how}', lang)}", count)
                for how, count in counts["documents"].items()
                if count
            ]
    section = _section("changes", lang, ("name", "value"), rows, False)
    return replace(section, page=changes.get("page") or "")


def _arrivals(night: dict[str, Any], lang: Lang) -> Section:
    rows = [
        (
            visit["office"],
            message(f"report.kind_{kind}", lang),
            one["words"] or one["file_name"],
            one["url"],
            one["bytes"],
            one["document_id"][:12],
            (one["replaced"] or "")[:12],
        )
        for visit in night["visits"]
        for kind in ("new", "replaced")
        for one in visit[kind]
    ]
    columns = ("office", "kind", "words", "url", "bytes", "document_id", "replaces")
    return _section("arrivals", lang, columns, rows, False)


def _offices(night: dict[str, Any], lang: Lang) -> Section:
    rows = [
        (
            visit["office"],
            visit["pages"],
            visit["links"],
            len(visit["new"]),
            len(visit["replaced"]),
            visit["not_modified"],
            visit["same_bytes"],
            len(visit["errors"]),
        )
        for visit in night["visits"]
    ]
    columns = ("office", "pages", "links", "new", "replaced", "not_modified", "same_bytes", "errors")
    return _section("offices", lang, columns, rows, False)


def _vanished(night: dict[str, Any], lang: Lang) -> Section:
    rows = [(visit["office"], url) for visit in night["visits"] for url in visit["vanished"]]
    return _section("vanished", lang, ("office", "url"), rows, False)


def _outcomes(record: dict[str, Any], lang: Lang) -> Section:
    night = record.get("night")
    counted = night["by_outcome"] if night else Counter(one["outcome"] for one in record["documents"])
    rows = [(code, count, message(f"outcome.{code}", lang)) for code, count in sorted(counted.items())]
    return _section("outcomes", lang, ("kind", "count", "what"), rows, False)


def _findings(record: dict[str, Any], lang: Lang) -> Section:
    counted: Counter[str] = Counter()
    for one in record["documents"]:
        counted.update(one["findings"])
    ordered = sorted(counted.items(), key=lambda found: (-found[1], found[0]))
    rows = [(rule_name(rule, lang), rule, count) for rule, count in ordered]
    return _section("findings", lang, ("rule", "code", "count"), rows, False)


def _costs(record: dict[str, Any], lang: Lang) -> Section:
    """What each document of this run took, the slowest first."""
    read = sorted((one for one in record["documents"] if not one["known"]), key=lambda one: -one["seconds"])
    rows = [
        (
            Path(one["file"]).name if not one["document_id"] else f"{one['document_id'][:12]} {Path(one['file']).name}",
            one["outcome"],
            one["pages"],
            float(one["seconds"]),
            round(one.get("peak_memory", 0) / 1024**2),
        )
        for one in read
    ]
    return _section("costs", lang, ("document", "kind", "pages", "seconds", "megabytes"), rows, False)


def _rows(record: dict[str, Any], lang: Lang) -> Section:
    titles = {name: table.title if lang == "ja" else table.title_en for name, table in tables().items()}
    rows = [(titles.get(name, name), name, count) for name, count in record["rows"].items()]
    return _section("rows", lang, ("table", "code", "count"), rows, False)


def _versions(record: dict[str, Any], lang: Lang) -> Section:
    named = {**record["versions"], **{k: v for k, v in record["all_versions"].items() if k in ("system", "tesseract")}}
    return _section("versions", lang, ("name", "value"), list(named.items()), False)


def _tesseract() -> str:
    program = shutil.which("tesseract")
    if program is None:
        return ""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return (said.stdout or said.stderr).partition("\n")[0].removeprefix("tesseract ").strip()
