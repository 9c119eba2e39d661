"""Ruled tables: rulings become a grid, the grid becomes cells, whoever drew the rulings.

Sequence: rulings are snapped to common heights and columns and joined; those that touch make one table; its grid's
fields that no ruling parts are one cell (so merged cells have their spans); what is open to the outside is no cell.
Points, origin upper left.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from extractors.pages.geometry import Box, union
from extractors.pages.page import Page, Ruling

SNAP = 1.6
"""Rulings this near to each other are one ruling."""

REACH = 2.4
"""A ruling that ends this near to another one touches it."""

REST_EDGE = 3.0
"""A single cell that goes on with a table of the page before has its sides within this many points of the table's."""

MAX_FIELDS = 60_000
"""Fields of a grid beyond which it is a pattern and no table (a whole A3 page of 2 mm boxes has fewer)."""


@dataclass(frozen=True)
class Cell:
    """A ruled cell: its room on the page and its place in the table (rows and columns count from 0)."""

    box: Box
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1


@dataclass(frozen=True)
class Table:
    """Cells in reading order. `inner` are the tables that stand within one of the cells."""

    page: int
    box: Box
    cells: tuple[Cell, ...]
    inner: tuple[Table, ...] = field(default=())

    @property
    def columns(self) -> int:
        """How many columns the table has."""
        return max(cell.column + cell.column_span for cell in self.cells)

    @property
    def rows(self) -> int:
        """How many rows the table has."""
        return max(cell.row + cell.row_span for cell in self.cells)


def _is_rest(box: Box, rest_of: tuple[float, float]) -> bool:
    return abs(box.x0 - rest_of[0]) <= REST_EDGE and abs(box.x1 - rest_of[1]) <= REST_EDGE


class _Span:
    """A merged ruling: at `at` (y of a horizontal, x of a vertical), from `start` to `end`."""

    __slots__ = ("at", "end", "start")

    def __init__(self, at: float, start: float, end: float) -> None:
        self.at, self.start, self.end = at, start, end


def find_tables(page: Page, also: Sequence[Ruling] = (), rest_of: tuple[float, float] | None = None) -> list[Table]:
    """All ruled tables of two cells or more, top to bottom; those within a cell of another are its `inner` ones.

    `also` are rulings that nobody drew, put in where a table lacks them. `rest_of`: from where to where (x) a table of
    the page before reached, which may go on here with a single cell.
    """
    rulings = [*page.rulings, *also]
    horizontals = _merged([((r.y0 + r.y1) / 2, r.box.x0, r.box.x1) for r in rulings if r.horizontal])
    verticals = _merged([((r.x0 + r.x1) / 2, r.box.top, r.box.bottom) for r in rulings if r.vertical])
    tables = []
    for hs, vs in _touching(horizontals, verticals):
        cells = _cells(*_closed(hs, vs))
        if len(cells) >= 2 or (len(cells) == 1 and rest_of is not None and _is_rest(cells[0].box, rest_of)):
            tables.append(Table(page.number, union(cell.box for cell in cells), tuple(cells)))
    return _nested(sorted(tables, key=lambda table: (table.box.top, table.box.x0)))


def _merged(strokes: Iterable[tuple[float, float, float]]) -> list[_Span]:
    """Rulings as (at, start, end) at nearly the same height that touch or overlap, joined."""
    groups: list[list[tuple[float, float, float]]] = []
    for stroke in sorted(strokes):
        if groups and stroke[0] - groups[-1][0][0] <= SNAP:
            groups[-1].append(stroke)
        else:
            groups.append([stroke])
    spans: list[_Span] = []
    for group in groups:
        at = sum(stroke[0] for stroke in group) / len(group)
        open_span: _Span | None = None
        for start, end in sorted((start, end) for _, start, end in group):
            if open_span is not None and start <= open_span.end + REACH:
                open_span.end = max(open_span.end, end)
            else:
                open_span = _Span(at, start, end)
                spans.append(open_span)
    return spans


def _touching(horizontals: list[_Span], verticals: list[_Span]) -> list[tuple[list[_Span], list[_Span]]]:
    """Rulings that touch, directly or through others, together."""
    parent = list(range(len(horizontals) + len(verticals)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    by_column = sorted(range(len(verticals)), key=lambda i: verticals[i].at)
    columns = [verticals[i].at for i in by_column]
    for i, horizontal in enumerate(horizontals):
        first = bisect_left(columns, horizontal.start - REACH)
        last = bisect_right(columns, horizontal.end + REACH)
        for j in by_column[first:last]:
            vertical = verticals[j]
            if vertical.start - REACH <= horizontal.at <= vertical.end + REACH:
                parent[root(i)] = root(len(horizontals) + j)
    groups: dict[int, tuple[list[_Span], list[_Span]]] = defaultdict(lambda: ([], []))
    for i, span in enumerate(horizontals):
        groups[root(i)][0].append(span)
    for j, span in enumerate(verticals):
        groups[root(len(horizontals) + j)][1].append(span)
    return [(hs, vs) for hs, vs in groups.values() if hs and vs and len(hs) + len(vs) >= 4]


def _closed(hs: list[_Span], vs: list[_Span]) -> tuple[list[_Span], list[_Span]]:
    """The rulings, with the sides that a printer leaves out: left and right edges, head or foot at a page break."""
    hs, vs = list(hs), list(vs)
    left, right = min(v.at for v in vs), max(v.at for v in vs)
    top, bottom = min(h.at for h in hs), max(h.at for h in hs)
    for extreme, spans, at_start in ((top, vs, True), (bottom, vs, False), (left, hs, True), (right, hs, False)):
        edge = _open_edge(spans, extreme, at_start)
        if edge is not None:
            (hs if spans is vs else vs).append(edge)
    return hs, vs


def _open_edge(spans: Sequence[_Span], extreme: float, at_start: bool) -> _Span | None:
    """The side that is not drawn where two or more rulings run out past the last one across them and end together."""
    sign = -1 if at_start else 1
    ends = [(sign * (span.start if at_start else span.end), span.at) for span in spans]
    out = [(end, at) for end, at in ends if end > sign * extreme + 2 * REACH]
    if not out:
        return None
    furthest = max(end for end, _ in out)
    together = [at for end, at in out if furthest - end <= REACH]
    return _Span(sign * furthest, min(together), max(together)) if len(together) >= 2 else None


def _grid(values: Iterable[float]) -> list[float]:
    """The distinct heights or columns, near ones together."""
    grid: list[list[float]] = []
    for value in sorted(values):
        if grid and value - grid[-1][-1] <= REACH:
            grid[-1].append(value)
        else:
            grid.append([value])
    return [sum(group) / len(group) for group in grid]


def _cells(hs: list[_Span], vs: list[_Span]) -> list[Cell]:
    ys, xs = _grid(h.at for h in hs), _grid(v.at for v in vs)
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 1 or rows * columns > MAX_FIELDS:
        return []
    # wall_above[j][i]: a ruling runs along the top of field (row j, column i); one row more for the foot
    wall_above = [[False] * columns for _ in range(rows + 1)]
    wall_left = [[False] * (columns + 1) for _ in range(rows)]
    for h in hs:
        j = _nearest(ys, h.at)
        for i in range(columns):
            if h.start <= xs[i] + REACH and h.end >= xs[i + 1] - REACH:
                wall_above[j][i] = True
    for v in vs:
        i = _nearest(xs, v.at)
        for j in range(rows):
            if v.start <= ys[j] + REACH and v.end >= ys[j + 1] - REACH:
                wall_left[j][i] = True

    outside = rows * columns
    parent = list(range(outside + 1))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for j in range(rows):
        for i in range(columns):
            here = j * columns + i
            if not wall_above[j][i]:
                parent[root(here)] = root(here - columns if j else outside)
            if not wall_left[j][i]:
                parent[root(here)] = root(here - 1 if i else outside)
            if j == rows - 1 and not wall_above[rows][i]:
                parent[root(here)] = root(outside)
            if i == columns - 1 and not wall_left[j][columns]:
                parent[root(here)] = root(outside)
    fields: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for j in range(rows):
        for i in range(columns):
            if root(j * columns + i) != root(outside):
                fields[root(j * columns + i)].append((j, i))
    cells = []
    for group in fields.values():
        for j0, i0, j1, i1 in _rectangles(group):
            cells.append(Cell(Box(xs[i0], ys[j0], xs[i1], ys[j1]), j0, i0, j1 - j0, i1 - i0))
    return _renumbered(sorted(cells, key=lambda cell: (cell.row, cell.column)))


def _rectangles(fields: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, int, int]]:
    """The fields (row, column) as rectangles (row, column, row after, column after): one, unless rulings are missing
    and the room has an odd shape."""
    left = set(fields)
    while left:
        j0, i0 = min(left)
        i1 = i0
        while (j0, i1) in left:
            i1 += 1
        j1 = j0 + 1
        while all((j1, i) in left for i in range(i0, i1)):
            j1 += 1
        left -= {(j, i) for j in range(j0, j1) for i in range(i0, i1)}
        yield j0, i0, j1, i1


def _nearest(grid: Sequence[float], value: float) -> int:
    return min(range(len(grid)), key=lambda i: abs(grid[i] - value))


def _renumbered(cells: list[Cell]) -> list[Cell]:
    """Rows and columns counted only where some cell begins, so that a stray ruling makes no empty column."""
    rows = {row: n for n, row in enumerate(sorted({cell.row for cell in cells}))}
    columns = {column: n for n, column in enumerate(sorted({cell.column for cell in cells}))}

    def spanned(index: dict[int, int], first: int, count: int) -> int:
        return max(1, sum(first <= old < first + count for old in index))

    return [
        Cell(
            cell.box,
            rows[cell.row],
            columns[cell.column],
            spanned(rows, cell.row, cell.row_span),
            spanned(columns, cell.column, cell.column_span),
        )
        for cell in cells
    ]


def _nested(tables: list[Table]) -> list[Table]:
    """Tables that lie within one cell of another become its inner tables, at any depth."""
    by_size = sorted(tables, key=lambda table: table.box.area)
    inner: dict[int, list[Table]] = defaultdict(list)
    tops = []
    for n, table in enumerate(by_size):
        whole = Table(
            table.page, table.box, table.cells, tuple(sorted(inner[id(table)], key=lambda t: (t.box.top, t.box.x0)))
        )
        for host in by_size[n + 1 :]:
            if host.box.holds(table.box, SNAP) and any(cell.box.holds(table.box, SNAP) for cell in host.cells):
                inner[id(host)].append(whole)
                break
        else:
            tops.append(whole)
    return sorted(tops, key=lambda table: (table.box.top, table.box.x0))
