"""Cells with what stands in them: paragraphs, and the rows of tables within a cell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from extractors.pages.lines import Paragraph
from extractors.pages.text import Text
from extractors.tables.tables import Cell, Table


@dataclass(frozen=True)
class TableRow:
    """A row of a table that stands in a cell among its paragraphs: its cells' texts, left to right.

    `text` joins them by a full-width space; `spanning` are cells that began in an earlier row and reach into this one,
    `columns` the numbers of the cells' columns, `heads` the cells of the table's first row over each of them.
    """

    cells: tuple[Text, ...]
    spanning: tuple[Text, ...] = ()
    columns: tuple[int, ...] = ()
    heads: tuple[Text, ...] = ()

    @property
    def text(self) -> Text:
        """The row as one line."""
        return Text.join(self.cells, "\u3000")


Block = Paragraph | TableRow


@dataclass(frozen=True)
class CellReading:
    """A cell and what stands in it: paragraphs, and the rows of tables within it."""

    cell: Cell
    blocks: tuple[Block, ...]

    @cached_property
    def text(self) -> Text:
        """All of it, a line break between blocks."""
        return Text.join((block.text for block in self.blocks), "\n")


@dataclass(frozen=True)
class TableReading:
    """A ruled table with its cells read; `inner` are those within its cells."""

    table: Table
    cells: tuple[CellReading, ...]
    inner: tuple[TableReading, ...]

    def row(self, number: int) -> list[CellReading]:
        """The cells that begin in the row, left to right."""
        return [reading for reading in self.cells if reading.cell.row == number]

    def reaching(self, number: int) -> list[CellReading]:
        """The cells that stand in, or reach into, the row, left to right."""
        return [r for r in self.cells if r.cell.row <= number < r.cell.row + r.cell.row_span]


def table_rows(table: TableReading) -> list[TableRow]:
    """The rows of a table as blocks of the cell that it stands in; empty ones left out."""
    rows = []
    for number in range(table.table.rows):
        begins = [reading for reading in table.row(number) if reading.text]
        reaching = [
            reading.text
            for reading in table.cells
            if reading.cell.row < number < reading.cell.row + reading.cell.row_span and reading.text
        ]
        if begins:
            heads = tuple(_head_over(reading.cell, table) for reading in begins)
            texts = tuple(reading.text for reading in begins)
            rows.append(TableRow(texts, tuple(reaching), tuple(reading.cell.column for reading in begins), heads))
    return rows


def _head_over(cell: Cell, table: TableReading) -> Text:
    """The cell of the table's first row that stands over a cell; empty for the first row itself."""
    for head in table.row(0):
        if cell.row and head.cell.column <= cell.column < head.cell.column + head.cell.column_span:
            return head.text
    return Text()
