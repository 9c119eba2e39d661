"""The values that an item is about, as they can be put right: whole rows, the likeliest first."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.extraction import Row
from pipeline.review.deciding import correctable, key_of
from pipeline.review.items import RAW, Box, Item, Place, box_of, overlap, place_of
from pipeline.review.snapshot import EVIDENCED, Snapshot
from pipeline.tables.schema import Column, tables

SHOWN = 5
"""Rows offered for one item: more would have to be searched, not looked at."""

MAIN = {
    "cases": "title",
    "case_fields": "value",
    "case_departments": "department",
    "case_categories": "category",
    "sections": "text",
    "target_counts": "value",
    "information_items": "item",
    "controls": "text",
    "flow_steps": "text",
    "diagram_boxes": "text",
    "diagram_arrows": "label",
    "table_cells": "text",
    "parties": "name",
    "prior_references": "body",
}
"""The column that a row is mostly about."""


@dataclass(frozen=True)
class Cell:
    """One value that can be put right; `text` is how it is written in a form."""

    column: Column
    value: Any
    text: str


@dataclass(frozen=True)
class Record:
    """A row with its cells; `main` names the one that the item is most likely about."""

    document_id: str
    table: str
    key: Row
    row: Row
    cells: tuple[Cell, ...]
    main: str
    page: int | None
    box: Box | None

    @property
    def place(self) -> Place:
        """What decisions on the row are found by."""
        return place_of(self.document_id, self.table, self.key)

    def corrected(self, corrections: Mapping[tuple[Place, str], Any]) -> Record:
        """The row with what was put right since the tables were written."""
        place = self.place
        cells = tuple(
            Cell(cell.column, value := corrections[place, cell.column.name], written(value))
            if (place, cell.column.name) in corrections
            else cell
            for cell in self.cells
        )
        return replace(self, cells=cells)

    @property
    def prominent(self) -> tuple[Cell, ...]:
        """The cells that are shown at once: the main one first, then those that say something."""
        first = [cell for cell in self.cells if cell.column.name == self.main]
        return (*first, *(c for c in self.cells if c.column.name != self.main and c.value is not None))

    @property
    def empty(self) -> tuple[Cell, ...]:
        """The other cells that say nothing."""
        return tuple(c for c in self.cells if c.column.name != self.main and c.value is None)


def records_of(item: Item, snapshot: Snapshot) -> list[Record]:
    """The rows that can be put right for an item: its own, or those that a finding's place and words point at."""
    if item.table != "findings":
        return [record(item.document_id, item.table, item.row, item.column)]
    found: list[tuple[tuple[Any, ...], Record]] = []
    alike: Counter[tuple[str, str | None]] = Counter()
    for order, name in enumerate(sorted(EVIDENCED, key=lambda name: name in RAW)):
        for row in _near(snapshot.table(name), item):
            column, likeness = _likeness(name, row, item)
            if likeness < _NOTHING:
                box = box_of(row) or (0.0, 0.0, 1e4, 1e4)
                area = (box[2] - box[0]) * (box[3] - box[1])
                found.append(((name in RAW, likeness, area, order), record(item.document_id, name, row, column)))
                alike[name, column] += likeness == _SAYS_THE_SAME
    # Words that stand in several rows of a case point at none of them.
    found = [one for one in found if one[0][1] != _SAYS_THE_SAME or alike[one[1].table, one[1].main] == 1]
    found.sort(key=lambda one: one[0])
    best = [one for place, one in found if place[:2] <= (found[0][0][0], max(found[0][0][1], _SAYS_IT))]
    return best[:SHOWN]


def record(document_id: str, table: str, row: Row, column: str | None = None) -> Record:
    """A row as it can be put right."""
    declared = tables()[table]
    cells = [
        Cell(one, row.get(one.name), written(row.get(one.name))) for one in declared.columns if correctable(table, one)
    ]
    return Record(
        document_id, table, key_of(table, row), row, tuple(cells), column or MAIN[table], row.get("page"), box_of(row)
    )


def written(value: Any) -> str:
    """A value as a form shows and takes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


_IS_IT, _SAYS_THE_SAME, _SAYS_IT, _STANDS_THERE, _NOTHING = range(5)


def _near(table: pa.Table, item: Item) -> Iterator[Row]:
    """The rows of the item's case, and those of its document that stand on its page."""
    names = table.column_names
    own = pc.starts_with(table["case_id"], item.document_id[:12]) if "case_id" in names else None
    if "document_id" in names:
        own = pc.equal(table["document_id"], item.document_id)
    near = pc.and_kleene(own, pc.equal(table["page"], pa.scalar(item.page, pa.int64())))
    if item.case_id is not None and "case_id" in names:
        near = pc.or_kleene(near, pc.equal(table["case_id"], item.case_id))
    yield from table.filter(pc.fill_null(near, False)).to_pylist()


def _likeness(table: str, row: Row, item: Item) -> tuple[str | None, int]:
    """Which column of the row the item is about, and how likely: the less the better."""
    box = box_of(row)
    there = item.box is not None and box is not None and row["page"] == item.page and overlap(item.box, box) > 0.5
    said = [value for value in (item.left, item.right) if value]
    best: tuple[str | None, int] = (None, _STANDS_THERE if there else _NOTHING)
    for column in tables()[table].columns:
        value = row.get(column.name)
        if value is None or not correctable(table, column):
            continue
        text = written(value)
        if text in said and there:
            return column.name, _IS_IT
        if text in said and item.case_id is not None and len(text) > 1:
            best = min(best, (column.name, _SAYS_THE_SAME), key=lambda one: one[1])
        if there and best[1] > _SAYS_IT and any(one in text for one in said):
            best = (column.name, _SAYS_IT)
    return best
