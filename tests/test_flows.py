"""The batch through Prefect: the same tables, a name that says what it reads, retries, a closing artifact."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from conftest import ROOT, SAMPLE
from pdfs import pdf_bytes, show
from prefect_answers import from_server

from pipeline.batch.batch import plan
from pipeline.batch.runs import Outcome
from pipeline.batch.shared_pool import end_here

WORDS = "事業名を読む"


@pytest.fixture(scope="module", autouse=True)
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Prefect's own data apart from the project's; set before Prefect is imported."""
    os.environ["PREFECT_HOME"] = str(tmp_path_factory.mktemp("prefect"))
    yield
    del os.environ["PREFECT_HOME"]


@contextmanager
def blocked_archive(out: Path) -> Iterator[Path]:
    """A file where the archive's folder should be: keeping a document fails, as on a disk that went away."""
    out.mkdir()
    archive = out / "archive"
    archive.touch()
    yield archive


def answers(url: str) -> bool:
    """Whether a Prefect server is there."""
    try:
        return httpx.get(f"{url}/health", timeout=5).json() is True
    except httpx.TransportError:
        return False


def small_pdf(folder: Path) -> Path:
    path = folder / "small.pdf"
    path.write_bytes(pdf_bytes(show(WORDS, WORDS, 50, 200, 12), characters=WORDS))
    return path


def test_the_flow_gives_the_command_lines_tables_and_says_what_it_read(out: Path, tmp_path: Path) -> None:
    import flows

    folder = tmp_path / "papers"
    folder.mkdir()
    shutil.copy(SAMPLE, folder / SAMPLE.name)
    (folder / "empty.pdf").touch()
    (folder / "web|page.pdf").write_text("<html>")
    through = tmp_path / "output"
    run = flows.extract_reports([str(folder)], str(through), workers=2, lang="en")
    assert run.exit_code == 1
    assert [outcome.outcome for outcome in run.outcomes] == ["empty_file", "ok", "not_a_pdf"]
    for table in sorted((out / "tables").iterdir()):
        assert (through / "tables" / table.name).read_bytes() == table.read_bytes(), table.name

    artifact = from_server("/artifacts/extract-reports/latest")
    assert "1 read, 2 not read" in artifact["data"]
    assert "| cases | 30 |" in artifact["data"]
    assert "web\\|page.pdf: This is not a PDF" in artifact["data"]
    assert from_server(f"/flow_runs/{artifact['flow_run_id']}")["name"] == f"papers → {through}"


def test_a_failure_that_passes_is_tried_again(tmp_path: Path) -> None:
    import flows

    with blocked_archive(tmp_path / "o") as in_the_way:
        attempts: list[str] = []

        def unblock(file: str, done: int, total: int) -> None:
            """Clears the way when the first page is read for the second time."""
            del done, total
            attempts.append(file)
            if len(attempts) == 2:
                in_the_way.unlink(missing_ok=True)
                in_the_way.mkdir(exist_ok=True)

        (job,) = plan([small_pdf(tmp_path)])
        terms = flows.terms_of(tmp_path / "o", 1, [job])
        flows.page_listeners[terms.run] = unblock
        try:
            outcome: Outcome = flows.read_document(job, terms)
        finally:
            del flows.page_listeners[terms.run]
            done = end_here(terms.run)
    assert outcome.outcome == "ok"
    assert done == {job: outcome}
    assert attempts == [job.file, job.file]


def test_a_failure_that_stays_is_a_row_of_the_record_and_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import flows

    with blocked_archive(tmp_path / "o"):
        assert flows.main([str(small_pdf(tmp_path)), "--out", str(tmp_path / "o")]) == 1
    printed = capsys.readouterr().out
    assert "0 件を読み取り、1 件は読めませんでした" in printed
    assert "ディスクの空き" in printed


def test_the_server_of_a_run_ends_with_it_and_knows_how_every_task_ended(tmp_path: Path) -> None:
    import flows
    from pipeline.batch import own_server

    papers = tmp_path / "papers"
    papers.mkdir()
    for number in range(7):
        (papers / f"{number}.pdf").write_bytes(small_pdf(tmp_path).read_bytes() + b"%" * number)
    with flows.prefect_server():
        url = str(flows.PREFECT_API_URL.value())
        assert own_server.is_own(url)
        assert flows.main([str(papers), "--out", str(tmp_path / "o"), "--workers", "2"]) == 0
    assert not answers(url)
    runs = {run["name"]: run for run in from_server("/flow_runs/filter", {"sort": "EXPECTED_START_TIME_ASC"})}
    run = runs[f"papers → {tmp_path / 'o'}"]
    assert run["state_type"] == "COMPLETED"
    tasks = from_server("/task_runs/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})
    assert sorted((task["name"], task["state_type"]) for task in tasks) == [(f"{n}.pdf", "COMPLETED") for n in range(7)]
    assert all(task["start_time"] < task["end_time"] for task in tasks)
    states = from_server(f"/task_run_states/?task_run_id={tasks[0]['id']}")
    assert [state["type"] for state in states] == ["COMPLETED"]


def test_the_server_of_a_run_that_is_killed_ends_too(tmp_path: Path) -> None:
    code = (
        "import flows, time\n"
        "with flows.prefect_server(): print(flows.PREFECT_API_URL.value(), flush=True); time.sleep(600)"
    )
    there = {**os.environ, "PREFECT_HOME": str(tmp_path / "home")}
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=there, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        url = run.stdout.readline().strip()
        assert answers(url)
        run.kill()
    until = time.monotonic() + 20
    while answers(url) and time.monotonic() < until:
        time.sleep(0.1)
    assert not answers(url)


def test_an_output_that_fails_the_flow_is_told_once_and_in_a_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import flows

    out = tmp_path / "o"
    out.mkdir()
    (out / "runs").touch()
    assert flows.main([str(small_pdf(tmp_path)), "--out", str(out), "--lang", "en"]) == 2
    said = capfd.readouterr()
    assert said.err.startswith(f"Cannot write to {out} (something of this name is there already)")
    assert (said.out, said.err.count("\n")) == ("", 1)


def test_wrong_usage_never_starts_the_flow(capsys: pytest.CaptureFixture[str]) -> None:
    import flows

    assert flows.main(["/nowhere.pdf"]) == 2
    assert "/nowhere.pdf" in capsys.readouterr().err


def test_telemetry_is_off() -> None:
    import flows  # noqa: F401 -- sets it

    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert os.environ["DO_NOT_TRACK"] == "1"
