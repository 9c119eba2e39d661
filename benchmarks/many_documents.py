"""Many small documents: whether the last costs what the first did, and what a second run costs.

    python -m benchmarks.many_documents [--documents 10000] [--workers 2] [--write DOC.md]

The documents have one page each, so that what is measured is everything around the reading: the archive, the check for
what is known, the tables. Each figure is of a process of its own, in processor seconds of it and all that it started;
a document's own is what the workers take for it. What Prefect adds is in benchmarks/nightly.py.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import ROOT, Account, Watch, spent

sys.path[:0] = [str(ROOT / "tests")]

WORKER = "pipeline.batch.worker"

TABLES_ANEW = """
import resource, sys, time; from pathlib import Path; from pipeline.tables.write import write_tables
began = time.process_time(); rows = write_tables(Path(sys.argv[1]))
print(time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, sum(rows.values()))
"""


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


def tenths(curve: list[tuple[float, int]], parts: int = 10) -> list[int]:
    """The most bytes of memory in each tenth of a run's time."""
    size = max(1, len(curve) // parts)
    return [max(memory for _, memory in curve[n * size : (n + 1) * size]) for n in range(min(parts, len(curve)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", type=Path, help="the document to put the figures into")
    asked = parser.parse_args()
    account = Account()
    say = account.say
    with tempfile.TemporaryDirectory() as folder:
        papers, out = Path(folder, "papers"), Path(folder, "output")
        write_papers(papers, asked.documents)
        command = [sys.executable, "-m", "pipeline.command_line", "extract", str(papers), "--out", str(out)]
        command += ["--workers", str(asked.workers)]
        say(f"{asked.documents:,} documents, {asked.workers} workers")
        for name in ("first run", "all known"):
            watch = Watch({"worker": WORKER})
            took, _ = spent(command, watch=watch)
            beside = watch.by_kind.get("", 0.0)
            say(
                f"  {name:12} {took.wall:8.1f} s   {took.cpu:8.1f} s of processor, "
                f"{1000 * took.cpu / asked.documents:.1f} ms a document, of which "
                f"{1000 * beside / asked.documents:.1f} beside the workers"
            )
            say(f"  memory       {' '.join(f'{most / 1e6:.0f}' for most in tenths(watch.curve))} MB, tenth by tenth")
            if name == "first run":
                paces = pace(out)
                say(f"  a document   {' '.join(f'{one:.0f}' for one in paces)} ms, tenth by tenth")
                say(f"  last / first {paces[-1] / paces[0]:8.2f}")
        _, printed = spent([sys.executable, "-c", TABLES_ANEW, str(out)])
        seconds, megabytes, rows = printed.split()
        say(f"  tables anew  {float(seconds):8.1f} s of processor, {int(rows):,} rows, {float(megabytes):,.0f} MB")
    account.write(asked.write, "many documents")


if __name__ == "__main__":
    main()
