"""PDFs broken or made to harm, each with the outcomes that are right for it. All are made here, from seeds."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator
from typing import NamedTuple

READ = frozenset({"ok", "partial"})
SPENT = frozenset({"too_large", "timed_out", "out_of_memory"})
BROKEN = frozenset({"malformed", "no_pages", "no_text_layer", "not_a_pdf", "empty_file", "encrypted"})
ANY = READ | SPENT | BROKEN
"""Whatever it is, it has a reason; a worker that dies of it (`crashed`) is not among them."""

WORDS = "事業名個人情報の流れ"


class Hostile(NamedTuple):
    """A file, what it is, and the outcomes that are right."""

    name: str
    data: bytes
    right: frozenset[str]


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


def bombs() -> Iterator[Hostile]:
    """Few bytes that become very many."""
    million = 1_000_000
    yield Hostile("content of 300 MB of spaces", made(o8=deflated(b" " * (300 * million))), ANY)
    yield Hostile("content of 20 million operators", made(o8=deflated(LINE + b"q Q " * (20 * million))), ANY)
    twice = zlib.compress(zlib.compress(b"\0" * (2000 * million), 9), 9)
    yield Hostile("2 GB through two filters", made(o8=stream(twice, b"/Filter [/FlateDecode /FlateDecode]")), ANY)
    runs = stream(zlib.compress(b"\x81 " * (100 * million), 9), b"/Filter [/FlateDecode /RunLengthDecode]")
    yield Hostile("12 GB of run lengths", made(o8=runs), ANY)
    yield Hostile("character map of 200 MB", made(o5=deflated(cmap(more=b"<0001> <0002> " * (14 * million)))), ANY)
    long = b"1 beginbfchar <0001> <" + b"6771" * 100_000 + b"> endbfchar"
    shown = b"BT /F1 1 Tf 1 0 0 1 50 250 Tm <" + b"0001" * 20_000 + b"> Tj ET"
    yield Hostile("each character 100,000 characters", made(o5=stream(cmap(more=long)), o8=stream(shown)), ANY)
    wide = b"1 beginbfrange <0000> <FFFF> <4E00> endbfrange " * 2000
    yield Hostile("character map of endless ranges", made(o5=deflated(cmap(more=wide))), ANY)
    spaces = zlib.compress(b" " * (500 * million), 9)
    wrapped = b"/Type /ObjStm /N 5 /First 100 /Filter /FlateDecode"
    yield Hostile("object stream of 500 MB", made(o10=stream(spaces, wrapped), o7=PAGE), ANY)
    picture = b"/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceGray /BitsPerComponent 8"
    drawn = {"o8": stream(b"q 400 0 0 300 0 0 cm /I1 Do Q\n"), "o9": b"<< /XObject << /I1 10 0 R >> >>"}
    yield Hostile("picture of 3.6 billion pixels", made(**drawn, o10=deflated(b"\xff" * million, picture)), ANY)
    bits = picture.replace(b"Component 8", b"Component 1")
    yield Hostile(
        "bilevel picture of 3.6 billion pixels", made(**drawn, o10=deflated(b"\0" * (450 * million), bits)), ANY
    )
    yield Hostile("picture that is larger than its data", made(**drawn, o10=stream(b"\0" * 10, picture)), ANY)


def loops() -> Iterator[Hostile]:
    """Structures that lead back to themselves, or go on too long."""
    yield Hostile("page tree that holds itself", made(o2=b"<< /Type /Pages /Kids [2 0 R 7 0 R] /Count 2 >>"), ANY)
    yield Hostile("page tree of nothing but itself", made(o2=b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"), ANY)
    rings = {n: b"<< /Type /Pages /Parent 2 0 R /Kids [%d 0 R] >>" % (n + 1 if n < 29 else 20) for n in range(20, 30)}
    yield Hostile("page tree in a ring", built(objects(o2=b"<< /Type /Pages /Kids [20 0 R] >>") | rings), ANY)
    deep = {n: b"<< /Type /Pages /Parent %d 0 R /Kids [%d 0 R] /Count 1 >>" % (n - 1, n + 1) for n in range(20, 20_020)}
    deep[20_019] = b"<< /Type /Pages /Kids [7 0 R] /Count 1 >>"
    yield Hostile("page tree 20,000 deep", built(objects(o2=b"<< /Type /Pages /Kids [20 0 R] /Count 1 >>") | deep), ANY)
    kids = b"7 0 R " * 100_000
    yield Hostile("one page 100,000 times", made(o2=b"<< /Type /Pages /Kids [%s] /Count 100000 >>" % kids), ANY)
    yield Hostile("a count of 2 billion pages", made(o2=b"<< /Type /Pages /Kids [7 0 R] /Count 2147483647 >>"), ANY)
    pages = b"<< /Type /Page /Parent 2 0 R >> " * 40_000
    yield Hostile("40,000 empty pages", made(o2=b"<< /Type /Pages /Kids [%s] /Count 40000 >>" % pages), ANY)
    yield Hostile("an object that is itself", made(o8=b"8 0 R"), ANY)
    yield Hostile("a length that is its own stream", made(o8=b"<< /Length 8 0 R >>\nstream\n%s\nendstream" % LINE), ANY)
    yield Hostile("objects that name each other", made(o8=b"10 0 R", o10=b"11 0 R", o11=b"10 0 R"), ANY)
    start = SOUND.rindex(b"xref\n0")
    yield Hostile("cross-reference that comes before itself", made(trailer=b"/Prev %d" % start), ANY)
    yield Hostile("cross-reference before the file", made(trailer=b"/Prev -5"), ANY)
    yield Hostile("cross-reference beyond the file", made(trailer=b"/Prev 99999999999"), ANY)
    yield Hostile("cross-reference stream at itself", made(trailer=b"/XRefStm %d" % start), ANY)
    yield Hostile("2 billion objects announced", SOUND.replace(b"xref\n0 10\n", b"xref\n0 2147483647\n"), ANY)
    yield Hostile(
        "startxref at itself",
        SOUND[: SOUND.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % SOUND.rindex(b"startxref"),
        ANY,
    )
    form = (
        b"/Type /XObject /Subtype /Form /BBox [0 0 400 300] "
        b"/Resources << /XObject << /X1 %d 0 R >> /Font << /F1 3 0 R >> >>"
    )
    drawn = {"o8": stream(LINE + b"/X1 Do\n"), "o9": b"<< /Font << /F1 3 0 R >> /XObject << /X1 10 0 R >> >>"}
    yield Hostile("a form that draws itself", made(**drawn, o10=stream(LINE + b"/X1 Do", form % 10)), ANY)
    two = {10: stream(b"/X1 Do /X1 Do", form % 11), 11: stream(b"/X1 Do /X1 Do", form % 10)}
    yield Hostile("two forms that draw each other twice", built(objects(**drawn) | two), ANY)
    many = {n: stream(b"/X1 Do " * 10, form % (n + 1)) for n in range(10, 22)} | {22: stream(LINE, form % 22)}
    yield Hostile("a billion laughs of forms", built(objects(**drawn) | many), ANY)
    yield Hostile(
        "an outline in a ring",
        made(
            o1=b"<< /Type /Catalog /Pages 2 0 R /Outlines 10 0 R >>",
            o10=b"<< /First 11 0 R /Last 11 0 R >>",
            o11=b"<< /Title (x) /Parent 10 0 R /Next 11 0 R /First 10 0 R >>",
        ),
        READ,
    )
    yield Hostile(
        "names in a ring",
        made(o1=b"<< /Type /Catalog /Pages 2 0 R /Names << /Dests 10 0 R >> >>", o10=b"<< /Kids [10 0 R 10 0 R] >>"),
        READ,
    )
    yield Hostile(
        "annotations in a ring",
        made(
            o7=PAGE[:-2] + b"/Annots [10 0 R 10 0 R] >>",
            o10=b"<< /Type /Annot /Subtype /Widget /Parent 10 0 R /Kids [10 0 R] /Rect [0 0 9 9] >>",
        ),
        ANY,
    )
    yield Hostile("a character map that uses itself", made(o5=stream(cmap(more=b"/X usecmap"), b"/UseCMap 5 0 R")), ANY)
    yield Hostile(
        "a font that descends from itself",
        made(o3=b"<< /Type /Font /Subtype /Type0 /BaseFont /M /Encoding /Identity-H /DescendantFonts [3 0 R] >>"),
        ANY,
    )
    type3 = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] /FirstChar 0 /LastChar 1 "
        b"/Widths [1 1] /Encoding << /Differences [0 /a /b] >> /CharProcs << /a 10 0 R /b 10 0 R >> /Resources 9 0 R >>"
    )
    yield Hostile("a letter drawn by itself", made(o3=type3, o10=stream(LINE)), ANY)
    yield Hostile(
        "a colour space made of itself",
        made(
            o8=stream(LINE + b"/C1 cs 1 sc 0 0 9 9 re f"),
            o9=b"<< /Font << /F1 3 0 R >> /ColorSpace << /C1 10 0 R >> >>",
            o10=b"[/Indexed 10 0 R 1 <0000>]",
        ),
        ANY,
    )


def boxes() -> Iterator[Hostile]:
    """Pages of sizes that no paper has."""
    for box in (
        b"[0 0 1e9 1e9]",
        b"[0 0 1e38 1e38]",
        b"[-1e9 -1e9 1e9 1e9]",
        b"[0 0 0 0]",
        b"[400 300 0 0]",
        b"[0 0 1e-9 1e-9]",
        b"[0 0 400]",
        b"[/a /b /c /d]",
        b"[0 0 99999999999999999999 1]",
        b"[0 0 1 2000000]",
        b"[nan inf 0 0]",
        b"null",
        b"[0 0 [400] 300]",
        b"[0 0 0.4 14400]",
    ):
        page = PAGE.replace(b"[0 0 400 300]", box)
        yield Hostile(f"page of {box.decode()}", made(o7=page), ANY)
        picture = b"/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8"
        scan = {"o7": page, "o8": stream(b"q 1e9 0 0 1e9 0 0 cm /I1 Do Q\n"), "o9": b"<< /XObject << /I1 10 0 R >> >>"}
        yield Hostile(f"picture on a page of {box.decode()}", made(**scan, o10=stream(b"\0" * 64, picture)), ANY)
    for more in (
        b"/UserUnit 75000",
        b"/Rotate 45",
        b"/Rotate 1e30",
        b"/Rotate /x",
        b"/CropBox [1e9 1e9 2e9 2e9]",
        b"/CropBox [0 0 0 0]",
        b"/UserUnit 0",
        b"/Contents [8 0 R 8 0 R 99 0 R]",
    ):
        yield Hostile(f"page with {more.decode()}", made(o7=PAGE[:-2] + more + b" >>"), ANY)
    for place in (b"1e30 1e30", b"-1e9 5", b"99999999999999999999999 1", b"5 1e-30"):
        far = b"BT /F1 12 Tf 1 0 0 1 %s Tm <000100020003> Tj ET\n" % place
        yield Hostile(f"text at {place.decode()}", made(o8=stream(LINE + far)), ANY)
    for size in (b"1e30", b"-12", b"0", b"1e-30", b"1e300"):
        yield Hostile(
            f"text of size {size.decode()}", made(o8=stream(LINE + LINE.replace(b"12 Tf", size + b" Tf"))), ANY
        )
    for matrix in (b"0 0 0 0", b"1e30 0 0 1e30", b"1 1 1 1", b"1e-30 0 0 1e-30", b"nan 0 0 1"):
        yield Hostile(
            f"text by matrix {matrix.decode()}", made(o8=stream(LINE + LINE.replace(b"1 0 0 1", matrix))), ANY
        )
    for drawing in (
        b"1e30 w 0 0 m 1e30 1e30 l S",
        b"0 0 1e30 1e30 re S 0 0 -1 -1 re f",
        b"nan nan m 5 5 l S",
        b"0 0 m " + b"1 1 l " * 200_000 + b"S",
    ):
        yield Hostile(f"drawing {drawing[:24].decode()}", made(o8=deflated(LINE + drawing)), ANY)


def nests() -> Iterator[Hostile]:
    """Things in things in things."""
    for depth in (500, 20_000, 1_000_000):
        yield Hostile(f"array {depth} deep", made(o10=b"[" * depth + b"]" * depth), ANY)
        yield Hostile(
            f"array {depth} deep in the page", made(o7=PAGE[:-2] + b"/X " + b"[" * depth + b"]" * depth + b" >>"), ANY
        )
        yield Hostile(
            f"dictionary {depth} deep",
            made(o7=PAGE[:-2] + b"/X " + b"<< /X " * depth + b"1" + b">> " * depth + b">>"),
            ANY,
        )
        yield Hostile(
            f"array {depth} deep in the content", made(o8=deflated(LINE + b"[" * depth + b"]" * depth + b" TJ")), ANY
        )
        yield Hostile(f"{depth} states saved", made(o8=deflated(b"q " * depth + LINE)), ANY)
        yield Hostile(f"parentheses {depth} deep", made(o8=deflated(LINE + b"(" * depth + b")" * depth + b" Tj")), ANY)
        yield Hostile(f"{depth} marked contents", made(o8=deflated(b"/P BMC " * depth + LINE)), ANY)
        yield Hostile(f"names {depth} long", made(o8=deflated(LINE + b"/" + b"x" * depth + b" gs")), ANY)
    yield Hostile("50 filters", made(o8=stream(LINE, b"/Filter [" + b"/ASCIIHexDecode " * 50 + b"]")), ANY)
    yield Hostile("a filter nobody knows", made(o8=stream(LINE, b"/Filter /Secret")), ANY)
    yield Hostile("text open to the end", made(o8=stream(LINE + b"(" + b"x" * 100_000)), ANY)


def crowds() -> Iterator[Hostile]:
    """So much on one page that whatever compares all with all never ends."""

    def glyphs(count: int, dx: int, dy: int) -> bytes:
        line = b"".join(b"1 0 0 1 %d %d Tm <%04X> Tj " % (n * dx % 400, n * dy % 300, n % 10 + 1) for n in range(count))
        return b"BT /F1 3 Tf " + line + b"ET\n"

    yield Hostile("100,000 characters, everywhere", made(o8=deflated(glyphs(100_000, 7, 11))), ANY)
    yield Hostile("30,000 characters in one place", made(o8=deflated(glyphs(30_000, 0, 0))), ANY)
    digits = "1１億円,.（)第条①・〜0-/令和年月日時頃"
    font = stream(cmap(digits))
    for pattern in ("1", "１,", "（", "1.", "第1条", "令和1年", "①", "・", "1億", "(1)", "1-", "1/"):
        codes = b"".join(b"%04X" % (digits.index(c) + 1 if c in digits else 9) for c in pattern)
        shown = b"BT /F1 0.01 Tf 1 0 0 1 50 250 Tm <" + codes * (20_000 // len(pattern)) + b"> Tj ET\n"
        yield Hostile(f"20,000 characters of {pattern}", made(o5=font, o8=deflated(shown)), ANY)
    grid = b"".join(b"%d 0 m %d 300 l S 0 %d m 400 %d l S\n" % (n % 400, n % 400, n % 300, n % 300) for n in range(400))
    yield Hostile("a grid of 400 by 300", made(o8=deflated(LINE + grid)), ANY)
    slanted = b"".join(
        b"%d %d m %d %d l S\n" % (n * 7 % 400, n * 13 % 300, n * 11 % 400, n * 17 % 300) for n in range(30_000)
    )
    yield Hostile("30,000 slanting strokes", made(o8=deflated(LINE + slanted)), ANY)
    rects = b"".join(b"%d %d 9 9 re S\n" % (n * 7 % 391, n * 13 % 291) for n in range(30_000))
    yield Hostile("30,000 boxes", made(o8=deflated(LINE + rects)), ANY)
    curves = b"".join(
        b"%d %d m 1 2 3 4 %d %d c S\n" % (n * 7 % 400, n * 13 % 300, n * 3 % 400, n * 5 % 300) for n in range(30_000)
    )
    yield Hostile("30,000 curves", made(o8=deflated(LINE + curves)), ANY)
    pictures = b"".join(b"q 9 0 0 9 %d %d cm /I1 Do Q\n" % (n * 7 % 391, n * 13 % 291) for n in range(10_000))
    picture = b"/Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8"
    yield Hostile(
        "10,000 pictures",
        made(
            o8=deflated(LINE + pictures),
            o9=b"<< /Font << /F1 3 0 R >> /XObject << /I1 10 0 R >> >>",
            o10=stream(b"\0\xff\xff\0", picture),
        ),
        ANY,
    )


def locked() -> Iterator[Hostile]:
    """PDFs that need a password nobody has, or are locked in a way that nobody knows."""
    junk = bytes(range(32)).hex().encode()
    standard = b"/Filter /Standard /P -4 /O <%s> /U <%s> "
    short, long = standard % (junk, junk), standard % (junk + junk[:32], junk + junk[:32])
    filtered = b"/CF << /StdCF << /CFM /%s >> >> /StmF /StdCF /StrF /StdCF "
    keys = b"/OE <%s> /UE <%s> /Perms <%s>" % (junk, junk, junk[:32])
    for name, lock in {
        "RC4, 40 bits": short + b"/V 1 /R 2",
        "RC4, 128 bits": short + b"/V 2 /R 3 /Length 128",
        "AES, 128 bits": short + b"/V 4 /R 4 /Length 128" + filtered % b"AESV2",
        "AES, 256 bits": long + b"/V 5 /R 6 /Length 256" + filtered % b"AESV3" + keys,
        "a handler nobody knows": b"/Filter /Secret /V 1 /R 2",
    }.items():
        yield Hostile(
            f"locked by {name}", made(trailer=b"/ID [<00><00>] /Encrypt << %s >>" % lock), frozenset({"encrypted"})
        )
    yield Hostile("locked by nothing", made(trailer=b"/Encrypt 99 0 R"), ANY)
    yield Hostile("locked by itself", made(trailer=b"/Encrypt 10 0 R", o10=b"10 0 R"), ANY)


def active() -> Iterator[Hostile]:
    """Documents that would do something, call somewhere or bring something along: they are read, nothing is done."""
    script = b"<< /S /JavaScript /JS (app.alert\\(1\\); while\\(true\\){}) >>"
    catalogue = b"<< /Type /Catalog /Pages 2 0 R %s >>"
    inner = deflated(SOUND, b"/Type /EmbeddedFile")
    calls = b"http://127.0.0.1:9/"
    for name, changed in {
        "JavaScript on opening": {"o1": catalogue % (b"/OpenAction " + script)},
        "JavaScript by name": {"o1": catalogue % b"/Names << /JavaScript << /Names [(a) 10 0 R] >> >>", "o10": script},
        "JavaScript on each page": {"o7": PAGE[:-2] + b"/AA << /O " + script + b" >> >>"},
        "a program to launch": {"o1": catalogue % b"/OpenAction << /S /Launch /F (/bin/sh) >>"},
        "an address to open": {"o1": catalogue % (b"/OpenAction << /S /URI /URI (" + calls + b") >>")},
        "a form to send": {
            "o1": catalogue % (b"/OpenAction << /S /SubmitForm /F << /FS /URL /F (" + calls + b") >> >>")
        },
        "a file within": {
            "o1": catalogue % b"/Names << /EmbeddedFiles << /Names [(a.pdf) 10 0 R] >> >>",
            "o10": b"<< /Type /Filespec /F (a.pdf) /EF << /F 11 0 R >> >>",
            "o11": inner,
        },
        "a file that bursts within": {
            "o1": catalogue % b"/Names << /EmbeddedFiles << /Names [(a) 10 0 R] >> >>",
            "o10": b"<< /Type /Filespec /F (a) /EF << /F 11 0 R >> >>",
            "o11": deflated(b"\0" * 200_000_000, b"/Type /EmbeddedFile"),
        },
        "an XFA form": {
            "o1": catalogue % b"/AcroForm << /XFA 10 0 R /Fields [] >>",
            "o10": stream(b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c SYSTEM "file:///etc/passwd">]><x>&c;</x>'),
        },
        "metadata with an entity": {
            "o1": catalogue % b"/Metadata 10 0 R",
            "o10": stream(
                b'<!DOCTYPE x [<!ENTITY c SYSTEM "file:///etc/passwd">]><x>&c;</x>', b"/Type /Metadata /Subtype /XML"
            ),
        },
        "a portfolio": {"o1": catalogue % b"/Collection << /View /T >>"},
    }.items():
        yield Hostile(f"with {name}", made(**changed), frozenset({"ok"}))
    outside = b"<< /Length 0 /F << /FS /URL /F (%s) >> >>\nstream\n\nendstream" % calls
    yield Hostile("content from outside", made(o8=outside), ANY)
    yield Hostile("content from another file", made(o8=b"<< /Length 0 /F (/etc/passwd) >>\nstream\n\nendstream"), ANY)


def no_pdfs() -> Iterator[Hostile]:
    """Files that are none, and nearly none."""
    noise = random.Random("noise").randbytes(20_000)
    for name, data, right in (
        ("nothing", b"", {"empty_file"}),
        ("a page of the web", b"<!DOCTYPE html><html><title>404</title></html>", {"not_a_pdf"}),
        ("noise", noise, {"not_a_pdf"}),
        ("zeros", b"\0" * 100_000, {"not_a_pdf"}),
        ("a ZIP", b"PK\x03\x04" + noise, {"not_a_pdf"}),
        ("a header alone", b"%PDF-1.7\n", {"malformed"}),
        ("a header and noise", b"%PDF-1.7\n" + noise, {"malformed"}),
        ("a header and an end", b"%PDF-1.7\nstartxref\n0\n%%EOF\n", {"malformed", "no_pages"}),
        ("a header and zeros", b"%PDF-1.7\n" + b"\0" * 1_000_000, {"malformed"}),
        ("an end alone", b"%%EOF\n", {"not_a_pdf"}),
        ("a PDF after a page of the web", b"<html>" + SOUND, ANY),
        ("a PDF late in the file", b"\n" * 2000 + SOUND, {"not_a_pdf"}),
        ("two PDFs", SOUND + SOUND, ANY),
        ("a PDF and noise", SOUND + noise, ANY),
        ("a PDF as text", SOUND.replace(b"\n", b"\r\n"), ANY),
        ("a PDF backwards", SOUND[::-1], {"not_a_pdf"}),
        ("a PDF without its references", SOUND[: SOUND.rindex(b"xref\n0")] + b"startxref\n0\n%%EOF\n", ANY),
        ("a catalogue that is a number", made(o1=b"5"), ANY),
        ("a catalogue without pages", made(o1=b"<< /Type /Catalog >>"), ANY),
        ("kids that are a number", made(o2=b"<< /Type /Pages /Kids 5 /Count 1 >>"), ANY),
        ("resources that are a number", made(o9=b"5"), ANY),
        ("a font that is a number", made(o3=b"5"), ANY),
        ("contents that are a number", made(o8=b"5"), ANY),
    ):
        yield Hostile(name, data, frozenset(right))


def truncated() -> Iterator[Hostile]:
    """Two sound documents cut off at every tenth."""
    long = built(
        objects(
            o2=b"<< /Type /Pages /Kids [7 0 R 10 0 R 12 0 R] /Count 3 >>",
            o10=PAGE.replace(b"8 0", b"11 0"),
            o11=deflated(LINE + GRID),
            o12=PAGE,
        )
    )
    for name, data in (("one page", SOUND), ("three pages", long)):
        for tenth in range(1, 10):
            yield Hostile(f"{name} cut off at {tenth}/10", data[: len(data) * tenth // 10], BROKEN)


def flipped(count: int, seed: str = "flips") -> Iterator[Hostile]:
    """A sound document with a few bytes or bits changed, or a piece lost, doubled or moved."""
    chance = random.Random(seed)
    for number in range(count):
        data = bytearray(SOUND)
        for _ in range(chance.choice((1, 1, 3, 10, 40))):
            place = chance.randrange(len(data))
            kind = chance.randrange(5)
            if kind == 0:
                data[place] ^= 1 << chance.randrange(8)
            elif kind == 1:
                data[place] = chance.randrange(256)
            elif kind == 2:
                del data[place : place + chance.randrange(1, 30)]
            elif kind == 3:
                data[place:place] = data[place : place + chance.randrange(1, 60)]
            else:
                digits = [n for n, byte in enumerate(data) if 48 <= byte <= 57]
                data[chance.choice(digits)] = chance.choice(b"0123456789")
        yield Hostile(f"bytes changed, {number}", bytes(data), ANY)


def every(flips: int) -> Iterator[Hostile]:
    """All of them, with so many of bytes changed at random."""
    for family in (no_pdfs, truncated, locked, active, boxes, loops, nests, bombs, crowds):
        yield from family()
    yield from flipped(flips)
