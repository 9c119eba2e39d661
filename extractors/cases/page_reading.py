"""What is on one page, still verbatim: its tables with the text of their cells, and the lines that stand outside.

A pure function of the page, so pages can be read in any order and anywhere; `report` puts them together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from extractors.diagrams.diagram import Diagram, read_diagram
from extractors.forms.form import Form
from extractors.lists.controls import looks_like_controls
from extractors.pages.geometry import Box, Frame
from extractors.pages.lines import GlyphIndex, Line, Paragraph, is_page_number, lines_of, paragraphs_of
from extractors.pages.page import Page
from extractors.pages.text import Glyph
from extractors.tables.boxed import between_boxes
from extractors.tables.cells import Block, CellReading, TableReading, table_rows
from extractors.tables.chunks import SEGMENT_GAP
from extractors.tables.labelled_lines import labelled_tables
from extractors.tables.rules_only import between_rules, ends_of_sides, rest_of_row
from extractors.tables.tables import Cell, Table, find_tables
from extractors.tables.unruled import list_rulings_below, without_rules
from extractors.tables.unruled_sheets import sheet_rulings

FREE_GAP = 2.5
"""Outside tables, a gap of so many character heights parts two texts that stand side by side."""

WHOLE = 0.8
"""Pictures that cover this share of a page are the page."""


@dataclass(frozen=True)
class PageReading:
    """One page as recognised; boxes are in the page's reading frame, in points."""

    page: Page
    frame: Frame
    rotation: int
    method: str
    size: tuple[float, float]
    char_count: int
    ocr_confidence: float | None
    tables: tuple[TableReading, ...]
    free: tuple[Line, ...]
    has_drawing: bool
    has_picture: bool
    unreadable: int
    notes: tuple[str, ...]
    is_unruled: bool = False
    """Whether its tables were found by the form's labels, without rulings."""

    @property
    def has_pasted_picture(self) -> bool:
        """Whether a picture stands on the page; one that covers it, in strips or whole, is the page itself."""
        covered = sum(picture.box.area for picture in self.page.pictures)
        return self.has_picture and covered < WHOLE * self.size[0] * self.size[1]

    @property
    def number(self) -> int:
        """The page's number, from 1."""
        return self.frame.page

    @cached_property
    def diagram(self) -> Diagram:
        """The page as a drawing, read when first asked for."""
        return read_diagram(self.page, looks_like_controls)

    def above(self, table: TableReading) -> list[Line]:
        """The free lines between the table before (or the page's head) and this one, top to bottom."""
        top = max((t.table.box.bottom for t in self.tables if t.table.box.bottom <= table.table.box.top), default=0.0)
        return [line for line in self.free if top <= line.box.centre[1] <= table.table.box.top]


def read_layout(
    page: Page, form: Form, columns: Sequence[tuple[float, float]] = (), of_sheet: bool = False
) -> PageReading:
    """Recognise a page's tables and lines; `form` tells where a table without rulings is.

    `columns`: where the columns of a list (or, `of_sheet`, of a sheet) without vertical rulings stood on the page
    before, if it may go on here.
    """
    tiles, rulings = between_boxes(page, form)
    if tiles:
        page = replace(page, rulings=(*rulings, *tiles))
    index = GlyphIndex(page)
    also = between_rules(page, form, columns)
    if of_sheet and not also and not any(ruling.vertical for ruling in page.rulings):
        also = rest_of_row(page, columns)
    elif of_sheet:
        also = [*also, *ends_of_sides(page, columns)]
    rest_of = (columns[0][0], columns[-1][1]) if of_sheet and not page.shapes else None
    found = find_tables(page, also, rest_of)
    loose = _outside(page.glyphs, found)
    words = _without_page_number(loose, page)
    goes_on = bool(columns) and not of_sheet and not found
    if of_sheet and not page.rulings:
        unruled = sheet_rulings(lines_of(words, split_at=SEGMENT_GAP), form, columns)
    else:
        unruled = list_rulings_below(columns, words) if goes_on else without_rules(words, form)
    if unruled:
        found = find_tables(page, [*also, *unruled])
        loose = _outside(page.glyphs, found)
    tables = tuple(_table(table, index) for table in found)
    free = lines_of(loose, split_at=FREE_GAP)
    sheets, rest, apart = labelled_tables(lines_of(words), tables, form, page)
    if sheets:
        tables, free = tuple(sorted([*sheets, *apart], key=lambda t: t.table.box.top)), rest
    inked = [glyph for glyph in page.glyphs if not glyph.text.isspace()]
    read = [glyph.confidence for glyph in inked if glyph.method == "ocr"]
    oblique = any(not (r.horizontal or r.vertical) for r in page.rulings)
    return PageReading(
        page=page,
        frame=page.frame,
        rotation=page.rotation,
        method=page.method,
        size=(page.width, page.height),
        char_count=len(inked),
        ocr_confidence=round(sum(read) / len(read), 4) if read else None,
        tables=tables,
        free=tuple(free),
        has_drawing=bool(page.shapes) or oblique,
        has_picture=bool(page.pictures),
        unreadable=page.unreadable,
        notes=page.notes,
        is_unruled=bool(unruled),
    )


def _without_page_number(glyphs: Sequence[Glyph], page: Page) -> list[Glyph]:
    lines = lines_of(glyphs, split_at=FREE_GAP)
    numbers = [line.box.grown(1) for line in lines if is_page_number(line, page.height) and not _in_a_row(line, lines)]
    return [glyph for glyph in glyphs if not any(box.holds_point(*glyph.box.centre) for box in numbers)]


def _in_a_row(line: Line, lines: Sequence[Line]) -> bool:
    """Whether the line stands in a row of a list: beside two others, or more."""
    return sum(other.box.top < line.box.centre[1] < other.box.bottom for other in lines) > 2


def _outside(glyphs: Sequence[Glyph], tables: Sequence[Table]) -> list[Glyph]:
    boxes = [table.box for table in tables]
    return [glyph for glyph in glyphs if not any(box.holds_point(*glyph.box.centre) for box in boxes)]


def _table(table: Table, index: GlyphIndex) -> TableReading:
    inner = tuple(_table(one, index) for one in table.inner)
    return TableReading(table, tuple(CellReading(cell, _blocks(cell, inner, index)) for cell in table.cells), inner)


def _blocks(cell: Cell, inner: Sequence[TableReading], index: GlyphIndex) -> tuple[Block, ...]:
    own = [table for table in inner if cell.box.holds(table.table.box, 2.0)]
    glyphs = index.within(cell.box)
    if not own:
        return tuple(paragraphs_of(lines_of(glyphs), cell.box))
    outside = [glyph for glyph in glyphs if not any(t.table.box.holds_point(*glyph.box.centre) for t in own)]
    blocks: list[Block] = []
    top = cell.box.top
    for table in sorted(own, key=lambda t: t.table.box.top):
        blocks += _between(outside, cell.box, top, table.table.box.top)
        blocks += table_rows(table)
        top = table.table.box.top
    return (*blocks, *_between(outside, cell.box, top, cell.box.bottom + 1))


def _between(glyphs: Sequence[Glyph], box: Box, top: float, bottom: float) -> list[Paragraph]:
    return paragraphs_of(lines_of(g for g in glyphs if top <= g.box.centre[1] < bottom), box)
