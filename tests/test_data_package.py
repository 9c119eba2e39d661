"""The data package against its data, by frictionless: types, keys, limits, words; what is planted must be found."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from conftest import ROOT
from frictionless import Package, Report, system
from small_documents import small_document

from pipeline.archive.archive import keep
from pipeline.export.export import export
from pipeline.tables.compact import compact
from pipeline.tables.read import table_path
from pipeline.tables.write import write_tables


def validated(descriptor: Path, *names: str) -> Report:
    """What frictionless says of the data of a descriptor, or of some of its tables, Parquet read by the tests' own."""
    assert "arrow" in system.plugins
    package = json.loads(descriptor.read_text(encoding="utf-8"))
    package["resources"] = [resource for resource in package["resources"] if not names or resource["name"] in names]
    return Package.from_descriptor(package, basepath=str(descriptor.parent)).validate()


def found(report: Report) -> set[tuple[str, str]]:
    """Each kind of error and the table that it is in."""
    return {(task.name, error.type) for task in report.tasks for error in task.errors} | {
        ("", error.type) for error in report.errors
    }


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """OUT with the tables of two small documents of two offices."""
    for name, code in (("a.pdf", "010006"), ("b.pdf", "131041")):
        keep(tmp_path, *small_document(name, publisher_code=code, source_url=f"https://example.lg.jp/{name}"))
    write_tables(tmp_path)
    return tmp_path


def test_the_tables_of_the_sample_are_what_their_package_says(out: Path) -> None:
    report = validated(out / "tables" / "datapackage.json")
    assert report.valid, found(report)
    rows = {task.name: task.stats["rows"] for task in report.tasks}
    assert rows["cases"] == 30
    assert rows["controls"] == pq.read_metadata(table_path(out, "controls")).num_rows > 50


def test_so_are_their_csv_files_with_either_headings(out: Path, tmp_path: Path) -> None:
    for headings in ("names", "ja"):
        export(out, "csv", tmp_path / headings, headings)  # type: ignore[arg-type]
        report = validated(tmp_path / headings / "datapackage.json")
        assert report.valid, found(report)


def test_the_command_line_says_so_too(small: Path) -> None:
    compact(small, most_rows=5)
    done = subprocess.run(
        [Path(sys.executable).with_name("frictionless"), "validate", "datapackage.json"],
        cwd=small / "tables",
        env={"PYTHONPATH": str(ROOT / "tests"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("VALID") >= 17
    assert "(multipart)" in done.stdout


def replaced(rows: pa.Table, column: str, values: pa.Array) -> pa.Table:
    return rows.set_column(rows.schema.get_field_index(column), pa.field(column, values.type), values)


def texts(rows: pa.Table, column: str) -> pa.Table:
    return replaced(rows, column, pc.cast(rows[column], pa.string()).combine_chunks())


PLANTED: dict[str, tuple[str, Callable[[pa.Table], pa.Table], tuple[str, str]]] = {
    "a number as a text": ("target_counts", lambda rows: texts(rows, "value"), ("target_counts", "source-error")),
    "a day as a text that is none": (
        "cases",
        lambda rows: replaced(rows, "meeting_date", pa.array(["4月3日"] * len(rows))),
        ("cases", "source-error"),
    ),
    "a list as a text": (
        "target_counts",
        lambda rows: replaced(rows, "continued", pa.array(["p. 3"] * len(rows))),
        ("target_counts", "source-error"),
    ),
    "an orphan": ("cases", lambda rows: rows.slice(1), ("target_counts", "foreign-key")),
    "a row twice": ("cases", lambda rows: pa.concat_tables([rows, rows.slice(0, 1)]), ("cases", "primary-key")),
    "a word that is not allowed": (
        "pages",
        lambda rows: replaced(rows, "kind", pa.array(["colour"] * len(rows))),
        ("pages", "constraint-error"),
    ),
    "confidence above one": (
        "target_counts",
        lambda rows: replaced(rows, "confidence", pa.array([1.5] * len(rows))),
        ("target_counts", "constraint-error"),
    ),
    "a required value missing": (
        "cases",
        lambda rows: replaced(rows, "in_list", pa.nulls(len(rows), pa.bool_())),
        ("cases", "constraint-error"),
    ),
    "a code without its leading zero": (
        "pages",
        lambda rows: replaced(rows, "publisher_code", pa.array(["10006"] * len(rows))),
        ("pages", "constraint-error"),
    ),
    "a column missing": ("pages", lambda rows: rows.drop_columns(["rotation"]), ("pages", "missing-label")),
}


NEEDED = ("documents", "pages", "cases", "target_counts")


@pytest.mark.parametrize("as_folders", [False, True])
def test_what_is_wrong_is_found(as_folders: bool, small: Path) -> None:
    if as_folders:
        compact(small, most_rows=1)
    descriptor = small / "tables" / "datapackage.json"
    assert validated(descriptor).valid
    for planted, (table, change, expected) in PLANTED.items():
        if as_folders and planted not in ("a number as a text", "an orphan", "a row twice"):
            continue  # the shape makes a difference for these alone
        path = table_path(small, table)
        file = next(iter(sorted(path.rglob("*.parquet")))) if as_folders else path
        kept = file.read_bytes()
        pq.write_table(change(pq.ParquetFile(file).read()), file)
        assert expected in found(validated(descriptor, *NEEDED)), planted
        file.write_bytes(kept)


def undescribed(package: dict[str, Any]) -> list[str]:
    """Whatever has not its title and description in both languages."""
    named = [("package", package)]
    for resource in package["resources"]:
        named.append((resource["name"], resource))
        named += [(f"{resource['name']}.{field['name']}", field) for field in resource["schema"]["fields"]]
    words = ("title", "title_en", "description", "description_en")
    return [f"{name} lacks {word}" for name, said in named for word in words if not str(said.get(word, "")).strip()]


@pytest.mark.parametrize("form", ["parquet", "csv", "csv with Japanese headings"])
def test_everything_is_described_in_both_languages(form: str, small: Path) -> None:
    path = small / "tables" / "datapackage.json"
    if form != "parquet":
        path = export(small, "csv", headings="ja" if form.endswith("headings") else "names").path / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    assert undescribed(package) == []
    assert package["licenses"][0].keys() >= {"name", "path", "title"}
    assert package["rights"]
    assert package["rights_en"]
    assert package["sources"] == [
        {"title": "新宿区", "path": f"https://example.lg.jp/{name}"} for name in ("a.pdf", "b.pdf")
    ]
    del package["resources"][2]["schema"]["fields"][3]["description_en"]
    package["resources"][1]["title"] = " "
    name = package["resources"][2]["schema"]["fields"][3]["name"]
    assert undescribed(package) == ["pages lacks title", f"cases.{name} lacks description_en"]


def test_a_column_that_is_not_described_cannot_be_declared(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "pipeline", tmp_path / "pipeline")
    shutil.copytree(ROOT / "extractors", tmp_path / "extractors")
    declared = tmp_path / "pipeline" / "tables" / "tables.toml"
    said = declared.read_text(encoding="utf-8")
    line = 'description_en = "How many pages the PDF has."\n'
    assert line in said
    asked = "from pipeline.tables.schema import tables; print(len(tables()), tables.__code__.co_filename)"
    for text, code in ((said, 0), (said.replace(line, ""), 1), (said.replace(line, 'description_en = ""\n'), 1)):
        declared.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", asked],
            cwd=tmp_path,
            env={"PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert code or str(tmp_path) in done.stdout
