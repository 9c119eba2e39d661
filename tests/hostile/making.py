"""A small sound PDF, object by object, and how any of its objects is put in another's place."""

from __future__ import annotations

import zlib
from typing import NamedTuple

READ = frozenset({"ok", "partial"})
SPENT = frozenset({"too_large", "timed_out", "out_of_memory"})
BROKEN = frozenset({"malformed", "no_pages", "no_text_layer", "not_a_pdf", "empty_file", "encrypted"})
ANY = READ | SPENT | BROKEN
"""Whatever it is, it has a reason; a worker that dies of it (`crashed`) is not among them."""

TELLING = frozenset({"page_unreadable", "content_damaged", "picture_damaged", "files_within", "form_not_shown"})
"""The findings that say that something is missing, or was not looked at."""

WORDS = "事業名個人情報の流れ"


class Hostile(NamedTuple):
    """A file, what it is, and the outcomes that are right; where something is `lost`, a finding must say so."""

    name: str
    data: bytes
    right: frozenset[str]
    lost: bool = False


def stream(body: bytes, extra: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(body), extra, body)


def deflated(body: bytes, extra: bytes = b"") -> bytes:
    return stream(zlib.compress(body, 9), b"/Filter /FlateDecode " + extra)


def cmap(characters: str = WORDS, more: bytes = b"") -> bytes:
    mapped = b"\n".join(b"<%04X> <%s>" % (n, c.encode("utf-16-be").hex().encode()) for n, c in enumerate(characters, 1))
    return (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def "
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n%d beginbfchar\n%s\nendbfchar %s endcmap end end"
        % (len(characters), mapped, more)
    )


LINE = b"BT /F1 12 Tf 1 0 0 1 50 250 Tm <" + b"".join(b"%04X" % n for n in range(1, len(WORDS) + 1)) + b"> Tj ET\n"
GRID = b"".join(
    b"50 %d m 350 %d l S %d 50 m %d 200 l S\n" % (y, y, x, x)
    for y, x in zip(range(50, 201, 30), range(50, 351, 60), strict=True)
)
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Contents 8 0 R /Resources 9 0 R >>"


def objects(**changed: bytes) -> dict[int, bytes]:
    """A small sound document of one page by object number; `o8=…` puts another body in the place of object 8."""
    parts = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [7 0 R] /Count 1 >>",
        3: b"<< /Type /Font /Subtype /Type0 /BaseFont /Made /Encoding /Identity-H /DescendantFonts [4 0 R] "
        b"/ToUnicode 5 0 R >>",
        4: b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Made /CIDSystemInfo << /Registry (Adobe) "
        b"/Ordering (Identity) /Supplement 0 >> /DW 1000 /FontDescriptor 6 0 R >>",
        5: stream(cmap()),
        6: b"<< /Type /FontDescriptor /FontName /Made /Flags 4 /FontBBox [0 -120 1000 880] /ItalicAngle 0 "
        b"/Ascent 880 /Descent -120 /CapHeight 700 /StemV 80 >>",
        7: PAGE,
        8: stream(LINE + GRID),
        9: b"<< /Font << /F1 3 0 R >> >>",
    }
    parts.update({int(name[1:]): body for name, body in changed.items()})
    return parts


def built(parts: dict[int, bytes], trailer: bytes = b"", tail: bytes = b"") -> bytes:
    """The objects as a file with a plain cross-reference table."""
    out = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, body in parts.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, last = len(out), max(parts)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (last + 1)
    for number in range(1, last + 1):
        out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
    out += b"trailer << /Size %d /Root 1 0 R %s >>\n%sstartxref\n%d\n%%%%EOF\n" % (last + 1, trailer, tail, start)
    return bytes(out)


def made(trailer: bytes = b"", tail: bytes = b"", **changed: bytes) -> bytes:
    return built(objects(**changed), trailer, tail)


SOUND = made()
