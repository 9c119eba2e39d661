"""Ruled tables from rulings alone: spans, nesting, sides that are not drawn, and much too much of everything."""

import time
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from extractors.pages.geometry import Frame
from extractors.pages.page import Page, Ruling
from extractors.tables.tables import Cell, find_tables


def page_of(*rulings: tuple[float, float, float, float]) -> Page:
    return Page(Frame(1, 600.0, 800.0), 0, "text", rulings=tuple(Ruling(*r) for r in rulings))


def grid(xs: list[float], ys: list[float]) -> list[tuple[float, float, float, float]]:
    return [(xs[0], y, xs[-1], y) for y in ys] + [(x, ys[0], x, ys[-1]) for x in xs]


def spans(cells: tuple[Cell, ...]) -> list[tuple[int, int, int, int]]:
    return [(c.row, c.column, c.row_span, c.column_span) for c in cells]


def test_a_plain_grid() -> None:
    (table,) = find_tables(page_of(*grid([50, 150, 300], [100, 130, 160])))
    assert spans(table.cells) == [(0, 0, 1, 1), (0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 1, 1)]
    assert table.cells[3].box == (150, 130, 300, 160)


def test_merged_cells_have_their_spans() -> None:
    rulings = [(50, 100, 300, 100), (150, 130, 300, 130), (50, 160, 300, 160), (50, 190, 300, 190)]
    rulings += [(50, 100, 50, 190), (150, 100, 150, 160), (300, 100, 300, 190)]
    (table,) = find_tables(page_of(*rulings))
    assert spans(table.cells) == [(0, 0, 2, 1), (0, 1, 1, 1), (1, 1, 1, 1), (2, 0, 1, 2)]


def test_each_cell_may_have_its_own_rulings() -> None:
    rulings = []
    for x in (50, 150, 250):
        for y in (100, 130):
            rulings += [
                (x, y, x + 100, y),
                (x, y + 30, x + 100, y + 30),
                (x, y, x, y + 30),
                (x + 100, y, x + 100, y + 30),
            ]
    (table,) = find_tables(page_of(*rulings))
    assert len(table.cells) == 6


def test_a_table_within_a_cell_is_its_inner_table() -> None:
    rulings = grid([50, 150, 500], [100, 130, 400]) + grid([200, 300, 450], [200, 220, 240])
    (table,) = find_tables(page_of(*rulings))
    assert len(table.cells) == 4
    (inner,) = table.inner
    assert len(inner.cells) == 4


def test_open_sides_and_a_foot_cut_off_by_the_page_end_are_closed() -> None:
    rulings = [(50, y, 400, y) for y in (100, 130, 160)] + [(150, 100, 150, 160), (250, 100, 250, 160)]
    (table,) = find_tables(page_of(*rulings))
    assert (table.columns, table.rows) == (3, 2)
    rulings = [(50, 100, 400, 100), (50, 130, 400, 130), *((x, 100, x, 300) for x in (50, 150, 400))]
    (table,) = find_tables(page_of(*rulings))
    assert [cell.box.bottom for cell in table.cells] == [130, 130, 300, 300]


def test_a_lone_box_is_no_table() -> None:
    assert find_tables(page_of(*grid([50, 150], [100, 160]))) == []


def test_rulings_that_nearly_meet_do() -> None:
    rulings = [(50, 100, 298, 100.6), (51.5, 130, 300, 130), (50, 159, 300, 160)]
    rulings += [(50, 101, 50, 158), (150.4, 100, 150, 160), (300, 100, 300.7, 160)]
    (table,) = find_tables(page_of(*rulings))
    assert (table.rows, table.columns) == (2, 2)


def test_five_thousand_boxes_take_bounded_time() -> None:
    boxes = [r for n in range(5000) for r in grid([n % 70 * 8.0, n % 70 * 8.0 + 5], [n // 70 * 8.0, n // 70 * 8.0 + 5])]
    start = time.process_time()
    find_tables(page_of(*boxes))
    overlapping = [r for n in range(3000) for r in grid([n * 0.17, n * 0.17 + 90], [n * 0.23, n * 0.23 + 60])]
    find_tables(page_of(*overlapping))
    assert time.process_time() - start < 10


@given(
    st.lists(st.integers(20, 90), min_size=1, max_size=6),
    st.lists(st.integers(10, 60), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_any_grid_is_found_whole_however_it_is_drawn(widths: list[int], heights: list[int], random: Random) -> None:
    xs = [30.0 + sum(widths[:n]) for n in range(len(widths) + 1)]
    ys = [40.0 + sum(heights[:n]) for n in range(len(heights) + 1)]
    pieces = [(a, y, b, y) for y in ys for a, b in pairwise(xs)]
    pieces += [(x, a, x, b) for x in xs for a, b in pairwise(ys)]
    random.shuffle(pieces)
    tables = find_tables(page_of(*pieces))
    if len(widths) * len(heights) < 2:
        assert tables == []
    else:
        (table,) = tables
        assert len(table.cells) == len(widths) * len(heights)
        assert (table.columns, table.rows) == (len(widths), len(heights))


def test_a_room_of_odd_shape_is_parted_into_cells_of_their_own() -> None:
    # the ruling between the two columns ends half way: below it the room is as wide as the table
    rulings = [(50, 100, 300, 100), (50, 160, 300, 160), (50, 130, 150, 130), (50, 100, 50, 160), (300, 100, 300, 160)]
    rulings += [(150, 100, 150, 130)]
    (table,) = find_tables(page_of(*rulings))
    places = [(cell.row, cell.column) for cell in table.cells]
    assert len(places) == len(set(places))
    assert sum(cell.box.area for cell in table.cells) == table.box.area
