"""Sheets that are no table: 事業名：… 担当課：…, a label at the head of a line and its value behind it and below.

What is found becomes a table of two columns like any other; the form's labels alone tell where one is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from extractors.cells import Block, CellReading, TableReading
from extractors.form import Form
from extractors.geometry import Box, union
from extractors.lines import Line, paragraphs_of
from extractors.tables import Cell, Table
from extractors.text import Text

_LABEL = re.compile(
    r"^\s*(?:[0-9０-９]{1,2}[．.、\s]\s*|[(（][0-9０-９]{1,2}[)）]\s*|[○●■□◆◇・]\s*)?(?P<label>[^：:。、]{2,24}?)\s*[：:]\s*"
)
_GAP = re.compile(r"^\s*(?P<label>[^：:。、]{2,24}?)[\u3000\s]{2,}")


@dataclass
class _Row:
    name: str
    label: Text
    lines: list[Line] = field(default_factory=list)


def labelled_tables(lines: Sequence[Line], form: Form, page: int, room: Box) -> tuple[list[TableReading], list[Line]]:
    """The sheets that stand in the lines (whole ones, top to bottom), and the lines that belong to none."""
    sheets: list[list[_Row]] = []
    rest: list[Line] = []
    for line in lines:
        row = _labelled(line, form)
        if row is not None:
            if not sheets or row.name in {other.name for other in sheets[-1]}:
                if sheets:
                    rest += _given_back(sheets[-1], form)
                sheets.append([])
            sheets[-1].append(row)
        elif sheets:
            sheets[-1][-1].lines.append(line)
        else:
            rest.append(line)
    kept = [sheet for sheet in sheets if len({row.name for row in sheet}) >= form.sheet_needs]
    rest += [line for sheet in sheets if sheet not in kept for row in sheet for line in row.lines]
    return [_table(sheet, page, room) for sheet in kept], rest if kept else list(lines)


def _labelled(line: Line, form: Form) -> _Row | None:
    for pattern in (_LABEL, _GAP):
        match = pattern.match(line.text.string)
        name = form.field(match["label"]) if match else None
        if match and name is not None:
            value = line.text[match.end() :].strip()
            label = line.text[match.start("label") : match.end("label")]
            row = _Row(name, label)
            if value:
                row.lines.append(Line(value, value.box, line.size))
            return row
    return None


def _given_back(sheet: list[_Row], form: Form) -> list[Line]:
    """The last lines of a sheet that are the title of the next one: from the last line that stands apart, or that holds
    the number of a case, on; they are taken out of the sheet."""
    lines = sheet[-1].lines
    for n in range(len(lines) - 1, max(-1, len(lines) - 5), -1):
        numbered = any(pattern.search(lines[n].text.string) for pattern in form.number_patterns)
        apart = n > 0 and lines[n].box.top - lines[n - 1].box.bottom > 1.5 * lines[n].size
        if numbered or apart:
            title = lines[n:]
            del lines[n:]
            return title
    return []


def _table(rows: list[_Row], page: int, room: Box) -> TableReading:
    cells: list[CellReading] = []
    for number, row in enumerate(rows):
        label = row.label.box
        boxes = [line.box for line in row.lines]
        value = union(boxes) if boxes else Box(label.x1, label.top, room.x1, label.bottom)
        blocks: tuple[Block, ...] = tuple(paragraphs_of(row.lines, Box(value.x0, value.top, room.x1, value.bottom)))
        named = paragraphs_of([Line(row.label, label, label.height)], label)
        cells.append(CellReading(Cell(label, number, 0), tuple(named)))
        cells.append(CellReading(Cell(value, number, 1), blocks))
    box = union(reading.cell.box for reading in cells)
    return TableReading(Table(page, box, tuple(reading.cell for reading in cells)), tuple(cells), ())
