"""The tables of an output folder as they stand, read once for each time that they are written.

A page of the application asks for rows again and again; the tables change once a night. So a snapshot is kept in memory
and taken anew only when a file has another size or time. Tables of an older version do: what they lack is empty.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from pipeline.extraction import Row
from pipeline.tables.read import read_table, table_path
from pipeline.tables.schema import arrow_schema, tables

Stamp = tuple[tuple[str, int, int], ...]


def stamp_of(folder: Path, pattern: str = "*") -> Stamp:
    """Name, size and time of every file below a folder: changes whenever one of them does. Nothing of it is read."""
    found = []
    for path in folder.rglob(pattern):
        try:
            said = path.stat()
        except OSError:  # gone between the listing and the look
            continue
        found.append((str(path.relative_to(folder)), said.st_size, said.st_mtime_ns))
    return tuple(sorted(found))


class Snapshot:
    """All tables at one moment; each is read when it is first asked for. May be asked from several threads."""

    def __init__(self, out: Path, stamp: Stamp) -> None:
        self.stamp = stamp
        self.faults: dict[str, str] = {}
        """Tables that are not as this version writes them: `missing`, `unreadable`, or the columns that are absent."""
        self._out = out
        self._tables: dict[str, pa.Table] = {}
        self._reading = threading.RLock()

    def table(self, name: str) -> pa.Table:
        """A table with all columns of its declaration; empty where there is none that can be read."""
        with self._reading:
            if name not in self._tables:
                self._tables[name] = self._read(name)
            return self._tables[name]

    def rows(self, name: str, **wanted: Any) -> list[Row]:
        """The rows whose columns equal what is wanted, in the table's order."""
        table = self.table(name)
        for column, value in wanted.items():
            table = table.filter(pc.equal(table[column], pa.scalar(value, table.schema.field(column).type)))
        rows: list[Row] = table.to_pylist()
        return rows

    def _read(self, name: str) -> pa.Table:
        try:
            absent = set(arrow_schema(name).names) - set(
                ds.dataset(table_path(self._out, name), format="parquet").schema.names
            )
            if absent:
                self.faults[name] = ", ".join(sorted(absent))
            return read_table(self._out, name)
        except FileNotFoundError:
            self.faults[name] = "missing"
        except (OSError, pa.ArrowException):
            self.faults[name] = "unreadable"
        return arrow_schema(name).empty_table()


class Tables:
    """The tables of `out`, always as they are now."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._looking = threading.Lock()
        self._snapshot: Snapshot | None = None

    def now(self) -> Snapshot:
        """The snapshot of now; the same object as before while no file has changed."""
        stamp = stamp_of(self._out / "tables", "*.parquet")
        with self._looking:
            if self._snapshot is None or self._snapshot.stamp != stamp:
                self._snapshot = Snapshot(self._out, stamp)
            return self._snapshot


EVIDENCED = tuple(name for name, table in tables().items() if "confidence" in table.column_names and name != "findings")
"""The tables of facts: each row has a place and a confidence."""
