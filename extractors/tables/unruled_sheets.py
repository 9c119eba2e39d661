"""Sheets of which nothing is drawn: labels one below the other, values beside them, several sheets on a page.

The form's labels show where the columns are; rows are parted so that each value stands level with its label, by its
first line or by its middle, as the whole sheet does. What is found becomes rulings. Points, origin upper left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from extractors.forms.form import Form
from extractors.forms.worn_labels import worn_label
from extractors.pages.geometry import Box, union
from extractors.pages.lines import Line
from extractors.pages.page import Ruling
from extractors.pages.text import Text
from extractors.tables.columns import cut_at
from extractors.tables.open_rows import FIRST_ROWS

FAR = 3.0
"""A title stands no further over the first label of its sheet than so many character heights."""


LABEL_LINES = 1.3
"""The lines of a label that wraps are no further apart than so many character heights."""


class _Label(NamedTuple):
    """A label, its lines joined; `name` is its field, None where the form does not know it."""

    box: Box
    name: str | None


class _Zones(NamedTuple):
    """The columns of a sheet: from where labels and values begin, and where values end."""

    left: float
    values: float
    right: float


class _Group(NamedTuple):
    """The lines of a value, as one box."""

    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def sheet_rulings(lines: Sequence[Line], form: Form, columns: Sequence[tuple[float, float]] = ()) -> list[Ruling]:
    """The rulings of the sheets that stand in the lines, by their labels alone.

    `columns`: where labels and values stood on the page before, for a sheet that goes on here.
    """
    if columns:
        size = sorted(line.size for line in lines)[len(lines) // 2] if lines else 0.0
        zones = _Zones(columns[0][0], columns[0][1] + 0.1 * size, columns[-1][1])
        zones = zones._replace(values=_value_edge(lines, zones, size))
    else:
        column = _label_column(lines, form)
        found = _zones(column, lines)
        if found is None:
            return []
        zones = found
    pieces = [piece for line in lines for piece in cut_at(line, zones.values)]
    across = [p for p in pieces if p.box.x0 < zones.values - 0.5 * p.size and p.box.x1 > zones.values]
    across += [p for p in pieces if p not in across and any(_level(p, title) for title in across)]  # its number
    inside = [p for p in pieces if p not in across]
    labels = _labels([p for p in inside if p.box.x1 <= zones.values and p.box.x0 >= zones.left - p.size], form)
    values = [p for p in inside if p.box.x0 >= zones.values - 0.5 * p.size]
    rulings: list[Ruling] = []
    top = 0.0
    sheets = _sheets(labels)
    if columns and sheets and sheets[0][0].name in FIRST_ROWS and _title_top(sheets[0][0], across, 0.0):
        sheets.insert(0, [])  # values without a label, above the title of the next case
    for n, sheet in enumerate(sheets):
        following = sheets[n + 1][0] if n + 1 < len(sheets) else None
        is_rest = bool(columns) and n == 0
        over = None if is_rest else _title_top(sheet[0], across, top)
        begins = over[1] if over is not None else top
        ends = _ends(sheet, following, across)
        own = [v for v in values if begins <= v.box.centre[1] < ends]
        if not is_rest:
            own = _without_title(own, sheet[0], zones)
        if own:
            rulings += _grid(sheet, own, zones, is_rest)
        top = ends
    if columns and not sheets:
        ends = min((line.box.top for line in across), default=float("inf"))
        own = [v for v in values if v.box.centre[1] < ends]
        rulings += _grid([], own, zones, rest=True) if own else []
    return rulings


def _label_column(lines: Sequence[Line], form: Form) -> list[Line]:
    """Labels of a sheet that stand one below the other, each with words to its right; empty when there are too few."""
    named = [line for line in lines if form.field(line.text.string) is not None]
    best: list[Line] = []
    for line in named:
        column = [other for other in named if abs(other.box.x0 - line.box.x0) < 1.5 * line.size]
        beside = [one for one in column if any(_right_of(other, one) for other in lines)]
        if len(beside) > len(best):
            best = beside
    known = {form.field(line.text.string) for line in best}
    if len(known) < form.sheet_needs:
        return []
    fields = {name for name in known if name is not None}
    worn = [
        line
        for line in lines
        if abs(line.box.x0 - best[0].box.x0) < 1.5 * line.size and worn_label(line.text, form.fields, fields)
    ]
    return sorted([*best, *worn], key=lambda line: line.box.top)


def _right_of(other: Line, label: Line) -> bool:
    level = abs(other.box.centre[1] - label.box.centre[1]) < label.size
    return level and other.box.x0 > label.box.x1


def _zones(column: Sequence[Line], lines: Sequence[Line]) -> _Zones | None:
    """The columns that the labels show: values begin where most of those beside a label do."""
    if not column:
        return None
    size = column[0].size
    right = max(label.box.x1 for label in column)
    beside = [line for line in lines if line.box.x0 > right - 1 and any(_right_of(line, label) for label in column)]
    if not beside:
        return None
    starts = Counter(round(line.box.x0) for line in beside)
    most = float(min(x for x, count in starts.items() if count == max(starts.values())))
    edge = min([most, *(line.box.x0 for line in beside if line.box.x0 > most - size)])
    ends = [line.box.x1 for line in lines if line.box.x0 >= edge - 1 and line.box.top > column[0].box.top - 2 * size]
    return _Zones(min(label.box.x0 for label in column) - 2, edge, max(ends, default=edge) + 2)


def _value_edge(lines: Sequence[Line], zones: _Zones, size: float) -> float:
    """Where values begin on a page that a sheet goes on to: at the first line right of the label column."""
    near = [line.box.x0 for line in lines if zones.values - size <= line.box.x0 <= zones.values + 4 * size]
    return min(near, default=zones.values)


def _level(line: Line, other: Line) -> bool:
    return abs(line.box.centre[1] - other.box.centre[1]) < 0.4 * line.size


def _labels(lines: Sequence[Line], form: Form) -> list[_Label]:
    """The lines of the label column as labels: pieces side by side are one, and so are the lines of one that wraps."""
    labels: list[tuple[Text, Box, float]] = []
    for line in sorted(lines, key=lambda line: (round(line.box.centre[1]), line.box.x0)):
        if labels:
            text, box, size = labels[-1]
            beside = abs(box.centre[1] - line.box.centre[1]) < 0.4 * size
            gap = (line.box.top - box.bottom) / size
            known, joined = form.field(text.string), text.string + line.text.string
            whole = form.field(joined, worded=True) is not None or form.field(joined) not in (None, known)
            wraps = whole and gap < LABEL_LINES
            if beside or (form.field(line.text.string) is None and (wraps or (gap < 0.8 and known is None))):
                labels[-1] = (text + line.text, union((box, line.box)), size)
                continue
        labels.append((line.text, line.box, line.size))
    return [_Label(box, form.field(text.string)) for text, box, _ in labels]


def _sheets(labels: Sequence[_Label]) -> list[list[_Label]]:
    """The labels sheet by sheet: another one begins where the first label of a sheet comes again."""
    sheets: list[list[_Label]] = []
    for label in labels:
        names = [one.name for one in sheets[-1]] if sheets else []
        again = label.name is not None and label.name in names and (label.name in FIRST_ROWS or label.name == names[0])
        opens = label.name in FIRST_ROWS and not set(names) & set(FIRST_ROWS)
        if not sheets or again or (opens and len(sheets) == 1):
            sheets.append([])
        sheets[-1].append(label)
    return sheets


def _title_top(first: _Label, across: Sequence[Line], top: float) -> tuple[float, float] | None:
    """Where the title over a sheet begins and ends: the lines across both columns close above its first label."""
    block: list[Line] = []
    edge = first.box.top
    for line in sorted(across, key=lambda line: -line.box.top):
        if not top <= line.box.top < first.box.top:
            continue
        if edge - line.box.bottom > FAR * line.size:
            break
        block.append(line)
        edge = line.box.top
    return (edge, max(line.box.bottom for line in block)) if block else None


def _ends(sheet: Sequence[_Label], following: _Label | None, across: Sequence[Line]) -> float:
    """Where a sheet ends: at the title of the next one, or at what stands across the page below its last label."""
    last = sheet[-1].box.bottom if sheet else 0.0
    if following is None:
        return min((line.box.top for line in across if line.box.top > last), default=float("inf"))
    title = _title_top(following, across, last)
    return title[0] if title is not None else following.box.top - 0.5 * following.box.height


def _without_title(values: list[Line], first: _Label, zones: _Zones) -> list[Line]:
    """The values without lines far above the first label, and without a title set in the middle right over it."""
    lines = sorted(values, key=lambda line: line.box.top)
    while lines:
        line = lines[0]
        over = line.box.bottom < first.box.top
        apart = len(lines) > 1 and lines[1].box.top - line.box.bottom > 0.8 * line.size
        set_in = line.box.x0 > zones.values + line.size
        if not over or not (apart or set_in or first.box.top - line.box.bottom > FAR * line.size):
            break
        lines.pop(0)
    return lines


def _grid(labels: Sequence[_Label], values: Sequence[Line], zones: _Zones, rest: bool) -> list[Ruling]:
    """The rulings of one sheet; with `rest` its first values may be those of a label on the page before."""
    rows = _rows_of(values)
    counts = _partition(labels, rows, rest)
    boxes: list[tuple[float, float]] = []
    at = counts[0]
    if at:
        boxes.append((rows[0].top, rows[at - 1].bottom))
    for label, count in zip(labels, counts[1:], strict=True):
        own = rows[at : at + count]
        tops, bottoms = [label.box.top, *(row.top for row in own)], [label.box.bottom, *(row.bottom for row in own)]
        boxes.append((min(tops), max(bottoms)))
        at += count
    ys = [boxes[0][0] - 2, *((a[1] + b[0]) / 2 for a, b in pairwise(boxes)), boxes[-1][1] + 2]
    reach = max([zones.right, *(line.box.x1 + 2 for line in values)])
    xs = (zones.left, zones.values - 2, reach)
    return [Ruling(xs[0], y, xs[-1], y) for y in ys] + [Ruling(x, ys[0], x, ys[-1]) for x in xs]


def _rows_of(values: Sequence[Line]) -> list[_Group]:
    """The lines of the values, those that stand level as one."""
    rows: list[_Group] = []
    for line in sorted(values, key=lambda line: line.box.top):
        if rows and line.box.centre[1] < rows[-1].bottom:
            rows[-1] = _Group(rows[-1].top, max(rows[-1].bottom, line.box.bottom))
        else:
            rows.append(_Group(line.box.top, line.box.bottom))
    return rows


def _partition(labels: Sequence[_Label], rows: Sequence[_Group], rest: bool) -> list[int]:
    """How many lines of values belong to no label (the rest of one before), and to each label.

    Values stand level with their labels by their first lines, or by their middles; in the latter case all may stand off
    by the same bit (room below the last paragraph of a cell). The way that fits better is taken.
    """
    if not labels:
        return [len(rows)]
    ways = [_best(labels, rows, rest, by_top=True, off=0.0)]
    ways += [_best(labels, rows, rest, by_top=False, off=off) for off in {0.0, *_offs(labels, rows)}]
    return min(ways)[1]


def _offs(labels: Sequence[_Label], rows: Sequence[_Group]) -> list[float]:
    """How far below the middle of a value of one line its label may stand: what most labels are from the line next to
    them, in points."""
    nearest = (min((label.box.centre[1] - row.middle for row in rows), key=abs) for label in labels)
    return [float(off) for off, _ in Counter(round(off) for off in nearest).most_common(4)]


_NO_VALUE = 30.0
"""What it costs, in points of standing off, that a label has no value."""


def _best(
    labels: Sequence[_Label], rows: Sequence[_Group], rest: bool, by_top: bool, off: float
) -> tuple[float, list[int]]:
    """The cheapest way to part the lines among the labels, in order: what it costs, and the counts."""
    # cheapest[m]: cost and counts with the first m lines given out
    cheapest: dict[int, tuple[float, list[int]]] = {0: (0.0, [0])}
    if rest:
        cheapest = {m: (0.0, [m]) for m in range(len(rows) + 1)}
    for n, label in enumerate(labels):
        last = n == len(labels) - 1
        following: dict[int, tuple[float, list[int]]] = {}
        for start, (cost, counts) in cheapest.items():
            for end in range(len(rows), len(rows) + 1) if last else range(start, len(rows) + 1):
                if end == start:
                    more = _NO_VALUE
                elif by_top:
                    more = abs(rows[start].top - label.box.top)
                else:
                    more = abs((rows[start].top + rows[end - 1].bottom) / 2 + off - label.box.centre[1])
                if last and not by_top:
                    more = min(more, _NO_VALUE)  # a page break may have cut the last one
                if end not in following or cost + more < following[end][0]:
                    following[end] = (cost + more, [*counts, end - start])
        cheapest = following
    return cheapest[len(rows)]
