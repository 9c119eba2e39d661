"""Who a list of a drawing belongs to, in the order in which a drawing says so: tie, box around, arrow, channel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from extractors.diagrams.geometry import box_to_stroke
from extractors.diagrams.parts import Connector, DiagramBox, FlowStep, Holder
from extractors.diagrams.roles import names_transport
from extractors.pages.geometry import Box
from extractors.pages.text import Text

NEAR_ARROW = 60.0
"""A list of how things are carried guards the nearest arrow within so many points."""

NEAR_CHANNEL = 28.0
"""A single measure stands for the channel (【インターネット回線】) that is named within so many points."""

TRANSPORT = "運搬"


def find_holders(
    boxes: Sequence[DiagramBox], connectors: Sequence[Connector], steps: Sequence[FlowStep], channels: Sequence[Text]
) -> dict[int, Holder]:
    """For each box (by `no`) who or what it belongs to; boxes that belong to nothing are left out."""
    by_no = {box.no: box for box in boxes}
    ties: dict[int, list[int]] = {}
    for connector in connectors:
        a, b = connector.tail_box, connector.head_box
        if connector.headed or a is None or b is None:
            continue
        ties.setdefault(a, []).append(b)
        ties.setdefault(b, []).append(a)
    holders: dict[int, Holder] = {}
    for box in boxes:
        holder = _tied(box, ties, by_no) or _around(box, by_no)
        if holder is None and box.role == "controls":
            holder = _guarded(box, connectors, steps) or _channel(box, channels)
        if holder is not None:
            holders[box.no] = holder
    return holders


def _of(box: DiagramBox) -> Holder:
    return Holder(box.name.string, box=box.no, text=box.name)


def _tied(box: DiagramBox, ties: dict[int, list[int]], by_no: dict[int, DiagramBox]) -> Holder | None:
    """What a line without a head leads to: only for lists and remarks, so that a plain line between two actors that
    simply work together makes neither the other's."""
    if box.role not in ("controls", "data", "note"):
        return None
    others = [by_no[no] for no in ties.get(box.no, ()) if by_no[no].role not in ("controls", "note")]
    named = [other for other in others if other.name]
    return _of(min(named or others, key=lambda other: other.no)) if others else None


def _around(box: DiagramBox, by_no: dict[int, DiagramBox]) -> Holder | None:
    parent = box.parent
    while parent is not None:
        around = by_no[parent]
        if around.name and around.role not in ("controls", "step"):
            return _of(around)
        parent = around.parent
    return None


def _guarded(box: DiagramBox, connectors: Sequence[Connector], steps: Sequence[FlowStep]) -> Holder | None:
    """The arrow at which a short list of how things are carried stands."""
    if len(box.paragraphs) > 5 or not names_transport(box.text.string):
        return None
    best: tuple[float, int] | None = None
    for n, connector in enumerate(connectors):
        if not connector.headed:
            continue
        away = min(box_to_stroke(box.box, a, b) for a, b in pairwise(connector.points))
        if away <= NEAR_ARROW and (best is None or (away, n) < best):
            best = (away, n)
    if best is None:
        return None
    labels = tuple(step.label for step in steps if step.connector == best[1])
    return Holder(TRANSPORT, connector=best[1], steps=labels)


def _channel(box: DiagramBox, channels: Sequence[Text]) -> Holder | None:
    if len(box.paragraphs) > 1:
        return None
    near = [(_apart(box.box, text.box), text) for text in channels]
    near = [(away, text) for away, text in near if away <= NEAR_CHANNEL]
    if not near:
        return None
    _, text = min(near, key=lambda item: item[0])
    return Holder(text.string, text=text)


def _apart(a: Box, b: Box) -> float:
    dx = max(a.x0 - b.x1, b.x0 - a.x1, 0.0)
    dy = max(a.top - b.bottom, b.top - a.bottom, 0.0)
    return math.hypot(dx, dy)
