"""Changes as plain values: what `--json` prints, what the page and the terminal are made of."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from typing import Any

from pipeline.changes.compare import CAUSES, Changes, Paper, RowChange
from pipeline.changes.marking import marked
from pipeline.changes.places import Spot
from pipeline.extraction import Row

HOWS = ("added", "removed", "changed")


def as_json(changes: Changes, places: Sequence[Spot]) -> dict[str, Any]:
    """All of it; `places` are those of `changes.changes`."""
    return {
        "exit_code": int(changes.any),
        "old": changes.old,
        "new": changes.new,
        "counts": counts_of(changes, places),
        "documents": [
            {"change": one.how, **_paper(one.paper), "rows": one.rows}
            for one in sorted(changes.documents, key=lambda one: (one.how, one.paper.file_name))
        ],
        "places": [_place(number, spot) for number, spot in enumerate(places, start=1)],
        "left_out": changes.left_out,
        "unreadable": changes.unreadable,
    }


def counts_of(changes: Changes, places: Sequence[Spot]) -> dict[str, Any]:
    """How much changed: places, rows by table, rows by cause, documents."""
    tables: dict[str, dict[str, int]] = {}
    for (table, how), count in sorted(changes.counts.items()):
        tables.setdefault(table, dict.fromkeys(HOWS, 0))[how] = count
    documents = Counter(one.how for one in changes.documents)
    return {
        "places": len(places),
        "rows": sum(changes.counts.values()),
        "tables": tables,
        "causes": {cause: changes.causes[cause] for cause in CAUSES},
        "documents": {how: documents[how] for how in ("added", "removed", "replaced")},
    }


def row_json(change: RowChange) -> dict[str, Any]:
    """One row change."""
    said = {
        "table": change.table,
        "change": change.how,
        "cause": change.cause,
        "key": _plain(change.key),
        "case_no": change.case_no,
    }
    if change.how == "changed":
        return said | {
            "cells": [
                {
                    "column": cell.column,
                    "old": plain(cell.old),
                    "new": plain(cell.new),
                    "cause": cell.cause,
                    "marked": _marks(cell.old, cell.new),
                }
                for cell in change.cells
            ],
        }
    return said | {"row": _plain(change.row)}


def plain(value: Any) -> Any:
    """A value as JSON has it: days as ISO texts."""
    return value.isoformat() if isinstance(value, datetime.date) else value


def _place(number: int, spot: Spot) -> dict[str, Any]:
    return {
        "place": number,
        **_paper(spot.head.paper),
        "case_no": spot.head.case_no,
        "causes": spot.causes,
        "old_box": _box(spot.box("old")),
        "new_box": _box(spot.box("new")),
        "rows": [row_json(change) for change in spot.changes],
    }


def _marks(old: Any, new: Any) -> list[list[str]] | None:
    """Which characters differ, where both are texts."""
    if not isinstance(old, str) or not isinstance(new, str):
        return None
    return [[piece.kind, piece.text] for piece in marked(old, new)]


def _paper(paper: Paper) -> dict[str, Any]:
    return {
        "document_id": paper.document_id,
        "old_document_id": paper.old_id,
        "file_name": paper.file_name,
        "publisher": paper.publisher,
        "title": paper.title,
    }


def _box(row: Row | None) -> dict[str, Any] | None:
    return row and {name: row[name] for name in ("page", "x0", "top", "x1", "bottom")}


def _plain(row: Row) -> dict[str, Any]:
    return {name: plain(value) for name, value in row.items() if value is not None}
