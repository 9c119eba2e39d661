"""Lines of text found by their ink: bullets no larger than dust, characters torn in two, dashes."""

from __future__ import annotations

import cv2
import numpy as np

from extractors.scans.dashed import find_dashed
from extractors.scans.lines import TextLine, find_text_lines
from extractors.scans.pieces import pieces_of
from extractors.scans.recognising import LinePicture
from extractors.scans.rendering import Pixels

UNIT, SIZE = 2.78, 24


def sheet() -> Pixels:
    """A page of ink with three lines of ten characters, as blocks."""
    ink = np.zeros((400, 600), dtype=np.uint8)
    for row in range(3):
        for n in range(10):
            block(ink, 100 + n * 28, 50 + row * 40)
    return ink


def block(ink: Pixels, x: int, y: int, width: int = SIZE, height: int = SIZE) -> None:
    ink[y : y + height, x : x + width] = 255


def lines(ink: Pixels) -> list[TextLine]:
    return find_text_lines(pieces_of(ink), np.zeros_like(ink), UNIT)


def test_a_speck_in_the_square_before_a_line_is_its_bullet() -> None:
    ink = sheet()
    block(ink, 78, 60, 5, 5)
    assert [line.x0 for line in lines(ink)] == [78, 100, 100]


def test_a_speck_elsewhere_stays_dust() -> None:
    for x, y in ((78, 52), (78, 71), (60, 60), (430, 60)):
        ink = sheet()
        block(ink, x, y, 5, 5)
        assert [(line.x0, line.x1) for line in lines(ink)] == [(100, 376)] * 3


def test_a_character_torn_into_an_upper_and_a_lower_piece_is_one() -> None:
    ink = sheet()
    block(ink, 100, 200, 26, 12)
    block(ink, 100, 214, 26, 13)
    last = lines(ink)[-1]
    assert (last.top, last.bottom, last.size) == (200, 227, 27)


def test_a_dash_keeps_its_size_to_the_engines() -> None:
    clean = np.full((400, 600), 255, dtype=np.uint8)
    clean[202:205, 100:124] = 0
    picture = LinePicture.cut(clean, TextLine(100, 202, 124, 205, SIZE))
    height = picture.pixels.shape[0]
    assert SIZE <= height <= 1.3 * SIZE
    inked = np.flatnonzero((picture.pixels < 128).any(axis=1))
    assert inked.tolist() == [202 - picture.top + n for n in range(3)]
    assert abs(inked.mean() - height / 2) <= 2


def test_the_same_letter_below_itself_makes_no_dashed_stroke() -> None:
    paper, beside, dashes = np.zeros((900, 600), dtype=np.uint8), 14, 12
    for n in range(dashes):
        block(paper, 100, 60 + 42 * n, 4, 26)
    alone, _ = find_dashed(pieces_of(paper), np.zeros_like(paper), UNIT)
    assert [(round(stroke.x0), stroke.dashed) for stroke in alone] == [(102, True)]
    for n in range(dashes):
        block(paper, 100 + 4 + 5, 60 + 42 * n, beside, 26)
    assert find_dashed(pieces_of(paper), np.zeros_like(paper), UNIT)[0] == []
    # words in every gap, too: a dashed ruling that stands close to a column of text
    block(paper, 109, 40, beside, 560)
    assert len(find_dashed(pieces_of(paper), np.zeros_like(paper), UNIT)[0]) == 1


def test_the_curve_of_a_round_corner_is_no_letter() -> None:
    ink, drawn = sheet(), np.zeros((400, 600), dtype=np.uint8)
    drawn[200:202, 100:470], drawn[232:390, 500:502] = 255, 255
    cv2.ellipse(ink, (470, 232), (31, 31), 0, -90, 0, 255, 2)
    assert len(find_text_lines(pieces_of(ink), drawn, UNIT)) == 3
    # a letter as large between the same rulings is one
    block(ink, 472, 204, 27, 27)
    assert len(find_text_lines(pieces_of(ink), drawn, UNIT)) == 4
