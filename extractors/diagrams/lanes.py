"""Swimlanes: fields side by side, one for each party, with the steps in boxes inside them and arrows across.

A step in such a box has no arrow of its own; it goes from the party in whose lane its box stands to the party in whose
lane the arrow from that box ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from extractors.diagrams.parts import Connector, DiagramBox, FlowStep
from extractors.pages.geometry import Box

LEVEL = 4.0
"""Points by which the ends of lanes may differ."""


def with_lanes(
    steps: Sequence[FlowStep], boxes: Sequence[DiagramBox], connectors: Sequence[Connector]
) -> tuple[FlowStep, ...]:
    """The steps, those in boxes of lanes with sender and receiver."""
    parties = _parties(boxes) if any(step.box is not None and step.connector is None for step in steps) else {}
    if not parties:
        return tuple(steps)
    by_no = {box.no: box for box in boxes}
    found = []
    for step in steps:
        sender = _lane(step.box, by_no, parties)
        ahead = {
            _lane(arrow.head_box, by_no, parties)
            for arrow in connectors
            if arrow.headed and not arrow.both and arrow.tail_box == step.box
        } - {None, sender}
        if step.connector is not None or sender is None or len(ahead) != 1:
            found.append(step)
            continue
        names = parties[sender], parties[next(no for no in ahead if no is not None)]
        found.append(
            replace(
                step,
                sender=names[0].name,
                receiver=names[1].name,
                sender_box=names[0].no,
                receiver_box=names[1].no,
            )
        )
    return tuple(found)


def _parties(boxes: Sequence[DiagramBox]) -> dict[int, DiagramBox]:
    """The box that names each lane, by the lane's number; none where there are not two lanes side by side."""
    children: dict[int, list[DiagramBox]] = {}
    for box in boxes:
        if box.parent is not None:
            children.setdefault(box.parent, []).append(box)
    named = {box.no: head for box in boxes if (head := _head(box, children.get(box.no, []))) is not None}
    lanes = [box for box in boxes if box.no in named]
    beside = {one.no for one in lanes for other in lanes if other is not one and _are_beside(one.box, other.box)}
    return {no: head for no, head in named.items() if no in beside}


def _head(lane: DiagramBox, inner: Sequence[DiagramBox]) -> DiagramBox | None:
    """What names a lane: the box across its end, or its own heading where boxes stand below."""
    for box in inner:
        across = box.box.width >= lane.box.width - 2 * LEVEL and abs(box.box.top - lane.box.top) <= LEVEL
        down = box.box.height >= lane.box.height - 2 * LEVEL and abs(box.box.x0 - lane.box.x0) <= LEVEL
        if len(inner) > 1 and box.name and (across or down):
            return box
    return lane if inner and lane.heading and lane.name else None


def _are_beside(one: Box, other: Box) -> bool:
    """Whether two boxes of one length stand next to each other, side by side or one below the other."""
    level = abs(one.top - other.top) <= LEVEL and abs(one.bottom - other.bottom) <= LEVEL
    flush = abs(one.x0 - other.x0) <= LEVEL and abs(one.x1 - other.x1) <= LEVEL
    touch_across = min(abs(one.x1 - other.x0), abs(other.x1 - one.x0)) <= LEVEL
    touch_down = min(abs(one.bottom - other.top), abs(other.bottom - one.top)) <= LEVEL
    return (level and touch_across) or (flush and touch_down)


def _lane(no: int | None, by_no: Mapping[int, DiagramBox], parties: Mapping[int, DiagramBox]) -> int | None:
    """The lane that a box stands in, or is."""
    while no is not None and no not in parties:
        no = by_no[no].parent
    return no
