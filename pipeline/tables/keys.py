"""Whether the keys of the finished tables hold, over all documents: no two rows of one key, no key that points nowhere.

What a row alone can break is checked by `schema.check`, and what one document can by `schema.check_document`; this
looks at the tables as a reader gets them, after corrections.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds

from pipeline.tables.schema import ForeignKey, RowError, Table, tables

HELD = 200_000
"""So many rows of all tables together are looked at in memory, where that costs a sixth; their keys take some 30 MB."""

MEMORY = "512MB"
"""What the check of more rows may hold in memory; the rest goes to a temporary folder."""


def check_keys(paths: Mapping[str, Path], held: int = HELD) -> None:
    """Raise RowError unless the tables at `paths`, files or folders by table name, have the keys that are declared.

    Up to `held` rows are looked at in memory, and by the database only where something is wrong, to say what.
    """
    rows = {name: ds.dataset(path, format="parquet") for name, path in paths.items()}
    if sum(each.count_rows() for each in rows.values()) > held or not _hold(rows):
        _check_by_database(rows)


def _hold(rows: Mapping[str, ds.Dataset]) -> bool:
    """Whether all keys hold; with the key columns of all tables in memory."""
    columns = {name: dict.fromkeys(tables()[name].key) for name in rows}
    for name in rows:
        for foreign in tables()[name].foreign_keys:
            columns[name] |= dict.fromkeys(foreign.columns)
            columns[foreign.table] |= dict.fromkeys(foreign.references)
    keys = {name: each.to_table(columns=[*columns[name]]) for name, each in rows.items()}
    for name, own in keys.items():
        if (key := tables()[name].key) and len(_distinct(own, key)) < len(own):
            return False
        for foreign in tables()[name].foreign_keys:
            there = _distinct(keys[foreign.table], foreign.references)
            pointing_at = own.select([*foreign.columns]).drop_null()
            if len(pointing_at.join(there, [*foreign.columns], [*foreign.references], "left anti")):
                return False
    return True


def _distinct(rows: pa.Table, columns: Iterable[str]) -> pa.Table:
    return rows.group_by([*columns]).aggregate([])


def _check_by_database(rows: Mapping[str, ds.Dataset]) -> None:
    """Raise RowError with the first row whose key does not hold."""
    with tempfile.TemporaryDirectory() as spill, duckdb.connect() as database:
        database.execute("SET enable_progress_bar = false")  # it would stand in the output of a run
        database.execute(f"SET memory_limit = '{MEMORY}'")
        database.execute("SET temp_directory = ?", [spill])
        for name, each in rows.items():
            database.register(name, each)
        for name in rows:
            table = tables()[name]
            if table.key and (row := database.execute(_twice(table)).fetchone()):
                raise RowError(f"{name}: {row[-1]} rows have the key {row[:-1]}")
            for key in table.foreign_keys:
                if row := database.execute(_orphan(table, key)).fetchone():
                    raise RowError(f"{name}: {key.table} has no row {row}")


def _twice(table: Table) -> str:
    columns = ", ".join(map(_quoted, table.key))
    return (
        f"SELECT {columns}, count(*) FROM {_quoted(table.name)} GROUP BY {columns} "
        f"HAVING count(*) > 1 ORDER BY {columns} LIMIT 1"
    )


def _orphan(table: Table, key: ForeignKey) -> str:
    columns = ", ".join(map(_quoted, key.columns))
    filled = " AND ".join(f"{_quoted(column)} IS NOT NULL" for column in key.columns)
    same = " AND ".join(
        f"pointing.{_quoted(column)} = there.{_quoted(reference)}"
        for column, reference in zip(key.columns, key.references, strict=True)
    )
    return (
        f"SELECT {columns} FROM {_quoted(table.name)} AS pointing WHERE {filled} "
        f"AND NOT EXISTS (SELECT 1 FROM {_quoted(key.table)} AS there WHERE {same}) ORDER BY {columns} LIMIT 1"
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
