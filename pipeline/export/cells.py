"""What a value becomes where a program opens it that takes some texts for formulas, and knows no lists.

A spreadsheet runs a cell of a CSV file that begins with `=`, `+`, `-` or `@`, and the words come from papers that
anyone may have written. Such a text gets an apostrophe before it; so does one that begins with apostrophes or white
space and such a sign, which makes the rule one that can be undone: `unguarded` gives every text back as it was.
"""

from __future__ import annotations

import re

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.tables.schema import Table

GUARD = "'"
"""Stands before a text that a spreadsheet might run."""

_BEGINS = r"['\s]*[=+\-@＝＋－＠\t\r\n\x00]"
_UNSAFE = re.compile(_BEGINS)
_GUARDED = re.compile(GUARD + _BEGINS)
_ARROW_UNSAFE = r"\A['\s\x{0b}\x{85}\p{Z}\x{1c}-\x{1f}]*[=+\-@＝＋－＠\t\r\n\x{00}]"
"""The same in RE2's words, whose `\\s` knows ASCII alone."""


def is_unsafe(text: str) -> bool:
    """Whether a spreadsheet might take the text for something else than a text."""
    return _UNSAFE.match(text) is not None


def guarded(text: str) -> str:
    """The text as it may stand in a CSV file."""
    return GUARD + text if is_unsafe(text) else text


def unguarded(cell: str) -> str:
    """The text that `guarded` was given."""
    return cell[1:] if _GUARDED.match(cell) else cell


def guarded_column(column: pa.Array) -> pa.Array:
    """`guarded` of each text."""
    unsafe = pc.match_substring_regex(column, _ARROW_UNSAFE)
    return pc.if_else(unsafe, pc.binary_join_element_wise(GUARD, column, ""), column)


def flat(table: Table, batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rows with each list as a text in JSON, `[{"page":3,…}]`; all else as it is."""
    arrays = [
        _as_json(array) if pa.types.is_list(array.type) else array
        for array in (batch[column.name] for column in table.columns)
    ]
    return pa.RecordBatch.from_arrays(arrays, names=list(table.column_names))


def _as_json(column: pa.Array) -> pa.Array:
    texts = (None if value is None else orjson.dumps(value).decode() for value in column.to_pylist())
    return pa.array(texts, pa.string())
