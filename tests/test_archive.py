"""What is kept of a document, and that it is the same whatever came first."""

from __future__ import annotations

import dataclasses
import datetime
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from small_documents import READ_AT, small_document

from pipeline.archive.archive import documents_kept, folder_of, keep, reading_kept
from pipeline.tables.schema import RowError


def contents(out: Path) -> dict[str, bytes]:
    """Every file below `out`, hidden ones too."""
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    data, extraction = small_document("a.pdf")
    keep(tmp_path, data, extraction)
    (kept,) = documents_kept(tmp_path)
    assert (kept.document_id, kept.file_name, kept.page_count) == (extraction.document_id, "a.pdf", 4)
    assert kept.rows["target_counts"] == extraction.rows["target_counts"]
    assert kept.rows["target_counts"][0]["continued"] == READ_AT["continued"]
    assert kept.rows["cases"] == extraction.rows["cases"]
    assert kept.rows["cases"][0]["meeting_date"] == datetime.date(2023, 4, 3)
    assert kept.rows["documents"] == [{**extraction.rows["documents"][0], "source_url": None}]
    assert kept.reading == {}
    assert reading_kept(tmp_path, kept.document_id) == extraction.reading
    assert (folder_of(tmp_path, kept.document_id) / "document.pdf").read_bytes() == data


def test_documents_come_by_file_name(tmp_path: Path) -> None:
    for name in ("c.pdf", "a.pdf", "b.pdf"):
        keep(tmp_path, *small_document(name))
    assert [document.file_name for document in documents_kept(tmp_path)] == ["a.pdf", "b.pdf", "c.pdf"]


def test_nothing_kept_gives_nothing(tmp_path: Path) -> None:
    assert list(documents_kept(tmp_path)) == []


@pytest.mark.parametrize("names", [("b.pdf", "a.pdf"), ("a.pdf", "b.pdf"), ("b.pdf", "b.pdf", "a.pdf", "b.pdf")])
def test_bytes_under_several_names_have_the_first_of_them(tmp_path: Path, names: tuple[str, ...]) -> None:
    data, extraction = small_document("x.pdf")
    for name in names:
        rows = {**extraction.rows, "documents": [{**extraction.rows["documents"][0], "file_name": name}]}
        keep(tmp_path / "out", data, dataclasses.replace(extraction, file_name=name, rows=rows))
    (kept,) = documents_kept(tmp_path / "out")
    assert (kept.file_name, kept.rows["documents"][0]["file_name"]) == ("a.pdf", "a.pdf")
    sources = (folder_of(tmp_path / "out", extraction.document_id) / "sources.json").read_text()
    assert sources == '[{"file_name":"a.pdf","source_url":null},{"file_name":"b.pdf","source_url":null}]\n'


def test_an_address_is_not_lost_to_a_copy_without_one(tmp_path: Path) -> None:
    data, extraction = small_document("a.pdf", source_url="https://example.jp/a.pdf")
    keep(tmp_path, data, extraction)
    keep(tmp_path, *small_document("a.pdf"))
    (kept,) = documents_kept(tmp_path)
    assert kept.rows["documents"][0]["source_url"] == "https://example.jp/a.pdf"


def test_keeping_again_replaces_the_rows_and_leaves_the_pdf(tmp_path: Path) -> None:
    data, extraction = small_document("a.pdf", case_nos=(1, 2))
    keep(tmp_path, data, extraction)
    pdf = folder_of(tmp_path, extraction.document_id) / "document.pdf"
    before = pdf.stat()
    keep(tmp_path, *small_document("a.pdf", case_nos=(5,)))
    (kept,) = documents_kept(tmp_path)
    assert [row["case_no"] for row in kept.rows["cases"]] == [5]
    assert (pdf.stat().st_ino, pdf.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_order_of_rows_does_not_show(tmp_path: Path) -> None:
    data, extraction = small_document("a.pdf")
    keep(tmp_path / "one", data, extraction)
    turned = {name: rows[::-1] for name, rows in reversed(extraction.rows.items())}
    keep(tmp_path / "two", data, dataclasses.replace(extraction, rows=turned))
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_row_that_does_not_fit_leaves_nothing_behind(tmp_path: Path) -> None:
    data, extraction = small_document("a.pdf")
    extraction.rows["cases"][1]["result"] = 5
    with pytest.raises(RowError, match="cases, row 2, result"):
        keep(tmp_path, data, extraction)
    assert contents(tmp_path) == {}


def test_a_reading_that_is_no_json_leaves_what_was(tmp_path: Path) -> None:
    data, extraction = small_document("a.pdf")
    keep(tmp_path, data, extraction)
    before = contents(tmp_path)
    with pytest.raises(TypeError):
        keep(tmp_path, data, dataclasses.replace(extraction, reading={"page": object()}))
    assert contents(tmp_path) == before


def test_an_id_of_other_bytes_is_refused(tmp_path: Path) -> None:
    _, extraction = small_document("a.pdf")
    with pytest.raises(RowError, match="not the SHA-256"):
        keep(tmp_path, b"%PDF-1.7 other", extraction)
    assert contents(tmp_path) == {}


def test_what_a_killed_run_left_is_not_read_and_goes_away(tmp_path: Path) -> None:
    data, extraction = small_document("a.pdf")
    keep(tmp_path / "whole", data, extraction)
    folder = folder_of(tmp_path / "killed", extraction.document_id)
    folder.mkdir(parents=True)
    (folder / "document.pdf").write_bytes(data)
    (folder / ".rows.json.part").write_bytes(b'{"rows": {"cases"')
    assert list(documents_kept(tmp_path / "killed")) == []
    keep(tmp_path / "killed", data, extraction)
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


def test_the_same_bytes_kept_at_once_under_many_names_lose_none(tmp_path: Path) -> None:
    data, extraction = small_document("x.pdf")
    names = [f"{number:02d}.pdf" for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda name: keep(tmp_path, data, dataclasses.replace(extraction, file_name=name)), names))
    sources = (folder_of(tmp_path, extraction.document_id) / "sources.json").read_text()
    assert all(name in sources for name in names)
    (kept,) = documents_kept(tmp_path)
    assert kept.file_name == "00.pdf"
