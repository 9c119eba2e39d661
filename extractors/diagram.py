"""A 別紙 diagram (個人情報の流れ) from a page: boxes, arrows, numbered steps, and who holds what.

`read_diagram` asks nothing but the page's glyphs, rulings and shapes, so a scanned drawing goes the same way as a
printed one. The steps in order: strokes and arrow heads, outlines, connectors, words, labels, roles, holders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from extractors.diagram_arrows import Wire, find_wires
from extractors.diagram_geometry import Segment
from extractors.diagram_holders import find_holders
from extractors.diagram_outlines import Outline, find_outlines, parents_of
from extractors.diagram_parts import Connector, Diagram, DiagramBox, FlowStep, Holder, Remark
from extractors.diagram_roles import IsControls, bullet_list, role_of
from extractors.diagram_strokes import find_strokes
from extractors.diagram_texts import (
    Block,
    BoxText,
    caption_of,
    container_heading,
    free_blocks,
    glyphs_by_box,
    leaf_text,
)
from extractors.flow_steps import Labelled, Placed, place_labels
from extractors.geometry import Box
from extractors.lines import GlyphIndex
from extractors.page import Page
from extractors.step_labels import parted_steps, step_label
from extractors.text import Text

__all__ = ["Connector", "Diagram", "DiagramBox", "FlowStep", "Holder", "Remark", "read_diagram"]

AT_TEXT = 16.0
"""An arrow that ends this near to words outside all boxes means the words."""


def read_diagram(page: Page, is_controls: IsControls = bullet_list) -> Diagram:
    """What is drawn on the page. `is_controls` tells from a box's paragraphs whether they are 情報保護対策.

    Never raises on odd drawings; a page without boxes gives a diagram without boxes, its words in `free`.
    """
    index = GlyphIndex(page)
    strokes = find_strokes(page)
    outlines = find_outlines(page, index, strokes.unheaded, strokes.is_arrow)
    parents = parents_of(outlines)
    wires = find_wires(strokes, outlines, parents, index)
    return _Drawing(page, outlines, parents, wires, is_controls).diagram()


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
        at_arrow = {n for w in self.wires if w.headed for n in (w.tail_box, w.head_box) if n is not None}
        roles = [self._role(n, n in at_arrow) for n in range(len(self.outlines))]
        ties = frozenset(
            k
            for k, w in enumerate(self.wires)
            if not w.headed and any(n is not None and roles[n] in ("controls", "note") for n in (w.tail_box, w.head_box))
        )
        leaves = [
            (n, p) for n, text in enumerate(self.texts) if roles[n] not in ("controls", "note") for p in text.paragraphs
        ]
        placed = place_labels(self.blocks, leaves, self.wires, self.outlines, ties)
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
        ends, words = self._ends_at_words(free, numbers, len(boxes))
        boxes = sorted([*boxes, *words], key=lambda box: box.no)
        held = {id(glyph) for box in words for glyph in box.text.own_glyphs()}
        free = [b for b in free if not any(id(glyph) in held for glyph in b.text.own_glyphs())]
        connectors = tuple(
            Connector(
                wire.points, *ends[k], headed=wire.headed, both=wire.both, dashed=wire.dashed, label=placed.labels.get(k)
            )
            for k, wire in enumerate(self.wires)
        )
        by_no = {box.no: box for box in boxes}
        steps = tuple(self._step(one, connectors, by_no, numbers) for one in placed.steps)
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
            inner = sorted(self.children[parent], key=lambda n: (round(self.outlines[n].box.top / 6), *self.outlines[n].box))
            for n in inner:
                order.append(n)
                visit(n)

        visit(None)
        numbers = [0] * len(self.outlines)
        for number, n in enumerate(order, start=1):
            numbers[n] = number
        return numbers

    def _role(self, n: int, at_arrow: bool) -> str:
        text = self.texts[n]
        return role_of(
            text.heading,
            text.paragraphs,
            has_children=bool(self.children[n]),
            at_arrow=at_arrow,
            cut=self.outlines[n].cut,
            dashed=self.outlines[n].dashed,
            is_controls=self.is_controls,
        )

    def _title(self, blocks: Sequence[Block]) -> Block | None:
        """The largest words above all boxes."""
        first = min((outline.box.top for outline in self.outlines), default=self.page.height)
        above = [b for b in blocks if b.box_index is None and b.box.centre[1] <= first]
        return max(above, key=lambda b: (round(b.size), -b.box.top, -b.box.x0)) if above else None

    def _ends_at_words(
        self, free: Sequence[Block], numbers: Sequence[int], count: int
    ) -> tuple[list[tuple[int | None, int | None]], list[DiagramBox]]:
        """The numbers of the boxes at each wire's ends; words outside all boxes at which an arrow ends become a box."""
        made: dict[int, DiagramBox] = {}

        def box_at(n: int | None, wire: Wire, end: tuple[float, float]) -> int | None:
            if n is not None:
                return numbers[n]
            if not wire.headed:
                return None
            near = [(b.box.distance(*end), i) for i, b in enumerate(free) if len(b.text) <= 30]
            near = [(away, i) for away, i in near if away <= AT_TEXT]
            if not near:
                return None
            _, i = min(near)
            if i not in made:
                lines = tuple(line.text for line in free[i].lines)
                made[i] = DiagramBox(count + len(made) + 1, None, free[i].box, None, lines, "actor")
            return made[i].no

        ends = [(box_at(w.tail_box, w, w.points[0]), box_at(w.head_box, w, w.points[-1])) for w in self.wires]
        return ends, list(made.values())

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
    other = Segment(a, b).box
    return other.x0 <= box.x1 and box.x0 <= other.x1 and other.top <= box.bottom and box.top <= other.bottom


def _heading_text(block: Block) -> Text:
    from extractors.diagram_parts import joined_name

    return joined_name([line.text for line in block.lines])


def _actor(no: int | None, by_no: dict[int, DiagramBox]) -> DiagramBox | None:
    """Who an arrow's end means: its box, or the box around a box that is only a step or has no words."""
    box = by_no.get(no) if no is not None else None
    while box is not None and (box.role == "step" or not box.name) and box.parent is not None:
        box = by_no[box.parent]
    return box
