"""Many small documents: whether the last costs what the first did, what a second run costs, and what Prefect adds.

    .venv/bin/python benchmarks/many_documents.py [--documents 10000] [--workers 2] [--prefect 200]

The documents are tiny on purpose, so that what is measured is everything around the reading: the archive, the check
for what is known, the tables. Each figure is of a process of its own; processor seconds are of it and all that it
started, because other work on the machine moves wall time and hardly these. Prefect's part is what its flow takes
beyond the plain command on the same documents, in processor seconds: what starts once, and what each document adds.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

EMPTY_FLOW = "import flows\nfrom prefect import flow\n@flow\ndef empty(): pass\nempty()"


class Cost(NamedTuple):
    seconds: float
    cpu: float


def run(command: list[str], home: Path) -> Cost:
    environment = {**os.environ, "PREFECT_HOME": str(home), "PREFECT_LOGGING_LEVEL": "ERROR"}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{command} ended with {done.returncode}: {done.stdout[-2000:]} {done.stderr[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.monotonic() - began, cpu)


def write_papers(folder: Path, count: int) -> None:
    from killing import small_pdf

    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number:06d}.pdf").write_bytes(small_pdf(number))


def pace(out: Path, parts: int = 10) -> list[float]:
    """Milliseconds a document in each tenth of a run, by when what came of it was kept."""
    times = sorted(path.stat().st_mtime for path in (out / "archive").glob("*/record.json"))
    size = len(times) // parts
    return [1000 * (times[(n + 1) * size - 1] - times[n * size]) / max(1, size - 1) for n in range(parts)]


def tables_alone(out: Path) -> tuple[float, float, int]:
    """Seconds, most megabytes and rows of writing all tables anew."""
    code = (
        "import resource, sys, time; from pathlib import Path; from pipeline.tables.write import write_tables\n"
        "began = time.process_time(); rows = write_tables(Path(sys.argv[1]))\n"
        "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024\n"
        "print(time.process_time() - began, peak, sum(rows.values()))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(out)], cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, megabytes, rows = done.stdout.split()
    return float(seconds), float(megabytes), int(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--prefect", type=int, default=200, help="documents of the comparison with Prefect")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        write_papers(base / "papers", asked.documents)
        out = base / "output"
        plain = [sys.executable, "-m", "pipeline.command_line", "extract"]
        options = ["--workers", str(asked.workers)]
        first = run([*plain, str(base / "papers"), "--out", str(out), *options], base / "home")
        again = run([*plain, str(base / "papers"), "--out", str(out), *options], base / "home")
        paces = pace(out)
        print(f"{asked.documents:,} documents, {asked.workers} workers")
        print(f"  first run       {first.seconds:8.1f} s   {first.cpu:8.1f} s of processor")
        print(f"  a document      {' '.join(f'{one:.0f}' for one in paces)} ms, tenth by tenth")
        print(f"  last / first    {paces[-1] / paces[0]:8.2f}")
        print(f"  all known       {again.seconds:8.1f} s   {1000 * again.cpu / asked.documents:8.2f} ms a document")
        seconds, megabytes, rows = tables_alone(out)
        print(f"  tables anew     {seconds:8.1f} s of processor, {rows:,} rows, {megabytes:,.0f} MB at most")

        write_papers(base / "some", asked.prefect)
        bare = run([*plain, str(base / "some"), "--out", str(base / "bare"), *options], base / "home")
        alone = run([sys.executable, "-c", EMPTY_FLOW], base / "home")
        through = run(
            [sys.executable, "flows.py", str(base / "some"), "--out", str(base / "flow"), *options], base / "home"
        )
        each = 1000 * (through.cpu - bare.cpu - alone.cpu) / asked.prefect
        print(f"{asked.prefect:,} documents through Prefect, in seconds of processor")
        print(f"  plain           {bare.cpu:8.1f}")
        print(f"  an empty flow   {alone.cpu:8.1f}   (starts once)")
        print(f"  the flow        {through.cpu:8.1f}   {each:8.1f} ms a document beyond both")


if __name__ == "__main__":
    main()
