"""Lists without any rules: where their rows and columns are parted, on a page and over page breaks."""

from __future__ import annotations

import pytest
from test_page_breaks import Drawn, cases, sheet_rows

COLUMNS = (60, 270, 370, 470)
HEADS = ("件名", "所管課", "区分", "審議結果")
Row = tuple[list[str], list[str], list[str], list[str]]


def put(paper: Drawn, top: float, rows: list[Row], middle: bool) -> float:
    """Rows set from `top` on, their cells at the top or in the middle of the row; where the last one ends."""
    for row in rows:
        height = 13 * max(len(cell) for cell in row)
        for x, cell in zip(COLUMNS, row, strict=True):
            drop = (height - 13 * len(cell)) / 2 if middle else 0
            paper.words(x, top + drop, *cell, step=13)
        top += height + 12
    return top


def one(title: str, department: str = "総務課", result: str = "承認") -> Row:
    return ([title], [department], ["業務委託"], [result])


WRAPPED: list[Row] = [
    one("図書の宅配の委託について"),
    (["農園の抽選に係る業務の委託につ", "いて（期間の延長）"], ["農業振興課"], ["業務委託"], ["原案のと", "おり承認"]),
    one("体操の申込みの委託について"),
    (["予診票の発送の委託について"], ["保健予防課"], ["業務委託"], ["原案のと", "おり承認"]),
    one("学童の入会の委託について"),
]
RESULTS = {1: "承認", 2: "原案のとおり承認", 3: "承認", 4: "原案のとおり承認", 5: "承認"}


@pytest.mark.parametrize("middle", [True, False], ids=["in the middle", "at the top"])
def test_a_result_of_two_lines_is_one_row(middle: bool) -> None:
    paper = Drawn()
    for x, head in zip(COLUMNS, HEADS, strict=True):
        paper.words(x, 120, head)
    put(paper, 145, WRAPPED, middle)
    found = cases(paper.read())
    assert {no: row["result"] for no, row in found.items()} == RESULTS
    assert found[2]["title"] == "農園の抽選に係る業務の委託について（期間の延長）"


def test_words_that_reach_further_than_on_the_page_before_stay_in_their_column() -> None:
    paper = Drawn()
    for x, head in zip(COLUMNS, HEADS, strict=True):
        paper.words(x, 120, head)
    put(paper, 145, [one(f"業務{n}の委託について") for n in range(1, 27)], middle=False)
    paper.page()
    long = "高齢者の見守りの機器の委託について"
    put(paper, 70, [one(long), one(f"{long}２"), one("短い委託について")], middle=False)
    found = cases(paper.read())
    assert len(found) == 29
    assert [found[no]["title"] for no in (27, 28, 29)] == [long, f"{long}２", "短い委託について"]


def test_a_list_ends_where_the_title_of_a_sheet_stands() -> None:
    paper = Drawn()
    for x, head in zip(COLUMNS, HEADS, strict=True):
        paper.words(x, 120, head)
    end = put(paper, 145, [one("図書の宅配の委託について"), one("農園の抽選の委託について")], middle=False)
    paper.words(160, end + 20, "図書の宅配の委託について（No.1）", size=12)
    found = cases(paper.read())
    assert {no: row["title"] for no, row in found.items()} == {
        1: "図書の宅配の委託について",
        2: "農園の抽選の委託について",
    }


def test_letters_set_apart_in_heads_are_parted_into_as_many_labels_as_they_make() -> None:
    paper = Drawn()
    for x, head in ((60, "件 名"), (230, "担 当 課"), (300, "審 議 日"), (370, "区 分"), (430, "結 果")):
        for n, letter in enumerate(head.split()):
            paper.words(x + 20 * n, 120, letter)
    for n, title in enumerate(("図書の宅配の委託について", "農園の抽選の委託について", "体操の申込みの委託について")):
        for x, words in ((60, title), (235, "総務課"), (300, "5月10日"), (370, "業務委託"), (430, "承認")):
            paper.words(x, 150 + 25 * n, words)
    read = paper.read()
    assert [str(row["meeting_date"]) for row in cases(read).values()] == ["2023-05-10"] * 3
    assert [row["category"] for row in read.rows["case_categories"]] == ["業務委託"] * 3


def test_letters_set_apart_in_heads_go_to_the_labels_that_are_worded_so() -> None:
    paper = Drawn()
    for x, head in ((60, "審査結果"), (150, "担 当 部 署"), (330, "案 件 名"), (480, "案件区分")):
        for n, letter in enumerate(head.split()):
            paper.words(x + 20 * n, 120, letter)
    for n, title in enumerate(("図書の宅配の委託について", "農園の抽選の委託について", "体操の申込みの委託について")):
        for x, words in ((65, "承認"), (160, "総務課"), (270, title), (480, "業務委託")):
            paper.words(x, 150 + 25 * n, words)
    read = paper.read()
    assert [row["title"] for row in cases(read).values()] == [
        "図書の宅配の委託について",
        "農園の抽選の委託について",
        "体操の申込みの委託について",
    ]
    assert [row["department"] for row in read.rows["case_departments"]] == ["総務課"] * 3


def test_a_head_beside_all_the_words_of_a_wide_column_names_it() -> None:
    paper = Drawn()
    for x, head in ((60, "番号"), (110, "所管課"), (200, "審議結果"), (480, "件名")):
        paper.words(x, 120, head)
    for n, title in enumerate(
        ("図書の宅配の委託について", "農園の抽選の委託について", "体操の申込みの委託について"), 1
    ):
        for x, words in ((65, f"{n}"), (110, "総務課"), (205, "承認"), (290, title)):
            paper.words(x, 125 + 25 * n, words)
    assert cases(paper.read())[1]["title"] == "図書の宅配の委託について"


def test_a_sheet_without_number_and_without_the_note_of_its_row_is_that_row() -> None:
    paper = Drawn()
    for x, head in zip(COLUMNS, HEADS, strict=True):
        paper.words(x, 120, head)
    titles = (["図書の宅配に係る業務の委託について", "（委託先の変更及び期間の延長）"], ["農園の抽選の委託について"])
    put(paper, 145, [(title, ["総務課"], ["業務委託"], ["承認"]) for title in titles], middle=False)
    paper.page().words(200, 80, "図書の宅配に係る業務の委託について", size=12)
    sheet_rows(paper, 100)
    found = cases(paper.read())
    assert {no: (row["in_detail"], row["page_first"]) for no, row in found.items()} == {1: (True, 2), 2: (False, None)}
