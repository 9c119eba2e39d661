"""Runs that are killed at a moment chosen by chance, started again, and compared with one that nobody disturbed."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from hostile.making import GRID, LINE, WORDS, made, stream

ROOT = Path(__file__).resolve().parents[1]


class Moment(NamedTuple):
    """So many seconds after so many files were there."""

    files: int
    seconds: float


def write_small_pdfs(folder: Path, count: int) -> None:
    """So many small documents, no two alike; every fifth is cut off, so that it cannot be read."""
    folder.mkdir(parents=True)
    for number in range(count):
        data = small_pdf(number)
        (folder / f"{number:03d}.pdf").write_bytes(data[: len(data) // 2] if number % 5 == 4 else data)


def small_pdf(number: int) -> bytes:
    """A document of one page, another one for each number."""
    shown = b"".join(b"%04X" % (int(digit) % len(WORDS) + 1) for digit in f"{number:06d}")
    line = b"BT /F1 12 Tf 1 0 0 1 %d %d Tm <%s> Tj ET\n" % (60 + number // 600, 60 + number % 600, shown)
    return made(o8=stream(LINE + GRID + line))


def start(folder: Path, out: Path) -> subprocess.Popen[bytes]:
    """The batch as a user starts it, in a group of processes of its own."""
    command = [
        sys.executable,
        "-m",
        "pipeline.command_line",
        "extract",
        str(folder),
        "--out",
        str(out),
        "--workers",
        "2",
    ]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def whole_run(folder: Path, out: Path) -> float:
    """A run to its end; its seconds."""
    began = time.monotonic()
    assert start(folder, out).wait(300) == 1, "the documents that are cut off cannot be read"
    return time.monotonic() - began


def killed_run(folder: Path, out: Path, moment: Moment) -> bool:
    """A run whose main process is killed, its workers left to see to themselves; whether it was still going."""
    running = start(folder, out)
    while running.poll() is None and files_in(out) < moment.files:
        time.sleep(0.001)
    try:
        running.wait(moment.seconds)
    except subprocess.TimeoutExpired:
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        return True
    return False


def files_in(out: Path) -> int:
    """How many files are there, unfinished ones too."""
    return sum(len(files) for _, _, files in os.walk(out))


def contents(out: Path) -> dict[str, str]:
    """The hash of every file in `out` that is not about a run, by its path; unfinished and hidden ones too."""
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.relative_to(out).parts[0] != "runs"
    }


def moments(count: int, files: int, seed: str = "moments") -> list[Moment]:
    """So many moments by chance within a run that leaves so many files: time alone would hit the start most often."""
    chance = random.Random(seed)
    return [
        Moment(chance.randrange(files + 1), chance.choice((0.001, 0.01, 0.1, 1.0)) * chance.random())
        for _ in range(count)
    ]
