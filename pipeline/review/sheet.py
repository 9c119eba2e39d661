"""Decisions and open items as a sheet for a spreadsheet program, and back: `besshi review export` and `import`.

The sheet is CSV in UTF-8 with a byte order mark, which Excel needs to see that it is UTF-8. Cells that a spreadsheet
would take for a formula begin with an apostrophe, which the way back takes off again; a text from a PDF starts nothing.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from pipeline.archive.archive import documents_kept
from pipeline.extraction import Extraction, Row
from pipeline.messages import Lang, message
from pipeline.review.deciding import Refused, accept_loss, checked_name, decide, key_of, value_from_text
from pipeline.review.decisions import Decision
from pipeline.review.related import MAIN
from pipeline.review.replay import Returned, Review, Settled
from pipeline.tables.alignment import compared_columns

COLUMNS = (
    *("document_id", "file_name", "case_id", "page", "table", "key", "column", "read", "printed", "note"),
    *("action", "new", "why", "by", "at"),
)
"""Of these a reviewer fills in action, new and why; by and at say who decided so far."""

NEEDED = ("document_id", "table", "key", "column", "action", "new", "why")
"""Columns that the way back looks at, under these names and in any order."""

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")

MOST_BYTES = 256 * 1024**2
"""Of a sheet that is taken back."""


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text


def unguarded(cell: str) -> str:
    """The text of such a cell."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_STARTS_FORMULA) else cell


def as_csv(lines: Iterable[Mapping[str, Any]]) -> bytes:
    """The sheet's bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in lines:
        writer.writerow([guarded(_shown(line.get(name))) for name in COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def lines_of(out: Path, below: float = 0.0) -> Iterator[Row]:
    """The sheet's lines: what was decided, what came back, findings that are open, and values of less confidence.

    Raises OSError.
    """
    review = Review(out)
    for document in documents_kept(out):
        yield from _lines(document, review.settle(document), below)


def _lines(document: Extraction, settled: Settled, below: float) -> Iterator[Row]:
    met: set[tuple[str, int]] = set()
    for (table, place, column), decision in settled.standing.items():
        met.add((table, place))
        yield {**_line(document, table, document.rows[table][place], column), **_decided(decision)}
    for returned in settled.returned:
        yield _returned(document, returned)
    for place, row in enumerate(document.rows.get("findings", ())):
        if ("findings", place) not in met:
            yield {**_line(document, "findings", row, None), "note": row["message"], "read": row.get("left_value")}
    for table, column in MAIN.items():
        for place, row in enumerate(document.rows.get(table, ())):
            if (table, place) not in met and row["confidence"] < below:
                yield {**_line(document, table, row, column), "note": f"confidence {row['confidence']:.2f}"}


def _line(document: Extraction, table: str, row: Row, column: str | None) -> Row:
    whole = " / ".join(_shown(row[name]) for name in compared_columns(table) if row.get(name) is not None)
    return {
        "document_id": document.document_id,
        "file_name": document.file_name,
        "case_id": row.get("case_id"),
        "page": row.get("page"),
        "table": table,
        "key": orjson.dumps(key_of(table, row)).decode(),
        "column": column,
        "read": row.get(column) if column is not None else whole,
        "printed": row.get("raw_text"),
    }


def _decided(decision: Decision) -> Row:
    return {name: getattr(decision, name) for name in ("action", "new", "why", "by", "at")}


def _returned(document: Extraction, returned: Returned) -> Row:
    """A decision that came back; where its row is gone, the key is that of the decision."""
    note = f"decision_{returned.why}: {_shown(returned.decided)}"
    decision = returned.decision
    if returned.row is not None:
        return {**_line(document, decision.table, returned.row, decision.column), "note": note}
    key = orjson.dumps({"decision": decision.id}).decode()
    return {**_line(document, decision.table, decision.row, decision.column), "key": key, "note": note}


@dataclass
class Taken:
    """What came of a sheet: how many decisions were kept, how many lines said nothing new, and why lines were refused.

    `refused` has the line's number in the file (the header is line 1) and the reason as a sentence.
    """

    kept: int = 0
    passed: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


class NotASheet(Exception):
    """A file that is no such sheet; `missing` names the columns that it lacks, if it could be read at all."""

    def __init__(self, missing: str) -> None:
        super().__init__(missing)
        self.missing = missing


def take_back(out: Path, data: bytes, reviewer: str, lang: Lang, *, dry: bool = False) -> Taken:
    """Keep the decisions of a sheet as the reviewer's. Lines that say what is decided already, or nothing, are passed.

    With `dry` nothing is kept, and lines are checked as far as can be without. Raises NotASheet, Refused where the
    reviewer's name will not do, and OSError.
    """
    reviewer = checked_name(reviewer)
    taken = Taken()
    known = _Known(out)
    for number, line in _read(data):
        try:
            if known.says_nothing_new(line):
                taken.passed += 1
            else:
                _take(out, line, reviewer, known, dry)
                taken.kept += 1
        except Refused as refused:
            taken.refused.append((number, refused.sentence(lang)))
        except (ValueError, TypeError) as error:
            taken.refused.append((number, message("review.bad_line", lang, detail=str(error)[:200])))
    return taken


def _take(out: Path, line: dict[str, str], reviewer: str, known: _Known, dry: bool) -> None:
    key = orjson.loads(line["key"] or "null")
    if not isinstance(key, dict):
        raise ValueError("key")
    if "decision" in key:
        returned = known.lost(line["document_id"], str(key["decision"]))
        if returned is None:
            raise Refused("no_such_row", table=line["table"])
        if line["action"] != "accept":
            raise Refused("gone_accept_only")
        if not dry:
            accept_loss(out, reviewer, returned, line["why"])
        return
    column = line["column"] or None
    action: Any = line["action"]
    new = None
    if action == "correct" and column is not None:
        new = value_from_text(line["table"], column, line["new"])
    elif line["new"]:
        raise Refused("nothing_to_put", action=action)
    decide(out, reviewer, action, line["document_id"], line["table"], key, column, new, line["why"], dry=dry)


class _Known:
    """What is decided already, read document by document as lines ask for it."""

    def __init__(self, out: Path) -> None:
        self._lines: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._lost: dict[tuple[str, str], Returned] = {}
        review = Review(out)
        for document in documents_kept(out):
            if not review.concerns(document.document_id):
                continue
            settled = review.settle(document)
            for (table, place, column), decision in settled.standing.items():
                line = {**_line(document, table, document.rows[table][place], column), **_decided(decision)}
                said = {name: _shown(line.get(name)) for name in COLUMNS}
                self._lines[_place(said)] = _said(said)
            for returned in settled.returned:
                if returned.row is None:
                    self._lost[document.document_id, returned.decision.id] = returned

    def says_nothing_new(self, line: dict[str, str]) -> bool:
        return not line["action"] or self._lines.get(_place(line)) == _said(line)

    def lost(self, document_id: str, decision_id: str) -> Returned | None:
        return self._lost.get((document_id, decision_id))


def _place(line: Mapping[str, str]) -> tuple[str, ...]:
    return line["document_id"], line["table"], line["key"], line["column"]


def _said(line: Mapping[str, str]) -> tuple[str, ...]:
    # A spreadsheet may have turned the line breaks of a cell.
    return tuple(line[name].replace("\r\n", "\n").strip() for name in ("action", "new", "why"))


def _read(data: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines with their numbers in the file. Raises NotASheet."""
    if len(data) > MOST_BYTES:
        raise NotASheet(f"{len(data):,} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp932")  # what Excel writes where "UTF-8" is not chosen
        except UnicodeDecodeError as error:
            raise NotASheet("UTF-8") from error
    csv.field_size_limit(4 * 1024**2)
    head = text.split("\n", 1)[0]
    separator = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        names = [name.strip() for name in next(reader, [])]
        if missing := [name for name in NEEDED if name not in names]:
            raise NotASheet(", ".join(missing))
        before = reader.line_num
        for cells in reader:
            number, before = before + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                line = dict(zip(names, map(unguarded, cells), strict=False))
                yield number, {name: line.get(name, "") for name in COLUMNS}
    except csv.Error as error:
        raise NotASheet(str(error)) from error


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime.date) else str(value)
