"""The reviewer's desk: the queue of an output folder, always as it is now, and what a reviewer does with it."""

from __future__ import annotations

import base64
import binascii
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from pipeline.extraction import Row
from pipeline.review.changed import changed_items
from pipeline.review.deciding import (
    Refused,
    accept_loss,
    checked_correction,
    decide,
    key_of,
    undo,
    value_from_text,
)
from pipeline.review.decision_log import DecisionLog
from pipeline.review.decisions import Action, Decision, Decisions
from pipeline.review.items import Item, box_of, found_in, in_order, place_of
from pipeline.review.page_pictures import PagePictures
from pipeline.review.papers import Papers
from pipeline.review.presence import Presence
from pipeline.review.queue import Queue
from pipeline.review.related import Record, records_of
from pipeline.review.snapshot import Snapshot, Tables
from pipeline.review.standing import standing
from pipeline.tables.schema import tables

_CHOSEN = "row."
"""How the names of items begin that are in no queue: a row that a reviewer picked."""


@dataclass(frozen=True)
class Wrong:
    """A correction that was not kept: in which field of the form, and why."""

    field: str
    refused: Refused


class WrongValues(Exception):
    """Corrections that do not fit; none of the form was kept."""

    def __init__(self, wrong: list[Wrong]) -> None:
        super().__init__(wrong)
        self.wrong = wrong


class DecidedMeanwhile(Exception):
    """Another decided on the item after the form was shown; nothing was kept."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.id)
        self.decision = decision


class Desk:
    """One output folder under review. May be asked from several threads."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.tables = Tables(out)
        self.log = DecisionLog(out)
        self.pictures = PagePictures(out)
        self.presence = Presence()
        self._building = threading.Lock()
        self._queue: Queue | None = None
        self._snapshot: Snapshot | None = None
        self._papers: tuple[Snapshot, Papers] | None = None
        self._together: dict[str, tuple[str, ...]] = {}

    def queue(self) -> Queue:
        """The queue as it is now: gathered anew when a run wrote the tables, else only with what was decided since."""
        with self._building:
            snapshot, decisions = self.tables.now(), self.log.now()
            if self._queue is None or snapshot is not self._snapshot or _taken_back(self._queue, decisions):
                self._queue = self._gathered(snapshot, decisions)
                self._snapshot = snapshot
            elif decisions is not self._queue.decisions:
                self._queue = self._queue.with_decisions(decisions)
            return self._queue

    def papers(self) -> Papers:
        """The documents and cases of the tables as they are now."""
        snapshot = self.tables.now()
        if self._papers is None or self._papers[0] is not snapshot:
            self._papers = (snapshot, Papers(snapshot))
        return self._papers[1]

    def _gathered(self, snapshot: Snapshot, decisions: Decisions) -> Queue:
        documents = snapshot.table("documents")["document_id"].to_pylist()
        decided = standing(self.out, decisions, documents)
        items = in_order([*decided.back, *changed_items(self.out), *found_in(snapshot)], snapshot)
        return Queue(tuple({item.id: item for item in items}.values()), decisions, decided.counts)

    def item(self, item_id: str) -> Item | None:
        """An item of the queue, or the row that a name made by `name_of` stands for."""
        return self.queue().item(item_id) or (self._chosen(item_id) if item_id.startswith(_CHOSEN) else None)

    def _chosen(self, item_id: str) -> Item | None:
        try:
            document_id, table, key = orjson.loads(base64.urlsafe_b64decode(item_id.removeprefix(_CHOSEN)))
            wanted = {name: key[name] for name in tables()[table].key}
            if table == "findings" or not wanted:
                return None
            (row,) = self.tables.now().rows(table, **wanted)
        except (ValueError, TypeError, KeyError, binascii.Error):
            return None
        return Item(
            id=item_id,
            kind="value",
            rank=9,
            place=place_of(document_id, table, key_of(table, row)),
            document_id=document_id,
            case_id=row.get("case_id"),
            table=table,
            key=key_of(table, row),
            row=row,
            rule="chosen",
            severity="info",
            page=row.get("page"),
            box=box_of(row),
            value=row.get("raw_text") or "",
            confidence=row.get("confidence"),
        )

    def records(self, item: Item) -> list[Record]:
        """The rows that can be put right for an item; none where its row is gone."""
        if item.lost:
            return []
        corrected = self.queue().corrections
        return [one.corrected(corrected) for one in records_of(item, self.tables.now())]

    def decide(self, item: Item, reviewer: str, action: Action, seen: str, why: str, typed: Mapping[str, str]) -> None:
        """Keep what a reviewer decided on an item.

        `seen` is the decision that the form showed (empty: none). `typed` are the corrected values by the names of the
        form's fields (`field_name`). Raises DecidedMeanwhile, WrongValues, Refused, and OSError; then nothing is kept.
        """
        last = self.queue().decision(item)
        if last is not None and last.id != seen and last.by != reviewer:
            raise DecidedMeanwhile(last)
        if last is not None and last.id != seen and last.action == action != "correct":
            return  # the same key pressed twice
        kept: list[Decision] = []
        if action == "correct":
            kept += self._correct(item, reviewer, why, typed)
        if item.lost and action == "accept":
            kept.append(accept_loss(self.out, reviewer, item.lost, why))
        elif action != "correct":
            # A reading that came back is about one column: accepting it is accepting what is read there now.
            kept.append(
                decide(self.out, reviewer, action, item.document_id, item.table, item.key, item.column, why=why)
            )
        elif item.table == "findings":
            kept.append(decide(self.out, reviewer, "correct", item.document_id, "findings", item.key, why=why))
        ids = tuple(one.id for one in kept)
        self._together |= dict.fromkeys(ids, ids)

    def _correct(self, item: Item, reviewer: str, why: str, typed: Mapping[str, str]) -> list[Decision]:
        """Keep the corrected values, all of them or none."""
        wrong: list[Wrong] = []
        wanted: list[tuple[Record, str, Any]] = []
        for number, record in enumerate(self.records(item)):
            for cell in record.cells:
                field = field_name(number, cell.column.name)
                if field not in typed or _as_typed(typed[field]) == _as_typed(cell.text):
                    continue
                try:
                    value = value_from_text(record.table, cell.column.name, typed[field])
                    checked_correction(record.table, cell.column, record.row, value)
                except Refused as refused:
                    wrong.append(Wrong(field, refused))
                else:
                    wanted.append((record, cell.column.name, value))
        if wrong:
            raise WrongValues(wrong)
        if not wanted:
            raise Refused("nothing_changed")
        return [
            decide(self.out, reviewer, "correct", one.document_id, one.table, one.key, column, value, why)
            for one, column, value in wanted
        ]

    def undo(self, reviewer: str, decision_id: str | None = None) -> Item | None:
        """Take back the reviewer's last decision, or the one named, with those made in one go with it.

        Gives the item that is open again, where it is in the queue. Raises Refused and OSError.
        """
        if decision_id is None:
            last = self.log.now().last_of(reviewer)
            if last is None:
                raise Refused("nothing_to_undo")
            decision_id = last.id
        taken = [undo(self.out, reviewer, one) for one in reversed(self._together.get(decision_id, (decision_id,)))]
        by_place = self.queue().by_place
        places = [place_of(one.document_id, one.table, one.key) for one in taken]
        return next((by_place[place] for place in places if place in by_place), None)


def name_of(document_id: str, table: str, row: Row) -> str:
    """The name of an item that is about a row of the tables, whether or not it is in the queue."""
    said = orjson.dumps([document_id, table, key_of(table, row)])
    return _CHOSEN + base64.urlsafe_b64encode(said).decode()


def field_name(record: int, column: str) -> str:
    """The form's field for a column of the n-th record."""
    return f"value-{record}-{column}"


def _as_typed(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _taken_back(queue: Queue, decisions: Decisions) -> bool:
    """Whether a decision that the queue was gathered with no longer counts."""
    if decisions is queue.decisions:
        return False
    in_force = {one.id for one in decisions.in_force}
    return any(one.id not in in_force for one in queue.counted.values())
