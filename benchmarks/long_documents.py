"""Reports of many pages, text and scanned: memory while they are read, and what a second worker gains.

    python -m benchmarks.long_documents [--pages 1000] [--kinds text,scan] [--workers 1,2] [--write DOC.md]

The text report is the sample over and over, with fonts and pictures of its own each time. The scan is made of the
sample's scanned pages: one page in fifty is whole, the others show three strips of one, so that it is read in minutes
and not in hours; no two pages have the same pixels. Each is read by `besshi extract`, a process of its own; memory is
that of all processes together, which counts twice what they share. The tables must be the same with all workers.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.made import SCAN, TEXT, pages_over, sparse_scan
from benchmarks.many_documents import tenths
from benchmarks.measuring import Account, Spent, Watch, spent

MADE = {
    "text": lambda pages: pages_over(TEXT.read_bytes(), pages),
    "scan": lambda pages: sparse_scan(SCAN.read_bytes(), pages),
}


def read(pdf: Path, out: Path, workers: int) -> tuple[Spent, Watch, dict[str, bytes]]:
    """What reading a PDF took, its memory while it was read, and the tables."""
    watch = Watch()
    command = [sys.executable, "-m", "pipeline.command_line", "extract", str(pdf), "--out", str(out)]
    took, _ = spent([*command, "--workers", str(workers), "--json"], watch=watch)
    tables = {path.name: path.read_bytes() for path in sorted((out / "tables").iterdir())}
    return took, watch, tables


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--kinds", default="text,scan")
    parser.add_argument("--workers", default="1,2")
    parser.add_argument("--write", type=Path, help="the document to put the figures into")
    asked = parser.parse_args()
    account = Account()
    say = account.say
    for kind in asked.kinds.split(","):
        with tempfile.TemporaryDirectory() as folder:
            pdf = Path(folder, f"{kind}.pdf")
            pdf.write_bytes(MADE[kind](asked.pages))
            say(f"{kind}: {asked.pages:,} pages, {pdf.stat().st_size / 1e6:.0f} MB")
            ends: list[tuple[Spent, dict[str, bytes]]] = []
            for workers in map(int, asked.workers.split(",")):
                took, watch, tables = read(pdf, Path(folder, str(workers)), workers)
                ends.append((took, tables))
                say(f"  workers: {workers}  {took.wall:7.0f} s   {took.cpu:7.0f} CPU s")
                say(f"  memory      {' '.join(f'{most / 1e6:.0f}' for most in tenths(watch.curve))} MB, tenth by tenth")
                say(f"  at most     {took.peak / 1e6:.0f} MB, {watch.largest / 1e6:.0f} in one process")
            first, *others = ends
            for took, tables in others:
                assert tables == first[1], "the tables differ"
                say(f"  wall        {first[0].wall / took.wall:.2f}, the first over this one; the same tables")
    account.write(asked.write, "long documents")


if __name__ == "__main__":
    main()
