"""Facts from a case's 別紙: what is drawn, the steps of the flow, and the words and names on the pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from extractors.diagram_parts import Diagram
from extractors.diagram_rows import diagram_rows
from extractors.text import Text

Facts = dict[str, list[dict[str, Any]]]


def words(drawn: Sequence[Diagram]) -> list[Text]:
    """All running words of the pages: of boxes and of what stands free."""
    texts: list[Text] = []
    for diagram in drawn:
        texts += [text for text in (diagram.title, *diagram.free) if text]
        texts += [paragraph for box in diagram.boxes if box.role != "controls" for paragraph in box.paragraphs]
    return texts


def names(drawn: Sequence[Diagram]) -> list[Text]:
    """The names of the boxes that stand for somebody or something."""
    return [box.name for diagram in drawn for box in diagram.boxes if box.role in ("actor", "system") and box.name]


def add(facts: Facts, drawn: Sequence[Diagram]) -> None:
    """Put the rows of all pages into `facts`, counted through the case."""
    for diagram in drawn:
        for table, rows in diagram_rows(diagram).items():
            if table == "diagram_arrows":
                continue
            for row in rows:
                if table == "flow_steps":
                    row = {**row, "ordinal": len(facts[table]) + 1}
                facts[table].append(row)
