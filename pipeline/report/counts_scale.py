"""Target counts on a scale of powers of ten: a dot for each where there are few cases, bars where there are many."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from pipeline.report.gathering import Collection
from pipeline.report.limits import COUNT_CASES, LARGEST, SURE

PEOPLE = ("人", "名")
"""Units that count people."""


@dataclass(frozen=True)
class Dot:
    """One count. `at` is its place on the scale, 0 to 1; `words` say of whom, `unit` what is counted."""

    at: float
    value: int
    value_max: int | None
    unit: str
    words: str
    bound: str
    is_approximate: bool
    is_total: bool
    is_people: bool
    doubtful: bool
    document_id: str
    page: int


@dataclass(frozen=True)
class Line:
    """The counts of one case, the largest last."""

    case_no: int
    title: str
    office: str
    year: int | None
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class Step:
    """How many counts of a unit lie from `low` up to below `high`."""

    low: int
    high: int
    counts: int
    share: float


@dataclass(frozen=True)
class Scale:
    """`decades` is the power of ten at which the scale ends. Either `lines` are filled, or `steps` and `largest`."""

    decades: int
    cases: int
    counts: int
    zeros: int
    lines: tuple[Line, ...]
    steps: tuple[tuple[str, int, tuple[Step, ...]], ...]
    largest: tuple[Line, ...]


def counts_scale(collection: Collection) -> Scale:
    """The scale of a collection. Counts of nothing have no place on it and are told apart as `zeros`."""
    (counted,) = collection.rows(_COUNTED)
    decades = max(1, math.ceil(math.log10(max(counted["most"] or 1, 2))))
    if counted["cases"] <= COUNT_CASES:
        lines = _lines(collection.rows(_COUNTS, sure=SURE, limit=1_000_000), decades)
        return Scale(decades, counted["cases"], counted["counts"], counted["zeros"], lines, (), ())
    steps: dict[str, list[dict[str, Any]]] = {}
    for row in collection.rows(_STEPS):
        steps.setdefault(row["unit"], []).append(row)
    biggest = sorted(steps.items(), key=lambda item: (-sum(row["counts"] for row in item[1]), item[0]))[:6]
    return Scale(
        decades,
        counted["cases"],
        counted["counts"],
        counted["zeros"],
        (),
        tuple((unit, sum(row["counts"] for row in rows), _filled(rows, decades)) for unit, rows in biggest),
        _lines(collection.rows(_COUNTS, sure=SURE, limit=LARGEST), decades),
    )


def _lines(rows: list[dict[str, Any]], decades: int) -> tuple[Line, ...]:
    """A line a case, the case with the largest count first."""
    cases: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        cases.setdefault(row["case_id"], []).append(row)
    return tuple(
        Line(
            own[0]["case_no"],
            own[0]["title"],
            own[0]["office"],
            own[0]["year"],
            tuple(_dot(row, decades) for row in reversed(own)),
        )
        for own in cases.values()
    )


def _dot(row: dict[str, Any], decades: int) -> Dot:
    words = " ".join(word for word in (row["label"], row["qualifier"]) if word)
    return Dot(
        math.log10(row["value"]) / decades,
        row["value"],
        row["value_max"],
        row["unit"],
        words,
        row["bound"],
        row["is_approximate"],
        row["is_total"],
        row["unit"] in PEOPLE,
        row["doubtful"],
        row["document_id"],
        row["page"],
    )


def _filled(rows: list[dict[str, Any]], decades: int) -> tuple[Step, ...]:
    """A step for every half of a power of ten, the empty ones too."""
    counts = {row["step"]: row["counts"] for row in rows}
    most = max(counts.values())
    edges = [round(10 ** (step / 2)) for step in range(2 * decades + 2)]
    return tuple(
        Step(edges[step], edges[step + 1], counts.get(step, 0), counts.get(step, 0) / most)
        for step in range(2 * decades + 1)
    )


_COUNTED = """
select count(distinct case_id) as cases, count(*) as counts, count_if(value <= 0) as zeros, max(value) as most
from target_counts join k using (case_id)
"""

_COUNTS = """
select t.*, k.document_id, case_no, title, office, year, t.confidence < $sure as doubtful
from target_counts t join k using (case_id)
where value > 0
order by max(value) over (partition by case_id) desc, rank, value desc, ordinal limit $limit
"""

_STEPS = """
select coalesce(unit, '') as unit, cast(floor(2 * log10(value) + 1e-9) as int) as step, count(*) as counts
from target_counts semi join k using (case_id) where value > 0 group by all order by all
"""
