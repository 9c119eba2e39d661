"""What lies on a page as annotations, and pages whose content is damaged."""

from __future__ import annotations

import zlib

import pytest
from hostile.making import LINE, PAGE, WORDS, cmap, made, stream
from pdfs import read

from pipeline.documents.document import extract_document
from pipeline.extraction import Source

FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 100 20] /Resources 9 0 R"
NAME = "山田太郎"


def with_annotation(annotation: bytes, appearance: bytes = b"", rect: bytes = b"[100 100 200 120]") -> bytes:
    """The sound page with one annotation whose appearance shows a name at (2, 5) of its box."""
    codes = b"".join(b"%04X" % (len(WORDS) + 1 + n) for n in range(len(NAME)))
    shown = stream(b"BT /F1 10 Tf 1 0 0 1 2 5 Tm <" + codes + b"> Tj ET", FORM + appearance)
    return made(
        o5=stream(cmap(WORDS + NAME)),
        o7=PAGE[:-2] + b"/Annots [10 0 R] >>",
        o10=b"<< /Type /Annot /Rect %s /AP << /N 11 0 R >> %s >>" % (rect, annotation),
        o11=shown,
    )


@pytest.mark.parametrize(
    "annotation",
    [b"/Subtype /Widget /FT /Tx", b"/Subtype /FreeText", b"/Subtype /Stamp", b"/Subtype /Widget /Parent << /FT /Ch >>"],
    ids=["a field", "a note", "a stamp", "a choice"],
)
def test_what_is_seen_is_read_where_it_is_seen(annotation: bytes) -> None:
    name = [glyph for glyph in read(with_annotation(annotation)).glyphs if glyph.text in NAME]
    assert "".join(glyph.text for glyph in name) == NAME
    assert [round(glyph.box.x0) for glyph in name] == [102, 112, 122, 132]
    assert name[0].box.bottom == pytest.approx(300 - 105 + 1.2, abs=0.1)


def test_an_appearance_is_stretched_to_its_place_on_the_page() -> None:
    page = read(with_annotation(b"/Subtype /Stamp", b" /Matrix [2 0 0 2 7 7]"))
    wide = read(with_annotation(b"/Subtype /Stamp", rect=b"[300 120 100 100]"))
    assert [round(g.box.x0) for g in page.glyphs if g.text in NAME] == [102, 112, 122, 132]
    assert [round(g.box.x0) for g in wide.glyphs if g.text in NAME] == [104, 124, 144, 164]


@pytest.mark.parametrize(
    "annotation",
    [
        b"/Subtype /Widget /FT /Tx /F 2",
        b"/Subtype /Stamp /F 32",
        b"/Subtype /Widget /FT /Btn",
        b"/Subtype /Widget /Parent << /FT /Btn >>",
        b"/Subtype /Highlight",
        b"/Subtype /Stamp /AP 5",
        b"/F 0",
    ],
    ids=[
        "hidden",
        "not for the screen",
        "a box to tick",
        "one by its field",
        "a highlight",
        "no look",
        "no kind",
    ],
)
def test_what_is_not_seen_or_broken_takes_nothing_of_the_page_away(annotation: bytes) -> None:
    assert "".join(glyph.text for glyph in read(with_annotation(annotation)).glyphs) == WORDS


@pytest.mark.parametrize("rect", [b"[1 2 3]", b"[/a /b /c /d]", b"null", b"10 0 R"])
def test_an_annotation_without_a_place_is_passed_over(rect: bytes) -> None:
    assert "".join(glyph.text for glyph in read(with_annotation(b"/Subtype /Stamp", rect=rect)).glyphs) == WORDS


def damaged(cut: int, changed: int | None = None) -> bytes:
    """The page with a content of many lines, packed, without its last `cut` bytes and with one byte changed."""
    packed = bytearray(zlib.compress(b"".join(LINE.replace(b"250 Tm", b"%d Tm" % y) for y in range(20, 280, 13)), 1))
    if changed is not None:
        packed[changed] ^= 0xFF
    return made(o8=stream(bytes(packed[: len(packed) - cut]), b"/Filter /FlateDecode"))


@pytest.mark.parametrize("data", [damaged(30), damaged(0, changed=-2)], ids=["cut off", "changed"])
def test_a_damaged_content_is_said_with_what_could_be_read_of_it(data: bytes) -> None:
    extraction = extract_document(data, Source("damaged.pdf"))
    assert [(row["rule"], row["page"]) for row in extraction.rows["findings"] if row["severity"] == "error"] == [
        ("content_damaged", 1)
    ]
    assert extraction.rows["pages"][0]["char_count"] > 0


@pytest.mark.parametrize("cut", [0, 4], ids=["whole", "without its sum"])
def test_a_content_that_lost_nothing_is_not_damaged(cut: int) -> None:
    page = read(damaged(cut))
    assert page.notes == ()
    assert len(page.glyphs) == 20 * len(WORDS)
