"""The drawings of tests/diagrams with their truth, and what of a diagram is held against it."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pdfplumber

from extractors.diagrams.diagram import Diagram
from extractors.pages.page import Page
from extractors.pages.text_layer import read_page

DRAWINGS = Path(__file__).parent / "diagrams"
NAMES = ("vaccination", "library", "childcare", "checkup")


@cache
def drawn_page(name: str) -> Page:
    """The drawing by its text layer."""
    with pdfplumber.open(DRAWINGS / f"{name}.pdf") as pdf:
        return read_page(pdf.pages[0])


@cache
def truth(name: str) -> dict[str, Any]:
    return json.loads((DRAWINGS / f"{name}.json").read_text(encoding="utf-8"))


def plain(value: object) -> str | None:
    """One comparable form: NFKC, no white space; None stays."""
    return None if value is None else re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(value)))


def ends_of(diagram: Diagram) -> list[tuple[str, list[str | None]]]:
    """Each step's label with its sender and receiver, in any order where the arrow points both ways."""
    found = []
    for step in diagram.steps:
        both = step.connector is not None and diagram.connectors[step.connector].both
        found.append((step.label, _ends(step.sender, step.receiver, both)))
    return found


def true_ends(name: str) -> list[tuple[str, list[str | None]]]:
    steps = truth(name)["steps"]
    return [(step["label"], _ends(step["sender"], step["receiver"], step.get("both", False))) for step in steps]


def _ends(sender: object, receiver: object, both: bool) -> list[str | None]:
    ends = [plain(sender), plain(receiver)]
    return sorted(ends, key=str) if both else ends


def holders_of(diagram: Diagram) -> dict[str | None, tuple[Any, ...]]:
    """By the first line of each list: its last line, how many they are, whose they are, and at which steps."""
    found = {}
    for box in diagram.boxes:
        if box.role == "controls":
            holder = diagram.holder_of(box)
            lines = [p.string for p in box.paragraphs]
            name, steps = (plain(holder.name), list(holder.steps)) if holder else (None, [])
            found[plain(lines[0])] = (plain(lines[-1]), len(lines), name, steps)
    return found


def true_holders(name: str) -> dict[str | None, tuple[Any, ...]]:
    return {
        plain(c["first"]): (plain(c["last"]), c["count"], plain(c["holder"]), c.get("steps", []))
        for c in truth(name)["controls"]
    }
