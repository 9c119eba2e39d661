"""The pages of one document read by several processes in bundles: in order, the same, and none lost with a process."""

from __future__ import annotations

import io
import multiprocessing

import pytest
from PIL import Image, ImageDraw, ImageFont

from extractors.pages.opening import open_pdf
from extractors.pages.page import Page
from extractors.scans.settings import ReadingSettings
from pipeline.documents.page_pool import BUNDLE, read_pages

PAGES = 2 * BUNDLE + 3
SETTINGS = ReadingSettings()


@pytest.fixture(scope="module")
def scan() -> bytes:
    """Sparse pages of a scan, each with a number of its own on it, which both engines read."""
    font = ImageFont.load_default(56)
    pages = []
    for number in range(1, PAGES + 1):
        page = Image.new("L", (800, 420), 255)
        ImageDraw.Draw(page).text((120, 150), f"Page {1000 + 37 * number}", 0, font)
        pages.append(page)
    made = io.BytesIO()
    pages[0].save(made, "PDF", save_all=True, append_images=pages[1:], resolution=200.0)
    return made.getvalue()


@pytest.fixture(scope="module")
def alone(scan: bytes) -> list[Page]:
    """The pages as one process reads them."""
    return read(scan, 1)


def read(scan: bytes, workers: int, killed_after: int | None = None) -> list[Page]:
    """The pages as read; with `killed_after`, all processes that read are killed when so many pages have come."""
    lost: list[tuple[int, Exception]] = []
    pages = []
    with open_pdf(scan) as pdf:
        for page in read_pages(pdf, scan, SETTINGS, workers, lambda number, _page, error: lost.append((number, error))):
            pages.append(page)
            if len(pages) == killed_after:
                reading = multiprocessing.active_children()
                assert len(reading) == workers
                for process in reading:
                    process.kill()
    assert lost == []
    return pages


def test_pages_come_in_order_with_what_stands_on_them(alone: list[Page]) -> None:
    assert [page.number for page in alone] == list(range(1, PAGES + 1))
    texts = ["".join(glyph.text for glyph in page.glyphs) for page in alone]
    assert texts == [f"Page{1000 + 37 * number}" for number in range(1, PAGES + 1)]


def test_several_processes_read_the_same(scan: bytes, alone: list[Page]) -> None:
    assert read(scan, 2) == alone


def test_processes_that_die_cost_no_page(scan: bytes, alone: list[Page]) -> None:
    assert read(scan, 2, killed_after=2) == alone


def test_each_page_gives_a_sign_as_it_is_begun_though_several_come_at_once(scan: bytes) -> None:
    begun: list[None] = []
    with open_pdf(scan) as pdf:
        lost: list[Exception] = []
        signs = [
            len(begun)
            for _ in read_pages(pdf, scan, SETTINGS, 1, lambda _n, _p, e: lost.append(e), lambda: begun.append(None))
        ]
    assert lost == []
    assert signs == [min(PAGES, BUNDLE * (n // BUNDLE + 1)) for n in range(PAGES)]


def test_a_page_that_other_processes_begin_is_told_before_it_has_come(scan: bytes, alone: list[Page]) -> None:
    told: list[int] = []
    pages: list[Page] = []
    with open_pdf(scan) as pdf:
        for page in read_pages(pdf, scan, SETTINGS, 2, lambda *_: None, lambda: told.append(len(pages))):
            assert told, "no page comes that was not begun"
            pages.append(page)
    assert pages == alone
    assert len(told) >= 2
