"""The scan reader beside the text layer of the same pages: same cells, same characters, same drawing."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from extractors.pages.lines import GlyphIndex, lines_of
from extractors.pages.page import Page
from extractors.scans.rendering import Pixels
from extractors.scans.scan import page_of
from extractors.scans.settings import ReadingSettings
from extractors.tables.tables import find_tables
from tests.scans import bilevel, leaning, noisy, picture, plain, raster, squeezed, truth

ALONE = ReadingSettings(ocr="rapidocr")
BOTH = ReadingSettings(ocr="both")
SHEET, LIST, FLOW = 3, 1, 57


def cells(page: Page) -> list[str]:
    index = GlyphIndex(page)
    return [
        plain("".join(line.text.string for line in lines_of(index.within(cell.box))))
        for table in find_tables(page)
        for cell in table.cells
    ]


def error_rate(page: Page, real: Page) -> float:
    """Wrong characters of the cells, as a share."""
    pairs = zip(cells(page), cells(real), strict=True)
    return sum(Levenshtein.distance(a, b) for a, b in pairs) / sum(map(len, cells(real)))


@pytest.fixture(scope="module")
def sheet() -> Page:
    return page_of(raster(noisy(leaning(picture(SHEET), 0.6))), SHEET, BOTH)


def test_a_leaning_grainy_sheet_gives_the_cells_of_its_text_layer(sheet: Page) -> None:
    assert cells(sheet) == cells(truth(SHEET))
    assert sheet.method == "ocr"
    assert sheet.frame.skew == pytest.approx(0.6, abs=0.1)
    assert all(glyph.method == "ocr" and 0 < glyph.confidence <= 1 for glyph in sheet.glyphs)


def test_boxes_lie_where_the_characters_stand_on_the_displayed_page(sheet: Page) -> None:
    # the page was turned about its middle, and so must be the places of the text layer's characters
    lean = sheet.frame._replace(skew=0.6)
    index = GlyphIndex(truth(SHEET))
    near = 0
    for glyph in sheet.glyphs:
        x, y = sheet.frame.displayed(glyph.box).centre
        upright = lean.upright(sheet.frame.displayed(glyph.box))
        beside = index.within(upright.grown(5))
        near += any(plain(other.text) == plain(glyph.text) for other in beside)
        assert 0 < x < sheet.frame.width
        assert 0 < y < sheet.frame.height
    assert near / len(sheet.glyphs) > 0.98


def test_characters_of_a_line_follow_each_other_without_false_gaps(sheet: Page) -> None:
    for line in lines_of(sheet.glyphs, split_at=2.0):
        own = line.text.own_glyphs()
        assert all(a.box.x0 <= b.box.x0 for a, b in pairwise(own))
    spaced = [line.text.string for line in lines_of(sheet.glyphs) if "、" in line.text.string]
    assert spaced
    assert not [text for text in spaced if "、 " in text or "、\u3000" in text]


@pytest.mark.parametrize(
    ("spoilt", "dpi", "worst"),
    [
        pytest.param(lambda p: bilevel(p), 200, 0.01, id="bilevel"),
        pytest.param(lambda p: squeezed(p), 200, 0.01, id="jpeg40"),
        pytest.param(lambda p: leaning(p, -1.5), 200, 0.01, id="skew"),
        pytest.param(lambda p: p, 150, 0.02, id="150dpi"),
    ],
)
def test_spoilt_pictures_are_read_all_the_same(spoilt: object, dpi: int, worst: float) -> None:
    pixels: Pixels = spoilt(picture(SHEET, dpi))  # type: ignore[operator]
    page = page_of(raster(pixels, dpi), SHEET, ALONE)
    assert error_rate(page, truth(SHEET)) <= worst


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_page_lying_on_its_side_or_head_is_read_upright(turns: int) -> None:
    page = page_of(raster(np.ascontiguousarray(np.rot90(picture(SHEET), turns))), SHEET, ALONE)
    assert page.frame.turn == 90 * turns
    assert error_rate(page, truth(SHEET)) <= 0.01
    title = next(glyph for glyph in page.glyphs if glyph.text == "東")
    box = page.frame.displayed(title.box)
    # the title stands at the top of the upright page: at the left, the foot, or the right of the turned one
    edge = {1: box.x0 / page.frame.width, 2: 1 - box.bottom / page.frame.height, 3: 1 - box.x1 / page.frame.width}
    assert edge[turns] < 0.2


def test_a_flow_has_the_boxes_arrows_and_numbers_of_its_drawing() -> None:
    page, real = page_of(raster(picture(FLOW)), FLOW, BOTH), truth(FLOW)
    kinds = Counter(shape.kind for shape in page.shapes)
    expected = Counter(shape.kind for shape in real.shapes)
    assert kinds == expected
    for shape in real.shapes:
        alike = [s for s in page.shapes if s.kind == shape.kind]
        nearest = min(sum(abs(a - b) for a, b in zip(s.box, shape.box, strict=True)) for s in alike)
        assert nearest < 10, shape
    assert len(page.rulings) == len(real.rulings)
    steps = sorted(c for glyph in page.glyphs for c in glyph.text if "①" <= c <= "⑳")
    assert steps == sorted(c for glyph in real.glyphs for c in glyph.text if "①" <= c <= "⑳")


def test_the_list_keeps_its_grid_and_every_date() -> None:
    page = page_of(raster(noisy(picture(LIST))), LIST, BOTH)
    found, real = cells(page), cells(truth(LIST))
    assert len(found) == len(real)
    dated = [n for n, text in enumerate(real) if "月" in text and "日" in text]
    assert [found[n] for n in dated] == [real[n] for n in dated]


def test_wrong_characters_are_not_sure_ones() -> None:
    wrong = sure = 0
    for number, spoil in ((FLOW, noisy), (SHEET, bilevel)):
        page, real = page_of(raster(spoil(picture(number, 150)), 150), number, BOTH), truth(number)
        index = GlyphIndex(real)
        for glyph in page.glyphs:
            around = {plain(other.text) for other in index.within(glyph.box.grown(6))}
            if glyph.confidence >= 0.9:
                sure += 1
                wrong += plain(glyph.text) not in around
    assert sure > 900
    assert wrong / sure <= 0.02
