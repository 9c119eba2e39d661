"""Output against truth, table by table: the share of values that are right (F1), as the truth's README wants it.

Truth is a folder of JSON lists, one a table, `case_no` in place of `case_id`. Texts are compared without white space
after NFKC. A row marked `optional` costs nothing when it is missing; `optional_columns` are not compared; `alt` lists
further readings that count as right.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from rapidfuzz.distance import Levenshtein

Row = dict[str, Any]

IDENTITY: dict[str, tuple[str, ...]] = {
    "case_departments": ("source", "department", "unnamed_count"),
    "case_categories": ("source", "category"),
    "target_counts": ("field", "value", "unit"),
    "information_items": ("item",),
    "controls": ("text",),
    "flow_steps": ("label", "text"),
    "parties": ("name", "role"),
    "prior_references": ("kind", "fiscal_year", "session_no", "law_number"),
}
"""What a row of a table is found by."""

DETAILS: dict[str, tuple[str, ...]] = {
    "target_counts": (
        "label", "qualifier", "value_max", "is_approximate", "bound", "is_total", "as_of", "fiscal_year", "basis",
    ),
    "information_items": ("heading", "holder", "is_open_list"),
    "controls": ("category", "holder"),
    "flow_steps": ("media", "delivery", "sender", "receiver"),
    "prior_references": ("body", "law_name", "outcome"),
}  # fmt: skip
"""What is compared in a row once it is found."""

CASE_FIELDS = (
    "title", "base_title", "change_note", "meeting_date", "result", "detail_title", "project_name", "purpose", "target",
)  # fmt: skip
DOCUMENT_FIELDS = ("publisher", "meeting_body", "title", "fiscal_year", "period_start", "period_end")

_TWINS = str.maketrans("·•“”’′‐−–〜～", "・・\"\"''---~~")


def plain(value: Any) -> Any:
    """A value in its one comparable form; None for what is not said."""
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)) or value == "":
        return None
    if isinstance(value, str):
        return re.sub(r"\s", "", unicodedata.normalize("NFKC", value).translate(_TWINS))
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, (bool,)) or type(value).__name__ == "bool":
        return bool(value)
    number = float(value)
    return int(number) if number.is_integer() else number


@dataclass
class Tally:
    """How many values were found, missed, and invented; `notes` names the last two."""

    found: int = 0
    missed: int = 0
    extra: int = 0
    notes: list[str] = field(default_factory=list)

    def miss(self, what: object) -> None:
        self.missed += 1
        self.notes.append(f"missed {what}")

    def invent(self, what: object) -> None:
        self.extra += 1
        self.notes.append(f"extra {what}")

    @property
    def score(self) -> float:
        """F1: 1.0 where nothing was to be found and nothing was."""
        whole = 2 * self.found + self.missed + self.extra
        return 1.0 if whole == 0 else 2 * self.found / whole


def _accepted(row: Row, column: str) -> list[Any]:
    return [plain(row.get(column)), *(plain(value) for value in row.get("alt", {}).get(column, ()))]


def _agrees(mine: Row, row: Row, columns: tuple[str, ...]) -> bool:
    open_columns = row.get("optional_columns", ())
    return all(c in open_columns or plain(mine.get(c)) in _accepted(row, c) for c in columns)


def _fields(truth: list[Row], output: list[Row], columns: tuple[str, ...], by_case: bool) -> Tally:
    tally = Tally()
    mine = {row["case_no"] if by_case else None: row for row in output}
    for row in truth:
        number = row["case_no"] if by_case else None
        own = mine.pop(number, {})
        for column in columns:
            if column not in row or column in row.get("optional_columns", ()):
                continue
            want, have = plain(row[column]), plain(own.get(column))
            if have in _accepted(row, column):
                tally.found += want is not None
                continue
            if want is not None:
                tally.miss((number, column, want))
            if have is not None:
                tally.invent((number, column, have))
    for number in mine:
        tally.invent(("case", number))
    return tally


def _rows(truth: list[Row], output: list[Row], table: str) -> tuple[Tally, Tally, list[tuple[Row, Row]]]:
    tally, details, pairs = Tally(), Tally(), []
    columns = DETAILS.get(table, ())
    pool: dict[int, list[Row]] = defaultdict(list)
    for row in output:
        pool[row["case_no"]].append(row)
    # rows that must be found come first, the strict before the open, so that no optional twin takes their match
    order = sorted(
        truth, key=lambda r: (bool(r.get("optional")), bool(set(IDENTITY[table]) & set(r.get("optional_columns", ()))))
    )
    for row in order:
        rivals = [mine for mine in pool[row["case_no"]] if _agrees(mine, row, IDENTITY[table])]
        mine = max(rivals, key=lambda m: sum(plain(m.get(c)) in _accepted(row, c) for c in columns), default=None)
        if mine is not None:
            pool[row["case_no"]].remove(mine)
            pairs.append((row, mine))
        if row.get("optional"):
            continue
        if mine is None:
            tally.miss((row["case_no"], *(plain(row.get(c)) for c in IDENTITY[table])))
            continue
        tally.found += 1
        for column in columns:
            if column in row and column not in row.get("optional_columns", ()):
                if plain(mine.get(column)) in _accepted(row, column):
                    details.found += 1
                else:
                    details.missed += 1
                    details.notes.append(
                        f"{row['case_no']} {row.get('text') or row.get('item') or row.get('value')} {column}: "
                        f"{plain(row.get(column))!r}, not {plain(mine.get(column))!r}"
                    )
    for number, rows in pool.items():
        for mine in rows:
            tally.invent((number, *(plain(mine.get(c)) for c in IDENTITY[table])))
    return tally, details, pairs


def _sections(truth: list[Row], output: list[Row]) -> Tally:
    def whole(row: Row) -> str:
        return (plain(row.get("heading")) or "") + (plain(row.get("text")) or "")

    tally = Tally()
    pool: dict[tuple[int, str], list[str]] = defaultdict(list)
    for row in output:
        pool[row["case_no"], row["path"]].append(whole(row))
    for row in truth:
        have = pool[row["case_no"], str(row["path"])]
        heading = plain(row.get("heading")) or ""
        open_text = "text" in row.get("optional_columns", ())
        likely = [
            mine
            for mine in have
            if Levenshtein.normalized_similarity(mine, whole(row)) >= 0.97 or (open_text and mine.startswith(heading))
        ]
        if likely:
            have.remove(likely[0])
            tally.found += 1
        elif row.get("optional"):
            del have[-1:]
        else:
            tally.miss((row["case_no"], row["path"], whole(row)[:40]))
    for key, have in pool.items():
        for mine in have:
            tally.invent((*key, mine[:40]))
    return tally


def _grouping(truth: list[Row], output: list[Row]) -> float | None:
    """Of the pairs of wordings that truth or output put under one `control_id`, the share on which they agree."""
    mine = {plain(row["text"]): row["control_id"] for row in output}
    want = {plain(row["text"]): row["control_id"] for row in truth if row.get("control_id")}
    wordings = sorted(set(want) & set(mine))
    pairs = [(a, b) for n, a in enumerate(wordings) for b in wordings[n + 1 :]]
    together = [(want[a] == want[b], mine[a] is not None and mine[a] == mine[b]) for a, b in pairs]
    counted = [one == other for one, other in together if one or other]
    return sum(counted) / len(counted) if counted else None


def _drawn(pairs: list[tuple[Row, Row]], columns: tuple[str, ...]) -> tuple[float | None, list[str]]:
    """The share of ends and holders that the drawing itself settles (`drawn_…`); one name may hold the other."""
    found, notes = 0, []
    total = 0
    for row, mine in pairs:
        for column in columns:
            drawn = plain(row.get(f"drawn_{column}"))
            if not drawn or drawn.startswith("(") or "矢印" in drawn:
                continue
            total += 1
            have = plain(mine.get(column))
            wanted = [name for name in (drawn, *_accepted(row, column)) if name]
            if have and any(have in name or name in have for name in wanted):
                found += 1
            else:
                notes.append(f"{row['case_no']} {row.get('label') or row.get('text')} {column}: {drawn}, not {have}")
    return (found / total if total else None), notes


def read_table(out: Path, table: str, document_id: str) -> list[Row]:
    """The rows of one document, with `case_no` beside `case_id`."""
    rows: list[Row] = pd.read_parquet(out / "tables" / f"{table}.parquet").to_dict("records")
    own = []
    for row in rows:
        if row.get("case_id"):
            row["case_no"] = int(row["case_id"].rsplit("-", 1)[1])
        if row.get("document_id", document_id) == document_id and str(row.get("case_id") or document_id).startswith(
            document_id[:12]
        ):
            own.append(row)
    return own


def score(truth: Path, out: Path, file_name: str) -> tuple[dict[str, float], dict[str, list[str]]]:
    """The figures of one document by table, and what was missed or invented. KeyError when it is not in `out`."""

    def gold(name: str) -> list[Row] | None:
        path = truth / f"{name}.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    documents = pd.read_parquet(out / "tables" / "documents.parquet").to_dict("records")
    own = [row for row in documents if row["file_name"] == file_name]
    if not own:
        raise KeyError(file_name)
    document_id = own[0]["document_id"]
    figures: dict[str, float] = {}
    notes: dict[str, list[str]] = {}

    def put(name: str, tally: Tally) -> None:
        figures[name], notes[name] = tally.score, tally.notes

    if (rows := gold("documents")) is not None:
        put("documents", _fields(rows[:1], own[:1], DOCUMENT_FIELDS, False))
    if (rows := gold("cases")) is not None:
        mine = read_table(out, "cases", document_id)
        put("cases", _fields(rows, mine, CASE_FIELDS, True))
        put("cases.project_name", _fields(rows, mine, ("project_name",), True))
        put("cases.long_text", _fields(rows, mine, ("purpose", "target"), True))
    if (rows := gold("sections")) is not None:
        put("sections", _sections(rows, read_table(out, "sections", document_id)))
    for table in IDENTITY:
        if (rows := gold(table)) is None:
            continue
        mine = read_table(out, table, document_id)
        tally, details, pairs = _rows(rows, mine, table)
        put(table, tally)
        ends = {"flow_steps": ("ends", ("sender", "receiver")), "controls": ("holders", ("holder",))}.get(table)
        if ends is not None:
            share, missed = _drawn(pairs, ends[1])
            if share is not None:
                figures[f"{table}.{ends[0]}"], notes[f"{table}.{ends[0]}"] = share, missed
        if details.found + details.missed:
            figures[f"{table}.details"] = details.found / (details.found + details.missed)
            notes[f"{table}.details"] = details.notes
        if table == "controls" and (share := _grouping(rows, mine)) is not None:
            figures["controls.grouping"] = share
    return figures, notes
