"""The tables as a folder of CSV files with a data package of its own, which any validator of the standard can check.

UTF-8 with a byte order mark (Excel reads others wrongly), a comma, CRLF between rows; every text in quotes and nothing
else, so that an empty text (`""`) and no value (nothing) stay apart for who looks. Guarded against formulas by
`cells.guarded`; lists as JSON. The same tables give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.csv as pacsv

from pipeline.export.cells import flat, guarded_column
from pipeline.tables.data_package import PACKAGE_FILE, about, sources_of_tables, table_schema
from pipeline.tables.read import read_batches
from pipeline.tables.schema import Column, Table, tables

Headings = Literal["names", "ja"]
"""What stands over a column: its name (`case_id`) or its Japanese title (案件ID)."""

BOM = b"\xef\xbb\xbf"


def write_csv(out: Path, folder: Path, headings: Headings, told: Callable[[str, int], None]) -> None:
    """Write `folder/NAME.csv` for each table of `out`, and `datapackage.json`; `told` gets each table and its rows.

    Raises FileNotFoundError where a table is missing.
    """
    folder.mkdir(parents=True)
    for table in tables().values():
        rows = 0
        with (folder / f"{table.name}.csv").open("wb") as file:
            file.write(BOM)
            schema = pa.schema([(heading(column, headings), _csv_type(column)) for column in table.columns])
            with pacsv.CSVWriter(file, schema, write_options=pacsv.WriteOptions(eol="\r\n")) as writer:
                for batch in read_batches(out, table.name):
                    cells = [
                        guarded_column(array) if pa.types.is_string(array.type) else array
                        for array in flat(table, batch)
                    ]
                    writer.write_batch(pa.RecordBatch.from_arrays(cells, schema=schema))
                    rows += len(batch)
        told(table.name, rows)
    package = {
        **about(sources_of_tables(out)),
        "resources": [_resource(table, headings) for table in tables().values()],
    }
    (folder / PACKAGE_FILE).write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def heading(column: Column, headings: Headings) -> str:
    """What stands over the column."""
    return column.title if headings == "ja" else column.name


def _csv_type(column: Column) -> pa.DataType:
    return {"places": pa.string(), "points": pa.string(), "string": pa.string(), "integer": pa.int64()}.get(
        column.type, {"number": pa.float64(), "boolean": pa.bool_(), "date": pa.date32()}.get(column.type)
    )


def _resource(table: Table, headings: Headings) -> dict[str, Any]:
    """The table's part of the descriptor; `column` of a field is its name where the heading is another."""
    schema = table_schema(table)
    called = {column.name: heading(column, headings) for column in table.columns}
    schema["missingValues"] = [""]
    for field, column in zip(schema["fields"], table.columns, strict=True):
        field["name"] = called[column.name]
        if headings != "names":
            field["column"] = column.name
        if column.type == "string" and not column.enum and column.pattern is None:
            # An empty text is one of the values, which the standard's CSV cannot tell from none.
            field.get("constraints", {}).pop("required", None)
            if not field.get("constraints", True):
                del field["constraints"]
    if "primaryKey" in schema:
        schema["primaryKey"] = [called[name] for name in schema["primaryKey"]]
    for key in (*schema.get("foreignKeys", ()), *schema.get("optionalForeignKeys", ())):
        to = tables()[key["reference"].get("resource", table.name)]
        titles = {column.name: heading(column, headings) for column in to.columns}
        key["fields"] = [called[name] for name in key["fields"]]
        key["reference"]["fields"] = [titles[name] for name in key["reference"]["fields"]]
    words = {"title": table.title, "title_en": table.title_en}
    return {
        "name": table.name,
        "type": "table",
        "path": f"{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        **words,
        "description": table.description,
        "description_en": table.description_en,
        "schema": schema,
    }
