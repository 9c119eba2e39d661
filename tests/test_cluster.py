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
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas
import pytest
from conftest import ROOT
from dask_processes import Cluster, cluster
from killing import contents, write_small_pdfs
from s3_server import s3_server, s3_server_to_kill

from pipeline.batch import cluster as batch_cluster
from pipeline.batch.batch import Listener, plan, run_batch
from pipeline.batch.runs import Job, Outcome, Run
from pipeline.batch.workers import GIVE_UP
from pipeline.command_line import cli
from pipeline.storage import bytes_of, place, stamps
from pipeline.tables.read import read_table

DOCUMENTS = 16

Ran = subprocess.CompletedProcess[str]


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


def through_flows(command: Sequence[str], folder: Path, *, prefect: str = "", **seconds: float) -> Ran:
    """What `python flows.py` says, in a process and with a Prefect of its own, and with less patience (`pipeline.batch.
    cluster`) than people have. `prefect`: the address of a server that is named."""
    settings = "; ".join(["pass", *(f"cluster.{name} = {value}" for name, value in seconds.items())])
    code = f"from pipeline.batch import cluster; {settings}; import flows, sys; sys.exit(flows.main(sys.argv[1:]))"
    environment = {**os.environ, "PREFECT_HOME": str(folder / "prefect"), "PREFECT_API_URL": prefect}
    return subprocess.run(
        [sys.executable, "-c", code, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


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


@contextmanager
def answering(first: bytes) -> Iterator[str]:
    """The address of something that takes connections and is no scheduler; `first` is what it says by itself."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with suppress(OSError):  # when the block ends
                while True:
                    taken.append(listening.accept()[0])
                    taken[-1].sendall(first)

        taken: list[socket.socket] = []
        threading.Thread(target=answer, daemon=True).start()
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    for each in taken:
        each.close()


@pytest.mark.parametrize("first", [b"", b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"], ids=["silent", "of another kind"])
def test_what_answers_and_is_no_scheduler_is_told_in_a_sentence(papers: Path, tmp_path: Path, first: bytes) -> None:
    with answering(first) as address:
        command = [str(papers), "--out", str(tmp_path / "o"), "--lang", "en", "--dask", address]
        ran = through_flows(command, tmp_path, PATIENCE=3, PARTING=1)
    assert ran.returncode == 2
    assert ran.stderr.startswith(f"No Dask scheduler answers at {address} (")
    assert (ran.stdout, ran.stderr.count("\n")) == ("", 1)


def test_without_a_scheduler_the_command_says_what_to_do(
    papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [str(papers), "--out", str(tmp_path / "o"), "--dask", "tcp://192.0.2.1:8786", "--lang", "en"]
    ran = through_flows(command, tmp_path)
    assert ran.returncode == 2
    assert "PREFECT_API_URL" in ran.stderr

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # taken, and nobody listens
        command[4] = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        ran = through_flows(command, tmp_path, ANSWER=0.5)
        assert ran.returncode == 2
        assert ran.stderr.startswith("No Dask scheduler answers at tcp://127.0.0.1:"), "no flow has begun and failed"
        assert ran.stderr.count("\n") == 1
        free.listen()
        monkeypatch.setattr(batch_cluster, "ANSWER", 0.5)
        batch_cluster.must_answer(command[4])


def test_a_cluster_without_workers_and_one_that_is_none_are_told_in_a_sentence(papers: Path, tmp_path: Path) -> None:
    command = [str(papers), "--out", str(tmp_path / "o"), "--lang", "en", "--dask"]
    with cluster(tmp_path, workers=0) as dask:
        batch_cluster.must_answer(dask.address)
        ran = through_flows([*command, dask.address], tmp_path, PATIENCE=3)
        assert ran.returncode == 2
        assert ran.stderr.startswith(f"The Dask scheduler at {dask.address} has no workers (")
        assert (ran.stdout, ran.stderr.count("\n")) == ("", 1)
    for address in ("tcp://no-such-host.invalid:8786", "rubbish"):
        ran = through_flows([*command, address], tmp_path, prefect="http://127.0.0.1:9/api", PATIENCE=3)
        assert ran.returncode == 2
        assert ran.stderr.startswith(f"No Dask scheduler answers at {address} (")
        assert (ran.stdout, ran.stderr.count("\n")) == ("", 1)
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
    local: Path, papers: Path, tmp_path: Path
) -> None:
    out = tmp_path / "o"

    def kill_in_the_middle(dask: Cluster) -> None:
        while sum(name.endswith("/record.json") for name in stamps(out / "archive")) < 2:
            time.sleep(0.02)
        dask.kill_the_scheduler()

    with cluster(tmp_path, workers=1) as dask:
        wait_for_a_worker(dask)
        killing = threading.Thread(target=kill_in_the_middle, args=(dask,), daemon=True)
        killing.start()
        command = [str(papers), "--out", str(out), "--dask", dask.address, "--json"]
        ran = through_flows(command, tmp_path, PATIENCE=6, AHEAD=1)
        killing.join()
    told = json.loads(ran.stdout)
    outcomes = [document["outcome"] for document in told["documents"]]
    assert (ran.returncode, ran.stderr) == (1, "")
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
