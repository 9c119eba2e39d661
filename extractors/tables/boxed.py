"""Tables whose cells are boxes of their own, round or square, with room between them: a list or sheet set like tiles.

Boxes side by side are a drawing unless the form's labels say otherwise, so only they make a table: the labels of a list
in its first row, or those of a sheet at its left. What is found becomes rulings. Points, origin upper left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from extractors.forms.form import Form
from extractors.pages.geometry import Box, union
from extractors.pages.lines import GlyphIndex, lines_of
from extractors.pages.page import Page, Ruling

APART = 14.0
"""Boxes of one table stand no further from each other than so many points …"""

LEVEL = 3.0
"""… and those of a column begin and end within so many points of each other."""

SMALLEST = 8.0
"""Points that a cell with words is wide and high at least."""

MOST = 1500
"""Boxes beyond which a page is a pattern."""

Row = list[Box]


def between_boxes(page: Page, form: Form) -> tuple[list[Ruling], list[Ruling]]:
    """The rulings of the tables that boxes make, and the page's rulings without the sides of these boxes."""
    boxes = [shape.box for shape in page.shapes if shape.kind in ("rectangle", "rounded")]
    rows = _rows([box for box in boxes if min(box.width, box.height) >= SMALLEST]) if 3 < len(boxes) <= MOST else []
    if not rows:
        return [], list(page.rulings)
    index = GlyphIndex(page)
    added: list[Ruling] = []
    inside: list[Box] = []
    for table in _tables(rows):
        labels = [["".join(line.text.string for line in lines_of(index.within(box))) for box in row] for row in table]
        if _is_list(labels[0], form) or _is_sheet([row[0] for row in labels], form):
            added += _rulings(table)
            inside.append(union(box for row in table for box in row).grown(1.0))
    if not added:
        return [], list(page.rulings)
    left = [r for r in page.rulings if not any(box.holds(r.box, 1.0) for box in inside)]
    return added, left


def _rows(boxes: Sequence[Box]) -> list[Row]:
    """Boxes that stand beside each other, each close to the next, left to right, row by row."""
    rows: list[Row] = []
    for box in sorted(set(boxes), key=lambda box: (box.centre[1], box.x0)):
        if rows and _beside(box, rows[-1][0]):
            rows[-1].append(box)
        else:
            rows.append([box])
    ordered = [sorted(row) for row in rows]
    return [row for row in ordered if len(row) >= 2 and all(0 <= b.x0 - a.x1 <= APART for a, b in pairwise(row))]


def _beside(box: Box, other: Box) -> bool:
    """Whether two boxes share most of their height; a cell may be taller than the others of its row."""
    common = min(box.bottom, other.bottom) - max(box.top, other.top)
    return common >= 0.6 * min(box.height, other.height)


def _tables(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows of the same columns that stand close below each other."""
    tables: list[list[Row]] = []
    for row in sorted(rows, key=_top):
        for table in tables:
            above = table[-1]
            alike = len(above) == len(row) and all(
                abs(one.x0 - other.x0) <= LEVEL and abs(one.x1 - other.x1) <= LEVEL
                for one, other in zip(above, row, strict=True)
            )
            if alike and 0 <= _top(row) - _bottom(above) <= APART:
                table.append(row)
                break
        else:
            tables.append([row])
    return (table for table in tables if len(table) >= 2)


def _top(row: Row) -> float:
    return min(box.top for box in row)


def _bottom(row: Row) -> float:
    return max(box.bottom for box in row)


def _is_list(labels: Sequence[str], form: Form) -> bool:
    names = {form.column(label) for label in labels} - {None}
    return len(names) >= form.list_needs and bool(form.list_any & names)


def _is_sheet(labels: Sequence[str], form: Form) -> bool:
    return len({form.field(label) for label in labels} - {None}) >= form.sheet_needs


def _rulings(table: Sequence[Row]) -> list[Ruling]:
    """A full grid: between the boxes, and around them."""
    first, last = table[0], table[-1]
    xs = [first[0].x0, *((a.x1 + b.x0) / 2 for a, b in pairwise(first)), first[-1].x1]
    ys = [_top(first), *((_bottom(a) + _top(b)) / 2 for a, b in pairwise(table)), _bottom(last)]
    return [Ruling(xs[0], y, xs[-1], y) for y in ys] + [Ruling(x, ys[0], x, ys[-1]) for x in xs]
