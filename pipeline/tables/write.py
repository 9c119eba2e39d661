"""Writes the tables, always anew, from the archive and what people decided: the same of both gives the same bytes."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.archive.archive import documents_kept
from pipeline.extraction import Row
from pipeline.files import locked, part_of, put_in_place
from pipeline.review.replay import Review
from pipeline.tables.data_package import PACKAGE_FILE, package_json
from pipeline.tables.schema import RowError, arrow_schema, check, sorted_rows, tables

ROW_GROUP = 16_384
"""Rows gathered before they go to disk; bounds the memory, whatever the number of documents."""


def write_tables(out: Path) -> dict[str, int]:
    """Write `out/tables/NAME.parquet` for every table of the declaration, and `datapackage.json`; empty tables too.

    Gives the number of rows of each table. All files are written under other names first and take their places
    together at the end; when anything fails before (RowError, OSError), the tables of before are left whole.
    """
    folder = out / "tables"
    with locked(folder), ExitStack() as stack:
        paths = {name: folder / f"{name}.parquet" for name in tables()}
        for path in (*paths.values(), folder / PACKAGE_FILE):
            stack.callback(part_of(path).unlink, missing_ok=True)
        with ExitStack() as open_files:
            writers = {name: open_files.enter_context(_Writer(name, part_of(path))) for name, path in paths.items()}
            review = Review(out)
            for document in documents_kept(out):
                rows = review.settle(document).rows
                for name, writer in writers.items():
                    try:
                        writer.add(rows.get(name, []))
                    except RowError as error:
                        error.add_note(f"in archive/{document.document_id}/rows.json: read this document again")
                        raise
        part_of(folder / PACKAGE_FILE).write_bytes(package_json())
        for path in (*paths.values(), folder / PACKAGE_FILE):
            put_in_place(path)
        return {name: writer.count for name, writer in writers.items()}


class _Writer:
    """One Parquet file, written a row group at a time."""

    def __init__(self, table: str, path: Path) -> None:
        self.table = table
        self.count = 0
        self._schema = arrow_schema(table)
        self._gathered: list[pa.RecordBatch] = []
        self._rows = 0
        self._file = pq.ParquetWriter(path, self._schema, compression="zstd")

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        try:
            if failure is None:
                self._flush()
        finally:
            self._file.close()

    def add(self, rows: list[Row]) -> None:
        """The rows of one document. Raises RowError when one does not fit."""
        check(self.table, rows)
        if rows:
            self._gathered.append(pa.RecordBatch.from_pylist(sorted_rows(self.table, rows), schema=self._schema))
        self._rows += len(rows)
        self.count += len(rows)
        if self._rows >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._file.write_table(pa.Table.from_batches(self._gathered), row_group_size=self._rows)
        self._gathered, self._rows = [], 0
