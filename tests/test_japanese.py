"""Numbers, dates, counts, references and organisations as offices write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.japanese import dates, numbers
from extractors.japanese.language import Analysed, analyse
from extractors.pages.text import Text


def analysed(string: str) -> Analysed:
    return analyse([Text.put_in(string)])[0]


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("8,413", 8413),
        ("1万2千", 12000),
        ("三百", 300),
        ("百二十", 120),
        ("1.5万", 15000),
        ("12億3,400万", 1_234_000_000),
        ("二〇二三", 2023),
        ("千", 1000),
        ("0", 0),
        ("万", None),
        ("1,2", None),
    ],
)
def test_value_of(printed: str, value: float | None) -> None:
    assert numbers.value_of(printed) == value


@given(st.integers(0, 10**11))
def test_grouped_digits_are_read_back(value: int) -> None:
    assert numbers.value_of(f"{value:,}") == value
    assert [n.value for n in numbers.numbers(f"約{value:,}人")] == [value]


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("令和5年4月3日", date(2023, 4, 3)),
        ("令和六年十二月十四日", date(2024, 12, 14)),
        ("令和元年五月一日", date(2019, 5, 1)),
        ("令6・6・14", date(2024, 6, 14)),
        ("令和元年12月1日", date(2019, 12, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("R5.4.3", date(2023, 4, 3)),
        ("R5. 4. 3", date(2023, 4, 3)),
        ("H30/1/15", date(2018, 1, 15)),
        ("2023年6月30日", date(2023, 6, 30)),
        ("2023-06-30", date(2023, 6, 30)),
        ("4月3日", date(2023, 4, 3)),
        ("5/31", date(2023, 5, 31)),
        ("1月20日", date(2024, 1, 20)),
        ("3月31日", date(2024, 3, 31)),
        ("令和6年2月末日", date(2024, 2, 29)),
        ("2月30日", None),
        ("承認", None),
    ],
)
def test_dates_in_fiscal_year_2023(printed: str, day: date | None) -> None:
    found = next((dates.date_of(m, 2023) for m in dates.mentions(printed)), None)
    assert found == day


@pytest.mark.parametrize(
    ("printed", "period"),
    [
        ("令和5年4月から6月に審議した", (date(2023, 4, 1), date(2023, 6, 30))),
        ("令和5年10月から令和6年2月まで", (date(2023, 10, 1), date(2024, 2, 29))),
        ("R5.4.1~R5.6.30", (date(2023, 4, 1), date(2023, 6, 30))),
        ("令和5年12月から3月", (date(2023, 12, 1), date(2024, 3, 31))),
        ("令和5年度第4四半期", (date(2024, 1, 1), date(2024, 3, 31))),
        ("令和5年度上半期", (date(2023, 4, 1), date(2023, 9, 30))),
        ("令和5年4月3日に審議した", None),
    ],
)
def test_periods(printed: str, period: tuple[date, date] | None) -> None:
    assert dates.period_of(printed) == period


def figures(string: str) -> list[tuple[object, ...]]:
    return [
        (c.value, c.value_max, c.unit, c.is_approximate, c.bound, c.is_total)
        for c in analysed(string).doc._.counts
        if c.unit
    ]


@pytest.mark.parametrize(
    ("printed", "wanted"),
    [
        ("約12,100件", [(12100, None, "件", True, "exact", False)]),
        ("500名程度", [(500, None, "名", True, "exact", False)]),
        ("約1万2千人", [(12000, None, "人", True, "exact", False)]),
        ("三百人", [(300, None, "人", False, "exact", False)]),
        ("50～60人", [(50, 60, "人", False, "exact", False)]),
        ("50人から60人", [(50, 60, "人", False, "exact", False)]),
        ("1,000世帯以上", [(1000, None, "世帯", False, "at_least", False)]),
        ("上限200名", [(200, None, "名", False, "at_most", False)]),
        ("最大30人", [(30, None, "人", False, "at_most", False)]),
        ("300件未満", [(300, None, "件", False, "at_most", False)]),
        ("合計3,900人", [(3900, None, "人", False, "exact", True)]),
        ("保育園3園、子ども園4園", [(3, None, "園", False, "exact", False), (4, None, "園", False, "exact", False)]),
        ("８, ７２１世帯", [(8721, None, "世帯", False, "exact", False)]),
        ("30,000円、約1,500時間、18歳以上、年4回、第2子", []),
        ("1世帯当たり3万円", []),
        ("令和5年4月1日から", []),
        ("一部の業務、一般の区民", []),
        ("令和3年法律第38号", []),
        ("平成28年度第6回", []),
        ("三つの手段", []),
        ("要介護3以上の者、要支援1及び2、1,000以上", []),
        ("百人町一丁目の九十九里町会", []),
        ("百人町の三百団体", [(300, None, "団体", False, "exact", False)]),
    ],
)
def test_counts(printed: str, wanted: list[tuple[object, ...]]) -> None:
    assert figures(printed) == wanted


def test_a_remark_behind_a_count_dates_it() -> None:
    (count,) = analysed("971人（令和5年1月31日現在）").doc._.counts
    assert (count.as_of, count.fiscal_year, count.basis) == (date(2023, 1, 31), None, "現在")
    (count,) = analysed("4,980人（令和6年1月末現在）").doc._.counts
    assert (count.as_of, count.basis) == (date(2024, 1, 31), "現在")
    (count,) = analysed("440件（令和4年度実績）").doc._.counts
    assert (count.as_of, count.fiscal_year, count.basis) == (None, 2022, "実績")


def references(string: str) -> list[tuple[object, ...]]:
    return [
        (r.kind, r.body, r.fiscal_year, r.session_no, r.law_name, r.law_number, r.outcome)
        for r in analysed(string).doc._.references
    ]


@pytest.mark.parametrize(
    ("printed", "wanted"),
    [
        (
            "（令和３年度第２回個人情報保護審議会了承済）",
            [("approval", "個人情報保護審議会", 2021, 2, None, None, "了承")],
        ),
        (
            "平成19年度第9回、平成27年度第8回市情報公開審査会で承認済み",
            [
                ("approval", "市情報公開審査会", 2007, 9, None, None, "承認"),
                ("approval", "市情報公開審査会", 2015, 8, None, None, "承認"),
            ],
        ),
        (
            "なお、本事業は地方税法（昭和25年法律第226号）の規定により行う。",
            [("law", None, None, None, "地方税法", "昭和25年法律第226号", None)],
        ),
        (
            "「防災のための集団移転を促進する法律」(平成30年法律第12号)を受け",
            [("law", None, None, None, "防災のための集団移転を促進する法律", "平成30年法律第12号", None)],
        ),
        ("平成19年度第9回情報公開審議会に諮った", [("approval", "情報公開審議会", 2007, 9, None, None, None)]),
        ("令和4年度第2回で承認済み", [("approval", None, 2022, 2, None, None, "承認")]),
        ("平成27年度第8回は欠席した", []),
        ("この方法による。国内法が適用されるサーバ環境。", []),
        ("介護保険法の改正により", [("law", None, None, None, "介護保険法", None, None)]),
    ],
)
def test_references(printed: str, wanted: list[tuple[object, ...]]) -> None:
    assert references(printed) == wanted


@pytest.mark.parametrize(
    ("printed", "spans"),
    [
        (
            "平成19年度第9回、平成27年度第8回市情報公開審査会で承認済みである。",
            ["平成19年度第9回", "平成27年度第8回市情報公開審査会で承認済み"],
        ),
        ("令和4年度第2回審議会に諮った", ["令和4年度第2回審議会"]),
    ],
)
def test_a_reference_to_an_approval_ends_with_its_outcome_or_body(printed: str, spans: list[str]) -> None:
    text = analysed(printed)
    assert [text.doc.text[one.start : one.end] for one in text.doc._.references] == spans


def test_a_reference_to_a_law_takes_its_number_in_with_the_brackets_around_it() -> None:
    text = analysed("地方税法(昭和25年法律第226号)の規定")
    (law,) = text.doc._.references
    assert text.doc.text[law.start : law.end] == "地方税法(昭和25年法律第226号)"


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("業務を委託する東西通信株式会社が取扱う", ["東西通信株式会社"]),
        ("事業者である株式会社ミライケアへ委託する", ["株式会社ミライケア"]),
        ("公益財団法人みどり文化財団が行っている", ["公益財団法人みどり文化財団"]),
        ("(株)青空印刷に再委託する", ["(株)青空印刷"]),
        ("日本年金機構へ電子送付する", ["日本年金機構"]),
        ("専門の事業者に委託する", []),
    ],
)
def test_organisations(printed: str, names: list[str]) -> None:
    assert [o.name for o in analysed(printed).doc._.organisations] == names
