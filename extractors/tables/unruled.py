"""Tables whose rulings are missing, in part or all: what is not drawn is put where the words leave room.

With no rules at all, a table is where the form's own labels stand side by side (the header of a list) or one below the
other (a sheet); its rows are parted at the widest gap between two entries of the column that has one line a row. What
is found becomes rulings, and the tables then come from `tables` like any other. Points, origin upper left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from extractors.forms.form import Form
from extractors.pages.geometry import union
from extractors.pages.lines import Line, lines_of
from extractors.pages.page import Ruling
from extractors.pages.text import Glyph
from extractors.tables.chunks import SEGMENT_GAP, Chunk, header_in
from extractors.tables.columns import cut_at_columns
from extractors.tables.unruled_sheets import sheet_rulings

TITLE_GAP = 1.6
"""A gap of so many character heights parts columns and not the number of a case from its title."""


def without_rules(glyphs: Iterable[Glyph], form: Form) -> list[Ruling]:
    """The rulings of the tables that stand in `glyphs` (those outside every ruled table) by the form's labels alone."""
    glyphs = list(glyphs)
    lines = lines_of(glyphs, split_at=SEGMENT_GAP)
    for row in _rows_of_lines(lines):
        first = [line for line in row if _level(line, row[0])]
        # the first row of the list may stand so close that it looks like a second line of the labels
        header = header_in(_glyphs(row), form) or (header_in(_glyphs(first), form) if len(first) >= 3 else [])
        if header:
            header = _with_hanging(header, row, lines, form)
            header = _with_upright(header, row, lines, form)
            foot = max(chunk.box.bottom for chunk in header)
            under = [line for line in lines if line.box.top > foot - 2]
            body = _until_gap(cut_at_columns(under, header), header, form)
            if not body:
                return []
            end = max(line.box.bottom for line in body)
            below = [line for line in under if line.box.top > end]
            return [*_rulings(_column_spans(header, body), body, list(header)), *sheet_rulings(below, form)]
    return sheet_rulings(lines, form)


def _glyphs(lines: Iterable[Line]) -> list[Glyph]:
    return [glyph for line in lines for glyph in line.text.glyphs if glyph is not None]


def _with_hanging(header: list[Chunk], row: Sequence[Line], lines: Sequence[Line], form: Form) -> list[Chunk]:
    """The header with the lines that hang under one of its labels, where a narrow column breaks its label letter by
    letter (案／件／番／号): each alone at its height and right below, together naming more fields than without them."""
    taken = list(row)
    for line in sorted(lines, key=lambda line: line.box.top):
        if line in taken or line.box.top < header[0].box.top:
            continue
        above = [
            chunk
            for chunk in header
            if chunk.box.x0 - line.size <= line.box.x0 and line.box.x1 <= chunk.box.x1 + line.size
        ]
        foot = max(
            (other.box.bottom for other in taken if other.box.x0 < line.box.x1 and other.box.x1 > line.box.x0),
            default=0.0,
        )
        alone = not any(_level(line, other) for other in lines if other is not line)
        if len(above) != 1 or not alone or not 0 <= line.box.top - foot + 2 < line.size + 2:
            break
        taken.append(line)
    longer = header_in(_glyphs(taken), form)
    return longer if _fields(longer) > _fields(header) else header


def _with_upright(header: list[Chunk], row: Sequence[Line], lines: Sequence[Line], form: Form) -> list[Chunk]:
    """The header with a label that a narrow column breaks letter by letter around the middle of the row, so that it
    reaches above the others and below them."""
    alone = sorted((line for line in lines if len(line.text) == 1), key=lambda line: line.box.top)
    stacks: list[list[Line]] = []
    for line in alone:
        for stack in stacks:
            last = stack[-1]
            if abs(last.box.centre[0] - line.box.centre[0]) < 1.0 and line.box.top - last.box.bottom < line.size:
                stack.append(line)
                break
        else:
            stacks.append([line])
    for stack in stacks:
        box = union(line.box for line in stack)
        beside = any(box.top < chunk.box.centre[1] < box.bottom for chunk in header)
        if len(stack) >= 2 and beside and form.column("".join(line.text.string for line in stack)) is not None:
            longer = header_in(_glyphs([*(line for line in row if line not in stack), *stack]), form)
            header = longer if _fields(longer) > _fields(header) else header
    return header


def _fields(header: Sequence[Chunk]) -> int:
    """How many fields the labels of a header name; two labels of one field are one too few."""
    return len({chunk.name for chunk in header} - {None})


def _rows_of_lines(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that stand beside each other, with those of a second line of a label right below."""
    rows: list[list[Line]] = []
    for line in lines:
        if rows and line.box.top < max(other.box.bottom for other in rows[-1]) + 0.4 * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [row for row in rows if len(row) >= 3]


def list_rulings_below(header_columns: Sequence[tuple[float, float]], glyphs: Iterable[Glyph]) -> list[Ruling]:
    """The rulings of a list that goes on from the page before, whose columns stood at these (x from, x to)."""
    lines = _without_head(_until_remark(lines_of(glyphs, split_at=SEGMENT_GAP)))
    if not lines:
        return []
    # words of this page may reach further than those of the page before
    strips = _strips(lines)
    own = len(strips) == len(header_columns) and all(
        x0 < right and x1 > left for (x0, x1), (left, right) in zip(strips, header_columns, strict=True)
    )
    return _rulings(strips if own else list(header_columns), lines, [])


def _until_remark(lines: Sequence[Line]) -> list[Line]:
    """The lines down to a remark (※) under the list."""
    foot = min((line.box.top for line in lines if line.text.string.startswith("※")), default=float("inf"))
    return [line for line in lines if line.box.top < foot]


def _without_head(lines: Sequence[Line]) -> list[Line]:
    """The lines without the running head of the page: a row by itself, further above the rest than lines of a list
    are from each other."""
    body = sorted(lines, key=lambda line: line.box.top)
    edges: list[float] = []  # how far down the rows reach
    gaps: list[float] = []
    for line in body:
        if edges and line.box.top > edges[-1]:
            gaps.append(line.box.top - edges[-1])
        edges.append(max([line.box.bottom, *edges[-1:]]))
    if len(gaps) < 2 or gaps[0] <= max(0.5 * body[0].size, *gaps[1:]):
        return body
    first = next(n for n in range(1, len(body)) if body[n].box.top > edges[n - 1])
    return body[first:]


def _until_gap(below: Sequence[Line], header: Sequence[Chunk], form: Form) -> list[Line]:
    """The lines of the list: down to a remark (※), the title of a sheet, or a line far below the last one."""
    size = header[0].size
    kept: list[Line] = []
    foot = max(line.box.bottom for line in header)
    for line in sorted(below, key=lambda line: line.box.top):
        if line.text.string.startswith("※") or line.box.top - foot > 5 * size or _is_title(line, below, header, form):
            break
        kept.append(line)
        foot = max(foot, line.box.bottom)
    return kept


def _is_title(line: Line, lines: Sequence[Line], header: Sequence[Chunk], form: Form) -> bool:
    """Whether the line is the title of a sheet: alone at its height but for the number before it, with its number or
    across the columns of the list."""
    row = sorted((other for other in lines if _level(line, other)), key=lambda other: other.box.x0)
    if any(b.box.x0 - a.box.x1 > TITLE_GAP * a.size for a, b in pairwise(row)) or len(row) > 2:
        return False
    words = "".join(other.text.string for other in row)
    if len(words) < 8 or len(row) == len(header):
        return False
    whole = union(other.box for other in row)
    across = sum(whole.x0 < label.box.centre[0] < whole.x1 for label in header) > 1
    return across if len(row) == 1 and not _numbered(words, form) else _numbered(words, form)


def _numbered(words: str, form: Form) -> bool:
    return any(pattern.search(words) for pattern in form.number_patterns)


def _column_spans(header: Sequence[Chunk], body: Sequence[Line]) -> list[tuple[float, float]]:
    """From where to where each column reaches: the words below as they stand under each other, where they make as many
    columns as there are labels; else each label and the words below it that touch no other label's column."""
    strips = _strips(body)
    if len(strips) == len(header):
        # a label in the middle of a wide column may stand beside all of its words
        wide = [(min(label.box.x0, a), max(label.box.x1, b)) for label, (a, b) in zip(header, strips, strict=True)]
        apart = all(left[1] <= right[0] for left, right in pairwise(wide))
        return [
            whole if apart or _touches(label, *strip) else strip
            for label, strip, whole in zip(header, strips, wide, strict=True)
        ]
    spans = [[line.box.x0, line.box.x1] for line in header]
    for line in body:
        near = [n for n, (x0, x1) in enumerate(spans) if line.box.x0 < x1 and line.box.x1 > x0]
        if len(near) == 1:
            n = near[0]
        elif not near:
            n = min(range(len(spans)), key=lambda i: abs(sum(spans[i]) / 2 - line.box.centre[0]))
        else:
            continue
        spans[n] = [min(spans[n][0], line.box.x0), max(spans[n][1], line.box.x1)]
    return [(x0, x1) for x0, x1 in spans]


def _touches(label: Chunk, x0: float, x1: float) -> bool:
    return label.box.x0 < x1 and label.box.x1 > x0


def _strips(body: Sequence[Line]) -> list[tuple[float, float]]:
    """The strips of the page that words stand in, left to right, with free room between them."""
    strips: list[tuple[float, float]] = []
    for line in sorted(body, key=lambda line: line.box.x0):
        if strips and line.box.x0 < strips[-1][1]:
            strips[-1] = (strips[-1][0], max(strips[-1][1], line.box.x1))
        else:
            strips.append((line.box.x0, line.box.x1))
    return strips


def _rulings(spans: Sequence[tuple[float, float]], body: Sequence[Line], header: Sequence[Chunk]) -> list[Ruling]:
    """A full grid: columns between `spans`, rows between the entries of the column with one line a row."""
    size = body[0].size
    edges = [spans[0][0] - 2, *((a[1] + b[0]) / 2 for a, b in pairwise(spans)), spans[-1][1] + 2]
    columns: list[list[Line]] = [[] for _ in spans]
    for line in body:
        for n, (left, right) in enumerate(pairwise(edges)):
            if left <= line.box.centre[0] <= right:
                columns[n].append(line)
    anchors = _anchors(columns)
    if not anchors:
        return []
    top = min(line.box.top for line in header) - 2 if header else min(line.box.top for line in body) - 2
    ys = [top]
    if header:
        ys.append((max(line.box.bottom for line in header) + min(line.box.top for line in body)) / 2)
    if _set_at_top(columns, anchors):
        # each row begins at the height of its anchor, however close its last line stands to the next row
        ys += [min(line.box.top for line in body if _level(line, anchor)) - 0.5 for anchor in anchors[1:]]
    else:
        ys += [_widest_gap(body, a, b) for a, b in pairwise(anchors)]
    ys.append(max(line.box.bottom for line in body) + 0.3 * size)
    return [Ruling(edges[0], y, edges[-1], y) for y in ys] + [Ruling(x, ys[0], x, ys[-1]) for x in edges]


def _level(line: Line, other: Line) -> bool:
    """Whether two lines stand at one height."""
    return abs(line.box.centre[1] - other.box.centre[1]) < 0.4 * line.size


def _set_at_top(columns: Sequence[Sequence[Line]], anchors: Sequence[Line]) -> bool:
    """Whether the entries of a row all begin at the height of its anchor, and in some rows go on below it: a list
    whose cells are set at their tops. Before the first anchor nothing stands then."""
    first = anchors[0]
    lines = [line for column in columns for line in column]
    if any(line.box.centre[1] < first.box.top - 0.5 * first.size for line in lines):
        return False
    level = below = 0
    for anchor, after in pairwise([*anchors, None]):
        assert anchor is not None
        for column in columns:
            foot = after.box.top if after is not None else float("inf")
            own = [line for line in column if anchor.box.top - 0.5 * anchor.size <= line.box.centre[1] < foot]
            level += any(_level(line, anchor) for line in own)
            below += bool(own) and not any(_level(line, anchor) for line in own)
    wrapped = sum(len(column) for column in columns) > level
    return wrapped and below <= 0.02 * level


_NUMBER = re.compile(
    r"\s*[(（]?(?:No|Ｎｏ|NO|№|第|諮問|議案|案件)*\s*[.．第]?\s*[0-9０-９]{1,4}\s*(?:号|番)?[)）.．]?\s*"
)
"""How a list numbers its rows."""


def _anchors(columns: Sequence[Sequence[Line]]) -> list[Line]:
    """The entries of the column that has one line a row: numbers, else the shortest entries, evenly set."""
    numbered = [c for c in columns if c and all(_NUMBER.fullmatch(line.text.string) for line in c)]
    if numbered:
        return list(numbered[0])
    filled = [c for c in columns if c]
    if not filled:
        return []
    shortest = min(filled, key=lambda c: (sum(len(line.text) for line in c) / len(c), len(c)))
    whole = (c for c in sorted(filled, key=len) if len(c) < len(shortest) and _wraps(shortest, c))
    return list(next(whole, shortest))


def _wraps(column: Sequence[Line], other: Sequence[Line]) -> bool:
    """Whether entries of the column go on in further lines where each of the other's is one line: lines that follow
    close below one that fills the column are one entry with it, and each entry stands level with one of the other's, by
    its first line or by its middle."""
    full = max(line.box.width for line in column)
    entries = [[column[0]]]
    for before, line in pairwise(column):
        close = line.box.top - before.box.bottom < 0.8 * line.size
        if close and before.box.width > full - 1.5 * line.size and not any(_level(line, one) for one in other):
            entries[-1].append(line)
        else:
            entries.append([line])
    return len(entries) == len(other) and all(
        _level(lines[0], one) or abs(union(line.box for line in lines).centre[1] - one.box.centre[1]) < 0.6 * one.size
        for lines, one in zip(entries, other, strict=True)
    )


def _widest_gap(body: Sequence[Line], above: Line, below: Line) -> float:
    """The height between two anchors at which the lines of all columns leave the most room."""
    between = sorted(
        (line.box for line in body if line.box.bottom > above.box.centre[1] and line.box.top < below.box.centre[1]),
        key=lambda box: box.top,
    )
    best, at = float("-inf"), (above.box.bottom + below.box.top) / 2
    reach = above.box.centre[1]
    for box in between:
        if box.top > above.box.centre[1] and box.top - reach > best and reach < below.box.centre[1]:
            best, at = box.top - reach, (box.top + reach) / 2
        reach = max(reach, box.bottom)
    return at
