"""A 別紙 diagram (個人情報の流れ) from a page: boxes, arrows, numbered steps, and who holds what.

`read_diagram` asks nothing but the page's glyphs, rulings and shapes, so a scanned drawing goes the same way as a
printed one. The steps in order: strokes and arrow heads, outlines, connectors, words, labels, roles, holders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from extractors.diagrams.arrows import Wire, find_wires
from extractors.diagrams.flow_steps import Labelled, place_labels
from extractors.diagrams.geometry import box_of, box_to_stroke, direction
from extractors.diagrams.holders import find_holders
from extractors.diagrams.lanes import with_lanes
from extractors.diagrams.leaf_text import BoxText, leaf_text
from extractors.diagrams.outlines import Outline, find_outlines, parents_of
from extractors.diagrams.parts import Connector, Diagram, DiagramBox, FlowStep, Holder, Remark, Role, joined_name
from extractors.diagrams.roles import IsControls, role_of
from extractors.diagrams.step_labels import label_alone, parted_steps, step_label
from extractors.diagrams.strokes import find_strokes
from extractors.diagrams.texts import (
    Block,
    caption_of,
    container_heading,
    free_blocks,
    glyphs_by_box,
)
from extractors.diagrams.typed_arrows import with_typed_arrows
from extractors.lists.controls import looks_like_controls
from extractors.pages.geometry import Box
from extractors.pages.lines import GlyphIndex
from extractors.pages.page import Page
from extractors.pages.text import Text
from extractors.tables.tables import find_tables

__all__ = ["Connector", "Diagram", "DiagramBox", "FlowStep", "Holder", "Remark", "read_diagram"]

AT_TEXT = 16.0
"""An arrow that ends this near to words outside all boxes means the words."""


def read_diagram(page: Page, is_controls: IsControls = looks_like_controls) -> Diagram:
    """What is drawn on the page. `is_controls` tells from a box's paragraphs whether they are 情報保護対策.

    Never raises on odd drawings; a page without boxes gives a diagram without boxes, its words in `free`.
    """
    index = GlyphIndex(page)
    strokes = find_strokes(page)
    outlines = find_outlines(page, index, strokes.unheaded, strokes.is_arrow)
    parents = parents_of(outlines)
    wires = find_wires(strokes, outlines, parents, index, _cells(page))
    page, wires = with_typed_arrows(page, outlines, wires)
    return _Drawing(page, outlines, parents, wires, is_controls).diagram()


def _cells(page: Page) -> list[Box]:
    """The cells of the ruled tables on the page: of those that fill their outline with four cells or more, so that no
    field between arrows counts as one."""
    found = []
    for table in find_tables(page):
        boxes = [cell.box for cell in table.cells]
        if len(boxes) >= 4 and sum(box.area for box in boxes) >= 0.97 * table.box.area:
            found += boxes
    return found


class _Drawing:
    """The parts of one drawing while they find their places; `n` and `wire` count outlines and wires from 0."""

    def __init__(
        self,
        page: Page,
        outlines: Sequence[Outline],
        parents: Sequence[int | None],
        wires: Sequence[Wire],
        is_controls: IsControls,
    ) -> None:
        self.page, self.outlines, self.parents, self.wires = page, outlines, parents, wires
        self.is_controls = is_controls
        self.children: dict[int | None, list[int]] = defaultdict(list)
        for n, parent in enumerate(parents):
            self.children[parent].append(n)
        self.glyphs = glyphs_by_box(page.glyphs, outlines)
        self.texts = [self._words(n) for n in range(len(outlines))]
        self.blocks = self._free(None)
        for n in range(len(outlines)):
            if self.children[n]:
                self.blocks += self._container(n)

    # -------------------------------------------------------------------------------------------- words

    def _words(self, n: int) -> BoxText:
        if self.children[n]:
            return BoxText()
        text = leaf_text(self.glyphs.get(n, []), self.outlines[n].box)
        text.paragraphs = [part for paragraph in text.paragraphs for part in parted_steps(paragraph)]
        return text

    def _free(self, n: int | None) -> list[Block]:
        glyphs = self.glyphs.get(n, [])
        near = self.wires
        if n is not None:
            room = self.outlines[n].box
            near = [wire for wire in self.wires if any(_meets(room, a, b) for a, b in pairwise(wire.points))]
        return free_blocks(glyphs, near, n)

    def _container(self, n: int) -> list[Block]:
        """The heading of a box with boxes in it, captions for those boxes, and the blocks that stay."""
        blocks = self._free(n)
        inner = {m: self.outlines[m].box for m in self.children[n]}
        heading = container_heading(blocks, self.outlines[n].box, list(inner.values()))
        left = []
        for block in blocks:
            if heading is not None and block is heading:
                self.texts[n].heading = _heading_text(block)
                continue
            captioned = caption_of(block, inner)
            if captioned is not None and not self.texts[captioned].heading and not self._has_steps(captioned):
                self.texts[captioned].heading = block.text
            else:
                left.append(block)
        return left

    def _has_steps(self, n: int) -> bool:
        return any(step_label(paragraph) for paragraph in self.texts[n].paragraphs)

    # -------------------------------------------------------------------------------------------- parts

    def diagram(self) -> Diagram:
        numbers = self._numbers()
        lists = {n for n, text in enumerate(self.texts) if not self.children[n] and self.is_controls(text.paragraphs)}
        at_arrow: set[int] = set()
        for wire in self.wires:
            both = {n for n in (wire.tail_box, wire.head_box) if n is not None}
            if wire.headed or not (both & lists or any(self.outlines[n].cut for n in both)):
                at_arrow |= both
        roles = [self._role(n, n in at_arrow) for n in range(len(self.outlines))]
        ties = frozenset(
            k
            for k, w in enumerate(self.wires)
            if not w.headed
            and any(n is not None and roles[n] in ("controls", "note") for n in (w.tail_box, w.head_box))
        )
        leaves = [
            (n, p) for n, text in enumerate(self.texts) if roles[n] not in ("controls", "note") for p in text.paragraphs
        ]
        at_words = self._words_at_ends()
        blocks = [block for i, block in enumerate(self.blocks) if i not in at_words]
        placed = place_labels(blocks, leaves, self.wires, self.outlines, ties)
        headed = any(wire.headed for wire in self.wires)
        loose = [one for one in placed.steps if one.wire is None and _is_no_step(one, placed.steps, headed)]
        placed.steps = [one for one in placed.steps if one not in loose]
        placed.rest += [one.block for one in loose if one.block is not None]
        title = self._title(placed.rest)
        rest = [block for block in placed.rest if block is not title]
        # what stays in a container is its own text
        for block in [*rest, *(one.block for one in placed.steps if one.block and one.wire is None)]:
            if block.box_index is not None:
                self.texts[block.box_index].paragraphs.append(block.text)
        free = [block for block in rest if block.box_index is None]

        boxes = [
            DiagramBox(
                no=numbers[n],
                parent=None if (parent := self.parents[n]) is None else numbers[parent],
                box=outline.box,
                heading=self.texts[n].heading,
                paragraphs=tuple(self.texts[n].paragraphs),
                role=roles[n],
                dashed=outline.dashed,
                rounded=outline.rounded,
            )
            for n, outline in enumerate(self.outlines)
        ]
        ends = [[None if n is None else numbers[n] for n in (w.tail_box, w.head_box)] for w in self.wires]
        for i, arrows in sorted(at_words.items()):
            block, no = self.blocks[i], len(boxes) + 1
            around = None if block.box_index is None else numbers[block.box_index]
            boxes.append(DiagramBox(no, around, block.box, None, tuple(line.text for line in block.lines), "actor"))
            for k, is_head in arrows:
                ends[k][is_head] = no
        boxes.sort(key=lambda box: box.no)
        connectors = tuple(
            Connector(wire.points, ends[k][0], ends[k][1], wire.headed, wire.both, wire.dashed, placed.labels.get(k))
            for k, wire in enumerate(self.wires)
        )
        by_no = {box.no: box for box in boxes}
        steps = with_lanes([self._step(one, connectors, by_no, numbers) for one in placed.steps], boxes, connectors)
        channels = [block.text for block in [*free, *rest] if block.text.string.strip()[:1] in "【［[＜<〔"]
        channels += [label for label in placed.labels.values() if label.string.strip()[:1] in "【［[＜<〔"]
        return Diagram(
            frame=self.page.frame,
            boxes=tuple(boxes),
            connectors=connectors,
            steps=steps,
            title=title.text if title else None,
            free=tuple(block.text for block in free),
            holders=find_holders(boxes, connectors, steps, channels),
        )

    def _numbers(self) -> list[int]:
        """The boxes' numbers: from 1, in the order in which one reads them, a box before those in it."""
        order: list[int] = []

        def visit(parent: int | None) -> None:
            inner = sorted(
                self.children[parent], key=lambda n: (round(self.outlines[n].box.top / 6), *self.outlines[n].box)
            )
            for n in inner:
                order.append(n)
                visit(n)

        visit(None)
        numbers = [0] * len(self.outlines)
        for number, n in enumerate(order, start=1):
            numbers[n] = number
        return numbers

    def _role(self, n: int, at_arrow: bool) -> Role:
        text = self.texts[n]
        return role_of(
            text.heading,
            text.paragraphs,
            has_children=bool(self.children[n]),
            at_arrow=at_arrow,
            inside=self.parents[n] is not None,
            cut=self.outlines[n].cut,
            dashed=self.outlines[n].dashed,
            is_controls=self.is_controls,
        )

    def _title(self, blocks: Sequence[Block]) -> Block | None:
        """The largest words above all boxes."""
        first = min((outline.box.top for outline in self.outlines), default=self.page.height)
        above = [b for b in blocks if b.box_index is None and b.box.centre[1] <= first]
        return max(above, key=lambda b: (round(b.size), -b.box.top, -b.box.x0)) if above else None

    def _words_at_ends(self) -> dict[int, list[tuple[int, bool]]]:
        """Blocks of words outside the boxes that arrows without a box at that end point at: the block's place, and the
        arrows (place, whether at the head). Such words stand for the box that nobody drew."""
        found: dict[int, list[tuple[int, bool]]] = defaultdict(list)
        for k, wire in enumerate(self.wires):
            for n, end, before, is_head in (
                (wire.tail_box, wire.points[0], wire.points[1], False),
                (wire.head_box, wire.points[-1], wire.points[-2], True),
            ):
                if n is not None or not wire.headed:
                    continue
                ahead = direction(before, end)
                reach = (end[0] + AT_TEXT * ahead[0], end[1] + AT_TEXT * ahead[1])
                near = [
                    (block.box.distance(*end), i)
                    for i, block in enumerate(self.blocks)
                    if len(block.text) <= 30
                    and not (step_label(block.text) or label_alone(block.text))
                    and box_to_stroke(block.box.grown(1.0), end, reach) == 0
                ]
                if near:
                    found[min(near)[1]].append((k, is_head))
        return found

    def _step(
        self,
        one: Labelled,
        connectors: Sequence[Connector],
        by_no: dict[int, DiagramBox],
        numbers: Sequence[int],
    ) -> FlowStep:
        inside = None if one.inside is None else numbers[one.inside]
        if one.wire is None:
            return FlowStep(one.label.label, one.label.number, one.text, one.whole, box=inside)
        wire = connectors[one.wire]
        sender, receiver = _actor(wire.tail_box, by_no), _actor(wire.head_box, by_no)
        if sender is not None and receiver is not None and sender.no == receiver.no:
            sender, receiver = by_no.get(wire.tail_box or 0), by_no.get(wire.head_box or 0)
        return FlowStep(
            one.label.label,
            one.label.number,
            one.text,
            one.whole,
            sender=sender.name if sender and sender.name else None,
            receiver=receiver.name if receiver and receiver.name else None,
            sender_box=sender.no if sender else None,
            receiver_box=receiver.no if receiver else None,
            connector=one.wire,
        )


def _meets(box: Box, a: tuple[float, float], b: tuple[float, float]) -> bool:
    other = box_of((a, b))
    return other.x0 <= box.x1 and box.x0 <= other.x1 and other.top <= box.bottom and box.top <= other.bottom


def _is_no_step(one: Labelled, steps: Sequence[Labelled], headed: bool) -> bool:
    """Whether a numbered text outside all boxes and away from all arrows is a heading (①【…】) or a remark: it is,
    unless the drawing has arrows and this number is missing from theirs."""
    if one.inside is not None:
        return False
    others = {other.label.number for other in steps if other is not one and other.label.label != one.label.label}
    fills = one.label.number < max(others, default=0) and one.label.number not in others
    return not (headed and fills) or one.text.string.lstrip()[:1] in "【［[＜<〔"


def _heading_text(block: Block) -> Text:
    return joined_name([line.text for line in block.lines])


def _actor(no: int | None, by_no: dict[int, DiagramBox]) -> DiagramBox | None:
    """Who an arrow's end means: its box, or the box around a box that is only a step or has no words."""
    box = by_no.get(no) if no is not None else None
    while box is not None and (box.role == "step" or not box.name) and box.parent is not None:
        box = by_no[box.parent]
    return box
