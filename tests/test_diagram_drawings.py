"""Whole drawings, each made with another program in another style, against their truth."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pdfplumber
import pytest

from extractors.diagrams.delivery import media_and_delivery
from extractors.diagrams.diagram import Diagram, read_diagram
from extractors.diagrams.rows import diagram_remarks, diagram_rows
from extractors.pages.text_layer import read_page

DRAWINGS = Path(__file__).parent / "diagrams"
NAMES = ("vaccination", "library", "childcare")


@cache
def drawing(name: str) -> Diagram:
    with pdfplumber.open(DRAWINGS / f"{name}.pdf") as pdf:
        return read_diagram(read_page(pdf.pages[0]))


def truth(name: str) -> dict[str, Any]:
    return json.loads((DRAWINGS / f"{name}.json").read_text(encoding="utf-8"))


def plain(value: object) -> str | None:
    """One comparable form: NFKC, no white space; None stays."""
    return None if value is None else re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(value)))


@pytest.mark.parametrize("name", NAMES)
def test_every_step_with_its_ends_and_how_it_travels(name: str) -> None:
    diagram = drawing(name)
    found = []
    for step in diagram.steps:
        media, delivery = media_and_delivery(step.text.string)
        both = step.connector is not None and diagram.connectors[step.connector].both
        ends = [plain(step.sender), plain(step.receiver)]
        found.append((step.label, plain(step.text), tuple(sorted(map(str, ends)) if both else ends), media, delivery))
    wanted = []
    for step in truth(name)["steps"]:
        ends = [plain(step["sender"]), plain(step["receiver"])]
        ordered = tuple(sorted(map(str, ends)) if step.get("both") else ends)
        wanted.append((step["label"], plain(step["text"]), ordered, step["media"], step["delivery"]))
    assert found == wanted


@pytest.mark.parametrize("name", NAMES)
def test_boxes_stand_in_each_other_as_drawn(name: str) -> None:
    diagram = drawing(name)
    found = {
        (plain(box.name), plain(parent.name) if (parent := diagram.parent_of(box)) else None, box.role)
        for box in diagram.boxes
        if box.role != "controls"
    }
    assert found == {(plain(b["name"]), plain(b["parent"]), b["role"]) for b in truth(name)["boxes"]}


@pytest.mark.parametrize("name", NAMES)
def test_lists_read_column_by_column_and_know_their_holder(name: str) -> None:
    diagram = drawing(name)
    found = {}
    for box in diagram.boxes:
        if box.role == "controls":
            holder = diagram.holder_of(box)
            assert holder is not None, box.text
            lines = [p.string for p in box.paragraphs]
            found[plain(lines[0])] = (plain(lines[-1]), len(lines), plain(holder.name), list(holder.steps))
    wanted = {
        plain(c["first"]): (plain(c["last"]), c["count"], plain(c["holder"]), c.get("steps", []))
        for c in truth(name)["controls"]
    }
    assert found == wanted


@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_missed_or_invented(name: str) -> None:
    diagram, wanted = drawing(name), truth(name)
    assert sum(c.headed for c in diagram.connectors) == wanted["arrows"]
    assert sum(not c.headed for c in diagram.connectors) == wanted["ties"]
    assert all(c.tail_box is not None and c.head_box is not None for c in diagram.connectors)
    assert plain(diagram.title) == plain(wanted["title"])


@pytest.mark.parametrize("name", NAMES)
def test_rows_stand_where_their_words_are_printed(name: str) -> None:
    diagram = drawing(name)
    rows = diagram_rows(diagram)
    numbers = [row["box_no"] for row in rows["diagram_boxes"]]
    assert numbers == list(range(1, len(numbers) + 1))
    for row in [*rows["diagram_boxes"], *rows["flow_steps"]]:
        place = row["evidence"].place
        assert place.x0 < place.x1
        assert place.top < place.bottom
    for row, box in zip(rows["diagram_boxes"], diagram.boxes, strict=True):
        for glyph in box.text.own_glyphs():
            x, y = glyph.box.centre
            assert row["evidence"].place.x0 <= x <= row["evidence"].place.x1
            assert row["evidence"].place.top <= y <= row["evidence"].place.bottom
    for row in rows["flow_steps"]:
        assert plain(row["evidence"].raw_text).endswith(plain(row["text"]))  # type: ignore[union-attr, arg-type]


def test_only_a_real_gap_in_the_numbers_is_remarked() -> None:
    assert [r.rule for r in diagram_remarks(drawing("vaccination"))] == []
    assert [r.rule for r in diagram_remarks(drawing("childcare"))] == []
    gaps = [r for r in diagram_remarks(drawing("library")) if r.rule == "flow_step_missing"]
    assert gaps == []  # thirteen missing of eight is another way of counting, not a gap
