"""How fast besshi is, beside its floor and beside what a user would pick instead: the figures of docs/performance.md.

    python -m benchmarks.bench [--quick] [--only text|scan] [--scan PDF] [--others PYTHON] [--write DOC.md] [--keep]
    make bench                 the same, written into docs/performance.md and kept for the next time

Text pages (benchmarks/text_pages.py): the whole job (read, recognise, interpret, write) in turn with the bare
pdfplumber pass over the same bytes in one process, after a warm-up of each; the floor is pypdfium2's bare text.

Scanned pages (benchmarks/scanned_pages.py): what a page takes beside the recognition itself, with nothing remembered;
then whole commands, start-up included, in turn with OCRmyPDF's. The scan has 24 pages, those of the sample laid on the
glass again each time, so that neither start-up nor one long page decides.

Other programs (benchmarks/others.py) are run by the Python that has them. Everything is CPU seconds (children's too)
unless it says wall; ratios are taken pair by pair, the median is told.

The last figures are kept in benchmarks/figures.json; what got slower since is said, and by how much.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from benchmarks import scanned_pages, text_pages
from benchmarks.made import TEXT
from benchmarks.measuring import write

FIGURES = Path(__file__).with_name("figures.json")
SLOWER = 1.1
"""A ratio that grew by more than this since the last figures is said to be slower."""


def slower(now: dict[str, float], before: dict[str, float]) -> list[str]:
    """What got slower since the last figures, and by how much; each figure is a ratio that should be small."""
    return [
        f"{name}: {before[name]:.2f} → {value:.2f} ({value / before[name] - 1:+.0%})"
        for name, value in now.items()
        if name in before and value > SLOWER * before[name]
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, default=TEXT, help="a PDF of text pages in place of the sample")
    parser.add_argument("--scan", type=Path, help="a scan in place of the one that is made from the sample")
    parser.add_argument("--pages", type=int, default=24, help="of the scan that is made")
    parser.add_argument("--quick", action="store_true", help="fewer runs")
    parser.add_argument("--only", choices=["text", "scan"], help="one of the two parts")
    parser.add_argument("--others", default=sys.executable, metavar="PYTHON", help="the Python that has other programs")
    parser.add_argument("--write", type=Path, help="the document to put the tables into")
    parser.add_argument("--keep", action="store_true", help="keep the ratios to compare the next time with")
    asked = parser.parse_args()
    begin = time.monotonic()
    before = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    now: dict[str, float] = {}
    for name, figures in (
        ("text", lambda: text_pages.figures(asked.text, 3 if asked.quick else 7, asked.others)),
        ("scan", lambda: scanned_pages.figures(asked.scan, asked.pages, 1 if asked.quick else 3, asked.others)),
    ):
        if asked.only not in (None, name):
            continue
        lines, ratios = figures()
        print("\n".join(lines), end="\n\n", flush=True)
        now |= ratios
        if asked.write:
            write(asked.write, {"text": "text pages", "scan": "scanned pages"}[name], lines)
    print("slower than the last figures:", *(slower(now, before) or ["nothing"]), sep="\n  ")
    if asked.keep:
        kept = {name: round(value, 3) for name, value in {**before, **now}.items()}
        FIGURES.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    print(f"{time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
