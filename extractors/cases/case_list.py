"""The 一覧: which table is a list of cases, and what its rows say.

A list is recognised by its header (the form's column labels side by side) and goes on over page breaks, with the header
repeated or not, with rows split between two pages.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from extractors.forms.form import Form
from extractors.forms.worn_labels import worn_label
from extractors.pages.text import Text
from extractors.tables.cells import CellReading, TableReading

EDGE = 6.0
"""Columns of a table that goes on over a page break lie within this many points of those before it."""


@dataclass(frozen=True)
class ListColumns:
    """Where the columns of a list stand (x from, x to, in points) and what each holds."""

    spans: tuple[tuple[float, float, str], ...]
    edges: tuple[float, ...]
    header_rows: int

    def in_order(self) -> list[tuple[float, float]]:
        """The columns' spans, left to right."""
        return sorted((left, right) for left, right, _ in self.spans)

    def field_at(self, x0: float, x1: float) -> str | None:
        """The field whose column shares most of its width with x0-x1."""
        best, most = None, 0.0
        for left, right, name in self.spans:
            common = min(x1, right) - max(x0, left)
            if common > most:
                best, most = name, common
        return best if most >= 0.4 * (x1 - x0) else None


@dataclass
class ListRow:
    """One row of the 一覧: the text of each of its fields; `parts` of a row split over a page break are joined."""

    page: int
    fields: dict[str, Text] = field(default_factory=dict)


def edges_of(table: TableReading) -> tuple[float, ...]:
    """The x of the table's column edges, in points."""
    edges: list[float] = []
    for x in sorted({x for cell in table.table.cells for x in (cell.box.x0, cell.box.x1)}):
        if not edges or x - edges[-1] > EDGE:
            edges.append(x)
    return tuple(edges)


def same_edges(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether two tables have the same columns, give or take `EDGE` points."""
    return len(one) == len(other) and all(abs(a - b) <= EDGE for a, b in zip(one, other, strict=True))


def columns_of(table: TableReading, form: Form) -> ListColumns | None:
    """The columns of a list by its header, or None when the table has no such header; of a header of two rows (担当
    over 課名 and 係名) the row that names more."""
    best: ListColumns | None = None
    for number in range(min(table.table.rows, 4)):
        cells = table.reaching(number)
        named = [(reading, form.column(reading.text.string)) for reading in cells]
        found: dict[str, CellReading] = {}
        for reading, name in named:
            if name is not None:
                found.setdefault(name, reading)
        for reading, name in named:
            if found and name is None and (worn := worn_label(reading.text, form.columns, found)) is not None:
                found[worn] = reading
        if len(found) < form.list_needs or not form.list_any & found.keys() or 2 * len(found) < len(cells):
            continue
        spans = tuple((r.cell.box.x0, r.cell.box.x1, name) for name, r in found.items())
        header = max(reading.cell.row + reading.cell.row_span for reading in found.values())
        if best is None or len(spans) > len(best.spans):
            best = ListColumns(spans, edges_of(table), header)
    return best


def rows_of(table: TableReading, columns: ListColumns, first_row: int) -> list[ListRow]:
    """The rows of a list from `first_row` on; a cell merged over several rows belongs to each of them."""
    rows = []
    for number in range(first_row, table.table.rows):
        cells = table.reaching(number)
        if len(cells) < 2 or not any(r.cell.row == number and r.text for r in cells):
            continue
        row = ListRow(table.table.page)
        for reading in cells:
            name = columns.field_at(reading.cell.box.x0, reading.cell.box.x1)
            if name is not None and reading.text:
                before = row.fields.get(name)
                row.fields[name] = reading.text if before is None else Text.join([before, reading.text], "\n")
        if row.fields:
            rows.append(row)
    return rows


def goes_on(row: ListRow, columns: ListColumns) -> bool:
    """Whether the first row of a page is the rest of the row before the break: it has no number, or no title."""
    names = {name for _, _, name in columns.spans}
    return ("number" in names and "number" not in row.fields) or "title" not in row.fields


def joined(row: ListRow, rest: ListRow) -> ListRow:
    """A row split over a page break made whole."""
    fields = dict(row.fields)
    for name, text in rest.fields.items():
        fields[name] = fields[name] + text if name in fields else text
    return ListRow(row.page, fields)
