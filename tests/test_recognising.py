"""The recognisers: what each reads, how two are weighed against each other, what is kept, what failure comes to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.scans import tesseract
from extractors.scans.asking import Asking, answered, answered_alone
from extractors.scans.circled import (
    circled,
    number_in,
    rings_in,
    shattered_rings_read,
    with_bullet,
    with_rings,
)
from extractors.scans.decoding import Alphabet
from extractors.scans.glyphs import character_spans, extents
from extractors.scans.lines import TextLine
from extractors.scans.look_alikes import by_size, settled
from extractors.scans.ocr import Character, Reading, RecogniserFailed
from extractors.scans.ocr_cache import CachedRecogniser, CachedSheetRecogniser
from extractors.scans.rapid_ocr import RapidOcr
from extractors.scans.recognising import recognise_lines
from extractors.scans.rendering import Pixels
from extractors.scans.ring_places import may_hold_ring
from extractors.scans.scan import lay_out
from extractors.scans.second_reading import Part, compared, parts_in_doubt
from extractors.scans.settings import ReadingSettings
from extractors.scans.specks import without_specks
from extractors.scans.tesseract import TesseractOcr
from extractors.scans.twins import in_use, modern, twin_of
from tests.scans import picture, plain


@pytest.fixture(scope="module")
def lines() -> list[Pixels]:
    """A few lines of a sheet, cut out."""
    sheet = lay_out(picture(3), 200 / 72, ReadingSettings(ocr="rapidocr"))
    return [line.pixels for line in sheet.lines[:8]]


def reading(text: str, confidence: float = 0.99, **weak: float) -> Reading:
    """A reading of evenly set characters; `weak` names those with another confidence."""
    return Reading(tuple(Character(c, weak.get(c, confidence), (n + 0.5) / len(text)) for n, c in enumerate(text)))


@pytest.mark.parametrize("engine", [RapidOcr(), TesseractOcr(60)], ids=["rapidocr", "tesseract"])
def test_both_engines_read_lines_of_a_sheet(engine: RapidOcr | TesseractOcr, lines: list[Pixels]) -> None:
    texts = [plain(reading.text) for reading in engine.recognise(lines)]
    assert "行政手続のオンライン化等の推進" in texts
    assert "担当課" in texts
    for found in engine.recognise(lines):
        assert all(0 <= c.x <= 1.05 and 0 <= c.confidence <= 1 for c in found.characters)


def test_nothing_to_read_is_read_as_nothing() -> None:
    blank = np.full((40, 200), 255, dtype=np.uint8)
    assert RapidOcr().recognise([blank, np.full((1, 1), 255, dtype=np.uint8)])[1].text == ""
    assert TesseractOcr(60).recognise([]) == []


def test_characters_that_japanese_does_not_use_become_their_twins() -> None:
    assert (twin_of("页"), twin_of("对"), twin_of("说"), twin_of("頁")) == ("頁", "対", "説", "頁")
    assert modern("專") == "専"
    assert in_use("髙")
    assert in_use("﨑")
    assert not in_use("页")


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("へルメット購入費", "ヘルメット購入費"),
        ("委託先ヘデータを送る", "委託先へデータを送る"),
        ("メ一力一、品番", "メーカー、品番"),
        ("サービス一覧", "サービス一覧"),
        ("データ一件", "データ一件"),
        ("産後ケ了事業", "産後ケア事業"),
        ("利用者了ンケート", "利用者アンケート"),
        ("力バン等", "カバン等"),
        ("協力バス", "協力バス"),
        ("口コミ", "口コミ"),
        ("第ー回", "第一回"),
        ("状況をー元管理", "状況を一元管理"),
        ("AI-0CRの導入", "AI-OCRの導入"),
        ("10,000件（0件）", "10,000件（0件）"),
        ("了\u3000資格情報", "ア\u3000資格情報"),
        ("返却·消去", "返却・消去"),
        ("合和8年4月", "令和8年4月"),
        ("会合和解", "会合和解"),
        ("60て120人程度", "60～120人程度"),
        ("合わせて120人", "合わせて120人"),
        ("（70一80台）", "（70～80台）"),
        ("03ー1234ー5678", "03ー1234ー5678"),
        ("N1.1がん検診", "No.1がん検診"),
        ("N①.1", "No.1"),
        ("N⑪.", "No."),
        ("公正に行うため.", "公正に行うため。"),
        ("報告する.また", "報告する。また"),
        ("第1号.", "第1号."),
        ("い.5", "い.5"),
        ("メ—ルアドレス", "メールアドレス"),
        ("入力—出力", "入力—出力"),
        ("医療券ノ調剤券情報", "医療券／調剤券情報"),
        ("(⑦)　精算処理", "(7)　精算処理"),
        ("（⑫）", "（⑫）"),
        ("虎ノ門一丁目", "虎ノ門一丁目"),
        ("一ノ関市", "一ノ関市"),
        ("職員ごとにエDを付与", "職員ごとにIDを付与"),
        ("センターDVD", "センターDVD"),
    ],
)
def test_look_alikes_are_settled_by_what_stands_beside_them(read: str, meant: str) -> None:
    assert settled(read) == meant


@pytest.mark.parametrize(
    ("read", "kept", "doubt"),
    [
        ("65,000.", "65,000", ("65,000", "65,000.")),
        ("1,540,000", "1,540,000", None),
        ("第3.", "第3.", None),
        ("-400,000", "-400,000", None),
    ],
)
def test_a_speck_behind_a_number_is_no_part_of_it(read: str, kept: str, doubt: tuple[str, str] | None) -> None:
    found, doubts = without_specks(reading(read), ())
    assert found.text == kept
    assert [d.readings for d in doubts] == ([doubt] if doubt else [])
    assert all(d.serious for d in doubts)


def test_a_sign_far_from_its_number_is_in_doubt() -> None:
    far = Reading(tuple(Character(c, 0.99, x) for c, x in zip("-400", (0.05, 0.45, 0.6, 0.75), strict=True)))
    found, doubts = without_specks(far, ())
    assert (found, [d.readings for d in doubts]) == (far, [("-400", "400")])


LETTERS = ["", "業", "委", "託", "話", "に", "1", "、", " "]
"""The classes of a net, the first of them silence."""


@pytest.mark.parametrize(
    ("hint", "text"),
    [
        ({"": 0.6, "話": 0.25, "託": 0.15}, "業委話に"),
        ({"": 0.95, "託": 0.05}, "業委に"),  # silence: a stain
        ({"": 0.6, "1": 0.4}, "業委に"),  # nothing beside a digit could tell it
        ({"": 0.6, "託": 0.3, "、": 0.1}, "業委託に"),
    ],
)
def test_a_character_whose_strokes_came_apart_is_not_passed_over(hint: dict[str, float], text: str) -> None:
    # four squares of 40 pixels, five steps of the net each
    probabilities = np.zeros((20, len(LETTERS)), dtype=np.float32)
    probabilities[:, 0] = 1.0
    for step, said in ((2, {"業": 1.0}), (7, {"委": 1.0}), (12, hint), (17, {"に": 1.0})):
        probabilities[step] = [said.get(letter, 0.0) for letter in LETTERS]
    image = np.full((48, 160), 255, dtype=np.uint8)
    for left in (4, 44, 84, 124):
        image[6:42, left : left + 32 : 6] = 0
    found = Alphabet(LETTERS).decoded(probabilities, image, 1.0)
    assert found.text == text
    if len(text) == 4:
        torn = found.characters[2]
        assert torn.confidence < 0.5  # read again, and in doubt
        assert abs(torn.x - 0.625) < 0.05
        assert {torn.text, *dict(torn.others)} >= {"託"}


@given(st.text(alphabet="0123456789０１２件人名約,.、", max_size=30))
def test_settling_never_changes_a_number(text: str) -> None:
    assert settled(text) == text


def test_kana_are_told_by_their_size() -> None:
    told = [by_size("つ", 0.75), by_size("つ", 0.95), by_size("ツ", 0.65), by_size("か", 0.5)]
    assert told == ["っ", "つ", "ッ", "か"]


@pytest.mark.parametrize("number", [2, 7, 12, 20])
def test_a_number_is_read_inside_its_ring(number: int) -> None:
    image = np.full((60, 200), 255, dtype=np.uint8)
    cv2.circle(image, (32, 30), 25, 0, 2, cv2.LINE_AA)
    font, large = cv2.FONT_HERSHEY_SIMPLEX, 1.0 if number < 10 else 0.8
    size = cv2.getTextSize(str(number), font, large, 2)[0]
    cv2.putText(image, str(number), (32 - size[0] // 2, 30 + size[1] // 2), font, large, 0, 2, cv2.LINE_AA)
    (ring,) = rings_in(image, 50)
    assert abs((ring.x0 + ring.x1) / 2 - 32) < 2
    assert rings_in(image, 50, letters=[34.0]) == [] != rings_in(image, 50, letters=[80.0])
    sign, sure = number_in(RapidOcr().recognise(ring.insides))
    assert sign == circled(number) == chr(0x2460 + number - 1)
    assert sure > 0.5


def broken_ring(digit: str, ring: bool, size: int = 40) -> Pixels:
    """The head of a line in black and white: a small number in the specks of a ring, or a number in brackets."""
    image = np.full((size + 4, 300), 255, dtype=np.uint8)
    middle = (2 + size // 2, 2 + size // 2)
    if ring:
        for degrees in range(10, 370, 22):
            cv2.ellipse(image, middle, (18, 18), 0, degrees, degrees + 4, 0, 1)
    else:
        for side, turn in ((-1, 180), (1, 0)):
            cv2.ellipse(image, (middle[0] + side * 4, middle[1]), (14, 18), turn, -50, 50, 0, 1)
    scale = 0.65 if ring else 0.95
    width, height = cv2.getTextSize(digit, cv2.FONT_HERSHEY_SIMPLEX, scale, 2)[0]
    place = (middle[0] - width // 2, middle[1] + height // 2)
    cv2.putText(image, digit, place, cv2.FONT_HERSHEY_SIMPLEX, scale, 0, 2)
    image[6:38, 50:290:8] = 0
    return image


def test_a_ring_that_came_apart_is_told_where_it_fills_a_gap() -> None:
    whole, ring, bracket = broken_ring("2", True), broken_ring("4", True), broken_ring("4", False)
    sized = [(whole, 40.0), (ring, 40.0)]
    read = shattered_rings_read([reading("②台帳への登録"), reading("(4)結果の通知")], sized, [True, False])
    assert [found.text for found in read] == ["②台帳への登録", "④結果の通知"]
    assert read[1].characters[0].confidence <= 0.85
    # no ring on the sheet is whole; the same number stands in a ring; it is a date; it is in brackets
    for head, other, whole_ring, drawn in (
        ("台帳への登録", "(4)結果の通知", False, ring), ("④台帳への登録", "(4)結果の通知", True, ring),
        ("②台帳への登録", "4月2日", True, ring), ("②台帳への登録", "(4)結果の通知", True, bracket),
    ):  # fmt: skip
        sized = [(whole, 40.0), (drawn, 40.0)]
        read = shattered_rings_read([reading(head), reading(other)], sized, [whole_ring, False])
        assert [found.text for found in read] == [head, other]


def test_brackets_that_a_net_sees_in_the_rim_of_a_ring_go() -> None:
    image = np.full((50, 300), 255, dtype=np.uint8)
    cv2.circle(image, (25, 25), 20, 0, 2)
    image[15:35, 24:27] = 0
    image[8:42, 60:280:8] = 0
    (ring,) = rings_in(image, 42)
    seen = Reading(
        tuple(Character(c, 0.9, x / 300) for c, x in (("(", 3), ("①", 25), (")", 54), ("申", 70), ("込", 110)))
    )
    inside = [Reading((Character("1", 0.99, 0.5),))]
    assert with_rings(seen, image, [ring], [inside]).text == "①申込"
    image[6:44, 53:56] = 0
    assert with_rings(seen, image, [ring], [inside]).text == "①)申込"


@pytest.mark.parametrize(
    ("read", "may"),
    [
        pytest.param(reading("個人情報、保護"), False, id="sure letters"),
        pytest.param(reading("個人3報"), True, id="a number"),
        pytest.param(reading("個人●報"), True, id="a sign"),
        pytest.param(reading("個口人報"), True, id="a letter like a ring"),
        pytest.param(reading("個人情報", 情=0.7), True, id="an unsure letter"),
        pytest.param(Reading(reading("個人情報").characters[1:]), True, id="passed over at the start"),
        pytest.param(Reading(reading("個人情報").characters[:-1]), True, id="passed over at the end"),
        pytest.param(
            Reading(reading("個人情報").characters[:1] + reading("個人情報").characters[2:]),
            True,
            id="passed over between",
        ),
        pytest.param(reading("個（）報"), True, id="brackets with nothing in them"),
        pytest.param(Reading(), True, id="nothing read"),
    ],
)
def test_a_ring_is_looked_for_where_the_reading_leaves_room_for_one(read: Reading, may: bool) -> None:
    count = 7 if read.text.startswith("個人情報、") else 4
    assert may_hold_ring(read, np.full((50, 50 * count), 255, dtype=np.uint8), 50) is may


def test_an_empty_ring_that_the_net_left_out_is_put_before_its_line() -> None:
    image = np.full((50, 250), 255, dtype=np.uint8)
    cv2.circle(image, (25, 25), 19, 0, 2, cv2.LINE_AA)
    cv2.rectangle(image, (105, 6), (145, 44), 0, -1)
    cv2.rectangle(image, (155, 6), (195, 44), 0, -1)
    beside = Reading((Character("区", 0.99, 125 / 250), Character("民", 0.99, 175 / 250)))
    assert with_bullet(beside, image, 50).text == "○区民"
    begins_with_it = Reading((Character("区", 0.99, 25 / 250), Character("民", 0.99, 175 / 250)))
    assert with_bullet(begins_with_it, image, 50) == begins_with_it


def test_the_ink_of_the_wanted_characters_is_measured() -> None:
    image = np.full((40, 120), 255, dtype=np.uint8)
    image[4:36, 4:34] = image[20:34, 50:66] = image[10:20, 84:114] = 0
    line = Reading(tuple(Character(text, 0.9, x / 120) for text, x in (("や", 19), ("ゃ", 58), ("ー", 99))))
    assert extents(line.characters, image, "やゃー") == {0: 32, 1: 16, 2: 30}
    assert extents(line.characters, image, "ゃ") == {1: 16}


def test_a_hollow_bullet_is_seen_though_its_rim_is_broken_and_the_net_saw_none() -> None:
    image = np.full((44, 300), 255, dtype=np.uint8)
    for degrees in range(0, 360, 20):
        cv2.ellipse(image, (20, 22), (16, 16), 0, degrees, degrees + 9, 0, 1)
    image[6:38, 50:290:8] = 0
    seen = Reading(tuple(Character(c, 0.9, x / 300) for c, x in (("趣", 70), ("旨", 110))))
    assert with_bullet(seen, image, 40).text == "○趣旨"
    image[18:26, 16:24] = 0
    assert with_bullet(seen, image, 40).text == "趣旨"
    zero = Reading((Character("〇", 0.9, 20 / 300), *seen.characters))
    hollow = np.full((44, 300), 255, dtype=np.uint8)
    cv2.circle(hollow, (20, 22), 16, 0, 1)
    hollow[6:38, 50:290:8] = 0
    assert with_bullet(zero, hollow, 40).text == "○趣旨"


@pytest.mark.parametrize(("pitch", "gap"), [(30, False), (17, False), (60, True)], ids=["full", "half", "apart"])
def test_digits_a_square_apart_are_set_on_full_squares(pitch: int, gap: bool) -> None:
    image = np.full((34, 200), 255, dtype=np.uint8)
    for n in range(3):
        image[3:31, 20 + n * pitch : 26 + n * pitch] = 0
    characters = [Character("1", 0.99, (23 + n * pitch) / 200) for n in range(3)]
    spans = character_spans(characters, image, TextLine(20, 3, 180, 31, 28.0), left=0)
    assert all((b[0] - a[1] > 4) == gap for a, b in pairwise(spans))


def test_a_square_with_a_bar_is_no_ring() -> None:
    image = np.full((60, 80), 255, dtype=np.uint8)
    cv2.rectangle(image, (10, 6), (50, 54), 0, 2)
    cv2.line(image, (10, 30), (50, 30), 0, 2)
    assert rings_in(image, 50) == []


def test_agreement_makes_sure_and_difference_is_kept() -> None:
    agreed, none = compared(reading("住民票の写し", 0.7), reading("住民票の写し", 0.9))
    assert none == ()
    assert min(c.confidence for c in agreed.characters) > 0.9
    kept, doubts = compared(reading("約8,413件"), reading("約8,473件", 0.9))
    assert kept.text == "約8,413件"
    assert [(doubt.readings, doubt.serious) for doubt in doubts] == [(("1", "7"), True)]
    assert kept.characters[doubts[0].start].confidence <= 0.8


def test_only_a_weak_character_gives_way_and_never_a_digit() -> None:
    changed, doubts = compared(reading("進抄状況", 抄=0.25), reading("進捗状況", 0.9))
    assert changed.text == "進捗状況"
    assert doubts[0].readings == ("捗", "抄")
    digit, _ = compared(Reading(reading("約8件").characters), reading("約3件", 0.99))
    assert digit.text == "約8件"
    weak = Reading((Character("約", 0.99, 0.1), Character("8", 0.3, 0.5), Character("件", 0.99, 0.9)))
    still, doubts = compared(weak, reading("約3件", 0.99))
    assert still.text == "約8件"
    assert doubts[0].serious


@pytest.mark.parametrize(
    ("line", "again"),
    [
        (reading("手続の申請者"), []),
        (reading("約12,100件"), ["約12,100件"]),
        (reading("⑧申請書類"), ["⑧申請書類"]),
        (reading("※本庁舎の窓口で受け付けた申請の写し", **{"※": 0.5}), ["※本庁舎の窓口で受け付"]),
        (reading("本庁舎の窓口で受け付けた申請の写しは五年"), []),
        (reading("本庁舎の窓口で受け付けた申請の写しは5年"), ["付けた申請の写しは5年"]),
        (reading("本庁舎の窓口で3人が受け付けた申請の写しを五年にわたり保存"), ["舎の窓口で3人が受け付"]),
        (
            reading("1本庁舎の窓口で受け付けた申請の写しを五年にわたり保存2"),
            ["1本庁舎の窓口で受け付", "しを五年にわたり保存2"],
        ),
    ],
)
def test_numbers_and_characters_in_doubt_are_read_twice_with_their_neighbours(line: Reading, again: list[str]) -> None:
    assert [line.text[part.start : part.end] for part in parts_in_doubt(line)] == again


def test_what_was_read_once_is_not_read_again(tmp_path: Path, lines: list[Pixels]) -> None:
    first = CachedRecogniser(RapidOcr(), tmp_path)
    readings = first.recognise(lines)
    assert first.calls == len({line.tobytes() for line in lines})
    again = CachedRecogniser(RapidOcr(), tmp_path)
    assert again.recognise(lines) == readings
    assert again.calls == 0
    for path in sorted(tmp_path.rglob("*.json"))[:1]:
        path.write_bytes(b"[[")  # cut off when the disk was full
    torn = CachedRecogniser(RapidOcr(), tmp_path)
    assert torn.recognise(lines) == readings
    assert torn.calls == 1


def test_a_part_read_again_settles_that_part_alone() -> None:
    line = reading("本庁舎の窓口で約8件を受け付けた", 0.95, 本=0.4)
    settled_line, doubts = compared(line, reading("窓口で約3件を", 0.9), Part(4, 11))
    assert settled_line.text == line.text
    assert [(settled_line.text[d.start : d.end], d.readings, d.serious) for d in doubts] == [("8", ("8", "3"), True)]
    assert [c.confidence for c in settled_line.characters[:4]] == [0.4, 0.95, 0.95, 0.95]
    assert settled_line.characters[4].confidence > 0.95


def test_sheets_asked_for_together_are_read_as_each_alone(tmp_path: Path, lines: list[Pixels]) -> None:
    sheets = [lines[:3], [], lines[3:8]]
    alone = [TesseractOcr(60).recognise(sheet) for sheet in sheets]
    assert TesseractOcr(60).recognise_sheets(sheets) == alone
    assert sum(len(readings) for readings in alone) == len(lines)
    kept = CachedSheetRecogniser(TesseractOcr(60), tmp_path)
    assert kept.recognise(sheets[2]) == alone[2]
    # read again from the folder, by an engine that could not read any more
    assert CachedSheetRecogniser(TesseractOcr(1e-6), tmp_path).recognise(sheets[2]) == alone[2]
    with pytest.raises(RecogniserFailed):
        CachedSheetRecogniser(TesseractOcr(1e-6), tmp_path).recognise_sheets(sheets)


def test_work_is_answered_together_and_one_that_fails_fails_alone(lines: list[Pixels]) -> None:
    settings = ReadingSettings()

    def asks(*questions: list[Pixels]) -> Asking[list[str]]:
        texts = []
        for question in questions:
            answer = yield question
            texts += [found.text for found in answer]
        return texts

    def fails() -> Asking[list[str]]:
        yield lines[:1]
        raise ValueError("nothing to make of that")

    first, second = (TesseractOcr(60).recognise([line])[0].text for line in lines[:2])
    ends = answered([asks(lines[:1], lines[1:2]), fails(), asks(lines[1:2]), asks()], settings)
    assert ends[0] == [first, second]
    assert isinstance(ends[1], ValueError)
    assert ends[2:] == [[second], []]


@pytest.fixture
def path_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that comes first on the path, for a program put there in place of Tesseract."""
    real = os.environ["PATH"]
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{real}")
    yield tmp_path
    tesseract.tesseract_version.cache_clear()


PROGRAM = """#!/bin/sh
case "$*" in *--version*) echo "tesseract 5.3.0";; *--list-langs*) echo "List (1):"; echo jpn;; *) %s;; esac
"""


@pytest.mark.parametrize("does", ["exec sleep 60", "exit 139", "kill -9 $$"], ids=["hangs", "fails", "dies"])
def test_an_engine_that_hangs_or_dies_costs_only_the_second_reading(
    does: str, path_first: Path, lines: list[Pixels]
) -> None:
    program = path_first / "tesseract"
    program.write_text(PROGRAM % does)
    program.chmod(0o755)
    tesseract.tesseract_version.cache_clear()
    with pytest.raises(RecogniserFailed):
        TesseractOcr(1.0).recognise(lines[:1])
    sheet = lay_out(picture(3), 200 / 72, ReadingSettings(ocr="rapidocr"))
    pictures = sheet.lines[-6:]
    settings = ReadingSettings(ocr="both", tesseract_timeout=1.0 + len(does) / 100)
    read, notes = answered_alone(recognise_lines(pictures, settings), settings)
    assert notes == ["second_reader_failed"]
    assert any("別紙" in line.reading.text for line in read)
