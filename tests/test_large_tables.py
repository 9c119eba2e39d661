"""Large tables: folders of parts by office and year, read like a file, switched at once, and the keys of the whole."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from conftest import ROOT
from made_tables import make_tables
from small_documents import small_document

from pipeline import files
from pipeline.archive.archive import keep
from pipeline.batch.limits import BadLimit
from pipeline.batch.up_to_date import write_tables_if_needed
from pipeline.settings import partition_rows
from pipeline.tables.compact import compact
from pipeline.tables.keys import HELD, check_keys
from pipeline.tables.parquet_files import ROW_GROUP
from pipeline.tables.read import read_batches, read_table, table_path
from pipeline.tables.schema import RowError, arrow_schema, tables
from pipeline.tables.write import write_tables

OFFICES = [("010006", 2022), ("131041", 2022), ("131041", 2023), ("131041", None), (None, 2021), (None, None)]
PARTS = ["", "010006/2022", "131041", "131041/2022", "131041/2023"]
"""The rows of the last two stand together, the office of both being unknown."""


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """OUT with documents of several offices and years, their names in another order, not yet in tables."""
    for name, (code, year) in zip("fedcba", OFFICES, strict=True):
        keep(tmp_path, *small_document(f"{name}.pdf", publisher_code=code, fiscal_year=year))
    return tmp_path


def bytes_of(path: Path) -> dict[str, bytes]:
    found = path.rglob("*") if path.is_dir() else [path]
    return {str(one.relative_to(path.parent)): one.read_bytes() for one in found if one.is_file()}


def parts(out: Path, name: str) -> list[str]:
    """The folders of a table's part files below that of the version."""
    path = table_path(out, name)
    return sorted("/".join(file.parent.relative_to(path).parts[1:]) for file in path.rglob("*.parquet"))


def test_rows_go_by_office_and_year_those_not_known_last(many: Path) -> None:
    write_tables(many)
    documents = read_table(many, "documents")
    assert list(zip(*documents.select(["publisher_code", "fiscal_year"]).to_pydict().values(), strict=True)) == OFFICES
    cases = read_table(many, "cases", ["publisher_code", "document_fiscal_year"]).to_pydict()
    assert list(zip(*cases.values(), strict=True)) == [office for office in OFFICES for _ in (1, 2)]


def test_a_large_table_is_a_folder_that_every_reader_reads_as_the_file(
    many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tables(many)
    names = ("documents", "cases", "pages", "target_counts", "findings")
    as_files = {name: pd.read_parquet(table_path(many, name)) for name in names}
    monkeypatch.setenv("BESSHI_PARTITION_ROWS", "5")
    write_tables(many)
    for name, as_file in as_files.items():
        path = table_path(many, name)
        assert path.is_dir()
        assert parts(many, name) == PARTS
        pd.testing.assert_frame_equal(pd.read_parquet(path), as_file)
        assert pl.read_parquet(path).select("page_count" if name == "documents" else "document_fiscal_year").height
        assert duckdb.sql(f"SELECT count(*) FROM '{path}'").fetchall() == [(len(as_file),)]
        assert read_table(many, name).schema.equals(arrow_schema(name))
    codes = pd.read_parquet(table_path(many, "cases"), filters=[("publisher_code", "==", "010006")])["publisher_code"]
    assert codes.tolist() == ["010006"] * 2
    assert pl.read_parquet(table_path(many, "cases"))["publisher_code"].to_list()[:3] == ["010006", "010006", "131041"]
    # the year that a count is of stays its own
    assert read_table(many, "target_counts", ["fiscal_year"])["fiscal_year"].null_count == 24
    assert table_path(many, "flow_steps").is_file()


def test_the_folder_has_the_same_bytes_whatever_came_before(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BESSHI_PARTITION_ROWS", "5")
    write_tables(many)
    before = bytes_of(many / "tables")
    assert len(before) > 25
    write_tables(many)
    assert bytes_of(many / "tables") == before
    monkeypatch.setenv("BESSHI_PARTITION_ROWS", "1000")
    write_tables(many)
    assert table_path(many, "cases").is_file()
    monkeypatch.setenv("BESSHI_PARTITION_ROWS", "5")
    compact(many)
    assert bytes_of(many / "tables") == before


def test_compaction_gives_what_a_run_gives_from_any_shape(many: Path) -> None:
    write_tables(many)
    before = bytes_of(many / "tables")
    compact(many, most_rows=5)
    assert parts(many, "cases") == PARTS
    path = table_path(many, "pages")
    rows = pq.read_table(path)
    files.remove(path)
    path.mkdir()
    for number in range(len(rows)):
        pq.write_table(rows.slice(number, 1), path / f"{number:04d}.parquet")
    shapes = compact(many)
    assert (shapes["pages"][0].files, shapes["pages"][1].files, shapes["pages"][1].row_groups) == (24, 1, 1)
    assert shapes["cases"][0].files == 5
    assert bytes_of(many / "tables") == before


def test_a_changed_setting_is_taken_up_by_the_next_run(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tables_if_needed(many)
    monkeypatch.setenv("BESSHI_PARTITION_ROWS", "5")
    write_tables_if_needed(many)
    part = next(table_path(many, "cases").rglob("*.parquet"))
    part.unlink()
    write_tables_if_needed(many)
    assert parts(many, "cases") == PARTS


@pytest.mark.parametrize("said", ["0", "-1", "many", "1.5", "１"])
def test_a_setting_that_is_no_number_is_refused(said: str, many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tables(many)
    before = bytes_of(many / "tables")
    monkeypatch.setenv("BESSHI_PARTITION_ROWS", said)
    with pytest.raises(BadLimit, match="BESSHI_PARTITION_ROWS"):
        partition_rows()
    with pytest.raises(BadLimit):
        write_tables(many)
    assert bytes_of(many / "tables") == before


@pytest.mark.parametrize("at_once", [True, False])
def test_a_reader_sees_the_old_table_or_the_new(many: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool) -> None:
    """`at_once` False: as on a file system where two names cannot change places."""
    if not at_once:
        monkeypatch.setattr(files, "_RENAME_EXCHANGE", 0x80)  # a flag that no kernel knows: EINVAL
    write_tables(many)
    old = read_table(many, "cases")
    keep(many, *small_document("g.pdf", publisher_code="271004", case_nos=tuple(range(1, 30))))
    seen: list[int] = []
    missing: list[bool] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                seen.append(len(pd.read_parquet(table_path(many, "cases"), columns=["case_id"])))
            except (FileNotFoundError, OSError):
                missing.append(table_path(many, "cases").exists())

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for most in (5, 1000, 5, 1000, 5):
            monkeypatch.setenv("BESSHI_PARTITION_ROWS", str(most))
            write_tables(many)
    finally:
        done.set()
        reader.join()
    assert set(seen) <= {len(old), len(old) + 29}
    assert len(old) + 29 in seen
    assert not at_once or all(missing), "a name was missing although the file system can exchange"
    assert not [path for path in (many / "tables").iterdir() if path.name.startswith(".")]


def test_what_a_killed_writer_left_of_a_folder_goes_away(many: Path) -> None:
    write_tables(many)
    left = many / "tables" / ".cases.parquet.part" / "version"
    left.mkdir(parents=True)
    (left / "half.parquet").write_bytes(b"PAR1 half")
    write_tables(many)
    assert not left.parent.exists()


def read_from_disk() -> int:
    """Bytes that this process has read so far, of the disk or of its cache."""
    said = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(said["rchar"])


@pytest.mark.parametrize("as_folder", [False, True])
def test_a_query_over_one_office_reads_only_its_part(tmp_path: Path, as_folder: bool) -> None:
    rows = 10 * ROW_GROUP // 4000 * 4000
    make_tables(tmp_path, rows, offices=20, most_rows=1 if as_folder else None)
    path = table_path(tmp_path, "controls")
    assert path.is_dir() == as_folder
    size = sum(len(data) for data in bytes_of(path).values())
    dataset = ds.dataset(path)
    groups = sum(fragment.num_row_groups for fragment in dataset.get_fragments())
    wanted = ds.field("publisher_code") == "000007"
    left = sum(len(fragment.split_by_row_group(wanted)) for fragment in dataset.get_fragments(wanted))
    assert groups == (40 if as_folder else 10)
    assert left <= 2  # two years as parts; at a border, two groups of a file
    before = read_from_disk()
    found = read_table(tmp_path, "controls", filters=[("publisher_code", "==", "000007")])
    spent = read_from_disk() - before
    assert len(found) == rows // 20
    assert spent < size / (8 if as_folder else 4), f"{spent} of {size} bytes"
    by_pandas = pd.read_parquet(path, filters=[("publisher_code", "==", "000007")])
    assert by_pandas["text"].tolist() == found["text"].to_pylist()


def test_reading_in_batches_holds_one_row_group_however_many_there_are(tmp_path: Path) -> None:
    make_tables(tmp_path, 10 * ROW_GROUP, offices=20)
    whole = read_table(tmp_path, "controls").nbytes
    before, held, rows = pa.total_allocated_bytes(), 0, 0
    for batch in read_batches(tmp_path, "controls"):
        time.sleep(0.02)  # a slow consumer: whoever reads ahead has the time to
        held = max(held, pa.total_allocated_bytes() - before)
        rows += len(batch)
    assert rows == read_table(tmp_path, "controls", ["ordinal"]).num_rows
    assert held < whole / 4, f"{held} of {whole} bytes"


def test_two_documents_may_not_share_a_key(many: Path) -> None:
    write_tables(many)
    before = bytes_of(many / "tables")
    path = table_path(many, "cases")
    rows = pq.read_table(path)
    pq.write_table(pa.concat_tables([rows, rows.slice(3, 1)]), path)
    with pytest.raises(RowError, match=r"cases: 2 rows have the key \('" + rows["case_id"][3].as_py()):
        compact(many)
    assert read_table(many, "cases").num_rows == len(rows) + 1
    write_tables(many)
    assert bytes_of(many / "tables") == before


@pytest.mark.parametrize("held", [0, HELD], ids=["by database", "in memory"])
@pytest.mark.parametrize(
    ("table", "gone", "says"),
    [
        ("cases", "target_counts", "target_counts: cases has no row"),
        ("documents", "pages", "pages: documents has no row"),
    ],
)
def test_a_key_that_points_nowhere_is_found_over_all_documents(
    many: Path, table: str, gone: str, says: str, held: int
) -> None:
    write_tables(many)
    path = table_path(many, table)
    pq.write_table(pq.read_table(path).slice(2), path)
    paths = {name: table_path(many, name) for name in (table, gone)} | {n: table_path(many, n) for n in tables()}
    with pytest.raises(RowError, match=says):
        check_keys(paths, held)


@pytest.mark.parametrize("held", [0, HELD], ids=["by database", "in memory"])
def test_every_key_is_checked(many: Path, held: int) -> None:
    write_tables(many)
    paths = {name: table_path(many, name) for name in tables()}
    check_keys(paths, held)
    unique = [name for name, table in tables().items() if table.key and pq.read_table(paths[name]).num_rows]
    assert unique == ["documents", "pages", "cases", "target_counts"]
    for name in unique:
        whole = paths[name].read_bytes()
        rows = pq.read_table(paths[name])
        pq.write_table(pa.concat_tables([rows, rows.slice(len(rows) - 1)]), paths[name])
        with pytest.raises(RowError, match=f"{name}: 2 rows have the key"):
            check_keys(paths, held)
        paths[name].write_bytes(whole)


GREW = """
import resource, sys
from pathlib import Path
from pipeline.tables.write import write_tables

def most() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

write_tables(Path(sys.argv[1]))
before = most()
rows = write_tables(Path(sys.argv[2]))
print(rows["documents"], (most() - before) // 1024)
"""


def test_tables_of_many_small_documents_take_no_memory_for_each(tmp_path: Path) -> None:
    """Rows of a document that became Arrow's by themselves held 70 kB a document until the table was written."""
    for out, documents in (("few", 100), ("many", 1_000)):
        for number in range(documents):
            keep(tmp_path / out, *small_document(f"{number}.pdf", case_nos=(1,)))
    command = [sys.executable, "-c", GREW, str(tmp_path / "few"), str(tmp_path / "many")]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert said[0] == "1000"
    assert int(said[1]) < 45, "MB"
