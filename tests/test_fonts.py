"""The tables of characters of a font: read fast where they are plain, as pdfminer reads them."""

from __future__ import annotations

import io

import pytest
from hostile.making import made, stream
from pdfminer.cmapdb import CMapParser, FileUnicodeMap
from pdfs import pdf_bytes, show

from extractors.pages.fonts import characters_of
from extractors.pages.opening import open_pdf
from extractors.pages.text_layer import read_page

HEAD = b"/CIDInit /ProcSet findresource begin begincmap /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
PLAIN = {
    "single": b"2 beginbfchar <0001> <5BE9> <02><8B70> endbfchar",
    "two sections": b"1 beginbfchar\n<0001> <5BE9>\nendbfchar\n2 beginbfrange\n<0005> <0007> <3042>\n"
    b"<0008><0009><D842DFB7>\nendbfrange\nendcmap end end",
    "listed": b"1 beginbfrange <0001> <0003> [<5BE9> <8B70> <4F1A4F1A>] endbfrange",
    "listed too short": b"1 beginbfrange <0001> <0005> [<5BE9>] endbfrange",
    "a ligature": b"1 beginbfchar <0003> <006600660069> endbfchar",
    "nothing": b"1 beginbfchar <0003> <> endbfchar 0 beginbfrange endbfrange",
    "no-break space after space": b"2 beginbfchar <0003> <0020> <0003> <00A0> endbfchar",
    "over the end of a byte": b"1 beginbfrange <00FE> <0101> <00FE> endbfrange",
    "backwards": b"1 beginbfrange <0009> <0003> <3042> endbfrange",
}
ODD = {
    "a name": b"1 beginbfchar <0003> /space <0004> <3042> endbfchar",
    "half a byte": b"1 beginbfchar <003> <3042> endbfchar",
    "spaces within": b"1 beginbfchar <00 03> <30 42> endbfchar",
    "of two lengths": b"1 beginbfrange <03> <0005> <3042> endbfrange",
    "a comment within": b"1 beginbfchar <0003> <3042> % <0004> <3044>\n endbfchar",
    "in a comment": b"% 1 beginbfchar <0003> <3042> endbfchar\n1 beginbfchar <0004> <3044> endbfchar",
    "after another table": b"1 beginbfchar <0004> <3044> endbfchar endcmap begincmap "
    b"1 beginbfchar <0005> <3046> endbfchar",
    "never closed": b"1 beginbfchar <0004> <3044>",
    "a character of a collection": b"1 begincidrange <0003> <0005> 7 endcidrange 1 beginbfchar <0004> <3044> endbfchar",
    "another map": b"/Identity-H usecmap 1 beginbfchar <0004> <3044> endbfchar",
    "none": b"1 begincodespacerange <0000> <FFFF> endcodespacerange",
}


def by_pdfminer(table: bytes) -> dict[int, str]:
    characters = FileUnicodeMap()
    CMapParser(characters, io.BytesIO(table)).run()
    return characters.cid2unichr


@pytest.mark.parametrize("sections", PLAIN.values(), ids=PLAIN.keys())
def test_a_plain_table_is_read_as_pdfminer_reads_it(sections: bytes) -> None:
    found = characters_of(HEAD + sections)
    assert found is not None
    assert found.cid2unichr == by_pdfminer(HEAD + sections)


def test_a_glyph_without_a_known_name_is_no_character_of_the_usual_encoding() -> None:
    font = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [.1 0 0 .1 0 0] /FirstChar 65 /LastChar 67 "
        b"/Widths [9 9 9] /CharProcs << >> /Encoding << /Differences [65 /g3266 /B 67 /uni3042] >> >>"
    )
    data = made(o3=font, o8=stream(b"BT /F1 12 Tf 1 0 0 1 50 250 Tm (ABC) Tj ET"))
    with open_pdf(data) as pdf:
        page = read_page(pdf.pages[0])
    assert ["".join(g.text for g in page.glyphs), page.unreadable] == ["\N{REPLACEMENT CHARACTER}Bあ", 1]


@pytest.mark.parametrize("sections", ODD.values(), ids=ODD.keys())
def test_an_odd_table_is_left_to_pdfminer(sections: bytes) -> None:
    assert characters_of(HEAD + sections) is None


def test_a_range_that_no_font_has_is_left_to_the_limits() -> None:
    assert characters_of(b"1 beginbfrange <00000000> <FFFFFFFF> <3042> endbfrange") is None


def test_the_characters_come_out_on_the_page() -> None:
    with open_pdf(pdf_bytes(show("審議会", "会審議", 20, 50), characters="会審議")) as pdf:
        assert "".join(glyph.text for glyph in read_page(pdf.pages[0]).glyphs) == "審議会"
