"""The sheet of a case (案件の表): labels beside values, over page breaks, with a title and a number above it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace

from extractors.cases.page_reading import PageReading
from extractors.forms.form import Form
from extractors.forms.worn_labels import worn_label
from extractors.pages.lines import Line, Paragraph, starts_with_marker
from extractors.pages.text import Text
from extractors.tables.cells import Block, CellReading, TableReading, TableRow
from extractors.tables.tables import Cell


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
class LabelledRow:
    """A label of a sheet with the blocks of its value; `name` is the form's field, None for a label in no form."""

    name: str | None
    label: Text
    blocks: tuple[Block, ...]


def labelled_rows(table: TableReading, form: Form) -> list[LabelledRow]:
    """The labels of a table with their values, top to bottom; the rest of a row begun before has an empty label.

    A value stands to the right of its label, up to the next label, or below it where another label (or nothing) stands
    to the right.
    """
    cells = _without_groups(sorted(table.cells, key=lambda reading: (reading.cell.row, reading.cell.column)), form)
    names = _label_cells(cells, form)
    rows: list[LabelledRow] = []
    taken: set[int] = set()
    for reading in cells:
        if id(reading) in taken or (id(reading) not in names and reading.cell.column != 0):
            continue
        taken.add(id(reading))
        values = _beside(reading, cells, names)
        if not values and id(reading) in names:
            values = _below(reading, cells, names)
        own = [value for value in values if id(value) not in taken]
        taken.update(id(value) for value in own)
        blocks = _blocks(own)
        name = names.get(id(reading))
        leads = reading.cell.row == 0 or table.table.columns > 1
        if name is None and not values and reading.blocks and leads:
            # a heading across the table, or a value without label: the rest of one that a page break split
            rows.append(LabelledRow(None, Text(), reading.blocks))
        elif name is not None or reading.text or blocks:
            rows.append(LabelledRow(name, reading.text, tuple(blocks)))
    return rows


def _without_groups(cells: list[CellReading], form: Form) -> list[CellReading]:
    """The cells without those at the left that head a group of labels (概要 beside 事業名, 目的, 対象者): what stands
    to their right moves to their place."""
    groups: list[Cell] = []
    for reading in cells:
        own = reading.cell
        if own.column:
            continue
        beside = [other for other in cells if _is_left_of(own, other.cell)]
        named = {name for other in beside if (name := form.field(other.text.string)) is not None}
        # of a group that a page break cut one row may be left, at the head of the table
        rest = not own.row and len(beside) == len(named) == 1 and form.field(reading.text.string) is None
        valued = rest and any(_is_left_of(beside[0].cell, other.cell) for other in cells)
        if valued or (own.row_span > 1 and len(named) >= 2 and 2 * len(named) >= len(beside)):
            groups.append(own)
    moved = []
    for reading in cells:
        cell = reading.cell
        if cell in groups:
            continue
        group = next((one for one in groups if one.row <= cell.row < one.row + one.row_span), None)
        if group is not None:
            reading = replace(reading, cell=replace(cell, column=cell.column - group.column_span))
        moved.append(reading)
    return moved


def _blocks(values: list[CellReading]) -> list[Block]:
    """The blocks of the cells that make a value: where a row of them holds several, it is a row of a table that
    stands in the value (a spreadsheet draws it with cells of the sheet itself)."""
    rows: dict[int, list[CellReading]] = {}
    for value in values:
        rows.setdefault(value.cell.row, []).append(value)
    if len(rows) < 3 or sum(len(row) > 1 for row in rows.values()) < 2:
        return [block for value in values for block in value.blocks]
    blocks: list[Block] = []
    heads: list[CellReading] = []
    for row in rows.values():
        if len(row) == 1:
            blocks += row[0].blocks
            heads = []
            continue
        over = {
            c: head.text for head in heads for c in range(head.cell.column, head.cell.column + head.cell.column_span)
        }
        filled = [value for value in row if value.text]
        columns = tuple(value.cell.column for value in filled)
        above = tuple(over.get(column, Text()) for column in columns)
        blocks.append(TableRow(tuple(value.text for value in filled), (), columns, above))
        heads = heads or row
    return blocks


def _label_cells(cells: list[CellReading], form: Form) -> dict[int, str]:
    """Which cells are labels of which field: the cell beside or below a label is its value, whatever it says."""
    names: dict[int, str] = {}
    for reading in cells:
        name = form.field(reading.text.string)
        if name is None:
            continue
        around = (label for label in cells if id(label) in names or label.cell.column == 0)
        if any(_is_divided(label, reading, cells) for label in around):
            continue
        left = [other for other in cells if _is_left_of(other.cell, reading.cell)]
        if any(id(other) in names for other in left) and not _heads_a_column(reading, left, cells, form):
            continue
        names[id(reading)] = name
    return names | _worn_labels(cells, names, form)


def _worn_labels(cells: list[CellReading], names: dict[int, str], form: Form) -> dict[int, str]:
    """The cells below or above two labels and more that are one themselves, read with a character wrong."""
    columns = [reading.cell.column for reading in cells if id(reading) in names]
    found: dict[int, str] = {}
    for reading in cells:
        if id(reading) in names or columns.count(reading.cell.column) < 2:
            continue
        name = worn_label(reading.text, form.fields, {*names.values(), *found.values()})
        if name is not None:
            found[id(reading)] = name
    return found


def _is_divided(label: CellReading, reading: CellReading, cells: list[CellReading]) -> bool:
    """Whether the cell stands in the value of a label that reaches over several rows of cells: what a spreadsheet draws
    there, such as a table of counts, holds no labels of the sheet."""
    own, cell = label.cell, reading.cell
    inside = own.row <= cell.row and cell.row + cell.row_span <= own.row + own.row_span
    if not inside or own.row_span == 1 or cell.column < own.column + own.column_span:
        return False
    beside = [other.cell for other in cells if _is_left_of(own, other.cell)]
    return any(other.row_span < own.row_span for other in beside)


def _heads_a_column(reading: CellReading, left: list[CellReading], cells: list[CellReading], form: Form) -> bool:
    """Whether labels stand side by side here, each over its value: what is below both is no label."""
    if any((label.cell.row, label.cell.row_span) != (reading.cell.row, reading.cell.row_span) for label in left):
        return False
    below = [other for label in (reading, *left) for other in cells if _is_above(label.cell, other.cell)]
    return bool(below) and all(other.text and form.field(other.text.string) is None for other in below)


def _is_left_of(one: Cell, other: Cell) -> bool:
    rows = one.row < other.row + other.row_span and other.row < one.row + one.row_span
    return rows and one.column + one.column_span == other.column


def _is_above(one: Cell, other: Cell) -> bool:
    return one.row + one.row_span == other.row and _share_columns(one, other)


def _share_columns(one: Cell, other: Cell) -> bool:
    return one.column < other.column + other.column_span and other.column < one.column + one.column_span


def _beside(label: CellReading, cells: list[CellReading], names: dict[int, str]) -> list[CellReading]:
    """The cells to the right of a label, up to the next label of its rows."""
    own = label.cell
    rows = range(own.row, own.row + own.row_span)
    right = [other for other in cells if other.cell.column >= own.column + own.column_span and other.cell.row in rows]
    ends = [other.cell.column for other in right if id(other) in names]
    return [other for other in right if not ends or other.cell.column < min(ends)]


def _below(label: CellReading, cells: list[CellReading], names: dict[int, str]) -> list[CellReading]:
    """The cells right below a label, within its columns, up to the next label."""
    own = label.cell
    found: list[CellReading] = []
    for other in cells:
        if other.cell.row < own.row + own.row_span or not _share_columns(other.cell, own):
            continue
        if id(other) in names or other.cell.column < own.column:
            break
        found.append(other)
        if own.column_span == other.cell.column_span:
            break
    return found


def has_labels_below(table: TableReading, row: int, form: Form) -> bool:
    """Whether the labels of two or more fields of a sheet stand at the left of the rows from `row` on. Titles that say
    the words of one (…の委託について（情報項目の変更）) are of one field at most."""
    left = [r.text.string for r in table.cells if r.cell.row >= row and r.cell.column == 0]
    return len({form.field(words) for words in left} - {None}) >= 2


def known_labels(rows: list[LabelledRow]) -> int:
    """How many different fields of the form the rows hold beside a value."""
    return len({row.name for row in rows if row.name is not None})


def cases_of(rows: list[LabelledRow]) -> list[list[LabelledRow]]:
    """The rows of a table that holds several cases one after the other: each begins with the same label."""
    named = [row.name for row in rows if row.name is not None]
    if not named or named.count(named[0]) < 2 or named[0] not in ("project_name", "title", "number"):
        return [rows]
    cases: list[list[LabelledRow]] = []
    for row in rows:
        if row.name == named[0] or not cases:
            cases.append([])
        cases[-1].append(row)
    return cases


def add_rows(sheet: Sheet, rows: list[LabelledRow], goes_on: bool) -> None:
    """Put a table's rows into the sheet; with `goes_on` a first row without label is the rest of the row before."""
    last = sheet.last if goes_on else None
    for row in rows:
        if last is not None and (not row.label or (row is rows[0] and _closes(last.label, row.label))):
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


def _closes(label: Text, rest: Text) -> bool:
    """Whether a label that opens a bracket goes on with these words, which close it: the page break cut it."""
    is_open = sum(label.string.count(sign) - label.string.count(end) for sign, end in ("（）", "()")) > 0
    return is_open and sum(rest.string.count(end) - rest.string.count(sign) for sign, end in ("（）", "()")) > 0


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
    for line in reversed([line for line in lines if not form.marks.fullmatch(line.text.string)]):
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
