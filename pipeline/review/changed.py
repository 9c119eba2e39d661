"""What another run read otherwise: the places that changed since what is in the tables was read, as items of the queue.

A row that is gone has no value to decide on; `besshi diff` and the night's page of changes show it.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.changes.compare import RowChange, compare
from pipeline.changes.places import Spot, spots
from pipeline.changes.recorded import NotRecorded, last_reading, recorded
from pipeline.changes.states import State
from pipeline.review.deciding import key_of
from pipeline.review.items import Item, box_of, item_id, place_of
from pipeline.review.related import written


def changed_items(out: Path) -> list[Item]:
    """The places at which the last run that read anything anew reads something else; none where no run was recorded."""
    try:
        runs = last_reading(out)
        if runs is None:
            return []
        before, at = runs
        changes = compare(State(out, recorded(out, before)), State(out))
    except (NotRecorded, OSError, ValueError, KeyError):  # states go with time; without one there is nothing to compare
        return []
    return [item for spot in spots(changes.changes) if (item := _item(spot, at)) is not None]


def _item(spot: Spot, at: str) -> Item | None:
    change = next((one for one in spot.changes if _asks(one)), None)
    if change is None or change.new is None:
        return None
    row, cell = change.new, change.cells[0] if change.cells else None
    document_id = change.paper.document_id
    key = key_of(change.table, row)
    place = place_of(document_id, change.table, key)
    where = cell.places[1] if cell is not None else row
    return Item(
        id=item_id("change", place),
        kind="change",
        rank=2,
        place=place,
        document_id=document_id,
        case_id=row.get("case_id"),
        table=change.table,
        key=key,
        row=row,
        rule=f"changed_{change.cause}",
        severity="warning",
        page=where.get("page"),
        box=box_of(where),
        column=cell.column if cell is not None else None,
        value=written(cell.new) if cell is not None else str(row.get("raw_text") or ""),
        left=written(cell.old) if cell is not None else None,
        right=written(cell.new) if cell is not None else None,
        before=written(cell.old) if cell is not None else None,
        confidence=row.get("confidence"),
        since=at,
    )


def _asks(change: RowChange) -> bool:
    """Whether a change is one to look at: not a reviewer's own, no finding (those are in the queue), nothing gone."""
    return (
        change.cause != "correction"
        and change.how != "removed"
        and change.table not in ("findings", "documents", "pages")
    )
