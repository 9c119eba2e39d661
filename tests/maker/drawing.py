"""Draws a report's description from a seed: which office, which cases, what each says."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from . import cases
from .description import Case, Report
from .style import Style, draw_style
from .wording import era_year, wide
from .words import BODIES, BUSINESSES, OFFICES


def draw(seed: int) -> tuple[Report, Style]:
    """The description and the look of the seed's report; the same seed gives the same."""
    random = Random(f"besshi maker {seed}")
    old_form = random.random() < 0.18
    style = draw_style(random, old_form)
    office, kind = random.choice(OFFICES)
    fiscal_year = random.randrange(2020, 2023) if old_form else random.randrange(2023, 2027)
    body = random.choice(BODIES)
    if random.random() < 0.75:
        body = office + body
    several_meetings = "meeting_date" in style.list_columns
    period, first, last = _period(random, fiscal_year)
    days = sorted({_weekday(first + timedelta(days=random.randrange((last - first).days - 8))) for _ in range(3)})
    if not several_meetings:
        days = days[:1]
    count = random.randrange(3, 6) if style.long else random.randrange(4, 11)
    sheets = count
    if style.long_list:
        count = random.randrange(18, 34)
    businesses = random.sample(BUSINESSES, count)
    drawn: list[Case] = []
    for number, business in enumerate(businesses, 1):
        day = days[min(len(days) - 1, number * len(days) // (count + 1))]
        maker = cases.CaseMaker(random, style, business, office, kind, fiscal_year)
        if number > sheets:
            drawn.append(maker.listed(number, day))
        else:
            drawn.append(maker.old(number, day) if old_form else maker.new(number, day))
    title, loose, lead = _head(random, office, body, fiscal_year, period, several_meetings, days[0], style)
    report = Report(seed, office, kind, body, title, fiscal_year, (first, last), loose, lead, drawn, old_form)
    if period is None:
        report.period = None
    return report, style


def _weekday(day: date) -> date:
    """The day, or the first one after it on which an office is open."""
    while day.weekday() > 4 or (day.month, day.day) in _CLOSED:
        day += timedelta(days=1)
    return day


_CLOSED = {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}


def _period(random: Random, fiscal_year: int) -> tuple[str | None, date, date]:
    """How the head prints the months that a report covers (None: it does not), and its first and last day."""
    start, length = random.choice(((4, 3), (7, 3), (10, 3), (4, 6), (10, 6), (1, 3)))
    first = date(fiscal_year + (start < 4), start, 1)
    end = start + length - 1
    after = date(first.year + end // 12, end % 12 + 1, 1)
    last = after - timedelta(days=1)
    end_month = last.month
    form = random.choice(("months", "months", "until", "tilde", "none"))
    if form == "none":
        return None, first, last
    if form == "until":
        return f"{era_year(first.year)}{start}月から{era_year(last.year)}{end_month}月まで", first, last
    if form == "tilde":
        return f"{era_year(first.year)}{start}月～{end_month}月", first, last
    return f"{era_year(first.year)}{start}月から{end_month}月", first, last


def _head(
    random: Random,
    office: str,
    body: str,
    fiscal_year: int,
    period: str | None,
    several_meetings: bool,
    day: date,
    style: Style,
) -> tuple[list[str], bool, list[str]]:
    """Title lines, whether the period is beyond dispute, and the paragraphs before the list."""
    year = f"{era_year(fiscal_year)}度"
    pick = random.choice
    if several_meetings:
        title = pick(
            (
                f"{year}{body}審議結果一覧", f"{year}　{body}　審議案件一覧", f"{body}の審議結果について（{year}）",
                f"{year}{body}諮問案件及び答申の状況",
            )
        )  # fmt: skip
    else:
        session = random.randrange(1, 9)
        title = pick((f"{year}第{session}回{body}審議案件一覧", f"{year}第{session}回　{body}　審議結果"))
    if style.fullwidth:
        title = wide(title)
    lead = []
    if not several_meetings:
        lead.append(f"{era_year(day.year)}{day.month}月{day.day}日に開催した{body}で審議した案件は、次のとおりである。")
    elif period:
        lead.append(pick((f"{period}に{body}で審議した案件について、次のとおり報告する。", f"対象期間　{period}")))
    else:
        lead.append(f"{body}において審議した案件は、次のとおりである。")
    if office not in title and office not in "".join(lead):
        lead.insert(0, office)
    lead = [wide(line) if style.fullwidth else line for line in lead]
    return [title], period is None or not several_meetings, lead
