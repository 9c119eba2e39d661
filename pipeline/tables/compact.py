"""`besshi tables compact`: writes the tables of OUT again from themselves, in full row groups and the shape they need.

For tables whose archive is elsewhere, that gathered part files, or that are to have another shape than they have. Where
the tables are as `write_tables` made them, and the setting is the same, the same bytes come out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from pipeline.tables.read import read_batches, table_path
from pipeline.tables.replace import tables_anew
from pipeline.tables.schema import tables


@dataclass(frozen=True)
class Shape:
    """What a table is on disk."""

    files: int
    row_groups: int
    rows: int
    bytes: int


def compact(out: Path, most_rows: int | None = None) -> dict[str, tuple[Shape, Shape]]:
    """Write all tables of `out` again, and give the shape of each before and after.

    A table of more than `most_rows` rows becomes a folder of parts. Raises FileNotFoundError where a table is missing,
    and what `tables_anew` raises; the tables of before are then left whole.
    """
    before = {name: shape_of(out, name) for name in tables()}
    with tables_anew(out, most_rows) as writers:
        for name, writer in writers.items():
            for batch in read_batches(out, name):
                writer.add(batch)
    return {name: (shape, shape_of(out, name)) for name, shape in before.items()}


def shape_of(out: Path, name: str) -> Shape:
    """How a table of `out` lies on disk. Raises FileNotFoundError where it is not there."""
    path = table_path(out, name)
    files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    metadata = [pq.read_metadata(file) for file in files]
    return Shape(
        len(files),
        sum(one.num_row_groups for one in metadata),
        sum(one.num_rows for one in metadata),
        sum(file.stat().st_size for file in files),
    )
