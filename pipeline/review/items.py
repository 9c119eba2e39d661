"""What is to be looked at: findings, doubtful values, changes and decisions that came back, the most useful first.

The order is a rank, and within it the order of the papers, so that a reviewer stays on a page while there is something
on it:

    0  a decision that came back: the program or the paper now says something else than what a person decided on
    1  an error
    2  a change since the last run
    3  a warning where two values or two readings disagree, and a value of low confidence: a glance settles it
    4  any other warning
    5  a value whose confidence is merely not high
    6  an information
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
import pyarrow.compute as pc

from pipeline.extraction import Row
from pipeline.review.deciding import key_of
from pipeline.review.replay import Returned
from pipeline.review.snapshot import EVIDENCED, Snapshot

Kind = Literal["returned", "change", "finding", "doubtful", "value"]
KINDS: tuple[Kind, ...] = ("returned", "change", "finding", "doubtful")
"""Those of the queue; a `value` is one that a reviewer picked by themselves."""

DOUBTFUL, LOW = 0.9, 0.7
"""A value below the first is looked at; one below the second comes as early as a warning."""

Place = tuple[str, str, str]
"""A row that decisions are kept under: document, table, and its natural key as JSON."""

Box = tuple[float, float, float, float]
"""x0, top, x1, bottom in points, origin at the upper left of the page as displayed."""

BACK = "decision_"
"""How the rules begin by which a run writes down that a decision came back."""

_PICTURE_RULES = ("reading_doubtful", "reading_unsure")
RAW = ("case_fields", "diagram_boxes", "diagram_arrows", "table_cells")
"""Tables that hold again, as it stands, what others hold as facts: asked about last, and only where no other does."""


@dataclass(frozen=True)
class Item:
    """One thing to look at. `place` names what a decision on it is kept under, `row` what the program has there.

    `page` and `box` are None where the place is not known. `left` and `right` are the
    two readings or values that disagree, `before` what stood there when it was decided on or last run.
    """

    id: str
    kind: Kind
    rank: int
    place: Place
    document_id: str
    case_id: str | None
    table: str
    key: Row = field(repr=False)
    row: Row = field(repr=False)
    rule: str
    severity: str
    page: int | None = None
    box: Box | None = None
    column: str | None = None
    value: str = ""
    left: str | None = None
    right: str | None = None
    before: str | None = None
    confidence: float | None = None
    since: str = ""
    """Decisions up to this moment do not settle it: it came back because of what changed after."""
    lost: Returned | None = None
    """The decision that came back without a row."""


def place_of(document_id: str, table: str, key: Row) -> Place:
    """A row of a document as one value that can be looked up."""
    return document_id, table, orjson.dumps(key, option=orjson.OPT_SORT_KEYS).decode()


def item_id(kind: Kind, place: Place, column: str = "") -> str:
    """Names an item in addresses; the same item has the same name in every run."""
    return hashlib.sha256(repr((kind, place, column)).encode()).hexdigest()[:16]


def found_in(snapshot: Snapshot) -> list[Item]:
    """The findings and the doubtful values of the tables, in no order."""
    whole = {document_id[:12]: document_id for document_id in snapshot.table("documents")["document_id"].to_pylist()}
    findings = list(_findings(snapshot))
    taken: dict[tuple[str, int | None], list[Box]] = defaultdict(list)
    for one in findings:
        if one.rule in _PICTURE_RULES and one.box is not None:
            taken[one.document_id, one.page].append(one.box)
    return [*findings, *_doubtful(snapshot, whole, taken)]


def in_order(items: Iterable[Item], snapshot: Snapshot) -> list[Item]:
    """The items as a reviewer is to meet them; see the module's head."""
    papers = {document_id: n for n, document_id in enumerate(snapshot.table("documents")["document_id"].to_pylist())}

    def place(item: Item) -> tuple[Any, ...]:
        paper = papers.get(item.document_id, len(papers))
        top, left = (item.box[1], item.box[0]) if item.box else (-1.0, -1.0)
        return item.rank, paper, item.document_id, item.page or 0, top, left, item.table, item.id

    return sorted(items, key=place)


def _findings(snapshot: Snapshot) -> Iterator[Item]:
    rows = snapshot.rows("findings")
    met = set()
    for row in rows:
        if row["rule"].startswith(BACK):  # those come from the decisions themselves, with all that was decided
            continue
        key = key_of("findings", row)
        place = place_of(row["document_id"], "findings", key)
        if place in met:  # a decision is about all equal ones
            continue
        met.add(place)
        yield Item(
            id=item_id("finding", place),
            kind="finding",
            place=place,
            rank=_rank(row),
            document_id=row["document_id"],
            case_id=row["case_id"],
            table="findings",
            key=key,
            row=row,
            rule=row["rule"],
            severity=row["severity"],
            page=row["page"],
            box=box_of(row),
            value=row["left_value"] or row["message"],
            left=row["left_value"],
            right=row["right_value"],
            confidence=row["confidence"],
        )


def _rank(finding: Row) -> int:
    if finding["severity"] == "warning":
        disagree = finding["rule"] in _PICTURE_RULES or None not in (finding["left_value"], finding["right_value"])
        return 3 if disagree else 4
    return 1 if finding["severity"] == "error" else 6


def _doubtful(
    snapshot: Snapshot, whole: dict[str, str], taken: dict[tuple[str, int | None], list[Box]]
) -> Iterator[Item]:
    """Rows of low confidence; where a place was asked about before, be it by a finding or by another table, none."""
    for name in sorted(EVIDENCED, key=lambda name: name in RAW):
        table = snapshot.table(name)
        for row in table.filter(pc.less(table["confidence"], DOUBTFUL)).to_pylist():
            document_id = row.get("document_id") or whole.get((row.get("case_id") or "")[:12])
            if document_id is None or row["method"] == "review":
                continue
            box, page = box_of(row), row["page"]
            if box is not None:
                if any(_same_spot(box, other) for other in taken[document_id, page]):
                    continue
                taken[document_id, page].append(box)
            key = key_of(name, row)
            place = place_of(document_id, name, key)
            yield Item(
                id=item_id("doubtful", place),
                kind="doubtful",
                place=place,
                rank=3 if row["confidence"] < LOW else 5,
                document_id=document_id,
                case_id=row.get("case_id"),
                table=name,
                key=key,
                row=row,
                rule="low_confidence",
                severity="warning" if row["confidence"] < LOW else "info",
                page=page,
                box=box,
                value=row["raw_text"] or "",
                confidence=row["confidence"],
            )


def box_of(row: Row) -> Box | None:
    """Where a row was read, or None."""
    box = tuple(row.get(edge) for edge in ("x0", "top", "x1", "bottom"))
    return None if None in box else box  # type: ignore[return-value]


def overlap(one: Box, other: Box) -> float:
    """The share of the smaller box that lies in the other."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    smaller = min((one[2] - one[0]) * (one[3] - one[1]), (other[2] - other[0]) * (other[3] - other[1]))
    return width * height / smaller if width > 0 and height > 0 and smaller > 0 else 0.0


def _same_spot(one: Box, other: Box) -> bool:
    return overlap(one, other) > 0.8
