"""Seconds a page of the whole job beside pdfplumber's bare pass over the same pages, and peak memory by page count.

    python benchmarks/main_job.py [PDF] [--runs 5]

The whole job is reading, recognising and interpreting a document (language pipeline included) and writing its
tables; the bare pass is pdfplumber's `extract_words` and `extract_tables` on every page. Both run in turn, in one
process, after one warm-up of each; start-up (imports, loading the language pipeline) is measured apart, in processes
of their own. Memory is the peak of a process that reads the document once, and of one that reads its pages three times
over.
"""

from __future__ import annotations

import argparse
import io
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pdfplumber
import pypdfium2

SAMPLE = Path(__file__).parent.parent / "samples" / "r5q1-text.pdf"

START_UP = """
import time; begin = time.perf_counter()
from pipeline.documents.document import extract_document
from extractors.japanese.language import pipeline; pipeline()("対象者")
print(time.perf_counter() - begin)
"""
PEAK = """
import resource, sys
from pipeline.documents.document import extract_document
from pipeline.extraction import Source
extract_document(open(sys.argv[1], "rb").read(), Source("a.pdf"))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def bare(data: bytes) -> None:
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            page.extract_words()
            page.extract_tables()
            page.close()


def whole(data: bytes) -> None:
    from pipeline.archive.archive import keep
    from pipeline.documents.document import extract_document
    from pipeline.extraction import Source
    from pipeline.tables.write import write_tables

    with tempfile.TemporaryDirectory() as out:
        keep(Path(out), data, extract_document(data, Source("document.pdf")))
        write_tables(Path(out))


def seconds(work: Callable[[bytes], None], data: bytes) -> float:
    begin = time.perf_counter()
    work(data)
    return time.perf_counter() - begin


def measured(code: str, *arguments: str) -> float:
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def times_over(data: bytes, times: int) -> bytes:
    source, target = pypdfium2.PdfDocument(data), pypdfium2.PdfDocument.new()
    for _ in range(times):
        target.import_pages(source)
    out = io.BytesIO()
    target.save(out)
    return out.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pdf", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    data = args.pdf.read_bytes()
    pages = len(pypdfium2.PdfDocument(data))

    whole(data), bare(data)
    pairs = [(seconds(whole, data), seconds(bare, data)) for _ in range(args.runs)]
    ratios = [a / b for a, b in pairs]
    print(f"{args.pdf.name}: {pages} pages, {args.runs} runs in turn, medians")
    for name, times in (("whole job", [a for a, _ in pairs]), ("bare pdfplumber", [b for _, b in pairs])):
        middle = statistics.median(times)
        print(f"  {name:16} {middle:7.2f} s  {1000 * middle / pages:7.1f} ms a page")
    print(f"  ratio            {statistics.median(ratios):7.2f}    (from {min(ratios):.2f} to {max(ratios):.2f})")
    print(f"  start-up         {statistics.median(measured(START_UP) for _ in range(3)):7.2f} s  apart from the above")
    with tempfile.TemporaryDirectory() as folder:
        for times in (1, 3):
            path = Path(folder) / f"{times}.pdf"
            path.write_bytes(times_over(data, times))
            print(f"  peak memory      {measured(PEAK, str(path)):7.0f} MB at {times * pages} pages")


if __name__ == "__main__":
    main()
