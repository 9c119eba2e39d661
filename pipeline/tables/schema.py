"""The tables as `tables.toml` declares them: their columns, Arrow schemas, and what a row must be."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

import orjson

from extractors.pages.text import Evidence
from pipeline.extraction import Row
from pipeline.tables.value_types import FITS, Type

if TYPE_CHECKING:
    import pyarrow as pa

Presence = Literal["required", "expected", "nullable"]
Misfit = Literal["required", "type", "enum", "minimum", "maximum", "pattern"]

_SAYS: dict[Misfit, str] = {
    "required": "is required",
    "type": "is not of type",
    "enum": "is none of",
    "minimum": "is below",
    "maximum": "is above",
    "pattern": "does not match",
}

DOCUMENTS = "documents"
"""The table of which every document has one row."""


class RowError(ValueError):
    """A row that does not fit the declaration of its table: a fault of the program, never of a document."""


@dataclass(frozen=True)
class Column:
    """One column. `title` and `description` are Japanese; `presence` is explained at the head of `tables.toml`."""

    name: str
    type: Type
    presence: Presence
    title: str
    title_en: str
    description: str
    description_en: str
    enum: tuple[str | int, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    example: Any = None

    def __post_init__(self) -> None:
        """Raise ValueError unless the column is described in both languages."""
        if not all((self.title, self.title_en, self.description, self.description_en)):
            raise ValueError(f"column {self.name} lacks a title or a description")

    @property
    def required(self) -> bool:
        return self.presence == "required"

    def misfit(self, value: Any) -> tuple[Misfit, str] | None:
        """What keeps the value out of this column, and which bound it breaks; None where it fits."""
        if value is None:
            return ("required", "") if self.required else None
        if not FITS[self.type](value):
            return "type", self.type
        if self.enum and value not in self.enum:
            return "enum", ", ".join(map(str, self.enum))
        if self.minimum is not None and value < self.minimum:
            return "minimum", f"{self.minimum:g}"
        if self.maximum is not None and value > self.maximum:
            return "maximum", f"{self.maximum:g}"
        if self.pattern is not None and not re.fullmatch(self.pattern, value):
            return "pattern", self.pattern
        return None

    def fault(self, value: Any) -> str | None:
        """What keeps the value out of this column, in words, or None where it fits."""
        found = self.misfit(value)
        return found and f"{_SAYS[found[0]]} {found[1]}".rstrip()


@dataclass(frozen=True)
class ForeignKey:
    """`columns` of a row are either partly empty or those of a row of `table` under `references`."""

    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One table; its columns stand in the order in which they are written, those of evidence last.

    `office` names the two columns that hold the document's `publisher_code` and `fiscal_year`.
    """

    name: str
    title: str
    title_en: str
    description: str
    description_en: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    sort: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]
    office: tuple[str, str]

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True)
class Declaration:
    """All tables, by name and in order, what the whole is called, and what may be done with it.

    `licenses` are as the Data Package standard has them; `rights` says what they cover and what they do not.
    """

    title: str
    title_en: str
    description: str
    description_en: str
    rights: str
    rights_en: str
    licenses: tuple[Mapping[str, str], ...]
    tables: Mapping[str, Table]


@cache
def declaration() -> Declaration:
    """What `tables.toml` says, read once."""
    said = tomllib.loads(resources.files("pipeline.tables").joinpath("tables.toml").read_text(encoding="utf-8"))
    tables = {name: _table(name, table, said) for name, table in said.pop("tables").items()}
    licenses = tuple(said.pop("licenses"))
    whole = {key: said[key] for key in said.keys() - {"evidence", "office", "shared"}}
    return Declaration(tables=tables, licenses=licenses, **whole)


def _table(name: str, said: dict[str, Any], all_said: dict[str, Any]) -> Table:
    columns = []
    for own in said["columns"]:
        shared = all_said["shared"][own["use"]] if "use" in own else {}
        columns.append(_column({**shared, **own}))
    office = ("publisher_code", "fiscal_year")
    if name != DOCUMENTS:
        columns += [_column(column) for column in all_said["office"]]
        office = tuple(column["name"] for column in all_said["office"])
    if said["evidence"] != "none":
        looser = {"presence": "nullable"} if said["evidence"] == "nullable" else {}
        columns += [_column({**column, **looser}) for column in all_said["evidence"]]
    return Table(
        name=name,
        columns=tuple(columns),
        key=tuple(said["key"]),
        sort=tuple(said["sort"]),
        foreign_keys=tuple(
            ForeignKey(tuple(key["columns"]), key["table"], tuple(key["references"]))
            for key in said.get("foreign_keys", ())
        ),
        office=office,
        **{key: said[key] for key in ("title", "title_en", "description", "description_en")},
    )


def _column(said: dict[str, Any]) -> Column:
    said = {key: value for key, value in said.items() if key != "use"}
    return Column(**{**said, "enum": tuple(said.get("enum", ()))})


def tables() -> Mapping[str, Table]:
    """Every table by its name, in the order of the declaration."""
    return declaration().tables


@cache
def arrow_schema(table: str) -> pa.Schema:
    """The Arrow schema of a table; required columns are not nullable there either."""
    import pyarrow as pa  # here, because whoever reads a document writes no table

    edges = [(edge, pa.float64()) for edge in ("x0", "top", "x1", "bottom")]
    types: dict[Type, pa.DataType] = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "points": pa.list_(pa.struct([("x", pa.float64()), ("y", pa.float64())])),
        "places": pa.list_(pa.struct([("page", pa.int64()), *edges])),
    }
    return pa.schema(
        [pa.field(column.name, types[column.type], nullable=not column.required) for column in tables()[table].columns]
    )


def evidence_columns(evidence: Evidence) -> Row:
    """The eight columns that say where a row was read; every row of facts gets them from here."""
    return {
        **evidence.place._asdict(),
        "continued": [place._asdict() for place in evidence.continued] or None,
        "method": evidence.method,
        "confidence": evidence.confidence,
        "raw_text": evidence.raw_text,
    }


def office_of(rows: Mapping[str, list[Row]]) -> tuple[str | None, int | None]:
    """The publisher's code and the fiscal year of the document that the rows were read from."""
    document = next(iter(rows.get(DOCUMENTS, ())), Row())
    return document.get("publisher_code"), document.get("fiscal_year")


def check(table: str, rows: Iterable[Row]) -> None:
    """Raise RowError when a row has an unknown column, lacks a required one, holds a value that its column does not
    allow, or has the key of another. An absent column counts as empty."""
    declared = tables()[table]
    known = frozenset(declared.column_names)
    keys: dict[tuple[Any, ...], int] = {}
    for number, row in enumerate(rows, start=1):
        if unknown := row.keys() - known:
            raise RowError(f"{table}, row {number}: no such column as {', '.join(sorted(unknown))}")
        for column in declared.columns:
            value = row.get(column.name)
            if fault := column.fault(value):
                raise RowError(f"{table}, row {number}, {column.name}: {value!r} {fault}")
        if declared.key:
            key = tuple(row[name] for name in declared.key)
            if (first := keys.setdefault(key, number)) != number:
                raise RowError(f"{table}, rows {first} and {number} have the same key {key}")


def check_document(document_id: str, rows: Mapping[str, list[Row]]) -> None:
    """Raise RowError unless all rows of one document fit their tables, belong to it, and point at rows that exist.

    `supersedes` points at another document and is not followed.
    """
    if unknown := rows.keys() - tables().keys():
        raise RowError(f"no such table as {', '.join(sorted(unknown))}")
    for name, own in rows.items():
        check(name, own)
        for number, row in enumerate(own, start=1):
            if row.get("document_id", document_id) != document_id:
                raise RowError(f"{name}, row {number}: document_id is that of another document")
            if not (row.get("case_id") or document_id).startswith(document_id[:12]):
                raise RowError(f"{name}, row {number}: case_id is that of another document")
        for key in tables()[name].foreign_keys:
            there = {tuple(row.get(column) for column in key.references) for row in rows.get(key.table, ())}
            for number, row in enumerate(own, start=1):
                points_at = tuple(row.get(column) for column in key.columns)
                if None not in points_at and points_at not in there:
                    raise RowError(f"{name}, row {number}: {key.table} has no row {points_at}")


def sorted_rows(table: str, rows: Iterable[Row]) -> list[Row]:
    """The rows of one document in the table's order, whatever order they came in; empty values first."""
    return sorted(rows, key=order_of(table))


def order_of(table: str) -> Callable[[Row], tuple[Any, ...]]:
    """What the rows of one document of a table are sorted by."""
    order = tables()[table].sort

    def place(row: Row) -> tuple[Any, ...]:
        # A key need not be unique (findings have none), so what is left open is settled by the whole row.
        said = {name: value for name, value in row.items() if value is not None}
        last = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
        # a copy: orjson's own keeps its buffer's room, a kilobyte and more
        return (*(_sortable(name, row.get(name)) for name in order), bytes(memoryview(last)))

    return place


def from_json(table: str, rows: list[Row]) -> list[Row]:
    """The rows as they were before they were written as JSON: ISO days become dates again. Changes `rows`."""
    dates = [column.name for column in tables()[table].columns if column.type == "date"]
    for row in rows:
        for name in dates:
            if isinstance(row.get(name), str):
                row[name] = datetime.date.fromisoformat(row[name])
    return rows


def _sortable(name: str, value: Any) -> tuple[Any, ...]:
    if value is None:
        return (0,)
    # A case number above 999 makes the ID longer: by length first, 1000 comes after 999.
    return (1, len(value), value) if name == "case_id" else (1, value)
