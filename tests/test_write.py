"""The tables as files: what is read back, that they never depend on the order of work, and that they stay whole."""

from __future__ import annotations

import dataclasses
import datetime
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import orjson
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_documents import READ_AT, small_document

from pipeline.archive.archive import folder_of, keep
from pipeline.tables import parquet_files
from pipeline.tables.schema import RowError, arrow_schema, tables
from pipeline.tables.write import write_tables


def written(out: Path) -> dict[str, bytes]:
    """Every file in the folder of tables, hidden ones too."""
    return {path.name: path.read_bytes() for path in (out / "tables").iterdir()}


def test_the_values_come_back(tmp_path: Path) -> None:
    data, extraction = small_document("a.pdf")
    keep(tmp_path, data, extraction)
    counted = write_tables(tmp_path)
    assert counted == {
        **dict.fromkeys(tables(), 0),
        **{name: len(rows) for name, rows in extraction.rows.items()},
    }
    for name, rows in extraction.rows.items():
        back = pq.read_table(tmp_path / "tables" / f"{name}.parquet").to_pylist()
        empty = dict.fromkeys(tables()[name].column_names)
        if name != "documents":
            empty["document_fiscal_year"] = 2023
        if name != "findings":
            assert back == [{**empty, **row} for row in rows]
        else:
            assert sorted(back, key=repr) == sorted(({**empty, **row} for row in rows), key=repr)


def test_pandas_reads_plain_values(tmp_path: Path) -> None:
    keep(tmp_path, *small_document("a.pdf"))
    write_tables(tmp_path)
    counts = pd.read_parquet(tmp_path / "tables" / "target_counts.parquet")
    assert counts["value"].tolist() == [100, 200, 100, 200]
    assert counts["value"].dtype == np.int64
    # Int64 would hold pd.NA, on which `value == ""` is neither true nor false: plain floats serve every reader.
    assert counts["value_max"].dtype == np.float64
    assert counts["value_max"].isna().tolist() == [False, True, False, True]
    assert counts["value_max"].astype("Int64").tolist()[0] == 150
    assert counts["is_approximate"].dtype == np.bool_
    assert counts["qualifier"].isna().all()
    assert list(counts["continued"][0]) == READ_AT["continued"]
    cases = pd.read_parquet(tmp_path / "tables" / "cases.parquet")
    assert cases["meeting_date"].tolist() == [datetime.date(2023, 4, 3)] * 2
    assert cases["title"].tolist() == ["件名1", "件名2"]
    assert cases["continued"].tolist() == [None, None]


def test_a_yes_no_that_may_be_empty_stays_yes_no(tmp_path: Path) -> None:
    data, extraction = small_document("a.pdf")
    items = [
        {
            "case_id": extraction.rows["cases"][0]["case_id"],
            "ordinal": ordinal,
            "item": "病歴",
            "is_open_list": False,
            "is_special_care": answer,
            **READ_AT,
        }
        for ordinal, answer in enumerate((True, False, None), start=1)
    ]
    keep(tmp_path, data, dataclasses.replace(extraction, rows={**extraction.rows, "information_items": items}))
    write_tables(tmp_path)
    read = pd.read_parquet(tmp_path / "tables" / "information_items.parquet")
    assert read["is_special_care"].tolist() == [True, False, None]


def test_empty_tables_have_their_columns(tmp_path: Path) -> None:
    assert set(write_tables(tmp_path).values()) == {0}
    for name in tables():
        assert pq.read_schema(tmp_path / "tables" / f"{name}.parquet").equals(arrow_schema(name))
        assert list(pd.read_parquet(tmp_path / "tables" / f"{name}.parquet").columns) == list(
            tables()[name].column_names
        )
    package = json.loads((tmp_path / "tables" / "datapackage.json").read_bytes())
    for resource in package["resources"]:
        assert (tmp_path / "tables" / resource["path"]).is_file()


def test_rows_go_by_file_name_then_by_place_in_the_document(tmp_path: Path) -> None:
    for name in ("b.pdf", "a.pdf"):
        keep(tmp_path, *small_document(name, case_nos=(10, 1000, 9)))
    write_tables(tmp_path)
    documents = pd.read_parquet(tmp_path / "tables" / "documents.parquet")
    assert documents["file_name"].tolist() == ["a.pdf", "b.pdf"]
    cases = pd.read_parquet(tmp_path / "tables" / "cases.parquet")
    assert cases["case_no"].tolist() == [9, 10, 1000] * 2
    assert cases["document_id"].tolist() == [i for i in documents["document_id"] for _ in range(3)]


DOCUMENTS = [small_document(f"{letter}.pdf", case_nos=nos) for letter, nos in (("a", (1,)), ("b", (3, 2)), ("c", (7,)))]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("undisturbed")
    for data, extraction in DOCUMENTS:
        keep(out, data, extraction)
    write_tables(out)
    return written(out)


@settings(max_examples=12, deadline=None)
@given(order=st.permutations(range(3)), again=st.integers(0, 2), turned=st.booleans())
def test_the_order_of_work_does_not_show(
    undisturbed: dict[str, bytes], order: list[int], again: int, turned: bool
) -> None:
    with TemporaryDirectory() as folder:
        out = Path(folder)
        for index in (*order, again):
            data, extraction = DOCUMENTS[index]
            rows = {name: rows[::-1] if turned else rows for name, rows in extraction.rows.items()}
            keep(out, data, dataclasses.replace(extraction, rows=rows))
        write_tables(out)
        assert written(out) == undisturbed
        write_tables(out)
        assert written(out) == undisturbed


def test_many_row_groups_hold_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for data, extraction in DOCUMENTS:
        keep(tmp_path, data, extraction)
    write_tables(tmp_path)
    at_once = pq.read_table(tmp_path / "tables" / "target_counts.parquet")
    monkeypatch.setattr(parquet_files, "ROW_GROUP", 3)
    write_tables(tmp_path)
    file = pq.ParquetFile(tmp_path / "tables" / "target_counts.parquet")
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [3, 3, 2]
    assert file.read().equals(at_once)


def test_how_many_rows_become_arrows_at_once_does_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(120):
        data, extraction = small_document(f"{number}.pdf")
        keep(tmp_path, data, extraction)
    found = []
    for together in (1, 7, 500):
        monkeypatch.setattr("pipeline.tables.write.TOGETHER", together)
        rows = write_tables(tmp_path)
        found.append({path.name: path.read_bytes() for path in (tmp_path / "tables").iterdir()})
        assert rows["documents"] == 120
    assert found[0] == found[1] == found[2]


def test_rows_of_an_older_version_leave_the_tables_whole(tmp_path: Path) -> None:
    keep(tmp_path, *small_document("a.pdf"))
    write_tables(tmp_path)
    before = written(tmp_path)
    data, later = small_document("b.pdf")
    keep(tmp_path, data, later)
    path = folder_of(tmp_path, later.document_id) / "rows.json"
    kept = orjson.loads(path.read_bytes())
    kept["rows"]["cases"][0]["colour"] = "red"
    path.write_bytes(orjson.dumps(kept))
    with pytest.raises(RowError, match="no such column as colour") as raised:
        write_tables(tmp_path)
    assert later.document_id in "".join(raised.value.__notes__)
    assert written(tmp_path) == before


def test_a_full_disk_leaves_the_tables_whole(tmp_path: Path) -> None:
    keep(tmp_path, *small_document("a.pdf"))
    write_tables(tmp_path)
    before = written(tmp_path)
    keep(tmp_path, *small_document("b.pdf", case_nos=tuple(range(1, 400))))
    # A process that may write no file above 8 kB fails in the middle of one, as on a disk that fills up.
    program = (
        "import resource, signal, sys; from pathlib import Path; from pipeline.tables.write import write_tables\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8000, 8000))\n"
        "write_tables(Path(sys.argv[1]))"
    )
    ended = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "OSError" in ended.stderr
    assert written(tmp_path) == before
    assert write_tables(tmp_path)["cases"] == 401


def test_what_a_killed_run_left_goes_away(tmp_path: Path) -> None:
    keep(tmp_path, *small_document("a.pdf"))
    write_tables(tmp_path)
    before = written(tmp_path)
    (tmp_path / "tables" / ".cases.parquet.part").write_bytes(b"PAR1 half")
    write_tables(tmp_path)
    assert written(tmp_path) == before
