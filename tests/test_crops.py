"""Pictures of places: cut from the page by another process, none where the PDF, the page or the answer is bad."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from conftest import SAMPLE
from pdfs import pdf_bytes, show
from PIL import Image

from pipeline.pictures import crops as room
from pipeline.pictures.crops import Place, crops
from pipeline.pictures.painting import PLACE_DPI, window

BLACK = "0 0 0 rg 100 150 80 40 re f\n"


def place(pdf: Path, page: int = 1) -> Place:
    """Around the black box: in PDF's own coordinates from the lower left it stands at 100, 150."""
    return Place(str(pdf), page, 100.0, 110.0, 180.0, 150.0)


def test_the_picture_shows_the_place_where_it_says(tmp_path: Path) -> None:
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(pdf_bytes(show("会", "会", 10, 10), BLACK, characters="会"))
    first, second = crops([place(pdf, 1), place(pdf, 2)])
    assert first is not None
    assert second is not None
    picture = Image.open(io.BytesIO(second.data)).convert("L")
    assert picture.size == (second.width, second.height)
    assert abs(picture.width / PLACE_DPI * 72 - 300) < 2
    frame = [second.x0 * picture.width, second.top * picture.height, second.x1 * picture.width]
    left, top, right = (round(edge) for edge in frame)
    middle = (top + round(second.bottom * picture.height)) // 2
    assert max(picture.getpixel((x, middle)) for x in range(left + 3, right - 3)) < 40
    assert min(picture.getpixel((x, middle)) for x in (left - 4, right + 4)) > 215
    assert Image.open(io.BytesIO(first.data)).convert("L").getextrema()[0] > 215  # nothing stands there


def test_what_cannot_be_drawn_costs_no_other(tmp_path: Path) -> None:
    pdf, broken = tmp_path / "a.pdf", tmp_path / "b.pdf"
    pdf.write_bytes(pdf_bytes(BLACK))
    broken.write_bytes(b"%PDF-1.7 broken")
    wanted = [place(broken), place(pdf, 99), place(pdf), place(tmp_path / "none.pdf"), place(SAMPLE, 57)]
    assert [crop is not None for crop in crops(wanted)] == [False, False, True, False, True]
    assert crops([]) == []


def test_a_pdf_that_takes_too_long_ends_with_its_time(tmp_path: Path) -> None:
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(pdf_bytes(BLACK * 1_000_000))
    before = sum(os.times()[2:4])  # processor time of processes that ended, which a busy machine does not stretch
    assert crops([place(pdf)] * 20, seconds=0.01) == [None] * 20, "its page is not tried for each place anew"
    assert sum(os.times()[2:4]) - before < 15
    assert crops([place(SAMPLE)], all_seconds=-1) == [None]


WEBP = b"RIFF....WEBP"
WHERE = {"width": 2, "height": 2, "x0": 0, "top": 0, "x1": 1, "bottom": 1}


@pytest.mark.parametrize(
    ("said", "data"),
    [
        ({}, WEBP),
        (WHERE | {"x0": "left"}, WEBP),
        (WHERE | {"width": None}, WEBP),
        (WHERE, b"<svg onload=x>"),
        (WHERE, b""),
    ],
)
def test_only_a_picture_is_a_picture(said: dict[str, Any], data: bytes) -> None:
    assert room._crop(WHERE, WEBP) is not None
    assert room._crop(said, data) is None


@pytest.mark.parametrize("x0", [-50.0, 0.0, 550.0, 2000.0])
@pytest.mark.parametrize("bottom", [10.0, 800.0, 5000.0])
def test_the_window_lies_on_the_page(x0: float, bottom: float) -> None:
    left, top, right, lower = window((x0, 5.0, x0 + 20, bottom), 595, 842)
    assert 0 <= left < right <= 595
    assert 0 <= top < lower <= 842
    assert lower - top <= 330
