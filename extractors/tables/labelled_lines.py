"""Sheets that are no table: 事業名：… 担当課：…, a label at the head of a line and its value behind it and below, or a
label in a line of its own with its value set in below (or the label set off by a sign: ■目的, 【目的】).

What is found becomes a table of two columns like any other; the form's labels alone tell where one is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from extractors.forms.form import Form
from extractors.pages.geometry import Box, union
from extractors.pages.lines import Line, paragraphs_of
from extractors.pages.page import Page
from extractors.pages.text import Text
from extractors.tables.cells import Block, CellReading, TableReading, table_rows
from extractors.tables.tables import Cell, Table

_LABEL = re.compile(
    r"^\s*(?:[0-9０-９]{1,2}[．.、\s]\s*|[(（][0-9０-９]{1,2}[)）]\s*|[○●■□◆◇・]\s*)?(?P<label>[^：:。、]{2,24}?)\s*[：:]\s*"
)
_OWN_LINE = re.compile(
    r"^\s*(?P<sign>[○●■□◆◇▼▽◎]?\s*[【〔［\[<＜〈《≪]?)\s*(?P<label>[^：:。、\[\]【】〔〕［］<>＜＞〈〉《》≪≫]{2,24}?)\s*[】〕］\]>＞〉》≫]?\s*[：:]?\s*$"
)
_GAP = re.compile(r"^\s*(?P<label>[^：:。、]{2,24}?)[\u3000\s]{2,}")


SET_IN = 0.5
"""A value stands so many character heights right of the label over it."""


@dataclass
class _Row:
    name: str
    label: Text
    parts: list[Line | TableReading] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        return [part for part in self.parts if isinstance(part, Line)]


def labelled_tables(
    lines: Sequence[Line], tables: Sequence[TableReading], form: Form, page: Page
) -> tuple[list[TableReading], list[Line], list[TableReading]]:
    """The sheets that stand in the lines (whole ones, top to bottom), the lines that belong to none, and the ruled
    tables that belong to none: those among a sheet's lines are part of the value that they stand in."""
    free = [line for line in lines if not any(t.table.box.holds_point(*line.box.centre) for t in tables)]
    labelled = _all_labelled(lines, free, form)
    if len({row.name for row in labelled.values()}) < form.sheet_needs:
        return [], list(lines), list(tables)
    sheets: list[list[_Row]] = []
    rest: list[Line] = []
    apart: list[TableReading] = []
    parts: list[Line | TableReading] = sorted([*lines, *tables], key=lambda part: _box(part).top)
    for part in parts:
        row = labelled.get(id(part))
        if row is not None:
            if not sheets or row.name in {other.name for other in sheets[-1]}:
                if sheets:
                    rest += _given_back(sheets[-1], form)
                sheets.append([])
            sheets[-1].append(row)
        elif sheets:
            sheets[-1][-1].parts.append(part)
        elif isinstance(part, Line):
            rest.append(part)
        else:
            apart.append(part)
    kept = [sheet for sheet in sheets if len({row.name for row in sheet}) >= form.sheet_needs]
    for sheet in sheets:
        for row in sheet if sheet not in kept else ():
            rest += row.lines
            apart += [part for part in row.parts if not isinstance(part, Line)]
    return [_table(sheet, page) for sheet in kept], rest if kept else list(lines), apart if kept else list(tables)


def labelled_parts(lines: Sequence[Line], form: Form) -> list[tuple[str | None, Text, list[Line]]]:
    """The lines of the rest of such a sheet row by row: the field, its label and the lines of its value; the lines
    before the first label have neither field nor label."""
    parts: list[tuple[str | None, Text, list[Line]]] = []
    labelled = _all_labelled(lines, lines, form)
    for line in lines:
        row = labelled.get(id(line))
        if row is not None:
            parts.append((row.name, row.label, row.lines))
        elif parts:
            parts[-1][2].append(line)
        else:
            parts.append((None, Text(), [line]))
    return parts


def _box(part: Line | TableReading) -> Box:
    return part.box if isinstance(part, Line) else part.table.box


def _all_labelled(lines: Sequence[Line], free: Sequence[Line], form: Form) -> dict[int, _Row]:
    """The lines that a label heads, by their ids: labels before their values, and of the lines in no table those that
    are a label alone and stand under each other."""
    labelled = {id(line): row for line in lines if (row := _labelled(line, form)) is not None}
    alone: list[tuple[Line, _Row, str]] = []
    margin = min((line.box.x0 for line in free), default=0.0)
    for line, below in pairwise(free):
        match = _OWN_LINE.match(line.text.string) if id(line) not in labelled else None
        name = form.field(match["label"]) if match else None
        if match is None or name is None or line.box.bottom > below.box.top + 0.5 * line.size:
            continue
        if line.box.x0 > margin + SET_IN * line.size:
            continue  # a heading within a value
        if match["sign"].strip() or below.box.x0 > line.box.x0 + SET_IN * line.size:
            row = _Row(name, line.text[match.start("label") : match.end("label")])
            alone.append((line, row, match["sign"].strip()))
    for line, row, sign in alone:
        # of one sign, at one margin: a heading within a value has another
        alike = [(one, other) for one, other, its in alone if its == sign]
        column = [other.name for one, other in alike if abs(one.box.x0 - line.box.x0) < 0.5 * line.size]
        if len(set(column)) >= form.sheet_needs:
            labelled[id(line)] = row
    return labelled


def _labelled(line: Line, form: Form) -> _Row | None:
    for pattern in (_LABEL, _GAP):
        match = pattern.match(line.text.string)
        name = form.field(match["label"]) if match else None
        if match and name is not None:
            value = line.text[match.end() :].strip()
            label = line.text[match.start("label") : match.end("label")]
            row = _Row(name, label)
            if value:
                row.parts.append(Line(value, value.box, line.size))
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
            sheet[-1].parts = [part for part in sheet[-1].parts if not any(part is line for line in title)]
            return title
    return []


def _table(rows: list[_Row], page: Page) -> TableReading:
    cells: list[CellReading] = []
    inner: list[TableReading] = []
    for number, row in enumerate(rows):
        label = row.label.box
        room = Box(label.x1, label.top, page.box.x1, label.bottom)
        value = union(_box(part) for part in row.parts) if row.parts else room
        named = paragraphs_of([Line(row.label, label, label.height)], label)
        cells.append(CellReading(Cell(label, number, 0), tuple(named)))
        blocks = _blocks(row.parts, Box(value.x0, value.top, max(value.x1, room.x0), value.bottom))
        cells.append(CellReading(Cell(value, number, 1), blocks))
        inner += [part for part in row.parts if not isinstance(part, Line)]
    box = union(reading.cell.box for reading in cells)
    table = Table(page.number, box, tuple(reading.cell for reading in cells))
    return TableReading(table, tuple(cells), tuple(inner))


def _blocks(parts: Sequence[Line | TableReading], room: Box) -> tuple[Block, ...]:
    blocks: list[Block] = []
    run: list[Line] = []
    for part in [*parts, None]:
        if isinstance(part, Line):
            run.append(part)
            continue
        blocks += paragraphs_of(run, room)
        run = []
        if part is not None:
            blocks += table_rows(part)
    return tuple(blocks)
