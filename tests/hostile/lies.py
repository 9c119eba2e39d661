"""PDFs that say of themselves what is not so: lengths, places of objects, streams of objects."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping

from hostile.making import ANY, LINE, PAGE, READ, SOUND, Hostile, built, made, objects, stream


def lengths() -> Iterator[Hostile]:
    """A content stream whose length is not what is said."""
    body = stream(LINE)
    true = b"/Length %d" % len(LINE)
    for said in (b"0", b"5", b"99999", b"2147483648", b"-1", b"99 0 R", b"/x", b"(7)", b"1e9", b"[7]", b"null"):
        lie = body.replace(true, b"/Length " + said)
        yield Hostile(f"a length of {said.decode()}", made(o8=lie), READ)
        packed = stream(zlib.compress(LINE), b"/Filter /FlateDecode")
        lie = re.sub(rb"/Length \d+", b"/Length " + said, packed, count=1)
        yield Hostile(f"a packed length of {said.decode()}", made(o8=lie), READ)
    yield Hostile("no length at all", made(o8=body.replace(true, b"")), READ)
    yield Hostile("a stream without its end", made(o8=body.replace(b"\nendstream", b"")), ANY)
    yield Hostile("an object without its end", SOUND.replace(b"endobj\n9 0 obj", b"9 0 obj"), ANY)


def places() -> Iterator[Hostile]:
    """A table of cross-references that points elsewhere."""
    table = SOUND.rindex(b"xref\n0")
    entry = re.compile(rb"(\d{10})(?= 00000 n)")

    def moved(by: int) -> bytes:
        return SOUND[:table] + entry.sub(lambda place: b"%010d" % max(int(place[1]) + by, 0), SOUND[table:])

    for by in (-1, 1, 7, 100_000):
        yield Hostile(f"places {by} bytes off", moved(by), READ)
    found = [place[1] for place in entry.finditer(SOUND[table:])]
    others = iter(found[1:] + found[:1])
    turned = SOUND[:table] + entry.sub(lambda _: next(others), SOUND[table:])
    yield Hostile("each place that of the next object", turned, READ)
    one = SOUND[:table] + entry.sub(lambda _: found[0], SOUND[table:])
    yield Hostile("each place that of the first object", one, READ)
    yield Hostile("all objects said to be free", SOUND[:table] + SOUND[table:].replace(b" n \n", b" f \n"), READ)
    yield Hostile("fewer objects than there are", SOUND.replace(b"xref\n0 10\n", b"xref\n0 3\n"), READ)
    yield Hostile("a table that begins at 1", SOUND.replace(b"xref\n0 10\n", b"xref\n1 10\n"), READ)
    yield Hostile("a root that is not there", SOUND.replace(b"/Root 1 0 R", b"/Root 77 0 R"), ANY)
    yield Hostile("a root that is the page", SOUND.replace(b"/Root 1 0 R", b"/Root 7 0 R"), ANY)
    yield Hostile("a size of 1", SOUND.replace(b"/Size 10", b"/Size  1"), READ)
    yield Hostile("a start beyond the file", re.sub(rb"startxref\n\d+", b"startxref\n99999999", SOUND), READ)
    yield Hostile("a start below zero", re.sub(rb"startxref\n\d+", b"startxref\n-1", SOUND), READ)


def packed(
    *, head: Mapping[str, object] | None = None, table: bytes = b"", offsets: int = 0, lost: int = 0, widths: str = ""
) -> bytes:
    """The sound document with all that is no stream in a stream of objects, and its references in another.

    `head` says other things of the stream of objects, `table` goes into the dictionary of the references, `offsets` is
    added to each place within the stream, so many bytes of which are `lost`, `widths` are other than the true ones.
    """
    inner = {number: body for number, body in objects().items() if b"stream\n" not in body}
    outer = {number: body for number, body in objects().items() if number not in inner}
    places, bodies = [], b""
    for number, body in inner.items():
        places.append(b"%d %d" % (number, max(len(bodies) + offsets, 0)))
        bodies += body + b" "
    first = b" ".join(places) + b" "
    said = {"N": len(inner), "First": len(first), **(head or {})}
    told = b" ".join(b"/%s %s" % (name.encode(), str(value).encode()) for name, value in said.items())
    body = zlib.compress(first + bodies)
    outer[10] = stream(body[: len(body) - lost], b"/Type /ObjStm /Filter /FlateDecode " + told)
    out, at = bytearray(b"%PDF-1.7\n"), {}
    for number, whole in outer.items():
        at[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, whole)
    at[11] = len(out)
    rows = b"\0\0\0\0"
    for number in range(1, 12):
        rows += (
            b"\2\0\12" + bytes([list(inner).index(number)])
            if number in inner
            else b"\1" + at[number].to_bytes(2) + b"\0"
        )
    named = b"/Type /XRef /Size 12 /Root 1 0 R /W %s " % (widths or "[1 2 1]").encode() + table
    out += b"11 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (stream(rows, named), at[11])
    return bytes(out)


def streams_of_objects() -> Iterator[Hostile]:
    """Objects in a stream that says too much or too little of them."""
    yield Hostile("objects in a stream", packed(), READ)
    for name, value in (
        ("N", 0),
        ("N", 3),
        ("N", 99),
        ("N", 2147483647),
        ("N", -1),
        ("N", "/x"),
        ("First", 0),
        ("First", 3),
        ("First", 999_999),
        ("First", -4),
        ("First", "null"),
        ("Extends", "10 0 R"),
        ("Extends", "8 0 R"),
        ("Length", 3),
        ("DecodeParms", "<< /Predictor 12 /Columns 99999999 >>"),
        ("DecodeParms", "<< /Predictor 99 >>"),
    ):
        yield Hostile(f"a stream of objects with /{name} {value}", packed(head={name: value}), ANY)
    for by in (-3, 5, 99_999):
        yield Hostile(f"places within a stream {by} bytes off", packed(offsets=by), ANY)
    for lost in (1, 40, 200):
        yield Hostile(f"a stream of objects that lacks {lost} bytes", packed(lost=lost), ANY)
    for widths in ("[1 2]", "[0 0 0]", "[1 -2 1]", "[1 2147483647 1]", "[9 9 9]", "[/a /b /c]", "5", "[1 2 1 4]", "[]"):
        yield Hostile(f"references of widths {widths}", packed(widths=widths), ANY)
    for index in (b"[0 99]", b"[5 2]", b"[0 2147483647]", b"[-1 12]", b"[0]", b"(x)", b"[0 6 6 6]"):
        yield Hostile(f"references of the objects {index.decode()}", packed(table=b"/Index " + index), ANY)
    yield Hostile("references that come before themselves", packed(table=b"/Prev 9 "), ANY)
    within = packed().replace(b"/Type /ObjStm", b"/Type /ObjStm /Filter2 /x", 1)
    yield Hostile("references a few bytes off", within, READ)


def names() -> Iterator[Hostile]:
    """Types and trees that are wrong."""
    two = {10: PAGE, 11: b"<< /Type /Pages /Kids [10 0 R] /Count 1 /Parent 2 0 R >>"}
    tree = objects(o2=b"<< /Type /Pages /Kids [7 0 R 11 0 R] /Count 2 >>") | two
    yield Hostile("a count of 0", made(o2=b"<< /Type /Pages /Kids [7 0 R] /Count 0 >>"), READ)
    yield Hostile("a count below zero", made(o2=b"<< /Type /Pages /Kids [7 0 R] /Count -9 >>"), READ)
    yield Hostile("a count of too few", built(tree | {2: b"<< /Type /Pages /Kids [7 0 R 11 0 R] /Count 1 >>"}), READ)
    yield Hostile("pages that say they are a page", made(o2=b"<< /Type /Page /Kids [7 0 R] /Count 1 >>"), ANY)
    yield Hostile("pages that do not say what they are", made(o2=b"<< /Kids [7 0 R] /Count 1 >>"), READ)
    yield Hostile("a page that does not say what it is", made(o7=PAGE.replace(b"/Type /Page ", b"")), READ)
    yield Hostile("a page of an unknown type", made(o7=PAGE.replace(b"/Type /Page ", b"/Type /Blatt ")), READ)
    yield Hostile("a page beside one that is not there", made(o2=b"<< /Type /Pages /Kids [7 0 R 77 0 R] >>"), READ)
    yield Hostile("kids that are no pages", made(o2=b"<< /Type /Pages /Kids [7 0 R null 5 (x) /y [7 0 R]] >>"), READ)
    yield Hostile("no version in the header", SOUND.replace(b"%PDF-1.7", b"%PDF-x.y"), READ)
    yield Hostile("lines before the header", b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n" + SOUND, READ)
    yield Hostile("spaces behind the end", SOUND + b"\r\n \0" * 3000, READ)
    yield Hostile("saved again without a change", SOUND + _update(SOUND), READ)


def _update(data: bytes) -> bytes:
    """An increment that changes nothing."""
    start = int(data.rsplit(b"startxref", 1)[1].split()[0])
    place = len(data)
    return b"xref\n0 0\ntrailer << /Size 10 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (start, place)
