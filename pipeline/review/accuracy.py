"""How often reviewers changed what the program had read: the calibration of its confidence on real work.

Counted are values on which somebody decided, each once, as the program had read them then, by column, by the confidence
that the program gave them and by how they were read. A row that was accepted as a whole counts for each value in it.
Reviewers look at what is doubtful first, so the shares say how good the confidence is, not how good all tables are.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.review.decisions import Decision
from pipeline.tables.alignment import compared_columns

BANDS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)
"""Where the bands of confidence begin; the last one is that of values with confidence 1 exactly."""

Z = 1.96
"""Standard deviations of a normal distribution that hold 95 % of it."""


@dataclass
class Tally:
    """Of how many reviewed values how many were changed, and how many nobody could read."""

    reviewed: int = 0
    changed: int = 0
    unreadable: int = 0

    def add(self, action: str) -> None:
        self.reviewed += 1
        self.changed += action == "correct"
        self.unreadable += action == "unreadable"

    @property
    def share(self) -> float:
        """The share that was changed."""
        return self.changed / self.reviewed if self.reviewed else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Between what the share lies with 95 % certainty (Wilson's score interval, good for small numbers too)."""
        n, p = self.reviewed, self.share
        if not n:
            return 0.0, 1.0
        middle = p + Z * Z / (2 * n)
        half = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        whole = 1 + Z * Z / n
        return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)

    def as_json(self) -> dict[str, Any]:
        low, high = self.interval
        return {
            "reviewed": self.reviewed,
            "changed": self.changed,
            "unreadable": self.unreadable,
            "share_changed": round(self.share, 4),
            "low": round(low, 4),
            "high": round(high, 4),
        }


@dataclass(frozen=True)
class Judged:
    """A value on which somebody decided: where, with which confidence and by which way it had been read."""

    table: str
    column: str
    action: str
    band: str
    method: str


@dataclass
class Accuracy:
    """Tallies of all, by column, and of each column by band and by method; both also over all columns."""

    whole: Tally
    columns: dict[tuple[str, str], Tally]
    bands: dict[str, Tally]
    methods: dict[str, Tally]
    column_bands: dict[tuple[str, str], dict[str, Tally]]
    column_methods: dict[tuple[str, str], dict[str, Tally]]

    def as_json(self) -> dict[str, Any]:
        return {
            **self.whole.as_json(),
            "bands": {name: tally.as_json() for name, tally in self.bands.items()},
            "methods": {name: tally.as_json() for name, tally in self.methods.items()},
            "columns": [
                {
                    "table": table,
                    "column": column,
                    **tally.as_json(),
                    "bands": {name: one.as_json() for name, one in self.column_bands[table, column].items()},
                    "methods": {name: one.as_json() for name, one in self.column_methods[table, column].items()},
                }
                for (table, column), tally in self.columns.items()
            ],
        }


def accuracy(decisions: Iterable[Decision]) -> Accuracy:
    """The tallies of decisions that are in force, the oldest first; of several on one value the last counts."""
    found = Accuracy(Tally(), {}, {}, {}, defaultdict(dict), defaultdict(dict))
    for one in sorted(_judged(decisions), key=lambda one: (one.table, one.column, one.band, one.method)):
        where = (one.table, one.column)
        for tallies, name in (
            (found.bands, one.band),
            (found.methods, one.method),
            (found.column_bands[where], one.band),
            (found.column_methods[where], one.method),
        ):
            tallies.setdefault(name, Tally()).add(one.action)
        found.columns.setdefault(where, Tally()).add(one.action)
        found.whole.add(one.action)
    found.bands = dict(sorted(found.bands.items()))
    found.methods = dict(sorted(found.methods.items()))
    return found


def band_of(confidence: float | None) -> str:
    """The band of a confidence, as it is printed."""
    if confidence is None:
        return "-"
    if confidence >= 1:
        return "1.00"
    start = max(bound for bound in BANDS if bound <= max(0.0, confidence))
    return f"{start:.2f}-{BANDS[BANDS.index(start) + 1]:.2f}"


def _judged(decisions: Iterable[Decision]) -> Iterator[Judged]:
    last: dict[tuple[str, str, str, str], tuple[Decision, str]] = {}
    for decision in decisions:
        if decision.table == "findings" or not decision.row or decision.action in ("skip", "undo"):
            continue
        columns = [decision.column] if decision.column is not None else _said_in(decision)
        for column in columns:
            last[(*decision.place[:3], column)] = (decision, column)
    for decision, column in last.values():
        row = decision.row
        yield Judged(
            decision.table, column, decision.action, band_of(row.get("confidence")), str(row.get("method") or "-")
        )


def _said_in(decision: Decision) -> list[str]:
    return [name for name in compared_columns(decision.table) if decision.row.get(name) is not None]
