"""What the benchmarks measure with: CPU seconds of functions, programs and kinds of processes; memory; medians."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.batch.watched import family

ROOT = Path(__file__).resolve().parent.parent

LOOK_SECONDS = 0.1
"""How often processes are looked at; what one does after the last look before it ends is not seen."""

PR_SET_CHILD_SUBREAPER = 36
"""From Linux's prctl(2)."""

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")

Steps = Mapping[str, Sequence[tuple[str, str]]]
"""The functions of each step, as (module, name)."""


class Spent(NamedTuple):
    """What a whole command took, its start included, in seconds; `peak` is the most bytes that it and all that it
    started held together."""

    cpu: float
    wall: float
    peak: int


def cpu() -> float:
    """CPU seconds of this process and of the programs that it called."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def taken(work: Callable[[], object]) -> float:
    """CPU seconds that the work takes, its children's included."""
    begin = cpu()
    work()
    return cpu() - begin


def medians(rows: Iterable[Sequence[float]]) -> list[float]:
    """The median of each column."""
    return [statistics.median(column) for column in zip(*rows, strict=True)]


def ratio(ours: Iterable[float], theirs: Iterable[float]) -> float:
    """The median of the ratios, pair by pair: what moves both of a pair moves no ratio."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


@contextmanager
def watched(steps: Steps) -> Iterator[dict[str, float]]:
    """Adds up the CPU seconds of functions by step while the block runs."""
    seconds = dict.fromkeys(steps, 0.0)
    put_back: list[tuple[Any, str, Any]] = []

    def timed(step: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            begin = cpu()
            try:
                return work(*arguments, **named)
            finally:
                seconds[step] += cpu() - begin

        return run

    for step, places in steps.items():
        for module, name in places:
            owner: Any = importlib.import_module(module)
            *path, last = name.split(".")
            for part in path:
                owner = getattr(owner, part)
            put_back.append((owner, last, getattr(owner, last)))
            setattr(owner, last, timed(step, getattr(owner, last)))
    try:
        yield seconds
    finally:
        for owner, last, work in put_back:
            setattr(owner, last, work)


def told_by(code: str, *arguments: str) -> float:
    """The number that a Python process of its own prints last."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return float(done.stdout.split()[-1])


def spent(
    command: Sequence[str], environment: Mapping[str, str] | None = None, watch: Watch | None = None
) -> tuple[Spent, str]:
    """What a program takes, with all that it started, and what it printed. Raises CalledProcessError when it fails."""
    # workers outlive the process that started them by a moment: what is orphaned comes to us, counted when it ends
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    watch = watch or Watch()
    others = _children()
    cpu_before, start = cpu(), time.perf_counter()
    with (
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment
        ) as program,
        watch.of(program.pid),
    ):
        printed, errors = program.communicate()
    wall = time.perf_counter() - start
    while orphans := _children() - others:
        for orphan in orphans:
            os.waitpid(orphan, 0)
    if program.returncode:
        print(errors[-2000:], file=sys.stderr)
        raise subprocess.CalledProcessError(program.returncode, command, printed, errors)
    return Spent(cpu() - cpu_before, wall, watch.peak), printed


def _children() -> set[int]:
    """The processes that this one has to wait for."""
    found: set[int] = set()
    for thread in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):  # it ended meanwhile
            found.update(map(int, (thread / "children").read_text().split()))
    return found


class Watch:
    """Looks at a process and all that it started, ten times a second: the memory of all together, and the CPU seconds
    of each kind of them.

    `kinds`: by name, a word of the command line of that kind; the first that fits counts, others are "".
    """

    def __init__(self, kinds: Mapping[str, str] | None = None) -> None:
        self._kinds = dict(kinds or {})
        self._used: dict[int, float] = {}
        self._kind: dict[int, str] = {}
        self._over = threading.Event()
        self.peak = 0
        self.largest = 0
        """The most bytes that one of the processes held."""
        self.curve: list[tuple[float, int]] = []
        """Seconds since the start, and bytes of memory then."""

    @contextmanager
    def of(self, pid: int) -> Iterator[None]:
        """Watch this process while the block runs."""
        looking = threading.Thread(target=self._look, args=(pid, time.monotonic()), daemon=True)
        looking.start()
        try:
            yield
        finally:
            self._over.set()
            looking.join()

    @property
    def by_kind(self) -> dict[str, float]:
        """CPU seconds of the processes of each kind."""
        found: dict[str, float] = {}
        for pid, seconds in self._used.items():
            found[self._kind[pid]] = found.get(self._kind[pid], 0.0) + seconds
        return found

    def _look(self, first: int, began: float) -> None:
        while not self._over.wait(LOOK_SECONDS):
            memory = 0
            for pid in family(first):
                with contextlib.suppress(OSError, IndexError, ValueError):
                    memory += (one := self._one(pid))
                    self.largest = max(self.largest, one)
            self.peak = max(self.peak, memory)
            self.curve.append((time.monotonic() - began, memory))

    def _one(self, pid: int) -> int:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        self._used[pid] = (int(fields[11]) + int(fields[12])) / _TICKS
        if not self._kind.get(pid):  # a process changes its command line once, when it becomes another program
            line = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
            self._kind[pid] = next((name for name, word in self._kinds.items() if word in line), "")
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE


class Account:
    """What a benchmark says: printed as it comes, and put into a document afterwards, as it was printed."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def say(self, line: str) -> None:
        print(line, flush=True)
        self._lines.append(line.rstrip())

    def write(self, document: Path | None, name: str) -> None:
        """Put all of it between the marks of that name, where a document is given."""
        if document is not None:
            write(document, name, ["```text", *self._lines, "```"])


def write(document: Path, name: str, lines: Iterable[str]) -> None:
    """Put lines between the marks of that name in a document; at its end, with marks, where it has none."""
    opening, closing = f"<!-- measured {name} -->", f"<!-- end of {name} -->"
    whole = document.read_text(encoding="utf-8")
    if opening not in whole:
        whole = f"{whole.rstrip()}\n\n{opening}\n{closing}\n"
    before, rest = whole.split(opening, 1)
    after = rest.split(closing, 1)[1]
    document.write_text(f"{before}{opening}\n{chr(10).join(lines)}\n{closing}{after}", encoding="utf-8")
