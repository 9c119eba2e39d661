"""How much of a page was understood, character by character, and what is told of the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from extractors.cases.report import PageSeen, assemble
from extractors.forms.form import load
from pipeline.archive.archive import documents_kept, keep
from pipeline.documents.coverage import MOST_TOLD, Coverage, Covered
from pipeline.documents.document import extract_document
from pipeline.extraction import Extraction, Row, Source
from pipeline.tables.write import write_tables
from tests.drawn_pages import Canvas
from tests.maker.blocks import Cell, Paragraph, Part, Table
from tests.maker.paper import print_pdf
from tests.maker.style import Style
from tests.small_documents import small_document


def covered(*pages: Canvas, rows: dict[str, list[Row]] | None = None, has_cases: bool = True) -> Covered:
    account = Coverage()
    for event in assemble((page.reading() for page in pages), load()):
        if isinstance(event, PageSeen):
            account.add_page(event)
    return account.covered(rows or {}, has_cases)


def at(page: int, x0: float, top: float, x1: float, bottom: float, **more: object) -> Row:
    return {"page": page, "x0": x0, "top": top, "x1": x1, "bottom": bottom, **more}


def test_a_character_counts_when_its_centre_lies_in_the_place_of_a_row() -> None:
    page = Canvas().write("一二三四五六七八九十", 100, 300)
    four = at(1, 100, 300, 140, 310)
    assert covered(page).document == 0.0
    assert covered(page, rows={"sections": [four]}).document == 0.4
    assert covered(page, rows={"sections": [four, four], "parties": [four]}).document == 0.4  # never twice
    assert covered(page, rows={"sections": [four | {"x1": 146}]}).document == 0.5
    assert covered(page, rows={"table_cells": [four], "diagram_boxes": [four], "findings": [four]}).document == 0.0
    assert covered(page, rows={"diagram_arrows": [four | {"label": None}]}).document == 0.0
    assert covered(page, rows={"diagram_arrows": [four | {"label": "紙"}]}).document == 0.4


def test_signs_and_spaces_do_not_count_and_a_page_without_letters_has_no_share() -> None:
    page = Canvas(1).write("・（一二）、…。", 100, 300)
    assert covered(page, rows={"sections": [at(1, 120, 300, 130, 310)]}).document == 0.5
    found = covered(page, Canvas(2).write("……", 100, 300), Canvas(3))
    assert found.pages == {1: 0.0, 2: None, 3: None}
    assert covered(Canvas()).document is None


def test_a_text_that_goes_on_counts_where_it_goes_on() -> None:
    first, second = Canvas(1).write("一二三四", 100, 300), Canvas(2).write("五六七八", 100, 200)
    row = at(1, 100, 300, 140, 310, continued=[at(2, 100, 200, 120, 210)])
    assert covered(first, second, rows={"case_fields": [row]}).pages == {1: 1.0, 2: 0.5}


LIST = [50.0, 90.0, 300.0, 400.0, 480.0, 550.0]
HEADER = ["番号", "案件名", "所管課", "諮問日", "結果"]


def list_page(number: int, header: list[str], *rows: list[str]) -> Canvas:
    page = Canvas(number)
    page.table(100, LIST, [header, *rows])
    return page


def test_labels_count_on_every_page_that_repeats_them() -> None:
    first = list_page(1, HEADER, ["1", "甲", "税務課", "4月3日", "承認"])
    second = list_page(2, HEADER, ["2", "乙", "福祉課", "5月1日", "承認"])
    found = covered(first, second)
    ink = len("番号案件名所管課諮問日結果") + len("1甲税務課4月3日承認")
    assert found.pages[1] == found.pages[2] == round(len("番号案件名所管課諮問日結果") / ink, 4)
    assert [label.field for label, _ in found.labels[2]] == ["number", "title", "department", "meeting_date", "result"]


def test_page_numbers_and_running_heads_count_the_first_page_s_too() -> None:
    pages = []
    for number in (1, 2, 3):
        page = Canvas(number)
        page.write("会議資料第3号", 60, 20).write(f"{number}", 295, 780).write("本文である", 60, 300)
        pages.append(page)
    shares = covered(*pages).pages
    assert shares == dict.fromkeys((1, 2, 3), round(8 / 13, 4))
    assert covered(Canvas(1).write("会議資料第3号", 60, 20)).document == 0.0  # on one page it is no running head
    shifted = [Canvas(number).write("会議資料第3号", 60, 20 + 11 * number) for number in (1, 2)]
    assert covered(*shifted).document == 0.0  # nor at another height of each


def test_what_nobody_took_is_named_with_its_place() -> None:
    page = list_page(1, ["番号", "案件名", "所管課", "諮問日", "手話通訳"], ["1", "甲", "税務課", "4月3日", "要"])
    page.table(300, [50, 200, 400], [["年度", "決算額"], ["令和4年度", "1200"]])
    for n, line in enumerate(("1 はじめに", "2 なかほど", "3 おわりに")):
        page.write(line, 60, 500 + 15 * n)
    left = covered(page).left[1]
    assert [(one.kind, one.words) for one in left] == [
        ("label", "手話通訳"),
        ("table", "年度　決算額　令和4年度　1200"),
        ("list", "1　はじめに　2　なかほど　3　おわりに"),
    ]
    assert left[0].edges == (483.0, 103.0, 523.0, 113.0)
    assert {(one.evidence.method, one.evidence.confidence) for one in left} == {("text", 1.0)}
    # what a row was read from was taken after all
    taken = at(1, *left[1].edges)
    assert [one.kind for one in covered(page, rows={"target_counts": [taken]}).left[1]] == ["label", "list"]
    # of a paper without cases the list itself is a table that nobody took, and its labels mean nothing
    found = covered(page, has_cases=False)
    assert [one.kind for one in found.left[1]] == ["table", "table", "list"]
    assert found.pages[1] == 0.0


def test_boxes_of_a_drawing_that_is_no_attachment_are_named_and_those_of_a_sheet_are_its_own() -> None:
    other = Canvas(1).write("資料の説明である", 60, 100)
    other.box("受付の窓口", 60, 300, 200, 360).box("倉庫の棚", 300, 300, 440, 360)
    left = covered(other).left[1]
    assert [(one.kind, one.words) for one in left] == [("box", "受付の窓口"), ("box", "倉庫の棚")]
    sheet = Canvas(1).write("手話通訳の委託について（No.1）", 60, 40)
    sheet.table(80, [50, 150, 550], [["事業名", "甲の業務"], ["担当課", "税務課"], ["目的", "乙"], ["対象者", "丙"]])
    sheet.box("受付の窓口", 60, 300, 200, 360).box("倉庫の棚", 300, 300, 440, 360)
    assert [one.kind for one in covered(sheet).left[1]] == []


def papers(blocks: list[Paragraph | Table], path: Path) -> Extraction:
    print_pdf([Part("other", None, blocks)], Style(setter="reportlab", font="HeiseiMin-W3"), path)
    return extract_document(path.read_bytes(), Source(path.name))


def small_table(words: str) -> Table:
    return Table([[Cell([Paragraph(words)]), Cell([Paragraph("決算額")])]], (30, 30))


@pytest.mark.parametrize(("tables", "told", "more"), [(3, 3, None), (MOST_TOLD, MOST_TOLD, None), (27, MOST_TOLD, "7")])
def test_so_many_things_are_told_and_the_rest_as_one(tables: int, told: int, more: str | None, tmp_path: Path) -> None:
    blocks: list[Paragraph | Table] = []
    for n in range(tables):
        blocks += [Paragraph("次のとおり", space=3), small_table(f"第{n}年度")]
    found = papers(blocks, tmp_path / "a.pdf")
    by_rule: Callable[[str], list[Row]] = lambda rule: [r for r in found.rows["findings"] if r["rule"] == rule]  # noqa: E731
    assert len(by_rule("table_not_understood")) == told
    assert [row["left_value"] for row in by_rule("more_not_understood")] == ([more] if more else [])
    kept = [one for page in found.reading["pages"] for one in page["not_understood"]]
    assert len(kept) == tables  # the account holds them all
    first = by_rule("table_not_understood")[0]
    assert (first["page"], first["raw_text"]) == (1, "第0年度　決算額")


def test_the_sample_is_understood_and_its_findings_keep_their_weight(out: Path) -> None:
    (document,) = pq.read_table(out / "tables" / "documents.parquet").to_pylist()
    assert document["coverage"] >= 0.95
    pages = pq.read_table(out / "tables" / "pages.parquet").to_pylist()
    assert all(page["coverage"] >= 0.99 for page in pages if page["kind"] == "detail")
    assert [page["coverage"] for page in pages if page["kind"] == "blank"] == [None]
    findings = pq.read_table(out / "tables" / "findings.parquet").to_pylist()
    silent = {row["page"] for row in findings if row["rule"] == "attachment_not_understood"}
    left = [row for row in findings if row["rule"].endswith("_not_understood") and row["rule"].startswith("box")]
    assert 0 < len(left) <= MOST_TOLD
    assert not silent & {row["page"] for row in left}  # that nothing was understood of a page is said once
    assert not [row for row in findings if row["rule"] in ("label_unknown", "table_not_understood", "no_report")]


def test_an_archive_of_before_has_no_coverage_and_is_read_all_the_same(tmp_path: Path) -> None:
    data, extraction = small_document("old.pdf")  # its rows know neither form nor coverage
    keep(tmp_path, data, extraction)
    (kept,) = documents_kept(tmp_path)
    assert "coverage" not in kept.rows["documents"][0]
    write_tables(tmp_path)
    (document,) = pq.read_table(tmp_path / "tables" / "documents.parquet").to_pylist()
    assert (document["coverage"], document["form"], document["publisher"]) == (None, None, "新宿区")
    pages = pq.read_table(tmp_path / "tables" / "pages.parquet").to_pylist()
    assert {page["coverage"] for page in pages} == {None}
