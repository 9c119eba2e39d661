"""Writes the tables, always anew, from the archive and what people decided: the same of both gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from pipeline.archive.archive import documents_kept
from pipeline.extraction import Row
from pipeline.review.replay import Review
from pipeline.tables.replace import tables_anew
from pipeline.tables.schema import DOCUMENTS, RowError, arrow_schema, check, office_of, sorted_rows, tables

TOGETHER = 500
"""Rows of a table that become Arrow's at once. By themselves those of a small document take more memory, and more time,
for what surrounds them than for what they say: ten thousand documents of one page held 2 GB so."""


def write_tables(out: Path) -> dict[str, int]:
    """Write `out/tables/NAME.parquet` for every table of the declaration, and `datapackage.json`; empty tables too.

    Gives the number of rows of each table. Raises what `tables_anew` raises, and leaves the tables of before whole.
    """
    with tables_anew(out) as writers:
        review = Review(out)
        waiting: dict[str, list[Row]] = {name: [] for name in writers}
        for document in documents_kept(out):
            rows = review.settle(document).rows
            for name, writer in writers.items():
                try:
                    waiting[name] += _checked(name, rows)
                except RowError as error:
                    error.add_note(f"in archive/{document.document_id}/rows.json: read this document again")
                    raise
                if len(waiting[name]) >= TOGETHER:
                    writer.add(_batch(name, waiting[name]))
                    waiting[name] = []
        for name, left in waiting.items():
            if left:
                writers[name].add(_batch(name, left))
    return {name: writer.count for name, writer in writers.items()}


def _checked(table: str, document: dict[str, list[Row]]) -> list[Row]:
    """One document's rows of a table in their order, with its office beside each. Raises RowError."""
    rows = document.get(table, [])
    if rows and table != DOCUMENTS:
        office = dict(zip(tables()[table].office, office_of(document), strict=True))
        rows = [row | office for row in rows]
    check(table, rows)
    return sorted_rows(table, rows)


def _batch(table: str, rows: list[Row]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(rows, schema=arrow_schema(table))
