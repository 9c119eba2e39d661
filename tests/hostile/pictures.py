"""PDFs with pictures that are broken, too large, or not what they say; beside each stands a sound page of text."""

from __future__ import annotations

import io
import random
import zlib
from collections.abc import Iterator

from PIL import Image, ImageDraw

from hostile.making import ANY, LINE, PAGE, READ, Hostile, made, stream

SIDE = 600
"""Pixels of the sound pictures, which show bars."""


def bars() -> Image.Image:
    """A picture with much on it, top to bottom."""
    picture = Image.new("L", (SIDE, SIDE), 255)
    draw = ImageDraw.Draw(picture)
    for y in range(20, SIDE, 40):
        draw.rectangle((20, y, SIDE - 20, y + 12), fill=0)
    return picture


def encoded(kind: str, mode: str = "L", **options: object) -> bytes:
    """The bars as a JPEG or a JPEG 2000."""
    out = io.BytesIO()
    bars().convert(mode).save(out, kind, **options)
    return out.getvalue()


def beside(body: bytes, said: bytes, width: int = SIDE, height: int = SIDE, bits: int = 8) -> bytes:
    """A page of text, and one that a picture covers."""
    head = b"/Type /XObject /Subtype /Image /Width %d /Height %d " % (width, height)
    if b"/ImageMask" not in said:
        head += b"/BitsPerComponent %d " % bits + (b"" if b"/ColorSpace" in said else b"/ColorSpace /DeviceGray ")
    return made(
        o2=b"<< /Type /Pages /Kids [7 0 R 10 0 R] /Count 2 >>",
        o10=PAGE.replace(b"8 0 R", b"11 0 R").replace(b"9 0 R", b"12 0 R"),
        o11=stream(b"q 400 0 0 300 0 0 cm /I1 Do Q\n"),
        o12=b"<< /XObject << /I1 13 0 R >> >>",
        o13=stream(body, head + said),
    )


def broken() -> Iterator[Hostile]:
    """Pictures of which nothing can be made out, or not all: the text beside is read, a finding tells of the loss."""
    noise = random.Random("pictures").randbytes(5000)
    jpeg, jpx, flat = encoded("JPEG"), encoded("JPEG2000"), zlib.compress(bars().tobytes())
    for name in (b"DCTDecode", b"JPXDecode", b"JBIG2Decode", b"FlateDecode", b"LZWDecode", b"CCITTFaxDecode"):
        said = b"/Filter /" + name + (b" /DecodeParms << /K -1 /Columns 600 /Rows 600 >>" if b"CCITT" in name else b"")
        bits = 1 if name in (b"JBIG2Decode", b"CCITTFaxDecode") else 8
        # whatever bits there are, fax machines make something of them
        lost = name != b"CCITTFaxDecode"
        yield Hostile(f"a picture of noise by {name.decode()}", beside(noise, said, bits=bits), READ, lost)
        yield Hostile(f"a picture of nothing by {name.decode()}", beside(b"", said, bits=bits), READ, True)
    for name, body, said in (
        ("JPEG", jpeg, b"/Filter /DCTDecode"),
        ("JPEG 2000", jpx, b"/Filter /JPXDecode"),
        ("packed picture", flat, b"/Filter /FlateDecode"),
        ("bare picture", bars().tobytes(), b""),
    ):
        yield Hostile(f"a {name} that is whole", beside(body, said), READ)
        for share in (0.1, 0.5, 0.9):
            cut = body[: int(len(body) * share)]
            yield Hostile(f"a {name} cut off at {share}", beside(cut, said), READ, True)
    yield Hostile("a JPEG with a hole", beside(jpeg[:900] + noise[:300] + jpeg[1200:], b"/Filter /DCTDecode"), READ)
    yield Hostile("a picture by a filter nobody knows", beside(noise, b"/Filter /Secret"), READ, True)
    yield Hostile("a picture that is not there", beside(b"", b"").replace(b"/I1 13 0 R", b"/I1 77 0 R"), READ)
    yield Hostile("a JPEG said to be a fax", beside(jpeg, b"/Filter /CCITTFaxDecode", bits=1), READ)
    yield Hostile("a web page said to be a JPEG", beside(b"<html>404</html>", b"/Filter /DCTDecode"), READ, True)
    yield Hostile("a JBIG2 whose globals are not there", beside(
        noise, b"/Filter /JBIG2Decode /DecodeParms << /JBIG2Globals 77 0 R >>", bits=1
    ), READ, True)  # fmt: skip


def odd() -> Iterator[Hostile]:
    """Pictures that say strange things of themselves."""
    jpeg, flat = encoded("JPEG"), zlib.compress(bars().tobytes())
    dct, deflate = b"/Filter /DCTDecode ", b"/Filter /FlateDecode "
    for width, height in ((0, 0), (-5, 600), (1, 1), (600, 1_000_000), (2147483647, 2147483647), (100_000, 100_000)):
        yield Hostile(f"a JPEG said to be {width} by {height}", beside(jpeg, dct, width, height), READ)
        yield Hostile(f"a picture said to be {width} by {height}", beside(flat, deflate, width, height), READ)
    for bits in (0, 3, 16, 99, -1):
        yield Hostile(f"a picture of {bits} bits", beside(flat, deflate, bits=bits), READ)
    for space in (b"/Nix", b"[/Indexed /DeviceRGB 255 <00>]", b"[/ICCBased 77 0 R]", b"13 0 R", b"[/Separation]", b"5"):
        yield Hostile(
            f"a picture of the colours {space.decode()}", beside(flat, deflate + b"/ColorSpace " + space), READ
        )
    for more in (
        b"/SMask 13 0 R",
        b"/Mask 13 0 R",
        b"/Mask [0 0 0 0 0]",
        b"/Decode [1e30 -1e30]",
        b"/Decode [0]",
        b"/DecodeParms << /Predictor 15 /Columns 2147483647 /Colors 99 >>",
        b"/DecodeParms [null null null]",
        b"/Matte [9 9 9]",
        b"/Intent /x /Interpolate (y)",
    ):
        yield Hostile(f"a picture with {more.decode()}", beside(flat, deflate + more), READ)
    yield Hostile("a mask of noise", beside(flat, deflate + b"/ImageMask true"), READ)
    for inline in (
        b"BI /W 9 /H 9 ID ",
        b"BI /W 99999 /H 99999 /BPC 8 /CS /G ID xx EI",
        b"BI ID EI",
        b"BI /F /Fl ID x EI",
    ):
        yield Hostile(f"within the text {inline.decode()}", _within_text(inline), READ)


def _within_text(inline: bytes) -> bytes:
    return made(o8=stream(LINE + b"q 90 0 0 90 0 0 cm " + inline + b" Q\n"))


def huge() -> Iterator[Hostile]:
    """Few bytes that say they are 100,000 by 100,000 pixels."""
    side = 100_000
    fax = b"/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns %d /Rows %d >>" % (side, side)
    yield Hostile("a fax of 100,000 by 100,000", beside(b"\x80" * (side // 8), fax, side, side, 1), ANY)
    white = zlib.compressobj(9)
    body = b"".join([white.compress(b"\xff" * 12_500) for _ in range(20_000)]) + white.flush()
    yield Hostile("a bilevel picture of 100,000 by 100,000", beside(body, b"/Filter /FlateDecode", side, side, 1), ANY)
    jpx = encoded("JPEG2000", no_jp2=True)
    at = jpx.index(b"\xff\x51") + 6
    yield Hostile(
        "a JPEG 2000 of 100,000 by 100,000",
        beside(jpx[:at] + side.to_bytes(4) * 2 + jpx[at + 8 :], b"/Filter /JPXDecode", side, side),
        ANY,
    )
    jpeg = bytearray(encoded("JPEG"))
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = b"\xff\xdc\xff\xdc"
    yield Hostile("a JPEG of 65,500 by 65,500", beside(bytes(jpeg), b"/Filter /DCTDecode", 65_500, 65_500), ANY)
