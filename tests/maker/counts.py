"""Counts as offices write them: each kind gives the printed line and the columns of the truth for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

from .description import Count, CountTable
from .wording import era_year, kanji_number

Maker = Callable[[Random, str, int], Count]


def _size(random: Random) -> int:
    """A number of a likely size: some small, some large, mostly round."""
    low, high, step = random.choice(
        ((8, 95, 1), (100, 990, 10), (110, 980, 1), (1_000, 9_900, 100), (10_000, 98_000, 500))
    )
    return random.randrange(low, high, step)


def _plain(random: Random, unit: str, _year: int) -> Count:
    value = _size(random)
    return Count(f"{value:,}{unit}", value, unit)


def _about(random: Random, unit: str, _year: int) -> Count:
    value = _size(random)
    printed = random.choice(
        (f"約{value:,}{unit}", f"{value:,}{unit}程度", f"おおむね{value:,}{unit}", f"約{value}{unit}")
    )
    return Count(printed, value, unit, is_approximate=True)


def _man(random: Random, unit: str, _year: int) -> Count:
    man, thousand = random.randrange(1, 12), random.randrange(1, 10)
    if random.random() < 0.5:
        return Count(f"約{man}万{thousand}千{unit}", man * 10_000 + thousand * 1_000, unit, is_approximate=True)
    return Count(f"{man}万{thousand},000{unit}", man * 10_000 + thousand * 1_000, unit)


def _kanji(random: Random, unit: str, _year: int) -> Count:
    value = random.choice((30, 80, 120, 300, 450, 1_200, 2_000))
    return Count(f"{kanji_number(value)}{unit}", value, unit)


def _range(random: Random, unit: str, _year: int) -> Count:
    low = random.randrange(20, 400, 10)
    high = low + random.randrange(10, 100, 10)
    printed = random.choice(
        (f"{low}〜{high}{unit}", f"{low}～{high}{unit}", f"{low}{unit}から{high}{unit}", f"{low}～{high}{unit}程度")
    )
    return Count(printed, low, unit, value_max=high, is_approximate=printed.endswith("程度"))


def _nobe(random: Random, unit: str, _year: int) -> Count:
    value = _size(random)
    about = random.random() < 0.4
    return Count(
        f"延べ{'約' if about else ''}{value:,}{unit}", value, unit, is_approximate=about, loose=("qualifier", "basis")
    )


def _at_least(random: Random, unit: str, _year: int) -> Count:
    value = _size(random)
    return Count(f"{value:,}{unit}以上", value, unit, bound="at_least")


def _at_most(random: Random, unit: str, _year: int) -> Count:
    value = _size(random)
    printed = random.choice(
        (f"上限{value:,}{unit}", f"{value:,}{unit}以内", f"{value:,}{unit}未満", f"最大{value:,}{unit}")
    )
    return Count(printed, value, unit, bound="at_most")


def _monthly(random: Random, unit: str, _year: int) -> Count:
    value = random.randrange(20, 900, 10)
    printed, about = random.choice(
        ((f"月{value:,}{unit}程度", True), (f"月平均{value:,}{unit}", None), (f"毎月約{value:,}{unit}", True))
    )
    loose = ("basis", "qualifier") if about is not None else ("basis", "qualifier", "is_approximate")
    return Count(printed, value, unit, is_approximate=bool(about), loose=loose)


def _yearly(random: Random, unit: str, _year: int) -> Count:
    value = _size(random)
    if random.random() < 0.5:
        return Count(f"年間約{value:,}{unit}", value, unit, is_approximate=True, basis="年間")
    return Count(f"{value:,}{unit}（年間）", value, unit, basis="年間")


def _actual(random: Random, unit: str, year: int) -> Count:
    value, before = _size(random), year - random.randrange(1, 3)
    return Count(f"{value:,}{unit}（{era_year(before)}度実績）", value, unit, fiscal_year=before, basis="実績")


def _as_of(random: Random, unit: str, year: int) -> Count:
    value = _size(random)
    day = date(year, random.randrange(1, 7), random.choice((1, 15, 28)))
    printed = f"{value:,}{unit}（{era_year(day.year)}{day.month}月{day.day}日現在）"
    return Count(printed, value, unit, as_of=day, basis="現在")


def _planned(random: Random, unit: str, _year: int) -> Count:
    value = _size(random)
    return Count(f"{value:,}{unit}（予定）", value, unit, basis="予定")


SINGLE: dict[str, Maker] = {
    "plain": _plain,
    "about": _about,
    "万": _man,
    "kanji": _kanji,
    "range": _range,
    "延べ": _nobe,
    "at least": _at_least,
    "at most": _at_most,
    "per month": _monthly,
    "per year": _yearly,
    "of a year": _actual,
    "as of": _as_of,
    "planned": _planned,
}
PARTS = (
    ("小学生", "中学生"), ("窓口", "郵送", "オンライン"), ("東部地区", "西部地区", "南部地区"),
    ("新規申請", "更新申請"), ("個人", "法人"), ("本庁舎", "支所"), ("前期", "後期"),
)  # fmt: skip


def single(random: Random, kind: str, unit: str, year: int) -> Count:
    """One count of the kind."""
    count = SINGLE[kind](random, unit, year)
    count.kind = kind
    return count


def lines(random: Random, unit: str) -> list[Count]:
    """Counts of several groups, a line each, with a total in some."""
    parts = random.choice(PARTS)
    about = random.random() < 0.4
    values = [random.randrange(20, 3_000, 10) for _ in parts]
    joint = random.choice(("：", "　", "　　　", "・・・・・・・", " …… "))
    found = []
    for part, value in zip(parts, values, strict=True):
        printed = f"{part}{joint}{'約' if about else ''}{value:,}{unit}"
        found.append(Count(printed, value, unit, qualifier=part, is_approximate=about, kind="lines"))
    if not about and random.random() < 0.6:
        total = sum(values)
        printed = f"合計{joint}{total:,}{unit}"
        found.append(Count(printed, total, unit, is_total=True, loose=("qualifier",), kind="lines with a total"))
    return found


def table(random: Random, unit: str) -> tuple[list[Count], CountTable]:
    """Counts in a small table with a total, the unit in the cells or in the header."""
    parts = random.choice(PARTS)
    values = [random.randrange(20, 3_000, 10) for _ in parts]
    in_header = random.random() < 0.4
    tail = "" if in_header else unit
    header = ("区分", f"数量（{unit}）" if in_header else "数量")
    kind = "table, unit in the header" if in_header else "table"
    found = []
    for part, value in zip(parts, values, strict=True):
        found.append(Count(f"{value:,}{tail}", value, unit, qualifier=part, kind=kind))
    total = sum(values)
    word = random.choice(("合計", "計"))
    found.append(Count(f"{total:,}{tail}", total, unit, is_total=True, loose=("qualifier",), kind=kind))
    rows = [(part, count.printed) for part, count in zip(parts, found, strict=False)]
    return found, CountTable(header, (*rows, (word, found[-1].printed)))
