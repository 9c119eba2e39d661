"""Spellings made one: what becomes what, that glyphs stay with their characters, and which twins share a key."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.japanese.normalise import key, normalised, plain, stem
from extractors.pages.geometry import Box, Frame
from extractors.pages.text import Glyph, Text

FRAME = Frame(1, 595.0, 842.0)


def printed(string: str) -> Text:
    """The string as a line of glyphs, ten points wide each, starting at x = 0."""
    return Text.of(Glyph(c, FRAME, Box(10.0 * i, 0.0, 10.0 * i + 10, 10.0)) for i, c in enumerate(string))


@pytest.mark.parametrize(
    ("string", "expected"),
    [
        ("区　分", "区分"),
        ("修 繕 費", "修繕費"),
        ("ｅ Ｌ Ｔ Ａ Ｘ", "eLTAX"),
        ("eL T A Xポータル", "eLTAXポータル"),
        ("Ｌ Ｇ Ｗ Ａ Ｎ 回線", "LGWAN回線"),
        ("8, 721世帯", "8721世帯"),
        ("９，７４６人", "9746人"),
        ("1,234,567円", "1234567円"),
        ("20 000人", "20000人"),
        ("約 150 人", "約150人"),
        ("１０ 名", "10名"),
        ("(No.2 2)", "(No.22)"),
        ("令和 5 年度", "令和5年度"),
        ("Web 版", "Web版"),
        ("ｶﾞｲﾄﾞﾌﾞｯｸ", "ガイドブック"),
        ("ﾊﾟｽﾜｰﾄﾞ", "パスワード"),
        ("カ゛イト゛", "ガイド"),
        ("㈱はなぞの", "(株)はなぞの"),
        ("㋿５年", "令和5年"),
        ("電話番号 、 住所", "電話番号、住所"),
        ("氏 名　　住 所", "氏名　　住所"),
        ("ア 目 的", "ア 目的"),
    ],
)
def test_becomes(string: str, expected: str) -> None:
    assert plain(string) == expected


@pytest.mark.parametrize(
    "string",
    [
        "①概要",
        "⑧'納品",
        "1 概要",
        "10 業務の範囲",
        "A 委託先 B 再委託先",
        "氏名　住所",
        "サーバ冗長化 ・バックアップ",
        "1, 2, 3",
        "3.5, 200",
        "1,2,3年生",
        "登録・・・・25",
        "……別紙のとおり",
        "一段落\n二段落",
    ],
)
def test_stays(string: str) -> None:
    assert plain(string) == string


def test_every_character_keeps_its_glyph() -> None:
    text = normalised(printed("受給 8, 721世帯 ㈱ ｶﾞ"))
    assert text.string.startswith("受給8721世帯")
    for character, glyph in zip(text.string, text.glyphs, strict=True):
        assert glyph is not None
        assert character in unicodedata.normalize("NFKC", glyph.text) or glyph.text == "ｶ"
    number = text[2:6]
    assert number.string == "8721"
    assert number.box == Box(30.0, 0.0, 90.0, 10.0)  # from the 8 to the 1, over the comma and the space


@given(st.text(alphabet="氏名住所、（）()・ 　\n8,721０９ａＡLＷｶﾞﾊﾟー゛①…㈱e", max_size=40))
def test_once_is_enough_and_nothing_is_invented(string: str) -> None:
    text = normalised(printed(string))
    again = normalised(text)
    assert again.string == text.string
    assert len(text.glyphs) == len(text.string)
    inked = [g for g in printed(string).own_glyphs() if not g.text.isspace() and g.text not in ",，ﾞﾟ゛"]
    kept = {g.box for g in text.glyphs if g is not None}
    assert all(g.box in kept for g in inked)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("サーバー冗長化", "サーバ冗長化"),
        ("ID/パスワード等認証", "ＩＤ／パスワ‐ド等認証"),
        ("ウィルス対策", "ウイルス対策"),
        ("（写し）", "[写し]"),
        ("【申請者 情報】", "〔申請者情報〕"),
        ("E・メール", "e･メール"),
        ("1〜3", "１～３"),
        ("ｱｸｾｽﾛｸﾞ", "アクセスログ"),
    ],
)
def test_twins_share_a_key(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(("one", "other"), [("キー", "キ"), ("データ", "デー"), ("入室", "入退室"), ("一覧", "ー覧")])
def test_others_do_not(one: str, other: str) -> None:
    assert key(one) != key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("鍵付きカバン等", "鍵付カバン等"),
        ("受け渡し時の記録", "受渡し時の記録"),
        ("取り扱いの記録", "取扱の記録"),
        ("問い合わせ先", "問合せ先"),
        ("申込みの内容", "申込の内容"),
    ],
)
def test_okurigana_does_not_count_in_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)
