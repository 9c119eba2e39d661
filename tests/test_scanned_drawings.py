"""Whole drawings read from pictures of them, spoilt as scanners spoil them, against the truth of tests/diagrams.

Characters have tests of their own: but for one drawing that is read whole, those of the text layer stand for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pypdfium2
import pytest
from drawings import DRAWINGS, NAMES, drawn_page, ends_of, holders_of, plain, true_ends, true_holders, truth
from scans import bilevel, leaning, noisy, raster, squeezed

from extractors.diagrams.diagram import Diagram, read_diagram
from extractors.scans.rendering import Pixels
from extractors.scans.scan import lay_out, page_of, strokes_of
from extractors.scans.settings import ReadingSettings


@cache
def picture(name: str, dpi: int) -> Pixels:
    """The drawing in grey."""
    document = pypdfium2.PdfDocument(DRAWINGS / f"{name}.pdf")
    try:
        rendered = document[0].render(scale=dpi / 72, grayscale=True).to_numpy()
        return np.array(rendered.reshape(rendered.shape[0], rendered.shape[1]), dtype=np.uint8, copy=True)
    finally:
        document.close()


def scanned(name: str, dpi: int, spoil: Callable[[Pixels], Pixels] = np.copy) -> Diagram:
    """The diagram of what a picture shows, with the characters of the text layer."""
    sheet = lay_out(spoil(picture(name, dpi)), dpi / 72, ReadingSettings(), may_turn=False)
    rulings, shapes = strokes_of(sheet)
    return read_diagram(replace(drawn_page(name), rulings=tuple(rulings), shapes=tuple(shapes)))


@pytest.mark.parametrize("name", NAMES)
def test_a_clean_scan_of_a_drawing_says_what_the_drawing_does(name: str) -> None:
    diagram, wanted = scanned(name, 200), truth(name)
    assert ends_of(diagram) == true_ends(name)
    assert holders_of(diagram) == true_holders(name)
    boxes = {
        (plain(box.name), plain(parent.name) if (parent := diagram.parent_of(box)) else None, box.role)
        for box in diagram.boxes
        if box.role != "controls"
    }
    assert boxes == {(plain(b["name"]), plain(b["parent"]), b["role"]) for b in wanted["boxes"]}
    # one arrow of childcare goes to a border that hides half of its head
    hidden = 1 if name == "childcare" else 0
    assert sum(c.headed for c in diagram.connectors) == wanted["arrows"] - hidden
    assert sum(not c.headed for c in diagram.connectors) == wanted["ties"] + hidden
    assert all(c.tail_box is not None and c.head_box is not None for c in diagram.connectors)


@pytest.mark.parametrize(
    ("name", "dpi", "spoil"),
    [
        ("vaccination", 150, np.copy),
        ("vaccination", 200, noisy),
        ("vaccination", 300, lambda pixels: bilevel(leaning(pixels, 0.7))),
        ("library", 300, lambda pixels: bilevel(leaning(pixels, 0.7))),
        ("library", 150, squeezed),
        ("library", 200, bilevel),
        ("library", 200, lambda pixels: leaning(pixels, -1.5)),
        ("childcare", 150, squeezed),
        ("childcare", 200, lambda pixels: leaning(pixels, 0.5)),
        ("childcare", 300, bilevel),
        ("checkup", 150, squeezed),
        ("checkup", 200, bilevel),
        ("checkup", 150, lambda pixels: squeezed(noisy(pixels, 8.0))),
    ],
)
def test_ends_and_holders_outlast_a_poor_scan(name: str, dpi: int, spoil: Callable[[Pixels], Pixels]) -> None:
    diagram = scanned(name, dpi, spoil)
    assert ends_of(diagram) == true_ends(name)
    assert holders_of(diagram) == true_holders(name)


def test_pale_dashes_are_found_beside_dark_ones() -> None:
    pixels = np.full((700, 900), 247, dtype=np.uint8)
    for box in ((100, 100, 400, 250), (500, 100, 800, 250), (100, 400, 400, 550), (500, 400, 800, 550)):
        cv2.rectangle(pixels, box[:2], box[2:], 0, 3)
    for x, grey in ((250, 60), (650, 185)):
        for y in range(258, 395, 10):
            cv2.line(pixels, (x, y), (x, y + 5), grey, 2)
    sheet = lay_out(noisy(pixels, 4.0), 200 / 72, ReadingSettings(), may_turn=False)
    ties = [stroke for stroke in sheet.strokes if stroke.dashed]
    assert [round(tie.x0, -1) for tie in sorted(ties, key=lambda tie: tie.x0)] == [250, 650]
    # carried on to the boxes that they join
    assert all(tie.y0 <= 256 and tie.y1 >= 394 for tie in ties)


def test_a_scan_read_whole_knows_who_sends_and_who_holds_what() -> None:
    page = page_of(raster(picture("checkup", 200), 200), 1, ReadingSettings())
    diagram = read_diagram(page)
    assert ends_of(diagram) == true_ends("checkup")
    assert {first: (count, name, steps) for first, (_, count, name, steps) in holders_of(diagram).items()} == {
        first: (count, name, steps) for first, (_, count, name, steps) in true_holders("checkup").items()
    }
