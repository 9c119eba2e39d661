"""Lets frictionless read the project's Parquet tables as they are: files and folders of parts, lists, empty integers.

frictionless 5 reads Parquet through pandas, which turns a column of integers with empty ones among them into floats and
lists into arrays, and it joins the parts of a resource as bytes, which Parquet files do not allow. It also takes the
text "100" for the number, as it must in a CSV file; here a column of another type than the declared one is an error.

It loads every module of this name's form, the command line too: `PYTHONPATH=tests frictionless validate …`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from frictionless import FrictionlessException, Parser, Plugin, Resource, errors


class ArrowParser(Parser):
    """The cells of a table as Arrow has them, whatever is in them: they are checked, not made to fit."""

    supported_types = ["array", "boolean", "date", "integer", "number", "object", "string"]  # noqa: RUF012

    def read_cell_stream_create(self) -> Iterator[list[Any]]:
        paths = [Path(path) for path in self.resource.normpaths]
        yield pq.read_schema(paths[0]).names
        for path in paths:
            with pq.ParquetFile(path) as file:
                self._check_types(file.schema_arrow)
                for batch in file.iter_batches():
                    yield from map(list, zip(*(column.to_pylist() for column in batch), strict=True))

    def _check_types(self, schema: pa.Schema) -> None:
        for field in self.resource.schema.fields:
            column = schema.get_field_index(field.name)
            if column >= 0 and not OF_TYPE[field.type](schema.field(column).type):
                note = f"{field.name} holds {schema.field(column).type}, not {field.type}"
                raise FrictionlessException(errors.SourceError(note=note))


OF_TYPE: dict[str, Callable[[pa.DataType], bool]] = {
    "array": pa.types.is_list,
    "boolean": pa.types.is_boolean,
    "date": pa.types.is_date32,
    "integer": pa.types.is_int64,
    "number": pa.types.is_float64,
    "string": pa.types.is_string,
}


class ArrowPlugin(Plugin):
    """Takes the place of frictionless's own reader of Parquet."""

    def create_parser(self, resource: Resource) -> Parser | None:
        return ArrowParser(resource) if resource.format == "parquet" else None
