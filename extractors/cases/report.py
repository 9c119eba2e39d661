"""From pages to a report: the 一覧's rows, the sheets, and which 別紙 belongs to which sheet.

Pages come in order, one at a time, and what is complete goes out at once, so that a report of any length needs the
room of one case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from extractors.cases import case_list
from extractors.cases import sheet as case_sheet
from extractors.cases.case_list import ListColumns, ListRow
from extractors.cases.labels import LabelSeen, list_labels, marks, sheet_labels, title_labels
from extractors.cases.page_break import TO_FOOT, body_lines, may_be_rest, plain_rest, rows_of_rest
from extractors.cases.page_reading import PageReading, read_layout
from extractors.cases.running import in_margin, recurs, running
from extractors.cases.sheet import LabelledRow, Sheet
from extractors.forms.form import Form
from extractors.japanese.normalise import key
from extractors.pages.lines import Line, is_page_number
from extractors.tables.cells import TableReading
from extractors.tables.open_rows import FIRST_ROWS

PageKind = Literal["list", "detail", "attachment", "cover", "other", "blank"]


@dataclass
class PageSeen:
    """What a page turned out to be; `sheet` is the sheet that it belongs to.

    `table_numbers` and `table_roles` tell of each of its tables which one it is and what it was taken for (None: for
    nothing), `labels` which labels stand on the page and what each means.
    """

    reading: PageReading
    kind: PageKind
    sheet: Sheet | None
    table_numbers: tuple[int, ...]
    table_roles: tuple[Literal["list", "detail"] | None, ...] = ()
    labels: tuple[LabelSeen, ...] = ()


@dataclass(frozen=True)
class Head:
    """The lines that introduce a report: those before its first table, page by page."""

    lines: tuple[Line, ...]


Event = PageSeen | ListRow | Sheet | Head


def assemble(pages: Iterable[PageReading], form: Form) -> Iterator[Event]:
    """The events of a report in order: each page as seen, each list row and each sheet once it is complete."""
    return _Assembly(form).run(pages)


_OF_A_SHEET = frozenset({"project_name", "title", "department", "purpose", "target"})
"""Rows that the sheet of a case has, and a table of steps, of information items or of measures has not."""


class _Assembly:
    def __init__(self, form: Form) -> None:
        self.form = form
        self.columns: ListColumns | None = None
        self.pending: ListRow | None = None
        self.sheet: Sheet | None = None
        self.open_table: tuple[TableReading, tuple[float, ...], int] | None = None
        """The last table of the page before, if nothing stands below it: it may go on; with its edges and number."""
        self.open_is: Literal["list", "detail", "other"] = "other"
        self.before: PageReading | None = None
        self.below: list[Line] = []
        """What stands below the last table of the page before: a running foot, if it recurs on the next page."""
        self.open_unruled = False
        """Whether a list without rulings ran to the foot of the page before."""
        self.table_count = 0
        self.labels: list[LabelSeen] = []
        """The labels of the page at hand."""
        self.begun: tuple[list[LabelledRow], list[Line], int] | None = None
        """The first rows of a sheet, too few to know it by, at the foot of the page before; the lines above them, and
        the page."""
        self.head: list[Line] = []
        self.head_done = False

    def run(self, pages: Iterable[PageReading]) -> Iterator[Event]:
        for page in pages:
            yield from self._page(page)
        if not self.head_done:
            yield Head(tuple(self.head))
        if self.pending is not None:
            yield self.pending
        if self.sheet is not None:
            yield self.sheet

    def _page(self, page: PageReading) -> Iterator[Event]:
        if self._may_lack_columns(page) and self.columns is not None:
            page = self._read_on(page, self.columns.in_order())
        elif self._goes_on_plain(page) and self.open_table is not None:
            edges = self.open_table[1]
            whole = self._read_on(page, list(pairwise((edges[0], edges[1], edges[-1]))), of_sheet=True)
            page = whole if whole.tables and self._continues(whole.tables[0], []) else page
        elif self._open_sheet() and self._may_be_rest(page) and self.open_table is not None:
            edges = self.open_table[1]
            # labels and values: further columns of a sheet are those of single rows
            columns = list(pairwise(dict.fromkeys((edges[0], edges[1], edges[-1]))))
            whole = self._read_on(page, columns, of_sheet=True)
            page = whole if whole.tables and self._continues(whole.tables[0], []) else page
        kinds: set[PageKind] = set()
        numbers: list[int] = []
        roles: list[Literal["list", "detail"] | None] = []
        self.labels = []
        events: list[Event] = []
        heads = running(page, self.before)
        body = [line for line in page.free if not is_page_number(line, page.size[1]) and id(line) not in heads]
        if self.open_table is not None and not all(recurs(line, page) for line in self.below):
            self.open_table = None
        rest = self._plain_rest(page, body)
        if rest and self.sheet is not None:
            more = rows_of_rest(rest, self.form)
            case_sheet.add_rows(self.sheet, more, goes_on=True)
            self.labels += sheet_labels(more)
            self.sheet.pages.append(page.number)
            kinds.add("detail")
            body = [line for line in body if not any(line is one for one in rest)]
            if not page.tables:
                self.below = []
                self.open_table = self.open_table if rest[-1].box.bottom > TO_FOOT * page.size[1] else None
        for position, table in enumerate(page.tables):
            before = [line for line in body if line.box.centre[1] < table.table.box.top]
            continues = position == 0 and (self._continues(table, before) or self._goes_on_unruled(page, before))
            if not continues:
                self.table_count += 1
            numbers.append(self.table_count)
            role = self._table(table, page, continues, body, events)
            roles.append(role)
            if role is not None:
                kinds.add(role)
                if not self.head_done:
                    self.head += before
                    self.head_done = True
                    events.insert(0, Head(tuple(self.head)))
            self.open_is = role or "other"
        if page.tables:
            self.below = [line for line in body if line.box.top > page.tables[-1].table.box.bottom]
        self.open_unruled = page.is_unruled and self.open_is == "list" and not self.below
        self.before = page
        if page.tables and all(in_margin(line, page) for line in self.below):
            self.open_table = (page.tables[-1], case_list.edges_of(page.tables[-1]), self.table_count)
        elif page.char_count and not rest:
            self.open_table = None
        if not self.head_done:
            self.head += body
        kind = self._kind(page, kinds, body)
        if kind == "attachment" and self.sheet is not None:
            self.sheet.attachments.append(page)
        yield from events
        belongs = self.sheet if kind in ("detail", "attachment") else None
        self.labels += self._other_labels(page, kind, body, heads)
        yield PageSeen(page, kind, belongs, tuple(numbers), tuple(roles), tuple(self.labels))

    def _read_on(
        self, page: PageReading, columns: Sequence[tuple[float, float]], of_sheet: bool = False
    ) -> PageReading:
        """The page read again with the columns of the one before; its running head and foot are no part of the rows."""
        heads = running(page, self.before)
        lines = [line for line in page.free if id(line) in heads]
        apart = {id(glyph) for line in lines for glyph in line.text.glyphs}
        body = replace(page.page, glyphs=tuple(g for g in page.page.glyphs if id(g) not in apart))
        again = read_layout(body, self.form, columns, of_sheet)
        return replace(again, page=page.page, char_count=page.char_count, free=(*lines, *again.free))

    def _other_labels(
        self, page: PageReading, kind: PageKind, body: list[Line], running: set[int]
    ) -> Iterator[LabelSeen]:
        """The labels outside tables: page numbers, running heads, marks, the heading of a 別紙."""
        for line in page.free:
            if is_page_number(line, page.size[1]):
                yield LabelSeen(line.text, "page_number", "page_number")
            elif id(line) in running:
                yield LabelSeen(line.text, "running", "running")
        yield from marks(body, self.form)
        if kind == "attachment":
            heads = (line for line in body[:3] if self.form.attachment_pattern.search(key(line.text.string)))
            yield from (LabelSeen(line.text, "attachment", "attachment") for line in heads)

    def _may_lack_columns(self, page: PageReading) -> bool:
        """Whether a list may go on here whose columns only the page before shows: no vertical rulings, no header."""
        if self.open_is != "list" or self.columns is None:
            return False
        if not page.tables:
            # a single row between two rules is no table by itself
            ruled = sum(r.horizontal for r in page.page.rulings) >= 2 and not any(r.vertical for r in page.page.rulings)
            return self.open_unruled or (ruled and self.open_table is not None)
        first = page.tables[0]
        edges = case_list.edges_of(first)
        drawn = any(
            r.vertical and first.table.box.grown(2).holds_point(r.x0, r.box.centre[1]) for r in page.page.rulings
        )
        return (
            self.open_table is not None
            and not drawn
            and not case_list.same_edges(self.open_table[1], edges)
            and case_list.columns_of(first, self.form) is None
            and case_sheet.known_labels(case_sheet.labelled_rows(first, self.form)) < self.form.sheet_needs
        )

    def _open_sheet(self) -> bool:
        """Whether a sheet may go on here: nothing stood below its last table on the page before."""
        return self.open_is == "detail" and self.open_table is not None and self.sheet is not None

    def _goes_on_plain(self, page: PageReading) -> bool:
        """Whether a sheet of labels and values without any rules may go on here."""
        if not self._open_sheet() or self.open_table is None or self.before is None or self.below:
            return False
        reached = self.open_table[0].table.box.bottom > TO_FOOT * self.before.size[1]
        plain = self.before.is_unruled and not page.page.rulings and not page.page.shapes
        return reached and plain and page.size == self.before.size and len(self.open_table[1]) == 3

    def _may_be_rest(self, page: PageReading) -> bool:
        if self.open_table is None or self.before is None or self.sheet is None:
            return False
        table = self.open_table[0].table.box
        # a row that the break cut may stand over the first rule of the page
        over = page.above(page.tables[0]) if page.tables else []
        cut = [line for line in body_lines(page, self.before, table) if line in over]
        continues = bool(page.tables) and self._continues(page.tables[0], cut)
        return may_be_rest(page, self.before, table, self.sheet.fields.keys(), continues, self.form)

    def _plain_rest(self, page: PageReading, body: list[Line]) -> list[Line]:
        if not self._open_sheet() or self.open_table is None or self.before is None or self.below:
            return []
        return plain_rest(page, self.before, self.open_table[0].table.box, body, self.form)

    def _continues(self, table: TableReading, before: list[Line]) -> bool:
        if self.open_table is None or before:
            return False
        edges, mine = self.open_table[1], case_list.edges_of(table)
        if case_list.same_edges(edges, mine):
            return True
        ends = (edges[0], edges[1], edges[-1]), (mine[0], mine[1], mine[-1])
        if self.open_is == "detail" and len(mine) >= 3 and case_list.same_edges(*ends):
            return True  # a sheet may show other columns right of its labels: a table within a value
        # the part after the break may lack columns that only nested or merged cells had
        return len(mine) >= 3 and all(min(abs(x - edge) for edge in edges) <= case_list.EDGE for x in mine)

    def _goes_on_unruled(self, page: PageReading, before: list[Line]) -> bool:
        """Whether a list without rulings goes on: read with the columns of the page before, where its own words may
        reach less far or further."""
        columns = self.columns.in_order() if self.columns is not None else []
        alike = bool(page.tables) and len(case_list.edges_of(page.tables[0])) == len(columns) + 1
        return page.is_unruled and self.open_unruled and alike and not before

    def _table(
        self, table: TableReading, page: PageReading, continues: bool, body: list[Line], events: list[Event]
    ) -> Literal["list", "detail"] | None:
        columns = case_list.columns_of(table, self.form)
        if columns is not None and case_sheet.has_labels_below(table, columns.header_rows, self.form):
            columns = None  # labels over their values, with more labels beneath: a sheet
        rows = [] if columns is not None else case_sheet.labelled_rows(table, self.form)
        known = case_sheet.known_labels(rows)
        # a sheet whose few columns happen to stand where some of the list's did is no rest of the list
        goes_on = continues and self.open_is == "list" and known < self.form.sheet_needs
        if columns is not None or (goes_on and self.columns is not None):
            first = columns.header_rows if columns is not None else 0
            if columns is not None:
                self.labels += list_labels(table, columns, self.form)
            self.columns = columns or self.columns
            assert self.columns is not None
            for n, row in enumerate(case_list.rows_of(table, self.columns, first)):
                if n == 0 and self.pending is not None and case_list.goes_on(row, self.columns):
                    self.pending = case_list.joined(self.pending, row)
                    continue
                if self.pending is not None:
                    events.append(self.pending)
                self.pending = row
            return "list"
        if continues and self.open_is == "detail" and self.sheet is not None:
            names = {row.name for row in rows if row.name in ("project_name", "title", "number")}
            if not names & self.sheet.fields.keys():
                case_sheet.add_rows(self.sheet, rows, goes_on=True)
                self.labels += sheet_labels(rows)
                self.sheet.pages.append(page.number)
                return "detail"
        above, first_page = [line for line in page.above(table) if line in body], page.number
        begun, self.begun = self.begun, None
        if begun is not None and continues:
            rows = [*begun[0], *rows]
            known, above, first_page = case_sheet.known_labels(rows), begun[1], begun[2]
        if known < self.form.sheet_needs:
            if known and rows[0].name in FIRST_ROWS and table is page.tables[-1]:
                self.begun = (rows, above, first_page)
            return None
        if self.sheet is not None and self._is_attached(above, rows):
            return None
        title, number = case_sheet.title_of(above, self.form)
        self.labels += [*sheet_labels(rows), *title_labels(above, title, self.form)]
        for n, own in enumerate(case_sheet.cases_of(rows)):
            self._close(events)
            pages = list(range(first_page, page.number + 1)) if n == 0 else [page.number]
            self.sheet = Sheet(number if n == 0 else None, title if n == 0 else None, {}, [], pages)
            case_sheet.add_rows(self.sheet, own, goes_on=False)
        return "detail"

    def _is_attached(self, above: list[Line], rows: list[LabelledRow]) -> bool:
        """Whether the table belongs to a 別紙: one is announced above it, and no row of it says whose sheet it is."""
        heading = key("".join(line.text.string for line in above[:3]))
        names = {row.name for row in rows}
        return self.form.attachment_pattern.search(heading) is not None and not names & _OF_A_SHEET

    def _close(self, events: list[Event]) -> None:
        if self.pending is not None:
            events.append(self.pending)
            self.pending = None
        if self.sheet is not None:
            events.append(self.sheet)
            self.sheet = None

    def _kind(self, page: PageReading, kinds: set[PageKind], body: list[Line]) -> PageKind:
        if kinds:
            return "detail" if "detail" in kinds else "list"
        if not page.char_count and not page.has_picture and not page.unreadable:
            return "blank"
        heading = key("".join(line.text.string for line in body[:3]))
        if self.sheet is not None and (
            page.has_drawing or page.has_picture or page.tables or self.form.attachment_pattern.search(heading)
        ):
            return "attachment"
        return "cover" if page.number == 1 and not page.tables else "other"
