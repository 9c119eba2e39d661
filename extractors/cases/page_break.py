"""Sheets that go on over a page break where the page alone does not show it: with horizontal rules only, in a single
cell, or in lines without any rules.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from extractors.cases import sheet as case_sheet
from extractors.cases.page_reading import PageReading
from extractors.cases.running import in_margin, running
from extractors.forms.form import Form
from extractors.japanese.normalise import key
from extractors.pages.geometry import Box, union
from extractors.pages.lines import Line, is_page_number, paragraphs_of
from extractors.tables.labelled_lines import labelled_parts
from extractors.tables.open_rows import FIRST_ROWS
from extractors.tables.rules_only import SAME_EXTENT

TO_FOOT = 0.7
"""A sheet may go on over the page break when it reaches down to this share of its page."""


def may_be_rest(
    page: PageReading, before: PageReading, table: Box, fields: Collection[str], continues: bool, form: Form
) -> bool:
    """Whether a sheet whose last table on the page before stands at `table` may go on here in part of a table: it ran
    to the foot of its page, and what comes first here is neither the title of a case nor a sheet with its first labels.

    `fields` are those that the sheet has; `continues`: the page's first table shows by itself that it goes on.
    """
    if table.bottom < TO_FOOT * before.size[1] or not _is_ruled(table, before):
        return False
    first = next(iter(body_lines(page, before, table)), None)
    # below a table, the rest of one within a value, no line heads the page
    head = page.tables[0].table.box.top if page.tables else page.size[1]
    if first is not None and first.box.top < head and _heads_page(first, form):
        return False
    sides = any(r.vertical and table.grown(2).holds_point(*r.box.centre) for r in before.page.rulings)
    if page.size != before.size or page.has_pasted_picture or (sides and page.has_drawing):
        return False
    if not page.tables:
        # of a sheet with sides something of its sides must be seen here too
        return first is not None and (not sides or any(ruling.vertical for ruling in page.page.rulings))
    known = {row.name for row in case_sheet.labelled_rows(page.tables[0], form)} & set(fields)
    return (sides or not known & set(FIRST_ROWS)) and not continues


def body_lines(page: PageReading, before: PageReading, table: Box) -> list[Line]:
    """The free lines of a page without its running head, foot and number; a line in a margin that stands over a rule as
    wide as the table of the page before is no running head."""
    heads = running(page, before)
    lines = [line for line in page.free if id(line) not in heads and not is_page_number(line, page.size[1])]
    return [line for line in lines if not in_margin(line, page) or _is_above_rule(line, table, page)]


def plain_rest(page: PageReading, before: PageReading, table: Box, body: Sequence[Line], form: Form) -> list[Line]:
    """The lines at the head of a page that go on with a sheet of labelled lines without any rules, which stands at
    `table` on the page before and ran to its foot: down to the title of the next case, if one begins here."""
    if _is_ruled(table, before) or table.bottom < TO_FOOT * before.size[1] or page.size != before.size:
        return []
    if page.has_drawing or page.has_pasted_picture or (page.tables and page.page.rulings):
        return []
    foot = page.tables[0].table.box.top if page.tables else page.size[1]
    lines = [line for line in body if line.box.centre[1] < foot]
    if page.tables:
        start = len(lines)
        while start > 0 and (start == len(lines) or _is_close(lines[start - 1], lines[start])):
            start -= 1
        lines = lines[:start]  # what stands close above the next sheet is its title
    end = next((n for n, line in enumerate(lines) if _is_numbered(line, form)), len(lines))
    headed = form.attachment_pattern.search(key("".join(line.text.string for line in lines[:2])))
    return [] if headed else lines[:end]


def rows_of_rest(lines: Sequence[Line], form: Form) -> list[case_sheet.LabelledRow]:
    """The rest of a sheet of labelled lines as rows: what goes on with the last row, then those with labels."""
    return [
        case_sheet.LabelledRow(name, label, tuple(paragraphs_of(own, union(line.box for line in own))) if own else ())
        for name, label, own in labelled_parts(lines, form)
    ]


def _is_above_rule(line: Line, table: Box, page: PageReading) -> bool:
    """Whether a line in the head margin stands over a rule as wide as the table: the last words of a row."""
    if line.box.x0 < table.x0 - 2:
        return False
    below = [r.box for r in page.page.rulings if r.horizontal and line.box.bottom <= r.box.top < 0.2 * page.size[1]]
    for rule in below:
        whole = union(piece for piece in below if abs(piece.top - rule.top) <= 1.0)  # each cell may draw its own piece
        if abs(whole.x0 - table.x0) <= SAME_EXTENT and abs(whole.x1 - table.x1) <= SAME_EXTENT:
            return True
    return False


def _is_ruled(table: Box, page: PageReading) -> bool:
    return any(table.grown(2).holds_point(*ruling.box.centre) for ruling in page.page.rulings)


def _is_numbered(line: Line, form: Form) -> bool:
    return any(pattern.search(line.text.string) for pattern in form.number_patterns)


def _heads_page(line: Line, form: Form) -> bool:
    """Whether a line is the title of a case with its number, or that of a 別紙."""
    return _is_numbered(line, form) or form.attachment_pattern.search(key(line.text.string)) is not None


def _is_close(above: Line, below: Line) -> bool:
    return below.box.top - above.box.bottom < 1.5 * max(above.size, below.size)
