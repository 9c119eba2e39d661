"""Decisions on every run: what the tables carry, that a row is found again, and what comes back to a reviewer."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pytest
from small_documents import READ_AT, case_id, small_document

from pipeline.archive.archive import documents_kept, folder_of, keep
from pipeline.archive.fetched import Fetched, add_facts
from pipeline.batch.up_to_date import write_tables_if_needed
from pipeline.extraction import Extraction, Row
from pipeline.review.deciding import accept_loss, decide, key_of, undo
from pipeline.review.decisions import Decision, read_decisions
from pipeline.review.replay import Review, Settled
from pipeline.tables.write import write_tables

DATA, DOCUMENT = small_document("a.pdf")


def lines_apart(extraction: Extraction) -> Extraction:
    """The counts of each case on lines of their own, each printed as its value."""
    counts = [
        {**row, **at(100.0 + 20 * place), "raw_text": f"{row['value']}人"}
        for place, row in enumerate(extraction.rows["target_counts"])
    ]
    return with_rows(extraction, "target_counts", counts)


def at(top: float) -> Row:
    return {"page": 2, "x0": 10.0, "top": top, "x1": 90.0, "bottom": top + 12, "continued": None}


def with_rows(extraction: Extraction, table: str, rows: list[Row]) -> Extraction:
    return dataclasses.replace(extraction, rows={**extraction.rows, table: rows})


@pytest.fixture
def out(tmp_path: Path) -> Path:
    keep(tmp_path, DATA, lines_apart(DOCUMENT))
    return tmp_path


def count(extraction: Extraction, case_no: int, ordinal: int) -> Row:
    own = case_id(extraction.document_id, case_no)
    return next(row for row in extraction.rows["target_counts"] if (row["case_id"], row["ordinal"]) == (own, ordinal))


def correct(out: Path, case_no: int, ordinal: int, new: Any, by: str = "山田", column: str = "value") -> Decision:
    key = {"case_id": case_id(DOCUMENT.document_id, case_no), "ordinal": ordinal}
    return decide(out, by, "correct", DOCUMENT.document_id, "target_counts", key, column, new, "紙で確かめた")


def counts(out: Path) -> list[tuple[str, int, int, str, float]]:
    write_tables_if_needed(out)
    read = pd.read_parquet(out / "tables" / "target_counts.parquet")
    return list(read[["case_id", "ordinal", "value", "method", "confidence"]].itertuples(index=False, name=None))


def settled(out: Path, extraction: Extraction) -> Settled:
    return Review(out).settle(extraction)


def test_a_correction_is_in_the_tables_and_the_archive_stays_as_read(out: Path) -> None:
    write_tables_if_needed(out)
    rows = (folder_of(out, DOCUMENT.document_id) / "rows.json").read_bytes()
    correct(out, 1, 2, 222)
    one = case_id(DOCUMENT.document_id, 1)
    assert counts(out)[:2] == [(one, 1, 100, "text", 0.98), (one, 2, 222, "review", 1.0)]
    assert pd.read_parquet(out / "tables" / "target_counts.parquet")["raw_text"][1] == "200人"
    assert (folder_of(out, DOCUMENT.document_id) / "rows.json").read_bytes() == rows
    undo(out, "山田")
    assert counts(out)[1] == (one, 2, 200, "text", 0.98)


def test_the_last_decision_counts_whoever_made_it(out: Path) -> None:
    correct(out, 1, 1, 111)
    correct(out, 1, 1, 112, by="佐藤")
    assert counts(out)[0][2] == 112
    undo(out, "佐藤")
    assert counts(out)[0][2] == 111


def test_a_row_put_in_before_does_not_take_the_correction(out: Path) -> None:
    correct(out, 1, 2, 222)
    read = lines_apart(DOCUMENT)
    first, *others = read.rows["target_counts"]
    new = {**first, "value": 200, "raw_text": "200人", **at(80.0)}
    shifted = [{**row, "ordinal": row["ordinal"] + 1} if row["case_id"] == first["case_id"] else row for row in others]
    keep(out, DATA, with_rows(read, "target_counts", [new, {**first, "ordinal": 2}, *shifted]))
    assert [row[1:4] for row in counts(out)[:3]] == [(1, 200, "text"), (2, 100, "text"), (3, 222, "review")]


def test_what_another_version_reads_comes_back_with_both_and_the_word_of_the_person_stands(out: Path) -> None:
    correct(out, 1, 2, 222)
    read = lines_apart(DOCUMENT)
    rows = [{**row, "value": 2000} if row["ordinal"] == 2 else row for row in read.rows["target_counts"]]
    keep(out, DATA, with_rows(read, "target_counts", rows))
    assert counts(out)[1][2:4] == (222, "review")
    (back,) = settled(out, with_rows(read, "target_counts", rows)).returned
    assert (back.why, back.decided, back.read, back.holds) == ("program_changed", 222, 2000, True)
    findings = pd.read_parquet(out / "tables" / "findings.parquet")
    (found,) = findings[findings["rule"] == "decision_program_changed"].to_dict("records")
    assert (found["left_value"], found["right_value"], found["page"]) == ("222", "2000", 2)
    assert "222" in found["message"]
    assert "2000" in found["message"]
    correct(out, 1, 2, 2222)  # decided again on what is read now: it comes back no more
    assert settled(out, with_rows(read, "target_counts", rows)).returned == []


def test_a_version_that_reads_what_was_decided_needs_no_one(out: Path) -> None:
    correct(out, 1, 2, 222)
    read = lines_apart(DOCUMENT)
    rows = [{**row, "value": 222} if row["ordinal"] == 2 else row for row in read.rows["target_counts"]]
    keep(out, DATA, with_rows(read, "target_counts", rows))
    assert settled(out, with_rows(read, "target_counts", rows)).returned == []
    assert counts(out)[1][2:] == (222, "text", 0.98)


def test_a_row_that_is_gone_comes_back_until_someone_accepts_it(out: Path) -> None:
    correct(out, 1, 2, 222)
    read = lines_apart(DOCUMENT)
    less = with_rows(read, "target_counts", [row for row in read.rows["target_counts"] if row["ordinal"] == 1])
    keep(out, DATA, less)
    (back,) = settled(out, less).returned
    assert (back.why, back.decided, back.row, back.holds) == ("row_gone", 222, None, False)
    assert {row[2] for row in counts(out)} == {100}
    accept_loss(out, "佐藤", back)
    assert settled(out, less).returned == []
    keep(out, DATA, read)  # read again: the person's word is still there
    assert counts(out)[1][2] == 222


def fetched_at(out: Path, document: Extraction, hour: int) -> None:
    url, moment = "https://a.example/r.pdf", f"2026-04-01T{hour:02}:00:00+00:00"
    facts = Fetched(url, url, moment, (), "office", "新宿区", None, "https://a.example/", "報告")
    add_facts(folder_of(out, document.document_id), facts)


def replaced_by(out: Path, change: Any) -> Extraction:
    """A second PDF in the place of the first, its counts as `change` gives them."""
    data, new = small_document("b.pdf")
    rows = [one for row in lines_apart(new).rows["target_counts"] if (one := change(dict(row))) is not None]
    new = with_rows(new, "target_counts", rows)
    keep(out, data, new)
    fetched_at(out, DOCUMENT, 1)
    fetched_at(out, new, 2)
    return new


def test_a_new_version_of_the_paper_that_prints_the_same_keeps_the_correction(out: Path) -> None:
    correct(out, 1, 2, 222)

    def moved(row: Row) -> Row:
        return {**row, "page": 3, "top": row["top"] + 7, "bottom": row["bottom"] + 7}

    new = replaced_by(out, moved)
    found = settled(out, new)
    assert [row["value"] for row in found.rows["target_counts"]] == [100, 222, 100, 200]
    assert found.rows["target_counts"][1]["method"] == "review"
    assert found.returned == []


def test_a_new_version_that_prints_something_else_brings_the_item_back(out: Path) -> None:
    correct(out, 1, 2, 222)
    first = case_id(small_document("b.pdf")[1].document_id, 1)

    def other(row: Row) -> Row:
        is_it = row["case_id"] == first and row["ordinal"] == 2
        return {**row, "value": 300, "raw_text": "300人"} if is_it else row

    new = replaced_by(out, other)
    found = settled(out, new)
    assert [row["value"] for row in found.rows["target_counts"]] == [100, 300, 100, 200]
    (back,) = found.returned
    assert (back.why, back.decided, back.read, back.holds) == ("source_changed", 222, 300, False)
    key = key_of("target_counts", found.rows["target_counts"][1])
    decide(out, "山田", "accept", new.document_id, "target_counts", key, "value")
    assert settled(out, new).returned == []


def test_a_row_that_the_new_version_lacks_brings_the_correction_back(out: Path) -> None:
    correct(out, 1, 2, 222)
    first = case_id(small_document("b.pdf")[1].document_id, 1)
    new = replaced_by(out, lambda row: None if row["case_id"] == first and row["ordinal"] == 2 else row)
    (back,) = settled(out, new).returned
    assert (back.why, back.decided, back.row) == ("row_gone_from_source", 222, None)
    accept_loss(out, "山田", back)
    assert settled(out, new).returned == []


def test_a_value_of_a_case_comes_back_though_its_title_is_printed_as_before(out: Path) -> None:
    """The words kept of a case are its title's; that they stay says nothing of the other values."""
    key = {"case_id": case_id(DOCUMENT.document_id, 1)}
    decide(out, "山田", "correct", DOCUMENT.document_id, "cases", key, "result", "承認")
    data, new = small_document("b.pdf")
    cases = [{**row, "result": "不承認"} if row["case_no"] == 1 else row for row in new.rows["cases"]]
    new = with_rows(new, "cases", cases)
    keep(out, data, new)
    fetched_at(out, DOCUMENT, 1)
    fetched_at(out, new, 2)
    found = settled(out, new)
    assert found.rows["cases"][0]["result"] == "不承認"
    assert [(back.why, back.decided, back.read) for back in found.returned] == [("source_changed", "承認", "不承認")]


def test_a_finding_that_says_something_else_in_the_new_version_is_open(out: Path) -> None:
    findings = DOCUMENT.rows["findings"]
    for finding in findings[:2]:
        decide(out, "山田", "accept", DOCUMENT.document_id, "findings", key_of("findings", finding))
    data, new = small_document("b.pdf")
    changed = [
        {**row, "right_value": "別の件名"} if row["rule"] == "title_differs" else row for row in new.rows["findings"]
    ]
    new = with_rows(new, "findings", changed)
    keep(out, data, new)
    fetched_at(out, DOCUMENT, 1)
    fetched_at(out, new, 2)
    states = {(row["rule"], row["message"]): row.get("state") for row in settled(out, new).rows["findings"]}
    assert states["number_missing", "No.3がありません。"] == "accepted"
    assert states["title_differs", "件名が違います。"] is None


def test_a_decision_on_a_finding_is_about_all_that_say_the_same(out: Path) -> None:
    finding = DOCUMENT.rows["findings"][1]
    keep(out, DATA, with_rows(DOCUMENT, "findings", [finding, dict(finding)]))
    decide(out, "山田", "accept", DOCUMENT.document_id, "findings", key_of("findings", finding))
    write_tables_if_needed(out)
    findings = pd.read_parquet(out / "tables" / "findings.parquet")
    assert findings["state"].tolist() == ["accepted", "accepted"]


@pytest.mark.parametrize(
    "elsewhere", [{"page": 3}, {"top": 500.0}, {"case_id": case_id(DOCUMENT.document_id, 2)}, {"left_value": "別"}]
)
def test_a_decision_on_a_finding_leaves_those_of_another_place_or_value(out: Path, elsewhere: Row) -> None:
    finding = DOCUMENT.rows["findings"][1] | at(100.0) | {"left_value": None}
    keep(out, DATA, with_rows(DOCUMENT, "findings", [finding, finding | elsewhere]))
    decide(out, "山田", "accept", DOCUMENT.document_id, "findings", key_of("findings", finding))
    (document,) = documents_kept(out)
    rows = settled(out, document).rows["findings"]
    met = {tuple(row[name] for name in elsewhere): row.get("state") for row in rows}
    assert met == {tuple(finding[name] for name in elsewhere): "accepted", tuple(elsewhere.values()): None}


def test_a_decided_finding_says_so(out: Path) -> None:
    finding = DOCUMENT.rows["findings"][1]
    kept = decide(out, "山田", "accept", DOCUMENT.document_id, "findings", key_of("findings", finding))
    write_tables_if_needed(out)
    findings = pd.read_parquet(out / "tables" / "findings.parquet")
    (decided,) = findings[findings["state"].notna()].to_dict("records")
    assert decided["rule"] == "title_differs"
    assert (decided["state"], decided["decided_by"], decided["decided_at"]) == ("accepted", "山田", kept.at)


def test_what_nobody_can_read_has_no_confidence(out: Path) -> None:
    key = {"case_id": case_id(DOCUMENT.document_id, 1), "ordinal": 1}
    decide(out, "山田", "unreadable", DOCUMENT.document_id, "target_counts", key, "value")
    assert counts(out)[0][2:] == (100, "text", 0.0)


def test_a_document_that_was_removed_leaves_its_decisions(out: Path) -> None:
    kept = correct(out, 1, 2, 222)
    for path in folder_of(out, DOCUMENT.document_id).iterdir():
        path.unlink()
    assert write_tables(out)["documents"] == 0
    assert [one.id for one in read_decisions(out).in_force] == [kept.id]


def test_a_damaged_line_costs_no_other(out: Path) -> None:
    correct(out, 1, 2, 222)
    (path,) = (out / "review").glob("*.jsonl")
    path.write_bytes(b"{broken\n" + path.read_bytes() + b'{"at": "half')
    correct(out, 1, 1, 111)
    lines = path.read_bytes().splitlines()
    assert [line[:8] for line in (lines[0], lines[2])] == [b"{broken", b'{"at": "']
    assert [row[2] for row in counts(out)[:2]] == [111, 222]
    assert orjson.loads(lines[3])["new"] == 111
    assert READ_AT["method"] == "text"
