"""Content streams run fast give what pdfminer's own interpreter gives, whatever stands in them."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from pdfminer.layout import LTChar, LTContainer, LTCurve, LTImage
from pdfs import pdf_bytes

from extractors.pages.content_stream import layout_of

SAMPLES = Path(__file__).parent.parent / "samples"


def items(container: Any) -> Iterator[tuple[Any, ...]]:
    """All that the reader of text layers asks of what stands on a page."""
    for item in container:
        if isinstance(item, LTContainer):
            yield from items(item)
        elif isinstance(item, LTChar):
            yield "character", item.get_text(), item.bbox, item.matrix
        elif isinstance(item, LTCurve):
            yield (type(item).__name__, item.bbox, item.pts, item.linewidth, item.stroke, item.fill,
                   item.non_stroking_color, item.original_path, item.dashing_style)  # fmt: skip
        elif isinstance(item, LTImage):
            yield "picture", item.bbox, item.srcsize


def both(data: bytes) -> Iterator[tuple[Any, Any]]:
    """Each page's items by us and by pdfplumber, or the errors that they raise instead."""

    def told(page: Any, how: Any) -> Any:
        try:
            return list(items(how(page)))
        except Exception as error:
            return type(error), [type(cause) for cause in error.args]

    with pdfplumber.open(io.BytesIO(data)) as mine, pdfplumber.open(io.BytesIO(data)) as theirs:
        for page, other in zip(mine.pages, theirs.pages, strict=True):
            yield told(page, layout_of), told(other, lambda one: one.layout)
            page.close()
            other.close()


@pytest.mark.parametrize("name", ["r5q1-mixed-excerpt", "r5q1-scan-excerpt"])
def test_a_sample_is_the_same_item_by_item(name: str) -> None:
    pages = list(both((SAMPLES / f"{name}.pdf").read_bytes()))
    assert len(pages) > 3
    for mine, theirs in pages:
        assert mine == theirs


TEXT = "BT /F1 10 Tf 1 0 0 1 20 {y} Tm {words} ET"
ODD = {
    "strings": TEXT.format(y=20, words=r"(\000\001\0\2) Tj [(\000\001) -250 (\000\002)] TJ"),
    "escapes": TEXT.format(y=20, words="(\\000\\1\\\n\\\r\n\\q\\000\\2) Tj (\\000\\050) Tj (\\(\\)) Tj"),
    "brackets in a string": TEXT.format(y=20, words="(a(b)c) Tj <0001> Tj") + " 10 10 50 60 re S",
    "an octal code too large": TEXT.format(y=20, words=r"(\777) Tj <0001> Tj"),
    "odd digits": TEXT.format(y=20, words="<00010> Tj <00 01\n00 02> Tj <> Tj <0001>> Tj"),
    "quotes": TEXT.format(y=20, words="12 TL <0001> ' 1 2 <0002> \" T* <0001> Tj"),
    "numbers": "-.5 w +3 w 4. w . w - w --5 w 10 10 5-3 1.2.3 re S 0.5.5 w 10 20 m 30 20.5 l S 1e5 w",
    "a name with a code": "/F#31 10 Tf /N#ZZ gs 10 10 20 20 re S",
    "an inline picture": "q 50 0 0 50 10 10 cm BI /W 2 /H 2 /BPC 8 /CS /G ID abcd EI Q 10 10 30 40 re S",
    "inline words in an array": "[ 1 BI 2 ] 0 d 10 10 20 20 re S",
    "marked content": "/P << /MCID 0 /A [1 2 /B] /C << /D (x) >> >> BDC 10 10 20 20 re f EMC",
    "a broken dictionary": "/P << /A 1 /B >> BDC 10 10 20 20 re f",
    "unopened": "] 10 10 20 20 re S >> 5 w } { 10 40 20 20 re S",
    "unclosed": "[ 1 2 10 10 20 20 re S",
    "wrongly closed": "[ 1 << 2 ] 10 10 20 20 re S >> ] 10 30 20 20 re S",
    "too few operands": "10 10 20 re S 5 10 10 20 20 re S w",
    "operands left over": "1 2 3 4 5 10 10 20 20 re S 1 0 0 nonsense rg 1 0 0 rg 10 50 20 20 re f",
    "colours": "/Cs1 cs 0.1 0.2 0.3 sc 10 10 20 20 re f 0.5 scn 1 0 0 0 k 40 10 20 20 re f true 0 g 9 9 4 4 re f",
    "comments": "10 10 % a comment ( [ <<\n20 20 re S%at the end",
    "words that are none": "true false null 10 10 20 20 re S [null true (x)] 0 d 10 40 m 50 40 l S",
    "white space": "\x00\x00 10\x0010\x0c20 20\x0bre S\x00 \t\r\n",
    "other signs": "* & ~ 10 10 20 20 re S # 10 40 20 20 re S",
    "nothing": "",
}


@pytest.mark.parametrize("content", ODD.values(), ids=ODD.keys())
def test_what_is_odd_is_read_as_pdfminer_reads_it(content: str) -> None:
    ((mine, theirs),) = both(pdf_bytes(content, characters="審議会"))
    assert mine == theirs


def test_streams_of_any_pieces_are_read_as_pdfminer_reads_them() -> None:
    pieces = [
        "1", "-2.5", "10 10 20 20 re", "S", "f", "q", "Q", "1 0 0 1 3 4 cm", "BT /F1 9 Tf", "ET", "<0001>", "<00 02>",
        "Tj", "(\\000\\001)", "(\\000(\\001)", "[(\\000\\003) 20]", "TJ", "[", "]", "<<", ">>", "/N", "/A#42", "true",
        "m", "5 6 m", "20 30 l", "h", "1 2 3 4 5 6 c", "w", "[3 2] 0 d", "%x\n", "rg", "0 0 1 rg", "'", "{", "}", "#",
        "BI /W 1 /H 1 /BPC 8 /CS /G ID x EI", ")", "null", "10 20 Td", "T*", "EI",
    ]  # fmt: skip
    draw = random.Random(9)
    contents = [draw.choice((" ", "\n", "")).join(draw.choices(pieces, k=40)) for _ in range(300)]
    drawn = failed = 0
    for content, (mine, theirs) in zip(contents, both(pdf_bytes(*contents, characters="審議会")), strict=True):
        assert mine == theirs, content
        drawn += isinstance(mine, list) and len(mine) > 0
        failed += isinstance(mine, tuple)
    assert drawn > 50
