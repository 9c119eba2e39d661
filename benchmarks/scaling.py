"""What one page costs, for plans: processor seconds, megabytes of the worker, bytes in the archive and the tables.

    python -m benchmarks.scaling [PDF …]

Each PDF is read alone by one worker into an output of its own, as `besshi extract` does; without one, the samples.
Processor seconds are of all processes together, start-up apart (that of a document of one line). `peak` is the most
that the worker and what it started held while they read.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.made import SCAN, TEXT
from benchmarks.measuring import ROOT, spent

sys.path[:0] = [str(ROOT / "tests")]


def read(pdf: Path, out: Path) -> tuple[float, dict[str, object]]:
    """Processor seconds of a run over one PDF, and its row in the record."""
    command = [sys.executable, "-m", "pipeline.command_line", "extract", str(pdf), "--out", str(out), "--workers", "1"]
    took, printed = spent([*command, "--json"])
    return took.cpu, json.loads(printed)["documents"][0]


def size(folder: Path, *but: str) -> int:
    return sum(
        os.path.getsize(os.path.join(here, name))
        for here, _, names in os.walk(folder)
        for name in names
        if name not in but
    )


def main() -> None:
    from killing import small_pdf

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pdfs", nargs="*", type=Path, metavar="PDF")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        (base / "one.pdf").write_bytes(small_pdf(1))
        start, _ = read(base / "one.pdf", base / "start")
        print(f"start-up {start:.1f} s of processor")
        for number, pdf in enumerate(asked.pdfs or (TEXT, SCAN)):
            out = base / str(number)
            cpu, row = read(pdf.resolve(), out)
            pages = int(str(row["pages"]))
            kept, made = size(out / "archive", "document.pdf"), size(out / "tables")
            print(
                f"{pdf.name}: {pages} pages, {(cpu - start) / pages:.3f} s of processor a page, "
                f"peak {int(str(row['peak_memory'])) / 1e6:,.0f} MB, "
                f"{pdf.stat().st_size / pages / 1e3:,.0f} kB of PDF, "
                f"{kept / pages / 1e3:,.1f} kB beside it and {made / pages / 1e3:,.1f} kB of tables a page"
            )


if __name__ == "__main__":
    main()
