"""What came apart on a scan: a number at a point is said to be in doubt, words in two halves are read once."""

from __future__ import annotations

import numpy as np
import pytest

from extractors.scans.lines import TextLine
from extractors.scans.ocr import Character, Reading
from extractors.scans.recognising import LinePicture, Recognised
from extractors.scans.scan import once
from extractors.scans.thousands import doubted_thousands

SIZE = 30


def line(text: str, left: int, top: int = 100) -> Recognised:
    width = SIZE * len(text)
    characters = tuple(Character(c, 0.99, (n + 0.5) / len(text)) for n, c in enumerate(text))
    pixels = np.full((SIZE, width), 255, dtype=np.uint8)
    return Recognised(
        LinePicture(TextLine(left, top, left + width, top + SIZE, SIZE), pixels, left, top), Reading(characters)
    )


@pytest.mark.parametrize(
    ("head", "rest", "left", "readings"),
    [
        ("5.", "100名", 185, [("100", "5,100")]),
        ("5.", "100名", 260, []),  # too far
        ("5.", "1000名", 185, []),  # no thousands would be so parted
        ("5", "100名", 185, []),
        ("5.", "概要", 185, []),
    ],
)
def test_three_digits_close_behind_a_point(head: str, rest: str, left: int, readings: list[tuple[str, str]]) -> None:
    lines = doubted_thousands([line(head, 100), line(rest, left)])
    assert [line.reading.text for line in lines] == [head, rest]
    assert [doubt.readings for doubt in lines[1].doubts] == readings
    assert all(doubt.serious for doubt in lines[1].doubts)


def test_words_found_as_two_halves_are_read_once() -> None:
    upper, lower, other = line("承認", 100, 100), line("承認", 104, 108), line("承認", 100, 150)
    assert [one.picture.line.top for one in once([upper, lower, other])] in ([100, 150], [108, 150])
    assert len(once([upper, line("承諾", 104, 108)])) == 2
