"""Only what is new is read: the bytes, the version and the settings decide, and what failed is known too."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from hostile.making import SOUND

from pipeline.archive.archive import folder_of
from pipeline.batch.batch import known_ones, plan, run_batch
from pipeline.batch.known import files_that_read, fingerprint, is_said_in_rows, needs_reading, settings_of, version_now
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
    for damaged in (b'{"outcome": "o', b"[1]", b'{"of another version": 1}'):
        (folder / "record.json").write_bytes(damaged)
        assert needs_reading(out, folder.name, version_now(), settings_of(Limits())), damaged
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


def module_file(name: str) -> Path | None:
    """The file of one of our modules or packages."""
    place = ROOT / name.replace(".", "/")
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


def reached(name: str) -> dict[str, ast.Module]:
    """Our modules that one leads to by its imports, those within functions too, each as it is parsed."""
    found: dict[str, ast.Module] = {}
    waiting = [name]
    while waiting:
        one = waiting.pop()
        path = module_file(one)
        if one in found or path is None:
            continue
        found[one] = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(found[one]):
            if isinstance(node, ast.Import):
                waiting += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                waiting += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        waiting += [".".join(one.split(".")[:n]) for n in range(1, one.count(".") + 1)]
    return found


def test_all_code_that_a_reading_reaches_is_part_of_the_version() -> None:
    modules = reached("pipeline.documents.document")
    assert {"extractors.scans.reading", "extractors.scans.tesseract", "pipeline.tables.schema"} <= modules.keys()
    packages = {name for name in modules if module_file(name) == ROOT / name.replace(".", "/") / "__init__.py"}
    files = {module_file(name) for name in modules.keys() - packages}
    assert files <= set(files_that_read())
    for name in packages:  # a package says what it is and runs nothing
        assert all(isinstance(node, ast.Expr) for node in modules[name].body), name


def test_all_sentences_that_a_reading_says_are_part_of_the_version() -> None:
    said = [
        node.args[0]
        for tree in reached("pipeline.documents.document").values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "message"
    ]
    assert said
    for key in said:
        assert isinstance(key, ast.Constant)
        assert is_said_in_rows(key.value)


def test_all_data_that_a_reading_reads_is_part_of_the_version() -> None:
    code = (
        "import sys\n"
        "opened = []\n"
        "sys.addaudithook(lambda event, about: opened.append(str(about[0])) if event == 'open' else None)\n"
        "from pathlib import Path\n"
        "from pipeline.documents.document import extract_document\n"
        "from pipeline.extraction import Source\n"
        "data = Path('samples/r5q1-mixed-excerpt.pdf').read_bytes()\n"
        "extract_document(data, Source('a.pdf'))\n"
        "print(*{name for name in opened if name.endswith(('.toml', '.tsv'))}, sep='\\n')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    opened = {Path(name).resolve() for name in done.stdout.split("\n") if name}
    ours = {path for path in opened if path.is_relative_to(ROOT) and ".venv" not in path.parts}
    assert ROOT / "pipeline" / "tables" / "tables.toml" in ours
    assert ours - set(files_that_read()) <= {ROOT / "pipeline" / "messages.toml"}


def test_what_fetches_shows_and_writes_is_no_part_of_the_version() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in files_that_read()}
    assert not {
        name for name in names if name.startswith(("pipeline/night", "pipeline/command_line", "pipeline/archive"))
    }
    assert "pipeline/messages.toml" not in names
