"""The numbered steps of a flow: from labels at arrows, from lines inside boxes, from a legend beside bare labels.

Each step names who hands to whom by the boxes that its arrow joins. Points, origin upper left.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from extractors.diagrams.arrows import Wire
from extractors.diagrams.geometry import box_to_stroke
from extractors.diagrams.labels import assign, label_cost
from extractors.diagrams.outlines import Outline
from extractors.diagrams.step_labels import StepLabel, bare_label, label_alone, step_label
from extractors.diagrams.texts import LINE_GAP, REMARK_IN_BRACKETS, Block
from extractors.pages.geometry import Box
from extractors.pages.text import Text

SHARED = 2.6
"""A second label belongs to an arrow that has one already when it is no further than so many character heights."""

TIE_COST = 15.0
"""What it costs a label that a line has no head, in points: steps go along arrows."""


@dataclass
class Labelled:
    """A text that begins with a step's label. `wire` is the arrow that it stands at, `inside` the box it stands in."""

    label: StepLabel
    text: Text
    whole: Text
    block: Block | None = None
    inside: int | None = None
    wire: int | None = None
    own: Box | None = None


@dataclass
class Placed:
    """Labels with their arrows, and the blocks that are no step."""

    steps: list[Labelled] = field(default_factory=list)
    rest: list[Block] = field(default_factory=list)
    labels: dict[int, Text] = field(default_factory=dict)


def place_labels(
    blocks: Sequence[Block],
    leaves: Sequence[tuple[int, Text]],
    wires: Sequence[Wire],
    outlines: Sequence[Outline],
    ties: frozenset[int],
) -> Placed:
    """Steps from free `blocks` and from the paragraphs of leaves (place of the outline, paragraph), with arrows.

    `ties` are the wires that no step can go along (they lead to a list or a remark).
    """
    placed = Placed()
    remarks = [block for block in blocks if REMARK_IN_BRACKETS.match(block.text.string)]
    used: set[int] = set()
    candidates: list[Labelled] = []
    for block in blocks:
        label = step_label(block.text) or label_alone(block.text) or bare_label(block.text)
        if label is None:
            continue
        text, whole = block.text[label.length :].strip(), block.text
        remark = next((r for r in remarks if id(r) not in used and _goes_with(r, block)), None)
        if remark is not None:
            used.add(id(remark))
            text = remark.text + text
            whole = remark.text + whole if remark.box.top < block.box.top else whole + remark.text
        candidates.append(Labelled(label, text, whole, block, block.box_index))
    inner = [
        Labelled(label, paragraph[label.length :].strip(), paragraph, None, place)
        for place, paragraph in leaves
        if (label := step_label(paragraph)) is not None
    ]
    bare = {c.label.number for c in candidates if c.label.style == "bare"}
    if len(bare) < 2 or bare != set(range(1, len(bare) + 1)):
        candidates = [c for c in candidates if c.label.style != "bare"]
    style = _style(candidates, inner)
    named = {c.label.label for c in (*candidates, *inner) if not c.label.reference}
    kept = [c for c in candidates if c.label.style == style and not (c.label.reference and c.label.label in named)]
    inner = [c for c in inner if c.label.style == style and not (c.label.reference and c.label.label in named)]
    on_wire = [c for c in inner if _stands_on(c, inner, wires, outlines)]
    for one in on_wire:
        one.own = outlines[one.inside].box if one.inside is not None else None
    _to_arrows([*kept, *on_wire], wires, outlines, ties)
    placed.steps = _with_legend(kept, inner)
    steps = {id(one.block) for one in kept if one.block is not None}
    placed.rest = [block for block in blocks if id(block) not in steps and id(block) not in used]
    _plain_labels(placed, wires, outlines, ties)
    return placed


def _goes_with(remark: Block, block: Block) -> bool:
    """Whether a short remark in brackets, such as （随時）, stands right above or below the block."""
    a, b = remark.box, block.box
    gap = max(b.top - a.bottom, a.top - b.bottom)
    return -0.4 * block.size <= gap <= LINE_GAP * block.size and min(a.x1, b.x1) - max(a.x0, b.x0) > 0.3 * a.width


def _style(candidates: Sequence[Labelled], inner: Sequence[Labelled]) -> str:
    """The way in which this drawing numbers its steps: circled digits where there are any at arrows."""
    counts = Counter(c.label.style for c in candidates) or Counter(c.label.style for c in inner)
    if counts.get("circled"):
        return "circled"
    return max(counts, key=lambda style: (counts[style], style)) if counts else ""


def _stands_on(one: Labelled, inner: Sequence[Labelled], wires: Sequence[Wire], outlines: Sequence[Outline]) -> bool:
    """Whether the step is alone in a box that a connector runs through: the box is the connector's label."""
    if one.inside is None or sum(other.inside == one.inside for other in inner) != 1:
        return False
    box = outlines[one.inside].box
    return any(
        one.inside not in (wire.tail_box, wire.head_box)
        and any(box_to_stroke(box.grown(-1.5), a, b) == 0 for a, b in pairwise(wire.points))
        for wire in wires
    )


def _to_arrows(
    steps: Sequence[Labelled], wires: Sequence[Wire], outlines: Sequence[Outline], ties: frozenset[int]
) -> None:
    """Give each label its arrow: one to one where that is possible, the rest to an arrow that they plainly share."""
    costs = []
    for one in steps:
        block = one.block
        row = []
        for n, wire in enumerate(wires):
            if n in ties:
                row.append(math.inf)
            elif block is not None:
                row.append(label_cost(block, wire, outlines) + (0.0 if wire.headed else TIE_COST))
            elif one.own is not None:
                through = min(box_to_stroke(one.own, a, b) for a, b in pairwise(wire.points))
                row.append(0.0 if through == 0 else math.inf)
        costs.append(row)
    for one, wire_index, row in zip(steps, assign(costs), costs, strict=True):
        one.wire = wire_index
        if wire_index is None and row:
            nearest = min(range(len(row)), key=lambda n: (row[n], n))
            size = one.block.size if one.block is not None else 10.0
            if row[nearest] <= SHARED * size:
                one.wire = nearest


def _with_legend(kept: Sequence[Labelled], inner: Sequence[Labelled]) -> list[Labelled]:
    """All steps once: a bare label at an arrow takes its words from the legend; numbers of a list that only repeat
    those of the arrows go."""
    bare = {one.label.label: one for one in kept if not one.text and one.wire is not None}
    at_arrows = {one.label.label for one in (*kept, *inner) if one.wire is not None}
    steps: list[Labelled] = []
    told: set[str] = set()
    for one in (*kept, *inner):
        mark = one.label.label
        if one.text and one.wire is None and mark in bare and mark not in told:
            told.add(mark)
            arrow = bare[mark]
            steps.append(Labelled(one.label, one.text, one.whole, arrow.block, arrow.inside, arrow.wire))
        elif one.text and one.wire is None and one.block is None and mark in at_arrows:
            continue
        elif one.text:
            steps.append(one)
    for mark, one in bare.items():
        if mark not in told:
            steps.append(one)
    return sorted(steps, key=lambda one: (one.label.number, one.label.label, one.whole.box.top, one.whole.box.x0))


def _plain_labels(placed: Placed, wires: Sequence[Wire], outlines: Sequence[Outline], ties: frozenset[int]) -> None:
    """Words without a number that stand close to an arrow without a step: its label."""
    labelled = {one.wire for one in placed.steps}
    open_wires = [n for n, wire in enumerate(wires) if n not in labelled and n not in ties]
    short = [block for block in placed.rest if len(block.text) <= 40]
    costs = [
        [cost if (cost := label_cost(block, wires[n], outlines)) <= 2.0 * block.size else math.inf for n in open_wires]
        for block in short
    ]
    gone = set()
    for block, column in zip(short, assign(costs), strict=True):
        if column is not None:
            placed.labels[open_wires[column]] = block.text
            gone.add(id(block))
    placed.rest = [block for block in placed.rest if id(block) not in gone]
