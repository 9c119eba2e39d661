"""Letters set apart evenly are words without spaces; what is parted further stays parted."""

from __future__ import annotations

import pytest

from extractors.pages.geometry import Box, Frame
from extractors.pages.lines import lines_of, paragraphs_of
from extractors.pages.text import Glyph

FRAME = Frame(1, 600.0, 800.0)


def spaced(words: str, by: float, top: float = 100.0, x: float = 50.0) -> list[Glyph]:
    """Glyphs of ten points with so many points between them; a space is a gap of one more."""
    glyphs = []
    for character in words:
        width = 5.0 if character.isascii() else 10.0
        if not character.isspace():
            glyphs.append(Glyph(character, FRAME, Box(x, top, x + width, top + 10)))
        x += width + by
    return glyphs


def read(*lines: list[Glyph]) -> list[str]:
    return [line.text.string for line in lines_of([glyph for line in lines for glyph in line])]


@pytest.mark.parametrize("by", [0.0, 4.0, 7.5, 12.0])
def test_even_room_between_letters_is_no_space(by: float) -> None:
    assert read(spaced("個人情報を取り扱う業務（令和5年度）を委託する。", by)) == [
        "個人情報を取り扱う業務（令和5年度）を委託する。"
    ]


def test_more_room_than_between_letters_is_a_space() -> None:
    assert read(spaced("市税の納税義務者　約千人", 7.5)) == ["市税の納税義務者\u3000約千人"]


def test_short_lines_of_a_cell_are_told_by_the_others() -> None:
    assert read(spaced("業務", 7.5), spaced("委託", 7.5, top=120)) == ["業務", "委託"]
    assert read(spaced("業務", 7.5)) == ["業 務"]  # too little to tell


def test_words_in_columns_are_no_letters_set_apart() -> None:
    row = [glyph for n, word in enumerate(("総務課", "税務課", "福祉課")) for glyph in spaced(word, 0, x=50 + 50 * n)]
    assert read(row) == ["総務課\u3000税務課\u3000福祉課"]
    assert read(spaced("1 2 3 4 5", 10)) == ["1\u30002\u30003\u30004\u30005"]


def test_a_gap_within_a_line_does_not_set_its_letters_apart() -> None:
    lines = lines_of(spaced("四月　　　　　　開始", 0) + spaced("五月　　　　　　終了の予定", 0, top=120))
    room = Box(45.0, 90.0, 185.0, 140.0)
    assert [p.text.string for p in paragraphs_of(lines, room)] == ["四月\u3000開始", "五月\u3000終了の予定"]


def test_lines_of_letters_set_apart_are_one_paragraph() -> None:
    lines = lines_of(spaced("利用登録をした町民のうち", 7.5) + spaced("六十五歳以上の者", 7.5, top=120))
    room = Box(45.0, 90.0, 270.0, 140.0)
    assert [p.text.string for p in paragraphs_of(lines, room)] == ["利用登録をした町民のうち六十五歳以上の者"]
