"""A text's evidence is that of its characters, whatever is sliced, joined or replaced."""

from hypothesis import given
from hypothesis import strategies as st

from extractors.pages.geometry import Box, Frame
from extractors.pages.text import Glyph, Text

FRAME = Frame(3, 600.0, 800.0)


def glyphs(string: str, x: float = 10.0, top: float = 20.0, frame: Frame = FRAME) -> list[Glyph]:
    return [Glyph(c, frame, Box(x + 10 * n, top, x + 10 * n + 10, top + 10)) for n, c in enumerate(string)]


def test_a_span_has_the_box_of_its_own_characters() -> None:
    text = Text.of(glyphs("対象者数262人"))
    evidence = text[4:8].evidence
    assert evidence is not None
    assert evidence.place == (3, 50.0, 20.0, 90.0, 30.0)
    assert evidence.raw_text == "262人"
    assert (evidence.method, evidence.confidence, evidence.continued) == ("text", 1.0, ())


def test_a_value_over_a_page_break_goes_on() -> None:
    text = Text.of(glyphs("前の頁", top=700)) + Text.of(glyphs("次の頁", frame=Frame(4, 600.0, 800.0)))
    evidence = text.evidence
    assert evidence is not None
    assert evidence.place.page == 3
    assert [place.page for place in evidence.continued] == [4]
    assert evidence.raw_text == "前の頁次の頁"


def test_a_value_in_two_columns_goes_on_in_the_second() -> None:
    text = Text.of([*glyphs("左の列", top=700), *glyphs("右の列", x=300, top=100)])
    evidence = text.evidence
    assert evidence is not None
    assert evidence.place[1:] == (10.0, 700.0, 40.0, 710.0)
    assert evidence.continued[0][1:] == (300.0, 100.0, 330.0, 110.0)


def test_the_weakest_character_decides_confidence_and_ocr_shows() -> None:
    read = [g._replace(method="ocr", confidence=c) for g, c in zip(glyphs("12人"), (0.99, 0.61, 0.95), strict=True)]
    evidence = Text.of(read).evidence
    assert evidence is not None
    assert (evidence.method, evidence.confidence) == ("ocr", 0.61)


def test_what_nobody_printed_has_no_evidence() -> None:
    assert Text.put_in("\n").evidence is None
    assert Text.join([Text.of(glyphs("上")), Text.of(glyphs("下", top=40))], "\n").printed == "上\n下"


def test_a_replacement_keeps_all_glyphs_of_what_it_replaces() -> None:
    text = Text.of(glyphs("8, 721世帯")).replaced(r"[\d, ]+", lambda match: match.group().replace(", ", ""))
    assert text.string == "8721世帯"
    evidence = text[:4].evidence
    assert evidence is not None
    assert evidence.place.x1 == 70.0


def test_a_sideways_page_gives_boxes_of_the_displayed_page() -> None:
    frame = Frame(1, 600.0, 800.0, turn=90)
    displayed = Box(100.0, 200.0, 110.0, 260.0)
    glyph = Glyph("横", frame, frame.upright(displayed))
    evidence = Text.of([glyph]).evidence
    assert evidence is not None
    assert evidence.place[1:] == tuple(displayed)


@given(st.sampled_from([0, 90, 180, 270]), st.tuples(*[st.floats(0, 500) for _ in range(4)]))
def test_frames_undo_themselves(turn: int, edges: tuple[float, float, float, float]) -> None:
    frame = Frame(1, 600.0, 800.0, turn)
    x0, top, width, height = edges
    box = Box(x0, top, x0 + width, top + height)
    back = frame.displayed(frame.upright(box))
    assert all(abs(a - b) < 1e-6 for a, b in zip(back, box, strict=True))


@given(st.text(alphabet="あ①1 人\u3000、", min_size=1, max_size=20), st.data())
def test_slices_and_joins_never_lose_step(string: str, data: st.DataObject) -> None:
    text = Text.of(glyphs(string))
    cut = data.draw(st.integers(0, len(string)))
    whole = text[:cut] + text[cut:]
    assert whole == text
    assert [g.text for g in whole.glyphs if g is not None] == list(string)
    for piece in text.split("[、]"):
        assert piece.string == "".join(g.text for g in piece.glyphs if g is not None)
