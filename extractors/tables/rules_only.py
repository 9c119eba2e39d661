"""Tables with horizontal rules only: where their columns are parted, and where one table ends and the next begins.

Points, origin upper left.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from extractors.forms.form import Form
from extractors.pages.geometry import Box, union
from extractors.pages.lines import Line, lines_of
from extractors.pages.page import Page, Ruling
from extractors.pages.text import Glyph
from extractors.tables.chunks import Chunk, chunks_of, cuts_between, free_columns, header_in
from extractors.tables.open_rows import FIRST_ROWS, open_foot, open_head, open_top

SAME_EXTENT = 12.0
"""Horizontal rules that begin and end within so many points of each other are those of one table."""

ROOM = 0.15
"""Room of so many character heights lies between words of two columns that stand as close as can be."""


def between_rules(page: Page, form: Form, columns: Sequence[tuple[float, float]] = ()) -> list[Ruling]:
    """The column rulings that tables with horizontal rules only lack; none where verticals are drawn.

    `columns`: where the columns stood on the page before, for a table that goes on here without a header or label.
    """
    rules = [rule for rule in _joined_rules(page) if rule.x1 - rule.x0 > 0.3 * page.width]
    verticals = _joined_verticals(page)
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
        # verticals of a table that stands within one row meet one of these rules at most, and are no sides of it
        crossed = any(
            sum(v.top - 3 <= y <= v.bottom + 3 for y in heights)
            > (room.x0 + SAME_EXTENT < v.x0 < room.x1 - SAME_EXTENT)
            for v in inside
        )
        if crossed or (columns and added):
            continue
        for part in _parted(page, heights, room, form):
            own = [rule for rule in group if rule.y in part]
            if any(rule.joints for rule in own) and len(part) >= 3 and not columns:
                added += _joined_table(page, own, room, form)
            else:
                added += _columns(page, part, room, form, () if added else columns)
    return added


def _joined_verticals(page: Page) -> list[Box]:
    """The vertical rulings of the page, pieces that meet end to end joined."""
    joined: list[Box] = []
    for box in sorted((r.box for r in page.rulings if r.vertical), key=lambda box: (round(box.x0), box.top)):
        last = joined[-1] if joined else None
        if last is not None and abs(last.x0 - box.x0) <= 1.5 and box.top <= last.bottom + 3:
            joined[-1] = union((last, box))
        else:
            joined.append(box)
    return joined


def ends_of_sides(page: Page, columns: Sequence[tuple[float, float]]) -> list[Ruling]:
    """The rulings that close a row which page breaks cut before and behind: where its two sides begin and end, in the
    columns of the page before; none where the sides are not both there."""
    left, right = columns[0][0], columns[-1][1]
    verticals = [ruling.box for ruling in page.rulings if ruling.vertical]
    sides = [[box for box in verticals if abs(box.x0 - x) <= SAME_EXTENT] for x in (left, right)]
    if not all(sides):
        return []
    tops, bottoms = (
        [min(box.top for box in side) for side in sides],
        [max(box.bottom for box in side) for side in sides],
    )
    if abs(tops[0] - tops[1]) > SAME_EXTENT or abs(bottoms[0] - bottoms[1]) > SAME_EXTENT:
        return []
    return [Ruling(left, y, right, y) for y in (min(tops), max(bottoms))]


def rest_of_row(page: Page, columns: Sequence[tuple[float, float]]) -> list[Ruling]:
    """The rulings of the rest of a row that a page break cut and no rule closes: all words of the page, in the columns
    of the page before; none where words stand across or outside them."""
    cuts = [(a[1] + b[0]) / 2 for a, b in pairwise(columns)]
    room = Box(columns[0][0], 0.0, columns[-1][1], page.height)
    head, foot = open_head(page, page.height, room), open_foot(page, 0.0, room, 0.0)
    if head is None or foot is None or not _fits(_bands(page, (head, foot), room)[0], cuts):
        return []
    sides = [Ruling(room.x0, y, room.x1, y) for y in (head, foot)]
    return [*sides, *_verticals((head, foot), (room.x0, *cuts, room.x1))]


def _bands(page: Page, heights: Sequence[float], room: Box) -> list[list[Glyph]]:
    """The glyphs between each two heights, from side to side of the room."""
    glyphs = [g for g in page.glyphs if not g.text.isspace() and room.x0 <= g.box.centre[0] <= room.x1]
    return [[g for g in glyphs if top <= g.box.centre[1] < foot] for top, foot in pairwise(heights)]


def _parted(page: Page, heights: Sequence[float], room: Box, form: Form) -> list[list[float]]:
    """The heights of the rules table by table: sheets of one form stand below each other between rules of one width,
    and the title between two of them stands in no row of either."""
    rows = [chunks_of(band, form.field) if band else [] for band in _bands(page, heights, room)]
    beside = sorted(row[1].box.x0 for row in rows if len(row) > 1 and row[0].name)
    values = beside[len(beside) // 2] if beside else room.x1
    names = [_first_label(row, values) for row in rows]
    first = next((name for name in names if name is not None), None)
    if first not in FIRST_ROWS or names.count(first) < 2:
        return [list(heights)]
    parts: list[list[float]] = []
    start = 0
    for n in (n for n, name in enumerate(names) if name == first):
        if n == start:
            continue
        end = n if names[n - 1] is not None else n - 1
        parts.append(list(heights[start : end + 1]))
        start = n
    parts.append(list(heights[start:]))
    return parts


def _first_label(row: Sequence[Chunk], values: float) -> str | None:
    """The first field that a row of a sheet names whose values begin at this x; none where its words begin there or
    stand across, like a title that says a label too (情報項目の変更)."""
    if not row or row[0].box.x0 >= values or any(c.box.x0 + 1 < values < c.box.x1 - 1 for c in row):
        return None
    return next((chunk.name for chunk in row if chunk.name), None)


def _joined_table(page: Page, rules: Sequence[_Rule], room: Box, form: Form) -> list[Ruling]:
    """The rulings of a table whose rules show by their joints where its columns are parted."""
    head = open_top(page, rules[0].y, room, form)
    if head is not None:
        whole = [_Rule(head, room.x0, room.x1, rules[0].joints), *rules]
        cuts = _cuts_at_joints(whole, _bands(page, [rule.y for rule in whole], room), room)
        return [*cuts, Ruling(room.x0, head, room.x1, head)]
    foot = open_foot(page, rules[-1].y, room)
    if foot is not None:
        below = _bands(page, (rules[-1].y, foot), room)[0]
        named = any(chunk.name for chunk in chunks_of(below, form.field))
        # the rule may show joints of the row above it too
        joints = tuple(x for x in rules[-1].joints if _fits(below, [x]))
        if named and joints:
            whole = [*rules, _Rule(foot, room.x0, room.x1, joints)]
            cuts = _cuts_at_joints(whole, _bands(page, [rule.y for rule in whole], room), room)
            return [*cuts, Ruling(room.x0, foot, room.x1, foot)]
    return _cuts_at_joints(rules, _bands(page, [rule.y for rule in rules], room), room)


def _columns(
    page: Page, heights: list[float], room: Box, form: Form, columns: Sequence[tuple[float, float]]
) -> list[Ruling]:
    """The rulings of one table between rules at these heights."""
    bands = _bands(page, heights, room)
    if len(heights) >= 3 and any(bands) and heights[-1] - heights[0] >= 20:
        header = header_in(bands[0], form)
        if header:
            return _verticals(heights, (room.x0, *cuts_between(header, [g for band in bands for g in band]), room.x1))
        over = open_top(page, heights[0], room, form)
        if over is not None:
            whole = [over, *heights]
            rows = _bands(page, whole, room)
            header = header_in(rows[0], form)
            edge = Ruling(room.x0, over, room.x1, over)
            if not header:
                return [*_label_cuts(rows, whole, room, form), edge]
            cuts = cuts_between(header, [g for row in rows for g in row])
            return [*_verticals(whole, (room.x0, *cuts, room.x1)), edge]
    goes_on = bool(columns) and abs(columns[0][0] - room.x0) < 3 * SAME_EXTENT
    head = open_head(page, heights[0], room) if goes_on else None
    foot = open_foot(page, heights[-1], room)
    whole = [*([head] if head is not None else []), *heights, *([foot] if foot is not None else [])]
    if goes_on and len(whole) >= 2:
        cuts = [(a[1] + b[0]) / 2 for a, b in pairwise(columns)]
        fits = foot is None or _fits(_bands(page, whole, room)[-1], cuts)
        return _with_open_sides(whole if fits else whole[:-1], heights, (room.x0, *cuts, room.x1), room)
    if len(heights) < 2 or len(whole) < 3:
        return []
    if foot is not None:
        added = _label_cuts(_bands(page, whole, room), whole, room, form)
        cuts = sorted({r.x0 for r in added if r.vertical} - {room.x0, room.x1})
        last = _bands(page, whole, room)[-2:]
        labelled = [next((c.name for c in chunks_of(band, form.field) if c.name), None) for band in last]
        if added and (labelled[-1] if cuts else labelled[0] and not labelled[-1]) and _fits(last[-1], cuts[:1]):
            return [*added, Ruling(room.x0, foot, room.x1, foot)]
    if len(heights) < 3 or heights[-1] - heights[0] < 20 or not any(bands):
        return []
    return _label_cuts(bands, heights, room, form)


def _with_open_sides(whole: Sequence[float], heights: Sequence[float], xs: Sequence[float], room: Box) -> list[Ruling]:
    open_sides = [Ruling(room.x0, y, room.x1, y) for y in whole if y not in heights]
    return [*_verticals(whole, xs), *open_sides]


def _verticals(heights: Sequence[float], xs: Sequence[float]) -> list[Ruling]:
    return [Ruling(x, heights[0], x, heights[-1]) for x in xs]


def _fits(band: Sequence[Glyph], cuts: Sequence[float]) -> bool:
    """Whether no glyph of a band stands across a cut."""
    return not any(g.box.x0 + 1 < x < g.box.x1 - 1 for g in band for x in cuts)


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
        words = lines_of(band, split_at=0.4)
        for x in sorted({round(joint, 1) for joint in (*over.joints, *under.joints)}):
            if not any(_stands_across(line, x) for line in words):
                added.append(Ruling(x, over.y, x, under.y))
    return added


def _stands_across(line: Line, x: float) -> bool:
    """Whether the words of a line go on across this x, without any room there."""
    if not line.box.x0 + 1 < x < line.box.x1 - 1:
        return False
    inked = [glyph for glyph in line.text.glyphs if glyph is not None and not glyph.text.isspace()]
    left = max(glyph.box.x1 for glyph in inked if glyph.box.x0 < x)
    right = min((glyph.box.x0 for glyph in inked if glyph.box.x0 >= x), default=left)
    return left > x + 1 or right - left < ROOM * line.size


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
        # Labels of one column end at different places: the first cut is where the longest of them leaves room. A label
        # that seems to go on into the value beside it would cut the words of the other rows.
        words = [line.box for band in bands for line in lines_of(band, split_at=0.4)]
        first = min(
            (cuts[0] for cuts in labelled), key=lambda x: (sum(box.x0 + 1 < x < box.x1 - 1 for box in words), -x)
        )
        verticals = [Ruling(x, heights[0], x, heights[-1]) for x in (room.x0, first, room.x1)]
        for (top, foot), cuts in zip(pairwise(heights), found, strict=True):
            verticals += [Ruling(x, top, x, foot) for x in cuts[1:]]
        return verticals
    if alone >= form.sheet_needs:
        # labels over their values, all in one column
        return [Ruling(x, heights[0], x, heights[-1]) for x in (room.x0, room.x1)]
    glyphs = [glyph for band in bands for glyph in band]
    cuts = free_columns(glyphs, room)
    return [Ruling(x, heights[0], x, heights[-1]) for x in (room.x0, *cuts, room.x1)] if cuts else []
