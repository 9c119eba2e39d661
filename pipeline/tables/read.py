"""Reads the tables of OUT, in whichever shape a table was written: one Parquet file, or a folder of part files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from pipeline.storage import is_local
from pipeline.tables.parquet_files import row_groups
from pipeline.tables.schema import arrow_schema, tables

Filters: TypeAlias = pc.Expression | Sequence[Any]
"""An Arrow expression, or pandas' form of one: `[("case_id", "==", "0123456789ab-007")]`."""


def table_path(out: Path, name: str) -> Path:
    """Where a table of `out` is; a file or a folder."""
    return out / "tables" / f"{name}.parquet"


def table_dataset(out: Path, name: str) -> ds.Dataset:
    """A table of `out` with nothing read yet, in the declared schema, for what is done row group by row group.

    Columns that the files lack, because an earlier version wrote them, are empty. Raises FileNotFoundError where there
    is no such table, KeyError where none is declared.
    """
    schema, path = arrow_schema(name), table_path(out, name)
    if not is_local(path):
        at: Any = path
        return ds.dataset(at.path, schema=schema, format="parquet", filesystem=at.fs)
    return ds.dataset(path, schema=schema, format="parquet", partitioning=_folders(name) if path.is_dir() else None)


def _folders(name: str) -> ds.Partitioning:
    """What the names of a table's folders say, so that those of other offices are not even opened."""
    code, year = tables()[name].office
    return ds.partitioning(pa.schema([("version", pa.string()), (code, pa.string()), (year, pa.int64())]))


def read_table(out: Path, name: str, columns: Sequence[str] | None = None, filters: Filters | None = None) -> pa.Table:
    """A table of `out`: all its columns in the declared order, or those named, in the order named.

    With `filters`, row groups in which no row can fit are not read. Raises FileNotFoundError where there is no such
    table, KeyError where none is declared.
    """
    chosen = pq.filters_to_expression(_typed(filters, name)) if isinstance(filters, Sequence) else filters
    for left in reversed(range(ATTEMPTS)):
        try:
            return table_dataset(out, name).to_table(columns=None if columns is None else list(columns), filter=chosen)
        except FileNotFoundError:
            # Part files found in a folder are gone when another version of the table took its place meanwhile.
            if left == 0 or not table_path(out, name).is_dir():
                raise
    raise AssertionError("not reached")


def _typed(filters: Sequence[Any], name: str) -> list[Any]:
    """The filters with each list of values as an array of the column's type, which an empty one would not have."""
    if filters and not isinstance(filters[0], tuple):
        return [_typed(one, name) for one in filters]
    schema = arrow_schema(name)
    return [
        (column, sign, pa.array(list(said), schema.field(column).type) if sign in ("in", "not in") else said)
        for column, sign, said in filters
    ]


ATTEMPTS = 3
"""How often a table that changes under the reader is begun anew."""


def read_batches(out: Path, name: str) -> Iterator[pa.RecordBatch]:
    """A table of `out` as `table_dataset` has it, one row group at a time and in order; only that is in memory.

    Raises FileNotFoundError where there is no such table.
    """
    dataset = table_dataset(out, name)
    for path in dataset.files:
        with dataset.filesystem.open_input_file(path) as file:
            for batch in row_groups(file):
                yield _as_declared(batch, dataset.schema)


def _as_declared(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    held = set(batch.schema.names)
    arrays = [batch[one.name] if one.name in held else pa.nulls(len(batch), one.type) for one in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
