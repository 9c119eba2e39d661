"""What reading one document gives: plain values that travel between processes and into the archive."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
"""One row of a table: column name to value. Dates are `datetime.date`; `continued` is a list of
{page, x0, top, x1, bottom} or None; an absent column counts as None."""


@dataclass(frozen=True)
class Source:
    """Where a document's bytes came from."""

    file_name: str
    source_url: str | None = None


@dataclass(frozen=True)
class Extraction:
    """All that was read from one document.

    `rows` holds the rows of each table by the table's name, `reading` the structure as recognised (pages, tables,
    boxes) as plain JSON values.
    """

    document_id: str
    file_name: str
    page_count: int
    rows: dict[str, list[Row]] = field(default_factory=dict)
    reading: dict[str, Any] = field(default_factory=dict)
