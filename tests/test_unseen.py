"""Characters that a page holds and does not show, and those that are no part of its text."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from pdfs import pdf_bytes, read, show
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from extractors.pages.opening import open_pdf
from extractors.scans.reading import read_document_page
from extractors.scans.settings import ReadingSettings
from pipeline.documents.document import extract_document
from pipeline.extraction import Source

WORDS = "対象者約四百八十世帯山田太郎電話番号住所氏名生年月日"
NAME, PEOPLE = "山田太郎", "約四百八十世帯"


def shown(content: str, characters: str = WORDS) -> tuple[str, tuple[str, ...]]:
    """The text and the notes of a page with this content."""
    return words_of(pdf_bytes(content, characters=characters))


VISIBLE = show("電話番号住所氏名生年月日", WORDS, 50, 200)


def printed(draw: Callable[[Canvas], None]) -> bytes:
    """A page with a heading in a font of its own, and what `draw` draws with its lower left at (50, 100)."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(400, 300), invariant=1)
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    canvas.setFont("Vera", 10)
    canvas.drawString(50, 200, "Shown to all")
    draw(canvas)
    canvas.save()
    return out.getvalue()


def words_of(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The text and the notes of a page."""
    with open_pdf(data) as pdf:
        page = read_document_page(pdf.pages[0], data, ReadingSettings())
    return "".join(glyph.text for glyph in page.glyphs).strip(), page.notes


def set_in(colour: tuple[float, ...], mode: int = 0, size: float = 10) -> Callable[[Canvas], None]:
    """Sets a name in this colour, in this mode of text."""

    def draw(canvas: Canvas) -> None:
        text = canvas.beginText(50, 100)
        text.setFont("Vera", size)
        text.setTextRenderMode(mode)
        (text.setFillColorCMYK if len(colour) == 4 else text.setFillColorRGB)(*colour)
        text.textOut("Yamada")
        canvas.drawText(text)

    return draw


def under(grey: float, clip: bool = False) -> Callable[[Canvas], None]:
    """Sets a name and paints a box over it, which a clip may keep from showing."""

    def draw(canvas: Canvas) -> None:
        set_in((0, 0, 0))(canvas)
        if clip:
            path = canvas.beginPath()
            path.rect(0, 0, 5, 5)
            canvas.clipPath(path, stroke=0, fill=0)
        canvas.setFillGray(grey)
        canvas.rect(45, 95, 60, 20, stroke=0, fill=1)

    return draw


@pytest.mark.parametrize(
    "draw",
    [
        set_in((1, 1, 1)),
        set_in((0, 0, 0, 0)),
        set_in((0, 0, 0), mode=3),
        set_in((0, 0, 0), size=0.5),
        under(0),
        under(1),
    ],
    ids=["white", "no ink", "invisible", "tiny", "under a black box", "under a white box"],
)
def test_what_does_not_show_is_left_out_and_said(draw: Callable[[Canvas], None]) -> None:
    assert words_of(printed(draw)) == ("Shown to all", ("text_unseen",))


def test_a_finding_tells_of_it_without_the_words() -> None:
    extraction = extract_document(printed(under(0)), Source("blackened.pdf"))
    (finding,) = [row for row in extraction.rows["findings"] if row["rule"] == "text_unseen"]
    assert finding["page"] == 1
    assert "Yamada" not in str(extraction.rows)


def test_what_shows_in_spite_of_a_suspicion_stays() -> None:
    assert words_of(printed(under(0, clip=True))) == ("Shown to allYamada", ())


def test_a_font_that_cannot_be_drawn_here_proves_nothing() -> None:
    assert shown(f"{VISIBLE} {show(NAME, WORDS, 50, 100)} 0 g 45 95 60 20 re f")[0].endswith(NAME)


def test_white_letters_on_a_dark_head_are_no_suspects() -> None:
    page = read(pdf_bytes(f"0 g 45 95 60 20 re f 1 g {show(NAME, WORDS, 50, 100)}", characters=WORDS))
    assert ("".join(glyph.text for glyph in page.glyphs), page.unsure) == (NAME, ())


def test_full_ink_of_a_spot_colour_is_not_white() -> None:
    resources = "/ColorSpace << /C1 [/Separation /Black /DeviceGray << /FunctionType 2 /Domain [0 1] /N 1 >>] >>"
    page = read(
        pdf_bytes(f"/C1 cs 1 scn {show(NAME, WORDS, 50, 100)}", characters=WORDS).replace(
            b"/Resources << ", b"/Resources << " + resources.encode()
        )
    )
    assert page.unsure == ()


def test_words_struck_through_are_left_out_and_said() -> None:
    line = "49.5 104 m 70.5 104 l S"
    text, notes = shown(f"{show('四十世帯', WORDS, 50, 100)} {line} {show(PEOPLE, WORDS, 130, 100)}")
    assert text == f"世帯{PEOPLE}"
    assert notes == ("text_struck",)


@pytest.mark.parametrize(
    "line",
    [
        "20 104 m 200 104 l S",
        "49.5 99 m 90.5 99 l S",
        "49.5 104 m 90.5 104 l S 49.5 90 m 49.5 120 l S",
    ],
    ids=["a connector", "an underline", "a side of a box"],
)
def test_other_lines_strike_nothing(line: str) -> None:
    text, notes = shown(f"{show('四十世帯', WORDS, 50, 100)} {line}")
    assert (text, notes) == ("四十世帯", ())


def test_readings_above_kanji_are_no_text() -> None:
    characters = "道風ミチカゼ"
    ruby = show("ミチカゼ", characters, 50, 110.5, size=5)
    assert shown(f"{show('道風', characters, 50, 100)} {ruby}", characters)[0] == "道風"
    label = show("ミチカゼ", characters, 50, 125, size=5)  # a line of its own: the row for the reading of a name
    assert shown(f"{show('道風', characters, 50, 100)} {label}", characters)[0] == "道風ミチカゼ"


def test_a_slanted_watermark_is_no_text() -> None:
    mark = show("氏名", WORDS, 100, 60, size=60, matrix="0.8 0.6 -0.6 0.8")
    assert shown(f"{VISIBLE} {mark}")[0] == "電話番号住所氏名生年月日"
    label = show("氏名", WORDS, 100, 60, size=10, matrix="0.8 0.6 -0.6 0.8")  # a label along a slanting arrow
    assert "".join(sorted(shown(f"{VISIBLE} {label}")[0])) == "".join(sorted("電話番号住所氏名生年月日氏名"))


def test_a_number_in_a_drawn_ring_is_one_character() -> None:
    ring = (
        "0.5 w 63 104 m 63 107.6 60.1 110.5 56.5 110.5 c 52.9 110.5 50 107.6 50 104 c "
        "50 100.4 52.9 97.5 56.5 97.5 c 60.1 97.5 63 100.4 63 104 c s"
    )
    page = read(pdf_bytes(f"{show('2', '123', 51.5, 100)} {ring}", characters="123"))
    assert ([glyph.text for glyph in page.glyphs], page.shapes) == (["②"], ())
