"""Small forms of Japanese: eras, kanji numbers, full-width digits, dates in an office's style, spread labels."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_DIGITS = "〇一二三四五六七八九"
_WEEKDAYS = "月火水木金土日"


def wide(text: str) -> str:
    """Digits set full-width, and the comma between them."""
    return re.sub(r"(?<=\d),(?=\d)", "，", text).translate(_WIDE)


def ems(text: str) -> float:
    """The width of a line in ems: full-width characters one, others about a half."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.55 for c in text)


def era_year(year: int) -> str:
    """令和6年, 平成30年, 令和元年 for a year of the Gregorian calendar."""
    name, first = ("令和", 2019) if year >= 2019 else ("平成", 1989)
    return f"{name}{'元' if year == first else year - first + 1}年"


def kanji_number(value: int) -> str:
    """三百, 千二百, 二千 …: below ten thousand."""
    found = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            found += ("" if digit == 1 and unit > 1 else _DIGITS[digit]) + name
    return found


def dated(day: date, form: str) -> str:
    """The day in an office's style; the forms are those of `style.DATE_FORMS`."""
    reiwa = day.year - 2018
    return {
        "4月3日": f"{day.month}月{day.day}日",
        "令和5年4月3日": f"{era_year(day.year)}{day.month}月{day.day}日",
        "R5.4.3": f"R{reiwa}.{day.month}.{day.day}",
        "Ｒ５．４．３": wide(f"Ｒ{reiwa}．{day.month}．{day.day}"),
        "５／３１": wide(f"{day.month}／{day.day}"),
        "2023/4/3": f"{day.year}/{day.month}/{day.day}",
        "令和5.4.3": f"令和{reiwa}.{day.month}.{day.day}",
        "4月3日（月）": f"{day.month}月{day.day}日（{_WEEKDAYS[day.weekday()]}）",
    }[form]


def numbered(number: int, form: str) -> str:
    """The number of a case in an office's style; the forms are those of `style.NUMBER_FORMS`."""
    return wide(str(number)) if form == "１" else form.replace("1", str(number))


def spread_label(label: str, how: str) -> str:
    """A label of two to four characters spread out: 事 業 名, 区　分."""
    gap = {"spaces": " ", "ideographic": "　"}.get(how, "")
    return gap.join(label) if gap and 2 <= len(label) <= 4 and label.isalpha() else label


def marker(style: tuple[str, ...], depth: int, ordinal: int) -> str:
    """The marker of the n-th section (from 1) at a depth (from 1)."""
    shape = style[min(depth, len(style)) - 1]
    kana, kanji = "アイウエオカキクケコサシスセソ", "一二三四五六七八九十"
    if shape in "・○－":
        return shape
    if "１" in shape:
        return shape.replace("１", wide(str(ordinal)))
    for first, row in (("ア", kana), ("①", "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮"), ("Ⅰ", "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ"), ("一", kanji)):
        if first in shape:
            return shape.replace(first, row[ordinal - 1])
    return shape.replace("1", str(ordinal))
