"""Whether the keys of the finished tables hold, over all documents: no two rows of one key, no key that points nowhere.

What a row alone can break is checked by `schema.check`, and what one document can by `schema.check_document`; this
looks at the tables as a reader gets them, after corrections.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow.dataset as ds

from pipeline.tables.schema import ForeignKey, RowError, Table, tables

MEMORY = "512MB"
"""What the check may hold in memory; more goes to a temporary folder."""


def check_keys(paths: Mapping[str, Path]) -> None:
    """Raise RowError unless the tables at `paths`, files or folders by table name, have the keys that are declared."""
    with tempfile.TemporaryDirectory() as spill, duckdb.connect() as database:
        database.execute("SET enable_progress_bar = false")  # it would stand in the output of a run
        database.execute(f"SET memory_limit = '{MEMORY}'")
        database.execute("SET temp_directory = ?", [spill])
        for name, path in paths.items():
            database.register(name, ds.dataset(path, format="parquet"))
        for name in paths:
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
