"""Decisions as a sheet and back, how often reviewers changed what was read, and the full turn on the command line."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import replaced_report
from hypothesis import given
from hypothesis import strategies as st
from small_documents import case_id, small_document

from pipeline.archive.archive import keep
from pipeline.command_line.cli import main
from pipeline.review.accuracy import Tally, accuracy, band_of
from pipeline.review.deciding import decide, key_of
from pipeline.review.decisions import read_decisions
from pipeline.review.sheet import COLUMNS, as_csv, guarded, unguarded

DATA, DOCUMENT = small_document("a.pdf")
ID = DOCUMENT.document_id
KEY = {"case_id": case_id(ID, 1), "ordinal": 2}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    keep(tmp_path, DATA, DOCUMENT)
    return tmp_path


def exported(out: Path, *options: str) -> list[dict[str, str]]:
    path = out / "sheet.csv"
    assert main(["review", "export", "--out", str(out), "--to", str(path), *options]) == 0
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def imported(out: Path, lines: list[dict[str, Any]], capsys: pytest.CaptureFixture[str], *options: str) -> Any:
    path = out / "back.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(lines)
    capsys.readouterr()
    code = main(["review", "import", str(path), "--out", str(out), "--reviewer", "山田", "--json", *options])
    return code, json.loads(capsys.readouterr().out)


def test_a_sheet_goes_out_is_filled_in_and_comes_back(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = exported(out, "--below", "1")
    count = next(line for line in lines if line["table"] == "target_counts" and json.loads(line["key"]) == KEY)
    assert (count["read"], count["printed"], count["column"], count["action"]) == ("200", "約１２０人", "value", "")
    count |= {"action": "correct", "new": "２，２２２", "why": "紙で確かめた"}
    finding = next(line for line in lines if line["table"] == "findings" and "件名" in line["note"])
    finding |= {"action": "accept"}
    assert imported(out, lines, capsys, "--check")[1]["kept"] == 2
    assert read_decisions(out).every == ()
    code, said = imported(out, lines, capsys)
    assert (code, said["kept"], said["refused"]) == (0, 2, [])
    table = pd.read_parquet(out / "tables" / "target_counts.parquet")
    assert table["value"].tolist()[:2] == [100, 2222]
    assert table["method"].tolist()[:2] == ["text", "review"]
    assert pd.read_parquet(out / "tables" / "findings.parquet")["state"].dropna().tolist() == ["accepted"]
    # What is decided already is no decision again, also by way of a new export.
    assert imported(out, exported(out), capsys)[1] == {"kept": 0, "unchanged": 4, "refused": [], "check": False}


def test_lines_that_cannot_be_taken_are_named_and_cost_no_other(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = {"document_id": ID, "table": "target_counts", "key": json.dumps(KEY), "column": "value"}
    lines = [
        {**base, "action": "correct", "new": "百人", "why": "二行に\nわたる理由"},
        {**base, "action": "correct", "new": "5"},
        {**base, "key": "no key", "action": "accept"},
        {**base, "document_id": "0" * 64, "action": "accept"},
        {**base, "action": "like"},
        {**base, "action": "accept", "new": "7"},
    ]
    code, said = imported(out, lines, capsys)
    assert code == 1
    assert said["kept"] == 1
    # The first line's reason takes two lines of the file.
    assert [one["line"] for one in said["refused"]] == [2, 5, 6, 7, 8]
    assert "整数" in said["refused"][0]["reason"]
    assert [one.new for one in read_decisions(out).every] == [5]


def test_a_file_that_is_no_sheet_is_wrong_usage(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = out / "x.csv"
    arguments = ["review", "import", str(path), "--out", str(out), "--reviewer", "山田"]
    assert main(arguments) == 2
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    assert main(arguments) == 2
    assert "document_id" in capsys.readouterr().err
    path.write_bytes(b"\xff\xfe\x81\x00,")
    assert main(arguments) == 2
    assert main(["review", "export", "--out", str(out / "nowhere")]) == 2


def test_a_sheet_that_excel_wrote_in_its_own_code_is_taken(out: Path) -> None:
    line = {"document_id": ID, "table": "cases", "key": json.dumps({"case_id": case_id(ID, 1)}), "column": "title"}
    text = as_csv([{**line, "action": "correct", "new": "正しい件名", "why": "確認"}]).decode("utf-8-sig")
    (out / "x.csv").write_bytes(text.encode("cp932"))
    assert main(["review", "import", str(out / "x.csv"), "--out", str(out), "--reviewer", "山田"]) == 0
    assert read_decisions(out).every[0].new == "正しい件名"


@pytest.mark.parametrize(
    "text", ["=1+1", "+81", "-5", "@SUM(A1)", "\t=1", "＝HYPERLINK()", "'=1", "'", "=cmd|'/c calc'!A1"]
)
def test_no_cell_is_a_formula_and_each_comes_back(out: Path, text: str) -> None:
    decide(out, "=1+1", "correct", ID, "cases", {"case_id": case_id(ID, 1)}, "title", f"{text}x", text)
    (line,) = [line for line in exported(out) if line["action"]]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")) for cell in line.values())
    assert unguarded(line["new"]) == f"{text}x".strip()


@given(st.text(max_size=20))
def test_guarding_is_undone(text: str) -> None:
    assert unguarded(guarded(text)) == text


# ---- accuracy


def test_what_reviewers_changed_is_counted_by_column_band_and_method(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = DOCUMENT.rows["target_counts"]
    for row, new in zip(rows, (111, None, 333, None), strict=True):
        key = key_of("target_counts", row)
        decide(out, "山田", "correct" if new else "accept", ID, "target_counts", key, "value", new)
    decide(out, "佐藤", "accept", ID, "target_counts", key_of("target_counts", rows[2]), "value")  # the last counts
    decide(out, "山田", "unreadable", ID, "cases", {"case_id": case_id(ID, 1)}, "title")
    decide(out, "山田", "accept", ID, "findings", key_of("findings", DOCUMENT.rows["findings"][0]))
    (next(iter((out / "review").glob("*.jsonl")))).open("ab").write(b"{damaged\n")
    assert main(["accuracy", "--out", str(out), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["reviewed"], said["changed"], said["unreadable"]) == (5, 1, 1)
    by_column = {(one["table"], one["column"]): one for one in said["columns"]}
    assert by_column["target_counts", "value"]["share_changed"] == 0.25
    assert by_column["target_counts", "value"]["bands"].keys() == {"0.95-1.00"}
    assert by_column["cases", "title"]["methods"].keys() == {"ocr"}
    assert said["bands"]["0.90-0.95"]["unreadable"] == 1
    assert said["methods"]["text"]["reviewed"] == 4
    assert len(said["damaged_lines"]) == 1
    assert main(["accuracy", "--out", str(out)]) == 0
    shown = capsys.readouterr()
    assert "25.0 %" in shown.out
    assert "判断として読めません" in shown.err


def test_a_row_accepted_as_a_whole_counts_for_each_value(out: Path) -> None:
    decide(out, "山田", "accept", ID, "target_counts", KEY)
    found = accuracy(read_decisions(out).in_force)
    assert ("target_counts", "value") in found.columns
    assert ("target_counts", "as_of") not in found.columns  # says nothing there
    assert found.whole.changed == 0


def test_bands_and_intervals() -> None:
    assert [band_of(one) for one in (0.0, 0.49, 0.5, 0.949, 0.95, 1.0, None)] == [
        *("0.00-0.50", "0.00-0.50", "0.50-0.70", "0.90-0.95", "0.95-1.00", "1.00", "-"),
    ]
    low, high = Tally(reviewed=10, changed=1).interval
    assert (round(low, 4), round(high, 4)) == (0.0179, 0.4042)  # Wilson's interval of 1 in 10, from the formula by hand
    assert Tally().interval == (0.0, 1.0)


# ---- the full turn


def test_what_was_corrected_stands_after_the_next_extraction(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pdf, out, before = replaced_report.first(tmp_path / "in"), tmp_path / "out", tmp_path / "before"
    assert main(["extract", str(pdf), "--out", str(before), "--workers", "1"]) == 0
    shutil.copytree(before, out)
    counts = pd.read_parquet(out / "tables" / "target_counts.parquet")
    row = next(row for row in counts.to_dict("records") if row["value"] == 914)
    document = pd.read_parquet(out / "tables" / "documents.parquet")["document_id"][0]
    rows = (out / "archive" / document / "rows.json").read_bytes()
    line = {"document_id": document, "table": "target_counts", "column": "value"}
    line |= {"key": json.dumps({"case_id": row["case_id"], "ordinal": row["ordinal"]})}
    _, said = imported(out, [{**line, "action": "correct", "new": "9,140", "why": "紙で確かめた"}], capsys)
    assert said["kept"] == 1
    assert main(["extract", str(pdf), "--out", str(out), "--workers", "1", "--again"]) == 0
    again = pd.read_parquet(out / "tables" / "target_counts.parquet")
    corrected = again[again["method"] == "review"]
    assert corrected["value"].tolist() == [9140]
    assert corrected["raw_text"].tolist() == [row["raw_text"]]
    assert (out / "archive" / document / "rows.json").read_bytes() == rows
    capsys.readouterr()
    assert main(["diff", str(before), str(out), "--json"]) == 1
    (place,) = json.loads(capsys.readouterr().out)["places"]
    (changed,) = place["rows"]
    assert [(cell["old"], cell["new"], cell["cause"]) for cell in changed["cells"]] == [(914, 9140, "correction")]
