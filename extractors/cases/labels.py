"""The labels of a paper: what is printed over columns, beside rows, above titles and in margins, and what it means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from extractors.cases.case_list import ListColumns
from extractors.cases.sheet import LabelledRow
from extractors.forms.form import Form
from extractors.pages.lines import Line
from extractors.pages.text import Text
from extractors.tables.cells import TableReading

LabelPart = Literal["list", "sheet", "title", "mark", "attachment", "running", "page_number", "head", "drawing"]
"""Where a label stands: over a column of the list, beside a row of a sheet, in the lines over a sheet, as the mark of a
paper (資料2), as the heading of a 別紙, in the margin of every page, at the head of the report, in a drawing."""


class LabelSeen(NamedTuple):
    """A label as printed and the field of the form that it stands for; None: no form knows it.

    Outside lists and sheets `field` is what the label was good for (`number`, `title`).
    """

    text: Text
    field: str | None
    part: LabelPart


def list_labels(table: TableReading, columns: ListColumns, form: Form) -> list[LabelSeen]:
    """The labels over the columns of a list."""
    header = [reading for reading in table.reaching(columns.header_rows - 1) if reading.text]
    return [LabelSeen(reading.text, form.column(reading.text.string), "list") for reading in header]


def sheet_labels(rows: Iterable[LabelledRow]) -> list[LabelSeen]:
    """The labels of a sheet; one that no form knows only where a value stands with it."""
    return [LabelSeen(row.label, row.name, "sheet") for row in rows if row.label and (row.name or row.blocks)]


def title_labels(lines: Iterable[Line], title: Text | None, form: Form) -> Iterator[LabelSeen]:
    """Of the lines over a sheet those that make its title and its number."""
    own = {id(glyph) for glyph in title.glyphs if glyph is not None} if title is not None else set()
    for line in lines:
        in_title = any(id(glyph) in own for glyph in line.text.glyphs)
        numbered = any(pattern.search(line.text.string) for pattern in form.number_patterns)
        if in_title or numbered:
            yield LabelSeen(line.text, "number" if numbered else "title", "title")


def marks(lines: Iterable[Line], form: Form) -> Iterator[LabelSeen]:
    """Marks of a paper, such as 資料2."""
    return (LabelSeen(line.text, "mark", "mark") for line in lines if form.marks.fullmatch(line.text.string))
