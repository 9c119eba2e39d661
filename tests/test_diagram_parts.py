"""Single parts of drawings, made by hand: arrows of every make, boxes of every make, labels, numbers, words."""

from __future__ import annotations

import math
import time
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.diagrams.delivery import media_and_delivery
from extractors.diagrams.diagram import Diagram, read_diagram
from extractors.diagrams.labels import assign
from extractors.diagrams.rows import diagram_remarks, diagram_rows
from extractors.diagrams.step_labels import step_label
from extractors.diagrams.strokes import arrow_path
from extractors.pages.geometry import Box, Frame
from extractors.pages.page import Page, Ruling, Shape
from extractors.pages.text import Glyph, Text

FRAME = Frame(1, 600.0, 400.0)
BLACK = (0.0, 0.0, 0.0)


def words(string: str, x: float, y: float, size: float = 10.0) -> list[Glyph]:
    """Characters set side by side from (x, y), the upper left."""
    return [
        Glyph(character, FRAME, Box(x + n * size, y, x + (n + 1) * size, y + size))
        for n, character in enumerate(string)
    ]


def rectangle(x0: float, top: float, x1: float, bottom: float, stroked: bool = True) -> Shape:
    return Shape("rectangle", ((x0, top), (x1, top), (x1, bottom), (x0, bottom)), None, stroked)


def sides(x0: float, top: float, x1: float, bottom: float) -> list[Ruling]:
    return [
        Ruling(x0, top, x1, top),
        Ruling(x1, top, x1, bottom),
        Ruling(x1, bottom, x0, bottom),
        Ruling(x0, bottom, x0, top),
    ]


def triangle(x: float, y: float, dx: float, dy: float, size: float = 6.0) -> Shape:
    """A filled head with its tip at (x, y), pointing along (dx, dy)."""
    base = (x - size * dx, y - size * dy)
    corners = (
        (x, y),
        (base[0] + size / 2 * dy, base[1] - size / 2 * dx),
        (base[0] - size / 2 * dy, base[1] + size / 2 * dx),
    )
    return Shape("triangle", corners, BLACK, False)


LEFT, RIGHT = (50.0, 100.0, 150.0, 160.0), (400.0, 100.0, 500.0, 160.0)
NAMES = [*words("区民課", 80, 125), *words("委託先", 430, 125)]


def two_boxes(
    shapes: list[Shape] | None = None, rulings: list[Ruling] | None = None, glyphs: list[Glyph] | None = None
) -> Diagram:
    page = Page(
        FRAME,
        0,
        "text",
        (*NAMES, *(glyphs or [])),
        tuple(rulings or []),
        (rectangle(*LEFT), rectangle(*RIGHT), *(shapes or [])),
    )
    return read_diagram(page)


def ends(diagram: Diagram) -> list[tuple[str | None, str | None, bool]]:
    return [
        (
            None if c.tail_box is None else diagram.box(c.tail_box).name.string,
            None if c.head_box is None else diagram.box(c.head_box).name.string,
            c.both,
        )
        for c in diagram.connectors
        if c.headed
    ]


TO_RIGHT = [("区民課", "委託先", False)]


@pytest.mark.parametrize("size", [3.0, 6.0, 14.0])
@pytest.mark.parametrize("overlap", [0.0, 3.0])
def test_filled_head_gives_the_direction(size: float, overlap: float) -> None:
    line = Ruling(150, 130, 400 - size + overlap, 130)
    assert ends(two_boxes([triangle(400, 130, 1, 0, size)], [line])) == TO_RIGHT


def test_head_at_the_first_point_turns_the_arrow_round() -> None:
    assert ends(two_boxes([triangle(150, 130, -1, 0)], [Ruling(156, 130, 400, 130)])) == [("委託先", "区民課", False)]


def test_open_head_of_two_strokes() -> None:
    strokes = [Ruling(150, 130, 400, 130), Ruling(393, 126, 400, 130), Ruling(393, 134, 400, 130)]
    assert ends(two_boxes([], strokes)) == TO_RIGHT


def test_heads_at_both_ends() -> None:
    diagram = two_boxes([triangle(400, 130, 1, 0), triangle(150, 130, -1, 0)], [Ruling(156, 130, 394, 130)])
    assert ends(diagram) == [("区民課", "委託先", True)]


def test_elbows_are_one_connector() -> None:
    way = [(100, 160), (100, 250), (450, 250), (450, 166)]
    strokes = [Ruling(*a, *b) for a, b in pairwise(way)]
    diagram = two_boxes([triangle(450, 160, 0, -1)], strokes)
    assert ends(diagram) == TO_RIGHT
    assert len(diagram.connectors[0].points) == 4


def test_line_goes_on_behind_a_label_that_breaks_it() -> None:
    strokes = [Ruling(150, 130, 230, 130), Ruling(290, 130, 394, 130)]
    diagram = two_boxes([triangle(400, 130, 1, 0)], strokes, words("①申請書", 235, 125, 12))
    assert ends(diagram) == TO_RIGHT
    assert [(s.label, s.text.string, s.connector) for s in diagram.steps] == [("①", "申請書", 0)]


def test_dashes_are_one_line() -> None:
    strokes = [Ruling(x, 130, x + 5, 130) for x in range(150, 394, 8)]
    diagram = two_boxes([triangle(400, 130, 1, 0)], strokes)
    assert ends(diagram) == TO_RIGHT
    assert diagram.connectors[0].dashed


def test_crossing_lines_stay_apart() -> None:
    cross = [Ruling(275, 60, 275, 200)]
    assert ends(two_boxes([triangle(400, 130, 1, 0)], [Ruling(150, 130, 394, 130), *cross])) == TO_RIGHT


def test_a_branch_leads_to_each_of_its_heads() -> None:
    third = rectangle(400, 250, 500, 300)
    strokes = [Ruling(150, 130, 394, 130), Ruling(275, 130, 275, 275), Ruling(275, 275, 394, 275)]
    heads = [triangle(400, 130, 1, 0), triangle(400, 275, 1, 0)]
    diagram = two_boxes([third, *heads], strokes, words("学校", 440, 270))
    assert sorted(ends(diagram), key=str) == [("区民課", "委託先", False), ("区民課", "学校", False)]


def test_an_arrow_drawn_as_one_polygon() -> None:
    block = Shape(
        "other",
        ((160, 125), (380, 125), (380, 118), (396, 130), (380, 142), (380, 135), (160, 135)),
        BLACK,
        True,
    )
    assert ends(two_boxes([block])) == TO_RIGHT


def test_a_line_drawn_as_a_thin_polygon() -> None:
    shaft = Shape("other", ((150, 129.5), (394, 129.5), (394, 130.5), (150, 130.5)), BLACK, False)
    assert ends(two_boxes([triangle(400, 130, 1, 0), shaft])) == TO_RIGHT


def test_the_sides_of_a_box_are_no_arrows() -> None:
    diagram = two_boxes([], [*sides(*LEFT), *sides(*RIGHT)])
    assert diagram.connectors == ()
    assert [box.name.string for box in diagram.boxes] == ["区民課", "委託先"]


def test_four_strokes_are_a_box_even_where_an_arrow_meets_them() -> None:
    strokes = [*sides(*LEFT), *sides(*RIGHT), Ruling(150, 130, 394, 130)]
    page = Page(FRAME, 0, "text", tuple(NAMES), tuple(strokes), (triangle(400, 130, 1, 0),))
    diagram = read_diagram(page)
    assert [box.name.string for box in diagram.boxes] == ["区民課", "委託先"]
    assert ends(diagram) == TO_RIGHT


def test_an_arrow_to_an_inner_box_means_the_inner_box() -> None:
    inner = rectangle(420, 110, 490, 150)
    diagram = two_boxes([inner, triangle(420, 130, 1, 0)], [Ruling(150, 130, 414, 130)])
    head = diagram.box(diagram.connectors[0].head_box or 0)
    assert head.box == Box(420, 110, 490, 150)
    assert head.parent is not None


def test_words_without_a_box_stand_for_one() -> None:
    strokes = [Ruling(150, 130, 294, 130)]
    page = Page(FRAME, 0, "text", (*NAMES[:3], *words("申請者", 305, 125)), tuple(strokes))
    page = Page(FRAME, 0, "text", page.glyphs, page.rulings, (rectangle(*LEFT), triangle(300, 130, 1, 0)))
    assert ends(read_diagram(page)) == [("区民課", "申請者", False)]


def test_parallel_arrows_each_get_their_own_label() -> None:
    ys = (108.0, 126.0, 144.0)
    strokes = [Ruling(150, y, 394, y) for y in ys]
    heads = [triangle(400, y, 1, 0) for y in ys]
    # each label lies nearer to the arrow above it than to its own, below: nearest-first would slide by one
    glyphs = [g for mark, y in zip("①②③", ys, strict=True) for g in words(f"{mark}送付", 250, y - 15, 9)]
    diagram = two_boxes(heads, strokes, glyphs)
    heights = {step.label: diagram.connectors[step.connector].points[0][1] for step in diagram.steps}  # type: ignore[index]
    assert heights == {"①": 108.0, "②": 126.0, "③": 144.0}


def test_remarks_name_gaps_repeats_and_loose_arrows() -> None:
    strokes = [Ruling(150, 110, 394, 110), Ruling(150, 150, 394, 150), Ruling(500, 130, 580, 130)]
    heads = [triangle(400, 110, 1, 0), triangle(400, 150, 1, 0), triangle(586, 130, 1, 0)]
    diagram = two_boxes(heads, strokes, [*words("①送付", 250, 98), *words("④回答", 250, 138)])
    remarks = {(r.rule, r.left_value) for r in diagram_remarks(diagram)}
    assert ("flow_step_missing", "2、3") in remarks
    assert ("arrow_without_end", "委託先") in remarks
    assert ("arrow_without_label", "委託先") in remarks


def test_a_box_without_words_still_has_its_place() -> None:
    page = Page(FRAME, 0, "text", (), (), (rectangle(100, 100, 200, 180),))
    [row] = diagram_rows(read_diagram(page))["diagram_boxes"]
    assert row["evidence"].raw_text == ""
    assert row["evidence"].place[1:] == (100, 100, 200, 180)


@pytest.mark.parametrize(
    ("string", "label", "number"),
    [
        ("①申請", "①", 1),
        ("㉑　確認", "㉑", 21),
        ("㊿送付", "㊿", 50),
        ("⑧’再送", "⑧'", 8),
        ("⑤'の納付結果", "⑤'", 5),
        ("⑤　’の納付結果", "⑤'", 5),
        ("（１）申請", "(1)", 1),
        ("( 12 ) 申請", "(12)", 12),
        ("１．申請", "1.", 1),
        ("3. 申請", "3.", 3),
        ("①-2 再申請", "①-2", 1),
        ("【1】申請", "[1]", 1),
        ("［１２］　送付", "[12]", 12),
    ],
)
def test_labels_of_steps(string: str, label: str, number: int) -> None:
    found = step_label(Text.of(words(string, 0, 0)))
    assert found is not None
    assert (found.label, found.number) == (label, number)


def test_bare_numbers_are_labels_where_a_drawing_counts_by_them() -> None:
    arrows = [triangle(400, 110, 1, 0), triangle(150, 150, -1, 0)]
    lines = [Ruling(150, 110, 394, 110), Ruling(156, 150, 400, 150)]
    counted = two_boxes(arrows, lines, [*words("1　申請書", 250, 98), *words("2　回答", 250, 138)])
    assert [(step.label, step.text.string) for step in counted.steps] == [("1", "申請書"), ("2", "回答")]
    years = two_boxes(arrows, lines, [*words("5　年度", 250, 98), *words("2　回答", 250, 138)])
    assert years.steps == ()


def test_a_character_that_hangs_over_the_side_of_its_box_is_read_with_it() -> None:
    line = words("生体認証とパスワー", 406, 110)  # the middle of the last one is past the box's side
    wide = rectangle(400, 100, 490, 160)
    page = Page(FRAME, 0, "text", tuple(line), (), (wide, rectangle(20, 20, 580, 380)))
    (inner,) = [box for box in read_diagram(page).boxes if box.text.string.startswith("生体")]
    assert inner.text.string == "生体認証とパスワー"
    beyond = Page(FRAME, 0, "text", (*line, *words("ド入力", 496, 110)), (), page.shapes)
    (inner,) = [box for box in read_diagram(beyond).boxes if box.text.string.startswith("生体")]
    assert inner.text.string == "生体認証とパスワ"  # words that run on are another's


@pytest.mark.parametrize(
    "string", ["①～⑪までの流れ", "⑧'～⑮'が新たな流れ", "①、②の処理", "委託先①", "1.5倍", "2023年", "①", "・①申請"]
)
def test_what_only_looks_like_a_label(string: str) -> None:
    assert step_label(Text.of(words(string, 0, 0))) is None


@pytest.mark.parametrize(
    ("string", "media", "delivery"),
    [
        ("申請（紙）", "紙", None),
        ("台帳の送付(紙、CD等・手渡し)", "紙、CD等", "手渡し"),
        ("通知書の送付（郵送）", None, "郵送"),
        ("対応記録（紙媒体・手渡し）", "紙", "手渡し"),
        ("提出（窓口又は郵送）", None, "窓口、郵送"),
        ("連絡（ＦＡＸ又は電話）", "FAX、電話", None),
        ("ＤＶＤ－Ｒで提供", "DVD", None),
        ("電話番号の登録", None, None),
        ("メールアドレスの登録", None, None),
        ("郵送料の支払", None, None),
        ("データのダウンロード", None, None),
        ("納税（クレジットカードで電子納付をする場合の手続）", None, None),
    ],
)
def test_how_a_step_travels(string: str, media: str | None, delivery: str | None) -> None:
    assert media_and_delivery(string) == (media, delivery)


@given(st.lists(st.lists(st.floats(0, 100), min_size=4, max_size=4), min_size=1, max_size=4))
def test_assignment_is_the_cheapest(costs: list[list[float]]) -> None:
    got = assign(costs)
    assert len(set(got)) == len(costs)
    total = sum(costs[n][m] for n, m in enumerate(got) if m is not None)
    best = min(sum(costs[n][m] for n, m in enumerate(p)) for p in permutations(range(4), len(costs)))
    assert math.isclose(total, best, abs_tol=1e-6)


@given(
    st.floats(0, 2 * math.pi),
    st.floats(20, 200),
    st.floats(1, 6),
    st.floats(1.5, 4),
)
def test_polygon_arrows_point_their_way_at_any_angle(turn: float, length: float, shaft: float, spread: float) -> None:
    head = shaft * spread
    flat = [
        (0, -shaft / 2),
        (length, -shaft / 2),
        (length, -head / 2),
        (length + head, 0),
        (length, head / 2),
        (length, shaft / 2),
        (0, shaft / 2),
    ]
    c, s = math.cos(turn), math.sin(turn)
    found = arrow_path([(x * c - y * s, x * s + y * c) for x, y in flat])
    assert found is not None
    path, both = found
    assert not both
    assert math.dist(path[-1], ((length + head) * c, (length + head) * s)) < 1e-6
    assert math.dist(path[0], (0, 0)) < 1e-6


coordinate = st.floats(-50, 650, allow_nan=False)
rulings_ = st.lists(st.builds(Ruling, coordinate, coordinate, coordinate, coordinate), max_size=25)
shapes_ = st.lists(
    st.builds(
        Shape,
        st.sampled_from(["rectangle", "rounded", "triangle", "other"]),
        st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=12).map(tuple),
        st.sampled_from([None, BLACK, (1.0, 1.0, 1.0)]),
        st.booleans(),
    ),
    max_size=12,
)
glyphs_ = st.lists(
    st.builds(lambda c, x, y: words(c, x, y)[0], st.sampled_from("①②③④１．（）・、あ区【】※"), coordinate, coordinate),
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(glyphs_, rulings_, shapes_)
def test_any_drawing_gives_rows_that_hold_together(
    glyphs: list[Glyph], rulings: list[Ruling], shapes: list[Shape]
) -> None:
    page = Page(FRAME, 0, "text", tuple(glyphs), tuple(rulings), tuple(shapes))
    diagram = read_diagram(page)
    rows = diagram_rows(diagram)
    diagram_remarks(diagram)
    numbers = {row["box_no"] for row in rows["diagram_boxes"]}
    assert len(numbers) == len(rows["diagram_boxes"])
    for row in rows["diagram_boxes"]:
        assert row["parent_box_no"] is None or row["parent_box_no"] in numbers
    for row in rows["flow_steps"]:
        assert {row["sender_box"], row["receiver_box"]} - {None} <= numbers
    assert read_diagram(page) == diagram


def _crowd(kind: str) -> Page:
    boxes = [rectangle(x, y, x + 5, y + 5) for x in range(0, 600, 8) for y in range(0, 400, 6)][:5000]
    if kind == "overlapping":
        boxes = [rectangle(n % 97 * 3, n % 89 * 2, n % 97 * 3 + 120, n % 89 * 2 + 90) for n in range(800)]
    loose = [side for box in boxes for side in sides(*box.box)]
    text = [g for y in range(0, 390, 12) for g in words("①外の言葉です", 20, y)]
    if kind == "tiny":
        return Page(FRAME, 0, "text", tuple(text), tuple(loose), tuple(boxes))
    if kind == "loose":
        return Page(FRAME, 0, "text", tuple(text), tuple(loose))
    if kind == "lines":
        return Page(FRAME, 0, "text", tuple(text), tuple(Ruling(n % 600, 0, n * 7 % 600, 400) for n in range(8000)))
    return Page(FRAME, 0, "text", tuple(text), tuple(loose), tuple(boxes))


@pytest.mark.parametrize("kind", ["tiny", "loose", "overlapping", "lines"])
def test_a_crowded_page_takes_bounded_time_and_keeps_its_words(kind: str) -> None:
    page = _crowd(kind)
    start = time.process_time()
    diagram = read_diagram(page)
    assert time.process_time() - start < 5.0
    printed = "".join(
        [*(t.string for t in diagram.free), *(b.text.string for b in diagram.boxes)]
        + [s.whole.string for s in diagram.steps]
        + [c.label.string for c in diagram.connectors if c.label]
        + [diagram.title.string if diagram.title else ""]
    )
    assert "外の言葉です" in printed
