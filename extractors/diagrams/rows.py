"""A diagram as rows of tables, and what a reviewer should look at in it.

Rows lack `case_id` and `document_id`, which the document knows; each has its `evidence`.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from extractors.diagrams.delivery import media_and_delivery
from extractors.diagrams.parts import Connector, Diagram, DiagramBox, Remark
from extractors.pages.geometry import Box, Frame, union
from extractors.pages.text import Evidence, Place, Text

Row = dict[str, Any]


def diagram_rows(diagram: Diagram) -> dict[str, list[Row]]:
    """`diagram_boxes`, `flow_steps` and `diagram_arrows` rows of one page, in the order of the drawing's numbers."""
    boxes: list[Row] = [
        {
            "box_no": box.no,
            "parent_box_no": box.parent,
            "heading": box.heading.string if box.heading else None,
            "text": box.text.string,
            "role": box.role,
            "evidence": box_evidence(diagram.frame, box),
        }
        for box in diagram.boxes
    ]
    steps: list[Row] = []
    for ordinal, step in enumerate(diagram.steps, start=1):
        media, delivery = media_and_delivery(step.text.string)
        steps.append(
            {
                "ordinal": ordinal,
                "label": step.label,
                "number": step.number,
                "text": step.text.string,
                "media": media,
                "delivery": delivery,
                "sender": step.sender.string if step.sender else None,
                "receiver": step.receiver.string if step.receiver else None,
                "sender_box": step.sender_box,
                "receiver_box": step.receiver_box,
                "evidence": step.whole.evidence,
            }
        )
    labels: dict[int, list[str]] = {}
    for step in diagram.steps:
        if step.connector is not None:
            labels.setdefault(step.connector, []).append(step.label)
    arrows: list[Row] = [
        {
            "arrow_no": number,
            "from_box": connector.tail_box,
            "to_box": connector.head_box,
            "heads": 2 if connector.both else int(connector.headed),
            "is_dashed": connector.dashed,
            "label": connector.label.string if connector.label else None,
            "steps": "、".join(labels.get(number - 1, [])) or None,
            "points": [{"x": round(x, 2), "y": round(y, 2)} for x, y in displayed_points(diagram.frame, connector)],
            "evidence": connector_evidence(diagram.frame, connector),
        }
        for number, connector in enumerate(diagram.connectors, start=1)
    ]
    return {"diagram_boxes": boxes, "flow_steps": steps, "diagram_arrows": arrows}


def box_evidence(frame: Frame, box: DiagramBox) -> Evidence:
    """Where a box was read: its outline, with the caption that stands above it; no words give an empty raw text."""
    words = Text.join([*([box.heading] if box.heading else []), *box.paragraphs], "\n")
    read = words.evidence
    place = frame.displayed(union([box.box, *([words.box] if read else [])]))
    rounded = Place(frame.page, *(round(edge, 2) for edge in place))
    if read is None:
        return Evidence(rounded, (), "text", 1.0, "")
    return read._replace(place=rounded, continued=())


def connector_evidence(frame: Frame, connector: Connector) -> Evidence:
    """Where a connector was read: the box around it, with its label."""
    xs, ys = zip(*displayed_points(frame, connector), strict=True)
    # a straight line has no width: a point of room on each side makes a box of it
    around = Box(min(xs), min(ys), max(xs), max(ys)).grown(1.0)
    place = Place(frame.page, *(round(edge, 2) for edge in around))
    read = connector.label.evidence if connector.label else None
    return read or Evidence(place, (), "text", 1.0, "")


def displayed_points(frame: Frame, connector: Connector) -> list[tuple[float, float]]:
    """The connector's corners on the page as displayed, in points."""
    boxes = [frame.displayed(Box(x, y, x, y)) for x, y in connector.points]
    return [(box.x0, box.top) for box in boxes]


def diagram_remarks(diagram: Diagram) -> list[Remark]:
    """What a reviewer should look at: numbers missing or twice, arrows without words or end, words outside boxes."""
    page = diagram.frame.page
    remarks: list[Remark] = []
    numbers = sorted({step.number for step in diagram.steps})
    if numbers:
        missing = [str(n) for n in range(1, numbers[-1]) if n not in numbers]
        if missing and len(missing) <= len(numbers):
            remarks.append(Remark("flow_step_missing", "warning", page, "、".join(missing), str(numbers[-1])))
    for label, count in sorted(Counter(step.label for step in diagram.steps).items()):
        if count > 1:
            texts = [step.text.string for step in diagram.steps if step.label == label]
            remarks.append(Remark("flow_step_repeated", "warning", page, label, "／".join(texts)))
    roles = {box.no: box.role for box in diagram.boxes}
    stepped = {step.connector for step in diagram.steps}
    for n, connector in enumerate(diagram.connectors):
        if not connector.headed:
            continue
        ends = (connector.tail_box, connector.head_box)
        names = [diagram.box(no).name.string if no is not None else None for no in ends]
        if None in ends:
            remarks.append(Remark("arrow_without_end", "warning", page, names[0], names[1]))
        inner = any(no is not None and roles[no] == "step" for no in ends)
        if diagram.steps and n not in stepped and connector.label is None and not inner:
            remarks.append(Remark("arrow_without_label", "info", page, names[0], names[1]))
    remarks += [
        Remark("text_outside_boxes", "info", page, text.string)
        for text in diagram.free
        if len(text.string) > 2 and text.string[:1] not in "【［[＜<〔※（(注"
    ]
    return remarks
