"""The rows that tables carry: what was read, with what people decided put on it. Nothing of it touches the archive.

    Review(out)                 all decisions of an output folder
    review.settle(extraction)   one document: its rows as decided, what stands on each value, what comes back

What a decision says stands as long as its row is found again in the same PDF, also where another version of the program
reads something else there: the paper has not changed. Then, and where a new version of the PDF prints something else,
the item comes back with both values, as a finding and in `Settled.returned`. A decision on a PDF that was superseded
holds for the new one where that prints the same words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal

from extractors.japanese.normalise import key as plain_words
from pipeline.archive.archive import rows_kept
from pipeline.archive.fetched import histories
from pipeline.documents.findings import rules
from pipeline.extraction import Extraction, Row
from pipeline.review.decisions import Decision, Decisions, read_decisions
from pipeline.review.locating import locate
from pipeline.tables.alignment import EVIDENCE, align, compared_columns, pair_cases
from pipeline.tables.schema import tables

Why = Literal["program_changed", "source_changed", "row_gone", "row_gone_from_source", "not_allowed"]
"""Why a decision comes back: the program reads something else in the same PDF; a new version of the PDF prints
something else; the row is not found in the same PDF; it is not in the new version; the column allows it no more."""

Value = tuple[str, int, str | None]
"""A value of one document: table, place of the row among those read, column (None: the row as a whole)."""


@dataclass(frozen=True)
class Returned:
    """A decision that a reviewer has to look at again: `decided` is what it says, `read` what is read there now.

    `row` is the row as read now, where there is one; `holds` whether the tables carry what was decided all the same.
    """

    decision: Decision
    why: Why
    document_id: str
    decided: Any
    read: Any
    row: Row | None
    holds: bool


@dataclass
class Settled:
    """One document with its decisions: `rows` for the tables, `standing` what counts for each value, `returned`."""

    rows: dict[str, list[Row]]
    standing: dict[Value, Decision] = field(default_factory=dict)
    returned: list[Returned] = field(default_factory=list)
    corrected: set[Value] = field(default_factory=set)
    """Values that are not those that were read."""


@dataclass
class _Standing:
    """What counts for one document: `placed` on a row, of its own or of the PDF that it replaced, and `lost`."""

    placed: dict[Value, Decision] = field(default_factory=dict)
    inherited: set[Value] = field(default_factory=set)
    lost: list[tuple[Decision, Why]] = field(default_factory=list)


class Review:
    """The decisions of an output folder, read once, for any number of its documents."""

    def __init__(
        self,
        out: Path,
        decisions: Decisions | None = None,
        rows_of: Callable[[str], Mapping[str, list[Row]]] | None = None,
    ) -> None:
        """`decisions` go before those of `out`, `rows_of` (what was read from a document) before its archive.

        Raises OSError.
        """
        self.out = out
        self._rows_of = rows_of or partial(rows_kept, out)
        self.decisions = read_decisions(out) if decisions is None else decisions
        self._by_document: dict[str, list[Decision]] = defaultdict(list)
        for decision in self.decisions.in_force:
            self._by_document[decision.document_id].append(decision)

    @cached_property
    def _supersedes(self) -> dict[str, str]:
        return histories(self.out / "archive").supersedes() if self._by_document else {}

    def concerns(self, document_id: str) -> bool:
        """Whether anything was decided on the document or on one that it replaced."""
        return any(one in self._by_document for one in self._line(document_id))

    def decided_on(self, document_id: str) -> tuple[str, ...]:
        """The decisions that may act on the document, by ID."""
        return tuple(decision.id for one in self._line(document_id) for decision in self._by_document.get(one, ()))

    def settle(self, document: Extraction) -> Settled:
        """The document's rows with all decisions on them; the rows given are not changed. Raises OSError."""
        settled = Settled(document.rows)
        if not self.concerns(document.document_id):
            return settled
        standing = self._standing(document.document_id, document.rows)
        settled.rows = {name: [dict(row) for row in own] for name, own in document.rows.items()}
        for value, decision in sorted(standing.placed.items(), key=lambda one: (one[0][:2], one[0][2] or "")):
            settled.standing[value] = decision
            self._put(settled, document, value, decision, value in standing.inherited)
        for decision, why in standing.lost:
            said = decision.new if decision.action == "correct" else decision.old
            settled.returned.append(Returned(decision, why, document.document_id, said, None, None, False))
        settled.rows["findings"] = [*settled.rows.get("findings", ()), *map(_as_finding, settled.returned)]
        return settled

    def _line(self, document_id: str) -> list[str]:
        """The document, the one that it replaced, and so on."""
        line = [document_id]
        while (before := self._supersedes.get(line[-1])) is not None and before not in line:
            line.append(before)
        return line

    def _standing(self, document_id: str, rows: Mapping[str, list[Row]]) -> _Standing:
        """What counts for the document: its own decisions, over those that come down from the PDFs it replaced."""
        own = _placed(self._by_document.get(document_id, ()), rows)
        line = self._line(document_id)
        if not any(one in self._by_document for one in line[1:]):
            return own
        try:
            before = self._rows_of(line[1])
        except FileNotFoundError:  # the old version was never read, or was removed: what was decided is not forgotten
            return own
        theirs = self._standing(line[1], before)
        cases = pair_cases(before.get("cases", ()), rows.get("cases", ()))
        there: dict[str, dict[int, int]] = {}
        dismissed = {one.place[1:] for one in self._by_document.get(document_id, ()) if not one.row}
        for (table, place, column), decision in theirs.placed.items():
            if table not in there:
                pairs = align(table, before.get(table, ()), rows.get(table, ()), cases)
                there[table] = {a: b for a, b in pairs if a is not None and b is not None}
            now = there[table].get(place)
            if table == "findings" and now is not None and not _is_found_alike(before[table][place], rows[table][now]):
                continue  # another doubt at the same place, which nobody decided on
            if now is not None:
                if (table, now, column) not in own.placed:
                    own.placed[table, now, column] = decision
                    own.inherited.add((table, now, column))
            elif decision.action == "correct" and table != "findings" and decision.place[1:] not in dismissed:
                own.lost.append((decision, "row_gone_from_source"))
        return own

    def _put(self, settled: Settled, document: Extraction, value: Value, decision: Decision, inherited: bool) -> None:
        """Let one decision act on its row."""
        table, place, column = value
        row = settled.rows[table][place]
        read = document.rows[table][place]
        if table == "findings":
            for one in settled.rows[table]:
                if _is_the_same_finding(one, row):
                    _put_on_finding(one, decision)
            return
        if decision.action == "skip":
            return
        if column is None:
            if decision.action == "accept" and not inherited and _differs(table, read, decision.row):
                said = decision.row.get("raw_text")
                self._return(settled, document, value, decision, "program_changed", said, read.get("raw_text"))
            if decision.action == "unreadable" and "confidence" in row:
                row["confidence"] = 0.0
            return
        said = decision.new if decision.action == "correct" else decision.old
        now = read.get(column)
        if inherited and now != said and not _prints_the_same(decision, read, column):
            self._return(settled, document, value, decision, "source_changed", said, now, holds=False)
            return
        if decision.action == "unreadable":
            if "confidence" in row:
                row["confidence"] = 0.0
            return
        if now == said:
            return
        if any(one.fault(said) for one in tables()[table].columns if one.name == column):
            self._return(settled, document, value, decision, "not_allowed", said, now, holds=False)
            return
        row[column] = said
        settled.corrected.add(value)
        if "confidence" in tables()[table].column_names:
            row |= {"method": "review", "confidence": 1.0}
        if now != decision.old:
            self._return(settled, document, value, decision, "program_changed", said, now)

    def _return(
        self,
        settled: Settled,
        document: Extraction,
        value: Value,
        decision: Decision,
        why: Why,
        decided: Any,
        read: Any,
        holds: bool = True,
    ) -> None:
        row = document.rows[value[0]][value[1]]
        settled.returned.append(Returned(decision, why, document.document_id, decided, read, row, holds))


def _placed(decisions: Iterable[Decision], rows: Mapping[str, list[Row]]) -> _Standing:
    """Each decision on its row; of several on one value the last counts. Those on rows that are not found are lost."""
    found = _Standing()
    lost: dict[tuple[str, str, str, str], Decision] = {}
    places: dict[tuple[str, str, str, str], int | None] = {}
    for decision in decisions:
        if not decision.row:  # its row is rightly gone, says the reviewer
            lost.pop(decision.place, None)
            continue
        place = locate(decision.table, decision.row, rows.get(decision.table, ()))
        places[decision.place] = place
        if place is not None:
            found.placed[decision.table, place, decision.column] = decision
        elif decision.table != "findings" and decision.action != "skip":
            lost[decision.place] = decision
    found.lost = [(decision, "row_gone") for decision in lost.values()]
    return found


def _put_on_finding(row: Row, decision: Decision) -> None:
    state = {"accept": "accepted", "correct": "corrected", "unreadable": "unreadable"}.get(decision.action)
    if state is not None:
        row |= {"state": state, "decided_by": decision.by, "decided_at": decision.at}


def _differs(table: str, read: Row, then: Row) -> bool:
    return any(read.get(name) != then.get(name) for name in compared_columns(table))


def _is_found_alike(one: Row, other: Row) -> bool:
    return all(one.get(name) == other.get(name) for name in ("rule", "left_value", "right_value"))


def _is_the_same_finding(one: Row, other: Row) -> bool:
    """Whether two findings cannot be told apart; a decision on one is about both."""
    return _is_found_alike(one, other) and all(
        one.get(name) == other.get(name) for name in ("case_id", "page", "x0", "top", "x1", "bottom")
    )


def _prints_the_same(decision: Decision, read: Row, column: str) -> bool:
    """Whether a new PDF prints in a row what the old one did; where its words are not kept, whether the same was read.

    The words of a row of `cases` are those of its title alone.
    """
    then = decision.row.get("raw_text")
    if then is None or decision.table == "cases":
        return bool(read.get(column) == decision.old)
    return plain_words(read.get("raw_text") or "") == plain_words(then)


def _as_finding(returned: Returned) -> Row:
    """What the table of findings says of a decision that comes back."""
    rule = f"decision_{returned.why}"
    entry = rules()[rule]
    row = returned.row or {}
    left, right = (_shown(value) for value in (returned.decided, returned.read))
    return {
        "document_id": returned.document_id,
        "case_id": row.get("case_id"),
        "rule": rule,
        "severity": entry["severity"],
        "message": entry["ja"].format(left=left, right=right),
        "left_value": left,
        "right_value": right,
        **{name: row.get(name) for name in EVIDENCE},
    }


def _shown(value: Any) -> str | None:
    return None if value is None else str(value)
