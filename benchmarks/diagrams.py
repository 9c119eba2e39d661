"""Seconds a diagram page: `python benchmarks/diagrams.py PDF [PAGE …]` (by default the sample's pages with drawings).

Prints, for each page, what making a `Page` of it takes (most of it pdfplumber), and what reading the
drawing takes on top; then the median. Opening the file and loading the vocabularies is done before the clock starts.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import pdfplumber

from extractors.diagrams.diagram import read_diagram
from extractors.pages.text_layer import read_page

SAMPLE = Path(__file__).parent.parent / "samples" / "r5q1-text.pdf"
ROUNDS = 5


def seconds(path: Path, number: int) -> tuple[float, float, int, int]:
    """Seconds for the page and for its drawing (the best of several rounds), and how many boxes and lines it has."""
    pages, drawings = [], []
    for _ in range(ROUNDS):
        with pdfplumber.open(path) as pdf:
            start = time.perf_counter()
            page = read_page(pdf.pages[number - 1])
            pages.append(time.perf_counter() - start)
            pdf.pages[number - 1].close()
        start = time.perf_counter()
        diagram = read_diagram(page)
        drawings.append(time.perf_counter() - start)
    return min(pages), min(drawings), len(diagram.boxes), len(diagram.connectors)


def main(arguments: list[str]) -> None:
    path = Path(arguments[0]) if arguments else SAMPLE
    with pdfplumber.open(path) as pdf:
        numbers = [int(one) for one in arguments[1:]] or list(range(1, len(pdf.pages) + 1))
        if not arguments[1:]:
            numbers = [n for n in numbers if len(read_diagram(read_page(pdf.pages[n - 1])).connectors) >= 3]
    times = []
    print(f"{'page':>5} {'read, s':>9} {'drawing, s':>11} {'boxes':>6} {'lines':>6}")
    for number in numbers:
        page, drawing, boxes, lines = seconds(path, number)
        times.append(drawing)
        print(f"{number:>5} {page:>9.3f} {drawing:>11.3f} {boxes:>6} {lines:>6}")
    if times:
        print(f"median {statistics.median(times):.3f} s a drawing, longest {max(times):.3f} s, {len(times)} pages")


if __name__ == "__main__":
    main(sys.argv[1:])
