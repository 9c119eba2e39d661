"""The markers of outlines on scans: told by the order in which they stand at one margin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from extractors.pages.geometry import Frame
from extractors.pages.lines import lines_of
from extractors.scans.lines import TextLine
from extractors.scans.marker_candidates import candidates_of
from extractors.scans.ocr import Character, Reading
from extractors.scans.outline_markers import settled_markers
from extractors.scans.recognising import LinePicture, Recognised
from extractors.scans.scan import glyphs_of
from extractors.scans.second_reading import SpanDoubt

SIZE = 30


def line(text: str, row: int, left: int = 100, gap: float = 0.0, doubts: tuple[SpanDoubt, ...] = ()) -> Recognised:
    """A recognised line, each character a block of ink on its square; a space in `text` is a gap of `gap` squares."""
    places, at = [], 0.0
    for c in text:
        if c == " ":
            at += gap
            continue
        places.append((c, at))
        at += 1.0
    width = round(at * SIZE)
    pixels = np.full((SIZE, max(width, 1)), 255, dtype=np.uint8)
    for _, x in places:
        pixels[4:-4, round(x * SIZE) + 1 : round((x + 1) * SIZE) - 1] = 0
    top = 50 + 45 * row
    characters = tuple(Character(c, 0.97, (x + 0.5) * SIZE / width) for c, x in places)
    box = TextLine(left, top, left + width, top + SIZE, SIZE)
    return Recognised(LinePicture(box, pixels, left, top), Reading(characters), doubts)


def texts(*found: Recognised) -> list[str]:
    return [recognised.reading.text for recognised in settled_markers(found)]


def test_roman_numerals_are_told_from_the_bars_that_a_net_reads() -> None:
    assert texts(
        line("I 概要", 0, gap=1), line("1 巡回", 1, 130, gap=1), line("2 指導", 2, 130, gap=1),
        line("II 内容", 3, gap=1), line("IⅢI 件数", 4, gap=1),
    ) == ["Ⅰ\u3000概要", "1\u3000巡回", "2\u3000指導", "Ⅱ\u3000内容", "Ⅲ\u3000件数"]  # fmt: skip


def test_roman_numerals_of_letters_may_stand_close_to_their_words() -> None:
    found = texts(line("III 時期", 0, gap=1), line("IV業務の詳細", 1), line("V実施の背景", 2), line("VI件数", 3))
    assert found == ["Ⅲ\u3000時期", "Ⅳ\u3000業務の詳細", "Ⅴ\u3000実施の背景", "Ⅵ\u3000件数"]
    assert texts(line("ID番号", 0), line("IT推進課", 1)) == ["ID番号", "IT推進課"]


def test_a_second_list_at_the_margin_begins_anew() -> None:
    rows = ((0, "I", "概要"), (1, "II", "内容"), (2, "III", "件数"), (4, "I", "趣旨"), (5, "II", "期間"))
    found = settled_markers([part for row, head, text in rows for part in (torn(head, row), line(text, row, 160))])
    assert [f.reading.text for f in found[::2]] == ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅰ", "Ⅱ"]


def test_circled_numbers_are_told_by_their_place_in_the_run() -> None:
    heads = (("(0)", 1), ("(②)", 2), ("③", 3), ("()", 4), ("(1)", 6), ("2", 7), ("③", 8))
    parents = [line("(1)受付", 0, 60), line("(2)点検", 5, 60)]
    lines = [part for text, row in heads for part in (torn(text, row), line("記録する。", row, 160))] + parents
    found = settled_markers(sorted(lines, key=lambda one: (one.picture.line.top, one.picture.line.x0)))
    rings = [f.reading.text for f in found if f.picture.line.x0 == 100]
    assert rings == ["①", "②", "③", "④", "①", "②", "③"]
    told = next(f for f in found if f.doubts)
    assert (told.reading.confidence, told.doubts) == (0.85, (SpanDoubt(0, 1, ("①", "(0)"), False),))


def test_numbers_in_brackets_are_no_broken_rings() -> None:
    lines = [part for n in (1, 2, 3) for part in (torn(f"({n})", n), line("記録する。", n, 160))]
    assert [f.reading.text for f in settled_markers(lines)][::2] == ["(1)", "(2)", "(3)"]


def test_a_run_that_counts_otherwise_stays_as_it_was_read() -> None:
    lines = [part for n, sign in enumerate("①③④") for part in (torn(sign, n), line("記録する。", n, 160))]
    assert [f.reading.text for f in settled_markers(lines)][::2] == ["①", "③", "④"]


def test_two_lines_that_begin_with_the_same_stroke_have_dashes() -> None:
    assert texts(line("一違反記録の作成", 0), line("一過料の徴収", 1)) == ["－違反記録の作成", "－過料の徴収"]
    assert texts(line("一違反記録の作成", 0)) == ["一違反記録の作成"]
    assert texts(line("一部承認", 0), line("一部承認", 1)) == ["一部承認", "一部承認"]
    assert texts(line("一 概要", 0, gap=1), line("二 内容", 1, gap=1)) == ["一\u3000概要", "二\u3000内容"]


def test_a_first_marker_that_was_passed_over_is_told_by_the_second() -> None:
    first = line("概要", 0, 160)
    box = first.picture.line
    pixels = np.full((SIZE, box.x1 - 100), 255, dtype=np.uint8)
    pixels[4:-4, 2:5] = 0  # the bar of Ⅰ
    pixels[:, 60:] = first.picture.pixels
    characters = tuple(Character(c, 0.97, (60 + (n + 0.5) * SIZE) / pixels.shape[1]) for n, c in enumerate("概要"))
    wide = replace(first.picture, line=replace(box, x0=100), pixels=pixels, left=100)
    first = replace(first, picture=wide, reading=Reading(characters))
    assert texts(first, line("II 内容", 1, gap=1), line("III 件数", 2, gap=1)) == [
        "Ⅰ\u3000概要", "Ⅱ\u3000内容", "Ⅲ\u3000件数"
    ]  # fmt: skip
    assert texts(first, line("内容", 1)) == ["概要", "内容"]


def torn(text: str, row: int) -> Recognised:
    """A marker of one square, read as the characters of `text`."""
    characters = tuple(Character(c, 0.9, (n + 0.5) / len(text)) for n, c in enumerate(text))
    return replace(line("I", row), reading=Reading(characters))


def test_a_lone_bar_that_the_net_is_not_sure_of_is_read_by_its_order() -> None:
    bar = line("工", 0)
    bar = replace(bar, reading=Reading((Character("工", 0.45, 0.5, (("I", 0.33),)),)))
    found = settled_markers([bar, line("趣旨", 0, 160), line("II 内容", 1, gap=1)])
    assert [recognised.reading.text for recognised in found] == ["Ⅰ", "趣旨", "Ⅱ\u3000内容"]
    assert found[0].reading.confidence == 0.85
    assert found[0].doubts == (SpanDoubt(0, 1, ("Ⅰ", "工"), False),)


def test_what_nobody_can_read_fills_a_gap_in_an_order() -> None:
    unread = line("？", 2)
    torn = Reading((Character("p", 0.8, 0.3), Character("9", 0.8, 0.7)))
    for reading in (Reading(), Reading((Character("王", 0.4, 0.5),)), torn):
        bar = replace(unread, reading=reading)
        found = settled_markers(
            [line("一 概要", 0, gap=1), line("二 内容", 1, gap=1), bar, line("期間", 2, 160), line("四 件数", 3, gap=1)]
        )
        assert [f.reading.text for f in found] == ["一\u3000概要", "二\u3000内容", "三", "期間", "四\u3000件数"]
        assert found[2].doubts[0].readings[0] == "三"
    alone = settled_markers([line("概要", 0), replace(unread, reading=Reading()), line("期間", 2, 160)])
    assert [f.reading.text for f in alone] == ["概要", "", "期間"]


def test_a_dash_before_a_two_is_a_one_and_a_lone_dash_stays_a_dash() -> None:
    assert texts(line("ー 概要", 0, gap=1), line("二 内容", 1, gap=1)) == ["一\u3000概要", "二\u3000内容"]
    assert texts(line("ー 概要", 0, gap=1), line("内容は別紙", 1)) == ["ー概要", "内容は別紙"]


def test_kana_that_look_like_kanji_and_their_narrow_gap() -> None:
    read = ("了 受付", "イ 入力", "ワ 点検", "工 発送")
    assert texts(*(line(text, row, gap=0.3) for row, text in enumerate(read))) == [
        "ア\u3000受付", "イ\u3000入力", "ウ\u3000点検", "エ\u3000発送",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        (("(l)受付", "(2)入力"), ["(1)受付", "(2)入力"]),
        (("（了）受付", "（イ）入力", "（ウ）点検"), ["（ア）受付", "（イ）入力", "（ウ）点検"]),
        (("第I 受付", "第2 入力"), ["第1\u3000受付", "第2\u3000入力"]),
        (("l．受付", "2．入力"), ["l．受付", "2．入力"]),
    ],
)
def test_markers_in_brackets_and_with_signs(read: tuple[str, ...], meant: list[str]) -> None:
    assert texts(*(line(text, row, gap=0.5) for row, text in enumerate(read))) == meant


def test_a_marker_far_from_its_words_is_a_line_of_its_own() -> None:
    found = settled_markers([line("I", 0), line("概要", 0, 160), line("II", 1), line("内容", 1, 190)])
    assert [recognised.reading.text for recognised in found] == ["Ⅰ", "概要", "Ⅱ", "内容"]


def test_other_margins_and_other_orders_settle_nothing() -> None:
    assert texts(line("I 概要", 0, gap=1), line("II 内容", 1, 160, gap=1)) == ["I概要", "II内容"]
    assert texts(line("工 事", 0, gap=0.5), line("工 程", 1, gap=0.5)) == ["工事", "工程"]


def test_digits_set_apart_are_no_markers() -> None:
    """Full-width figures of a column: １１０ under １０９ must stay what they are."""
    read = ("1 0 9", "1 1 0", "1 , 1 8 0", "2 , 3 0 0", "7 /6", "8 /25")
    assert texts(*(line(text, row, gap=0.5) for row, text in enumerate(read))) == [
        "109",
        "110",
        "1,180",
        "2,300",
        "7/6",
        "8/25",
    ]


def test_a_column_of_numbers_before_units_is_no_outline() -> None:
    rows = [part for row in range(3) for part in (line("1", row), line("式", row, 160))]
    unsure = Reading((Character("1", 0.4, 0.5, (("I", 0.3),)),))
    weak = [replace(part, reading=unsure) if part.reading.text == "1" else part for part in rows]
    for found in (rows, weak):
        assert texts(*found) == ["1", "式"] * 3


def test_what_was_read_stays_as_a_doubt_and_others_keep_their_place() -> None:
    behind = SpanDoubt(4, 5, ("数", "教"), False)
    first, _, third = settled_markers(
        [line("I 概要", 0, gap=1), line("II 内容", 1, gap=1), line("IⅢI 件数", 2, gap=1, doubts=(behind,))]
    )
    assert first.doubts == (SpanDoubt(0, 1, ("Ⅰ", "I"), False),)
    assert third.doubts == (SpanDoubt(0, 1, ("Ⅲ", "IⅢI"), False), SpanDoubt(3, 4, ("数", "教"), False))
    assert third.reading.text[third.doubts[1].start] == "数"
    assert third.reading.characters[0].confidence == 0.85


def test_a_settled_marker_is_parted_from_its_words_on_the_page() -> None:
    settled = settled_markers([line("ア 受付", 0, gap=0.3), line("イ 入力", 1, gap=0.3)])
    glyphs = glyphs_of(settled, SIZE / 10, Frame(1, 600.0, 800.0))
    assert [found.text.string for found in lines_of(glyphs)] == ["ア\u3000受付", "イ\u3000入力"]


def test_candidates_say_whether_they_were_read_so() -> None:
    assert next((c.kind, c.ordinal, c.as_read) for c in candidates_of("Ⅱ")) == ("Ⅰ", 2, True)
    assert [(c.kind, c.printed, c.as_read) for c in candidates_of("(1)")] == [("(1)", "(1)", True)]
    assert [c.printed for c in candidates_of("(I)")] == ["(1)", "(Ⅰ)", "(Ⅱ)", "(Ⅲ)", "(イ)"]
