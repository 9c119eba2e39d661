"""What one document may cost, and what a worker may do: each limit reached on purpose, by real documents."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT, SAMPLE
from hostile.making import SOUND, cmap, deflated, made, stream

from pipeline.batch.batch import plan, run_batch
from pipeline.batch.limits import BadLimit, Limits
from pipeline.batch.runs import Job, Outcome
from pipeline.batch.watched import Worker, _resident, family
from pipeline.batch.workers import WorkerPool
from pipeline.command_line.cli import main

LOOP = made(o8=b"8 0 R")
"""A page whose content is itself: the library below looks for it for ever."""

SWELLING = made(
    o5=stream(cmap(more=b"1 beginbfchar <0001> <" + b"6771" * 100_000 + b"> endbfchar")),
    o8=stream(b"BT /F1 1 Tf 1 0 0 1 50 250 Tm <" + b"0001" * 20_000 + b"> Tj ET"),
)
"""500 kB of which each of 20,000 characters becomes 100,000."""


def read(data: bytes, folder: Path, limits: Limits) -> Outcome:
    path = folder / "one.pdf"
    path.write_bytes(data)
    with WorkerPool(folder / "out", 1, limits) as pool:
        return pool.run(Job(str(path), path.name))


# ---- what a document may cost


def test_processor_time_ends_a_loop(tmp_path: Path) -> None:
    outcome = read(LOOP, tmp_path, Limits(step_seconds=1, patience=60))
    assert (outcome.outcome, outcome.detail) == ("timed_out", "killed by SIGXCPU")
    assert "時間内" in outcome.sentence("ja")


def test_wall_time_ends_whatever_does_not_move(tmp_path: Path) -> None:
    outcome = read(LOOP, tmp_path, Limits(step_seconds=1000, patience=0.002))
    assert (outcome.outcome, outcome.detail) == ("timed_out", "")
    assert 2 <= outcome.seconds < 20


def test_memory_ends_what_swells(tmp_path: Path) -> None:
    outcome = read(SWELLING, tmp_path, Limits(memory=400 * 1024**2))
    assert outcome.outcome == "out_of_memory"
    assert outcome.seconds < 60


def test_want_of_memory_is_named_where_a_library_wraps_it(tmp_path: Path) -> None:
    outcome = read(made(o8=deflated(b" " * 700_000_000)), tmp_path, Limits(memory=500 * 1024**2))
    assert outcome.outcome == "out_of_memory"
    assert "MemoryError" in outcome.detail


def test_a_page_that_needs_too_much_memory_at_once_costs_that_page_alone(tmp_path: Path) -> None:
    two = made(
        o2=b"<< /Type /Pages /Kids [7 0 R 10 0 R] /Count 2 >>",
        o10=b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Contents 11 0 R /Resources 9 0 R >>",
        o11=deflated(b" " * 700_000_000),
    )
    outcome = read(two, tmp_path, Limits(memory=500 * 1024**2))
    assert (outcome.outcome, outcome.pages) == ("partial", 2)
    assert outcome.findings["page_unreadable"] == 1


def test_pages_and_bytes_are_counted(tmp_path: Path) -> None:
    three = made(o2=b"<< /Type /Pages /Kids [7 0 R 7 0 R 10 0 R 11 0 R] /Count 4 >>", o10=PAGE, o11=PAGE)
    assert read(three, tmp_path, Limits(pages=3)).outcome == "ok"
    outcome = read(three, tmp_path, Limits(pages=2))
    assert (outcome.outcome, outcome.detail) == ("too_large", "3 pages, 2 allowed")
    outcome = read(SOUND, tmp_path, Limits(bytes=100))
    assert (outcome.outcome, outcome.detail) == ("too_large", f"{len(SOUND)} bytes, 100 allowed")


PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Contents 8 0 R /Resources 9 0 R >>"


def test_one_that_goes_over_a_limit_costs_the_others_nothing(tmp_path: Path) -> None:
    for name, data in (("a.pdf", SOUND), ("b.pdf", LOOP), ("c.pdf", SWELLING), ("d.pdf", SOUND + b"\n")):
        (tmp_path / name).write_bytes(data)
    run = run_batch(plan([tmp_path]), tmp_path / "out", 1, limits=Limits(step_seconds=4, memory=400 * 1024**2))
    assert [outcome.outcome for outcome in run.outcomes] == ["ok", "timed_out", "out_of_memory", "ok"]
    assert run.rows["documents"] == 2


def test_limits_grow_with_the_pages_up_to_a_bound() -> None:
    limits = Limits(step_seconds=60, page_seconds=20, patience=3, most_seconds=7200)
    assert limits.step_wall() == 180
    assert limits.total_wall(0) == 180
    assert limits.total_wall(10) == 780
    assert limits.total_wall(10_000) == 7200
    assert Limits().step_wall() < 600, "a loop costs less than ten minutes"


def test_limits_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Limits.from_environment({}) == Limits()
    assert Limits.from_environment({"BESSHI_LIMIT_PAGES": "7", "BESSHI_LIMIT_STEP_SECONDS": "1.5"}) == Limits(
        pages=7, step_seconds=1.5
    )
    for wrong in ("0", "-3", "many", "1.5", "nan"):
        with pytest.raises(BadLimit, match="BESSHI_LIMIT_PAGES"):
            Limits.from_environment({"BESSHI_LIMIT_PAGES": wrong})
    (tmp_path / "one.pdf").write_bytes(SOUND)
    monkeypatch.setenv("BESSHI_LIMIT_BYTES", "10")
    assert main(["extract", str(tmp_path / "one.pdf"), "--out", str(tmp_path / "o")]) == 1
    monkeypatch.setenv("BESSHI_LIMIT_BYTES", "lots")
    assert main(["extract", str(tmp_path / "one.pdf"), "--out", str(tmp_path / "o")]) == 2


# ---- workers


def test_a_worker_reads_many_documents_and_one_that_died_is_replaced(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.pdf" for number in range(4)]
    for number, file in enumerate(files):
        file.write_bytes(SOUND + b"\n" * number)
    seen: list[int] = []
    with WorkerPool(tmp_path / "out", 1) as pool:

        def note(*_: int) -> None:
            seen.extend(worker.process.pid for worker in pool._watch.workers)

        def kill_the_first(*_: int) -> None:
            note()
            if len(set(seen)) == 1:
                os.kill(seen[0], signal.SIGKILL)

        calls = (note, note, kill_the_first, note)
        outcomes = [pool.run(Job(str(file), file.name), call) for file, call in zip(files, calls, strict=True)]
    # The third died in a worker that had read others: it is read once more in a fresh one before it is judged.
    assert [outcome.outcome for outcome in outcomes] == ["ok"] * 4
    assert len(set(seen)) == 2


def test_memory_is_that_of_all_that_a_worker_started() -> None:
    child = "import sys, time; held = bytearray(90_000_000); print(flush=True); time.sleep(60)"
    shell = subprocess.Popen(["sh", "-c", f"'{sys.executable}' -c '{child}'; true"], stdout=subprocess.PIPE)
    try:
        assert shell.stdout is not None
        shell.stdout.readline()
        started = family(shell.pid)
        assert sum(_resident(pid) for pid in started) > 90_000_000 > _resident(shell.pid)
    finally:
        for pid in started:
            os.kill(pid, signal.SIGKILL)
        shell.wait()
    assert _resident(shell.pid) == 0


def test_the_parent_loads_nothing_that_parses_pdfs(tmp_path: Path) -> None:
    (tmp_path / "one.pdf").write_bytes(SOUND)
    program = (
        "import sys; from pathlib import Path; from pipeline.batch.batch import plan, run_batch\n"
        f"run = run_batch(plan([{str(tmp_path)!r}]), Path({str(tmp_path / 'out')!r}))\n"
        "assert [one.outcome for one in run.outcomes] == ['ok'] and run.rows['documents'] == 1\n"
        "print(sorted({'pdfplumber', 'pdfminer', 'pypdfium2', 'cv2', 'PIL', 'rapidocr'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "one.pdf").write_bytes(LOOP)
    own = tmp_path / "tmp"
    own.mkdir()
    program = (
        "import sys; from pathlib import Path; from pipeline.batch.batch import plan, run_batch\n"
        f"run_batch(plan([{str(tmp_path)!r}]), Path({str(tmp_path / 'out')!r}))\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env={**os.environ, "TMPDIR": str(own)})
    within(30, lambda: len(family(parent.pid)) == 2 and _resident(family(parent.pid)[1]) > 50_000_000)
    worker = family(parent.pid)[1]
    parent.kill()
    parent.wait()
    within(20, lambda: _resident(worker) == 0)
    assert list(own.iterdir()) == []


def within(seconds: float, happens: object) -> None:
    deadline = time.monotonic() + seconds
    while not happens():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)


# ---- no network


NETWORK = """
import ctypes, json, socket, sys
from pipeline.batch import sandbox
port, way = int(sys.argv[1]), sys.argv[2]
held = getattr(sandbox, way)()
found = {"held": bool(held)}
libc = ctypes.CDLL(None, use_errno=True)
address = bytes([2, 0, port >> 8, port & 255, 127, 0, 0, 1]) + bytes(8)
made = libc.socket(2, 1, 0)
found["native"] = made >= 0 and libc.connect(made, address, 16) == 0
try:
    socket.create_connection(("127.0.0.1", port), 5).close()
    found["python"] = True
except OSError:
    found["python"] = False
one, other = socket.socketpair()
one.sendall(b"x")
found["local"] = other.recv(1) == b"x"
print(json.dumps(found))
"""


@pytest.mark.parametrize("way", ["_namespace", "_filter", "without_network"])
def test_a_way_that_says_it_holds_keeps_native_code_from_the_network(way: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        command = [sys.executable, "-c", NETWORK, str(server.getsockname()[1]), way]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["local"] is True, "what stays within the machine's own processes is let be"
    if way == "without_network":
        assert found["python"] is False, "the audit hook holds everywhere"
    else:
        assert found["native"] is found["python"] is (not found["held"])


def test_a_worker_is_confined_as_doctor_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--json", "--lang", "en"])
    pieces = {piece["name"]: piece for piece in json.loads(capsys.readouterr().out)["pieces"]}
    ways = pieces["workers without network"]["found"]
    assert "audit hook" in ways
    assert pieces["workers without network"]["ok"] is ("namespace" in ways or "seccomp" in ways)
    seen: dict[str, object] = {}

    def look(*_: int) -> None:
        pid = pool._watch.workers[0].process.pid
        status = Path(f"/proc/{pid}/status").read_text()
        seen["filtered"] = "Seccomp:\t2" in status
        seen["apart"] = os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net")
        seen["core"] = resource.prlimit(pid, resource.RLIMIT_CORE)
        seen["seconds"] = resource.prlimit(pid, resource.RLIMIT_CPU)[0]
        seen["memory"] = resource.prlimit(pid, resource.RLIMIT_AS)[0]

    with WorkerPool(tmp_path, 1) as pool:
        pool.run(Job(str(SAMPLE), SAMPLE.name), look)
    assert seen["filtered"] is ("seccomp" in ways)
    assert seen["apart"] is ("namespace" in ways)
    assert seen["core"] == (0, 0)
    assert 0 < int(str(seen["seconds"])) < 3600
    assert Limits().memory < int(str(seen["memory"])) < 4 * Limits().memory


def test_a_worker_gives_the_memory_of_pictures_back_at_once_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def threshold() -> int:
        worker = Worker()
        try:
            while not (said := Path(f"/proc/{worker.process.pid}/environ").read_bytes()):
                time.sleep(0.01)  # it is about to become another program
        finally:
            worker.kill()
        return next(
            int(one.partition(b"=")[2]) for one in said.split(b"\0") if one.startswith(b"MALLOC_MMAP_THRESHOLD_=")
        )

    monkeypatch.delenv("MALLOC_MMAP_THRESHOLD_", raising=False)
    assert threshold() == 4 * 1024**2
    monkeypatch.setenv("MALLOC_MMAP_THRESHOLD_", "65536")
    assert threshold() == 65536
