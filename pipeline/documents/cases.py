"""Cases: which row of the 一覧 and which sheet are the same case, under which number; and what disagrees in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz

from extractors.cases.facts import Issue, ListFacts, SheetFacts
from extractors.japanese.normalise import key
from extractors.pages.text import Text

SAME_TITLE = 90.0
"""Titles this alike (RapidFuzz ratio, 0-100) are those of one case, where no number is printed."""


@dataclass
class Case:
    """A case: its number, its row in the 一覧 and its sheet, either of which may be missing."""

    number: int
    row: ListFacts | None
    sheet: SheetFacts | None
    issues: list[Issue]


def join(rows: Sequence[ListFacts], sheets: Sequence[SheetFacts]) -> list[Case]:
    """The cases of a document in the order of their numbers.

    A row keeps its printed number (its place, from 1, where none is printed); a sheet finds its row by number, else by
    title, else, when as many rows as sheets are left, by order.
    """
    cases: list[Case] = []
    by_number: dict[int, Case] = {}
    printed = any(row.number is not None for row in rows)
    for place, row in enumerate(rows, 1):
        _add(
            cases,
            by_number,
            Case(row.number if row.number is not None else place, row, None, list(row.issues)),
            printed,
        )
    left: list[SheetFacts] = []
    for sheet in sheets:
        case = by_number.get(sheet.number) if sheet.number is not None and (printed or not rows) else None
        if case is not None and case.sheet is None:
            _take(case, sheet)
        else:
            left.append(sheet)
    for sheet in list(left):
        open_cases = [case for case in cases if case.sheet is None]
        case = _by_title(sheet, open_cases)
        if case is not None:
            _take(case, sheet)
            left.remove(sheet)
            if sheet.number is None:
                case.issues.append(_unprinted(sheet, case))
    open_cases = [case for case in cases if case.sheet is None]
    if len(open_cases) == len(left) and all(sheet.number is None for sheet in left):
        for case, sheet in zip(open_cases, left, strict=True):
            _take(case, sheet)
            case.issues.append(_unprinted(sheet, case))
        left = []
    for place, sheet in enumerate(left, 1):
        number = sheet.number if sheet.number is not None else (place if not rows else max(by_number, default=0) + 1)
        case = Case(number, None, None, [])
        _add(cases, by_number, case, True)
        _take(case, sheet)
        if rows:
            title = sheet.title
            case.issues.append(Issue("sheet_without_row", title.evidence if title else None, left=_words(title)))
    for case in cases:
        if case.sheet is None and sheets:
            title = case.row.title if case.row else None
            case.issues.append(Issue("row_without_sheet", title.evidence if title else None, left=_words(title)))
    return sorted(cases, key=lambda case: case.number)


def _add(cases: list[Case], by_number: dict[int, Case], case: Case, printed: bool) -> None:
    if case.number in by_number or case.number < 1 or case.number > 999_999:
        title = case.row.title if case.row else None
        if printed:
            case.issues.append(
                Issue("number_repeated", title.evidence if title else None, left=str(case.number), right=_words(title))
            )
        case.number = max(by_number, default=0) + 1
    by_number[case.number] = case
    cases.append(case)


def _take(case: Case, sheet: SheetFacts) -> None:
    case.sheet = sheet
    case.issues += sheet.issues


def _by_title(sheet: SheetFacts, cases: Iterable[Case]) -> Case | None:
    names = [
        key(text.string) for text in (sheet.title, sheet.values.get("title"), sheet.values.get("project_name")) if text
    ]
    best, most = None, SAME_TITLE
    cases = list(cases)
    for case in cases:
        if case.row is None or case.row.title is None:
            continue
        mine = key(case.row.title.string)
        score = max((fuzz.ratio(name, mine) for name in names), default=0.0)
        if score >= most:
            best, most = case, score
    # a sheet may leave out the note that the list puts behind the title
    noted = [case for case in cases if case.row and case.row.base_title and key(case.row.base_title) in names]
    return best or (noted[0] if len(noted) == 1 else None)


def _unprinted(sheet: SheetFacts, case: Case) -> Issue:
    title = sheet.title or sheet.values.get("project_name")
    return Issue("number_unprinted", title.evidence if title else None, left=_words(title), right=str(case.number))


def _words(text: Text | None) -> str:
    return text.string.replace("\n", "") if text is not None else ""


def disagreements(case: Case, period: tuple[date | None, date | None]) -> Iterator[Issue]:
    """What the row, the sheet and the figures of a case say against each other."""
    row, sheet = case.row, case.sheet
    if row is not None and sheet is not None:
        if row.title and sheet.title and key(row.title.string) != key(sheet.title.string):
            yield Issue("title_mismatch", sheet.title.evidence, _words(row.title), _words(sheet.title))
        yield from _differ(row, sheet, "department", "case_departments", "department_mismatch")
        yield from _differ(row, sheet, "category", "case_categories", "category_mismatch")
    start, end = period
    held = row.meeting_date if row is not None else None
    if row is not None and held is not None and start is not None and end is not None and not start <= held <= end:
        dated = next((f["evidence"] for f in row.facts["case_fields"] if f["field"] == "meeting_date"), None)
        yield Issue("date_outside_period", dated, held.isoformat(), f"{start} – {end}")
    if sheet is not None:
        yield from _totals(sheet)


def _differ(row: ListFacts, sheet: SheetFacts, name: str, table: str, rule: str) -> Iterator[Issue]:
    mine = {_mark(fact) for fact in row.facts[table]}
    theirs = {_mark(fact) for fact in sheet.facts[table]}
    if mine and theirs and mine != theirs:
        left = next(fact["value"] for fact in row.facts["case_fields"] if fact["field"] == name)
        place = sheet.values[name]
        yield Issue(rule, place.evidence, left.replace("\n", ""), _words(place))


def _mark(fact: dict[str, object]) -> str:
    return key(str(fact.get("category") or fact.get("department") or f"外{fact.get('unnamed_count')}"))


def _totals(sheet: SheetFacts) -> Iterator[Issue]:
    """A printed total against the figures of the same unit before it; a field's figures against the other field's."""
    parts: list[dict[str, object]] = []
    for fact in sheet.facts["target_counts"]:
        same = [p for p in parts if (p["field"], p["label"], p["unit"]) == (fact["field"], fact["label"], fact["unit"])]
        if not fact["is_total"]:
            parts.append(fact)
            continue
        if len(same) >= 2 and not any(p["value_max"] or p["is_approximate"] for p in same):
            total = sum(int(str(p["value"])) for p in same)
            if total != fact["value"]:
                unit = fact["unit"] or ""
                yield Issue("total_mismatch", fact["evidence"], f"{total:,}{unit}", f"{fact['value']:,}{unit}")
        parts = [p for p in parts if p not in same]
