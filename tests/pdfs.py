"""Small PDFs written by hand, operator by operator, for what no setting program would write on purpose."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pdfplumber

from extractors.pages.page import Page
from extractors.pages.text_layer import read_page


def pdf_bytes(*contents: str, characters: str = "", page: str = "") -> bytes:
    """A PDF with a page a content stream. Font /F1 shows the n-th of `characters` for the code <000n>, one em wide.

    `page` is put into each page's dictionary (such as /Rotate 90).
    """
    mapped = "\n".join(f"<{n:04X}> <{c.encode('utf-16-be').hex()}>" for n, c in enumerate(characters, 1))
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def "
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{len(characters)} beginbfchar\n{mapped}\nendbfchar endcmap end end"
    )
    kids = " ".join(f"{10 + 2 * n} 0 R" for n in range(len(contents)))
    objects = {
        1: "<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>",
        3: "<< /Type /Font /Subtype /Type0 /BaseFont /Made /Encoding /Identity-H /DescendantFonts [4 0 R] "
        "/ToUnicode 5 0 R >>",
        4: "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Made /CIDSystemInfo << "
        "/Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 1000 /FontDescriptor 6 0 R >>",
        5: f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
        6: "<< /Type /FontDescriptor /FontName /Made /Flags 4 /FontBBox [0 -120 1000 880] /ItalicAngle 0 /Ascent 880 "
        "/Descent -120 /CapHeight 700 /StemV 80 >>",
    }
    for n, content in enumerate(contents):
        objects[10 + 2 * n] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Contents {11 + 2 * n} 0 R "
            f"/Resources << /Font << /F1 3 0 R >> >> {page} >>"
        )
        objects[11 + 2 * n] = f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, io.SEEK_END)
    offsets = {}
    for number, body in objects.items():
        offsets[number] = out.tell()
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1"))
    start = out.tell()
    last = max(objects)
    out.write(f"xref\n0 {last + 1}\n0000000000 65535 f \n".encode())
    for number in range(1, last + 1):
        at = offsets.get(number)
        out.write(f"{at:010d} 00000 n \n".encode() if at else b"0000000000 65535 f \n")
    out.write(f"trailer << /Size {last + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def show(text: str, characters: str, x: float, y: float, size: float = 10, matrix: str | None = None) -> str:
    """The operators that show `text` at (x, y), origin lower left; `matrix` stands for a b c d of the text matrix."""
    codes = "".join(f"{characters.index(c) + 1:04X}" for c in text)
    return f"BT /F1 {size} Tf {matrix or '1 0 0 1'} {x} {y} Tm <{codes}> Tj ET\n"


@contextmanager
def first_page(data: bytes) -> Iterator[Any]:
    """The first page as pdfplumber has it."""
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        yield pdf.pages[0]
        pdf.pages[0].close()


def read(data: bytes) -> Page:
    """The first page as the text layer's reader gives it."""
    with first_page(data) as page:
        return read_page(page)
