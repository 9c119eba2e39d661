"""The words of a box that holds no other: its columns, its paragraphs, and which of them is its heading.

Points, origin upper left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from extractors.diagrams.parts import joined_name
from extractors.diagrams.step_labels import step_label
from extractors.diagrams.texts import BRACKETED, BULLET, OPENS, REMARK, Block
from extractors.pages.geometry import Box
from extractors.pages.lines import Line, lines_of, paragraphs_of
from extractors.pages.text import Glyph, Text


@dataclass
class BoxText:
    """The words of one box, in the making."""

    heading: Text | None = None
    paragraphs: list[Text] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


def leaf_text(glyphs: Sequence[Glyph], box: Box) -> BoxText:
    """Heading and paragraphs of a box that holds no other, column by column."""
    paragraphs = [p for column, room in _columns(glyphs, box) for p in _paragraphs(column, room)]
    found = BoxText()
    heading, rest = _heading(paragraphs)
    found.heading = heading
    found.paragraphs = rest
    return found


def _columns(glyphs: Sequence[Glyph], box: Box) -> list[tuple[list[Line], Box]]:
    """The lines of a box in runs that are read one after the other: what stands over columns, each column, the rest."""
    lines = lines_of(glyphs)
    cut = _column_edge(lines)
    if cut is None:
        return [(lines, box)] if lines else []
    x, first, last = cut
    held = [g for line in lines[first : last + 1] for g in line.text.own_glyphs()]
    left = [g for g in held if g.box.centre[0] < x]
    right = [g for g in held if g.box.centre[0] >= x]
    runs: list[tuple[list[Line], Box]] = []
    if first:
        runs.append((list(lines[:first]), box))
    # a left column goes on below the right one where the lines keep its width
    below = lines[last + 1 :]
    narrow = [line for line in below if line.box.x1 <= x]
    if len(narrow) == len(below):
        left += [g for line in below for g in line.text.own_glyphs()]
        below = []
    runs += _columns(left, box._replace(x1=x)) + _columns(right, box._replace(x0=x))
    if below:
        runs.append((list(below), box))
    return runs


def _column_edge(lines: Sequence[Line]) -> tuple[float, int, int] | None:
    """Where a second column begins, and its first and last row: starts that line up under each other behind a gap."""
    starts: list[tuple[float, int]] = []
    for row, line in enumerate(lines):
        glyphs = [g for g in line.text.own_glyphs() if not g.text.isspace()]
        for before, glyph in pairwise(glyphs):
            gap = glyph.box.x0 - before.box.x1
            if gap > 2.0 * line.size or (BULLET.match(glyph.text) and gap > 0.15 * line.size):
                starts.append((glyph.box.x0, row))
    best: tuple[int, float, int, int] | None = None
    for x, _ in starts:
        rows = sorted({row for other, row in starts if abs(other - x) <= 1.0})
        if len(rows) < 2:
            continue
        first, last = rows[0], rows[-1]
        through = [
            row
            for row in range(first, last + 1)
            if any(g.box.x0 < x - 1.2 < g.box.x1 - 0.3 for g in lines[row].text.own_glyphs() if not g.text.isspace())
        ]
        right_only = [row for row in range(first, last + 1) if lines[row].box.x0 >= x - 1.0]
        aligned = len(rows) + len(right_only)
        if through or aligned < 0.6 * (last - first + 1):
            continue
        if aligned < 3 and not all(lines[row].box.x0 < x - 6 * lines[row].size for row in rows):
            continue
        while last + 1 < len(lines) and lines[last + 1].box.x0 >= x - 1.0:
            last += 1
        candidate = (aligned, -x, first, last)
        if best is None or candidate > best:
            best = candidate
    return None if best is None else (-best[1] - 0.6, best[2], best[3])


def _paragraphs(lines: Sequence[Line], room: Box) -> list[Text]:
    """The paragraphs of one column. Headings in brackets and steps stand for themselves; what is set centred keeps
    its lines, which the author chose, unless a line is full or leaves a bracket open."""
    out: list[Text] = []
    run: list[Line] = []

    def finish() -> None:
        if run:
            out.extend(_run_paragraphs(run, room))
            run.clear()

    for line in lines:
        string = line.text.string
        starts = step_label(line.text) is not None or OPENS.match(string) is not None
        after_heading = bool(run) and BRACKETED.match(run[-1].text.string) is not None
        apart = bool(run) and line.box.top - run[-1].box.bottom > 1.0 * line.size
        if run and (starts or after_heading or apart) and not _open_bracket(run):
            finish()
        run.append(line)
    finish()
    return out


def _open_bracket(lines: Sequence[Line]) -> bool:
    string = "".join(line.text.string for line in lines)
    return sum(string.count(c) for c in "（(【「") > sum(string.count(c) for c in "）)】」")


def _run_paragraphs(lines: Sequence[Line], room: Box) -> list[Text]:
    if len(lines) == 1:
        return [lines[0].text]
    if step_label(lines[0].text) and not any(BULLET.match(line.text.string) for line in lines[1:]):
        return [Block(tuple(lines), None).text]
    if not _is_centred(lines, room):
        return [paragraph.text for paragraph in paragraphs_of(lines, room)]
    widest = max(line.box.width for line in lines)
    groups: list[list[Line]] = [[lines[0]]]
    for before, line in pairwise(lines):
        full = room.width - before.box.width < 2.5 * before.size and before.box.width >= 0.95 * widest
        if full or _open_bracket(groups[-1]):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [Block(tuple(group), None).text for group in groups]


def _is_centred(lines: Sequence[Line], room: Box) -> bool:
    """Whether lines of different widths share their middle with the box and not their left edge."""
    size = lines[0].size
    middle = room.centre[0]
    lefts = [line.box.x0 for line in lines]
    if any(abs(line.box.centre[0] - middle) > 1.2 * size for line in lines):
        return False
    return max(lefts) - min(lefts) > 0.6 * size or min(lefts) - room.x0 > 2.5 * size


_LIST = re.compile(r"[、・／/,，]")


def _heading(paragraphs: Sequence[Text]) -> tuple[Text | None, list[Text]]:
    """A leaf's title and the rest: 【…】 or ＜…＞, or the lines before its list of items or its bullets."""
    rest = list(paragraphs)
    if len(rest) < 2:
        return None, rest
    if BRACKETED.match(rest[0].string):
        return rest[0], rest[1:]
    if step_label(rest[0]) or BULLET.match(rest[0].string) or REMARK.match(rest[0].string):
        return None, rest
    first = next((n for n, p in enumerate(rest) if BULLET.match(p.string) or step_label(p)), None)
    if first is not None:
        head = rest[:first]
        if first <= 3 and sum(len(p) for p in head) <= 30 and not any("。" in p.string for p in head):
            return joined_name(head), rest[first:]
        return None, rest
    listing = len(_LIST.findall("".join(p.string for p in rest[1:])))
    if (
        listing >= 2
        and rest[1].string[:1] not in "（("
        and len(rest[0]) <= 25
        and len(_LIST.findall(rest[0].string)) < 2
    ):
        return rest[0], rest[1:]
    gap = _gap(rest[0], rest[1])
    later = [_gap(a, b) for a, b in pairwise(rest[1:])]
    if len(rest) > 2 and gap > 4.0 and gap > 2 * max(later, default=gap) and len(rest[0]) <= 25:
        return rest[0], rest[1:]
    return None, rest


def _gap(above: Text, below: Text) -> float:
    return below.box.top - above.box.bottom
