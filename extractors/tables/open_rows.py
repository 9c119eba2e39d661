"""How far a row reaches that no rule closes, at a page break or over the first rule, with the tables that stand in it.

Points, origin upper left.
"""

from __future__ import annotations

from extractors.forms.form import Form
from extractors.pages.geometry import Box
from extractors.pages.lines import Line, is_page_number, lines_of
from extractors.pages.page import Page
from extractors.pages.text import Glyph
from extractors.tables.chunks import chunks_of, header_in

AT_FOOT = 0.78
"""A row without a closing rule goes on over the page break when its words reach down to this share of the page."""

MARGIN = 0.1
"""Running heads and feet stand within this share of the page's height from its edges …"""

APART = 1.0
"""… and so many character heights or more away from what else the page says."""

HIGHEST_ROW = 4
"""Lines that the first row of a table has at most, where no rule stands over it."""

FIRST_ROWS = ("title", "project_name", "number")
"""Fields that the first row of a sheet may hold: where it comes again, another sheet begins."""

CLEAR = 4.0
"""Points that keep the rules of a table within a row clear of those of the row."""


def _body_lines(page: Page, top: float, foot: float) -> list[Line]:
    """The lines between two heights, top to bottom, without the running head and foot of the page: lines in its margins
    that stand apart from the rest and in no table."""
    lines = lines_of(g for g in page.glyphs if not g.text.isspace() and top < g.box.centre[1] < foot)
    lines = [line for line in lines if not is_page_number(line, page.height)]
    for end, beside in ((0, 1), (-1, -2)):
        while len(lines) > 1 and _in_margin(lines[end], page):
            one, other = lines[end], lines[beside]
            near = max(one.box.top, other.box.top) - min(one.box.bottom, other.box.bottom) < APART * one.size
            if near or _is_in_table(one, page):
                break
            lines.pop(end)
    return lines


def _is_in_table(line: Line, page: Page) -> bool:
    """Whether rules stand on both sides of the line."""
    beside = [r.box for r in page.rulings if r.vertical and r.box.top <= line.box.centre[1] <= r.box.bottom]
    return any(box.x1 <= line.box.x0 for box in beside) and any(box.x0 >= line.box.x1 for box in beside)


def _tables_within(page: Page, top: float, foot: float, room: Box) -> list[Box]:
    """The sides of the tables that stand within a row between two heights."""
    sides = [ruling.box for ruling in page.rulings if ruling.vertical]
    return [box for box in sides if top - 1 <= box.top and box.bottom <= foot + 1 and room.x0 < box.x0 < room.x1]


def _in_margin(line: Line, page: Page) -> bool:
    return not MARGIN * page.height <= line.box.centre[1] <= (1 - MARGIN) * page.height


def open_foot(page: Page, last: float, room: Box, share: float = AT_FOOT) -> float | None:
    """How far down the words and tables under the last rule reach, where they run to the foot of the page: a row that a
    page break cut, without a closing rule."""
    words = _body_lines(page, last, page.height)
    if not words or any(line.box.x0 < room.x0 - 2 or line.box.x1 > room.x1 + 2 for line in words):
        return None
    tables = [box.bottom + CLEAR for box in _tables_within(page, last, page.height, room)]
    reach = max([*(line.box.bottom for line in words), *tables])
    near = share == 0.0 or words[0].box.top - last < 3 * words[0].size
    return reach + 2 if near and reach > share * page.height else None


def open_head(page: Page, first: float, room: Box) -> float | None:
    """Where the words and tables over the first rule begin: the rest of a row that a page break cut."""
    words = _body_lines(page, 0.0, first)
    if not words or any(line.box.x0 < room.x0 - 2 or line.box.x1 > room.x1 + 2 for line in words):
        return None
    tables = [box.top - CLEAR for box in _tables_within(page, 0.0, first, room)]
    return min([*(line.box.top for line in words), *tables]) - 2


def open_top(page: Page, first: float, room: Box, form: Form) -> float | None:
    """Where a table begins whose first row no rule stands over: the labels of a list right over its first rule, or the
    first row of a sheet there."""
    inked = [glyph for glyph in page.glyphs if not glyph.text.isspace()]
    over = [glyph for glyph in inked if first - 8 * glyph.size < glyph.box.top and glyph.box.bottom < first + 2]
    lines = lines_of(g for g in over if room.x0 - 2 <= g.box.centre[0] <= room.x1 + 2)
    top, size = first, 0.0
    taken: list[Glyph] = []
    found, fields = None, 0
    for line in reversed(lines[-HIGHEST_ROW:]):
        if top - line.box.bottom > (0.8 if taken else 1.5) * line.size or (size and abs(line.size - size) > 0.1 * size):
            break
        taken += [glyph for glyph in line.text.glyphs if glyph is not None]
        top, size = line.box.top, line.size
        chunks = chunks_of(taken, form.field)
        header = header_in(taken, form)
        named = len({chunk.name for chunk in header} - {None})
        # a label of several lines may begin over the others
        if named > fields or (not found and len(chunks) > 1 and chunks[0].name in FIRST_ROWS):
            found, fields = top - 1, named
    return found
