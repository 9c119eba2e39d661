"""Titles, departments and categories as offices write them."""

import pytest

from extractors.cases.words import categories, departments, title_parts
from extractors.pages.text import Text
from tests.glyph_lines import line


def put(string: str) -> Text:
    return Text.put_in(string)


@pytest.mark.parametrize(
    ("title", "base", "note"),
    [
        ("窓口業務の委託について（委託内容の追加）", "窓口業務の委託について", "委託内容の追加"),
        ("窓口業務(夜間)の委託について", "窓口業務(夜間)の委託について", None),
        ("保険事業（第2期）", "保険事業（第2期）", None),
        ("共同利用に係る結合(結合先の変更)", "共同利用に係る結合", "結合先の変更"),
    ],
)
def test_title_parts(title: str, base: str, note: str | None) -> None:
    found, mark = title_parts(put(title))
    assert (found.string, mark.string if mark else None) == (base, note)


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("行政管理課、情報システム課、外10課", [("行政管理課", None), ("情報システム課", None), (None, 10)]),
        ("行政管理課情報システム課外2課", [("行政管理課情報システム課", None), (None, 2)]),
        ("総務課ほか３課", [("総務課", None), (None, 3)]),
        (
            "健康課・東保健センター・西保健センター",
            [("健康課", None), ("東保健センター", None), ("西保健センター", None)],
        ),
        ("子ども・若者課", [("子ども・若者課", None)]),
        ("福祉部\n高齢者支援課", [("福祉部", None), ("高齢者支援課", None)]),
        ("税 務 課", [("税務課", None)]),
    ],
)
def test_departments(cell: str, wanted: list[tuple[str | None, int | None]]) -> None:
    assert [(d.name, d.unnamed_count) for d in departments(put(cell))] == wanted


def test_categories() -> None:
    assert [c.string for c in categories(put("電算処理、外部結合\n業務委託"))] == ["電算処理", "外部結合", "業務委託"]
    assert [c.string for c in categories(put("外部結合・業務委託"))] == ["外部結合", "業務委託"]


def test_names_that_wrap_in_a_narrow_cell_are_told_apart_line_by_line() -> None:
    def cell(*lines: str) -> Text:
        return Text.join(line(words, 10, 100 + 15 * n) for n, words in enumerate(lines))

    assert [d.name for d in departments(cell("高齢福祉課", "防災危機管", "理課"))] == ["高齢福祉課", "防災危機管理課"]
    assert [d.name for d in departments(cell("健康福祉部", "高齢福", "祉課"))] == ["健康福祉部高齢福祉課"]
    assert [c.string for c in categories(cell("外部結", "合", "電算処", "理"))] == ["外部結合", "電算処理"]


def test_of_boxes_to_tick_only_the_ticked_are_categories() -> None:
    assert [c.string for c in categories(put("☑業務委託 □電算処理 ■外部結合"))] == ["業務委託", "外部結合"]
    assert [c.string for c in categories(put("□業務委託"))] == ["□業務委託"]  # none is ticked: as printed
