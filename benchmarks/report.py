"""How long `besshi report` takes, and how much memory, on tables of a million rows of controls.

    python -m benchmarks.report [--rows 1000000]

Reads the sample report, makes copies of its tables until there are so many rows, runs the command in a process of its
own, and prints the CPU and wall seconds, the largest memory, and the size of the page.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq

from tests.many_documents import write_many

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "samples" / "r5q1-text.pdf"


def besshi(*arguments: str) -> tuple[float, float, float]:
    """Run the command; gives CPU seconds, wall seconds and its largest memory in MB."""
    started = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", "pipeline.command_line", *arguments], cwd=ROOT)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"besshi {' '.join(arguments)} ended with {os.waitstatus_to_exitcode(status)}")
    return used.ru_utime + used.ru_stime, time.monotonic() - started, used.ru_maxrss / 1024


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    rows = arguments.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        small, many = Path(folder) / "small", Path(folder) / "many"
        besshi("extract", str(SAMPLE), "--out", str(small))
        of_one = pq.read_metadata(small / "tables" / "controls.parquet").num_rows
        for out, documents in ((small, 1), (many, -(-rows * 16 // (of_one * 15)))):
            if out is many:
                write_many(many, small, documents)
            cpu, wall, memory = besshi("report", "--out", str(out))
            held = pq.read_metadata(out / "tables" / "controls.parquet").num_rows
            size = (out / "report.html").stat().st_size / 1e6
            print(
                f"{documents} documents, {held:,} rows of controls: {cpu:.1f} CPU s, {wall:.1f} s, "
                f"{memory:.0f} MB, page of {size:.2f} MB"
            )


if __name__ == "__main__":
    main()
