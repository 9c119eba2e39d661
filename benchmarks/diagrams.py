"""Seconds a diagram page: `python benchmarks/diagrams.py PDF [PAGE …]` (by default the sample's pages with drawings).

Prints, for each page, what making a `Page` of it takes (most of it pdfplumber), and what reading the
drawing takes on top; then the median. Opening the file and loading the vocabularies is done before the clock starts.

`python benchmarks/diagrams.py --scanned` takes pictures of the drawings of tests/diagrams, spoils them as scanners do,
and counts how many steps have the ends, and how many lists the holder, of the truth. Only what is drawn is read from
the pictures; the characters are those of the text layer.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import pdfplumber

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from extractors.diagrams.diagram import read_diagram  # noqa: E402
from extractors.pages.text_layer import read_page  # noqa: E402

SAMPLE = ROOT / "samples" / "r5q1-text.pdf"
ROUNDS = 5

CONDITIONS = (
    (150, "clean"), (200, "clean"), (300, "clean"), (200, "bilevel"), (300, "bilevel, leaning 0.7°"), (150, "JPEG 40"),
    (200, "leaning 0.5°"), (200, "leaning -1.5°"), (200, "grain"), (150, "grain, JPEG 40"),
)  # fmt: skip


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


def scanned() -> None:
    """Prints, for each way of spoiling, the steps with right ends and the lists with the right holder, of how many."""
    from drawings import NAMES, ends_of, holders_of, true_ends, true_holders
    from scans import bilevel, leaning, noisy, squeezed
    from test_scanned_drawings import scanned as read

    spoils = {
        "clean": lambda pixels: pixels,
        "bilevel": bilevel,
        "bilevel, leaning 0.7°": lambda pixels: bilevel(leaning(pixels, 0.7)),
        "JPEG 40": squeezed,
        "leaning 0.5°": lambda pixels: leaning(pixels, 0.5),
        "leaning -1.5°": lambda pixels: leaning(pixels, -1.5),
        "grain": noisy,
        "grain, JPEG 40": lambda pixels: squeezed(noisy(pixels, 8.0)),
    }
    total = [0, 0, 0, 0]
    for dpi, spoil in CONDITIONS:
        counts = [0, 0, 0, 0]
        for name in NAMES:
            diagram = read(name, dpi, spoils[spoil])
            ends, lists = true_ends(name), true_holders(name)
            found_ends, found_lists = ends_of(diagram), holders_of(diagram)
            counts[0] += sum(step in found_ends for step in ends)
            counts[1] += len(ends)
            counts[2] += sum(found_lists.get(first) == wanted for first, wanted in lists.items())
            counts[3] += len(lists)
        total = [a + b for a, b in zip(total, counts, strict=True)]
        print(f"{dpi} dpi {spoil:<22} ends {counts[0]:>3} of {counts[1]}, holders {counts[2]:>3} of {counts[3]}")
    print(f"together: ends {total[0]} of {total[1]}, holders {total[2]} of {total[3]}")


def main(arguments: list[str]) -> None:
    if arguments == ["--scanned"]:
        scanned()
        return
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
