"""What joins boxes without being a plain line: tails of call-outs, lines behind boxes and behind long labels."""

from __future__ import annotations

import pytest
from test_diagram_parts import FRAME, LEFT, TO_RIGHT, ends, rectangle, triangle, two_boxes, words

from extractors.diagrams.callouts import callout_of
from extractors.diagrams.diagram import read_diagram
from extractors.pages.page import Page, Ruling, Shape

Corners = tuple[tuple[float, float], ...]

BODY = (100.0, 100.0, 200.0, 150.0)


@pytest.mark.parametrize(
    ("points", "tip"),
    [
        # the tail to the right, below, and blunted by a print
        (((100, 100), (200, 100), (200, 115), (260, 90), (200, 130), (200, 150), (100, 150)), (260, 90)),
        (((100, 100), (200, 100), (200, 150), (150, 150), (120, 190), (130, 150), (100, 150)), (120, 190)),
        (
            ((262, 90), (260, 91.5), (200, 130), (200, 150), (100, 150), (100, 100), (200, 100), (200, 115)),
            (262, 90),
        ),
    ],
)
def test_a_call_out_is_its_box_and_the_tip_of_its_tail(points: Corners, tip: tuple[float, float]) -> None:
    found = callout_of(points)
    assert found is not None
    assert tuple(found.box) == BODY
    assert found.tail[1] == tip
    x, y = found.tail[0]
    assert (x == 200 and 115 <= y <= 130) or (y == 150 and 130 <= x <= 150)


@pytest.mark.parametrize(
    "points",
    [
        ((100, 125), (130, 100), (220, 100), (250, 125), (220, 150), (130, 150)),  # six-cornered
        ((100, 100), (200, 100), (230, 125), (200, 150), (100, 150), (100, 125)),  # a house on its side
        ((100, 100), (200, 100), (200, 140), (190, 150), (100, 150), (100, 110)),  # a folded corner
        ((160, 125), (380, 125), (380, 118), (396, 130), (380, 142), (380, 135), (160, 135)),  # an arrow
    ],
)
def test_what_only_looks_like_a_call_out_is_none(points: Corners) -> None:
    assert callout_of(points) is None


def test_a_list_in_a_call_out_belongs_to_the_box_at_its_tip() -> None:
    upward = Shape(
        "other", ((200, 220), (220, 220), (120, 150), (260, 220), (340, 220), (340, 280), (200, 280)), None, True
    )
    inside = [*words("・通信の暗号化", 205, 230, 8), *words("・アクセスログの取得", 205, 245, 8)]
    inside += words("・入退室管理", 205, 260, 8)
    diagram = two_boxes([upward, triangle(400, 130, 1, 0)], [Ruling(150, 130, 394, 130)], inside)
    held = [(box.text.string.split("\n")[0], diagram.holder_of(box)) for box in diagram.boxes if box.role == "controls"]
    assert [(first, holder and holder.name) for first, holder in held] == [("・通信の暗号化", "区民課")]


@pytest.mark.parametrize(
    ("box", "goes_through"),
    [
        ((240, 105, 290, 139), True),  # a label, off its middle
        ((240, 113, 290, 147), False),  # in the middle of its side, where connectors are joined
        ((200, 105, 330, 139), False),  # too wide for a label
    ],
)
def test_a_level_line_runs_on_behind_a_label_only(box: tuple[float, float, float, float], goes_through: bool) -> None:
    strokes = [Ruling(150, 130, box[0], 130), Ruling(box[2], 130, 394, 130)]
    shapes = [rectangle(*box), triangle(400, 130, 1, 0)]
    diagram = two_boxes(shapes, strokes, words("確認", box[0] + 8, box[1] + 10))
    assert (("区民課", "委託先", False) in ends(diagram)) == goes_through


def test_a_slanting_tie_comes_out_behind_a_box_in_line() -> None:
    # from (100, 160) to (400, 310), hidden between 200 and 300
    strokes = [Ruling(100, 160, 200, 210, dashed=True), Ruling(300, 260, 400, 310, dashed=True)]
    shapes = [rectangle(*LEFT), rectangle(200, 190, 300, 280), rectangle(400, 290, 500, 340)]
    glyphs = [*words("区民課", 80, 125), *words("名簿", 230, 230), *words("倉庫", 430, 310)]
    diagram = read_diagram(Page(FRAME, 0, "text", tuple(glyphs), tuple(strokes), tuple(shapes)))
    joined = [[diagram.box(no).name.string for no in (c.tail_box, c.head_box) if no] for c in diagram.connectors]
    assert joined == [["区民課", "倉庫"]]


@pytest.mark.parametrize(("label", "tail"), [("①申込書の提出（郵送）と受付", True), ("①申込", False)])
def test_an_arrow_begins_behind_the_label_that_fills_its_line(label: str, tail: bool) -> None:
    strokes = [Ruling(310, 130, 394, 130)]
    diagram = two_boxes([triangle(400, 130, 1, 0)], strokes, words(label, 165, 125))
    (connector,) = diagram.connectors
    assert connector.head_box is not None
    assert (connector.tail_box is not None) == tail
    assert (ends(diagram) == TO_RIGHT) == tail
