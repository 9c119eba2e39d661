"""Whenever a run is killed, whoever else runs, and when the disk is full: nothing half-written, nothing twice.

`benchmarks/crash.py` kills many more runs.
"""

from __future__ import annotations

import datetime
import json
import os
import secrets
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from conftest import ROOT
from hostile.making import SOUND
from killing import contents, killed_run, moments, start, whole_run, write_small_pdfs

from pipeline.batch.batch import plan, run_batch
from pipeline.batch.run_lock import Held, Holder, run_lock

DOCUMENTS = 6


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crash") / "papers"
    write_small_pdfs(folder, DOCUMENTS)
    return folder


@pytest.fixture(scope="module")
def undisturbed(papers: Path) -> dict[str, str]:
    out = papers.parent / "undisturbed"
    whole_run(papers, out)
    return contents(out)


def test_a_run_that_was_killed_ends_with_the_bytes_of_one_that_was_not(
    papers: Path, undisturbed: dict[str, str], tmp_path: Path
) -> None:
    seed = secrets.token_hex(4)
    out = tmp_path / "out"
    for moment in moments(3, len(undisturbed), seed):
        killed_run(papers, out, moment)  # one after the other, on what the last one left
    whole_run(papers, out)
    assert contents(out) == undisturbed, f"seed {seed}"


def test_two_runs_at_once_end_with_the_bytes_of_one(papers: Path, undisturbed: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    both = [start(papers, out), start(papers, out)]
    assert [run.wait(300) for run in both] == [1, 1]
    assert contents(out) == undisturbed
    records = [json.loads(path.read_bytes()) for path in sorted((out / "runs").glob("*.json"))]
    assert sorted(record["known"] for record in records) == [0, DOCUMENTS], "the second waited, and read nothing twice"


# ---- the lock


def test_a_second_run_says_who_holds_the_lock_and_waits(papers: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "pipeline.command_line",
        "extract",
        str(papers),
        "--out",
        str(out),
        "--lang",
        "en",
    ]
    with run_lock(out, "2026-01-02T03:04:05+00:00"):
        second = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert second.stderr is not None
        said = second.stderr.readline()
        assert f"process {os.getpid()} on " in said
        assert "since 2026-01-02T03:04:05+00:00" in said
        with pytest.raises(subprocess.TimeoutExpired):
            second.wait(1)
        assert not (out / "archive").exists()
    second.communicate(timeout=300)
    assert second.returncode == 1
    assert (out / "tables" / "documents.parquet").exists()


def test_the_lock_is_free_after_its_holder_was_killed(tmp_path: Path) -> None:
    program = (
        "import os; from pathlib import Path; from pipeline.batch.run_lock import run_lock\n"
        f"with run_lock(Path({str(tmp_path)!r}), 'then'): os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == -9
    with run_lock(tmp_path, "now", wait=False):
        pass


def test_one_who_will_not_wait_is_told_who_holds_it(tmp_path: Path) -> None:
    told = json.dumps(str(tmp_path))
    program = (
        "from pathlib import Path; from pipeline.batch.run_lock import Held, run_lock\n"
        f"try:\n    with run_lock(Path({told}), 'now', wait=False): pass\n"
        "except Held as held: print(held.holder.pid, held.holder.since)"
    )
    command = [sys.executable, "-c", program]
    with run_lock(tmp_path, "then"), run_lock(tmp_path, "then, within"):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert done.stdout.split() == [str(os.getpid()), "then"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert (tmp_path / "runs" / ".lock").read_bytes() == b""


# ---- a full disk

# A process that may write no file above 30 kB fails as on a disk that is full, in the middle of a file.
LITTLE_ROOM = """
import resource, signal, sys
from pipeline.command_line.cli import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
sys.exit(main(["extract", sys.argv[1], "--out", sys.argv[2], "--workers", "1", "--lang", "en", *sys.argv[3:]]))
"""


def with_little_room(folder: Path, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LITTLE_ROOM, str(folder), str(out), *more]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_full_disk_is_a_clear_stop_and_the_tables_of_yesterday_are_whole(tmp_path: Path) -> None:
    out, folder = tmp_path / "out", tmp_path / "papers"
    folder.mkdir()
    (folder / "yesterday.pdf").write_bytes(SOUND)
    run_batch(plan([folder]), out, 1)
    before = contents(out)
    large = SOUND + b"\n" + b"%" * 100_000
    (folder / "a.pdf").write_bytes(large + b"%" * 9)  # the largest is read first
    for number in range(3):
        (folder / f"b{number}.pdf").write_bytes(large + b"%" * (number + 1))
    done = with_little_room(folder, out, "--json")
    assert done.returncode == 1, done.stderr
    said = json.loads(done.stdout)
    outcomes = [row["outcome"] for row in said["documents"]]
    assert (outcomes[0], said["disk_full"]) == ("disk_full", True)
    assert set(outcomes[1:]) <= {"disk_full", "stopped", "ok"}, "what comes after is not tried"
    assert "stopped" in outcomes
    assert contents(out) == before
    done = with_little_room(folder, out)
    assert "Stopped because the disk is full" in done.stdout
    assert "Traceback" not in done.stderr
    run = run_batch(plan([folder]), out, 1)
    assert [one.outcome for one in run.outcomes] == ["ok"] * 5
    assert run.rows["documents"] == 5


def test_what_holds_the_lock_names_itself() -> None:
    holder = Holder(1, "here", datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC).isoformat())
    assert str(holder.pid) in str(Held(holder))


def test_the_lock_may_be_taken_from_two_threads_of_one_run(tmp_path: Path) -> None:
    inside = threading.Event()

    def again() -> None:
        with run_lock(tmp_path, "now"):
            inside.set()

    with run_lock(tmp_path, "now"):
        thread = threading.Thread(target=again)
        thread.start()
        assert inside.wait(10)
        thread.join()
