"""Reading the tables back: in whichever shape they were written, in the declared columns and their order."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from small_documents import small_document

from pipeline.archive.archive import keep
from pipeline.tables.read import read_table, table_path
from pipeline.tables.schema import arrow_schema
from pipeline.tables.write import write_tables


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """OUT with the tables of two small documents."""
    for name, nos in (("a.pdf", (1, 2)), ("b.pdf", (3,))):
        keep(tmp_path, *small_document(name, case_nos=nos))
    write_tables(tmp_path)
    return tmp_path


def test_a_table_comes_as_it_is_declared(small: Path) -> None:
    counts = read_table(small, "target_counts")
    assert counts.schema.equals(arrow_schema("target_counts"))
    assert counts["value"].to_pylist() == [100, 200, 100, 200, 100, 200]


def test_a_folder_of_parts_is_one_table(small: Path) -> None:
    whole = read_table(small, "target_counts")
    path = table_path(small, "target_counts")
    path.unlink()
    path.mkdir()
    pq.write_table(whole.slice(0, 4), path / "part-0.parquet")
    pq.write_table(whole.slice(4), path / "part-1.parquet")
    assert read_table(small, "target_counts").equals(whole)


def test_columns_come_in_the_order_asked_for_and_rows_as_filtered(small: Path) -> None:
    found = read_table(small, "cases", ["title", "case_no"], [("case_no", ">", 1)])
    assert found.to_pylist() == [{"title": "件名2", "case_no": 2}, {"title": "件名3", "case_no": 3}]
    assert read_table(small, "cases", ["title", "case_no"], pc.field("case_no") > 1).equals(found)


def test_a_list_of_values_may_be_empty(small: Path) -> None:
    assert len(read_table(small, "cases", filters=[("title", "in", [])])) == 0
    assert len(read_table(small, "cases", filters=[[("title", "in", ["件名2"])], [("case_no", "==", 3)]])) == 2
    assert len(read_table(small, "cases", filters=[("title", "not in", ("件名2",))])) == 2


def test_a_column_that_an_earlier_version_did_not_write_is_empty(small: Path) -> None:
    path = table_path(small, "cases")
    pq.write_table(pq.read_table(path).drop_columns(["purpose"]), path)
    cases = read_table(small, "cases")
    assert cases.schema.equals(arrow_schema("cases"))
    assert cases["purpose"].null_count == len(cases) == 3


def test_a_table_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_table(tmp_path, "cases")
    with pytest.raises(KeyError):
        read_table(tmp_path, "colours")
