"""Writes the tables, always anew, from the archive and what people decided: the same of both gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from pipeline.archive.archive import documents_kept
from pipeline.extraction import Row
from pipeline.review.replay import Review
from pipeline.tables.replace import tables_anew
from pipeline.tables.schema import DOCUMENTS, RowError, arrow_schema, check, office_of, sorted_rows, tables


def write_tables(out: Path) -> dict[str, int]:
    """Write `out/tables/NAME.parquet` for every table of the declaration, and `datapackage.json`; empty tables too.

    Gives the number of rows of each table. Raises what `tables_anew` raises, and leaves the tables of before whole.
    """
    with tables_anew(out) as writers:
        review = Review(out)
        for document in documents_kept(out):
            rows = review.settle(document).rows
            for name, writer in writers.items():
                try:
                    writer.add(_batch(name, rows))
                except RowError as error:
                    error.add_note(f"in archive/{document.document_id}/rows.json: read this document again")
                    raise
    return {name: writer.count for name, writer in writers.items()}


def _batch(table: str, document: dict[str, list[Row]]) -> pa.RecordBatch:
    """One document's rows of a table in their order, with its office beside each. Raises RowError."""
    rows = document.get(table, [])
    if table != DOCUMENTS:
        office = dict(zip(tables()[table].office, office_of(document), strict=True))
        rows = [row | office for row in rows]
    check(table, rows)
    return pa.RecordBatch.from_pylist(sorted_rows(table, rows), schema=arrow_schema(table))
