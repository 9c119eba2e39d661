"""Whole drawings, each made with another program in another style, against their truth."""

from __future__ import annotations

from functools import cache

import pytest
from drawings import NAMES, drawn_page, ends_of, holders_of, plain, true_ends, true_holders, truth

from extractors.diagrams.delivery import media_and_delivery
from extractors.diagrams.diagram import Diagram, read_diagram
from extractors.diagrams.rows import diagram_remarks, diagram_rows


@cache
def drawing(name: str) -> Diagram:
    return read_diagram(drawn_page(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_step_with_its_ends_and_how_it_travels(name: str) -> None:
    diagram = drawing(name)
    assert ends_of(diagram) == true_ends(name)
    found = [(plain(step.text), *media_and_delivery(step.text.string)) for step in diagram.steps]
    assert found == [(plain(step["text"]), step["media"], step["delivery"]) for step in truth(name)["steps"]]


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
    assert holders_of(drawing(name)) == true_holders(name)


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
