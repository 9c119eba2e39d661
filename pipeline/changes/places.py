"""Row changes that are one change on the page: a figure, the cell that it stands in, and the paragraph around that.

One printed figure is read into several tables. For a reader it changed once, at one place, which has one picture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.changes.compare import Cause, RowChange
from pipeline.extraction import Row
from pipeline.tables.alignment import overlap

INSIDE = 0.6
"""A box with this share of itself in another one stands in it."""


@dataclass
class Spot:
    """One place in one document: its row changes, that with the smallest box first."""

    changes: list[RowChange] = field(default_factory=list)

    @property
    def head(self) -> RowChange:
        return self.changes[0]

    @property
    def causes(self) -> list[Cause]:
        """Every cause that has a part in it."""
        found = {cause for change in self.changes for cause in change.causes}
        return [cause for cause in ("source", "program", "correction") if cause in found]

    @property
    def tables(self) -> list[str]:
        return list(dict.fromkeys(change.table for change in self.changes))

    def box(self, side: str) -> Row | None:
        """Where it is on the old or the new side, where it is there at all: page and edges."""
        rows = [row for change in self.changes for of, _, row in _boxes(change) if of == side and "x0" in row]
        return next((row for row in rows if row.get("page") is not None), None)


def spots(changes: Sequence[RowChange]) -> list[Spot]:
    """The places of all changes, in the order of documents, pages and from top to bottom."""
    by_paper: dict[tuple[str, str | None], list[RowChange]] = defaultdict(list)
    for change in changes:
        by_paper[change.paper.document_id, change.paper.old_id].append(change)
    return [spot for own in by_paper.values() for spot in _of_one_paper(own)]


def _of_one_paper(changes: Iterable[RowChange]) -> list[Spot]:
    found: list[Spot] = []
    by_page: dict[tuple[str, int], list[Spot]] = defaultdict(list)
    for change in sorted(changes, key=_area):
        boxes = _boxes(change)
        homes = {
            id(spot): spot
            for side, page, box in boxes
            for spot in by_page[side, page]
            if any(overlap(box, other)[1] >= INSIDE for s, p, other in _boxes(spot.head) if (s, p) == (side, page))
        }
        if not boxes and found and not _boxes(found[-1].head) and found[-1].head.table == change.table:
            homes = {id(found[-1]): found[-1]}
        for spot in homes.values():
            spot.changes.append(change)
        if not homes:
            spot = Spot([change])
            found.append(spot)
            for side, page, _ in boxes:
                by_page[side, page].append(spot)
    return sorted(found, key=_in_order)


def _boxes(change: RowChange) -> list[tuple[str, int, Row]]:
    """Every box of a row change, those of its continuations too, with the side and the page that it is on."""
    found: list[tuple[str, int, Row]] = []
    sides = [("old", change.old), ("new", change.new)]
    if change.cells:
        sides = [
            (side, place) for cell in change.cells for side, place in zip(("old", "new"), cell.places, strict=True)
        ]
    for side, row in sides:
        if row is None or row.get("x0") is None or row.get("page") is None:
            continue
        found.append((side, row["page"], row))
        found += [(side, part["page"], part) for part in row.get("continued") or ()]
    return found


def _area(change: RowChange) -> float:
    """Square points of a row's boxes on one side."""
    areas = [float((box["x1"] - box["x0"]) * (box["bottom"] - box["top"])) for _, _, box in _boxes(change)]
    return sum(areas) / max(1, len(areas))


def _in_order(spot: Spot) -> tuple[int, float, float]:
    row = spot.box("new") or spot.box("old") or spot.head.row
    return row.get("page") or 0, row.get("top") or 0.0, row.get("x0") or 0.0
