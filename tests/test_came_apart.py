"""What came apart on a scan: a number at a point is said to be in doubt, words in two halves are read once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from extractors.scans.line_ends import told_over_breaks
from extractors.scans.lines import TextLine
from extractors.scans.ocr import Character, Reading
from extractors.scans.recognising import LinePicture, Recognised
from extractors.scans.scan import once
from extractors.scans.thousands import doubted_thousands

SIZE = 30


def line(text: str, left: int, top: int = 100) -> Recognised:
    width = SIZE * len(text)
    characters = tuple(Character(c, 0.99, (n + 0.5) / len(text)) for n, c in enumerate(text))
    pixels = np.full((SIZE, width), 255, dtype=np.uint8)
    return Recognised(
        LinePicture(TextLine(left, top, left + width, top + SIZE, SIZE), pixels, left, top), Reading(characters)
    )


@pytest.mark.parametrize(
    ("head", "rest", "left", "readings"),
    [
        ("5.", "100名", 185, [("100", "5,100")]),
        ("5.", "100名", 260, []),  # too far
        ("5.", "1000名", 185, []),  # no thousands would be so parted
        ("5", "100名", 185, []),
        ("5.", "概要", 185, []),
    ],
)
def test_three_digits_close_behind_a_point(head: str, rest: str, left: int, readings: list[tuple[str, str]]) -> None:
    lines = doubted_thousands([line(head, 100), line(rest, left)])
    assert [line.reading.text for line in lines] == [head, rest]
    assert [doubt.readings for doubt in lines[1].doubts] == readings
    assert all(doubt.serious for doubt in lines[1].doubts)


def test_words_found_as_two_halves_are_read_once() -> None:
    upper, lower, other = line("承認", 100, 100), line("承認", 104, 108), line("承認", 100, 150)
    assert [one.picture.line.top for one in once([upper, lower, other])] in ([100, 150], [108, 150])
    assert len(once([upper, line("承諾", 104, 108)])) == 2


def test_a_part_of_a_word_found_beside_it_goes() -> None:
    whole, part = line("承認", 100, 100), line("認", 128, 106)
    assert [one.reading.text for one in once([whole, part])] == ["承認"]
    assert len(once([whole, line("認", 100, 140)])) == 2
    assert len(once([whole, line("可", 128, 106)])) == 2


@pytest.mark.parametrize(
    ("end", "head", "left", "told"),
    [
        ("購入したへ", "ルメットの情報", 100, ("購入したヘ", "ルメットの情報")),
        ("委託先ヘ", "の通知及び", 100, ("委託先へ", "の通知及び")),
        ("購入したへ", "ルメットの情報", 300, ("購入したへ", "ルメットの情報")),  # another column
        ("住民サ", "一ビスの向", 100, ("住民サ", "ービスの向")),
        ("担当へ", "報告", 100, ("担当へ", "報告")),
    ],
)
def test_the_kana_at_a_break_is_told_by_the_line_below(end: str, head: str, left: int, told: tuple[str, str]) -> None:
    lines = [line(end, 100), line(head, left, 140)]
    if left == 100:
        lines[0] = line(end.rjust(len(head), "の"), 100)
    texts = [found.reading.text for found in told_over_breaks(lines)]
    assert (texts[0].lstrip("の"), texts[1]) == told


def test_a_word_that_a_break_parts_tells_its_doubtful_characters() -> None:
    end, head = line("情報システ", 100), line("公課", 100, 140)
    first = replace(head.reading.characters[0], confidence=0.8, others=(("ム", 0.15),))
    head = replace(head, reading=Reading((first, *head.reading.characters[1:])))
    told = told_over_breaks([end, head])
    assert [one.reading.text for one in told] == ["情報システ", "ム課"]
    assert [(d.start, d.end, d.readings) for d in told[1].doubts] == [(0, 1, ("ム", "公"))]
    assert told[1].reading.characters[0].confidence <= 0.75
    assert [one.reading.text for one in told_over_breaks([line("固定資産", 100), head])] == ["固定資産", "公課"]


def test_a_row_that_is_parted_at_a_comma_goes_on_in_the_row_below() -> None:
    head = line("公課、", 100, 140)
    first = replace(head.reading.characters[0], confidence=0.8, others=(("ム", 0.15),))
    head = replace(head, reading=Reading((first, *head.reading.characters[1:])))
    told = told_over_breaks([line("管理課、", 100), line("情報システ", 240), head, line("外10課", 210, 140)])
    assert [one.reading.text for one in told] == ["管理課、", "情報システ", "ム課、", "外10課"]
