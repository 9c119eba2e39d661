"""How well and how fast scans are read: character errors by kind of page, cells, calibration, CPU seconds a page.

    python benchmarks/scan.py SCAN.pdf TEXT.pdf [--ocr both] [--pages 1-9,57] [--kinds pages.json] [--spoil bilevel]
    python benchmarks/scan.py SCAN.pdf TEXT.pdf --twins 1,2,16 --ocrmypdf

SCAN.pdf has the same pages as TEXT.pdf, whose text layer is the truth. `--spoil` renders TEXT.pdf instead and spoils
(bilevel, jpeg40, skew, noise, 150dpi). Each cell or line of the scan is held against the most like one of the truth,
whatever the order, so that only characters count; cells must be equal. CPU seconds include Tesseract's.

`--ocrmypdf` reads the same pages the usual way too, in the same run: OCRmyPDF puts a text layer under them, pdfplumber
takes it out. That way knows no cells, so here a page is only the number of times that it holds each character: what is
missing or surplus, whichever is more, are its errors, and reading everything in the wrong order costs nothing.
How long both take is measured by benchmarks/scanned_pages.py.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pdfplumber
import pypdfium2
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measuring import cpu
from benchmarks.others import OCRMYPDF
from extractors.pages.lines import GlyphIndex, lines_of
from extractors.pages.page import Page
from extractors.pages.text import Glyph
from extractors.pages.text_layer import read_page
from extractors.scans.reading import read_document_page
from extractors.scans.rendering import Pixels, Raster, open_document, render
from extractors.scans.scan import page_of
from extractors.scans.settings import ReadingSettings
from extractors.tables.tables import find_tables

EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)


def plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def cells(page: Page) -> list[str]:
    index = GlyphIndex(page)
    boxes = [cell.box for table in find_tables(page) for cell in table.cells]
    return [plain("".join(line.text.string for line in lines_of(index.within(box)))) for box in boxes]


def runs(glyphs: Iterable[Glyph]) -> Iterator[str]:
    """Words outside tables, as the layer or the recogniser gave them, parted where one does not follow close upon the
    one before: in a drawing words stand so close above each other that lines put together by height would mix them."""
    run: list[Glyph] = []
    for glyph in glyphs:
        if run:
            before = run[-1].box
            level = abs(glyph.box.centre[1] - before.centre[1]) < 0.5 * max(glyph.box.height, before.height)
            if not level or not -0.5 * before.height < glyph.box.x0 - before.x1 < 0.9 * before.height:
                yield plain("".join(one.text for one in run))
                run = []
        run.append(glyph)
    yield plain("".join(one.text for one in run))


def pieces(page: Page) -> list[str]:
    """The texts of a page: its cells, and outside of them its words, parted at gaps; without those of dots alone."""
    boxes = [cell.box for table in find_tables(page) for cell in table.cells]
    free = [glyph for glyph in page.glyphs if not any(box.holds_point(*glyph.box.centre) for box in boxes)]
    found = [*cells(page), *runs(glyph for glyph in free if not glyph.text.isspace())]
    return [text for text in found if text.strip("・.…")]


def character_errors(page: Page, real: Page) -> tuple[int, int]:
    """Wrong, missing and surplus characters, and how many there are in truth."""
    ours, theirs = Counter(pieces(page)), Counter(pieces(real))
    left, missed = list((ours - theirs).elements()), list((theirs - ours).elements())
    # what one reader parts in two and the other does not is joined in order of its place before it is compared
    errors = 0
    for text in sorted(missed, key=len, reverse=True):
        nearest = process.extractOne(text, left, scorer=Levenshtein.normalized_similarity) if left else None
        if nearest is None or nearest[1] < 0.3:
            errors += len(text)
            continue
        errors += Levenshtein.distance(text, nearest[0])
        left.pop(nearest[2])
    errors += sum(map(len, left))
    return errors, sum(len(text) * n for text, n in theirs.items())


def sure_cells(page: Page, real: Page) -> tuple[int, int]:
    """How many cells of a scan are sure throughout (0.9 and more), and how many of those are right."""
    index, theirs = GlyphIndex(page), Counter(cells(real))
    sure = right = 0
    for box in [cell.box for table in find_tables(page) for cell in table.cells]:
        own = [glyph for glyph in index.within(box) if glyph.method == "ocr"]
        if own and min(glyph.confidence for glyph in own) >= 0.9:
            text = plain("".join(line.text.string for line in lines_of(own)))
            sure += 1
            if theirs[text]:
                right += 1
                theirs[text] -= 1
    return sure, right


def calibration(page: Page, real: Page, bins: list[list[int]]) -> None:
    """Counts, by confidence, the recognised characters and those that the truth has at that place."""
    index = GlyphIndex(real)
    for glyph in page.glyphs:
        if glyph.method == "ocr":
            around = "".join(plain(other.text) for other in index.within(glyph.box.grown(7)))
            own = bins[bisect(EDGES, glyph.confidence) - 1]
            own[0] += 1
            own[1] += plain(glyph.text) in around


def spoilt(pixels: Pixels, how: str) -> Pixels:
    """The picture as a bad scanner would have given it."""
    if how == "bilevel":
        return np.where(pixels > 150, 255, 0).astype(np.uint8)
    if how == "jpeg40":
        packed = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
        return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    if how == "skew":
        height, width = pixels.shape
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 1.5, 1.0)
        return np.asarray(cv2.warpAffine(pixels, matrix, (width, height), borderValue=255), dtype=np.uint8)
    if how == "noise":
        grain = np.random.default_rng(1).normal(0, 20, pixels.shape)
        return np.clip(pixels * 0.9 + 12 + grain, 0, 255).astype(np.uint8)
    return pixels


def bag_errors(ours: str, theirs: str) -> int:
    """Missing or surplus characters of a page, whichever are more, wherever on it they stand."""
    read, real = Counter(ours), Counter(theirs)
    return max((real - read).total(), (read - real).total())


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def beside_ocrmypdf(scan: Path, text: Path, pages: list[int], twins: dict[int, int], settings: ReadingSettings) -> None:
    """Prints what OCRmyPDF with pdfplumber, and what besshi, make of the same pages."""
    program = shutil.which("ocrmypdf")
    if program is None:
        print("OCRmyPDF is not installed (apt-get install ocrmypdf tesseract-ocr-jpn): left out")
        return
    errors: dict[str, list[int]] = {"ocrmypdf": [0] * 3, "besshi": [0] * 3}
    letters = figures = all_cells = 0
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "given.pdf"), Path(folder, "made.pdf")
        with pypdfium2.PdfDocument(scan) as whole, pypdfium2.PdfDocument.new() as part:
            part.import_pages(whole, [page - 1 for page in pages])
            part.save(given)
        subprocess.run([program, *OCRMYPDF, str(given), str(made)], check=True, capture_output=True)
        document = open_document(given.read_bytes())
        with pdfplumber.open(given) as scans, pdfplumber.open(made) as layers, pdfplumber.open(text) as truths:
            for place, number in enumerate(pages):
                real = read_page(truths.pages[twins[number] - 1])
                ours = read_document_page(scans.pages[place], document, settings)
                layer = layers.pages[place]
                tables = layer.extract_tables()
                found = {
                    "ocrmypdf": (layer.extract_text(), [plain(c or "") for t in tables for row in t for c in row]),
                    "besshi": ("".join(glyph.text for glyph in ours.glyphs), cells(ours)),
                }
                theirs = plain("".join(glyph.text for glyph in real.glyphs))
                real_cells = Counter(filter(None, cells(real)))
                letters, figures = letters + len(theirs), figures + len(digits(theirs))
                all_cells += real_cells.total()
                for name, (words, own) in found.items():
                    said = plain(words)
                    errors[name][0] += bag_errors(said, theirs)
                    errors[name][1] += bag_errors(digits(said), digits(theirs))
                    errors[name][2] += (Counter(filter(None, own)) & real_cells).total()
        document.close()
    print(f"{'':10} {'characters':>16} {'digits':>16} {'cells':>14}")
    for name, (wrong, wrong_digits, same) in errors.items():
        print(
            f"{name:10} {wrong:5} = {wrong / letters:7.2%}  {wrong_digits:5} = {wrong_digits / figures:7.2%}  "
            f"{same:5} of {all_cells:5}"
        )


def numbers(text: str) -> list[int]:
    """1-3,7 as 1, 2, 3, 7."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scan", type=Path)
    parser.add_argument("text", type=Path)
    parser.add_argument("--ocr", choices=["rapidocr", "tesseract", "both"], default="both")
    parser.add_argument("--pages", type=numbers)
    parser.add_argument("--kinds", type=Path, help="a JSON list of {page, kind}")
    parser.add_argument("--spoil", choices=["none", "bilevel", "jpeg40", "skew", "noise", "150dpi"])
    parser.add_argument("--each", action="store_true", help="a line a page")
    parser.add_argument("--twins", type=numbers, help="the pages of TEXT.pdf that SCAN.pdf has, when not all of them")
    parser.add_argument("--ocrmypdf", action="store_true", help="beside OCRmyPDF and pdfplumber on the same pages")
    options = parser.parse_args()

    dpi = 150.0 if options.spoil == "150dpi" else 200.0
    settings = ReadingSettings(ocr=options.ocr, min_dpi=dpi, max_dpi=dpi if options.spoil else 300.0)
    kinds = {row["page"]: row["kind"] for row in json.loads(options.kinds.read_text())} if options.kinds else {}
    with pdfplumber.open(options.scan) as scans:
        twins = dict(enumerate(options.twins or range(1, len(scans.pages) + 1), 1))
    pages = options.pages or list(twins)
    if options.ocrmypdf:
        beside_ocrmypdf(options.scan, options.text, pages, twins, settings)
        return
    totals: dict[str, list[float]] = defaultdict(lambda: [0.0] * 6)
    bins = [[0, 0] for _ in EDGES]
    sure = [0, 0]
    with pdfplumber.open(options.text) as truths, pdfplumber.open(options.scan) as scans:
        document = open_document(options.text.read_bytes() if options.spoil else options.scan.read_bytes())
        for number in pages:
            twin = truths.pages[twins[number] - 1]
            real = read_page(twin)
            start = cpu()
            if options.spoil:
                given = render(document, twins[number], settings)
                bad = Raster(spoilt(given.pixels, options.spoil), given.scale, given.width, given.height)
                page = page_of(bad, number, settings)
            else:
                page = read_document_page(scans.pages[number - 1], document, settings)
            seconds = cpu() - start
            errors, letters = character_errors(page, real)
            ours, theirs = Counter(cells(page)), Counter(cells(real))
            same = (ours & theirs).total()
            if not options.spoil or options.spoil != "skew":
                calibration(page, real, bins)
            kind = f"{kinds.get(number, 'page')} ({page.method})"
            row = (errors, letters, same, max(ours.total(), theirs.total()), seconds, 1)
            totals[kind] = [a + b for a, b in zip(totals[kind], row, strict=True)]
            sure = [a + b for a, b in zip(sure, sure_cells(page, real), strict=True)]
            if options.each:
                print(
                    f"{number:3} {kind:20} {errors:4} of {letters:5}  cells {same} of {theirs.total()}  {seconds:.1f} s"
                )
            twin.close()
            scans.pages[number - 1].close()
        document.close()
    print(f"{'kind':22} {'characters':>10} {'errors':>7} {'rate':>7}  {'cells':>11}  CPU s a page")
    for kind, (errors, letters, same, all_cells, seconds, pages) in sorted(totals.items()):
        rate = errors / letters if letters else 0.0
        print(
            f"{kind:22} {letters:10.0f} {errors:7.0f} {rate:7.2%}  {same:4.0f} of {all_cells:4.0f}  "
            f"{seconds / pages:.2f}"
        )
    if sure[0]:
        print(f"cells that are sure throughout: {sure[0]}, right {sure[1] / sure[0]:.2%}")
    print("confidence  characters  right")
    for edge, (count, right) in zip(EDGES, bins, strict=True):
        if count:
            print(f"from {edge:<5}  {count:10}  {right / count:.2%}")


if __name__ == "__main__":
    main()
