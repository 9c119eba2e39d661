"""Lines, paragraphs and outlines: what the layout broke is joined, what the writer parted stays apart."""

import pytest

from extractors.cases.outline import outline
from extractors.pages.geometry import Box, Frame
from extractors.pages.lines import Line, lines_of, paragraphs_of
from extractors.pages.markers import marker_of
from extractors.pages.text import Glyph

FRAME = Frame(1, 600.0, 800.0)
CELL = Box(100.0, 0.0, 300.0, 800.0)
SIZE = 10.0


def glyphs(string: str, x: float, top: float) -> list[Glyph]:
    return [Glyph(c, FRAME, Box(x + n * SIZE, top, x + (n + 1) * SIZE, top + SIZE)) for n, c in enumerate(string)]


def column(*rows: tuple[float, str]) -> list[Line]:
    """Lines in a cell 20 characters wide, each with its indent in characters."""
    return lines_of(g for n, (indent, s) in enumerate(rows) for g in glyphs(s, 100 + indent * SIZE, 20 + 15.0 * n))


def paragraphs(*rows: tuple[float, str]) -> list[str]:
    return [p.text.string for p in paragraphs_of(column(*rows), CELL)]


FULL = "区では広く区政情報を周知するため広報紙をつ"[:20]


def test_characters_of_one_height_are_one_line_and_gaps_are_spaces() -> None:
    (line,) = lines_of([*glyphs("対象", 100, 20.0), *glyphs("者数", 160, 20.4)])
    assert line.text.string == "対象\u3000者数"
    assert [x.text.string for x in lines_of(glyphs("左", 100, 20) + glyphs("右", 200, 20), split_at=2.5)] == [
        "左",
        "右",
    ]


def test_a_full_line_goes_on() -> None:
    assert paragraphs((0, FULL), (0, "くる。")) == [FULL + "くる。"]


def test_a_short_line_ends_its_paragraph() -> None:
    assert paragraphs((1, "概要を示す。"), (1, "次の段落。")) == ["概要を示す。", "次の段落。"]


def test_a_line_set_in_begins_one_even_after_a_full_line() -> None:
    assert paragraphs((1, FULL[:19]), (0, FULL), (1, "このたび")) == [FULL[:19] + FULL, "このたび"]


def test_a_hanging_item_goes_on_under_its_words() -> None:
    assert paragraphs((0, "(1)" + FULL[:17]), (3, "続きの行")) == ["(1)" + FULL[:17] + "続きの行"]


def test_the_next_item_begins_though_a_full_paragraph_lies_between() -> None:
    assert paragraphs((0, "2　委託先"), (0, FULL), (0, "3　開始時期")) == ["2　委託先", FULL, "3　開始時期"]
    assert paragraphs((0, "2　委託先"), (0, FULL), (0, "5　月から続く")) == ["2　委託先", FULL + "5　月から続く"]


def test_the_next_item_begins_even_after_a_full_line() -> None:
    assert len(paragraphs((0, "(1)" + FULL[:17]), (0, "(2)次の項目"))) == 2


def test_a_bracketed_number_that_a_wrap_left_at_the_head_is_no_item() -> None:
    assert len(paragraphs((1, FULL[:19]), (0, "(2)の業務は再委託する。"))) == 1


@pytest.mark.parametrize(
    ("string", "kind", "ordinal"),
    [
        ("1　概要", "1", 1),
        ("１．概要", "1", 1),
        ("（１）外部結合", "(1)", 1),
        ("(12) 審査", "(1)", 12),
        ("③訪問調査", "①", 3),
        ("ウ 連携", "ア", 3),
        ("（イ）連携", "(ア)", 2),
        ("・受給人員", "・", None),
        ("Ⅱ　経過", "Ⅰ", 2),
        ("第3 事業", "第1", 3),
        ("二　内容", "一", 2),
        ("b) item", "a", 2),
        ("2-1 内訳", "1.1", 1),
    ],
)
def test_markers(string: str, kind: str, ordinal: int | None) -> None:
    marker = marker_of(string)
    assert marker is not None
    assert (marker.kind, marker.ordinal) == (kind, ordinal)


@pytest.mark.parametrize("string", ["30件", "3,900人", "アンケート", "一部を委託する", "2024年", "1"])
def test_no_markers(string: str) -> None:
    assert marker_of(string) is None


def tree(*rows: str) -> list[tuple[str, str, str | None, str]]:
    blocks = [p for n, row in enumerate(rows) for p in paragraphs_of(column((0, row)), CELL)]
    return [(s.path, s.marker.string, s.heading.string if s.heading else None, s.text.string) for s in outline(blocks)]


def test_an_outline_of_three_levels() -> None:
    assert tree(
        "1　概要", "この事業は", "2　内容", "(1)　処理", "①　登録", "②　照会", "(2)　結合", "3　数", "40件"
    ) == [
        ("1", "1", "概要", "この事業は"),
        ("2", "2", "内容", ""),
        ("2.1", "(1)", "処理", ""),
        ("2.1.1", "①", None, "登録"),
        ("2.1.2", "②", None, "照会"),
        ("2.2", "(2)", None, "結合"),
        ("3", "3", "数", "40件"),
    ]


def test_levels_in_another_order_and_deeper() -> None:
    paths = [row[0] for row in tree("①　甲", "ア　子", "・孫", "・孫", "イ　子", "②　乙", "(1)　丙")]
    assert paths == ["1", "1.1", "1.1.1", "1.1.2", "1.2", "2", "2.1"]


def test_a_lead_in_and_lines_that_only_continue() -> None:
    assert tree("はじめに", "1　概要", "※注", "続き") == [
        ("0", "", None, "はじめに"),
        ("1", "1", "概要", "※注\n続き"),
    ]


def test_a_number_out_of_turn_is_text() -> None:
    assert [row[0] for row in tree("1　概要", "7　番目の例", "2　内容")] == ["1", "2"]
