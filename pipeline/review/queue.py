"""The queue: the items in order, what became of each, filters over them, and which one comes next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Literal
from urllib.parse import urlencode

from pipeline.review.decisions import Action, Decision, Decisions
from pipeline.review.items import Item, Place, place_of

State = Literal["open", "skipped", "accepted", "corrected", "unreadable"]
STATES: tuple[State, ...] = ("open", "skipped", "accepted", "corrected", "unreadable")
DONE: frozenset[State] = frozenset({"accepted", "corrected", "unreadable"})

_BECOMES: dict[Action, State] = {
    "accept": "accepted",
    "correct": "corrected",
    "unreadable": "unreadable",
    "skip": "skipped",
}


@dataclass(frozen=True)
class Filter:
    """What of the queue is wanted; an empty field is no condition. `state` is one of STATES, `done`, or `all`."""

    kind: str = ""
    document: str = ""
    table: str = ""
    rule: str = ""
    state: str = "open"

    @classmethod
    def of(cls, said: Mapping[str, str]) -> Filter:
        """The filter that an address or a form tells."""
        return cls(**{one.name: said[one.name] for one in fields(cls) if said.get(one.name)})

    def address(self, **other: str) -> str:
        """The filter as the end of an address (with its `?`), so that it can be shared; empty for the default."""
        told = {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name) != one.default}
        told |= {name: value for name, value in other.items() if value}
        return f"?{urlencode(told)}" if told else ""

    def wants(self, item: Item, state: State) -> bool:
        """Whether an item in that state is wanted."""
        return (
            (not self.kind or item.kind == self.kind)
            and (not self.document or item.document_id == self.document)
            and (not self.table or item.table == self.table)
            and (not self.rule or item.rule == self.rule)
            and self._wants_state(state)
        )

    def refuses(self, told: tuple[str, ...]) -> list[str]:
        """The fields that keep an item out of which `told` says them all, in the order of the fields."""
        *others, state = told
        names = [name for name, value in zip(_FIELDS, others, strict=False) if getattr(self, name) not in ("", value)]
        return names if self._wants_state(state) else [*names, "state"]

    def _wants_state(self, state: str) -> bool:
        return self.state in ("all", state) or (self.state == "done" and state in DONE)


_FIELDS = tuple(one.name for one in fields(Filter))


@dataclass(frozen=True)
class Progress:
    """How many of how many are decided."""

    done: int
    total: int


class Queue:
    """Items in the order in which they are to be met, with what was decided on each. Does not change."""

    def __init__(
        self,
        items: tuple[Item, ...],
        decisions: Decisions,
        counted: Mapping[Place, Decision] | None = None,
        places: dict[str, int] | None = None,
    ) -> None:
        """`counted`: which decision counts for each row, of those made before the items were gathered."""
        self.items = items
        self.decisions = decisions
        self.counted = counted or {}
        self._at = places if places is not None else {item.id: n for n, item in enumerate(items)}

    def with_decisions(self, decisions: Decisions) -> Queue:
        """The same items after more was decided."""
        return Queue(self.items, decisions, self.counted, self._at)

    @cached_property
    def by_place(self) -> dict[Place, Item]:
        """The first item about each row."""
        return {item.place: item for item in reversed(self.items)}

    def item(self, item_id: str) -> Item | None:
        """An item by its name."""
        at = self._at.get(item_id)
        return None if at is None else self.items[at]

    @cached_property
    def _last(self) -> dict[Place, Decision]:
        """The decision that counts of each row that was decided on."""
        counted = {one.id for one in self.counted.values()}
        later = max((one.at for one in self.counted.values()), default="")
        added = (one for one in self.decisions.in_force if one.at > later and one.id not in counted)
        return {**self.counted, **{place_of(one.document_id, one.table, one.key): one for one in added}}

    @cached_property
    def corrections(self) -> dict[tuple[Place, str], Any]:
        """What was put right: the value that each corrected column is to have."""
        return {
            (place_of(one.document_id, one.table, one.key), one.column): one.new
            for one in self.decisions.in_force
            if one.action == "correct" and one.column is not None
        }

    @cached_property
    def states(self) -> list[State]:
        """The state of each item, in the order of the items."""
        return [self.state(item) for item in self.items]

    def decision(self, item: Item) -> Decision | None:
        """What was last decided on an item since it came into the queue, or None."""
        found = self._last.get(item.place)
        return found if found is not None and found.at > item.since else None

    def state(self, item: Item) -> State:
        """What became of an item."""
        decision = self.decision(item)
        return _BECOMES[decision.action] if decision else "open"

    def wanted(self, what: Filter) -> Iterator[tuple[Item, State]]:
        """The items that a filter lets through, in order."""
        return ((item, state) for item, state in zip(self.items, self.states, strict=True) if what.wants(item, state))

    def after(self, item_id: str | None, what: Filter, passed_over: frozenset[str] = frozenset()) -> Item | None:
        """The next undecided item that the filter lets through, from the beginning again after the last one.

        Whatever state the filter asks for: what comes next is open, or was skipped where nothing else is left. Items
        to be passed over (another reviewer is looking at them) come only when there are no others.
        """
        start = self._at.get(item_id or "", -1) + 1
        wishes = replace(what, state="all")
        best: tuple[int, Item] | None = None
        for n in (*range(start, len(self.items)), *range(min(start, len(self.items)))):
            item, state = self.items[n], self.states[n]
            if state in DONE or item.id == item_id or not wishes.wants(item, state):
                continue
            worse = 2 * (state == "skipped") + (item.id in passed_over)
            if best is None or worse < best[0]:
                best = (worse, item)
            if worse == 0:
                break
        return best[1] if best else None

    def neighbours(self, item_id: str, what: Filter) -> tuple[Item | None, Item | None]:
        """The items before and after one, as the filter lists them."""
        at = self._at.get(item_id)
        if at is None:
            return None, None

        def first(places: Iterable[int]) -> Item | None:
            return next((self.items[n] for n in places if what.wants(self.items[n], self.states[n])), None)

        return first(range(at - 1, -1, -1)), first(range(at + 1, len(self.items)))

    @cached_property
    def progress(self) -> Progress:
        """Of the whole queue."""
        return Progress(sum(state in DONE for state in self.states), len(self.items))

    @cached_property
    def by_document(self) -> dict[str, Progress]:
        """Of each document that has items."""
        total, done = Counter[str](), Counter[str]()
        for item, state in zip(self.items, self.states, strict=True):
            total[item.document_id] += 1
            done[item.document_id] += state in DONE
        return {document_id: Progress(done[document_id], count) for document_id, count in total.items()}

    @cached_property
    def _tally(self) -> Counter[tuple[str, ...]]:
        """How many items there are of each combination of what filters tell apart, in the order of `_FIELDS`."""
        return Counter(
            (item.kind, item.document_id, item.table, item.rule, state)
            for item, state in zip(self.items, self.states, strict=True)
        )

    def count(self, what: Filter) -> int:
        """How many items a filter lets through."""
        return sum(count for told, count in self._tally.items() if not what.refuses(told))

    def choices(self, what: Filter) -> dict[str, Counter[str]]:
        """For each field of the filter, its values and how many items each would list, the other fields as they are."""
        found: dict[str, Counter[str]] = {name: Counter() for name in _FIELDS}
        for told, count in self._tally.items():
            refusing = what.refuses(told)
            for name, value in zip(_FIELDS, told, strict=True):
                if not refusing or refusing == [name]:
                    found[name][value] += count
        return found
