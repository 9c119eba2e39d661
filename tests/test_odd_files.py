"""Files with names that no office would give, and places that cannot be written: one outcome each, on one line."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT
from hostile.making import LINE, made, stream

from pipeline.batch.batch import plan, run_batch
from pipeline.names import as_text, on_one_line

NAMES = (
    b" .pdf",
    b"-rf.pdf",
    b"--out.pdf",
    b"a\nb.pdf",
    b"\x1b[2Jred\x1b[31m.pdf",
    b"no text \xff\xfe.pdf",
    b"half \xe8\xa8.pdf",
    "別紙　その１.PDF".encode(),
    "か\u3099.pdf".encode(),
    "\u202efdp.pdf".encode(),
    b"a%20b#c?d&e.pdf",
    b"[red]markup[bold].pdf",
    b"{braces} $(HOME) `id` '\".pdf",
    b"x" * 251 + b".pdf",
)


def page(number: int) -> bytes:
    """A document of one page, another one for each number."""
    return made(o8=stream(LINE + b"BT /F1 12 Tf 1 0 0 1 50 %d Tm <00010002> Tj ET\n" % (60 + number)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    there = tmp_path_factory.mktemp("odd") / "in"
    there.mkdir()
    for number, name in enumerate(NAMES):
        (there / os.fsdecode(name)).write_bytes(page(number))
    return there


def extract(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline.command_line", "--lang", "en", "extract", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=cwd or ROOT, env=environment, capture_output=True, text=True, errors="replace", check=False
    )


def test_files_of_any_name_are_read_and_told(folder: Path, tmp_path: Path) -> None:
    done = extract(folder, "--out", tmp_path / "out", "--workers", "2", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert sorted(Path(row["file"]).name for row in told["documents"]) == sorted(
        as_text(os.fsdecode(name)) for name in NAMES
    )
    record = json.loads(Path(told["record"]).read_bytes())
    assert record["documents"] == told["documents"]
    documents = pd.read_parquet(tmp_path / "out" / "tables" / "documents.parquet")
    assert set(documents["file_name"]) == {Path(row["file"]).name for row in told["documents"]}


def test_what_cannot_be_read_takes_one_line_whatever_its_name(tmp_path: Path) -> None:
    there = tmp_path / "in"
    there.mkdir()
    for number, name in enumerate(NAMES):
        (there / os.fsdecode(name)).write_bytes(b"no PDF %d" % number)
    done = extract(there, "--out", tmp_path / "out", "--workers", "2")
    lines = [line for line in done.stdout.splitlines() if ": This is not a PDF" in line]
    assert (done.returncode, done.stderr, len(lines)) == (1, "", len(NAMES))
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout
    assert any(line.startswith(f"{there}/a\\nb.pdf: ") for line in lines)


def test_a_name_that_looks_like_an_option_can_be_given(folder: Path, tmp_path: Path) -> None:
    done = extract("--out", tmp_path / "out", "--", "-rf.pdf", "--out.pdf", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "2 read, 0 not read" in done.stdout


def test_a_path_that_is_not_there_is_told_on_one_line(tmp_path: Path) -> None:
    done = extract(f"{tmp_path}/a\nb\x1b[2J.pdf", "--json")
    assert done.returncode == 2
    assert done.stderr == f"{tmp_path}/a\\nb\\x1b[2J.pdf does not exist: give the place of a PDF or a folder.\n"
    assert json.loads(done.stdout)["message"] == done.stderr.strip()
    odd = f"{tmp_path}/\udcff.pdf"
    assert extract(odd, "--json").stderr.startswith(f"{tmp_path}/\N{REPLACEMENT CHARACTER}.pdf does not exist")


def test_links_lead_to_files_once_and_not_in_circles(tmp_path: Path) -> None:
    there = tmp_path / "in"
    (there / "deep").mkdir(parents=True)
    (there / "one.pdf").write_bytes(page(1))
    (there / "same.pdf").symlink_to("one.pdf")
    (there / "circle.pdf").symlink_to("circle.pdf")
    (there / "deep" / "up").symlink_to(there)
    (there / "folder.pdf").mkdir()
    (there / "socket.pdf").symlink_to("/dev/full")
    done = extract(there, "--out", tmp_path / "out", "--json")
    told = {Path(row["file"]).name: row["outcome"] for row in json.loads(done.stdout)["documents"]}
    assert (done.returncode, done.stderr) == (1, "")
    assert told == {"one.pdf": "ok", "circle.pdf": "file_unreadable", "socket.pdf": "file_unreadable"}


def test_files_that_change_or_go_between_being_found_and_being_read(tmp_path: Path) -> None:
    there = tmp_path / "in"
    there.mkdir()
    for name in ("grows", "goes", "becomes a folder", "stays as it is"):
        (there / f"{name}.pdf").write_bytes(page(len(name)))
    jobs = {Path(job.file).stem: job for job in plan([there])}
    grown = page(99)
    (there / "grows.pdf").write_bytes(grown)
    (there / "goes.pdf").unlink()
    (there / "becomes a folder.pdf").unlink()
    (there / "becomes a folder.pdf").mkdir()
    run = run_batch(list(jobs.values()), tmp_path / "out", 2)
    assert {Path(one.file).stem: one.outcome for one in run.outcomes} == {
        "grows": "ok",
        "goes": "file_missing",
        "becomes a folder": "file_unreadable",
        "stays as it is": "ok",
    }
    read = {Path(one.file).stem: one.document_id for one in run.outcomes}
    assert read["grows"] == hashlib.sha256(grown).hexdigest(), "what was read is what is told, and kept"
    assert run.rows["documents"] == 2


@pytest.mark.parametrize("out", ["file", "file/below", "/proc/besshi"])
def test_an_output_that_cannot_be_is_told_before_anything_is_read(out: str, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a letter")
    done = extract(folder, "--out", tmp_path / out, "--workers", "1")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert (tmp_path / "file").read_text() == "a letter"


@pytest.mark.parametrize("taken", ["tables", "archive", "runs", "cache"])
def test_a_file_in_the_place_of_a_folder_of_the_output_is_told(taken: str, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / taken).write_text("a letter")
    done = extract(folder / " .pdf", "--out", out, "--workers", "1")
    assert "Traceback" not in done.stderr + done.stdout
    assert done.returncode in ((0,) if taken == "cache" else (1, 2))
    assert (out / taken).read_text() == "a letter"
    (out / taken).unlink()
    assert extract(folder / " .pdf", "--out", out, "--workers", "1").returncode == 0


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_result_that_cannot_be_shown_is_told_in_a_sentence(more: list[str], folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pipeline.command_line", "extract", str(folder / " .pdf"), "--lang", "en", *more]
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*command, "--out", str(tmp_path / "out")], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("What was to be shown could not be written (the disk is full)")
    assert (tmp_path / "out" / "tables" / "pages.parquet").exists()


def test_names_are_shown_as_they_are_where_they_do_no_harm() -> None:
    assert on_one_line("別紙　その１ a.pdf") == "別紙　その１ a.pdf"
    assert on_one_line("a\r\n\x1b[0m\u2028\u202e.pdf") == "a\\r\\n\\x1b[0m\\u2028\\u202e.pdf"
    assert as_text("\udcff\ud842.pdf") == "\N{REPLACEMENT CHARACTER}" * 2 + ".pdf"
