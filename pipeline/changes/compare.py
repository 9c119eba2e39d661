"""What changed between two states: documents, rows and cells, and whether the source, the program or a person did it.

    compare(old, new)      documents paired, each pair's rows aligned, their cells compared
    Changes.changes        one `RowChange` a row that was added, removed or changed, by document and table

Which document of the new state is which of the old: the one with the same bytes; else the one that superseded it, or
came from the same address, or under the same name, or calls itself the same. Only documents in which something differs
are looked into. A cell that a decision set is a correction; where the bytes are the same, the rest is the program's
doing; where they are not, the source's, unless the words printed in a row stayed and only what was made of them moved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from extractors.japanese.normalise import key as plain_words
from pipeline.changes.states import State
from pipeline.extraction import Extraction, Row
from pipeline.review.deciding import key_of
from pipeline.review.replay import Settled, Value
from pipeline.tables.alignment import Pair, align, compared_columns, pair_cases
from pipeline.tables.schema import tables

Cause = Literal["source", "program", "correction"]
CAUSES: tuple[Cause, ...] = ("source", "program", "correction")
How = Literal["added", "removed", "changed"]

_FIELDS = {"base_title": "title", "change_note": "title"}
"""Columns of a case that are made of a field of another name."""

UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError)
"""What a reading that is missing, damaged, or of a version with other tables comes to."""

LISTED = 20_000
"""Row changes that are kept one by one; further ones are counted."""


@dataclass(frozen=True)
class Cell:
    """One value that changed, and why; `places` are the rows that say where it is printed, old and new."""

    column: str
    old: Any
    new: Any
    cause: Cause
    places: tuple[Row, Row]


@dataclass(frozen=True)
class Paper:
    """A document as a reader knows it; `old_id` where the old state has other bytes for it, both None-able."""

    document_id: str
    old_id: str | None
    file_name: str
    publisher: str | None
    title: str | None


@dataclass(frozen=True)
class RowChange:
    """A row that was added, removed or changed; `old` and `new` are the row on either side, as the tables have it."""

    paper: Paper
    table: str
    how: How
    cause: Cause
    cells: tuple[Cell, ...]
    old: Row | None
    new: Row | None

    @property
    def row(self) -> Row:
        """The row as it is now, or as it was where it is gone."""
        row = self.new if self.new is not None else self.old
        assert row is not None
        return row

    @property
    def causes(self) -> set[Cause]:
        return {cell.cause for cell in self.cells} or {self.cause}

    @property
    def key(self) -> Row:
        """The natural key, of the new row where there is one."""
        return key_of(self.table, self.row)

    @property
    def case_no(self) -> int | None:
        """The case's number, where the row belongs to a case."""
        number = self.row.get("case_no")
        if number is None and (case_id := self.row.get("case_id")):
            number = int(case_id.rpartition("-")[2])
        return number


@dataclass(frozen=True)
class DocumentChange:
    """A document that is new, gone, or came in the place of another; `rows` counts the rows that it has or had."""

    paper: Paper
    how: Literal["added", "removed", "replaced"]
    rows: dict[str, int]


@dataclass
class Changes:
    """All that changed; `left_out` row changes are only counted, `unreadable` documents could not be compared."""

    old: str
    new: str
    documents: list[DocumentChange] = field(default_factory=list)
    changes: list[RowChange] = field(default_factory=list)
    left_out: int = 0
    counts: Counter[tuple[str, How]] = field(default_factory=Counter)
    causes: Counter[Cause] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)
    compared: int = 0

    @property
    def any(self) -> bool:
        """Whether anything changed."""
        return bool(self.documents or self.counts or self.unreadable)

    def add(self, change: RowChange) -> None:
        self.counts[change.table, change.how] += 1
        for cause in change.causes:
            self.causes[cause] += 1
        if len(self.changes) < LISTED:
            self.changes.append(change)
        else:
            self.left_out += 1


def compare(old: State, new: State) -> Changes:
    """What changed from one state to another. Raises OSError."""
    found = Changes(old.name, new.name)
    same = old.readings.keys() & new.readings.keys()
    for document_id in sorted(same):
        is_read_alike = old.readings[document_id] == new.readings[document_id]
        if is_read_alike and old.decided_on(document_id) == new.decided_on(document_id):
            continue
        _compare_pair(found, old, document_id, new, document_id)
    gone = _papers(found, old, sorted(old.readings.keys() - same))
    came = _papers(found, new, sorted(new.readings.keys() - same))
    for document_id, paper in came.items():
        before = _before(paper, document_id, new, old, gone)
        if before is None:
            found.documents.append(DocumentChange(_paper(paper, None), "added", _counts(paper)))
            continue
        gone.pop(before, None)
        found.documents.append(DocumentChange(_paper(paper, before), "replaced", _counts(paper)))
        # Where the new state still has the old bytes, what it reads in them now is what the new ones are held against,
        # so that the program's doing is not taken for the source's.
        _compare_pair(found, new if before in new.readings else old, before, new, document_id)
    for paper in gone.values():
        found.documents.append(DocumentChange(_paper(paper, None), "removed", _counts(paper)))
    return found


def _papers(found: Changes, state: State, document_ids: list[str]) -> dict[str, Extraction]:
    """Documents by ID; those whose reading cannot be read are named in `found`."""
    papers: dict[str, Extraction] = {}
    for document_id in document_ids:
        try:
            papers[document_id] = state.settled(document_id)[0]
        except UNREADABLE as error:
            found.unreadable.append(f"{document_id}: {type(error).__name__}: {error}"[:300])
    return papers


def _before(paper: Extraction, document_id: str, new: State, old: State, gone: dict[str, Extraction]) -> str | None:
    """The document of the old state that this one stands in for."""
    line = [document_id]
    supersedes = new.given.supersedes()
    while (one := supersedes.get(line[-1])) is not None and one not in line:
        if one in old.readings:
            return one
        line.append(one)
    own = _document_row(paper)
    for same in (
        ("source_url",),
        ("file_name",),
        ("publisher", "meeting_body", "title", "fiscal_year", "period_start"),
    ):
        wanted = [own.get(name) for name in same]
        if any(value is None for value in wanted[:1]):
            continue
        fits = [one for one, there in gone.items() if [_document_row(there).get(name) for name in same] == wanted]
        if len(fits) == 1:
            return fits[0]
    return None


def _document_row(document: Extraction) -> Row:
    return next(iter(document.rows.get("documents", ())), {})


def _paper(document: Extraction, old_id: str | None) -> Paper:
    row = _document_row(document)
    return Paper(document.document_id, old_id, document.file_name, row.get("publisher"), row.get("title"))


def _counts(document: Extraction) -> dict[str, int]:
    return {name: len(rows) for name, rows in document.rows.items() if rows}


def _compare_pair(found: Changes, old: State, old_id: str, new: State, new_id: str) -> None:
    try:
        then, now = old.settled(old_id), new.settled(new_id)
    except UNREADABLE as error:
        found.unreadable.append(f"{new_id}: {type(error).__name__}: {error}"[:300])
        return
    found.compared += 1
    paper = _paper(now[0], None if old_id == new_id else old_id)
    for change in _changes(paper, then, now):
        found.add(change)


def _changes(paper: Paper, then: tuple[Extraction, Settled], now: tuple[Extraction, Settled]) -> Iterator[RowChange]:
    """The row changes of one document, table by table, in the order of the rows."""
    cases = pair_cases(then[1].rows.get("cases", ()), now[1].rows.get("cases", ()))
    for table in tables():
        old, new = then[1].rows.get(table, []), now[1].rows.get(table, [])
        for a, b in sorted(align(table, old, new, cases), key=_in_order):
            sides = _Sides(table, a, b, then, now, paper.old_id is not None)
            change = sides.change(paper)
            if change is not None:
                yield change


def _in_order(pair: Pair) -> tuple[int, int]:
    a, b = pair
    return (a if b is None else b) or 0, b is None


@dataclass(frozen=True)
class _Sides:
    """One row on both sides: as read, and as the tables have it."""

    table: str
    a: int | None
    b: int | None
    then: tuple[Extraction, Settled]
    now: tuple[Extraction, Settled]
    other_bytes: bool

    def change(self, paper: Paper) -> RowChange | None:
        old, new = _at(self.then[1].rows, self.table, self.a), _at(self.now[1].rows, self.table, self.b)
        doing: Cause = "source" if self.other_bytes else "program"
        if old is None or new is None:
            how: How = "removed" if new is None else "added"
            row = new if old is None else old
            # What comes back to a reviewer is no change of its own: the value that it is about is one.
            if row is None or (self.table == "findings" and str(row.get("rule")).startswith("decision_")):
                return None
            return RowChange(paper, self.table, how, doing, (), old, new)
        cells = tuple(self._cells(old, new))
        if not cells:
            return None
        causes = {cell.cause for cell in cells}
        first: Cause = next(cause for cause in ("source", "program", "correction") if cause in causes)
        return RowChange(paper, self.table, "changed", first, cells, old, new)

    def _cells(self, old: Row, new: Row) -> Iterator[Cell]:
        columns = [*compared_columns(self.table), *(["state"] if self.table == "findings" else [])]
        for column in columns:
            if old.get(column) != new.get(column):
                places = self._place(column, old, self.then), self._place(column, new, self.now)
                yield Cell(column, old.get(column), new.get(column), self._cause(column, *places), places)

    def _place(self, column: str, row: Row, side: tuple[Extraction, Settled]) -> Row:
        """The row that says where a value is printed: its own, or for a value of a case that of the field."""
        if self.table != "cases":
            return row
        field = _FIELDS.get(column, column)
        own = (one for one in side[1].rows.get("case_fields", ()) if one["case_id"] == row["case_id"])
        return next((one for one in own if one["field"] == field), row)

    def _cause(self, column: str, old: Row, new: Row) -> Cause:
        if column == "state":
            return "correction"
        was = self.a is not None and _is_corrected(self.then[1], (self.table, self.a, column))
        is_now = self.b is not None and _is_corrected(self.now[1], (self.table, self.b, column))
        then, now = _at(self.then[0].rows, self.table, self.a), _at(self.now[0].rows, self.table, self.b)
        reads_alike = then is not None and now is not None and then.get(column) == now.get(column)
        if (is_now and not was) or (reads_alike and (was or is_now)):
            return "correction"
        if not self.other_bytes:
            return "program"
        words = [plain_words(row.get("raw_text") or "") for row in (old, new)]
        return "program" if words[0] and words[0] == words[1] else "source"


def _is_corrected(settled: Settled, value: Value) -> bool:
    return value in settled.corrected


def _at(rows: dict[str, list[Row]], table: str, place: int | None) -> Row | None:
    own = rows.get(table, [])
    return own[place] if place is not None and place < len(own) else None
