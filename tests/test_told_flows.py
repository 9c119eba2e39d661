"""Flows told in other ways than by boxes and drawn arrows: swimlanes, typed arrows, tables of steps."""

from __future__ import annotations

import pytest
from drawn_pages import Canvas

from extractors.cases.step_tables import steps_of
from extractors.diagrams.diagram import read_diagram
from extractors.diagrams.parts import Diagram
from extractors.pages.geometry import Box, Frame
from extractors.pages.page import Page, Ruling, Shape
from extractors.pages.text import Glyph

FRAME = Frame(1, 600.0, 400.0)


def words(string: str, x: float, y: float, size: float = 10.0) -> list[Glyph]:
    """Characters set side by side from (x, y), the upper left."""
    return [Glyph(c, FRAME, Box(x + n * size, y, x + (n + 1) * size, y + size)) for n, c in enumerate(string)]


def box(x0: float, top: float, x1: float, bottom: float) -> Shape:
    return Shape("rectangle", ((x0, top), (x1, top), (x1, bottom), (x0, bottom)), None, True)


def drawing(glyphs: list[Glyph], shapes: list[Shape], rulings: list[Ruling] | None = None) -> Diagram:
    return read_diagram(Page(FRAME, 0, "text", tuple(glyphs), tuple(rulings or []), tuple(shapes)))


def arrow(x0: float, y0: float, x1: float, y1: float) -> tuple[list[Ruling], list[Shape]]:
    """A level or upright arrow with a filled head."""
    dx, dy = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
    base = (x1 - 6 * dx, y1 - 6 * dy)
    head = ((x1, y1), (base[0] + 3 * dy, base[1] + 3 * dx), (base[0] - 3 * dy, base[1] - 3 * dx))
    return [Ruling(x0, y0, *base)], [Shape("triangle", head, (0, 0, 0), False)]


def ends(diagram: Diagram) -> list[tuple[str, str | None, str | None]]:
    return [
        (step.label, step.sender and step.sender.string, step.receiver and step.receiver.string)
        for step in diagram.steps
    ]


LANES = ("利用者", "健康推進課", "委託先")


def lanes() -> Diagram:
    """Three lanes with ① from the first to the second, ② from the second to the third, ③ within the third."""
    glyphs: list[Glyph] = []
    shapes: list[Shape] = []
    rulings: list[Ruling] = []
    for n, name in enumerate(LANES):
        x = 5.0 + 190 * n
        shapes += [box(x, 5, x + 190, 390), box(x, 5, x + 190, 35)]
        glyphs += words(name, x + 20, 15)
    rows = {"①": (0, 60), "受付": (1, 60), "②": (1, 150), "受領": (2, 150), "③": (2, 220), "確認": (2, 300)}
    spots = {text: (25.0 + 190 * lane, float(y), 165.0 + 190 * lane, y + 40.0) for text, (lane, y) in rows.items()}
    for text, spot in spots.items():
        shapes.append(box(*spot))
        glyphs += words(text if len(text) == 2 else f"{text}送付", spot[0] + 5, spot[1] + 15)
    for one, other in (("①", "受付"), ("②", "受領"), ("③", "確認")):
        a, b = spots[one], spots[other]
        lines, heads = (
            arrow(a[2], a[1] + 20, b[0], b[1] + 20) if a[1] == b[1] else arrow(a[0] + 40, a[3], b[0] + 40, b[1])
        )
        rulings += lines
        shapes += heads
    return drawing(glyphs, shapes, rulings)


def test_a_step_in_a_lane_goes_to_the_lane_where_its_arrow_ends() -> None:
    assert ends(lanes()) == [
        ("①", "利用者", "健康推進課"),
        ("②", "健康推進課", "委託先"),
        ("③", None, None),
    ]


LEFT, RIGHT = box(20, 50, 140, 150), box(400, 50, 560, 150)
NAMES = [*words("健康推進課", 40, 60), *words("委託先", 440, 60)]


@pytest.mark.parametrize(
    ("sign", "expected"),
    [("→", ("健康推進課", "委託先")), ("⇐", ("委託先", "健康推進課")), ("⇒", ("健康推進課", "委託先"))],
)
def test_a_typed_arrow_between_two_boxes_joins_them(sign: str, expected: tuple[str, str]) -> None:
    diagram = drawing([*NAMES, *words("①名簿の提供", 200, 80), *words(sign, 260, 92, size=24)], [LEFT, RIGHT])
    assert ends(diagram) == [("①", *expected)]
    assert diagram.free == ()


@pytest.mark.parametrize(
    "shapes", [[LEFT, RIGHT], [LEFT, box(20, 200, 140, 300)]], ids=["in a line", "a box at one side"]
)
def test_other_typed_arrows_stay_text(shapes: list[Shape]) -> None:
    in_line = len(shapes) == 2 and shapes[1] is RIGHT
    sign = words("区→委託先", 200, 90) if in_line else words("→", 260, 92, size=24)
    diagram = drawing([*NAMES[:5], *sign], shapes)
    assert diagram.connectors == ()
    assert any("→" in text.string for text in diagram.free)


def told(*rows: tuple[str, ...]) -> list[tuple[str, str, str | None, str | None, str | None, str | None]]:
    canvas = Canvas()
    canvas.table(100.0, [50.0 + 120 * n for n in range(len(rows[0]) + 1)], rows)
    (table,) = canvas.reading().tables
    names = ("label", "text", "sender", "receiver", "media", "delivery")
    return [tuple(row[name] for name in names) for row in steps_of(table)]  # type: ignore[misc]


def test_steps_told_in_a_table_with_arrows_in_its_cells() -> None:
    assert told(
        ("番号", "内容", "送り手→受け手", "媒体"),
        ("①", "申請書の提出", "区民 → 区", "紙"),
        ("②", "結果の通知", "区民 ⇐ 区", "郵送"),
    ) == [
        ("①", "申請書の提出", "区民", "区", "紙", None),
        ("②", "結果の通知", "区", "区民", None, "郵送"),
    ]


def test_steps_told_in_a_table_with_a_column_for_each_end() -> None:
    assert told(
        ("No.", "処理内容", "提供元", "提供先"),
        ("1", "名簿の提供（CD）", "区", "委託先"),
        ("２", "結果の報告", "委託先", "区"),
    ) == [
        ("1", "名簿の提供（CD）", "区", "委託先", "CD", None),
        ("2", "結果の報告", "委託先", "区", None, None),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        (("番号", "内容", "備考"), ("1", "申請", "なし")),
        (("番号", "内容", "送り手→受け手"), ("", "合計", "")),
    ],
    ids=["no route", "no number"],
)
def test_other_tables_tell_no_steps(rows: tuple[tuple[str, ...], ...]) -> None:
    assert told(*rows) == []
