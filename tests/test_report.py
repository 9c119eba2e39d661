"""Lists and sheets in the forms that offices give them, on pages drawn for each."""

from extractors.cases.case_list import ListRow
from extractors.cases.report import PageSeen, assemble
from extractors.cases.sheet import Sheet
from extractors.forms.form import load
from tests.drawn_pages import Canvas

FORM = load()
LIST = [50.0, 90.0, 300.0, 400.0, 480.0, 550.0]
HEADER = ["番号", "案件名", "所管課", "諮問日", "結果"]


def events(*pages: Canvas) -> list[object]:
    return list(assemble((page.reading() for page in pages), FORM))


def rows(*pages: Canvas) -> list[dict[str, str]]:
    return [{k: v.string for k, v in e.fields.items()} for e in events(*pages) if isinstance(e, ListRow)]


def sheets(*pages: Canvas) -> list[dict[str, str]]:
    return [{k: f.text.string for k, f in e.fields.items()} for e in events(*pages) if isinstance(e, Sheet)]


def kinds(*pages: Canvas) -> list[str]:
    return [e.kind for e in events(*pages) if isinstance(e, PageSeen)]


def test_a_list_under_other_names_and_in_another_order() -> None:
    page = Canvas()
    page.table(
        100,
        [50, 150, 250, 500, 550],
        [["諮問日", "主管課", "件名", "整理番号"], ["4月3日", "税務課", "収納の委託", "1"]],
    )
    (row,) = rows(page)
    assert row == {"meeting_date": "4月3日", "department": "税務課", "title": "収納の委託", "number": "1"}


def test_a_list_goes_on_over_the_page_with_and_without_its_header() -> None:
    first, second, third = Canvas(1), Canvas(2), Canvas(3)
    first.table(100, LIST, [HEADER, ["1", "甲の委託", "税務課", "4月3日", "承認"]])
    second.table(50, LIST, [["2", "乙の委託", "福祉課", "4月3日", "承認"]])
    third.table(50, LIST, [HEADER, ["3", "丙の委託", "学務課", "5月1日", "承認"]])
    assert [row["title"] for row in rows(first, second, third)] == ["甲の委託", "乙の委託", "丙の委託"]
    assert kinds(first, second, third) == ["list", "list", "list"]


def test_a_row_split_by_the_page_break_is_whole() -> None:
    first, second = Canvas(1), Canvas(2)
    first.table(100, LIST, [HEADER, ["1", "長い名の事業に係る業務の", "税務課", "4月3日", "承認"]])
    second.table(50, LIST, [["", "委託について", "", "", ""], ["2", "乙の委託", "福祉課", "4月3日", "承認"]])
    assert [row["title"] for row in rows(first, second)] == ["長い名の事業に係る業務の委託について", "乙の委託"]


def test_a_merged_date_belongs_to_each_of_its_rows() -> None:
    page = Canvas()
    page.table(100, LIST, [HEADER, ["1", "甲", "税務課", "4月3日", "承認"], ["2", "乙", "福祉課", "", "承認"]])
    # the ruling between the two dates is not drawn
    cut = [r for r in page.rulings if r.horizontal and 130 < r.y0 < 145]
    for ruling in cut:
        page.rulings.remove(ruling)
        page.rulings += [ruling._replace(x1=400.0), ruling._replace(x0=480.0)]
    assert [row["meeting_date"] for row in rows(page)] == ["4月3日", "4月3日"]


SHEET = [
    ["事業名", "講座の運営"],
    ["担当課", "学務課"],
    ["目的", "学びを広げるため"],
    ["対象者", "区内の者"],
    ["事業内容", "1　概要"],
]


def test_a_sheet_with_its_title_and_number() -> None:
    page = Canvas()
    page.write("講座の運営の委託について（No.１２）", 60, 70).table(100, [50, 150, 500], SHEET)
    (sheet,) = [e for e in events(page) if isinstance(e, Sheet)]
    assert sheet.number == 12
    assert sheet.title is not None
    assert sheet.title.string == "講座の運営の委託について"
    assert sheets(page)[0]["project_name"] == "講座の運営"


def test_a_sheet_of_four_columns() -> None:
    page = Canvas()
    page.table(
        100,
        [50, 120, 300, 370, 550],
        [
            ["事業名", "講座", "担当課", "学務課"],
            ["目的", "学ぶため", None, None],
            ["対象者", "区民", "区分", "業務委託"],
        ],
    )
    assert sheets(page) == [
        {
            "project_name": "講座",
            "department": "学務課",
            "purpose": "学ぶため",
            "target": "区民",
            "category": "業務委託",
        }
    ]


def test_labels_spread_out_and_over_their_values() -> None:
    page = Canvas()
    page.table(
        100,
        [50, 300, 550],
        [
            ["事 業 名", "担 当 課"],
            ["講座の運営", "学務課"],
            ["目　　的", None],
            ["学びを広げる", None],
            ["対 象 者", None],
            ["区民", None],
        ],
    )
    assert sheets(page) == [
        {"project_name": "講座の運営", "department": "学務課", "purpose": "学びを広げる", "target": "区民"}
    ]


def test_several_cases_on_a_page_and_in_one_table() -> None:
    page = Canvas()
    foot = page.table(100, [50, 150, 500], SHEET)
    page.write("二番目の委託について（No.2）", 60, foot + 30).table(foot + 60, [50, 150, 500], SHEET)
    assert len(sheets(page)) == 2
    one = Canvas()
    one.table(60, [50, 150, 500], SHEET + SHEET)
    assert [len(sheet) for sheet in sheets(one)] == [5, 5]


def test_a_sheet_goes_on_over_the_page_and_a_cut_sentence_is_whole() -> None:
    first, second = Canvas(1), Canvas(2)
    first.table(100, [50, 150, 500], [*SHEET[:4], ["事業内容", "1　概要\nこの事業では次の者を、"]])
    second.table(50, [50, 150, 500], [["", "広く対象とする。"], ["備考", "なし"]])
    (sheet,) = sheets(first, second)
    assert sheet["body"] == "1　概要\nこの事業では次の者を、広く対象とする。"
    assert sheet["remarks"] == "なし"


def test_the_next_sheet_is_not_taken_for_the_rest_of_the_one_before() -> None:
    first, second = Canvas(1), Canvas(2)
    first.table(100, [50, 150, 500], SHEET)
    second.table(50, [50, 150, 500], SHEET)
    assert len(sheets(first, second)) == 2


def test_a_table_of_something_else_is_no_list_and_no_sheet() -> None:
    page = Canvas()
    page.table(100, [50, 200, 400], [["年度", "決算額"], ["令和4年度", "1,200"], ["令和5年度", "1,300"]])
    assert rows(page) == []
    assert sheets(page) == []
    assert kinds(page) == ["other"]


def test_a_list_with_horizontal_rules_only() -> None:
    page = Canvas()
    page.table(
        100,
        LIST,
        [
            HEADER,
            ["1", "甲の業務の委託に\nついて", "税務課", "4月3日", "承認"],
            ["2", "乙", "福祉課", "4月3日", "承認"],
        ],
        False,
    )
    assert [(row["number"], row["title"], row["department"]) for row in rows(page)] == [
        ("1", "甲の業務の委託に\nついて", "税務課"),
        ("2", "乙", "福祉課"),
    ]


def test_a_list_without_rules_over_two_pages() -> None:
    def lay(page: Canvas, top: float, lines: list[list[str]]) -> None:
        for n, cells in enumerate(lines):
            for x, cell in zip(LIST, cells, strict=False):
                for m, part in enumerate(cell.split("\n")):
                    page.write(part, x + 3, top + 40 * n + 13 * m)

    first, second = Canvas(1), Canvas(2)
    first.write("審議案件の一覧", 200, 40, 14)
    lay(
        first,
        100,
        [
            HEADER,
            ["1", "甲の業務に係る委託に\nついて", "税務課", "4月3日", "承認"],
            ["2", "乙", "福祉課", "4月3日", "承認"],
        ],
    )
    lay(
        second,
        60,
        [["3", "丙の業務に係る委託に\nついて", "学務課", "5月8日", "承認"], ["4", "丁", "区民課", "5月8日", "承認"]],
    )
    assert [(row["number"], row["title"].replace("\n", ""), row["department"]) for row in rows(first, second)] == [
        ("1", "甲の業務に係る委託について", "税務課"),
        ("2", "乙", "福祉課"),
        ("3", "丙の業務に係る委託について", "学務課"),
        ("4", "丁", "区民課"),
    ]


def test_a_list_without_rules_with_a_label_that_hangs_letter_by_letter() -> None:
    """「案件番号」 in a column one letter wide: its first two letters alone would be the label of another column."""
    page = Canvas()
    page.write("審議案件の一覧", 200, 40, 14)
    for m, letter in enumerate("案件番号"):
        page.write(letter, 53, 100 + 15 * m)
    for x, label in zip(LIST[1:], HEADER[1:], strict=False):
        page.write(label, x + 3, 100)
    for n, cells in enumerate([["1", "甲の委託について", "税務課"], ["2", "乙の委託について", "福祉課"]]):
        for x, cell in zip(LIST, [*cells, "4月3日", "承認"], strict=False):
            page.write(cell, x + 3, 175 + 30 * n)
    assert [(row["number"], row["title"], row["department"]) for row in rows(page)] == [
        ("1", "甲の委託について", "税務課"),
        ("2", "乙の委託について", "福祉課"),
    ]


def test_a_sheet_without_rules() -> None:
    page = Canvas()
    page.write("講座の委託について（No.3）", 60, 60)
    y = 100
    for label, value in SHEET:
        page.write(label, 60, y).write(value, 160, y).write("次の行に続く言葉", 160, y + 14)
        y += 42
    (sheet,) = sheets(page)
    assert sheet["purpose"].replace("\n", "") == "学びを広げるため次の行に続く言葉"
    assert sheet["target"].replace("\n", "") == "区内の者次の行に続く言葉"
