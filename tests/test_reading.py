"""Which way a page is read: text layer, recognition, or both, region by region; and what bad pictures come to."""

from __future__ import annotations

import io
import time
import zlib
from pathlib import Path

import numpy as np
import pdfplumber
import pytest
from PIL import Image

from extractors.pages.lines import lines_of
from extractors.pages.page import Page
from extractors.scans.plausibility import is_plausible
from extractors.scans.reading import read_document_page
from extractors.scans.rendering import Pixels, open_document, render
from extractors.scans.scan import page_of
from extractors.scans.settings import ReadingSettings
from tests.pdfs import pdf_bytes
from tests.scans import SAMPLE, pdf_of, picture, plain, truth

ALONE = ReadingSettings(ocr="rapidocr")
SHEET = 3


def read(pdf: bytes, number: int = 1, settings: ReadingSettings = ALONE) -> Page:
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return read_document_page(document.pages[number - 1], pdf, settings)


def text_of(page: Page) -> str:
    return plain("".join(line.text.string for line in lines_of(page.glyphs)))


def streams(*objects: tuple[str, bytes]) -> bytes:
    """A one-page PDF, 400 by 300 points, from numbered objects: 4 is the content, 5 and more what it draws."""
    body = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    }
    for n, (head, data) in enumerate(objects, 3):
        body[n] = head.encode() if not data else b"%s\nstream\n%s\nendstream" % (head.encode(), data)
    out = b"%PDF-1.5\n"
    offsets = []
    for n, text in body.items():
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n, text)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(body) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(body) + 1, start)


def pasted(pixels: Pixels, content: str, colours: str = "/DeviceGray") -> bytes:
    """A PDF that draws a picture, named /P, and text in the font /F, as `content` says."""
    height, width = pixels.shape
    image = zlib.compress(pixels.tobytes())
    return streams(
        (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Contents 4 0 R "
            "/Resources << /XObject << /P 5 0 R >> /Font << /F 6 0 R >> >> >>",
            b"",
        ),
        (f"<< /Length {len(content)} >>", content.encode()),
        (
            f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace {colours} "
            f"/BitsPerComponent 8 /Filter /FlateDecode /Length {len(image)} >>",
            image,
        ),
        ("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", b""),
    )


def strip() -> Pixels:
    """The title and first rows of a sheet: 400 by 150 points at 200 dpi."""
    return np.ascontiguousarray(picture(SHEET)[150:567, 200:1311])


def test_a_text_layer_is_left_to_itself() -> None:
    page = read(SAMPLE.read_bytes(), SHEET)
    assert page.method == "text"
    assert page == truth(SHEET)


def test_a_picture_on_a_page_of_text_is_read_in_its_place() -> None:
    page = read(pasted(strip(), "q 400 0 0 150 0 100 cm /P Do Q BT /F 12 Tf 20 270 Td (Annex 2, page 7) Tj ET"))
    assert page.method == "mixed"
    printed = [glyph for glyph in page.glyphs if glyph.method == "text"]
    recognised = [glyph for glyph in page.glyphs if glyph.method == "ocr"]
    assert plain("".join(glyph.text for glyph in printed)) == "Annex2,page7"
    assert "行政手続のオンライン化等の推進" in plain("".join(glyph.text for glyph in recognised))
    assert all(50 <= glyph.box.centre[1] <= 200 for glyph in recognised)


def test_a_scan_with_a_stamp_is_mixed_and_nothing_is_read_twice() -> None:
    page = read(pasted(picture(SHEET), "q 400 0 0 300 0 0 cm /P Do Q BT /F 8 Tf 300 20 Td (Annex 2) Tj ET"))
    assert page.method == "mixed"
    assert text_of(page).count("Annex2") == 1


def test_a_garbage_layer_under_a_scan_is_dropped() -> None:
    garbage = "".join(
        f"BT 3 Tr /F 9 Tf 20 {280 - 14 * n} Td (xq zvkj wqfp jhgt bnmk qwrt zxcv) Tj ET " for n in range(16)
    )
    page = read(pasted(picture(SHEET), "q 400 0 0 300 0 0 cm /P Do Q " + garbage))
    assert page.method == "ocr"
    assert "zvkj" not in text_of(page)
    assert "オンライン" in text_of(page)


def test_a_sound_layer_under_a_scan_is_kept_with_the_rulings_of_the_picture() -> None:
    words = "".join(
        f"BT 3 Tr /F 9 Tf 20 {280 - 14 * n} Td (the open list of every item on sale) Tj ET " for n in range(16)
    )
    page = read(pasted(picture(SHEET), "q 400 0 0 300 0 0 cm /P Do Q " + words))
    assert "hidden_layer" in page.notes
    assert text_of(page).startswith("theopenlist")
    assert len(page.rulings) >= 10


def test_letters_without_a_name_are_recognised() -> None:
    # codes that no ToUnicode explains: Helvetica shows them, and nobody can tell what they are
    nameless = pdf_bytes("BT /F1 20 Tf 20 200 Td <" + "00FF" * 18 + "> Tj ET", characters="あ")
    page = read(nameless)
    assert page.unreadable == 18
    assert "text_layer_unreadable" in page.notes
    assert not [glyph for glyph in page.glyphs if "\N{REPLACEMENT CHARACTER}" in glyph.text]


def test_strips_make_one_picture() -> None:
    pixels = picture(SHEET)[: 2339 // 13 * 13]
    draw = " ".join(f"q 400 0 0 {300 / 13:.4f} 0 {300 - (n + 1) * 300 / 13:.4f} cm /P{n} Do Q" for n in range(13))
    names = " ".join(f"/P{n} {5 + n} 0 R" for n in range(13))
    images = []
    for part in np.split(pixels, 13):
        packed = zlib.compress(np.ascontiguousarray(part).tobytes())
        images.append(
            (
                f"<< /Type /XObject /Subtype /Image /Width {part.shape[1]} /Height {part.shape[0]} "
                f"/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode /Length {len(packed)} >>",
                packed,
            )
        )
    page_head = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Contents 4 0 R "
        f"/Resources << /XObject << {names} >> >> >>"
    )
    page = read(streams((page_head, b""), (f"<< /Length {len(draw)} >>", draw.encode()), *images))
    assert page.method == "ocr"
    assert len(page.pictures) == 13
    assert "行政手続" in text_of(page)


def test_a_picture_in_colours_that_nobody_knows_costs_only_itself() -> None:
    page = read(pasted(strip(), "q 400 0 0 150 0 100 cm /P Do Q BT /F 12 Tf 20 270 Td (Annex 2) Tj ET", "/NoSuchSpace"))
    assert "Annex2" in text_of(page)


@pytest.mark.parametrize(
    "pixels",
    [
        pytest.param(np.zeros((1200, 900), dtype=np.uint8), id="black"),
        pytest.param(np.full((1200, 900), 255, dtype=np.uint8), id="white"),
        pytest.param(np.full((1, 1), 128, dtype=np.uint8), id="one pixel"),
        pytest.param(np.random.default_rng(3).integers(0, 256, (900, 700), dtype=np.uint8), id="snow"),
    ],
)
def test_pictures_without_writing_give_hardly_a_character(pixels: Pixels) -> None:
    page = read(pdf_of(pixels))
    assert len([glyph for glyph in page.glyphs if glyph.confidence >= 0.9]) <= 3
    assert page.pictures or not page.glyphs


def test_a_photograph_ends_soon() -> None:
    rng = np.random.default_rng(11)
    small = rng.integers(0, 256, (60, 45), dtype=np.uint8)
    photograph = np.array(Image.fromarray(small).resize((1654, 2339), Image.Resampling.BICUBIC))
    start = time.process_time()
    page = read(pdf_of(photograph))
    assert time.process_time() - start < 40
    assert len([glyph for glyph in page.glyphs if glyph.confidence >= 0.9]) < 30


def test_a_huge_sheet_is_rendered_within_bounds() -> None:
    pdf = streams(
        ("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 14400 14400] /Contents 4 0 R /Resources << >> >>", b""),
        ("<< /Length 40 >>", b"100 100 14000 14000 re S                "),
    )
    document = open_document(pdf)
    raster = render(document, 1, ALONE)
    assert raster.pixels.size <= ALONE.max_pixels * 1.01
    page = page_of(raster, 1, ALONE)
    assert page.width == 14400
    document.close()


def test_a_picture_has_the_same_greys_whichever_way_its_page_is_drawn() -> None:
    document = open_document(pdf_of(picture(3, 150.0), dpi=150.0))
    in_grey = document[0].render(scale=ALONE.min_dpi / 72, grayscale=True).to_numpy()
    assert np.array_equal(render(document, 1, ALONE).pixels, in_grey.reshape(in_grey.shape[:2]))
    document.close()


def test_garbage_is_not_plausible_and_papers_are() -> None:
    assert is_plausible(
        "区では、平成16年度から東京都及び都内区市町村で構成される協議会が提供するサービスを活用している。"
    )
    assert is_plausible("The list of every item is open to all who ask for it.")
    assert not is_plausible("縺薙ｓ縺ｫ縺｡縺ｯ荳也阜繧ｨ繝ｳ繧ｳ繝ｼ繝鎚ョ繧後∪縺励◆譁�喧縺代縺励※縺�∪縺�")
    assert is_plausible("12")
    assert is_plausible(
        "設　計　等　業　務　技　術　者　名　簿\n氏　名　　年　齢　　資　格　　住　所　　電　話　番　号"
    )
    assert not is_plausible("路面清掃車の運行記録システðの導入についv見守º機器の貸与に係»外部結合")


def test_bytes_or_an_open_document_are_the_same(tmp_path: Path) -> None:
    pdf = pdf_of(strip())
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf)
    document = open_document(pdf)
    with pdfplumber.open(path) as opened:
        assert read_document_page(opened.pages[0], document, ALONE) == read(pdf)
    document.close()
