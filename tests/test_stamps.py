"""Stamps over print: what is taken away, what stays, and that what stood below is in doubt."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from extractors.scans.ink import ink_of
from extractors.scans.lines import TextLine
from extractors.scans.recognising import UNDER_STAMP, LinePicture
from extractors.scans.rendering import Pixels
from extractors.scans.scan import page_of
from extractors.scans.settings import ReadingSettings
from extractors.scans.stamps import find_stamps
from tests.scans import bilevel, noisy, picture, plain, raster

UNIT = 200 / 72
GREY = 125


def stamped(pixels: Pixels, x: int, y: int, radius: int = 90) -> Pixels:
    """A round stamp of an office at (x, y), a date between two bars."""
    stamp = np.full_like(pixels, 255)
    cv2.circle(stamp, (x, y), radius, GREY, 4, cv2.LINE_AA)
    for level in (-28, 28):
        reach = int((radius**2 - level**2) ** 0.5)
        cv2.line(stamp, (x - reach, y + level), (x + reach, y + level), GREY, 3)
    cv2.putText(stamp, "5. 4.12", (x - 62, y + 10), cv2.FONT_HERSHEY_SIMPLEX, 1.0, GREY, 4, cv2.LINE_AA)
    return np.minimum(pixels, stamp)


def sealed(pixels: Pixels, x: int, y: int, side: int = 170) -> Pixels:
    """A square seal with a carved face."""
    seal = np.full_like(pixels, 255)
    cv2.rectangle(seal, (x, y), (x + side, y + side), GREY, 7)
    for n in range(1, 6):
        cv2.line(seal, (x + n * side // 6, y + 14), (x + n * side // 6, y + side - 14), GREY, 9)
        cv2.line(seal, (x + 14, y + n * side // 6), (x + side - 14, y + n * side // 6), GREY, 6)
    return np.minimum(pixels, seal)


def paper() -> Pixels:
    return np.full((1200, 1200), 245, dtype=np.uint8)


def boxes(pixels: Pixels) -> list[tuple[int, ...]]:
    ink = ink_of(pixels, UNIT)
    return [tuple(round(v) for v in box) for box in find_stamps(ink.differs, ink.contrast, UNIT)[0]]


def near(found: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= 8 for a, b in zip(found, wanted, strict=True))


@pytest.mark.parametrize("worn", [lambda pixels: pixels, noisy], ids=["clean", "grain"])
def test_a_round_stamp_over_words_is_found_and_the_words_are_read(worn) -> None:  # type: ignore[no-untyped-def]
    clean = picture(3)
    (found,) = boxes(worn(stamped(clean, 900, 1000)))
    assert near(found, (808, 908, 992, 1092))
    read = page_of(raster(worn(stamped(clean, 900, 1000))), 1, ReadingSettings(ocr="rapidocr"))
    before = page_of(raster(clean), 1, ReadingSettings(ocr="rapidocr"))
    words = [plain("".join(glyph.text for glyph in page.glyphs)) for page in (read, before)]
    lost = set(words[1]) - set(words[0])
    assert "5.4.12" not in words[0]
    assert len(lost) <= 2
    assert abs(len(words[0]) - len(words[1])) <= 6
    # every ruling is kept; of a bar of the stamp that runs through a line of words a piece may be left
    assert len(before.rulings) <= len(read.rulings) <= len(before.rulings) + 1


def test_what_stood_under_a_stamp_is_in_doubt() -> None:
    sheet = np.full((60, 400), 255, dtype=np.uint8)
    (stamp,) = find_stamps(*_ink(stamped(picture(3), 900, 1000)), UNIT)[0]
    line = TextLine(700, 990, 1100, 1016, 26)
    cut = LinePicture.cut(np.pad(sheet, ((980, 600), (690, 200)), constant_values=255), line, [stamp])
    ((first, last),) = cut.stamped
    assert (first, last) == pytest.approx((0.28, 0.72), abs=0.03)
    assert UNDER_STAMP < 0.9


def _ink(pixels: Pixels) -> tuple[Pixels, float]:
    ink = ink_of(pixels, UNIT)
    return ink.differs, ink.contrast


def test_a_carved_seal_is_found() -> None:
    page = paper()
    cv2.putText(page, "MAYOR", (260, 420), cv2.FONT_HERSHEY_SIMPLEX, 2.0, 20, 5)
    (found,) = boxes(sealed(page, 380, 330))
    assert near(found, (376, 326, 554, 504))


def test_pale_boxes_letters_and_rulings_are_no_stamps() -> None:
    page = paper()
    cv2.putText(page, "BLACK", (60, 100), cv2.FONT_HERSHEY_SIMPLEX, 2.0, 20, 5)
    cv2.rectangle(page, (100, 200), (300, 340), GREY, 3)  # a box of a drawing, printed pale
    cv2.ellipse(page, (700, 300), (150, 60), 0, 0, 360, GREY, 3)
    for n in range(6):
        cv2.putText(page, "pale words of a note", (100, 500 + 40 * n), cv2.FONT_HERSHEY_SIMPLEX, 1.0, GREY, 2)
    for n in range(8):
        cv2.line(page, (600, 500 + 30 * n), (1100, 500 + 30 * n), GREY, 2)
    assert boxes(page) == []


def test_a_page_without_stamps_and_one_in_black_and_white_are_left_alone() -> None:
    assert boxes(picture(3)) == []
    assert boxes(bilevel(stamped(picture(3), 900, 1000))) == []
