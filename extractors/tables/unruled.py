"""Tables whose rulings are missing, in part or all: what is not drawn is put where the words leave room.

With horizontal rules only, columns are parted where no word of any row stands. With no rules at all, a table is where
the form's own labels stand side by side (the header of a list) or one below the other (a sheet); its rows are parted at
the widest gap between two entries of the column that has one line a row. What is found becomes rulings, and the
tables then come from `tables` like any other. Points, origin upper left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from extractors.forms.form import Form
from extractors.pages.geometry import Box, union
from extractors.pages.lines import Line, lines_of
from extractors.pages.page import Page, Ruling
from extractors.pages.text import Glyph

SAME_EXTENT = 12.0
"""Horizontal rules that begin and end within so many points of each other are those of one table."""

COLUMN_GAP = 0.55
"""Room of so many character heights, free in every row, parts two columns."""

SEGMENT_GAP = 0.9
"""A gap of so many character heights parts the words of two columns on a line."""


def between_rules(page: Page, form: Form, columns: Sequence[tuple[float, float]] = ()) -> list[Ruling]:
    """The column rulings that tables with horizontal rules only lack; none where verticals are drawn.

    `columns`: where the columns stood on the page before, for a list without header that goes on here.
    """
    rules = [rule for rule in _joined_rules(page) if rule.x1 - rule.x0 > 0.3 * page.width]
    verticals = [r for r in page.rulings if r.vertical]
    groups: list[list[_Rule]] = []
    for rule in rules:
        for group in groups:
            if abs(group[-1].x0 - rule.x0) <= SAME_EXTENT and abs(group[-1].x1 - rule.x1) <= SAME_EXTENT:
                group.append(rule)
                break
        else:
            groups.append([rule])
    added: list[Ruling] = []
    for group in groups:
        room = union(Box(rule.x0, rule.y, rule.x1, rule.y) for rule in group)
        heights = [rule.y for rule in group]
        inside = [v for v in verticals if room.x0 - 3 < v.x0 < room.x1 + 3]
        # verticals of a table that stands within one row cross none of these rules
        crossed = any(v.box.top - 3 <= y <= v.box.bottom + 3 for v in inside for y in heights)
        if len(heights) < 3 or room.height < 20 or crossed:
            continue
        glyphs = [g for g in page.glyphs if not g.text.isspace() and room.holds_point(*g.box.centre)]
        if not glyphs:
            continue
        bands = [[g for g in glyphs if top <= g.box.centre[1] < foot] for top, foot in pairwise(heights)]
        if any(rule.joints for rule in group):
            added += _cuts_at_joints(group, bands, room)
            continue
        header = _header_in(bands[0], form)
        if header:
            cuts = _cuts_between(header, glyphs)
            added += [Ruling(x, heights[0], x, heights[-1]) for x in (room.x0, *cuts, room.x1)]
            continue
        if columns and not added and abs(columns[0][0] - room.x0) < 3 * SAME_EXTENT:
            cuts = [(a[1] + b[0]) / 2 for a, b in pairwise(columns)]
            added += [Ruling(x, heights[0], x, heights[-1]) for x in (room.x0, *cuts, room.x1)]
            continue
        added += _label_cuts(bands, heights, room, form)
    return added


class _Rule(NamedTuple):
    """A horizontal rule at `y`; `joints` are the x at which two pieces of it meet, as where each cell draws its own."""

    y: float
    x0: float
    x1: float
    joints: tuple[float, ...]


def _joined_rules(page: Page) -> list[_Rule]:
    """The horizontal rules of the page, top to bottom, pieces that meet end to end joined."""
    rows: list[list[Ruling]] = []
    for rule in sorted((r for r in page.rulings if r.horizontal), key=lambda r: (r.y0, r.box.x0)):
        if rows and rule.y0 - rows[-1][0].y0 <= 1.0:
            rows[-1].append(rule)
        else:
            rows.append([rule])
    joined: list[_Rule] = []
    for row in rows:
        pieces = sorted(row, key=lambda r: r.box.x0)
        joints: list[float] = []
        start, end = pieces[0].box.x0, pieces[0].box.x1
        for piece in pieces[1:]:
            if piece.box.x0 > end + 2.0:
                joined.append(_Rule(row[0].y0, start, end, tuple(joints)))
                start, end, joints = piece.box.x0, piece.box.x1, []
                continue
            if abs(piece.box.x0 - end) <= 2.0 and piece.box.x1 > end + 2.0:
                joints.append(piece.box.x0)
            end = max(end, piece.box.x1)
        joined.append(_Rule(row[0].y0, start, end, tuple(joints)))
    return sorted(joined)


def _cuts_at_joints(rules: Sequence[_Rule], bands: Sequence[Sequence[Glyph]], room: Box) -> list[Ruling]:
    """Column rulings where the pieces of the rules around a row meet, and no words of the row are in the way."""
    added = [Ruling(x, rules[0].y, x, rules[-1].y) for x in (room.x0, room.x1)]
    for (over, under), band in zip(pairwise(rules), bands, strict=True):
        words = [line.box for line in lines_of(band, split_at=0.4)]
        for x in sorted({round(joint, 1) for joint in (*over.joints, *under.joints)}):
            if not any(box.x0 + 1 < x < box.x1 - 1 for box in words):
                added.append(Ruling(x, over.y, x, under.y))
    return added


def _label_cuts(bands: Sequence[Sequence[Glyph]], heights: Sequence[float], room: Box, form: Form) -> list[Ruling]:
    """The columns of a sheet with horizontal rules only: parted, row by row, on both sides of its labels; where too few
    rows have one, by the strips that no glyph of any row touches."""
    found: list[list[float]] = []
    alone = 0
    for band in bands:
        chunks = chunks_of(band, form.field)
        alone += len(chunks) == 1 and chunks[0].name is not None
        sides: set[float] = set()
        for n, chunk in enumerate(chunks):
            if chunk.name is None:
                continue
            if n and chunks[n - 1].name is None:
                sides.add((chunks[n - 1].box.x1 + chunk.box.x0) / 2)
            if n + 1 < len(chunks):
                sides.add((chunk.box.x1 + chunks[n + 1].box.x0) / 2)
        found.append(sorted(sides))
    labelled = [cuts for cuts in found if cuts]
    if len(labelled) >= 3 and 2 * len(labelled) >= len(found):
        # labels of one column end at different places: the first cut is where the longest of them leaves room
        first = max(cuts[0] for cuts in labelled)
        verticals = [Ruling(x, heights[0], x, heights[-1]) for x in (room.x0, first, room.x1)]
        for (top, foot), cuts in zip(pairwise(heights), found, strict=True):
            verticals += [Ruling(x, top, x, foot) for x in cuts[1:]]
        return verticals
    if alone >= form.sheet_needs:
        # labels over their values, all in one column
        return [Ruling(x, heights[0], x, heights[-1]) for x in (room.x0, room.x1)]
    glyphs = [glyph for band in bands for glyph in band]
    cuts = _free_columns(glyphs, room)
    return [Ruling(x, heights[0], x, heights[-1]) for x in (room.x0, *cuts, room.x1)] if cuts else []


class Chunk(NamedTuple):
    """Words that stand together in a row of a table; `name` is the field that they are a label of."""

    text: str
    box: Box
    size: float
    name: str | None


def chunks_of(glyphs: Sequence[Glyph], name_of: Callable[[str], str | None]) -> list[Chunk]:
    """The words of one row, left to right, parted at gaps; letters of a label set apart (担　当　課) are joined again,
    and so are the lines of a label of two lines."""
    pieces: list[list[Glyph]] = []
    for line in lines_of(glyphs, split_at=SEGMENT_GAP):
        own = [glyph for glyph in line.text.glyphs if glyph is not None]
        touching = [p for p in pieces if any(g.box.x0 < line.box.x1 and g.box.x1 > line.box.x0 for g in p)]
        for piece in touching:
            pieces.remove(piece)
            own = piece + own
        pieces.append(own)
    pieces.sort(key=lambda piece: min(glyph.box.x0 for glyph in piece))

    @cache
    def best(start: int) -> tuple[int, tuple[tuple[int, int, str | None], ...]]:
        """How many glyphs of labels the pieces from `start` on give at best, and how they are joined."""
        if start == len(pieces):
            return 0, ()
        score, rest = best(start + 1)
        choice = (score, ((start, start + 1, None), *rest))
        for end in range(start + 1, min(start + 9, len(pieces) + 1)):
            joined = [glyph for piece in pieces[start:end] for glyph in piece]
            if len(joined) > 40:
                break
            name = name_of("".join(line.text.string for line in lines_of(joined)))
            if name is not None:
                score, rest = best(end)
                if score + len(joined) > choice[0]:
                    choice = (score + len(joined), ((start, end, name), *rest))
        return choice

    chunks = []
    for start, end, name in best(0)[1]:
        own = [glyph for piece in pieces[start:end] for glyph in piece]
        lines = lines_of(own)
        if lines:
            text = "".join(line.text.string for line in lines)
            chunks.append(Chunk(text, union(g.box for g in own if not g.text.isspace()), lines[0].size, name))
    return chunks


def _header_in(glyphs: Sequence[Glyph], form: Form) -> list[Chunk]:
    """The header of a list, if the row is one."""
    chunks = chunks_of(glyphs, form.column)
    names = {chunk.name for chunk in chunks if chunk.name is not None}
    return chunks if len(names) >= form.list_needs and form.list_any & names else []


def _cuts_between(header: Sequence[Chunk], glyphs: Sequence[Glyph]) -> list[float]:
    """Where the columns under the labels of a header are parted: between each two, where the fewest glyphs stand in
    the way, and of such places in the middle of the widest."""
    cuts = []
    for left, right in pairwise(header):
        low, high = left.box.centre[0], right.box.centre[0]
        edges = sorted({low, high, *(x for g in glyphs for x in (g.box.x0, g.box.x1) if low < x < high)})
        strips = [
            (sum(g.box.x0 < b and g.box.x1 > a for g in glyphs), a - b, (a + b) / 2)
            for a, b in pairwise(edges)
            if b > a
        ]
        cuts.append(min(strips)[2] if strips else (low + high) / 2)
    return cuts


def _free_columns(glyphs: Sequence[Glyph], room: Box) -> list[float]:
    """Where columns are parted: the middles of the strips that no glyph of the room touches."""
    size = sorted(glyph.size for glyph in glyphs)[len(glyphs) // 2]
    cuts: list[float] = []
    reach = room.x0
    for glyph in sorted(glyphs, key=lambda glyph: glyph.box.x0):
        if glyph.box.x0 - reach > COLUMN_GAP * size and reach > room.x0:
            cuts.append((reach + glyph.box.x0) / 2)
        reach = max(reach, glyph.box.x1)
    return cuts


def without_rules(glyphs: Iterable[Glyph], form: Form) -> list[Ruling]:
    """The rulings of the tables that stand in `glyphs` (those outside every ruled table) by the form's labels alone."""
    glyphs = list(glyphs)
    lines = lines_of(glyphs, split_at=SEGMENT_GAP)
    for row in _rows_of_lines(lines):
        header = _header_in([g for line in row for g in line.text.glyphs if g is not None], form)
        if header:
            foot = max(chunk.box.bottom for chunk in header)
            return _list_rulings(header, [line for line in lines if line.box.top > foot - 2])
    labels = _label_column(lines, form)
    return _sheet_rulings(labels, lines) if labels else []


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
    lines = _until_remark(lines_of(glyphs, split_at=SEGMENT_GAP))
    return _rulings(list(header_columns), _without_head(lines), []) if lines else []


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


def _list_rulings(header: Sequence[Chunk], below: Sequence[Line]) -> list[Ruling]:
    body = _until_gap(below, header)
    if not body:
        return []
    spans = _column_spans(header, body)
    return _rulings(spans, body, list(header))


def _until_gap(below: Sequence[Line], header: Sequence[Chunk]) -> list[Line]:
    """The lines of the list: down to a remark (※), or a line that stands far below the last one."""
    size = header[0].size
    kept: list[Line] = []
    foot = max(line.box.bottom for line in header)
    for line in sorted(below, key=lambda line: line.box.top):
        if line.text.string.startswith("※") or line.box.top - foot > 5 * size:
            break
        kept.append(line)
        foot = max(foot, line.box.bottom)
    return kept


def _column_spans(header: Sequence[Chunk], body: Sequence[Line]) -> list[tuple[float, float]]:
    """From where to where each column reaches: its label and the words below it that touch no other label's column."""
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
    ys += [_widest_gap(body, a, b) for a, b in pairwise(anchors)]
    ys.append(max(line.box.bottom for line in body) + 0.3 * size)
    return [Ruling(edges[0], y, edges[-1], y) for y in ys] + [Ruling(x, ys[0], x, ys[-1]) for x in edges]


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
    fewest = min(filled, key=lambda c: (sum(len(line.text) for line in c) / len(c), len(c)))
    return list(fewest)


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


def _label_column(lines: Sequence[Line], form: Form) -> list[Line]:
    """Labels of a sheet that stand one below the other, each with words to its right; empty when there are too few."""
    named = [line for line in lines if form.field(line.text.string) is not None]
    best: list[Line] = []
    for line in named:
        column = [other for other in named if abs(other.box.x0 - line.box.x0) < 1.5 * line.size]
        beside = [one for one in column if any(_right_of(other, one) for other in lines)]
        if len(beside) > len(best):
            best = beside
    return best if len({form.field(line.text.string) for line in best}) >= form.sheet_needs else []


def _right_of(other: Line, label: Line) -> bool:
    level = abs(other.box.centre[1] - label.box.centre[1]) < label.size
    return level and other.box.x0 > label.box.x1


def _sheet_rulings(labels: Sequence[Line], lines: Sequence[Line]) -> list[Ruling]:
    size = labels[0].size
    right = max(label.box.x1 for label in labels)
    values = [line for line in lines if line.box.x0 > right - 1 and line.box.top > labels[0].box.top - 1.5 * size]
    if not values:
        return []
    body = [*labels, *values]
    edges = [
        min(label.box.x0 for label in labels) - 2,
        (right + min(line.box.x0 for line in values)) / 2,
        max(line.box.x1 for line in values) + 2,
    ]
    ys = [min(line.box.top for line in body) - 2]
    ys += [_widest_gap(body, a, b) for a, b in pairwise(labels)]
    ys.append(max(line.box.bottom for line in body) + 2)
    return [Ruling(edges[0], y, edges[-1], y) for y in ys] + [Ruling(x, ys[0], x, ys[-1]) for x in edges]
