"""Sheets and lists as offices set them: over page breaks, between rules only, without rules, as spreadsheets.

Pages are drawn with ReportLab; what is read of them is checked value by value.
"""

from __future__ import annotations

import io

import numpy as np
import pypdfium2
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from extractors.scans.settings import ReadingSettings
from pipeline.documents.document import extract_document
from pipeline.extraction import Extraction, Source
from tests.scans import pdf_of

FONT = "HeiseiMin-W3"
HEIGHT = 842
pdfmetrics.registerFont(UnicodeCIDFont(FONT))


class Drawn:
    """A paper in the making; heights count from the head of the page, in points."""

    def __init__(self) -> None:
        self._bytes = io.BytesIO()
        self.canvas = Canvas(self._bytes, pagesize=(595, HEIGHT))
        self.words(150, 50, "令和5年度 汐見市個人情報保護審議会 審議案件", size=13)

    def words(self, x: float, y: float, *lines: str, size: float = 10, step: float = 15) -> Drawn:
        self.canvas.setFont(FONT, size)
        for n, line in enumerate(lines):
            self.canvas.drawString(x, HEIGHT - y - n * step, line)
        return self

    def rules(self, x0: float, x1: float, *heights: float) -> Drawn:
        for y in heights:
            self.canvas.line(x0, HEIGHT - y, x1, HEIGHT - y)
        return self

    def sides(self, y0: float, y1: float, *xs: float) -> Drawn:
        for x in xs:
            self.canvas.line(x, HEIGHT - y0, x, HEIGHT - y1)
        return self

    def page(self) -> Drawn:
        self.canvas.showPage()
        return self

    def read(self) -> Extraction:
        self.canvas.save()
        return extract_document(self._bytes.getvalue(), Source("drawn.pdf"))

    def read_scanned(self) -> Extraction:
        """The pages read as pictures of 200 dpi without any text."""
        self.canvas.save()
        with pypdfium2.PdfDocument(self._bytes.getvalue()) as document:
            pictures = [np.asarray(page.render(scale=200 / 72, grayscale=True).to_pil()) for page in document]
        return extract_document(pdf_of(*pictures), Source("scanned.pdf"), settings=ReadingSettings(ocr="rapidocr"))


def cases(read: Extraction) -> dict[int, dict[str, object]]:
    return {row["case_no"]: row for row in read.rows["cases"]}


def texts(read: Extraction, table: str, column: str) -> list[object]:
    return [row[column] for row in read.rows[table]]


ROWS = [
    ("業務名", "図書の宅配"),
    ("担当課", "中央図書館"),
    ("目的", "読書の機会を設けるため"),
    ("対象者", "利用登録者"),
]


def sheet_rows(paper: Drawn, top: float, name: str = "図書の宅配") -> float:
    """Four rows between rules from `top` on; where the last rule is."""
    for n, (label, value) in enumerate(ROWS):
        paper.words(75, top + 16 + 24 * n, label).words(180, top + 16 + 24 * n, name if n == 0 else value)
    paper.rules(70, 520, *(top + 24 * n for n in range(len(ROWS) + 1)))
    return top + 24 * len(ROWS)


def test_two_sheets_between_rules_of_one_width_are_two_cases_with_their_titles() -> None:
    paper = Drawn().words(200, 80, "図書の宅配の委託について（No.1）", size=12)
    end = sheet_rows(paper, 100)
    paper.words(200, end + 40, "農園の抽選の委託について（No.2）", size=12)
    sheet_rows(paper, end + 60, "農園の抽選")
    found = cases(paper.read())
    assert {no: row["project_name"] for no, row in found.items()} == {1: "図書の宅配", 2: "農園の抽選"}
    assert found[2]["detail_title"] == "農園の抽選の委託について"
    assert found[1]["target"] == found[2]["target"] == "利用登録者"


@pytest.mark.parametrize("x", [75, 150, 190], ids=["at the labels", "across", "at the values"])
def test_a_title_that_says_words_of_a_label_parts_two_sheets_too(x: float) -> None:
    paper = Drawn().words(200, 80, "図書の宅配の委託について（No.1）", size=12)
    end = sheet_rows(paper, 100)
    paper.words(x, end + 40, "No.2　農園の抽選の委託について（情報項目の変更）", size=12)
    sheet_rows(paper, end + 60, "農園の抽選")
    found = cases(paper.read())
    assert {no: row["project_name"] for no, row in found.items()} == {1: "図書の宅配", 2: "農園の抽選"}
    assert found[2]["detail_title"] == "農園の抽選の委託について（情報項目の変更）"


def test_a_row_that_the_page_break_left_without_a_rule_is_read_to_its_end_on_the_next_page() -> None:
    paper = Drawn().words(200, 480, "図書の宅配の委託について（No.1）", size=12)
    end = sheet_rows(paper, 500)
    body = [f"{n}　作業その{n}を行う。" for n in range(1, 11)]
    paper.words(75, end + 16, "事業内容").words(180, end + 16, *body)
    paper.page().words(180, 70, *(f"{n}　作業その{n}を行う。" for n in range(11, 15)))
    paper.rules(70, 520, 140)
    read = paper.read()
    assert [row["kind"] for row in read.rows["pages"]] == ["detail", "detail"]
    assert texts(read, "sections", "text") == [f"作業その{n}を行う。" for n in range(1, 15)]
    assert cases(read)[1]["page_last"] == 2


def counts_table(paper: Drawn, top: float, *rows: tuple[str, str]) -> None:
    """A table of two columns with all its rules, from `top` on."""
    for n, (name, count) in enumerate(rows):
        paper.words(185, top + 15 + 20 * n, name).words(290, top + 15 + 20 * n, count)
    foot = top + 20 * len(rows)
    paper.rules(180, 380, *(top + 20 * n for n in range(len(rows) + 1))).sides(top, foot, 180, 280, 380)


@pytest.mark.parametrize("label", ["個人情報の流れ", "備考"], ids=["heads attachments too", "heads nothing else"])
def test_a_table_at_the_head_of_the_page_is_the_rest_of_the_row_that_the_page_break_cut(label: str) -> None:
    paper = Drawn().words(200, 480, "図書の宅配の委託について（No.1）", size=12)
    end = sheet_rows(paper, 500)
    body = [*(f"{n}　作業その{n}を行う。" for n in range(1, 11)), "11　対象件数"]
    paper.words(75, end + 16, "事業内容").words(180, end + 16, *body)
    paper.page()
    counts_table(paper, 50, ("区分", "数量"), ("東部地区", "1,950件"), ("西部地区", "1,580件"))
    paper.words(75, 130, label).words(180, 130, "別紙のとおり").rules(70, 520, 114, 138)
    read = paper.read()
    assert [row["kind"] for row in read.rows["pages"]] == ["detail", "detail"]
    assert texts(read, "target_counts", "value") == [1950, 1580]


def test_the_last_rows_of_a_table_at_the_foot_of_the_page_are_no_running_foot() -> None:
    paper = Drawn().words(200, 480, "図書の宅配の委託について（No.1）", size=12)
    end = sheet_rows(paper, 500)
    body = [*(f"{n}　作業その{n}を行う。" for n in range(1, 6)), "6　対象件数"]
    paper.words(75, end + 16, "事業内容").words(180, end + 16, *body)
    counts_table(
        paper, 710, ("区分", "数量"), ("東部地区", "1,950件"), ("西部地区", "1,580件"), ("南部地区", "2,800件")
    )
    paper.page().words(75, 76, "備考").words(180, 76, "来年度も行う。").rules(70, 520, 60, 84)
    read = paper.read()
    assert texts(read, "target_counts", "value") == [1950, 1580, 2800]
    assert len(read.rows["sections"]) == 6


def test_a_sheet_of_plain_lines_goes_on_over_the_page_break_with_its_last_label() -> None:
    paper = Drawn().words(200, 480, "図書の宅配の委託について（No.1）", size=12)
    paper.words(70, 520, *(f"{label}：{value}" for label, value in ROWS), "事業内容：")
    paper.words(85, 600, *(f"{n}　作業その{n}を行う。" for n in range(1, 13)))
    paper.page().words(85, 70, *(f"{n}　作業その{n}を行う。" for n in range(13, 16)), "16　対象者数", "　約1,200人")
    paper.words(70, 160, "備考：来年度も行う。")
    read = paper.read()
    assert [row["kind"] for row in read.rows["pages"]] == ["detail", "detail"]
    assert len(read.rows["sections"]) == 16
    assert texts(read, "target_counts", "value") == [1200]


def test_a_sheet_of_plain_lines_goes_on_over_the_page_break_of_a_scan() -> None:
    paper = Drawn().words(200, 480, "図書の宅配の委託について（No.1）", size=12)
    paper.words(70, 520, *(f"{label}：{value}" for label, value in ROWS), "事業内容：")
    paper.words(85, 600, *(f"{n}　作業の手順を定める。" for n in range(1, 13)))
    paper.page().words(85, 70, "13　点検を行う。", "14　対象者数", "　約1,200人")
    read = paper.read_scanned()
    assert [(row["kind"], row["method"]) for row in read.rows["pages"]] == [("detail", "ocr")] * 2
    assert texts(read, "sections", "path") == [str(n) for n in range(1, 15)]
    assert texts(read, "target_counts", "value") == [1200]


def test_a_sheet_begun_at_the_foot_of_a_page_is_one_with_the_next() -> None:
    paper = Drawn().words(200, 760, "図書の宅配の委託について（No.1）", size=12)
    paper.words(75, 796, "業務名").words(180, 796, "図書の宅配").rules(70, 520, 780, 804).sides(780, 804, 70, 170, 520)
    paper.page()
    for n, (label, value) in enumerate(ROWS[1:]):
        paper.words(75, 76 + 24 * n, label).words(180, 76 + 24 * n, value)
    paper.rules(70, 520, 60, 84, 108, 132).sides(60, 132, 70, 170, 520)
    found = cases(paper.read())
    assert (found[1]["project_name"], found[1]["target"]) == ("図書の宅配", "利用登録者")
    assert (found[1]["page_first"], found[1]["detail_title"]) == (1, "図書の宅配の委託について")


def test_a_table_that_a_spreadsheet_draws_inside_a_value_is_a_table_of_counts() -> None:
    paper = Drawn().words(200, 80, "図書の宅配の委託について（No.1）", size=12)
    for n, (label, value) in enumerate(ROWS):
        paper.words(75, 116 + 24 * n, label).words(180, 116 + 24 * n, value)
    paper.words(75, 216, "事業内容").words(180, 212, "1　対象件数")
    for n, (left, right) in enumerate((("区分", "件数（件）"), ("新規", "860"), ("更新", "630"), ("計", "1,490"))):
        paper.words(180, 236 + 24 * n, left).words(330, 236 + 24 * n, right)
    paper.words(180, 332, "2　実施時期は別に定める。")
    paper.rules(70, 520, *(100 + 24 * n for n in range(5)), 340).rules(170, 520, *(220 + 24 * n for n in range(5)))
    paper.sides(100, 340, 70, 170, 520).sides(220, 316, 320)
    read = paper.read()
    counts = [(row["qualifier"], row["value"], row["unit"], row["is_total"]) for row in read.rows["target_counts"]]
    assert counts == [("新規", 860, "件", False), ("更新", 630, "件", False), (None, 1490, "件", True)]
    assert texts(read, "sections", "path") == ["1", "2"]


LIST = ("番号", "件名", "所管課", "区分", "審議日", "結果")


@pytest.mark.parametrize("at_top", [True, False])
def test_a_list_without_rules_whose_titles_take_two_lines(at_top: bool) -> None:
    paper = Drawn()
    xs = (50, 90, 260, 360, 430, 500)
    for x, label in zip(xs, LIST, strict=True):
        paper.words(x, 100, label)
    for n in range(1, 5):
        top = 90 + 30 * n if at_top else 88 + 36 * n
        level = top if at_top else top + 7
        paper.words(90, top, f"事業その{n}に係る業務の", "委託について", step=14)
        row = (str(n), None, "総務課", "業務委託", "5月10日", "承認")
        for x, value in zip(xs, row, strict=True):
            if value:
                paper.words(x, level, value)
    found = cases(paper.read())
    assert [row["title"] for row in found.values()] == [f"事業その{n}に係る業務の委託について" for n in range(1, 5)]
    assert {row["result"] for row in found.values()} == {"承認"}


def test_a_list_that_goes_on_under_a_running_head_keeps_its_first_row() -> None:
    paper = Drawn()
    xs = (50, 90, 260, 360, 430, 500)
    for page in range(2):
        paper.words(480, 25, "会議資料", size=8)
        if page == 0:
            for x, label in zip(xs, LIST, strict=True):
                paper.words(x, 90, label)
        first, top = (1, 114) if page == 0 else (26, 72)
        for n in range(first, first + 25):
            row = (str(n), f"事業その{n}の委託について", "総務課", "業務委託", "5月10日", "承認")
            for x, value in zip(xs, row, strict=True):
                paper.words(x, top + 28 * (n - first), value)
        paper.page()
    found = cases(paper.read())
    assert list(found) == list(range(1, 51))
    assert found[26]["title"] == "事業その26の委託について"


def test_a_sheet_whose_columns_stand_where_some_of_a_list_did_is_no_rest_of_the_list() -> None:
    paper, edges = Drawn(), (40, 80, 180, 260, 480, 550)
    for n, cells in enumerate(
        [("番号", "担当課", "結果", "件名", "審議日"), ("1", "中央図書館", "承認", "図書の宅配", "6月7日")]
    ):
        for x, cell in zip(edges, cells, strict=False):
            paper.words(x + 3, 116 + 24 * n, cell)
    paper.rules(40, 550, 100, 124, 148).sides(100, 148, *edges).page()
    for n, (label, value) in enumerate([("番号", "1"), ("件名", "図書の宅配"), *ROWS]):
        paper.words(43, 86 + 24 * n, label).words(183, 86 + 24 * n, value)
    paper.rules(40, 550, *(70 + 24 * n for n in range(7))).sides(70, 214, 40, 180, 550)
    read = paper.read()
    assert [row["kind"] for row in read.rows["pages"]] == ["list", "detail"]
    assert {no: (row["title"], row["purpose"]) for no, row in cases(read).items()} == {
        1: ("図書の宅配", "読書の機会を設けるため")
    }


def test_a_drawing_after_a_sheet_is_no_part_of_it() -> None:
    paper = Drawn().words(200, 480, "図書の宅配の委託について（No.1）", size=12)
    sheet_rows(paper, 690)
    paper.page().words(200, 80, "個人情報の流れ", size=12)
    paper.canvas.rect(100, 500, 120, 60)
    paper.words(110, 310, "利用者")
    read = paper.read()
    assert [row["kind"] for row in read.rows["pages"]] == ["detail", "attachment"]


def test_no_case_is_invented_where_a_paper_only_speaks_of_one() -> None:
    paper = Drawn().words(70, 100, "次の行事を行う。", "目的：交流", "対象：どなたでも")
    assert paper.page().words(70, 100, "申込みは図書館へ。").read().rows["cases"] == []


def test_a_label_broken_letter_by_letter_around_the_middle_of_a_header_is_no_part_of_the_titles() -> None:
    drawn = Drawn()
    drawn.words(60, 92, "整", "理", "番", "号", step=15)
    for x, label in ((200, "諮問事項"), (380, "主管課"), (500, "審議結果")):
        drawn.words(x, 114, label)
    rows = (("1", "固定資産税の通知書の作成について", "資産税課"), ("2", "住宅の募集の受付について", "住宅課"))
    for n, (number, title, department) in enumerate((*rows, ("3", "図書館の予約の受付について", "図書館"))):
        y = 165 + 28 * n
        for x, text in ((60, number), (85, title), (380, department), (500, "承認")):
            drawn.words(x, y, text)
    cases = drawn.read().rows["cases"]
    assert [(case["case_no"], case["title"]) for case in cases] == [
        (1, "固定資産税の通知書の作成について"),
        (2, "住宅の募集の受付について"),
        (3, "図書館の予約の受付について"),
    ]


def listed(paper: Drawn, top: float, *numbers: int) -> None:
    """Rows of a list between rules from `top` on, each 24 points high."""
    for n, number in enumerate(numbers):
        y = top + 16 + 24 * n
        for x, text in ((75, f"{number}"), (120, f"業務その{number}の委託について"), (360, "総務課"), (480, "承認")):
            paper.words(x, y, text)
    paper.rules(70, 540, *(top + 24 * n for n in range(len(numbers) + 1)))


def a_list() -> Drawn:
    """A list between rules to the foot of its page, with the head that recurs on each."""
    paper = Drawn().words(480, 60, "別添資料1", size=9)
    for x, label in ((75, "番号"), (120, "件名"), (360, "所管課"), (480, "審議結果")):
        paper.words(x, 136, label)
    paper.rules(70, 540, 120)
    listed(paper, 144, *range(1, 27))
    return paper


def test_a_single_row_of_a_list_between_rules_below_a_running_head_is_a_case() -> None:
    paper = a_list().page().words(480, 60, "別添資料1", size=9)
    listed(paper, 90, 27)
    found = cases(paper.read())
    assert list(found) == list(range(1, 28))
    assert (found[27]["title"], found[27]["result"]) == ("業務その27の委託について", "承認")
    assert found[26]["result"] == "承認"  # the running head is no rest of the row that the page break may have cut


def test_a_label_that_the_page_break_cut_within_its_brackets_goes_on() -> None:
    paper = Drawn().words(200, 600, "図書の宅配の委託について（No.1）", size=12)
    end = sheet_rows(paper, 640)
    paper.words(75, end + 16, "処理させる情報", "項目（だれの、").words(180, end + 16, "・氏名", "・住所")
    paper.rules(70, 520, end + 40).sides(640, end + 40, 70, 170, 520).page()
    paper.words(75, 76, "どの項目か）").words(180, 76, "・電話番号", "・生年月日")
    paper.rules(70, 520, 60, 100).sides(60, 100, 70, 170, 520)
    assert texts(paper.read(), "information_items", "item") == ["氏名", "住所", "電話番号", "生年月日"]


@pytest.mark.parametrize("closed", [True, False], ids=["the row ends on the page", "the row fills the page"])
def test_a_page_within_one_row_of_a_sheet_with_sides_belongs_to_it(closed: bool) -> None:
    paper = Drawn().words(200, 600, "図書の宅配の委託について（No.1）", size=12)
    end = sheet_rows(paper, 640)
    paper.words(75, end + 16, "事業内容").words(180, end + 16, "1　受付を行う。", "2　配達を行う。")
    paper.sides(640, 800, 70, 170, 520).page()
    paper.words(180, 76, *(f"{n}　点検{n}を行う。" for n in range(3, 9)))
    paper.sides(60, 200, 70, 170, 520)
    if closed:
        paper.rules(70, 520, 200)
    read = paper.read()
    assert [row["kind"] for row in read.rows["pages"]] == ["detail", "detail"]
    assert len(read.rows["sections"]) == 8


def test_the_last_words_of_a_row_in_the_head_margin_of_the_next_page_belong_to_it() -> None:
    paper = Drawn().words(200, 600, "図書の宅配の委託について（No.1）", size=12)
    end = sheet_rows(paper, 640)
    paper.words(75, end + 16, "事業内容").words(180, end + 16, "1　受付を行う。", "2　配達を行う。", "3　点検を行う。")
    paper.page().words(180, 45, "4　対象者数", "　延べ77人").rules(70, 520, 70)
    read = paper.read()
    assert [row["kind"] for row in read.rows["pages"]] == ["detail", "detail"]
    assert texts(read, "target_counts", "value") == [77]


def test_upright_rules_of_another_table_on_the_page_are_no_sides_of_the_sheet() -> None:
    paper = Drawn().words(75, 80, "区分").words(175, 80, "数量").rules(70, 270, 68, 90).sides(68, 90, 70, 170, 270)
    paper.words(200, 600, "図書の宅配の委託について（No.1）", size=12)
    end = sheet_rows(paper, 640)
    paper.words(75, end + 16, "事業内容").words(180, end + 16, "1　受付を行う。", "2　配達を行う。", "3　点検を行う。")
    paper.page().words(180, 100, "4　対象者数", "　延べ77人").rules(70, 520, 140)
    read = paper.read()
    assert [row["kind"] for row in read.rows["pages"]] == ["detail", "detail"]
    assert texts(read, "target_counts", "value") == [77]
