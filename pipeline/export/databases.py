"""The tables as one DuckDB or SQLite database, with types, keys, foreign keys, limits and what every column means.

DuckDB keeps the descriptions as comments (`duckdb_columns()`), SQLite in the statements that make its tables
(`.schema`); both have them in the table `besshi_columns` too, for who asks by a query. A SQLite file has the same bytes
for the same tables; DuckDB promises no such thing of its files.
"""

from __future__ import annotations

import datetime
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.export.cells import flat
from pipeline.files import remove
from pipeline.tables.read import read_batches
from pipeline.tables.schema import Column, ForeignKey, Table, tables
from pipeline.tables.value_types import Type

COLUMNS = "besshi_columns"
"""The table that explains the columns of the others."""

DUCKDB_MEMORY = "1GB"
"""What DuckDB may hold while it writes; the indexes of its keys must fit."""

_DUCKDB: dict[Type, str] = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "places": "STRUCT(page BIGINT, x0 DOUBLE, top DOUBLE, x1 DOUBLE, bottom DOUBLE)[]",
    "points": "STRUCT(x DOUBLE, y DOUBLE)[]",
}
_SQLITE: dict[Type, str] = {
    "string": "TEXT",
    "integer": "INTEGER",
    "number": "REAL",
    "boolean": "INTEGER",
    "date": "TEXT",
    "places": "TEXT",
    "points": "TEXT",
}
_EXPLAINED = ("table_name", "column_name", "title", "title_en", "description", "description_en")


def write_duckdb(out: Path, path: Path, told: Callable[[str, int], None]) -> None:
    """Write the tables of `out` as a DuckDB database; `told` gets each table and its rows.

    Raises FileNotFoundError where a table is missing, OSError where it cannot be written.
    """
    try:
        _write_duckdb(out, path, told)
    except duckdb.IOException as error:
        raise OSError(str(error)) from error
    finally:
        remove(path.with_name(f"{path.name}.wal"))


def _write_duckdb(out: Path, path: Path, told: Callable[[str, int], None]) -> None:
    with tempfile.TemporaryDirectory() as spill, duckdb.connect(str(path)) as database:
        database.execute("SET enable_progress_bar = false")  # it would stand in the output of the command
        database.execute(f"SET memory_limit = '{DUCKDB_MEMORY}'")
        database.execute("SET temp_directory = ?", [spill])
        for table in tables().values():
            database.execute(_create(table, _DUCKDB))
            database.execute(f"COMMENT ON TABLE {_name(table.name)} IS {_text(_words(table))}")
            for column in table.columns:
                place = f"{_name(table.name)}.{_name(column.name)}"
                database.execute(f"COMMENT ON COLUMN {place} IS {_text(_words(column))}")
            told(table.name, _fill(database, out, table))
        database.execute(_create_columns("VARCHAR"))
        database.executemany(f"INSERT INTO {COLUMNS} VALUES (?, ?, ?, ?, ?, ?)", list(_explained()))


def _fill(database: duckdb.DuckDBPyConnection, out: Path, table: Table) -> int:
    """Put the rows in, a row group at a time; where rows point at others of their table, those come first."""
    own = next((key for key in table.foreign_keys if key.table == table.name), None)
    rows = 0
    for batch in read_batches(out, table.name):
        database.register("arriving", pa.Table.from_batches([batch]))
        if own is None:
            database.execute(f"INSERT INTO {_name(table.name)} SELECT * FROM arriving")
        else:
            database.execute(
                "CREATE OR REPLACE TEMP TABLE waiting AS SELECT * FROM arriving"
                if rows == 0
                else "INSERT INTO waiting SELECT * FROM arriving"
            )
        database.unregister("arriving")
        rows += len(batch)
    if own is not None and rows:
        _fill_by_generations(database, table, own)
    return rows


def _fill_by_generations(database: duckdb.DuckDBPyConnection, table: Table, own: ForeignKey) -> None:
    """Rows that point at no row, then those that point at these, and so on: DuckDB checks each statement by itself."""
    name, key = _name(table.name), ", ".join(map(_name, table.key))
    empty = " OR ".join(f"waiting.{_name(column)} IS NULL" for column in own.columns)
    same = " AND ".join(
        f"there.{_name(to)} = waiting.{_name(column)}" for column, to in zip(own.columns, own.references, strict=True)
    )
    ready = f"SELECT * FROM waiting WHERE {empty} OR EXISTS (SELECT 1 FROM {name} AS there WHERE {same})"
    while database.execute("SELECT count(*) FROM waiting").fetchall() != [(0,)]:
        database.execute(f"CREATE OR REPLACE TEMP TABLE ready AS {ready}")
        if database.execute("SELECT count(*) FROM ready").fetchall() == [(0,)]:
            # Only rows that point at each other in a ring are left, and no order is right for them.
            raise ValueError(f"{table.name}: rows stand in each other")
        database.execute(f"INSERT INTO {name} SELECT * FROM ready ORDER BY {key}")
        database.execute(f"DELETE FROM waiting WHERE ({key}) IN (SELECT ({key}) FROM ready)")


def write_sqlite(out: Path, path: Path, told: Callable[[str, int], None]) -> None:
    """Write the tables of `out` as a SQLite database; `told` gets each table and its rows.

    Days are texts (2023-04-03), yes and no 1 and 0, lists JSON. Raises FileNotFoundError where a table is missing,
    OSError where it cannot be written.
    """
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            _write_sqlite(database, out, told)
    except sqlite3.OperationalError as error:
        raise OSError(str(error)) from error


def _write_sqlite(database: sqlite3.Connection, out: Path, told: Callable[[str, int], None]) -> None:
    # The file takes its place only when it is whole, so nothing need be safe before.
    for setting in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = ON"):
        database.execute(f"PRAGMA {setting}")
    for table in tables().values():
        database.execute(_create(table, _SQLITE, comments=True) + " STRICT")
        into = f"INSERT INTO {_name(table.name)} VALUES ({', '.join('?' * len(table.columns))})"
        rows = 0
        database.execute("BEGIN")
        for batch in read_batches(out, table.name):
            database.executemany(into, _sqlite_rows(table, batch))
            rows += len(batch)
        database.execute("COMMIT")
        told(table.name, rows)
    database.execute("BEGIN")
    database.execute(_create_columns("TEXT") + " STRICT")
    database.executemany(f"INSERT INTO {COLUMNS} VALUES (?, ?, ?, ?, ?, ?)", _explained())
    database.execute("COMMIT")


def _sqlite_rows(table: Table, batch: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
    columns = [
        [_sqlite_value(value) for value in array.to_pylist()]
        if column.type in ("date", "boolean")
        else array.to_pylist()
        for column, array in zip(table.columns, flat(table, batch), strict=True)
    ]
    return zip(*columns, strict=True)


def _sqlite_value(value: Any) -> Any:
    if isinstance(value, datetime.date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def _create(table: Table, types: dict[Type, str], comments: bool = False) -> str:
    """The statement that makes a table, its limits and keys in it."""
    lines = [(_column_line(column, types), _words(column)) for column in table.columns]
    if table.key:
        lines.append((f"PRIMARY KEY ({_names(table.key)})", ""))
    for key in table.foreign_keys:
        # SQLite looks when a transaction ends: rows may come before those that they point at.
        late = " DEFERRABLE INITIALLY DEFERRED" if comments else ""
        line = f"FOREIGN KEY ({_names(key.columns)}) REFERENCES {_name(key.table)} ({_names(key.references)}){late}"
        lines.append((line, ""))
    written = [
        line + ("," if number < len(lines) else "") + (f" -- {words}" if comments and words else "")
        for number, (line, words) in enumerate(lines, start=1)
    ]
    said = f" -- {_words(table)}" if comments else ""
    return f"CREATE TABLE {_name(table.name)} ({said}\n  " + "\n  ".join(written) + "\n)"


def _column_line(column: Column, types: dict[Type, str]) -> str:
    name = _name(column.name)
    limits = []
    if column.enum:
        allowed = ", ".join(_text(value) if isinstance(value, str) else str(value) for value in column.enum)
        limits.append(f"{name} IN ({allowed})")
    if column.minimum is not None:
        limits.append(f"{name} >= {column.minimum:g}")
    if column.maximum is not None:
        limits.append(f"{name} <= {column.maximum:g}")
    if column.type == "boolean" and types is _SQLITE:
        limits.append(f"{name} IN (0, 1)")
    check = f" CHECK ({' AND '.join(limits)})" if limits else ""
    return f"{name} {types[column.type]}{' NOT NULL' if column.required else ''}{check}"


def _create_columns(text: str) -> str:
    return f"CREATE TABLE {COLUMNS} ({', '.join(f'{name} {text} NOT NULL' for name in _EXPLAINED)})"


def _explained() -> Iterator[tuple[str, ...]]:
    for table in tables().values():
        for column in table.columns:
            yield table.name, column.name, column.title, column.title_en, column.description, column.description_en


def _words(named: Table | Column) -> str:
    """What is said of a table or column, on one line."""
    said = f"{named.title} / {named.title_en}: {named.description} / {named.description_en}"
    return " ".join(said.split())


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(map(_name, names))


def _text(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"
