"""Dots that lead from words to their number: joined with them, and counted where no net counts."""

from __future__ import annotations

import numpy as np
import pytest

from extractors.scans.leaders import leaders_in, with_leaders
from extractors.scans.lines import find_text_lines
from extractors.scans.ocr import Character, Reading
from extractors.scans.pieces import pieces_of
from extractors.scans.rendering import Pixels

UNIT, SIZE = 2.78, 28


def paper(dots: int, step: int = SIZE, at: int = 12, ends: int = 3) -> Pixels:
    """Ink of a line: letters as blocks, dots of four pixels, letters again, with dust below."""
    ink = np.zeros((120, 900), dtype=np.uint8)
    for n in range(ends):
        for left in (20 + n * SIZE, 20 + ends * SIZE + dots * step + n * SIZE):
            ink[40 : 40 + SIZE - 4, left : left + SIZE - 4] = 255
    for n in range(dots):
        left = 20 + ends * SIZE + n * step + step // 2 - 2
        ink[40 + at - 2 : 40 + at + 2, left : left + 4] = 255
    ink[80:84, 300:304] = 255
    return ink


def reading(*characters: tuple[str, float]) -> Reading:
    return Reading(tuple(Character(text, 0.99, x) for text, x in characters))


def test_words_and_number_are_one_line_with_the_dots_between_them() -> None:
    ink = paper(8)
    (line,) = find_text_lines(pieces_of(ink), np.zeros_like(ink), UNIT)
    assert (line.x0, line.x1) == (20, 20 + 14 * SIZE - 4)
    barred = np.zeros_like(ink)
    barred[:, 200] = 255
    assert len(find_text_lines(pieces_of(ink), barred, UNIT)) == 2


@pytest.mark.parametrize(
    ("dots", "step", "at", "read"), [(8, SIZE, 12, "・" * 8), (6, 10, 12, "……"), (5, SIZE, 22, ".....")]
)
def test_dots_are_counted_on_the_picture(dots: int, step: int, at: int, read: str) -> None:
    picture = 255 - paper(dots, step, at)[40 : 40 + SIZE, 20:]
    width, start, end = picture.shape[1], 3 * SIZE, 3 * SIZE + dots * step
    words = [(c, (n + 0.5) * SIZE / width) for n, c in enumerate("世帯数")]
    number = [(c, (end + (n + 0.5) * SIZE) / width) for n, c in enumerate("87人")]
    dot = [("・", (start + step / 2) / width), ("・", (end - step / 2) / width)]
    assert with_leaders(reading(*words, *dot, *number), picture, SIZE).text == f"世帯数{read}87人"
    assert len(leaders_in(picture, SIZE)[0]) == dots


def test_a_number_and_a_list_with_middle_dots_stay_as_they_are() -> None:
    picture = 255 - paper(1)[40 : 40 + SIZE, 20:]
    width = picture.shape[1]
    places = [(n + 0.5) * SIZE / width for n in range(7)]
    read = reading(*zip("申請・届・出", places, strict=False))
    assert with_leaders(read, picture, SIZE) == read
