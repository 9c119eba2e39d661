"""Rows of a document while it is read: packed, because a report of a thousand pages has tens of thousands of them.

A row as a dict takes some two kilobytes, as JSON a fifth of it.
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from pipeline.extraction import Row
from pipeline.tables.schema import from_json, order_of, sorted_rows

OPEN = frozenset({"documents", "pages"})
"""Tables whose rows are completed when the whole document is known; they are few."""


class PackedRows:
    """The rows of one table, each packed as it comes and made anew whenever it is looked at."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._packed: list[bytes] = []

    def append(self, row: Row) -> None:
        self._packed.append(bytes(memoryview(orjson.dumps(row))))  # a copy: orjson's own keeps its buffer's room

    def __len__(self) -> int:
        return len(self._packed)

    def __iter__(self) -> Iterator[Row]:
        for packed in self._packed:
            yield from from_json(self._table, [orjson.loads(packed)])

    def as_json(self) -> bytes:
        """A list of all rows in the order in which they are written, no two of them unpacked at once."""
        places = list(map(order_of(self._table), self))
        order = sorted(range(len(places)), key=places.__getitem__)
        return b"[%b]" % b",".join(self._packed[number] for number in order)


class Rows(dict[str, "PackedRows | list[Row]"]):
    """The rows of a document by table, each there as soon as it is asked for."""

    def __missing__(self, table: str) -> PackedRows | list[Row]:
        found: PackedRows | list[Row] = [] if table in OPEN else PackedRows(table)
        self[table] = found
        return found

    def in_order(self, table: str) -> list[Row]:
        """The rows of a table in the order in which they are written."""
        return sorted_rows(table, self[table])

    def as_json(self, table: str) -> bytes:
        """The same as JSON."""
        rows = self[table]
        return rows.as_json() if isinstance(rows, PackedRows) else orjson.dumps(sorted_rows(table, rows))
