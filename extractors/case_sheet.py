"""The sheet of a case (案件の表): labels beside values, over page breaks, with a title and a number above it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from extractors.form import Form
from extractors.lines import Line, Paragraph, starts_with_marker
from extractors.page_reading import Block, CellReading, PageReading, TableReading
from extractors.text import Text


@dataclass
class Field:
    """A row of a sheet: its label as printed and the blocks of its value."""

    label: Text
    blocks: list[Block] = field(default_factory=list)

    @property
    def text(self) -> Text:
        """The whole value, a line break between blocks."""
        return Text.join((block.text for block in self.blocks), "\n")


@dataclass
class Sheet:
    """A case's sheet as read: `number` as printed with the title, `pages` where it stands, `attachments` its 別紙."""

    number: int | None
    title: Text | None
    fields: dict[str, Field]
    unknown: list[Field]
    pages: list[int]
    attachments: list[PageReading] = field(default_factory=list)
    last: Field | None = None
    """The row that was added last, which a table that goes on over a page break may go on with."""


@dataclass(frozen=True)
class _Row:
    name: str | None
    label: Text
    blocks: tuple[Block, ...]


def labelled_rows(table: TableReading, form: Form) -> list[_Row]:
    """The labels of a table with their values, top to bottom; the rest of a row begun before has an empty label."""
    cells = sorted(table.cells, key=lambda reading: (reading.cell.row, reading.cell.column))
    names: dict[int, str] = {}
    for reading in cells:
        left = _left_of(reading, cells)
        if left is not None and id(left) in names:
            continue  # the cell beside a label is its value, whatever it says
        name = form.field(reading.text.string)
        if name is not None:
            names[id(reading)] = name
    rows: list[_Row] = []
    taken: set[int] = set()
    for reading in cells:
        if id(reading) in taken:
            continue
        first = reading.cell.column == 0
        if id(reading) not in names and not first:
            continue
        blocks: list[Block] = []
        for value in _values(reading, cells, names):
            if id(value) not in taken:
                taken.add(id(value))
                blocks += value.blocks
        taken.add(id(reading))
        if id(reading) in names or reading.text or blocks:
            rows.append(_Row(names.get(id(reading)), reading.text, tuple(blocks)))
    return rows


def _left_of(reading: CellReading, cells: list[CellReading]) -> CellReading | None:
    cell = reading.cell
    for other in cells:
        o = other.cell
        if o.column + o.column_span == cell.column and o.row <= cell.row < o.row + o.row_span:
            return other
    return None


def _values(label: CellReading, cells: list[CellReading], names: dict[int, str]) -> list[CellReading]:
    """The cells to the right of a label, up to the next label of its rows."""
    cell = label.cell
    beside = [
        other
        for other in cells
        if other.cell.column >= cell.column + cell.column_span and cell.row <= other.cell.row < cell.row + cell.row_span
    ]
    ends = [other.cell.column for other in beside if id(other) in names]
    return [other for other in beside if not ends or other.cell.column < min(ends)]


def known_labels(rows: list[_Row]) -> int:
    """How many different fields of the form the rows hold beside a value."""
    return len({row.name for row in rows if row.name is not None})


def add_rows(sheet: Sheet, rows: list[_Row], goes_on: bool) -> None:
    """Put a table's rows into the sheet; with `goes_on` a first row without label is the rest of the row before."""
    last = sheet.last if goes_on else None
    for row in rows:
        if not row.label and last is not None:
            last.blocks = _joined(last.blocks, list(row.blocks))
            continue
        entry = Field(row.label, list(row.blocks))
        if row.name is None:
            sheet.unknown.append(entry)
        elif row.name in sheet.fields:
            sheet.fields[row.name].blocks += entry.blocks
            entry = sheet.fields[row.name]
        else:
            sheet.fields[row.name] = entry
        last = entry
    sheet.last = last


_ENDS = re.compile(r"[。．」）)】』〕］\]]$")


def _joined(before: list[Block], after: list[Block]) -> list[Block]:
    """The blocks of a row split over a page break: a sentence that the break cut is made whole."""
    if not before or not after:
        return [*before, *after]
    last, first = before[-1], after[0]
    if (
        isinstance(last, Paragraph)
        and isinstance(first, Paragraph)
        and not _ENDS.search(last.text.string)
        and not starts_with_marker(first.text.string)
        and (last.text.string.endswith(("、", "，", ",")) or len(last.text) > 12)
    ):
        whole = Paragraph(last.text + first.text, last.lines + first.lines)
        return [*before[:-1], whole, *after[1:]]
    return [*before, *after]


def title_of(lines: list[Line], form: Form) -> tuple[Text | None, int | None]:
    """The title over a sheet and the number printed with it, from the lines above the table.

    Lines that belong together stand close; what stands further up (a page's own heading) is not part of the title.
    """
    block: list[Line] = []
    for line in reversed(lines):
        if block and block[0].box.top - line.box.bottom > 1.6 * max(line.size, block[0].size):
            break
        block.insert(0, line)
    text = Text.join(line.text for line in block)
    number: int | None = None
    for pattern in form.number_patterns:
        match = pattern.search(text.string)
        if match:
            number = int(re.sub(r"\s", "", unicodedata.normalize("NFKC", match["number"])))
            text = text[: match.start()] + text[match.end() :]
            break
    text = text.strip()
    return (text or None), number
