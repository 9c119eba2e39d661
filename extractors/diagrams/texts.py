"""The words of a drawing: which box they stand in, headings, captions, columns, and the blocks that stand free.

Points, origin upper left.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from extractors.diagrams.arrows import Wire
from extractors.diagrams.geometry import Places, box_of
from extractors.diagrams.outlines import Outline
from extractors.diagrams.parts import joined_name
from extractors.diagrams.step_labels import is_label_alone, step_label
from extractors.pages.geometry import Box, union
from extractors.pages.lines import Line, lines_of, paragraphs_of
from extractors.pages.text import Glyph, Text

SIDE_GAP = 1.8
"""In free text, a gap of so many character heights parts two texts that stand side by side."""

LINE_GAP = 0.85
"""Lines of one block are no further apart than so many character heights."""

BULLET = re.compile(r"[ \u3000]*[・･•●○◆◇■□▪‣➢✓*＊]")
_OPENS = re.compile(r"[ \u3000]*[【＜<〔［\[《≪]")
_BRACKETED = re.compile(r"[ \u3000]*[【＜<〔［\[《≪][^【＜<〔［\[《≪]*[】＞>〕］\]》≫][ \u3000]*$")
_REMARK = re.compile(r"[ \u3000]*(?:[※＊*]|[(（]?注)")
REMARK_IN_BRACKETS = re.compile(r"[ \u3000]*[(（〔［\[][^()（）〔〕［］]{1,8}[)）〕］\]][ \u3000]*$")


@dataclass(frozen=True, eq=False)
class Block:
    """Lines of free text that belong together; `box_index` is the outline that they stand in, None outside all."""

    lines: tuple[Line, ...]
    box_index: int | None

    @cached_property
    def box(self) -> Box:
        return union(line.box for line in self.lines)

    @cached_property
    def size(self) -> float:
        return max(line.size for line in self.lines)

    @cached_property
    def text(self) -> Text:
        """The lines run together."""
        text = Text()
        for line in self.lines:
            before, after = text.string[-1:], line.text.string[:1]
            if before.isascii() and before.isalnum() and after.isascii() and after.isalnum():
                text = text + Text.put_in(" ")
            text = text + line.text
        return text


@dataclass
class BoxText:
    """The words of one box, in the making."""

    heading: Text | None = None
    paragraphs: list[Text] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


def glyphs_by_box(glyphs: Sequence[Glyph], outlines: Sequence[Outline]) -> dict[int | None, list[Glyph]]:
    """The glyphs of each outline: those whose innermost box it is; None: those outside all."""
    places = Places((outline.box, n) for n, outline in enumerate(outlines))
    others = Places((glyph.box, glyph) for glyph in glyphs if not glyph.text.isspace())
    found: dict[int | None, list[Glyph]] = defaultdict(list)
    homes: dict[int, int | None] = {}
    for glyph in glyphs:
        x, y = glyph.box.centre
        around = [
            n
            for n in places.near(Box(x, y, x, y))
            if outlines[n].box.holds_point(x, y) and not _runs_into(glyph, outlines[n].box, others)
        ]
        homes[id(glyph)] = min(around, key=lambda n: (outlines[n].box.area, n)) if around else None
    for glyph in glyphs:
        home = homes[id(glyph)]
        if _HANGS.fullmatch(glyph.text):
            home = _hangs_from(glyph, home, homes, outlines, others)
        found[home].append(glyph)
    return found


_HANGS = re.compile(r"[ぁ-ゖァ-ヺー一-鿿、。，．）)」』】]")


def _hangs_from(
    glyph: Glyph,
    home: int | None,
    homes: Mapping[int, int | None],
    outlines: Sequence[Outline],
    others: Places[Glyph],
) -> int | None:
    """The box over whose right side the last character of a full line hangs, which stands in `home`; else `home`."""
    y = glyph.box.centre[1]
    before = [g for g in others.near(Box(glyph.box.x0 - 0.2 * glyph.size, y, glyph.box.x0, y)) if g is not glyph]
    line = next((g for g in before if homes[id(g)] is not None and homes[id(g)] != home), None)
    inner = homes[id(line)] if line is not None else None
    if line is None or inner is None or abs(line.size - glyph.size) > 0.1 * glyph.size:
        return home
    box = outlines[inner].box
    within = home is None or outlines[home].box.holds(box, 1.0)
    after = [g for g in others.near(Box(glyph.box.x1, y, glyph.box.x1 + 0.4 * glyph.size, y)) if g is not glyph]
    full = line.box.centre[0] > box.centre[0] and line.box.x1 <= box.x1 + 0.5
    return inner if within and full and not after else home


def _runs_into(glyph: Glyph, box: Box, others: Places[Glyph]) -> bool:
    """Whether the glyph is the last one of words outside a box, which are so long that they touch its side."""
    if glyph.box.x0 >= box.x0 - 0.5 and glyph.box.x1 <= box.x1 + 0.5:
        return False
    y = glyph.box.centre[1]
    left = Box(glyph.box.x0 - 0.4 * glyph.size, y, glyph.box.x0, y)
    right = Box(glyph.box.x1, y, glyph.box.x1 + 0.4 * glyph.size, y)
    outside, inside = (left, right) if glyph.box.x0 < box.x0 else (right, left)
    before = [other for other in others.near(outside) if other is not glyph and not box.holds_point(*other.box.centre)]
    after = [other for other in others.near(inside) if other is not glyph and box.holds_point(*other.box.centre)]
    return bool(before) and not after


# ------------------------------------------------------------------------------------------------ free blocks


def free_blocks(glyphs: Sequence[Glyph], wires: Sequence[Wire], box_index: int | None) -> list[Block]:
    """The glyphs as blocks: lines parted where a wide gap or a connector lies between, joined where they follow."""
    uprights = Places(
        (box_of((a, b)).grown(0.5), (a, b)) for wire in wires for a, b in pairwise(wire.points) if abs(b[1] - a[1]) > 4
    )
    lines: list[Line] = []
    for line in lines_of(glyphs, split_at=SIDE_GAP):
        lines += _parted(line, uprights)
    lines = _labels_with_words(lines, uprights)
    flats = Places((box_of((a, b)).grown(0.5), (a, b)) for wire in wires for a, b in pairwise(wire.points))
    blocks: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (line.box.top, line.box.x0)):
        host = next((b for b in reversed(blocks) if _follows(b, line, flats)), None)
        if host is None:
            blocks.append([line])
        else:
            host.append(line)
    return [Block(tuple(block), box_index) for block in blocks]


def _parted(line: Line, uprights: Places[tuple[tuple[float, float], tuple[float, float]]]) -> list[Line]:
    """The line, cut where a connector runs through one of its gaps."""
    near = uprights.near(line.box)
    if not near:
        return [line]
    glyphs = [g for g in line.text.own_glyphs() if not g.text.isspace()]
    middle = line.box.centre[1]
    cuts = []
    for a, b in near:
        if not min(a[1], b[1]) <= middle <= max(a[1], b[1]):
            continue
        x = a[0] + (b[0] - a[0]) * (middle - a[1]) / (b[1] - a[1])
        if any(
            g.box.x1 - 0.5 <= x <= h.box.x0 + 0.5 and h.box.x0 - g.box.x1 > 0.3 * line.size for g, h in pairwise(glyphs)
        ):
            cuts.append(x)
    parts: list[Line] = []
    edges = [float("-inf"), *sorted(cuts), float("inf")]
    for left, right in pairwise(edges):
        parts += lines_of(g for g in line.text.own_glyphs() if left <= g.box.centre[0] < right)
    return parts


def _labels_with_words(
    lines: Sequence[Line], uprights: Places[tuple[tuple[float, float], tuple[float, float]]]
) -> list[Line]:
    """Labels that stand apart from their words (two glyphs apart, or more) together with them again."""
    out = list(lines)
    for label in [line for line in lines if is_label_alone(line.text)]:
        right = [
            line
            for line in out
            if line is not label
            and min(line.box.bottom, label.box.bottom) - max(line.box.top, label.box.top) > 0.5 * label.size
            and 0 <= line.box.x0 - label.box.x1 <= 4 * label.size
            and step_label(line.text) is None
        ]
        if not right:
            continue
        words = min(right, key=lambda line: line.box.x0)
        between = Box(label.box.x1, label.box.top, words.box.x0, label.box.bottom)
        if uprights.near(between):
            continue
        out = [line for line in out if line is not label and line is not words]
        text = label.text + Text.put_in("\u3000") + words.text
        out.append(Line(text, union((label.box, words.box)), words.size))
    return out


def _follows(
    block: Sequence[Line], line: Line, strokes: Places[tuple[tuple[float, float], tuple[float, float]]]
) -> bool:
    """Whether the line goes on the block above it."""
    last = block[-1]
    size = min(last.size, line.size)
    gap = line.box.top - last.box.bottom
    if not -0.4 * size <= gap <= LINE_GAP * size or max(last.size, line.size) > 1.35 * size:
        return False
    if step_label(line.text) or BULLET.match(line.text.string) or _BRACKETED.match(last.text.string):
        return False
    if _OPENS.match(line.text.string) and not is_label_alone(last.text):
        return False
    if REMARK_IN_BRACKETS.match(last.text.string) and len(block) == 1:
        return False
    left = abs(line.box.x0 - block[0].box.x0) <= 1.6 * size or (
        len(block) > 1 and abs(line.box.x0 - last.box.x0) <= 0.6 * size
    )
    centred = abs(line.box.centre[0] - last.box.centre[0]) <= 0.8 * size
    right = abs(line.box.x1 - last.box.x1) <= 0.5 * size
    hanging = 0 < line.box.x0 - block[0].box.x0 <= 3.2 * size and step_label(block[0].text) is not None
    if not (left or centred or right or hanging):
        return False
    between = Box(
        max(last.box.x0, line.box.x0), last.box.centre[1] + 0.2, min(last.box.x1, line.box.x1), line.box.centre[1] - 0.2
    )
    if between.width <= 0:
        return False
    return not any(
        abs(a[1] - b[1]) < 1 and min(a[0], b[0]) < between.x1 and max(a[0], b[0]) > between.x0
        for a, b in strokes.near(between)
    )


# ------------------------------------------------------------------------------------------------ words of a leaf


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
        starts = step_label(line.text) is not None or _OPENS.match(string) is not None
        after_heading = bool(run) and _BRACKETED.match(run[-1].text.string) is not None
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
    if _BRACKETED.match(rest[0].string):
        return rest[0], rest[1:]
    if step_label(rest[0]) or BULLET.match(rest[0].string) or _REMARK.match(rest[0].string):
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


# ------------------------------------------------------------------------------------------------ words of a container


def container_heading(blocks: Sequence[Block], box: Box, children: Sequence[Box]) -> Block | None:
    """The block that names a box with boxes in it: the first one from the top, above what stands in the box."""
    candidates = [
        block
        for block in blocks
        if step_label(block.lines[0].text) is None
        and not _REMARK.match(block.lines[0].text.string)
        and not BULLET.match(block.lines[0].text.string)
    ]
    if not candidates:
        return None
    first = min(candidates, key=lambda block: (block.box.top, block.box.x0))
    above = all(child.top >= first.box.centre[1] or not _same_column(first.box, child) for child in children)
    near_top = first.box.top - box.top <= max(3.0 * first.size, 0.2 * box.height)
    return first if above and near_top else None


def _same_column(a: Box, b: Box) -> bool:
    return min(a.x1, b.x1) - max(a.x0, b.x0) > 0


def caption_of(block: Block, children: dict[int, Box]) -> int | None:
    """The inner box (by its key) that a one-line block stands right above, as the title of a list does."""
    if len(block.lines) != 1 or step_label(block.lines[0].text) or _REMARK.match(block.text.string):
        return None
    own = block.box
    near = []
    for key, box in children.items():
        gap = box.top - own.bottom
        inside = own.x0 >= box.x0 - 1.5 * block.size and own.x1 <= box.x1 + 1.5 * block.size
        if -2.0 <= gap <= 1.3 * block.size and inside:
            near.append((gap, key))
    return min(near)[1] if near else None
