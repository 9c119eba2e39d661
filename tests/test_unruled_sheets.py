"""Sheets without any rules: several on a page, below the list, over page breaks, set by their tops or middles."""

from __future__ import annotations

import pytest
from drawn_pages import Canvas
from test_page_breaks import Drawn, cases, texts

from extractors.cases.sheet import labelled_rows
from extractors.forms.form import load
from extractors.pages.page import Ruling

VALUE = 190
Rows = list[tuple[str, list[str]]]


def sheet(name: str, department: str = "総務課") -> Rows:
    return [
        ("事業名", [name]),
        ("所管課", [department]),
        ("目的", [f"{name}を行い、利用する人の手間を減らすとともに、", "事務を早く正しく行うため。"]),
        ("対象者", ["市内に住む者"]),
        ("事業内容", ["１　内容", f"{name}の受付を委託する。", "２　対象者数", "約1万2千人"]),
        ("個人情報の項目", ["氏名、住所、電話番号"]),
    ]


def put(paper: Drawn, top: float, rows: Rows, middle: bool, step: float = 15, room: float = 5) -> float:
    """Rows set from `top` on, labels level with the first line of their value, or in the middle; where they end."""
    for label, lines in rows:
        drop = (len(lines) - 1) * step / 2 if middle else 0
        paper.words(60, top + drop, label).words(VALUE, top, *lines, step=step)
        top += len(lines) * step + room
    return top


@pytest.mark.parametrize("middle", [True, False], ids=["in the middle", "at the top"])
@pytest.mark.parametrize("room", [0, 6], ids=["close", "apart"])
def test_sheets_below_each_other_are_cases_with_their_titles(middle: bool, room: float) -> None:
    paper = Drawn().words(100, 80, "諮問第1号　図書の宅配の委託について", size=12)
    end = put(paper, 105, sheet("図書の宅配"), middle, room=room)
    paper.words(100, end + 20, "諮問第2号　農園の抽選の委託について", size=12)
    put(paper, end + 45, sheet("農園の抽選", "農業課"), middle, room=room)
    read = paper.read()
    found = cases(read)
    assert {no: row["project_name"] for no, row in found.items()} == {1: "図書の宅配", 2: "農園の抽選"}
    assert found[2]["detail_title"] == "農園の抽選の委託について"
    assert found[1]["purpose"] == "図書の宅配を行い、利用する人の手間を減らすとともに、事務を早く正しく行うため。"
    assert texts(read, "case_departments", "department") == ["総務課", "農業課"]
    assert texts(read, "target_counts", "value") == [12000, 12000]
    assert texts(read, "information_items", "item") == 2 * ["氏名", "住所", "電話番号"]


def test_a_list_and_the_sheets_close_below_it_are_told_apart() -> None:
    paper = Drawn()
    columns = (60, 100, 300, 400)
    rows = [
        ("番号", "件名", "所管課", "審議結果"),
        ("1", "図書の宅配の委託について", "総務課", "承認"),
        ("2", "農園の抽選の委託について", "農業課", "条件付承認"),
    ]
    for n, row in enumerate(rows):
        for x, words in zip(columns, row, strict=True):
            paper.words(x, 90 + 15 * n, words)
    paper.words(100, 145, "諮問第1号　図書の宅配の委託について", size=12)
    end = put(paper, 165, sheet("図書の宅配"), middle=False)
    paper.words(100, end + 15, "諮問第2号　農園の抽選の委託について", size=12)
    put(paper, end + 35, sheet("農園の抽選", "農業課"), middle=False)
    read = paper.read()
    assert {no: (row["title"], row["result"], row["project_name"]) for no, row in cases(read).items()} == {
        1: ("図書の宅配の委託について", "承認", "図書の宅配"),
        2: ("農園の抽選の委託について", "条件付承認", "農園の抽選"),
    }
    assert "list_missing" not in texts(read, "findings", "rule")


def test_a_sheet_goes_on_over_the_page_break_and_the_next_one_follows() -> None:
    paper = Drawn().words(100, 480, "諮問第1号　図書の宅配の委託について", size=12)
    rows = sheet("図書の宅配")
    rows[4] = ("事業内容", ["１　内容", *(f"図書の宅配の受付（その{n}）を委託する。" for n in range(9))])
    put(paper, 505, rows[:5], middle=False)
    paper.page()
    paper.words(VALUE, 60, "２　対象者数", "約1万2千人")
    end = put(paper, 95, rows[5:], middle=False)
    paper.words(100, end + 20, "諮問第2号　農園の抽選の委託について", size=12)
    put(paper, end + 45, sheet("農園の抽選"), middle=False)
    read = paper.read()
    assert {no: row["project_name"] for no, row in cases(read).items()} == {1: "図書の宅配", 2: "農園の抽選"}
    headings = [(row["case_id"][-3:], row["path"], row["heading"]) for row in read.rows["sections"]]
    assert headings == [
        ("001", "1", "内容"),
        ("001", "2", "対象者数"),
        ("002", "1", "内容"),
        ("002", "2", "対象者数"),
    ]
    assert texts(read, "information_items", "item") == 2 * ["氏名", "住所", "電話番号"]


def test_the_count_of_a_day_that_stands_before_it_is_of_that_day() -> None:
    rows = sheet("図書の宅配")
    rows[4] = ("事業内容", ["１　対象者数", "令和6年4月1日現在の住民基本台帳による者　11,840人"])
    paper = Drawn().words(100, 80, "諮問第1号　図書の宅配の委託について", size=12)
    put(paper, 105, rows, middle=False)
    (count,) = paper.read().rows["target_counts"]
    assert (count["value"], str(count["as_of"]), count["basis"]) == (11840, "2024-04-01", "現在")


def test_a_word_beside_several_labels_heads_their_group_and_is_none() -> None:
    canvas = Canvas()
    rows = [("事業名", "図書の宅配"), ("目的", "便利にする"), ("対象者", "利用者"), ("事業内容", "受付を委託する。")]
    for n, (label, value) in enumerate(rows):
        canvas.write(label, 85, 105 + 30 * n).write(value, 160, 105 + 30 * n)
        canvas.rulings.append(Ruling(80, 100 + 30 * n, 400, 100 + 30 * n))
    canvas.write("概", 55, 130).write("要", 55, 170)  # a label itself, where it stands beside a value
    canvas.rulings += [Ruling(x, 100, x, 220) for x in (50, 80, 150, 400)]
    canvas.rulings += [Ruling(50, y, 400, y) for y in (100, 220)]
    (table,) = canvas.reading().tables
    read = [(row.name, row.label.string, [b.text.string for b in row.blocks]) for row in labelled_rows(table, load())]
    assert read == [
        ("project_name", "事業名", ["図書の宅配"]),
        ("purpose", "目的", ["便利にする"]),
        ("target", "対象者", ["利用者"]),
        ("body", "事業内容", ["受付を委託する。"]),
    ]


def test_headings_within_a_value_that_say_words_of_labels_are_none() -> None:
    paper = Drawn().words(60, 80, "案件1　図書の宅配の委託について", size=12)
    paper.words(
        60, 110, "事業名：図書の宅配", "所管課：中央図書館", "目的：読書の機会を設けるため", "対象者：利用登録者"
    )
    paper.words(60, 175, "事業概要：").words(75, 190, "○趣旨", "○業務委託の内容", "○年間処理件数", step=30)
    paper.words(90, 205, "職員の手間を減らす。", "図書の受渡しを委託する。", "約440件", step=30)
    read = paper.read()
    assert [row["project_name"] for row in cases(read).values()] == ["図書の宅配"]
    assert [(row["path"], row["heading"]) for row in read.rows["sections"]] == [
        ("1", "趣旨"),
        ("2", "業務委託の内容"),
        ("3", "年間処理件数"),
    ]
    assert texts(read, "target_counts", "value") == [440]
