"""Dots that make a line, and dots that do not."""

from __future__ import annotations

from extractors.pages.dots import joined_dots
from extractors.pages.geometry import Box
from extractors.pages.page import Ruling


def row(count: int, step: float, at: float = 50.0) -> list[Box]:
    return [Box(10 + n * step, at, 10.8 + n * step, at + 0.8) for n in range(count)]


def test_a_row_of_dots_is_a_dashed_line() -> None:
    assert joined_dots(row(40, 1.6)) == [Ruling(10, 50.4, 10.8 + 39 * 1.6, 50.4, 50.8 - 50.0, True)]


def test_dots_that_touch_are_a_solid_line() -> None:
    [line] = joined_dots(row(40, 0.8))
    assert not line.dashed


def test_a_column_of_dots_is_upright() -> None:
    [line] = joined_dots([Box(50, 10 + 2 * n, 51, 11 + 2 * n) for n in range(30)])
    assert line.vertical
    assert (line.y0, line.y1) == (10, 69)


def test_a_few_dots_and_dots_far_apart_are_no_line() -> None:
    assert joined_dots(row(4, 1.6)) == []
    assert joined_dots(row(40, 9.0)) == []


def test_a_halftone_picture_is_not_looked_at() -> None:
    assert joined_dots(row(300, 1.6) * 200) == []
