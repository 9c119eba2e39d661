"""The tables as one Excel workbook: a cover that explains, a list of all columns, and a sheet a table.

Written row by row, so that memory stays the same however many rows there are. Every text is written as a text, which no
spreadsheet runs; one that looks like a formula is marked so that editing its cell does not make it one. The same tables
give the same bytes: the workbook holds no date.
"""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.export.cells import flat, is_unsafe
from pipeline.export.cover import Said, write_columns, write_cover
from pipeline.export.csv_files import Headings, heading
from pipeline.tables.read import read_batches
from pipeline.tables.schema import Table, tables

MOST_ROWS = 1_048_576
"""Rows of a sheet of Excel, its heading among them; more go on on another sheet."""

MOST_LETTERS = 32_767
"""Letters of a cell, counted as Excel counts them (UTF-16)."""

MOST_DIGITS = 10**15
"""Excel keeps 15 digits of a number; a longer one is written as a text."""

FIRST_DAY = datetime.date(1900, 3, 1)
"""Excel's calendar is right from here on; an earlier day is written as a text."""

NARROWEST, WIDEST = 8, 60
"""Limits of a column's width, in half-width letters."""

LOOKED_AT = 500
"""Rows that decide how wide the columns are."""


@dataclass
class _Formats:
    """How cells look."""

    head: Format
    text: Format
    like_formula: Format
    date: Format


@dataclass
class _Sheets:
    """The sheets that a table takes, and what had to be cut."""

    names: list[str] = field(default_factory=list)
    rows: int = 0
    cut: int = 0


def write_workbook(out: Path, path: Path, headings: Headings, told: Callable[[str, int], None]) -> None:
    """Write the tables of `out` as a workbook; `told` gets each table and its rows.

    Raises FileNotFoundError where a table is missing.
    """
    with tempfile.TemporaryDirectory(prefix=".besshi-", dir=path.parent) as rows_on_their_way:
        book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": rows_on_their_way})
        _write(book, out, headings, told)


def _write(book: xlsxwriter.Workbook, out: Path, headings: Headings, told: Callable[[str, int], None]) -> None:
    book.use_zip64()
    book.set_properties({"created": datetime.datetime(2000, 1, 1), "title": "besshi"})
    formats = _Formats(
        book.add_format({"bold": True, "bg_color": "#DCE6F1", "bottom": 1}),
        book.add_format(),
        book.add_format({"quote_prefix": True}),
        book.add_format({"num_format": "yyyy-mm-dd"}),
    )
    # The sheets before the tables are written last, when it is known what is on those behind.
    cover, columns = book.add_worksheet("表紙 Cover"), book.add_worksheet("列 Columns")
    said: list[Said] = []
    for table in tables().values():
        sheets = _write_table(book, out, table, headings, formats)
        said.append(Said(table, tuple(sheets.names), sheets.rows, sheets.cut))
        told(table.name, sheets.rows)
    write_cover(book, cover, out, said)
    write_columns(book, columns, formats.head)
    book.close()


def _write_table(book: xlsxwriter.Workbook, out: Path, table: Table, headings: Headings, formats: _Formats) -> _Sheets:
    sheets = _Sheets()
    sheet, row = _new_sheet(book, table, headings, formats, sheets), 0
    widths: list[int] | None = None
    for rows in _rows(out, table):
        if widths is None:
            widths = [
                _width(heading(c, headings), [r[n] for r in rows[:LOOKED_AT]]) for n, c in enumerate(table.columns)
            ]
            _set_widths(sheet, widths)
        for values in rows:
            if row == MOST_ROWS - 1:
                _close_sheet(sheet, row, table)
                sheet, row = _new_sheet(book, table, headings, formats, sheets), 0
                _set_widths(sheet, widths)
            row += 1
            for column, value in enumerate(values):
                if value is not None:
                    sheets.cut += _write_cell(sheet, row, column, value, formats)
        sheets.rows += len(rows)
    if widths is None:
        _set_widths(sheet, [_width(heading(column, headings), []) for column in table.columns])
    _close_sheet(sheet, row, table)
    return sheets


def _rows(out: Path, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a table, some thousands at a time."""
    for batch in read_batches(out, table.name):
        if len(batch):
            yield list(zip(*(column.to_pylist() for column in flat(table, batch)), strict=True))


def _new_sheet(
    book: xlsxwriter.Workbook, table: Table, headings: Headings, formats: _Formats, sheets: _Sheets
) -> Worksheet:
    name = table.name if not sheets.names else f"{table.name} ({len(sheets.names) + 1})"
    sheets.names.append(name)
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for number, column in enumerate(table.columns):
        sheet.write_string(0, number, heading(column, headings), formats.head)
    return sheet


def _close_sheet(sheet: Worksheet, rows: int, table: Table) -> None:
    sheet.autofilter(0, 0, rows, len(table.columns) - 1)


def _set_widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    for number, width in enumerate(widths):
        sheet.set_column(number, number, width)


def _width(head: str, values: Sequence[Any]) -> int:
    """As wide as nine in ten of the values want it, and as the heading with the button of its filter."""
    wanted = sorted(_letters(value) for value in values if value is not None)
    typical = wanted[len(wanted) * 9 // 10] if wanted else 0
    return max(NARROWEST, min(WIDEST, max(typical + 2, _letters(head) + 4)))


def _letters(value: Any) -> int:
    """The width of a value on one line; a Japanese letter is two wide."""
    if isinstance(value, datetime.date):
        return 10
    lines = str(value).split("\n")
    return max(sum(2 if east_asian_width(letter) in "WFA" else 1 for letter in line[:WIDEST]) for line in lines)


def _write_cell(sheet: Worksheet, row: int, column: int, value: Any, formats: _Formats) -> int:
    """Write a cell by what the value is, never by what it looks like; gives 1 where it had to be cut, else 0."""
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, datetime.date) and value >= FIRST_DAY:
        sheet.write_datetime(row, column, datetime.datetime(value.year, value.month, value.day), formats.date)
    elif isinstance(value, int | float) and abs(value) < MOST_DIGITS:
        sheet.write_number(row, column, value)
    else:
        text = str(value)
        kept = _cut(text)
        sheet.write_string(row, column, kept, formats.like_formula if is_unsafe(text) else formats.text)
        return kept != text
    return 0


def _cut(text: str) -> str:
    """The text as long as a cell can hold it, an ellipsis saying that there is more."""
    if len(text) * 2 <= MOST_LETTERS or len(text.encode("utf-16-le")) // 2 <= MOST_LETTERS:
        return text
    return text.encode("utf-16-le")[: (MOST_LETTERS - 1) * 2].decode("utf-16-le", "ignore") + "…"
