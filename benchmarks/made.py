"""PDFs made for the benchmarks from those in `samples/`; the same are made every time."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pypdfium2

from benchmarks.measuring import ROOT
from extractors.scans.rendering import Pixels

TEXT, SCAN = (ROOT / "samples" / name for name in ("r5q1-text.pdf", "r5q1-scan-excerpt.pdf"))

DPI = 200
SHIFT, TURN, GRAIN = 14, 0.3, 3.0
"""How far a page of one scan lies from where it lay in another (pixels, degrees), and the grain of the sensor."""


def pages_over(data: bytes, count: int) -> bytes:
    """The pages of a PDF over and over until there are `count`, each round with fonts and pictures of its own, as where
    papers were put together."""
    with pypdfium2.PdfDocument(data) as source, pypdfium2.PdfDocument.new() as target:
        while len(target) < count:
            target.import_pages(source, list(range(min(len(source), count - len(target)))))
        return _packed(target)


def rescanned(data: bytes, count: int) -> bytes:
    """A scan of `count` pages: those of a PDF over and over, each a little shifted, turned and grainy, as if the paper
    were laid on the glass again. No two pages give the same pixels, so that nothing read is remembered."""
    return _scan(islice(_again(data), count))


def sparse_scan(data: bytes, count: int, full: int = 100) -> bytes:
    """A scan of `count` pages that are quick to read: one in `full` is a whole page of a PDF, the others show two
    strips of one."""
    return _scan(
        page if number % full == 0 else _strips(page, number) for number, page in enumerate(islice(_again(data), count))
    )


def write_reports(folder: Path, count: int, most: int = 65) -> int:
    """So many text reports of 10 to `most` pages into a folder, no two alike; gives how many pages they have together.

    Each is a run of pages of the sample report, which begins with its cover and its list.
    """
    folder.mkdir(parents=True)
    rng, pages = random.Random(9), 0
    with pypdfium2.PdfDocument(TEXT) as sample:
        for number in range(count):
            size = rng.randint(10, most)
            first = rng.randint(2, len(sample) - size + 2) if size < len(sample) else 2
            with pypdfium2.PdfDocument.new() as report:
                report.import_pages(sample, [0, 1, *range(first, min(first + size - 2, len(sample)))])
                pages += len(report)
                (folder / f"{number:04d}.pdf").write_bytes(_packed(report) + b"%%%d\n" % number)
    return pages


def _again(data: bytes) -> Iterator[Pixels]:
    """The pages of a PDF as a scanner gives them, for ever, each time a little otherwise."""
    rng = np.random.default_rng(20)
    with pypdfium2.PdfDocument(data) as source:
        while True:
            for page in source:
                pixels = page.render(scale=DPI / 72, grayscale=True).to_numpy()
                yield _laid_again(np.ascontiguousarray(pixels.reshape(pixels.shape[:2])), rng)


def _laid_again(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    height, width = pixels.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-TURN, TURN), 1.0)
    matrix[:, 2] += rng.uniform(-SHIFT, SHIFT, 2)
    moved = cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=255)
    return np.clip(moved + rng.normal(0.0, GRAIN, moved.shape), 0, 255).astype(np.uint8)


def _strips(pixels: Pixels, number: int) -> Pixels:
    """An empty page with two strips of this one, at heights that depend on its number."""
    height = pixels.shape[0]
    page, strip = np.full_like(pixels, 255), height // 60
    for place in range(2):
        top = (number * 37 + place * height // 2) % (height - strip)
        page[top : top + strip] = pixels[top : top + strip]
    return page


def _scan(pages: Iterable[Pixels]) -> bytes:
    """A PDF of one JPEG a page."""
    with pypdfium2.PdfDocument.new() as document:
        for pixels in pages:
            height, width = pixels.shape
            size = width * 72 / DPI, height * 72 / DPI
            page = document.new_page(*size)
            picture = pypdfium2.PdfImage.new(document)
            jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 80])[1]
            picture.load_jpeg(io.BytesIO(jpeg.tobytes()), inline=True)
            picture.set_matrix(pypdfium2.PdfMatrix().scale(*size))
            page.insert_obj(picture)
            page.gen_content()
            page.close()
        return _packed(document)


def _packed(document: pypdfium2.PdfDocument) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
