"""PDFs of which little becomes very much."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from hostile.making import ANY, LINE, PAGE, Hostile, cmap, deflated, made, stream


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
