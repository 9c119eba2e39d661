"""The map of which controls which cases have: a column a case, or, where they are many, a column a group of cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.report.gathering import Collection
from pipeline.report.limits import MAP_CASES, MAP_CONTROLS, MAP_GROUPS, SURE

CATEGORIES = ("組織的", "人的", "物理的", "技術的", "外的環境")
"""The categories of safeguards, in the order of the guidelines."""


@dataclass(frozen=True)
class Column:
    """A case, or a group of `cases`; `document_id` and `page` are where the case's sheet begins."""

    key: str
    label: str
    title: str
    cases: int
    document_id: str
    page: int


@dataclass(frozen=True)
class Cell:
    """A control in a column: in how many of its cases, how often printed, and where first."""

    cases: int
    printed: int
    document_id: str
    page: int
    doubtful: bool
    holders: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One control with a cell, or None, for every column."""

    control_id: str
    name: str
    name_en: str
    cases: int
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class ControlMap:
    """Rows by category. `uncatalogued` controls, and the `left_out` rarest, are counted and not shown.

    `without` are the cases for which no control was read, the first `MAP_CASES` of `without_count`.
    """

    columns: tuple[Column, ...]
    groups: tuple[tuple[str, tuple[Row, ...]], ...]
    by_case: bool
    cases: int
    other_groups: int
    left_out: int
    uncatalogued: int
    without: tuple[dict[str, Any], ...]
    without_count: int


def control_map(collection: Collection) -> ControlMap:
    """The map of a collection."""
    (counted,) = collection.rows(_COUNTED)
    by_case = counted["cases"] <= MAP_CASES
    collection.rows(f"create or replace temp table grouped as {_AS_CASES if by_case else _grouping(collection)}")
    columns = collection.rows(_COLUMNS, limit=MAP_CASES if by_case else MAP_GROUPS)
    keys = {row["key"]: place for place, row in enumerate(columns)}
    rows = collection.rows(_ROWS, limit=MAP_CONTROLS)
    cells: dict[str, list[Cell | None]] = {row["control_id"]: [None] * len(columns) for row in rows}
    for row in collection.rows(_CELLS, sure=SURE):
        control, key = row.pop("control_id"), row.pop("key")
        if control in cells and key in keys:
            cells[control][keys[key]] = Cell(**{**row, "holders": tuple(row["holders"] or ())})
    groups = [
        (
            category,
            tuple(
                Row(**_row(row), cells=tuple(cells[row["control_id"]])) for row in rows if row["category"] == category
            ),
        )
        for category in (*CATEGORIES, "")
    ]
    (of_groups,) = collection.rows("select count(distinct key) as n from grouped semi join controls using (case_id)")
    return ControlMap(
        tuple(Column(**row) for row in columns),
        tuple(group for group in groups if group[1]),
        by_case,
        counted["cases"],
        max(0, of_groups["n"] - len(columns)),
        max(0, counted["controls"] - len(rows)),
        counted["uncatalogued"],
        tuple(collection.rows(_WITHOUT, limit=MAP_CASES)),
        collection.cases - counted["cases"],
    )


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("control_id", "name", "name_en", "cases")}


def _grouping(collection: Collection) -> str:
    """Offices and years where there are several; else the categories of one office's year."""
    (several,) = collection.rows("select count(distinct (office, year)) as n from k")
    return _AS_OFFICES if several["n"] > 1 else _AS_CATEGORIES


_COUNTED = """
select count(distinct case_id) as cases,
  count(distinct control_id) filter (not starts_with(control_id, 'new-')) as controls,
  count(distinct control_id) filter (starts_with(control_id, 'new-')) as uncatalogued
from controls join k using (case_id)
"""

_AS_CASES = "select case_id, case_id as key, 'No.' || case_no as label, rank as place from k"
_AS_OFFICES = """
select case_id, office || ' ' || coalesce(year, 0) as key,
  office || ' ' || coalesce(cast(year as varchar), '') as label, 0 as place from k
"""
_AS_CATEGORIES = "select distinct case_id, category as key, category as label, 0 as place from case_categories"

_COLUMNS = """
select key, any_value(label) as label, any_value(title order by rank) as title, count(distinct case_id) as cases,
  any_value(document_id order by rank) as document_id, any_value(page_first order by rank) as page
from grouped join k using (case_id) semi join controls using (case_id)
group by key order by min(place), cases desc, key limit $limit
"""

_ROWS = """
select control_id, any_value(control_name order by rank) as name,
  coalesce(any_value(name_en order by rank), any_value(control_name order by rank)) as name_en,
  coalesce(any_value(category order by rank), '') as category, count(distinct case_id) as cases
from controls c join (select case_id, rank from k) using (case_id)
where not starts_with(control_id, 'new-') group by control_id order by cases desc, control_id limit $limit
"""

_CELLS = """
select control_id, key, count(distinct case_id) as cases, count(*) as printed,
  arg_min(k.document_id, (rank, page)) as document_id, arg_min(page, (rank, page)) as page,
  min(c.confidence) < $sure as doubtful,
  list(distinct holder order by holder) filter (holder is not null)[:4] as holders
from controls c join k using (case_id) join grouped using (case_id)
where not starts_with(control_id, 'new-') group by control_id, key
"""

_WITHOUT = """
select case_id, case_no, title, document_id, page_first as page, office, year
from k anti join controls using (case_id) order by rank limit $limit
"""
