"""Tables of many documents, made from those of one: for tests and benchmarks of what large collections become."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.report.gathering import READ
from pipeline.tables.schema import arrow_schema

OFFICES = 5
TABLES = (*READ, "pages", "diagram_boxes", "diagram_arrows")
AT_ONCE = 100
"""Documents made at a time, so that memory stays small."""


def write_many(out: Path, source: Path, documents: int) -> None:
    """Write the tables of so many documents into `out`, each a copy of the one document of `source`.

    They are of five offices and two years, numbered from 0; those of the second office print no 物理的 control. Nothing
    is kept of their PDFs, which are said to be at `https://ward.example/N.pdf`.
    """
    (out / "tables").mkdir(parents=True)
    for name in TABLES:
        rows = pq.read_table(source / "tables" / f"{name}.parquet")
        with pq.ParquetWriter(out / "tables" / f"{name}.parquet", arrow_schema(name), compression="zstd") as writer:
            for first in range(0, documents, AT_ONCE):
                writer.write_table(copies(name, rows, np.arange(first, min(first + AT_ONCE, documents))))


def copies(name: str, rows: pa.Table, numbers: np.ndarray) -> pa.Table:
    """The rows of a table once for each number, as those of the document with that number."""
    which = np.repeat(numbers, len(rows))
    table = rows.take(pa.array(np.tile(np.arange(len(rows)), len(numbers))))
    # The digits of the number turned round, so that the twelve that a case's id begins with tell documents apart.
    ids = pa.array([f"{number:064x}"[::-1] for number in which], pa.string())
    put = {"document_id": ids}
    if "case_id" in table.column_names:
        put["case_id"] = pc.binary_join_element_wise(
            pc.utf8_slice_codeunits(ids, 0, 12), pc.utf8_slice_codeunits(table["case_id"], 12), ""
        )
    if name == "documents":
        put["file_name"] = pa.array([f"{number:05}.pdf" for number in which])
        put["publisher"] = pa.array([f"第{number % OFFICES}区" for number in which])
        put["fiscal_year"] = pa.array(2022 + which % 2)
        put["source_url"] = pa.array([f"https://ward.example/{number}.pdf" for number in which])
    for column, values in put.items():
        if (place := table.schema.get_field_index(column)) >= 0:
            table = table.set_column(place, column, values)
    if name == "controls":
        table = table.filter(pc.or_(pa.array(which % OFFICES != 1), pc.not_equal(table["category"], "物理的")))
    return table.cast(arrow_schema(name))
