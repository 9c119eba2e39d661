"""The same bytes wherever documents are read and the output lies: S3, a Dask cluster, one that loses a worker."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas
import pytest
from conftest import ROOT
from dask_processes import Cluster, cluster
from killing import contents, write_small_pdfs
from prefect.settings import PREFECT_API_URL, temporary_settings
from s3_server import s3_server, s3_server_to_kill

from pipeline.batch import cluster as batch_cluster
from pipeline.batch.batch import Listener, plan, run_batch
from pipeline.batch.runs import Job, Outcome, Run
from pipeline.batch.workers import GIVE_UP
from pipeline.command_line import cli
from pipeline.storage import bytes_of, place, stamps
from pipeline.tables.read import read_table

DOCUMENTS = 16


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("papers") / "p"
    write_small_pdfs(folder, DOCUMENTS)
    return folder


@pytest.fixture(scope="module")
def local(papers: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of an ordinary run over the papers."""
    out = tmp_path_factory.mktemp("local") / "output"
    assert run_batch(plan([papers]), out, workers=2).exit_code == 1, "the documents that are cut off cannot be read"
    return out


def without_cache(found: dict[str, str]) -> dict[str, str]:
    return {name: digest for name, digest in found.items() if not name.startswith("cache/")}


def contents_at(address: str) -> dict[str, str]:
    """The hash of every file at an address that is not about a run, by its path."""
    out = place(address)
    names = [name for name in stamps(out) if not name.startswith("runs/")]
    return {name: hashlib.sha256(bytes_of(out / name)).hexdigest() for name in names}


def test_an_output_at_an_address_is_that_of_a_folder(
    local: Path, papers: Path, bucket: str, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"{bucket}/plain"
    command = ["extract", str(papers), "--out", address, "--workers", "2", "--json"]
    assert cli.main(command) == 1
    first = json.loads(capsys.readouterr().out)
    assert contents_at(address) == without_cache(contents(local))
    assert first["tables"] == f"{address}/tables"
    assert first["known"] == 0

    before = stamps(place(address) / "tables")
    assert cli.main(command) == 1
    second = json.loads(capsys.readouterr().out)
    assert second["known"] == len(second["documents"])
    assert stamps(place(address) / "tables") == before, "tables that nothing changed are not written again"
    assert second["rows"] == first["rows"]

    cases = pandas.read_parquet(f"{address}/tables/pages.parquet")
    pandas.testing.assert_frame_equal(cases, pandas.read_parquet(local / "tables" / "pages.parquet"))
    assert read_table(place(address), "pages").equals(read_table(local, "pages"))
    assert cli.main(["archive", "verify", "--out", address]) == 0

    # an address is read from, too: every document is found there, and known
    copies = f"{bucket}/inbox"
    for file in sorted(papers.glob("*.pdf"))[:3]:
        place(f"{copies}/{file.name}").write_bytes(file.read_bytes())
    capsys.readouterr()
    assert cli.main(["extract", copies, "--out", address, "--json"]) == 0
    third = json.loads(capsys.readouterr().out)
    assert [document["file"] for document in third["documents"]] == [f"{copies}/{n:03d}.pdf" for n in range(3)]
    assert third["known"] == 3


def test_a_cluster_that_loses_a_worker_gives_the_same_bytes(
    local: Path, papers: Path, bucket: str, tmp_path: Path
) -> None:
    address = f"{bucket}/cluster"
    environment = {**os.environ, "PREFECT_HOME": str(tmp_path / "prefect")}
    with cluster(tmp_path, workers=2) as dask:
        command = [sys.executable, "flows.py", str(papers), "--out", address, "--dask", dask.address, "--json"]
        running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        archive = place(address) / "archive"
        until = time.monotonic() + 240
        while sum(name.endswith("/record.json") for name in stamps(archive)) < 3:
            assert running.poll() is None, running.communicate()
            assert time.monotonic() < until
            time.sleep(0.2)
        dask.kill_a_worker()
        said, errors = running.communicate(timeout=240)
    assert running.returncode == 1, errors.decode()
    documents = json.loads(said)["documents"]
    assert contents_at(address) == without_cache(contents(local))
    assert len({document["file"] for document in documents}) == len(documents)
    alone = run_batch(plan([papers]), local)
    assert [document["outcome"] for document in documents] == [outcome.outcome for outcome in alone.outcomes]


def test_without_a_scheduler_the_command_says_what_to_do(
    papers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import flows

    monkeypatch.setenv("BESSHI_RUNNER", "here")  # what the option says must not outlive the test
    monkeypatch.setenv("BESSHI_DASK_ADDRESS", "")
    command = [str(papers), "--out", str(tmp_path / "o"), "--dask", "tcp://192.0.2.1:8786", "--lang", "en"]
    assert flows.main(command) == 2
    assert "PREFECT_API_URL" in capsys.readouterr().err

    monkeypatch.setattr(batch_cluster, "ANSWER", 0.5)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # taken, and nobody listens
        command[4] = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        assert flows.main(command) == 2
        said = capsys.readouterr().err
        assert said.startswith("No Dask scheduler answers at tcp://127.0.0.1:"), "no flow has begun and failed"
        assert said.count("\n") == 1
        free.listen()
        batch_cluster.must_answer(command[4])


def test_a_cluster_without_workers_and_one_that_is_none_are_told_in_a_sentence(
    papers: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import flows

    monkeypatch.setenv("BESSHI_RUNNER", "here")
    monkeypatch.setenv("BESSHI_DASK_ADDRESS", "")
    monkeypatch.setattr(batch_cluster, "PATIENCE", 3)
    command = [str(papers), "--out", str(tmp_path / "o"), "--lang", "en", "--dask"]
    with cluster(tmp_path, workers=0) as dask:
        batch_cluster.must_answer(dask.address)
        assert flows.main([*command, dask.address]) == 2
        said = capfd.readouterr()
        assert said.err.startswith(f"The Dask scheduler at {dask.address} has no workers (")
        assert (said.out, said.err.count("\n")) == ("", 1)
    for address in ("tcp://no-such-host.invalid:8786", "rubbish"):
        with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
            assert flows.main([*command, address]) == 2
        said = capfd.readouterr()
        assert said.err.startswith(f"No Dask scheduler answers at {address} (")
        assert (said.out, said.err.count("\n")) == ("", 1)
    assert not (tmp_path / "o" / "runs").exists(), "no flow has begun"


def test_a_storage_that_goes_away_ends_the_run_soon_and_in_words(
    papers: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with s3_server_to_kill() as (address, kill):

        class Stopping(Listener):
            done = 0

            def on_done(self, job: Job, outcome: Outcome) -> None:
                del job, outcome
                self.done += 1
                if self.done == 3:
                    kill()

        def until_it_stops(paths: object, jobs: Sequence[Job], out: Path, *_: object) -> Run:
            del paths
            return run_batch(jobs, out, 1, Stopping())

        code = cli.main(["extract", str(papers), "--out", f"{address}/o", "--json"], batch=until_it_stops)
    said = capfd.readouterr()
    told = json.loads(said.out)
    outcomes = [document["outcome"] for document in told["documents"]]
    assert (code, said.err) == (1, "")
    assert outcomes.count("io_error") == GIVE_UP
    assert outcomes.count("stopped") == len(outcomes) - 3 - GIVE_UP > 3, "what comes after is not tried"
    assert told["tables_error"]


def wait_for_a_worker(dask: Cluster) -> None:
    """With more patience than a run is to have with a scheduler that is gone."""
    import distributed

    with distributed.Client(dask.address, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(1, timeout=60)


def test_a_scheduler_that_dies_costs_what_was_not_finished_and_the_next_run_ends_it(
    local: Path,
    papers: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import flows

    monkeypatch.setenv("BESSHI_RUNNER", "here")
    monkeypatch.setenv("BESSHI_DASK_ADDRESS", "")
    monkeypatch.setattr(batch_cluster, "PATIENCE", 6)
    monkeypatch.setattr(batch_cluster, "AHEAD", 1)
    out = tmp_path / "o"

    def kill_in_the_middle(dask: Cluster) -> None:
        while sum(name.endswith("/record.json") for name in stamps(out / "archive")) < 2:
            time.sleep(0.02)
        dask.kill_the_scheduler()

    with cluster(tmp_path, workers=1) as dask:
        wait_for_a_worker(dask)
        killing = threading.Thread(target=kill_in_the_middle, args=(dask,), daemon=True)
        killing.start()
        code = flows.main([str(papers), "--out", str(out), "--dask", dask.address, "--json"])
        killing.join()
    said = capfd.readouterr()
    told = json.loads(said.out)
    outcomes = [document["outcome"] for document in told["documents"]]
    assert (code, said.err) == (1, "")
    assert outcomes.count("cluster_lost") > 4
    assert told["rows"]["documents"] >= 2, "the tables hold what was read"
    again = run_batch(plan([papers]), out, workers=2)
    assert sum(outcome.known for outcome in again.outcomes) >= 2
    assert contents(out) == contents(local)


def test_the_plain_command_hands_a_cluster_over_to_prefect(papers: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PREFECT_HOME": str(tmp_path / "prefect"), "BESSHI_RUNNER": "nowhere"}
    command = [sys.executable, "-m", "pipeline.command_line", "extract", str(papers), "--out", str(tmp_path / "o")]
    done = subprocess.run([*command, "--lang", "en"], cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 2
    assert "nowhere is not possible; take here or dask" in done.stderr.decode()
    command += ["--dask", "tcp://192.0.2.1:8786", "--lang", "en"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 2
    assert "Prefect server" in done.stderr.decode()
