"""Which row of one reading is which row of another, where ordinals have shifted and words have changed.

Rows are aligned as a sequence, inside a case where the table has cases: rows that say the same are fixed points, and
what lies between two of them is paired by likeness, so that one row put in is one row added. Nothing here looks at the
numbers that a row got from its place (ordinals, boxes, pages): they move when anything before them does.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import orjson
from rapidfuzz import fuzz

from pipeline.extraction import Row
from pipeline.tables.schema import DOCUMENTS, tables

Pair = tuple[int | None, int | None]
"""Places of one row in the old and the new sequence; None where it is in one of them only."""

Rows = Mapping[str, Sequence[Row]]

ALIKE = 0.5
"""Rows at least this alike (0-1) may be the same row, changed."""

GAP = 60_000
"""Likenesses looked at between two fixed points; where there are more, rows pair by what they say alone."""

EVIDENCE = frozenset(("page", "x0", "top", "x1", "bottom", "continued", "method", "confidence", "raw_text"))

_FROM_ITS_PLACE = frozenset(
    (
        *("document_id", "case_id", "case_no", "ordinal", "path", "group_no", "arrow_no", "table_no", "row", "column"),
        *("box_no", "parent_box_no", "sender_box", "receiver_box", "from_box", "to_box", "points"),
        *("width", "height", "rotation", "char_count", "ocr_confidence", "coverage", "match_score"),
        *(
            "page_first",
            "page_last",
            "page_count",
            "file_name",
            "source_url",
            "supersedes",
            "is_current",
            "state",
            "decided_by",
            "decided_at",
        ),
    )
)
"""Columns whose value follows from where a row stands or from how it came, and says nothing that is printed there."""


@cache
def compared_columns(table: str) -> tuple[str, ...]:
    """The columns in which two readings of one row may differ for a reader: what the paper says, no numbering."""
    declared = tables()[table]
    # Beside each row stands whose document it is of; that is said, and may change, in the table of documents.
    elsewhere = EVIDENCE | _FROM_ITS_PLACE | (set(declared.office) if table != DOCUMENTS else set())
    return tuple(name for name in declared.column_names if name not in elsewhere)


@cache
def _text_columns(table: str) -> tuple[str, ...]:
    texts = {column.name for column in tables()[table].columns if column.type == "string"}
    return tuple(name for name in compared_columns(table) if name in texts)


def saying(table: str, row: Row) -> bytes:
    """What a row says, as one word: equal for two rows that a reader could not tell apart."""
    return orjson.dumps([row.get(name) for name in compared_columns(table)])


def likeness(table: str, one: Row, other: Row) -> float:
    """How alike two rows are, 0-1: their words, and how many of the other values are the same."""
    texts = _text_columns(table)
    others = [name for name in compared_columns(table) if name not in texts]
    words: float = fuzz.ratio(_words(one, texts), _words(other, texts)) / 100
    if not others:
        return words
    same = sum(one.get(name) == other.get(name) for name in others) / len(others)
    return 0.75 * words + 0.25 * float(same)


def _words(row: Row, names: Iterable[str]) -> str:
    return "\n".join(str(row.get(name) or "") for name in names)


def pair_cases(old: Sequence[Row], new: Sequence[Row]) -> dict[str, str]:
    """Which case of the old reading is which of the new: `case_id` to `case_id`; a case of one only is left out."""
    pairs = align_rows("cases", old, new)
    lost = {row["case_no"]: place for place, row in enumerate(old) if (place, None) in pairs}
    for _, place in [pair for pair in pairs if pair[0] is None]:
        same = lost.get(new[place or 0]["case_no"])
        if same is not None and likeness("cases", old[same], new[place or 0]) >= ALIKE / 2:
            pairs.append((same, place))
    return {old[a]["case_id"]: new[b]["case_id"] for a, b in pairs if a is not None and b is not None}


def align(table: str, old: Sequence[Row], new: Sequence[Row], cases: Mapping[str, str]) -> list[Pair]:
    """Pair the rows of one table of one document; `cases` is what `pair_cases` gave. Each row is in one pair."""
    if table == "cases":
        places = {row["case_id"]: place for place, row in enumerate(new)}
        pairs: list[Pair] = [(a, places.get(cases.get(row["case_id"], ""))) for a, row in enumerate(old)]
        met = {b for _, b in pairs}
        return pairs + [(None, b) for b in range(len(new)) if b not in met]
    if "case_id" not in tables()[table].key:
        return align_rows(table, old, new)
    old_by, new_by = _by_case(old), _by_case(new)
    pairs = []
    for case_id, own in old_by.items():
        theirs = new_by.pop(cases.get(case_id or ""), [])
        found = align_rows(table, [old[place] for place in own], [new[place] for place in theirs])
        pairs += [(None if a is None else own[a], None if b is None else theirs[b]) for a, b in found]
    return pairs + [(None, place) for places_left in new_by.values() for place in places_left]


def _by_case(rows: Sequence[Row]) -> dict[str | None, list[int]]:
    found: dict[str | None, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        found[row.get("case_id")].append(place)
    return found


def align_rows(table: str, old: Sequence[Row], new: Sequence[Row]) -> list[Pair]:
    """Pair two sequences of rows; each row is in one pair, the order that of the sequences, rows that moved last."""
    said = [saying(table, row) for row in old], [saying(table, row) for row in new]
    start = 0
    while start < min(len(old), len(new)) and said[0][start] == said[1][start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and said[0][-1 - end] == said[1][-1 - end]:
        end += 1
    pairs: list[Pair] = [(place, place) for place in range(start)]
    a, b = start, start
    last = len(old) - end, len(new) - end
    for fixed in [*_fixed_points(said[0], said[1], (start, last[0]), (start, last[1])), last]:
        pairs += _between(table, old, new, (a, fixed[0]), (b, fixed[1]))
        if fixed != last:
            pairs.append(fixed)
        a, b = fixed[0] + 1, fixed[1] + 1
    pairs += [(last[0] + place, last[1] + place) for place in range(end)]
    return _with_moves(pairs, *said)


def _fixed_points(
    old: list[bytes], new: list[bytes], span: tuple[int, int], other: tuple[int, int]
) -> list[tuple[int, int]]:
    """Rows that say something that is said once in either sequence, in the longest common order."""
    counts = Counter(old[slice(*span)]), Counter(new[slice(*other)])
    at = {new[place]: place for place in range(*other) if counts[1][new[place]] == 1}
    both = [(place, at[old[place]]) for place in range(*span) if counts[0][old[place]] == 1 and old[place] in at]
    ends: list[int] = []
    tails: list[int] = []
    before: list[int | None] = []
    for number, (_, b) in enumerate(both):
        place = bisect_left(ends, b)
        before.append(tails[place - 1] if place else None)
        ends[place : place + 1] = [b]
        tails[place : place + 1] = [number]
    chain: list[tuple[int, int]] = []
    step = tails[-1] if tails else None
    while step is not None:
        chain.append(both[step])
        step = before[step]
    return chain[::-1]


def _between(
    table: str, old: Sequence[Row], new: Sequence[Row], span: tuple[int, int], other: tuple[int, int]
) -> list[Pair]:
    """The pairs of a gap: those in order whose likenesses sum up to the most (Needleman and Wunsch)."""
    rows, columns = range(*span), range(*other)
    if len(rows) * len(columns) > GAP:
        return [(a, None) for a in rows] + [(None, b) for b in columns]
    best = [[0.0] * (len(columns) + 1) for _ in range(len(rows) + 1)]
    alike = [[likeness(table, old[a], new[b]) for b in columns] for a in rows]
    for i in range(len(rows) - 1, -1, -1):
        for j in range(len(columns) - 1, -1, -1):
            together = best[i + 1][j + 1] + alike[i][j] if alike[i][j] >= ALIKE else 0.0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    pairs: list[Pair] = []
    i = j = 0
    while i < len(rows) and j < len(columns):
        if alike[i][j] >= ALIKE and best[i][j] == best[i + 1][j + 1] + alike[i][j]:
            pairs.append((rows[i], columns[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((rows[i], None))
            i += 1
        else:
            pairs.append((None, columns[j]))
            j += 1
    return _replaced(pairs + [(a, None) for a in rows[i:]] + [(None, b) for b in columns[j:]])


def _replaced(pairs: list[Pair]) -> list[Pair]:
    """Between two pairs, one row gone and one new are one row that says something else."""
    runs: list[list[Pair]] = [[]]
    for pair in pairs:
        if None in pair:
            runs[-1].append(pair)
        else:
            runs += [[pair], []]
    done: list[Pair] = []
    for run in runs:
        gone, new = [a for a, _ in run if a is not None], [b for _, b in run if b is not None]
        done += [(gone[0], new[0])] if len(run) == 2 and len(gone) == len(new) == 1 else run
    return done


def _with_moves(pairs: list[Pair], old: list[bytes], new: list[bytes]) -> list[Pair]:
    """A row that is gone here and is said again there has moved."""
    left: dict[bytes, list[int]] = defaultdict(list)
    for a, b in pairs:
        if b is None and a is not None:
            left[old[a]].append(a)
    moved: list[Pair] = []
    for a, b in pairs:
        if a is None and b is not None and left[new[b]]:
            moved.append((left[new[b]].pop(0), b))
    if not moved:
        return pairs
    met = {a for a, _ in moved}, {b for _, b in moved}
    kept = [(a, b) for a, b in pairs if not ((b is None and a in met[0]) or (a is None and b in met[1]))]
    return kept + moved


def overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[float, float]:
    """How much two boxes have in common: as a share of both together, and of the smaller one (0-1 each)."""
    width = min(one["x1"], other["x1"]) - max(one["x0"], other["x0"])
    height = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    common = max(0.0, width) * max(0.0, height)
    areas = [max(1e-6, (box["x1"] - box["x0"]) * (box["bottom"] - box["top"])) for box in (one, other)]
    return common / (sum(areas) - common), common / min(areas)
