"""Finding a row again: where a decision's row is in what the program reads now from the same bytes.

Ordinals shift when a row is put in, and words change when a better program reads them. What stays, because the PDF is
the same, is where it is printed: page and box, then the words there. A row that is not surely the same is not found;
the decision then comes back to a reviewer, and is never put on another row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rapidfuzz import fuzz

from extractors.japanese.normalise import key as plain_words
from pipeline.extraction import Row
from pipeline.tables.alignment import likeness, overlap, saying
from pipeline.tables.schema import tables

SAME_BOX = 0.6
"""Boxes that share this much of what both cover are of the same words, read more or less widely."""

SAME_WORDS = 50.0
"""Words in one box at least this alike (RapidFuzz ratio, 0-100) are two readings of the same print."""

_NEAR = 1.0
"""Points by which an edge may move without being another one."""


def locate(table: str, wanted: Row, rows: Sequence[Row]) -> int | None:
    """The place in `rows` (of the same document) of the row that was read as `wanted`; None where none surely is it."""
    if table == "documents":
        return 0 if len(rows) == 1 else None
    if table == "findings":
        return _finding(wanted, rows)
    if wanted.get("x0") is None or wanted.get("page") is None:
        return _only([place for place, row in enumerate(rows) if _key(table, row) == _key(table, wanted)])
    here = [place for place, row in enumerate(rows) if row.get("page") == wanted["page"] and row.get("x0") is not None]
    words = plain_words(wanted.get("raw_text") or "")

    def says_so(row: Row) -> bool:
        return plain_words(row.get("raw_text") or "") == words

    steps: list[Callable[[Row], bool]] = [
        lambda row: _same_edges(row, wanted) and says_so(row),
        lambda row: overlap(row, wanted)[1] >= SAME_BOX and says_so(row),
        lambda row: (
            overlap(row, wanted)[0] >= SAME_BOX
            and fuzz.ratio(plain_words(row.get("raw_text") or ""), words) >= SAME_WORDS
        ),
    ]
    for fits in steps:
        found = [place for place in here if fits(rows[place])]
        if found:
            return _most_alike(table, wanted, rows, found)
    return None


def _most_alike(table: str, wanted: Row, rows: Sequence[Row], found: list[int]) -> int | None:
    """Of several rows read from the same words, the one that says the same, then the one under the same key."""
    if len(found) == 1:
        return found[0]
    same = [place for place in found if saying(table, rows[place]) == saying(table, wanted)] or found
    if len(same) == 1:
        return same[0]
    keyed = [place for place in same if _key(table, rows[place]) == _key(table, wanted)]
    if len(same) < len(found) or len(keyed) != 1:
        return _only(keyed)
    return keyed[0] if likeness(table, rows[keyed[0]], wanted) > 0.8 else None


def _finding(wanted: Row, rows: Sequence[Row]) -> int | None:
    """A finding is the same where it says the same of the same place; of equal ones the first."""
    names = ("rule", "page", "left_value", "right_value")
    same = [place for place, row in enumerate(rows) if all(row.get(name) == wanted.get(name) for name in names)]
    if wanted.get("x0") is not None:
        same = [place for place in same if rows[place].get("x0") is not None and _same_edges(rows[place], wanted)]
    own = [place for place in same if rows[place].get("case_id") == wanted.get("case_id")]
    return next(iter(own or same), None)


def _same_edges(row: Row, wanted: Row) -> bool:
    return all(abs(row[edge] - wanted[edge]) <= _NEAR for edge in ("x0", "top", "x1", "bottom"))


def _key(table: str, row: Row) -> tuple[object, ...]:
    return tuple(row.get(name) for name in tables()[table].key)


def _only(found: list[int]) -> int | None:
    return found[0] if len(found) == 1 else None
