"""Only what is new is read: the bytes, the version and the settings decide, and what failed is known too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hostile_pdfs import SOUND

from pipeline.archive.archive import folder_of
from pipeline.batch.batch import known_ones, plan, run_batch
from pipeline.batch.known import fingerprint, needs_reading, settings_of, version_now
from pipeline.batch.limits import Limits
from pipeline.command_line.cli import main


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """One document that can be read, one that cannot."""
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(SOUND)
    (folder / "b.pdf").write_text("<html>")
    return folder


def read_at(out: Path) -> dict[str, int]:
    """When each document's record was written, in nanoseconds."""
    return {path.parent.name: path.stat().st_mtime_ns for path in out.glob("archive/*/record.json")}


def test_a_second_run_reads_nothing_and_says_the_same(papers: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = run_batch(plan([papers]), out, 1)
    before, tables = read_at(out), [path.stat().st_mtime_ns for path in sorted((out / "tables").iterdir())]
    second = run_batch(plan([papers]), out, 1)
    assert read_at(out) == before
    assert [path.stat().st_mtime_ns for path in sorted((out / "tables").iterdir())] == tables
    assert [one.known for one in first.outcomes] == [False, False]
    assert [one.known for one in second.outcomes] == [True, True]
    assert [one.outcome for one in second.outcomes] == ["ok", "not_a_pdf"]
    for one, other in zip(first.outcomes, second.outcomes, strict=True):
        spent = {"seconds": 0, "peak_memory": 0}
        assert {**one.row(), **spent, "known": True} == {**other.row(), **spent}
    assert (second.rows, second.exit_code) == (first.rows, 1)


def test_again_reads_all_of_it(papers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "out")
    assert main(["extract", str(papers), "--out", out, "--workers", "1"]) == 1
    before = read_at(tmp_path / "out")
    capsys.readouterr()
    assert main(["extract", str(papers), "--out", out, "--workers", "1"]) == 1
    assert "うち 2 件は前に読んだまま" in capsys.readouterr().out
    assert main(["extract", str(papers), "--out", out, "--workers", "1", "--again", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["known"] == 0
    after = read_at(tmp_path / "out")
    assert after.keys() == before.keys()
    assert all(after[name] > before[name] for name in before)


def test_what_decides_is_bytes_version_and_settings(papers: Path, tmp_path: Path) -> None:
    out, (good, bad) = tmp_path / "out", plan([papers])
    now, settings = version_now(), settings_of(Limits())
    assert good.document_id
    assert bad.document_id
    assert needs_reading(out, good.document_id, now, settings)
    run_batch([good, bad], out)
    for document_id in (good.document_id, bad.document_id):
        assert not needs_reading(out, document_id, now, settings)
        assert needs_reading(out, document_id, "another", settings)
        assert needs_reading(out, document_id, now, settings_of(Limits(pages=5)))
        assert needs_reading(out, "0" * 64, now, settings)
    assert set(known_ones([good, bad], out, Limits())) == {good, bad}
    assert known_ones([good, bad], out, Limits(pages=5)) == {}


def test_what_another_version_left_is_read_again_and_what_failed_is_tried_again(papers: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_batch(plan([papers]), out, 1)
    for record in (out / "archive").glob("*/record.json"):
        left = json.loads(record.read_bytes())
        assert left["version"] == version_now()
        record.write_text(json.dumps({**left, "version": "the one before"}))
    run = run_batch(plan([papers]), out, 1)
    assert [one.known for one in run.outcomes] == [False, False]


@pytest.mark.parametrize("lost", ["record.json", "rows.json", "document.pdf"])
def test_what_was_interrupted_or_lost_is_read_again(lost: str, papers: Path, tmp_path: Path) -> None:
    out, jobs = tmp_path / "out", plan([papers / "a.pdf"])
    run_batch(jobs, out, 1)
    folder = folder_of(out, str(jobs[0].document_id))
    whole = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / lost).unlink()
    assert run_batch(jobs, out, 1).outcomes[0].known is False
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == whole
    (folder / "record.json").write_bytes(b'{"outcome": "o')
    assert run_batch(jobs, out, 1).outcomes[0].known is False


def test_a_known_document_under_another_name_is_noted(papers: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_batch(plan([papers / "a.pdf"]), out)
    (papers / "A first.pdf").write_bytes(SOUND)
    run = run_batch(plan([papers / "A first.pdf"]), out)
    assert run.outcomes[0].known
    sources = json.loads((folder_of(out, str(run.outcomes[0].document_id)) / "sources.json").read_bytes())
    assert [source["file_name"] for source in sources] == ["A first.pdf", "a.pdf"]


def test_a_fingerprint_is_of_the_values() -> None:
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1}) != fingerprint({"a": 1, "b": 3})
    assert fingerprint(Limits()) == fingerprint(Limits()) != fingerprint(Limits(pixels=5))
    assert fingerprint({"cache_folder": "x"}) == fingerprint({"cache_folder": "y"})
