"""The tables in other programs: the same values, nothing that runs, keys and words kept, files whole or not at all."""

from __future__ import annotations

import contextlib
import csv
import datetime
import json
import re
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import openpyxl
import orjson
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_documents import case_row, small_document

from pipeline.archive.archive import keep
from pipeline.command_line.cli import main
from pipeline.export import workbook
from pipeline.export.cells import guarded, guarded_column, is_unsafe, unguarded
from pipeline.export.export import FORMS, NAMES, Form, NotOurs, export
from pipeline.extraction import Extraction
from pipeline.tables.read import read_table
from pipeline.tables.schema import tables
from pipeline.tables.write import write_tables

HOSTILE = (
    '=HYPERLINK("https://example.com/?"&A1,"件名")',
    "+81-3-1234",
    "-2+3",
    "@SUM(1+1)",
    "＝1+1",
    "\t=1+1",
    " =1+1",
    "'=1+1",
    "''",
    "=cmd|' /C calc'!A0",
    '"; =1+1; "',
    "一行目\n=1+1",
    "_x0041_",
    "a\x0bb",
    "https://example.com/",
    "00123",
    "1E5",
    "2023-04-03",
    "TRUE",
    "",
)


def hostile_document() -> tuple[bytes, Extraction]:
    """A document whose cases have those titles, one each."""
    numbers = tuple(range(1, len(HOSTILE) + 1))
    data, extraction = small_document("a.pdf", case_nos=numbers, publisher_code="010006")
    cases = [
        {**case_row(extraction.document_id, number), "title": title}
        for number, title in zip(numbers, HOSTILE, strict=True)
    ]
    extraction.rows["cases"] = cases
    return data, extraction


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    keep(tmp_path, *hostile_document())
    write_tables(tmp_path)
    return tmp_path


def flat_rows(out: Path, name: str) -> list[tuple[Any, ...]]:
    """The rows of a table as any program can hold them: lists as JSON."""
    rows = read_table(out, name).to_pylist()
    return [tuple(orjson.dumps(v).decode() if isinstance(v, list) else v for v in row.values()) for row in rows]


def csv_rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def as_csv(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def sheet_rows(path: Path, *names: str) -> list[tuple[Any, ...]]:
    """The rows below the headings of sheets of a workbook, each cell as its program shows it."""
    book = openpyxl.load_workbook(path)
    return [tuple(_shown(cell) for cell in row) for name in names for row in book[name].iter_rows(min_row=2)]


def _shown(cell: Any) -> Any:
    assert cell.data_type != "f", cell.value
    if isinstance(cell.value, datetime.datetime):
        assert cell.number_format == "yyyy-mm-dd"
        return cell.value.date()
    if isinstance(cell.value, str):
        return re.sub(r"_x([0-9A-F]{4})_", lambda code: chr(int(code[1], 16)), cell.value)
    return cell.value


# ------------------------------------------------------------------------------------------------ the same values


def test_csv_has_every_value_of_the_sample(out: Path, tmp_path: Path) -> None:
    done = export(out, "csv", tmp_path / "csv")
    for name in tables():
        head, *rows = csv_rows(tmp_path / "csv" / f"{name}.csv")
        assert head == list(tables()[name].column_names)
        kept = flat_rows(out, name)
        assert len(rows) == len(kept) == done.rows[name]
        for row, values in zip(rows, kept, strict=True):
            for cell, value in zip(row, values, strict=True):
                if isinstance(value, int | float) and not isinstance(value, bool):
                    assert float(cell) == value
                else:
                    assert cell == as_csv(value)


def test_the_workbook_has_every_value_of_the_sample(out: Path, tmp_path: Path) -> None:
    path = export(out, "xlsx", tmp_path / "a.xlsx").path
    for name in tables():
        assert sheet_rows(path, name) == flat_rows(out, name), name


def test_sqlite_has_every_value_of_the_sample(out: Path, tmp_path: Path) -> None:
    with sqlite3.connect(export(out, "sqlite", tmp_path / "a.sqlite").path) as database:
        for name in tables():
            kept = [
                tuple(v.isoformat() if isinstance(v, datetime.date) else v for v in row) for row in flat_rows(out, name)
            ]
            assert database.execute(f'SELECT * FROM "{name}"').fetchall() == kept, name


def test_duckdb_has_every_value_of_the_sample(out: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(export(out, "duckdb", tmp_path / "a.duckdb").path), read_only=True) as database:
        for name in tables():
            kept = [tuple(row.values()) for row in read_table(out, name).to_pylist()]
            written = database.execute(f'SELECT * FROM "{name}"').fetchall()
            assert sorted(written, key=repr) == sorted(kept, key=repr), name


# ------------------------------------------------------------------------------------------------ nothing runs


def test_formulas_are_texts_in_csv_and_come_back_as_they_were(hostile: Path) -> None:
    path = export(hostile, "csv").path
    assert path == hostile / "export" / "besshi-csv"
    data = (path / "cases.csv").read_bytes()
    assert data.startswith(b'\xef\xbb\xbf"case_id",')
    head, *rows = csv_rows(path / "cases.csv")
    titles = [row[head.index("title")] for row in rows]
    assert [unguarded(title) for title in titles] == list(HOSTILE)
    assert titles[:4] == ["'" + text for text in HOSTILE[:4]]
    assert not [title for title in titles if title.lstrip()[:1] in {*"=+-@＝＋－＠"} - {""}]
    code = head.index("publisher_code")
    assert {row[code] for row in rows} == {"010006"}


def test_formulas_are_texts_in_the_workbook_as_they_were(hostile: Path) -> None:
    path = export(hostile, "xlsx").path
    titles = [row[3] for row in sheet_rows(path, "cases")]
    assert titles == list(HOSTILE)
    sheet = openpyxl.load_workbook(path)["cases"]
    marked = [bool(row[3].quotePrefix) for row in sheet.iter_rows(min_row=2)]
    assert marked == [is_unsafe(text) for text in HOSTILE]
    assert all(row[0].data_type == "s" for row in sheet.iter_rows(min_row=2))


@given(st.text())
def test_any_text_comes_back_from_its_guard(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert unguarded(unguarded(guarded(guarded(text)))) == text
    assert not is_unsafe(guarded(text)) or guarded(text).startswith("'")


@given(st.lists(st.one_of(st.none(), st.text(), st.from_regex(r"['\s]*[=+\-@＝\t].?", fullmatch=True)), max_size=20))
def test_arrow_guards_as_python_does(texts: list[str | None]) -> None:
    assert guarded_column(pa.array(texts, pa.string())).to_pylist() == [
        None if text is None else guarded(text) for text in texts
    ]


def written_with(titles: list[str], out: Path) -> None:
    data, extraction = small_document("a.pdf", case_nos=tuple(range(1, len(titles) + 1)))
    extraction.rows["cases"] = [
        {**case_row(extraction.document_id, number), "title": title} for number, title in enumerate(titles, start=1)
    ]
    keep(out, data, extraction)
    write_tables(out)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=30), st.sampled_from(HOSTILE)), min_size=20, max_size=20))
def test_whatever_papers_say_it_comes_back_from_every_form(titles: list[str]) -> None:
    with TemporaryDirectory() as folder:
        out = Path(folder)
        written_with(titles, out)
        head, *rows = csv_rows(export(out, "csv").path / "cases.csv")
        assert [unguarded(row[head.index("title")]) for row in rows] == titles
        read = [row[3] or "" for row in sheet_rows(export(out, "xlsx").path, "cases")]
        # XML knows one way to end a line and no half of a pair
        assert [text.replace("\r\n", "\n") for text in read] == [text.replace("\r\n", "\n") for text in titles]
        with sqlite3.connect(export(out, "sqlite").path) as database:
            assert [title for (title,) in database.execute("SELECT title FROM cases")] == titles


# ------------------------------------------------------------------------------------------------ the workbook


def test_the_workbook_explains_itself(hostile: Path) -> None:
    book = openpyxl.load_workbook(export(hostile, "xlsx").path)
    assert book.sheetnames == ["表紙 Cover", "列 Columns", *tables()]
    cover = {str(cell.value) for row in book["表紙 Cover"].iter_rows() for cell in row if cell.value is not None}
    said = "\n".join(cover)
    for words in (
        "confidence",
        "1.0",
        "数式に見える文字",
        "MIT" if "MIT" in said else "権利",
        "JSON",
        "新宿区",
        "findings",
    ):
        assert words in said
    assert not re.search(r"20\d\d-\d\d-\d\d", said)
    links = {cell.hyperlink.location for row in book["表紙 Cover"].iter_rows() for cell in row if cell.hyperlink}
    assert links == {f"'{name}'!A1" for name in tables()}
    sheet = book["cases"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:{openpyxl.utils.get_column_letter(sheet.max_column)}{len(HOSTILE) + 1}"
    assert [cell.value for cell in sheet[1]] == [column.title for column in tables()["cases"].columns]
    assert 8 <= sheet.column_dimensions["A"].width <= 61
    assert isinstance(sheet["G2"].value, datetime.datetime), [cell.value for cell in sheet[2]]
    columns = book["列 Columns"]
    assert columns.max_row == 1 + sum(len(table.columns) for table in tables().values())
    names = export(hostile, "xlsx", hostile / "names.xlsx", "names").path
    head = openpyxl.load_workbook(names)["cases"][1]
    assert [cell.value for cell in head] == list(tables()["cases"].column_names)


def test_a_table_longer_than_a_sheet_goes_on_on_the_next(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 9)
    path = export(hostile, "xlsx").path
    sheets = ["cases", "cases (2)", "cases (3)"]
    assert [row[3] for row in sheet_rows(path, *sheets)] == list(HOSTILE)
    book = openpyxl.load_workbook(path)
    assert [book[name].max_row for name in sheets] == [9, 9, 5]
    for name in sheets:
        assert [cell.value for cell in book[name][1]] == [column.title for column in tables()["cases"].columns]
        assert book[name].auto_filter.ref
        assert book[name].freeze_panes == "A2"
    links = {cell.hyperlink.location for row in book["表紙 Cover"].iter_rows() for cell in row if cell.hyperlink}
    assert "'cases (3)'!A1" in links


def test_what_excel_cannot_hold_is_cut_and_said(tmp_path: Path) -> None:
    written_with(["あ" * 32_767, "あ" * 32_768, "𠮷" * 20_000, "短い"], tmp_path)
    path = export(tmp_path, "xlsx").path
    titles = [row[3] for row in sheet_rows(path, "cases")]
    assert titles == ["あ" * 32_767, "あ" * 32_766 + "…", "𠮷" * 16_383 + "…", "短い"]
    said = [str(cell.value) for row in openpyxl.load_workbook(path)["表紙 Cover"].iter_rows() for cell in row]
    assert any("2 cells were too long" in words for words in said)


def test_numbers_and_days_that_excel_would_change_are_texts(tmp_path: Path) -> None:
    data, extraction = small_document("a.pdf", case_nos=(1,))
    extraction.rows["target_counts"][0]["value"] = 12_345_678_901_234_567
    extraction.rows["cases"][0]["meeting_date"] = datetime.date(1889, 2, 11)
    keep(tmp_path, data, extraction)
    write_tables(tmp_path)
    path = export(tmp_path, "xlsx", headings="names").path
    book = openpyxl.load_workbook(path)
    found = {
        name: {h.value: c.value for h, c in zip(book[name][1], book[name][2], strict=True)}
        for name in ("cases", "target_counts")
    }
    assert found["target_counts"]["value"] == "12345678901234567"
    assert found["cases"]["meeting_date"] == "1889-02-11"


# ------------------------------------------------------------------------------------------------ the databases


def test_sqlite_keeps_types_keys_and_words(hostile: Path) -> None:
    with sqlite3.connect(export(hostile, "sqlite").path) as database:
        database.execute("PRAGMA foreign_keys = ON")
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        for statement in (
            "INSERT INTO documents SELECT * FROM documents",
            "UPDATE cases SET document_id = 'nowhere'",
            "UPDATE target_counts SET confidence = 2",
            "UPDATE target_counts SET value = 'many'",
            "UPDATE pages SET kind = 'colour'",
            "UPDATE cases SET in_list = 2",
        ):
            with pytest.raises(sqlite3.IntegrityError), database:
                database.execute(statement)
        (made,) = database.execute("SELECT sql FROM sqlite_master WHERE name = 'target_counts'").fetchone()
        assert "想定件数" in made or "対象" in made
        (words,) = database.execute(
            "SELECT description FROM besshi_columns WHERE table_name = 'cases' AND column_name = 'meeting_date'"
        ).fetchone()
        assert words == next(c for c in tables()["cases"].columns if c.name == "meeting_date").description
        places = database.execute("SELECT continued FROM target_counts LIMIT 1").fetchone()[0]
        assert json.loads(places)[0]["page"] == 3


def test_duckdb_keeps_types_keys_and_words(hostile: Path) -> None:
    with duckdb.connect(str(export(hostile, "duckdb").path)) as database:
        kinds = dict(
            database.execute(
                "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'cases'"
            ).fetchall()
        )
        assert (kinds["meeting_date"], kinds["case_no"], kinds["in_list"]) == ("DATE", "BIGINT", "BOOLEAN")
        assert kinds["continued"].startswith("STRUCT")
        unsaid = database.execute(
            "SELECT count(*) FROM duckdb_columns() "
            "WHERE comment IS NULL AND NOT internal AND table_name <> 'besshi_columns'"
        ).fetchall()
        assert unsaid == [(0,)]
        (words,) = database.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'cases'").fetchall()[0]
        assert words.startswith("案件 / Cases: ")
        for statement in (
            "INSERT INTO documents SELECT * FROM documents",
            "INSERT INTO pages SELECT * REPLACE ('nowhere' AS document_id) FROM pages",
            "UPDATE target_counts SET confidence = 2",
        ):
            with pytest.raises(duckdb.ConstraintException):
                database.execute(statement)
        assert database.execute("SELECT continued[1].page FROM target_counts LIMIT 1").fetchall() == [(3,)]


# ------------------------------------------------------------------------------------------------ files


@pytest.mark.parametrize("form", ["csv", "xlsx", "sqlite"])
def test_the_same_tables_give_the_same_bytes(form: Any, hostile: Path) -> None:
    def exported(name: str) -> dict[str, bytes]:
        path = export(hostile, form, hostile / name).path
        files: Iterator[Path] = path.iterdir() if path.is_dir() else iter([path])
        return {file.name.replace(name, ""): file.read_bytes() for file in files}

    assert exported("one") == exported("two")


@pytest.mark.parametrize("form", FORMS)
def test_an_export_that_fails_leaves_the_one_before(form: str, hostile: Path) -> None:
    for other in FORMS:
        export(hostile, other)
    before = {path: path.read_bytes() for path in (hostile / "export").rglob("*") if path.is_file()}
    # A process that may write no file above 8 kB fails in the middle of one, as on a disk that fills up.
    program = (
        "import resource, signal, sys; from pipeline.command_line.cli import main\n"
        "import pipeline.export.export, pipeline.export.csv_files, pipeline.export.workbook\n"
        "import pipeline.export.databases\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    command = ["export", "--to", form, "--out", str(hostile), "--lang", "en"]
    ended = subprocess.run([sys.executable, "-c", program, *command], capture_output=True, text=True, check=False)
    assert ended.returncode == 1, ended.stderr
    assert "could not be written" in ended.stderr, ended.stderr
    assert {path: path.read_bytes() for path in (hostile / "export").rglob("*") if path.is_file()} == before
    assert sorted(path.name for path in (hostile / "export").iterdir()) == sorted(NAMES.values())


def test_what_is_not_ours_is_left_alone(hostile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = hostile / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(NotOurs):
        export(hostile, "csv", mine)
    assert main(["export", "--to", "csv", str(mine), "--out", str(hostile), "--lang", "en"]) == 2
    assert "left alone" in capsys.readouterr().err
    with pytest.raises(NotOurs):
        export(hostile, "csv", mine / "thesis.txt")
    assert (mine / "thesis.txt").read_text() == "years of work"
    assert export(hostile, "xlsx", mine).path == mine / "besshi.xlsx"
    ours = export(hostile, "csv", hostile / "empty").path
    assert export(hostile, "csv", ours).path == ours
    (ours / "notes.txt").write_text("mine")
    with pytest.raises(NotOurs):
        export(hostile, "csv", ours)


@pytest.mark.parametrize("form", ["xlsx", "duckdb", "sqlite"])
def test_a_file_of_ones_own_is_no_place_for_an_export(
    form: Form, hostile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "mine"
    there.mkdir()
    paper = there / "thesis.docx"
    with zipfile.ZipFile(paper, "w") as archive:
        archive.writestr("docProps/core.xml", "<dc:title>years of work</dc:title>")
    own = there / "own.db"
    with contextlib.closing(sqlite3.connect(own)) as database:
        database.execute("create table cases (mine text)")
    (there / "letter.txt").write_text("years of work")
    for mine in sorted(there.iterdir()):
        before = mine.read_bytes()
        assert main(["export", "--to", form, str(mine), "--out", str(hostile), "--lang", "en"]) == 2
        assert "left alone" in capsys.readouterr().err
        assert mine.read_bytes() == before
    (there / "empty").touch()
    for _ in range(2):  # an earlier export of the same form is replaced
        assert export(hostile, form, there / "empty").rows["cases"] == len(HOSTILE)


def test_a_place_that_cannot_be_written_is_not_told_as_tables_that_lack(
    hostile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "--to", "csv", "/proc/nowhere/x", "--out", str(hostile), "--lang", "en"]) == 1
    assert "There are no tables" not in capsys.readouterr().err
    assert main(["report", "--html", "/proc/nowhere/x.html", "--out", str(hostile), "--lang", "en"]) == 2
    assert capsys.readouterr().err.startswith("Cannot write to /proc/nowhere/x.html")


def test_the_command_tells_what_it_wrote(hostile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--to", "xlsx", str(hostile / "a.xlsx"), "--out", str(hostile), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["path"] == str(hostile / "a.xlsx")
    assert said["rows"]["cases"] == len(HOSTILE)
    assert main(["export", "--to", "csv", "--headings", "ja", "--out", str(hostile)]) == 0
    assert "besshi-csv に書き出しました" in capsys.readouterr().out
    assert csv_rows(hostile / "export" / "besshi-csv" / "cases.csv")[0][:3] == ["案件ID", "文書ID", "案件番号"]
    assert main(["export", "--to", "sqlite", "--headings", "ja", "--out", str(hostile)]) == 2
    assert "--headings" in capsys.readouterr().err
    assert main(["export", "--to", "csv", "--out", str(hostile / "nowhere")]) == 2
    assert main(["export", "--to", "ods", "--out", str(hostile)]) == 2


def test_compaction_by_command_tells_what_changed(hostile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(hostile, *small_document("b.pdf", publisher_code="131041"))
    write_tables(hostile)
    assert main(["tables", "compact", "--partition-rows", "5", "--out", str(hostile), "--lang", "en"]) == 0
    assert "cases: 1→2 files, 1→2 row groups" in capsys.readouterr().out
    assert (hostile / "tables" / "cases.parquet").is_dir()
    assert main(["tables", "compact", "--out", str(hostile), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["cases"]["after"]["rows"] == len(HOSTILE) + 2
    assert (hostile / "tables" / "cases.parquet").is_file()
    assert main(["tables", "compact", "--out", str(hostile / "nowhere")]) == 2
