"""What the report shows, gathered from the tables of OUT: DuckDB counts, so that a million rows never come here.

A *tally* counts cases by something (a month, a category, an item); a *mark* is one case in it, with the page that says
so. Small collections show every mark; of large ones a tally keeps a few as examples and says how many there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pipeline.report.limits import (
    EXAMPLES,
    FLOWS,
    LISTED_CASES,
    LISTED_DOCUMENTS,
    SURE,
    TALLIES,
    UNITS_AT_MOST,
)
from pipeline.tables.read import table_dataset

READ = (
    "documents",
    "cases",
    "case_departments",
    "case_categories",
    "controls",
    "information_items",
    "target_counts",
    "flow_steps",
    "findings",
)
"""The tables that the report is made from."""


@dataclass(frozen=True)
class Mark:
    """One case in a tally: the page that it was read from, and whether that reading, or the case, is in doubt."""

    case_id: str
    document_id: str
    page: int
    case_no: int
    title: str
    office: str
    year: int | None
    doubtful: bool


@dataclass(frozen=True)
class Tally:
    """How many cases there are of one kind. `marks` are all of them, or the first few where there are many."""

    name: str
    cases: int
    doubtful: int
    marks: tuple[Mark, ...]
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        return len(self.marks) == self.cases


@dataclass(frozen=True)
class Tallies:
    """The largest tallies of one kind; `kinds` counts all, the ones left out too."""

    rows: tuple[Tally, ...]
    kinds: int

    @property
    def left_out(self) -> int:
        return self.kinds - len(self.rows)


class Collection:
    """The current documents of OUT, to be asked. Raises FileNotFoundError where OUT has no tables.

    Documents that a newer one superseded are left out, as they would count their cases twice.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self._db = duckdb.connect()
        for name in READ:
            self._db.register(name, table_dataset(out, name))
        self._db.execute(_CASES)
        self.cases: int = self._one("select count(*) from k")
        self.examples = self.cases if self.cases <= UNITS_AT_MOST else EXAMPLES
        """How many marks a tally keeps."""

    def rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        """The rows of a query over the tables, `k` (the cases, by `rank`) and `per` (see `tally`)."""
        found = self._db.execute(query, values or None)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def _one(self, query: str) -> Any:
        (row,) = self._db.execute(query).fetchall()
        return row[0]

    # ------------------------------------------------------------------------------------------ figures of the whole

    def head(self) -> dict[str, Any]:
        """The figures that open the report."""
        (row,) = self.rows(_HEAD, sure=SURE)
        return row

    def documents(self) -> list[dict[str, Any]]:
        """The first documents, in the report's order."""
        return self.rows(_DOCUMENTS, limit=LISTED_DOCUMENTS)

    def listed(self) -> list[dict[str, Any]]:
        """A row a case, the first ones of many."""
        return self.rows(_LISTED, limit=LISTED_CASES)

    def sureness(self) -> list[dict[str, Any]]:
        """For each table of facts: its rows, those at `SURE` or more, those recognised in pictures, those reviewed."""
        tables = [name for name in READ if name not in ("documents", "findings")]
        return [{"table": name, **self.rows(_SURENESS.format(table=name), sure=SURE)[0]} for name in tables]

    # ------------------------------------------------------------------------------------------ tallies

    def tally(self, query: str, limit: int = TALLIES, by_name: bool = False) -> Tallies:
        """Cases by the `name` of a query that gives name, case_id, page, confidence and, where it likes, more columns.

        The largest come first, or with `by_name` the names in order.
        """
        self._db.execute(f"create or replace temp table facts as {query}")
        extra = [column[0] for column in self._db.execute("describe facts").fetchall()][4:]
        kept = "".join(f", any_value({name} order by rank) as {name}" for name in extra)
        order = "name" if by_name else "cases desc, name"
        found = self.rows(_TALLY.format(more=kept, order=order), sure=SURE, examples=self.examples, limit=limit)
        tallies = tuple(
            Tally(row["name"], row["cases"], row["doubtful"], _marks(row["marks"]), {name: row[name] for name in extra})
            for row in found
        )
        return Tallies(tallies, self._one("select count(distinct name) from facts join k using (case_id)"))

    def months(self) -> Tallies:
        """By the month of the meeting; by fiscal year where that is more than three years of months."""
        months = self.tally(_BY_MONTH, by_name=True, limit=37)
        return months if months.kinds <= 36 else self.tally(_BY_YEAR, by_name=True)

    def categories(self) -> Tallies:
        """By 区分."""
        return self.tally(_BY_CATEGORY)

    def departments(self) -> Tallies:
        """By 担当課, the office before it where there are several offices."""
        return self.tally(_BY_DEPARTMENT)

    def items(self) -> Tallies:
        """By 情報項目 in its canonical name, the two kinds that the law singles out never left out."""
        return self.tally(_BY_ITEM, limit=1_000_000)

    def findings(self) -> list[dict[str, Any]]:
        """Each rule that found something: how often, in how many cases, and its first places as `examples`."""
        return self.rows(_BY_RULE, limit=TALLIES, examples=2 * EXAMPLES)

    def flow_cases(self) -> list[dict[str, Any]]:
        """The cases whose flow is drawn, those with most steps, in the report's order; `flows` of all there are."""
        return self.rows(_FLOWS, limit=FLOWS)


def _marks(rows: Iterable[dict[str, Any]]) -> tuple[Mark, ...]:
    return tuple(Mark(**row) for row in rows)


_CASES = """
create temp table doubt as
select case_id, min(confidence) as low, sum(warning) as warnings, sum(finding) as findings from (
  select case_id, confidence, 0 as warning, 0 as finding from cases
  union all select case_id, confidence, 0, 0 from case_departments
  union all select case_id, confidence, 0, 0 from case_categories
  union all select case_id, confidence, 0, 0 from controls
  union all select case_id, confidence, 0, 0 from information_items
  union all select case_id, confidence, 0, 0 from target_counts
  union all select case_id, confidence, 0, 0 from flow_steps
  union all select case_id, null, (severity <> 'info')::int, 1 from findings where case_id is not null
) group by case_id;

create temp table k as
select row_number() over (order by d.publisher, d.fiscal_year, d.file_name, c.document_id, c.case_no) as rank,
  c.case_id, c.document_id, c.case_no, coalesce(c.title, c.detail_title, '') as title, c.result, c.meeting_date,
  c.page as read_on, c.confidence, coalesce(c.page_first, c.page) as page_first,
  coalesce(d.publisher, d.meeting_body, d.file_name) as office, d.fiscal_year as year,
  coalesce(low, 1.0) as low, coalesce(warnings, 0) as warnings, coalesce(findings, 0) as findings
from cases c join documents d using (document_id) left join doubt using (case_id)
where d.is_current;
"""

_TALLY = """
with per as (
  select name, case_id, min(page) as page, min(confidence) as low from facts where name is not null group by all
)
select more.*, cases, doubtful, marks
from (select name{more} from facts join k using (case_id) where name is not null group by name) more
join (
  select name, count(*) as cases, count_if(per.low < $sure or warnings > 0) as doubtful,
    list({{'case_id': case_id, 'document_id': document_id, 'page': page, 'case_no': case_no, 'title': title,
          'office': office, 'year': year, 'doubtful': per.low < $sure or warnings > 0}}
      order by rank)[:$examples] as marks
  from per join k using (case_id) group by name
) counted using (name)
order by {order} limit $limit
"""

_HEAD = """
select (select count(*) from documents where is_current) as documents,
  (select count(*) from documents where not is_current) as superseded,
  (select count(distinct publisher) from documents where is_current) as offices,
  (select count(*) from k) as cases,
  (select min(meeting_date) from k) as first, (select max(meeting_date) from k) as last,
  (select count(distinct case_id) from controls semi join k using (case_id)) as with_controls,
  (select count(distinct case_id) from information_items semi join k using (case_id)) as with_items,
  (select count(distinct case_id) from target_counts semi join k using (case_id)) as with_counts,
  (select count(distinct case_id) from flow_steps semi join k using (case_id)) as with_flows,
  (select count(*) from findings f join documents d using (document_id) where d.is_current) as findings,
  (select count(*) from findings f join documents d using (document_id) where d.is_current and severity <> 'info')
    as warnings,
  (select count(*) from k where low < $sure or warnings > 0) as doubtful
"""

_DOCUMENTS = """
select document_id, file_name, title, publisher, meeting_body, fiscal_year, period_start, period_end, page_count,
  source_url, (select count(*) from k where k.document_id = documents.document_id) as cases
from documents where is_current order by publisher, fiscal_year, file_name, document_id limit $limit
"""

_LISTED = """
select k.*, d.departments, g.categories, c.controls, i.items, i.special, i.numbers, s.steps
from k
left join (select case_id, list(distinct department order by department) filter (department is not null) as departments
  from case_departments group by 1) d using (case_id)
left join (select case_id, list(distinct category order by category) as categories from case_categories group by 1) g
  using (case_id)
left join (select case_id, count(distinct control_id) as controls from controls group by 1) c using (case_id)
left join (select case_id, count(distinct coalesce(item_norm, item)) as items, count_if(is_special_care) as special,
  count_if(is_my_number) as numbers from information_items group by 1) i using (case_id)
left join (select case_id, count(*) as steps from flow_steps group by 1) s using (case_id)
order by rank limit $limit
"""

_SURENESS = """
select count(*) as rows, count_if(confidence >= $sure) as sure, count_if(method = 'ocr') as ocr,
  count_if(method = 'review') as reviewed
from {table} t
"""

_BY_MONTH = "select strftime(meeting_date, '%Y-%m') as name, case_id, read_on as page, confidence from k"
_BY_YEAR = "select cast(year as varchar) as name, case_id, read_on as page, confidence from k"
_BY_CATEGORY = "select category as name, case_id, page, confidence from case_categories"
_BY_DEPARTMENT = """
select case when (select count(distinct office) from k) > 1 then office || ' ' || department else department end
  as name, t.case_id, t.page, t.confidence from case_departments t join k using (case_id)
"""
_BY_ITEM = """
select coalesce(item_norm, item) as name, case_id, page, confidence, item_category as category,
  bool_or(coalesce(is_special_care, false)) over (partition by coalesce(item_norm, item)) as special,
  bool_or(coalesce(is_my_number, false)) over (partition by coalesce(item_norm, item)) as number
from information_items
"""
_BY_RULE = """
select rule, severity, count(*) as found, count(distinct case_id) as cases,
  list({'document_id': document_id, 'page': page, 'case_no': case_no, 'left': left_value, 'right': right_value}
    order by rank, page, left_value, right_value)[:$examples] as examples
from findings f join documents d using (document_id) left join (select case_id, case_no, rank from k) using (case_id)
where d.is_current group by rule, severity
order by array_position(['error', 'warning', 'info'], severity), found desc, rule limit $limit
"""
_FLOWS = """
select k.case_id, k.document_id, k.case_no, k.title, k.office, k.year, steps, flows from (
  select case_id, any_value(rank) as rank, count(*) as steps, count(*) over () as flows
  from flow_steps join k using (case_id) group by case_id order by steps desc, rank limit $limit
) join k using (case_id) order by k.rank
"""
