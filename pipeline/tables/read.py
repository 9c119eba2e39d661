"""Reads the tables of OUT, in whichever shape a table was written: one Parquet file, or a folder of part files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from pipeline.tables.schema import arrow_schema

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
    return ds.dataset(table_path(out, name), schema=arrow_schema(name), format="parquet")


def read_table(out: Path, name: str, columns: Sequence[str] | None = None, filters: Filters | None = None) -> pa.Table:
    """A table of `out`: all its columns in the declared order, or those named, in the order named.

    With `filters`, row groups in which no row can fit are not read. Raises FileNotFoundError where there is no such
    table, KeyError where none is declared.
    """
    chosen = pq.filters_to_expression(filters) if isinstance(filters, Sequence) else filters
    return table_dataset(out, name).to_table(columns=None if columns is None else list(columns), filter=chosen)
