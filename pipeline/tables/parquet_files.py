"""Parquet files whose row groups are cut in one way, so that the same rows give the same bytes, however they came."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP = 16_384
"""Rows of a row group: as many as are held in memory, and the least that a query reads."""


class GroupWriter:
    """One Parquet file, written a row group of `ROW_GROUP` rows at a time; `count` rows so far."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.count = 0
        self._schema = schema
        self._gathered: list[pa.RecordBatch] = []
        self._rows = 0
        self._file = pq.ParquetWriter(path, schema, compression="zstd")

    def __enter__(self) -> GroupWriter:
        return self

    def __exit__(
        self, failure: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if failure is None and self._rows:
                self._flush(self._rows)
        finally:
            self._file.close()

    def add(self, batch: pa.RecordBatch) -> None:
        """Rows in the schema of the file, after those of before."""
        self._gathered.append(batch)
        self._rows += len(batch)
        self.count += len(batch)
        while self._rows >= ROW_GROUP:
            self._flush(ROW_GROUP)

    def _flush(self, rows: int) -> None:
        gathered = pa.Table.from_batches(self._gathered, self._schema)
        self._file.write_table(gathered.slice(0, rows).combine_chunks(), row_group_size=rows)
        self._rows -= rows
        self._gathered = gathered.slice(rows).to_batches()


def row_groups(source: Path | pa.NativeFile) -> Iterator[pa.RecordBatch]:
    """The rows of a file, a row group at a time; nothing is read ahead."""
    with pq.ParquetFile(source, pre_buffer=False) as file:
        for number in range(file.num_row_groups):
            yield from file.read_row_group(number, use_threads=False).combine_chunks().to_batches()
