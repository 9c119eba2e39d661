"""Doubtful characters told by the words that they make, and what must not be touched by that."""

from __future__ import annotations

import pytest

from extractors.scans.by_words import by_words
from extractors.scans.ocr import Character, Reading
from extractors.scans.second_reading import SpanDoubt, compared


def doubtful(text: str, at: int, confidence: float, *others: tuple[str, float]) -> Reading:
    """A reading that is sure of all its characters but the one at `at`, which may be one of `others`."""
    return Reading(
        tuple(
            Character(c, confidence if n == at else 0.999, (n + 0.5) / len(text), others if n == at else ())
            for n, c in enumerate(text)
        )
    )


@pytest.mark.parametrize(
    ("read", "at", "confidence", "other", "probable", "meant"),
    [
        ("中請年月日", 0, 0.56, "申", 0.44, "申請年月日"),
        ("業務に必要な項日に限る。", 7, 0.97, "目", 0.08, "業務に必要な項目に限る。"),
        ("通知の封人及び発送", 4, 0.93, "入", 0.05, "通知の封入及び発送"),
        ("答中", 1, 0.91, "申", 0.06, "答申"),
        ("通知書の手渡L", 6, 0.97, "U", 0.02, "通知書の手渡し"),
        ("パスワードを付ケする。", 7, 0.89, "与", 0.27, "パスワードを付与する。"),
        ("貸なした資料は、", 1, 0.62, "与", 0.33, "貸与した資料は、"),
        ("支払までを…つの手続で行う", 5, 0.55, "一", 0.37, "支払までを一つの手続で行う"),
        # the picture speaks for the other, and so does the dictionary's word for the one that was read
        ("弁護士", 2, 0.50, "上", 0.48, "弁護士"),
        ("未定（指名競争入札により決定）", 0, 0.64, "末", 0.29, "未定（指名競争入札により決定）"),
        ("予防接種予診票発送", 6, 0.99, "県", 0.41, "予防接種予診票発送"),
        # two words cost less than the one that was read
        ("最新のパターンファイルの適用", 8, 0.99, "ア", 0.01, "最新のパターンファイルの適用"),
        ("委託先へデータを送る", 3, 0.9, "ヘ", 0.09, "委託先へデータを送る"),
        ("ライフケアへ本事業の", 5, 0.9, "ヘ", 0.09, "ライフケアへ本事業の"),
        # a run of katakana that the dictionary does not have is no longer word
        ("株式会社ミラノライフケアへ本事業を", 12, 0.7, "ヘ", 0.3, "株式会社ミラノライフケアへ本事業を"),
        ("システムネットヮーク状態", 7, 0.999, "ワ", 0.01, "システムネットワーク状態"),
        # a family's name that the dictionary has, for a made one that it has not
        ("本業務を霞野データサービス株式会社", 4, 0.85, "管", 0.04, "本業務を霞野データサービス株式会社"),
        ("医療券／調剤券情報の登録", 3, 0.8, "ノ", 0.18, "医療券／調剤券情報の登録"),
        # a line that begins in the middle of a word
        ("託について", 0, 0.91, "話", 0.06, "託について"),
        ("り承認", 0, 0.97, "リ", 0.02, "り承認"),
    ],
)
def test_a_character_is_told_by_its_word(
    read: str, at: int, confidence: float, other: str, probable: float, meant: str
) -> None:
    told, doubts = by_words(doubtful(read, at, confidence, (other, probable)), ())
    assert told.text == meant
    if read == meant:
        assert doubts == ()
    else:
        assert [(d.start, d.end, d.readings) for d in doubts] == [(at, at + 1, (meant[at], read[at]))]
        assert told.characters[at].confidence <= 0.75


def test_what_only_looks_alike_needs_no_probability_of_the_net() -> None:
    told, doubts = by_words(doubtful("入カしたデータは、", 1, 0.99), ())
    assert told.text == "入力したデータは、"
    assert doubts[0].readings == ("力", "カ")
    assert by_words(doubtful("定義フアイルの更新", 3, 0.99), ())[0].text == "定義ファイルの更新"


def test_a_stroke_that_worn_print_loses_is_made_good_by_the_word() -> None:
    assert by_words(doubtful("人室者の制限及び記録", 0, 0.999), ())[0].text == "入室者の制限及び記録"
    assert by_words(doubtful("業務の委話について", 4, 0.99), ())[0].text == "業務の委託について"
    assert by_words(doubtful("った提供", 0, 0.99), ())[0].text == "った提供"
    assert by_words(doubtful("成人を対象とする", 1, 0.999), ())[0].text == "成人を対象とする"
    assert by_words(doubtful("申込日を記録する", 2, 0.98), ())[0].text == "申込日を記録する"


def test_a_word_as_long_gives_way_to_one_that_differs_by_a_stroke() -> None:
    assert by_words(doubtful("継統審議", 1, 0.55, ("続", 0.1)), ())[0].text == "継続審議"
    assert by_words(doubtful("継統審議", 1, 0.9999), ())[0].text == "継統審議"


@pytest.mark.parametrize(
    ("read", "at", "other"),
    [
        ("１日から施行", 0, "日"),
        ("千八百人", 1, "入"),
        ("O円", 0, "0"),
        ("第三回", 1, "二"),
        ("約7人", 1, "一"),
        ("者（250～300者）", 5, "一"),
    ],
)
def test_no_number_is_changed_or_made(read: str, at: int, other: str) -> None:
    told, doubts = by_words(doubtful(read, at, 0.4, (other, 0.39)), ())
    assert told.text == read
    assert doubts == ()


def test_a_numeral_made_of_a_sign_is_a_serious_doubt() -> None:
    _, doubts = by_words(doubtful("支払までを…つの手続で行う", 5, 0.55, ("一", 0.37)), ())
    assert [doubt.serious for doubt in doubts] == [True]


def test_doubts_say_what_stands_now() -> None:
    spans = ((0, 1, ("中", "申")), (0, 3, ("中請年", "申請牛")), (4, 5, ("日", "曰")))
    before = [SpanDoubt(start, end, readings, False) for start, end, readings in spans]
    told, doubts = by_words(doubtful("中請年月日", 0, 0.56, ("申", 0.44)), before)
    assert [(d.start, d.end, d.readings) for d in doubts] == [
        (0, 3, ("申請年", "中請年", "申請牛")), (4, 5, ("日", "曰")), (0, 1, ("申", "中")),
    ]  # fmt: skip
    assert told.text == "申請年月日"


def test_the_second_engine_counts_as_a_voice_for_its_character() -> None:
    first = doubtful("貸なした資料は、", 1, 0.62)
    second = Reading(tuple(Character(c, 0.96, x.x) for c, x in zip("貸与した資料は、", first.characters, strict=True)))
    read, doubts = compared(first, second)
    assert read.characters[1].others == (("与", 0.48),)
    assert by_words(read, doubts)[0].text == "貸与した資料は、"
    assert by_words(first, ())[0].text == "貸なした資料は、"
