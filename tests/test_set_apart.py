"""Letters set apart are read together: which ones are, and what comes of it."""

from __future__ import annotations

import pytest

from extractors.scans.lines import TextLine
from extractors.scans.ocr import Character, Reading
from extractors.scans.rapid_ocr import RapidOcr
from extractors.scans.scan import lay_out
from extractors.scans.set_apart import better_together, side_by_side, words_set_apart
from extractors.scans.settings import ReadingSettings
from tests.scans import picture

SIZE = 30


def letter(x: int, top: int = 100, width: int = 28) -> TextLine:
    return TextLine(x, top, x + width, top + 28, SIZE)


def test_letters_that_stand_level_and_evenly_are_a_word() -> None:
    word = [letter(100), letter(170), letter(240)]
    assert words_set_apart([*word, letter(100, 160), letter(400)]) == [[0, 1, 2]]
    assert words_set_apart([letter(100), letter(170), letter(300)]) == [[0, 1]]  # the third too far off
    assert words_set_apart([letter(100), letter(170, width=90)]) == []  # words stand beside it


def one(text: str, sure: float) -> Reading:
    return Reading((Character(text, sure, 0.5),))


def together(*letters: tuple[str, float]) -> Reading:
    return Reading(tuple(Character(c, sure, (n + 0.5) / len(letters)) for n, (c, sure) in enumerate(letters)))


@pytest.mark.parametrize(
    ("alone", "read", "told"),
    [
        ([one("主", 0.53), Reading(), one("課", 0.97)], together(("主", 0.94), ("管", 0.9), ("課", 0.99)), "主管課"),
        ([one("日", 0.27), one("的", 1.0)], together(("目", 0.45), ("的", 1.0)), "目的"),
        ([one("日", 0.8), one("的", 1.0)], together(("目", 0.45), ("的", 1.0)), "日的"),
        (
            [one("日", 0.3), one("的", 1.0)],
            together(
                ("目的", 0.9),
            ),
            "日的",
        ),  # not as many letters
    ],
)
def test_the_surer_reading_of_each_letter_stands(alone: list[Reading], read: Reading, told: str) -> None:
    found = better_together(alone, read)
    assert "".join(reading.text for reading in found) == told
    if told == "目的":
        assert found[0].confidence == 0.5  # in doubt, and no dirt


def test_letters_side_by_side_are_read_as_their_word() -> None:
    sheet = lay_out(picture(3), 200 / 72, ReadingSettings(ocr="rapidocr"))
    engine = RapidOcr()
    label = next(p for p in sheet.lines if engine.recognise([p.pixels])[0].text == "担当課")
    side = label.pixels.shape[1] / 3
    letters = [label.pixels[:, round(n * side) : round((n + 1) * side)] for n in range(3)]
    joined = side_by_side(letters)
    assert joined.shape[1] == 3 * max(max(p.shape) for p in letters)
    assert engine.recognise([joined])[0].text == "担当課"
