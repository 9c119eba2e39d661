"""The reader of text layers and the traps that it knows, on PDFs made for each."""

import pytest

from extractors.pages.lines import lines_of
from extractors.pages.page import Page
from tests.pdfs import pdf_bytes, read, show


def words(page: Page) -> list[str]:
    return [line.text.string for line in lines_of(page.glyphs)]


def test_characters_have_boxes_from_the_upper_left() -> None:
    chars = "対象者"
    page = read(pdf_bytes(show("対象者", chars, 100, 200), characters=chars))
    assert words(page) == ["対象者"]
    box = page.glyphs[0].box
    assert (round(box.x0), round(box.x1)) == (100, 110)
    assert 90 < box.top < 95
    assert round(box.bottom - box.top) == 10


def test_a_matrix_off_by_a_hair_is_upright() -> None:
    chars = "個人情報の流れ"
    content = show("個人情報の流れ", chars, 50, 100, matrix="1 0.00000001 -0.00000001 1")
    page = read(pdf_bytes(content, characters=chars))
    assert words(page) == ["個人情報の流れ"]
    assert page.frame.turn == 0


@pytest.mark.parametrize(("matrix", "turn"), [("0 1 -1 0", 90), ("-1 0 0 -1", 180), ("0 -1 1 0", 270)])
def test_a_sideways_page_is_read_in_its_own_frame(matrix: str, turn: int) -> None:
    chars = "一覧の表"
    page = read(pdf_bytes(show("一覧の表", chars, 200, 150, matrix=matrix), characters=chars))
    assert page.frame.turn == turn
    assert words(page) == ["一覧の表"]
    evidence = lines_of(page.glyphs)[0].text.evidence
    assert evidence is not None
    # on the displayed page the word begins where it was set: at (200, 300 - 150)
    x0, top, x1, bottom = evidence.place[1:]
    assert x0 - 12 <= 200 <= x1 + 12
    assert top - 12 <= 150 <= bottom + 12
    assert (bottom - top > x1 - x0) == (turn != 180)


def test_radicals_and_private_bullets_become_ordinary() -> None:
    chars = "⼊⼒⻑\uf0b7"
    page = read(pdf_bytes(show("\uf0b7⼊⼒⻑", chars, 50, 100), characters=chars))
    assert words(page) == ["・入力長"]


def test_bold_by_printing_twice_is_read_once() -> None:
    chars = "区分"
    content = show("区分", chars, 50, 100) + show("区分", chars, 50.3, 100)
    assert words(read(pdf_bytes(content, characters=chars))) == ["区分"]


def test_a_code_without_a_character_counts_as_unreadable() -> None:
    content = show("件", "件", 50, 100) + "BT /F1 10 Tf 1 0 0 1 80 100 Tm <00FF> Tj ET\n"
    page = read(pdf_bytes(content, characters="件"))
    assert page.unreadable == 1


def test_text_off_the_page_is_left_out() -> None:
    content = show("内", "内外", 50, 100) + show("外", "内外", 500, 100)
    assert words(read(pdf_bytes(content, characters="内外"))) == ["内"]


def test_a_crop_box_moves_the_origin() -> None:
    page = read(pdf_bytes(show("件", "件", 100, 200), characters="件", page="/CropBox [50 50 350 250]"))
    assert (page.width, page.height) == (300, 200)
    assert round(page.glyphs[0].box.x0) == 50


def test_thin_rectangles_are_rulings_and_boxes_are_shapes() -> None:
    content = "50 100 200 0.5 re f\n50 100 0.5 80 re f\n100 150 60 30 re S\n"
    page = read(pdf_bytes(content))
    assert sum(r.horizontal for r in page.rulings) == 3
    assert sum(r.vertical for r in page.rulings) == 3
    assert [shape.kind for shape in page.shapes] == ["rectangle"]
    assert page.rulings[0].box.x1 - page.rulings[0].box.x0 == 200


def test_an_outline_filled_and_stroked_apart_is_one_shape() -> None:
    outline = "100 150 m 160 150 l 160 180 l 130 180 l 100 180 l h"
    page = read(pdf_bytes(f"0.8 0.9 1 rg {outline} f\n{outline} S\n[3 2] 0 d 20 20 m 90 20 l S\n"))
    (shape,) = page.shapes
    assert (shape.kind, shape.stroked, len(shape.points)) == ("rectangle", True, 4)
    assert shape.fill == (0.8, 0.9, 1.0)
    assert [r.dashed for r in page.rulings] == [True]


def test_a_triangle_and_a_rounded_box_are_told_apart() -> None:
    rounded = (
        "60 50 m 140 50 l 145 50 150 55 150 60 c 150 90 l 150 95 145 100 140 100 c "
        "60 100 l 55 100 50 95 50 90 c 50 60 l 50 55 55 50 60 50 c h S"
    )
    page = read(pdf_bytes(f"0 g 200 100 m 206 103 l 200 106 l h f\n{rounded}\n"))
    assert sorted(shape.kind for shape in page.shapes) == ["rounded", "triangle"]
