"""The words of a drawing: which box they stand in, the blocks that stand free, headings of containers, captions.

Points, origin upper left.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from extractors.diagrams.arrows import Wire
from extractors.diagrams.geometry import Places, box_of
from extractors.diagrams.outlines import Outline
from extractors.diagrams.step_labels import is_label_alone, step_label
from extractors.pages.geometry import Box, union
from extractors.pages.lines import Line, lines_of
from extractors.pages.text import Glyph, Text

SIDE_GAP = 1.8
"""In free text, a gap of so many character heights parts two texts that stand side by side."""

LINE_GAP = 0.85
"""Lines of one block are no further apart than so many character heights."""

BULLET = re.compile(r"[ \u3000]*[・･•●○◆◇■□▪‣➢✓*＊]")
OPENS = re.compile(r"[ \u3000]*[【＜<〔［\[《≪]")
BRACKETED = re.compile(r"[ \u3000]*[【＜<〔［\[《≪][^【＜<〔［\[《≪]*[】＞>〕］\]》≫][ \u3000]*$")
REMARK = re.compile(r"[ \u3000]*(?:[※＊*]|[(（]?注)")
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
    if step_label(line.text) or BULLET.match(line.text.string) or BRACKETED.match(last.text.string):
        return False
    if OPENS.match(line.text.string) and not is_label_alone(last.text):
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


# ------------------------------------------------------------------------------------------------ words of a container


def container_heading(blocks: Sequence[Block], box: Box, children: Sequence[Box]) -> Block | None:
    """The block that names a box with boxes in it: the first one from the top, above what stands in the box."""
    candidates = [
        block
        for block in blocks
        if step_label(block.lines[0].text) is None
        and not REMARK.match(block.lines[0].text.string)
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
    if len(block.lines) != 1 or step_label(block.lines[0].text) or REMARK.match(block.text.string):
        return None
    own = block.box
    near = []
    for key, box in children.items():
        gap = box.top - own.bottom
        inside = own.x0 >= box.x0 - 1.5 * block.size and own.x1 <= box.x1 + 1.5 * block.size
        if -2.0 <= gap <= 1.3 * block.size and inside:
            near.append((gap, key))
    return min(near)[1] if near else None
