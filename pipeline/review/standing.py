"""What was decided, on the rows as they are now: which decision counts for each, and which came back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.archive.archive import rows_kept
from pipeline.extraction import Extraction
from pipeline.review.deciding import key_of
from pipeline.review.decisions import Decision, Decisions
from pipeline.review.items import Item, Place, box_of, item_id, place_of
from pipeline.review.related import written
from pipeline.review.replay import Returned, Review


@dataclass(frozen=True)
class Standing:
    """`counts` is the last decision on each row; `back` are those to be looked at again."""

    counts: dict[Place, Decision]
    back: tuple[Item, ...]


def standing(out: Path, decisions: Decisions, documents: Iterable[str]) -> Standing:
    """The decisions on the documents' rows, wherever these rows have moved since. Raises OSError."""
    counts: dict[Place, Decision] = {}
    back: list[Item] = []
    review = Review(out, decisions)
    for document_id in documents:
        if not review.concerns(document_id):
            continue
        try:
            rows = rows_kept(out, document_id)
        except FileNotFoundError:  # the tables still have it, the archive does not: removed since
            continue
        settled = review.settle(Extraction(document_id, "", 0, rows))
        for (table, number, _), decision in sorted(settled.standing.items(), key=lambda one: one[1].at):
            counts[place_of(document_id, table, key_of(table, rows[table][number]))] = decision
        back += map(_item, settled.returned)
    return Standing(counts, tuple(back))


def _item(returned: Returned) -> Item:
    decision, row = returned.decision, returned.row or returned.decision.row
    key = key_of(decision.table, row) if returned.row else decision.key
    place = place_of(returned.document_id, decision.table, key)
    return Item(
        id=item_id("returned", place, decision.column or ""),
        kind="returned",
        rank=0,
        place=place,
        document_id=returned.document_id,
        case_id=row.get("case_id"),
        table=decision.table,
        key=key,
        row=row,
        rule=f"decision_{returned.why}",
        severity="warning",
        page=row.get("page"),
        box=box_of(row),
        column=decision.column,
        value=written(returned.read) if returned.row else written(returned.decided),
        left=written(returned.decided),
        right=written(returned.read) if returned.row else None,
        before=written(returned.decided),
        confidence=row.get("confidence"),
        since=decision.at,
        lost=None if returned.row else returned,
    )
