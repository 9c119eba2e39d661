"""The command line as a user or a script meets it: exit codes, JSON, summaries, broken files, being stopped."""

from __future__ import annotations

import datetime
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT, SAMPLE
from hostile.making import made
from pdfs import pdf_bytes, show
from rich.console import Console

from pipeline.batch.batch import find_pdfs, plan, run_batch
from pipeline.batch.runs import Job, Outcome, Run, write_record
from pipeline.batch.workers import WorkerPool
from pipeline.command_line.cli import main
from pipeline.command_line.screen import ProgressListener, print_summary
from pipeline.tables.write import write_tables

WORDS = "事業名を読む資料別紙"


JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def small_pdf(words: str = WORDS) -> bytes:
    return pdf_bytes(show(words, WORDS, 50, 200, 12), characters=WORDS)


def tables_of(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / "tables").iterdir())}


def records_of(out: Path) -> list[dict[str, object]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted((out / "runs").glob("*.json"))]


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A folder with two readable documents (one of them twice) and each kind of file that cannot be read."""
    folder = tmp_path / "in"
    (folder / "deeper").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    whole = small_pdf()
    (folder / "b.pdf").write_bytes(whole)
    (folder / "deeper" / "a.PDF").write_bytes(whole)
    (folder / "deeper" / "other.pdf").write_bytes(small_pdf("別紙"))
    (folder / ".hidden" / "hidden.pdf").write_bytes(small_pdf("事業"))
    (folder / "notes.txt").write_text("no PDF")
    (folder / "empty.pdf").touch()
    (folder / "web.pdf").write_text("<!DOCTYPE html>")
    (folder / "cut.pdf").write_bytes(whole[: len(whole) // 2])
    (folder / "no pages.pdf").write_bytes(pdf_bytes())
    (folder / "no text.pdf").write_bytes(pdf_bytes(""))
    (folder / "gone.pdf").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe.pdf")
    return folder


def test_one_bad_document_never_costs_another(mixed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "output"
    assert main(["extract", str(mixed), "--out", str(out), "--workers", "2", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert {Path(row["file"]).name: row["outcome"] for row in said["documents"]} == {
        "b.pdf": "ok",
        "other.pdf": "ok",
        "empty.pdf": "empty_file",
        "web.pdf": "not_a_pdf",
        "cut.pdf": "malformed",
        "no pages.pdf": "no_pages",
        "no text.pdf": "no_text_layer",
        "gone.pdf": "file_missing",
        "pipe.pdf": "file_unreadable",
    }
    assert (said["exit_code"], said["read"], said["failed"]) == (1, 2, 7)
    twice = next(row for row in said["documents"] if row["outcome"] == "ok" and row["also"])
    assert [Path(file).name for file in twice["also"]] == ["a.PDF"]
    for row in said["documents"]:
        assert set(row["message"]) == {"ja", "en"}
        assert row["message"]["ja"].endswith("。")

    documents = pd.read_parquet(out / "tables" / "documents.parquet")
    assert sorted(documents["file_name"]) == ["a.PDF", "other.pdf"]
    kept = {path.name: {file.name for file in path.iterdir()} for path in (out / "archive").iterdir()}
    ids = {row["document_id"]: row["outcome"] for row in said["documents"] if row["document_id"]}
    failed = {"document.pdf", "record.json", "sources.json"}
    assert kept == {name: failed | ({"reading.json", "rows.json"} if ids[name] == "ok" else set()) for name in ids}
    (record,) = records_of(out)
    assert record["documents"] == said["documents"]
    assert str(out / "runs") == str(Path(said["record"]).parent)


def test_the_summary_names_each_failure_and_what_to_do(
    mixed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(mixed / "b.pdf"), str(mixed / "web.pdf")]
    assert main(["extract", *paths, "--out", str(tmp_path / "o"), "--lang", "en"]) == 1
    printed = capsys.readouterr()
    assert "1 read, 1 not read" in printed.out
    assert str(tmp_path / "o" / "tables") in printed.out
    assert f"{paths[1]}: This is not a PDF" in printed.out
    assert printed.err == "", "no progress where there is no terminal"


def test_tables_accumulate_and_a_second_reading_changes_nothing(mixed: Path, tmp_path: Path) -> None:
    out = tmp_path / "output"
    first, second = str(mixed / "b.pdf"), str(mixed / "deeper" / "other.pdf")
    assert main(["extract", first, "--out", str(out)]) == 0
    assert main(["extract", second, "--out", str(out)]) == 0
    both = tables_of(out)
    assert len(pd.read_parquet(out / "tables" / "documents.parquet")) == 2
    assert main(["extract", second, first, "--out", str(out), "--workers", "2"]) == 0
    assert tables_of(out) == both
    assert len(records_of(out)) == 3


def test_two_workers_write_the_same_bytes_as_one(out: Path, tmp_path: Path) -> None:
    again = tmp_path / "two"
    copy = tmp_path / SAMPLE.name
    shutil.copy(SAMPLE, copy)
    assert run_batch(plan([copy]), again, workers=2).exit_code == 0
    assert tables_of(again) == tables_of(out)


def test_the_record_says_what_was_found_and_by_which_versions(out: Path) -> None:
    (record,) = records_of(out)
    (row,) = record["documents"]  # type: ignore[misc]
    findings = pd.read_parquet(out / "tables" / "findings.parquet")
    assert row["findings"] == findings["rule"].value_counts().to_dict()
    assert row["findings_by_severity"] == findings["severity"].value_counts().to_dict()
    assert row["counts"]["cases"] == len(pd.read_parquet(out / "tables" / "cases.parquet")) == 30
    assert row["pages"] == 65
    assert record["versions"]["pdfplumber"] == "0.11.10"  # type: ignore[index]


# ---- wrong usage


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["extract"], "PDF|FOLDER"),
        (["extract", "/nowhere/at/all.pdf"], "/nowhere/at/all.pdf が見つかりません"),
        (["extract", "{empty}"], "にPDFがありません"),
        (["extract", "{pdf}", "--out", "{pdf}/below"], "に書けません（途中にフォルダーでないもの"),
        (["extract", "{pdf}", "--lang", "fr"], "--lang"),
        (["extract", "{pdf}", "--fast"], "--fast"),
        (["read"], "read というコマンドはありません"),
        (["extract", "{pdf}", "--workers", "many"], "--workers には 1 以上の数"),
        (["extract", "{pdf}", "--ocr", "best"], "both, rapidocr, tesseract のどれか"),
        (["extract", "{pdf}", "--out", "{pdf}"], "--out にはフォルダーを"),
        (["extract", "{pdf}", "--out"], "--out の後に値を"),
        (["show", "{pdf}", "--page", "1", "--out", "{empty}"], "--out にはファイルを"),
        (["show", "{pdf}", "--page", "1", "--out", "{pdf}/x.png"], "書けません（同じ名前のものがすでにあります）"),
        (["review", "export", "--below", "2", "--out", "{empty}"], "--below には 0 から 1 までの数"),
        (["review", "import", "{empty}", "--reviewer", "甲", "--out", "{out}"], "（ファイルでなくフォルダーです）"),
        (["nightly", "--sources", "{empty}/none.toml"], "（そのファイルやフォルダーはありません）"),
        (["archive", "verify", "--out", "{empty}"], "保存した文書がありません"),
        (["archive", "verify", "--archive", "file://{empty}/none"], "保存した文書がありません"),
        (["archive", "verify", "--archive", "nowhere://x"], "nowhere://x を開けません"),
        (["flow", "1", "--out", "{out}"], "案件が一つもありません"),
        (["show", "{pdf}"], "--page"),
        (["show", "{pdf}", "--page", "2"], "2頁はありません"),
        (["show", "/nowhere.pdf", "--page", "1"], "/nowhere.pdf を読めません（そのファイル"),
        ([], "extract"),
        (["--lang", "ja"], "コマンドを指定してください"),
        (["forms", "--lang=ja"], "besshi forms --help"),
    ],
)
def test_wrong_usage_is_one_sentence_and_code_2(
    arguments: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "one.pdf").write_bytes(small_pdf())
    write_tables(tmp_path / "out")
    places = {"pdf": tmp_path / "one.pdf", "empty": tmp_path / "empty", "out": tmp_path / "out"}
    command = [argument.format(**places) for argument in arguments]
    assert main(command) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert sentence in printed.err
    assert main(["--lang=en", *command]) == 2
    assert not JAPANESE.search(capsys.readouterr().err.replace("甲", "")), "all of it is in the reader's language"
    assert list((tmp_path / "empty").iterdir()) == []


def test_wrong_usage_is_json_where_json_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "/nowhere.pdf", "--json", "--lang", "en"]) == 2
    said = json.loads(capsys.readouterr().out)
    assert said["exit_code"] == 2
    assert "/nowhere.pdf does not exist" in said["message"]


@pytest.mark.parametrize("command", ["extract", "show", "doctor", "review", "nightly", "export"])
def test_help_is_in_the_readers_language(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Usage: besshi")
    assert not JAPANESE.search(said)
    assert main([command, "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("使い方: besshi")
    assert "オプション:" in said
    assert not re.search(r"Options|default|required|TEXT|RANGE|DIRECTORY", said)


def test_the_list_of_commands_says_each_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    for lang, stop in (("ja", "。"), ("en", ".")):
        assert main(["--help", "--lang", lang]) == 0
        listed = capsys.readouterr().out.split("コマンド:" if lang == "ja" else "Commands:")[1]
        rows = re.split(r"\n  (?=[a-z])", listed.strip("\n"))
        assert len(rows) == 14
        for row in rows:
            assert "..." not in row, row
            assert lang == "en" or row.strip().endswith(stop), row


def test_a_number_that_several_cases_have_names_them(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (case,) = [one for one in pd.read_parquet(out / "tables" / "cases.parquet")["case_id"] if one.endswith("-020")]
    assert main(["flow", "20", "--out", str(out)]) == 0
    drawn = capsys.readouterr().out
    assert main(["flow", case, "--out", str(out)]) == 0
    assert capsys.readouterr().out == drawn
    assert main(["flow", "99", "--out", str(out)]) == 2
    assert "案件 99 は" in capsys.readouterr().err


def test_show_writes_a_picture_and_refuses_what_is_no_pdf(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "one.pdf").write_bytes(small_pdf())
    (tmp_path / "web.pdf").write_text("<html>")
    picture = tmp_path / "page.png"
    assert main(["show", str(tmp_path / "one.pdf"), "--page", "1", "--out", str(picture)]) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert str(picture) in capsys.readouterr().out
    assert main(["show", str(tmp_path / "web.pdf"), "--page", "1"]) == 1
    assert "PDFではありません" in capsys.readouterr().err
    (tmp_path / "broken.pdf").write_bytes(made(o8=b"<< /Length 0 /Filter /Nonsense >>\nstream\n\nendstream"))
    assert main(["show", str(tmp_path / "broken.pdf"), "--page", "1", "--out", str(picture)]) == 1
    assert "壊れています" in capsys.readouterr().err


# ---- which files


def test_folders_are_searched_in_order_and_the_output_is_left_out(mixed: Path) -> None:
    out = mixed / "deeper" / "output"
    assert main(["extract", str(mixed / "b.pdf"), "--out", str(out)]) == 0
    found = [Path(file).relative_to(mixed).as_posix() for file in find_pdfs([mixed], out)]
    expected = (
        "b.pdf cut.pdf empty.pdf gone.pdf no pages.pdf no text.pdf pipe.pdf web.pdf deeper/a.PDF deeper/other.pdf"
    )
    assert found == expected.replace("no ", "no\0").replace(" ", "|").replace("\0", " ").split("|")


def test_a_folder_given_with_a_file_in_it_names_the_file_once(mixed: Path) -> None:
    jobs = plan([mixed / "deeper" / "other.pdf", mixed / "deeper", mixed / "deeper" / "a.PDF"])
    assert [(Path(job.file).name, job.also) for job in jobs] == [("other.pdf", ()), ("a.PDF", ())]


# ---- workers that die


def test_a_killed_worker_is_one_failed_document(tmp_path: Path) -> None:
    small = tmp_path / "small.pdf"
    small.write_bytes(small_pdf())
    with WorkerPool(tmp_path / "o", 1) as pool:

        def kill(*_: int) -> None:
            for worker in pool._watch.workers:
                os.kill(worker.process.pid, signal.SIGKILL)

        crashed = pool.run(Job(str(SAMPLE), SAMPLE.name), kill)
        after = pool.run(Job(str(small), small.name))
    assert (crashed.outcome, crashed.detail) == ("crashed", "killed by SIGKILL")
    assert after.outcome == "ok"
    assert [path.name for path in (tmp_path / "o" / "archive").iterdir()] == [after.document_id]


@pytest.mark.parametrize("signal_sent", [signal.SIGINT, signal.SIGTERM])
def test_being_stopped_leaves_the_tables_of_before(signal_sent: signal.Signals, tmp_path: Path) -> None:
    out, first, folder = tmp_path / "o", tmp_path / "first.pdf", tmp_path / "in"
    folder.mkdir()
    first.write_bytes(small_pdf())
    assert main(["extract", str(first), "--out", str(out)]) == 0
    before = tables_of(out)
    # The largest is read first: a quick one with a long tail, then the report during which the signal comes.
    (folder / "a.pdf").write_bytes(small_pdf("別紙") + b"\n" + b"%" * SAMPLE.stat().st_size)
    shutil.copy(SAMPLE, folder / "b.pdf")
    command = [
        sys.executable,
        "-m",
        "pipeline.command_line",
        "extract",
        str(folder),
        "--out",
        str(out),
        "--workers",
        "1",
    ]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while len(list((out / "archive").glob("*/rows.json"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    running.send_signal(signal_sent)
    said, _ = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "中断しました" in said
    assert tables_of(out) == before
    last = records_of(out)[-1]
    assert last["stopped"] is True
    assert [row["outcome"] for row in last["documents"]] == ["ok", "stopped"]  # type: ignore[attr-defined]
    assert main(["extract", str(folder / "a.pdf"), "--out", str(out)]) == 0
    assert len(pd.read_parquet(out / "tables" / "documents.parquet")) == 2


def test_records_of_one_second_stand_in_the_order_of_their_runs(tmp_path: Path) -> None:
    started = datetime.datetime(2026, 4, 1, tzinfo=datetime.UTC)
    runs = [write_record(tmp_path, started, [], {"cases": number}) for number in range(12)]
    assert sorted(run.record.name for run in runs) == [run.record.name for run in runs]
    assert sorted(run.record.stem for run in runs) == [run.record.stem for run in runs]
    assert [record["rows"]["cases"] for record in records_of(tmp_path)] == list(range(12))  # type: ignore[index]


def test_records_stand_in_the_order_of_their_runs_where_the_clock_was_set_back(tmp_path: Path) -> None:
    noon = datetime.datetime(2027, 1, 1, 0, 0, 1, tzinfo=datetime.UTC)
    moments = [
        noon,
        noon - datetime.timedelta(seconds=2),
        noon,
        noon - datetime.timedelta(days=400),
        noon.replace(hour=1),
    ]
    runs = [write_record(tmp_path, moment, [], {}) for moment in moments]
    assert sorted(run.record.stem for run in runs) == [run.record.stem for run in runs]
    assert [record["started"] for record in records_of(tmp_path)] == [one.isoformat() for one in moments]


def test_tables_that_cannot_be_written_are_said_and_recorded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, pdf = tmp_path / "o", tmp_path / "one.pdf"
    out.mkdir()
    pdf.write_bytes(small_pdf())
    (out / "tables").write_text("in the way")
    assert main(["extract", str(pdf), "--out", str(out)]) == 1
    assert "表を書けませんでした" in capsys.readouterr().out
    assert records_of(out)[0]["tables_error"]


# ---- on a terminal


def test_progress_counts_pages_and_documents_on_a_terminal() -> None:
    screen = io.StringIO()
    jobs = [Job("a.pdf", "a.pdf"), Job("b.pdf", "b.pdf")]
    with ProgressListener("en", Console(file=screen, force_terminal=True, width=120)) as listener:
        listener.on_plan(jobs)
        for job, pages in zip(jobs, (3, 4), strict=True):
            for done in range(1, pages + 1):
                listener.on_page(job, done, pages)
            listener.on_done(job, Outcome(job.file, "ok"))
    last = screen.getvalue()[-600:]
    assert "7/7" in last
    assert "2/2" in last


def test_a_long_path_is_printed_whole_where_there_is_no_terminal(tmp_path: Path) -> None:
    out = tmp_path / ("x" * 150)
    screen = io.StringIO()
    print_summary(Run(out, (), {}, out / "runs" / "1.json"), "ja", Console(file=screen))
    assert str(out / "runs" / "1.json") in screen.getvalue()
