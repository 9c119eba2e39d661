"""Worn print looked at more than once: what most of the looks see stands, and clean pages are read once."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from rapidfuzz import fuzz

from extractors.pages.lines import lines_of
from extractors.scans.asking import answered_alone
from extractors.scans.engines import first_reader
from extractors.scans.looks import in_doubt, is_worn, other_looks, told_by_looks
from extractors.scans.ocr import Character, Reading
from extractors.scans.recognising import LinePicture, recognise_lines
from extractors.scans.scan import lay_out
from extractors.scans.settings import ReadingSettings
from tests.scans import bilevel, picture, plain, truth


def read(text: str, *sure: float) -> Reading:
    """A reading of evenly set characters, as sure as said, one after the other; the others 0.99."""
    given = (*sure, *[0.99] * (len(text) - len(sure)))
    return Reading(
        tuple(Character(c, p, (n + 0.5) / len(text)) for n, (c, p) in enumerate(zip(text, given, strict=True)))
    )


def test_what_most_of_the_looks_see_stands_and_the_rest_stays_possible() -> None:
    told = told_by_looks(read("路問区分", 0.5), [read("諮問区分", 0.6), read("諮問区分", 0.4)])
    assert told.text == "諮問区分"
    assert told.characters[0].confidence == pytest.approx(1.0 / 3, abs=1e-3)
    assert dict(told.characters[0].others)["路"] == pytest.approx(0.5 / 3, abs=1e-3)
    assert told.characters[1].confidence == pytest.approx(0.99)
    assert told.characters[0].x == 0.125


def test_one_look_alone_changes_nothing_that_was_seen_more_surely() -> None:
    told = told_by_looks(read("承認", 0.7), [read("水認", 0.5), read("承認", 0.6)])
    assert told.text == "承認"
    assert dict(told.characters[0].others) == {"水": pytest.approx(0.5 / 3, abs=1e-3)}


def test_a_letter_that_all_others_see_is_put_in_and_none_is_taken_away() -> None:
    assert told_by_looks(read("部承認", 0.6), [read("一部承認"), read("一部承認")]).text == "一部承認"
    assert told_by_looks(read("部承認", 0.6), [read("一部承認"), read("部承認")]).text == "部承認"
    assert told_by_looks(read("生活保護", 0.4), [read("活保護"), read("活保護")]).text == "生活保護"


def test_signs_stay_as_they_were_read_first() -> None:
    assert told_by_looks(read("・承認", 0.5), [read("'承認"), read("'承認")]).text == "・承認"
    assert told_by_looks(read("承認", 0.5), [read("承認。"), read("承認。")]).text == "承認"


def test_a_digit_that_was_seen_otherwise_is_not_sure() -> None:
    told = told_by_looks(read("57件", 0.99, 0.99), [read("51件", 0.99, 0.6), read("57件")])
    assert told.text == "57件"
    assert [round(character.confidence, 2) for character in told.characters] == [0.99, 0.66, 0.99]
    assert told_by_looks(read("(1)", 0.99), [read("（1）"), read("（１）")]).characters[1].confidence > 0.98


def test_only_pages_with_many_doubtful_characters_are_worn() -> None:
    assert is_worn([read("個人情報の取扱いについて" * 4, 0.5, 0.5, 0.5, 0.5)])
    assert not is_worn([read("個人情報の取扱いについて" * 4, 0.5, 0.5, 0.5)])
    assert not is_worn([read("個人情報", 0.1)])
    assert in_doubt(read("個人", 0.8))
    assert not in_doubt(read("個人"))


@pytest.fixture(scope="module")
def worn() -> Sequence[LinePicture]:
    """The lines of a list whose thin strokes black and white has lost, at a resolution too coarse for its print."""
    coarse = cv2.resize(bilevel(picture(2, 150), 85), None, fx=4 / 3, fy=4 / 3, interpolation=cv2.INTER_LINEAR)
    sheet = lay_out(np.asarray(coarse, dtype=np.uint8), 200 / 72, ReadingSettings(ocr="rapidocr"))
    return sheet.lines


def test_worn_lines_are_read_with_fewer_errors(worn: Sequence[LinePicture]) -> None:
    settings = ReadingSettings(ocr="rapidocr")
    engine, real = first_reader(settings), [plain(line.text.string) for line in lines_of(truth(2).glyphs)]
    once = engine.recognise([line.pixels for line in worn])
    assert is_worn(once)
    told = [
        told_by_looks(reading, engine.recognise(other_looks(line.pixels))) if in_doubt(reading) else reading
        for reading, line in zip(once, worn, strict=True)
    ]
    assert _errors(told, real) < 0.9 * _errors(once, real)
    # what a page is read with looks again, too
    some = [n for n, (a, b) in enumerate(zip(once, told, strict=True)) if a.text != b.text][:8]
    first = sorted({*range(30), *some})
    lines, _ = answered_alone(recognise_lines([worn[n] for n in first], settings), settings)
    texts = dict(zip(first, (line.reading.text for line in lines), strict=True))
    assert sum(texts[n] != once[n].text for n in some) >= 6


def _errors(readings: Sequence[Reading], real: Sequence[str]) -> float:
    """The characters of the readings that the most like stretch of a line of the page does not have."""
    texts = [plain(reading.text) for reading in readings]
    return sum(len(text) * (1 - max(fuzz.partial_ratio(text, line) for line in real) / 100) for text in texts)
