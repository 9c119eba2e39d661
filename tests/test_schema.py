"""The declaration of the tables, held against the contract, and what it lets pass."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_documents import LIST_ROW, READ_AT, case_id, case_row, count_row, small_document

from pipeline.tables import data_package
from pipeline.tables.schema import RowError, arrow_schema, check, check_document, from_json, sorted_rows, tables

EVIDENCE = ["page", "x0", "top", "x1", "bottom", "continued", "method", "confidence", "raw_text"]
CONTRACT = {
    "documents": "document_id file_name source_url publisher publisher_code meeting_body title fiscal_year "
    "period_start period_end page_count supersedes is_current",
    "pages": "document_id page width height rotation kind method case_no char_count ocr_confidence",
    "cases": "case_id document_id case_no title base_title change_note meeting_date result detail_title project_name "
    "purpose target page_first page_last in_list in_detail",
    "case_departments": "case_id source ordinal department unnamed_count",
    "case_categories": "case_id source ordinal category",
    "sections": "case_id ordinal path depth marker heading text",
    "target_counts": "case_id ordinal field label qualifier value unit is_approximate bound value_max is_total as_of "
    "fiscal_year basis",
    "information_items": "case_id ordinal group_no heading holder item item_norm item_category is_open_list box_no",
    "controls": "case_id ordinal group_no holder text control_id control_name category match_score box_no",
    "flow_steps": "case_id ordinal label number text media delivery sender receiver sender_box receiver_box",
    "diagram_boxes": "document_id case_id page box_no parent_box_no heading text role",
    "table_cells": "document_id page table_no row column row_span column_span text",
    "parties": "case_id ordinal name role certifications",
    "prior_references": "case_id ordinal kind body fiscal_year session_no law_name law_number outcome",
    "findings": "document_id case_id rule severity message page left_value right_value",
}
DOCUMENT = "ab" * 32
ALL_COLUMNS = [(table.name, column) for table in tables().values() for column in table.columns]


@pytest.mark.parametrize("table", CONTRACT)
def test_every_column_of_the_contract_is_declared(table: str) -> None:
    declared = tables()[table].column_names
    evidence = [] if table in ("documents", "pages") else EVIDENCE
    assert set(CONTRACT[table].split()) | set(evidence) <= set(declared)
    assert list(declared[len(declared) - len(evidence) :]) == evidence
    assert len(declared) == len(set(declared))


def test_the_tables_beyond_the_contract_are_these() -> None:
    assert tables().keys() - CONTRACT.keys() == {"case_fields", "diagram_arrows"}


def test_every_table_and_column_is_described_in_both_languages() -> None:
    for named in (*tables().values(), *(column for _, column in ALL_COLUMNS)):
        for japanese in (named.title, named.description):
            assert re.search("[぀-ヿ一-鿿]", japanese), f"{named.name}: {japanese}"
        for english in (named.title_en, named.description_en):
            assert re.match("[A-Z`\\d一-鿿]", english), f"{named.name}: {english}"
        assert named.description.endswith("。")
        assert named.description_en.endswith(".") or named.description_en.endswith("…")


def test_titles_tell_the_columns_of_a_table_apart() -> None:
    for table in tables().values():
        for titles in ([c.title for c in table.columns], [c.title_en for c in table.columns]):
            assert len(titles) == len(set(titles)), table.name


def test_what_a_table_names_is_there() -> None:
    for table in tables().values():
        assert set(table.key) | set(table.sort) <= set(table.column_names)
        assert all(column.required for column in table.columns if column.name in table.key)
        for key in table.foreign_keys:
            assert set(key.columns) <= set(table.column_names)
            assert set(key.references) <= set(tables()[key.table].key)


def test_examples_are_values_that_their_column_takes() -> None:
    for table, column in ALL_COLUMNS:
        if column.example is not None:
            assert column.fault(column.example) is None, f"{table}.{column.name}"


def test_arrow_types() -> None:
    schema = arrow_schema("cases")
    assert schema.field("case_no").type == pa.int64()
    assert schema.field("meeting_date").type == pa.date32()
    assert schema.field("in_list").type == pa.bool_()
    assert schema.field("x0").type == pa.float64()
    assert schema.field("continued").type.value_type.field("bottom").type == pa.float64()
    assert not schema.field("case_id").nullable
    assert schema.field("title").nullable


def test_evidence_columns() -> None:
    assert list(READ_AT) == EVIDENCE
    assert READ_AT["continued"] == [{"page": 3, "x0": 10.5, "top": 50.0, "x1": 90.0, "bottom": 62.0}]
    assert (READ_AT["page"], READ_AT["x1"], READ_AT["confidence"]) == (2, 110.25, 0.98)
    assert LIST_ROW["continued"] is None


def test_rows_that_fit_pass() -> None:
    check("cases", [case_row(DOCUMENT, 1), case_row(DOCUMENT, 2)])
    _, extraction = small_document("a.pdf")
    check_document(extraction.document_id, extraction.rows)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"colour": "red"}, "no such column as colour"),
        ({"case_no": None}, "case_no: None is required"),
        ({"case_no": "1"}, "case_no: '1' is not of type integer"),
        ({"case_no": True}, "case_no: True is not of type integer"),
        ({"case_no": 1.0}, "case_no: 1.0 is not of type integer"),
        ({"case_no": 2**63}, "is not of type integer"),
        ({"case_no": -1}, "case_no: -1 is below 0"),
        ({"title": 5}, "title: 5 is not of type string"),
        ({"title": "\ud800"}, "is not of type string"),
        ({"in_list": 1}, "in_list: 1 is not of type boolean"),
        ({"meeting_date": "2023-04-03"}, "is not of type date"),
        ({"meeting_date": datetime.datetime(2023, 4, 3)}, "is not of type date"),
        ({"x0": float("nan")}, "x0: nan is not of type number"),
        ({"confidence": 1.01}, "confidence: 1.01 is above 1"),
        ({"method": "guess"}, "method: 'guess' is none of text, ocr, review"),
        ({"case_id": "7"}, "does not match"),
        ({"continued": []}, "is not of type places"),
        ({"continued": [{"page": 1}]}, "is not of type places"),
        ({"continued": [(1, 2.0, 3.0, 4.0, 5.0)]}, "is not of type places"),
    ],
)
def test_a_row_that_does_not_fit_raises(change: dict[str, object], says: str) -> None:
    with pytest.raises(RowError, match=re.escape(says)):
        check("cases", [{**case_row(DOCUMENT, 1), **change}])


@pytest.mark.parametrize(
    ("points", "fits"),
    [
        ([{"x": 1.0, "y": 2}], True),
        ([], True),
        ([{"x": 1.0}], False),
        ([{"x": 1.0, "y": 2.0, "z": 3.0}], False),
        ([{"x": 1.0, "y": "2"}], False),
        ([{"x": 1.0, "y": float("inf")}], False),
        ([(1.0, 2.0)], False),
        ({"x": 1.0, "y": 2.0}, False),
    ],
)
def test_points_are_pairs_of_numbers(points: object, fits: bool) -> None:
    (column,) = (one for one in tables()["diagram_arrows"].columns if one.type == "points")
    assert (column.fault(points) is None) == fits


def test_an_absent_required_column_raises() -> None:
    row = case_row(DOCUMENT, 1)
    del row["raw_text"]
    with pytest.raises(RowError, match="raw_text: None is required"):
        check("cases", [row])


def test_the_same_key_twice_raises() -> None:
    with pytest.raises(RowError, match="rows 1 and 3 have the same key"):
        check("cases", [case_row(DOCUMENT, 1), case_row(DOCUMENT, 2), case_row(DOCUMENT, 1)])


@pytest.mark.parametrize(
    ("table", "row", "says"),
    [
        ("target_counts", count_row(DOCUMENT, 9, 1, 5), f"cases has no row ('{case_id(DOCUMENT, 9)}',)"),
        ("target_counts", count_row("cd" * 32, 1, 1, 5), "case_id is that of another document"),
        (
            "table_cells",
            {"document_id": "cd" * 32, "table_no": 1, "row": 0, "column": 0, "row_span": 1, "column_span": 1}
            | {"text": "", **LIST_ROW},
            "document_id is that of another document",
        ),
        (
            "diagram_boxes",
            {"document_id": DOCUMENT, "box_no": 2, "parent_box_no": 1, "text": "", "role": "actor", **LIST_ROW},
            "diagram_boxes has no row",
        ),
        ("cakes", {}, "no such table as cakes"),
    ],
)
def test_rows_that_point_nowhere_raise(table: str, row: dict[str, object], says: str) -> None:
    document = {"document_id": DOCUMENT, "file_name": "a.pdf", "page_count": 1, "is_current": True}
    with pytest.raises(RowError, match=re.escape(says)):
        check_document(DOCUMENT, {"documents": [document], "cases": [case_row(DOCUMENT, 1)], table: [row]})


@given(st.permutations([1, 2, 9, 10, 999, 1000, 1001]))
def test_cases_are_sorted_by_number_not_by_letters(numbers: list[int]) -> None:
    rows = [count_row(DOCUMENT, number, ordinal, 5) for number in numbers for ordinal in (2, 1)]
    in_order = [(row["case_id"], row["ordinal"]) for row in sorted_rows("target_counts", rows)]
    assert in_order == [(case_id(DOCUMENT, n), o) for n in (1, 2, 9, 10, 999, 1000, 1001) for o in (1, 2)]


def test_rows_without_a_key_have_one_order_too() -> None:
    findings = small_document("a.pdf")[1].rows["findings"]
    messages = [row["message"] for row in sorted_rows("findings", findings)]
    assert messages == ["No.3がありません。", "No.4がありません。", "件名が違います。"]
    assert messages == [row["message"] for row in sorted_rows("findings", findings[::-1])]


def test_days_come_back_from_json() -> None:
    (row,) = from_json("cases", [{"meeting_date": "2023-04-03", "title": "2023-04-03"}])
    assert row == {"meeting_date": datetime.date(2023, 4, 3), "title": "2023-04-03"}


def test_the_page_of_the_tables_is_up_to_date() -> None:
    written = Path(__file__).parents[1].joinpath("docs", "tables.md").read_text(encoding="utf-8")
    assert written == data_package.page(), "run: python -m pipeline.tables.data_package docs/tables.md"


def test_the_page_names_every_column() -> None:
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", data_package.page(), re.MULTILINE | re.DOTALL))
    for name, columns in CONTRACT.items():
        for column in columns.split():
            is_evidence = column == "page" and name != "pages"
            assert is_evidence or f"| `{column}`<br>" in sections[name], f"{name}.{column}"


def test_the_data_package_describes_every_column() -> None:
    package = json.loads(data_package.package_json({}, []))
    by_name = {resource["name"]: resource for resource in package["resources"]}
    assert list(by_name) == list(tables())
    for name, resource in by_name.items():
        assert (resource["path"], resource["format"]) == (f"{name}.parquet", "parquet")
        assert tuple(field["name"] for field in resource["schema"]["fields"]) == tables()[name].column_names
        for field in resource["schema"]["fields"]:
            assert field["type"] in {"string", "integer", "number", "boolean", "date", "array"}
            assert all(field[words] for words in ("title", "title_en", "description", "description_en"))
    counts = by_name["target_counts"]["schema"]
    assert counts["missingValues"] == []
    assert counts["primaryKey"] == ["case_id", "ordinal"]
    assert counts["foreignKeys"] == [
        {"fields": ["case_id"], "reference": {"resource": "cases", "fields": ["case_id"]}},
    ]
    bound = next(field for field in counts["fields"] if field["name"] == "bound")
    assert bound["constraints"] == {"required": True, "enum": ["exact", "at_least", "at_most"]}
    (parent,) = by_name["diagram_boxes"]["schema"]["optionalForeignKeys"]
    assert parent["reference"] == {"fields": ["document_id", "page", "box_no"]}
