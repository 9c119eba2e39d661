"""Dates, years and fiscal years (年度, 1 April to 31 March) as offices print them. Works on normalised strings.

Years of an era count from its first year: 令和 2019, 平成 1989, 昭和 1926, 大正 1912, 明治 1868 (元年 is 1).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from extractors.japanese.numbers import value_of

ERAS = {"令和": 2019, "平成": 1989, "昭和": 1926, "大正": 1912, "明治": 1868, "㋿": 2019, "㍻": 1989, "㍼": 1926}
_LETTERS = {"R": "令和", "H": "平成", "S": "昭和", "T": "大正", "M": "明治", "令": "令和", "平": "平成", "昭": "昭和"}

_YEAR = rf"(?:(?P<era>{'|'.join(ERAS)})\s?(?P<era_year>元|\d{{1,2}})|(?P<west>(?:19|20)\d\d))\s?年"
_FISCAL = re.compile(
    rf"{_YEAR}\s?度|(?<![A-Za-z\d])(?P<letter>[RH])\.?\s?(?P<short_year>\d{{1,2}}|元)\s?(?:年度|(?=年?(?:実績|決算|予定|見込)))"
)
_DATE = re.compile(
    rf"(?:{_YEAR}\s?)?(?P<month>1[0-2]|0?[1-9])\s?月(?:\s?(?P<day>3[01]|[12]\d|0?[1-9])\s?日|\s?(?P<end>末)日?)?"
    r"|(?<![A-Za-z\d.])(?:(?P<letter>[RHSTM]|令和?|平成?|昭和?|大正|明治)\.?\s?(?P<short_year>\d{1,2}|元)|(?P<west2>(?:19|20)\d\d))\s?[./\-・]\s?(?P<month2>1[0-2]|0?[1-9])\s?[./\-・]\s?(?P<day2>3[01]|[12]\d|0?[1-9])(?![\d])"
    r"|(?<![\d/.,\-])(?P<month3>1[0-2]|0?[1-9])[/](?P<day3>3[01]|[12]\d|0?[1-9])(?![\d/])"
)
_YEAR_ONLY = re.compile(_YEAR)
_KANJI = "〇一二三四五六七八九十"
_IN_KANJI = re.compile(
    rf"(?:{'|'.join(ERAS)})(?:[{_KANJI}]{{1,3}}|元)年(?:[{_KANJI}]{{1,2}}月(?:[{_KANJI}]{{1,3}}日)?)?"
    rf"|[{_KANJI}]{{1,2}}月[{_KANJI}]{{1,3}}日"
)
"""A date with its numbers in kanji, as papers set upright and old ones print it: 令和六年五月十日."""


class Mention(NamedTuple):
    """A date, or a part of one, found at string[start:end]; `fiscal_year` where 年度 is printed."""

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    fiscal_year: int | None = None


def year_of(era: str | None, era_year: str | None, west: str | None = None) -> int | None:
    """The calendar year of an era's year (令和, 5 → 2023; 元 is 1) or of a western one; None when there is none."""
    if west:
        return int(west)
    if era and era_year:
        return ERAS[_LETTERS.get(era, era)] - 1 + (1 if era_year == "元" else int(era_year))
    return None


def mentions(string: str) -> Iterator[Mention]:
    """All dates, years and fiscal years of the string, left to right, none overlapping."""
    if _IN_KANJI.search(string):
        digits, places = _with_digits(string)
        for mention in _mentions(digits):
            yield mention._replace(start=places[mention.start], end=places[mention.end])
        return
    yield from _mentions(string)


def _with_digits(string: str) -> tuple[str, list[int]]:
    """The string with the numbers of its dates in digits, and for each of its places the one in the string given."""
    out: list[str] = []
    places: list[int] = []
    start = 0
    for match in _IN_KANJI.finditer(string):
        for number in re.finditer(f"[{_KANJI}]+", match.group()):
            at = match.start() + number.start()
            value = value_of(number.group())
            digits = number.group() if value is None else f"{value:.0f}"
            out += [*string[start:at], *digits]
            places += [*range(start, at), *([at] * len(digits))]
            start = at + len(number.group())
    return "".join([*out, *string[start:]]), [*places, *range(start, len(string) + 1)]


def _mentions(string: str) -> Iterator[Mention]:
    position = 0
    while position < len(string):
        found = [pattern.search(string, position) for pattern in (_FISCAL, _DATE, _YEAR_ONLY)]
        matches = [match for match in found if match is not None]
        if not matches:
            return
        # the earliest, and of those the longest: 令和5年度 before 令和5年
        match = min(matches, key=lambda m: (m.start(), -m.end()))
        groups = match.groupdict()
        year = year_of(groups.get("era"), groups.get("era_year"), groups.get("west"))
        if match.re is _FISCAL:
            year = year or year_of(groups.get("letter"), groups.get("short_year"))
            yield Mention(*match.span(), fiscal_year=year)
        elif match.re is _YEAR_ONLY:
            yield Mention(*match.span(), year=year)
        else:
            year = year or year_of(groups.get("letter"), groups.get("short_year"), groups.get("west2"))
            month = groups.get("month") or groups.get("month2") or groups.get("month3")
            day = groups.get("day") or groups.get("day2") or groups.get("day3")
            if month and groups.get("end"):
                day = str(calendar.monthrange(year or 2023, int(month))[1])
            yield Mention(*match.span(), year=year, month=int(month) if month else None, day=int(day) if day else None)
        position = match.end()


def date_of(mention: Mention, fiscal_year: int | None = None) -> date | None:
    """The day that is meant; a day without a year falls into `fiscal_year`: January to March in its second calendar
    year. None where month, day or any year is missing, or there is no such day."""
    if mention.month is None or mention.day is None:
        return None
    year = mention.year
    if year is None:
        if fiscal_year is None:
            return None
        year = fiscal_year + (mention.month <= 3)
    try:
        return date(year, mention.month, mention.day)
    except ValueError:
        return None


def fiscal_year_of(day: date) -> int:
    """The fiscal year that a day falls into."""
    return day.year - (day.month <= 3)


_BETWEEN = re.compile(r"\s*(?:から|より|~|～|〜|-|–|―|ー|、)\s*")


def period_of(string: str, fiscal_year: int | None = None) -> tuple[date, date] | None:
    """The first period printed in the string: 令和5年4月から6月, R5.4.1〜R5.6.30, 第1四半期, 上半期; else None."""
    found = list(mentions(string))
    for first, second in pairwise(found):
        if first.month is None or second.month is None or not _BETWEEN.fullmatch(string[first.end : second.start]):
            continue
        if string[first.end : second.start].strip() == "、" and (first.day is None or second.day is None):
            continue
        start_year = first.year or (fiscal_year + (first.month <= 3) if fiscal_year else None)
        if start_year is None:
            continue
        end_year = second.year or start_year + (second.month < first.month)
        try:
            last = second.day or calendar.monthrange(end_year, second.month)[1]
            return date(start_year, first.month, first.day or 1), date(end_year, second.month, last)
        except ValueError:
            continue
    part = re.search(r"第\s?([1-4一二三四])\s?四半期|(上|下|前|後)半?期", string)
    year = next((m.fiscal_year for m in found if m.fiscal_year), fiscal_year)
    if part and year:
        if part[1]:
            start, length = 3 * ("1234".find(part[1]) if part[1] in "1234" else "一二三四".find(part[1])), 3
        else:
            start, length = (0 if part[2] in "上前" else 6), 6
        first_month, last_month = (3 + start) % 12 + 1, (3 + start + length - 1) % 12 + 1
        first_year, last_year = year + (first_month <= 3), year + (last_month <= 3)
        last_day = calendar.monthrange(last_year, last_month)[1]
        return date(first_year, first_month, 1), date(last_year, last_month, last_day)
    return None
