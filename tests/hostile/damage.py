"""PDFs that were sound until they were cut off or changed, real papers among them."""

from __future__ import annotations

import io
import random
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pypdfium2

from hostile.lies import packed
from hostile.making import ANY, BROKEN, GRID, LINE, PAGE, READ, SOUND, Hostile, built, deflated, objects


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


STRUCTURE = re.compile(rb"\d+ 0 obj|<<|>>|stream\n|endstream|endobj|xref\n|\d{10} \d{5} [nf]|trailer|startxref|%%EOF")


def cut_at_each_place() -> Iterator[Hostile]:
    """Sound documents cut off before, within and behind each thing that they are built of."""
    for name, data in (("one page", SOUND), ("objects in a stream", packed())):
        whole = data.rindex(b"startxref") + len(b"startxref")
        places = {at for found in STRUCTURE.finditer(data) for at in (found.start(), found.start() + 2, found.end())}
        for at in sorted(places):
            # what comes behind the last object but tells where the objects are
            right = READ if at >= whole else ANY if at >= data.rindex(b"endobj") + 6 else BROKEN
            yield Hostile(f"{name} cut off at byte {at}", data[:at], right)


def excerpt(paper: Path, pages: list[int], *, packed: bool = True) -> bytes:
    """Some pages of a PDF (from 0) as a PDF of their own; not `packed`: what the pages draw stands open to changes."""
    with pypdfium2.PdfDocument(paper) as source, pypdfium2.PdfDocument.new() as target:
        target.import_pages(source, pages)
        out = io.BytesIO()
        target.save(out)
    return out.getvalue() if packed else _opened(out.getvalue())


_STREAM = re.compile(rb"<<((?:(?!stream|endobj).)*?/Filter */FlateDecode(?:(?!endobj).)*?)>>\s*stream\r?\n", re.DOTALL)


def _opened(data: bytes) -> bytes:
    """The streams that a page draws by, unpacked; readers find the objects again that have moved."""
    out, at = bytearray(), 0
    for found in _STREAM.finditer(data):
        end = data.find(b"endstream", found.end())
        head = found[1]
        if b"/Subtype" in head or b"/Length1" in head or b"/Type" in head or end < 0:
            continue  # pictures and fonts
        body = zlib.decompressobj().decompress(data[found.end() : end])
        head = re.sub(rb"/Length \d+", b"/Length %d" % len(body), head.replace(b"/Filter/FlateDecode", b""))
        head = re.sub(rb"/Filter */FlateDecode", b"", head)
        out += data[at : found.start()] + b"<<" + head + b">>\nstream\n" + body + b"\n"
        at = end
    return bytes(out + data[at:])


def mutants(name: str, data: bytes, count: int) -> Iterator[Hostile]:
    """A paper with a few things changed: bytes, digits, names, whole pieces lost, doubled, zeroed or exchanged."""
    chance = random.Random(name)
    for number in range(count):
        changed = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 5, 20))):
            _change(changed, chance)
        yield Hostile(f"{name}, mutant {number}", bytes(changed), ANY)


def _change(data: bytearray, chance: random.Random) -> None:
    at, size = chance.randrange(len(data)), chance.choice((1, 4, 50, 1000))
    match chance.randrange(8):
        case 0:
            data[at] ^= 1 << chance.randrange(8)
        case 1:
            data[at : at + size] = chance.randbytes(size)
        case 2:
            del data[at : at + size]
        case 3:
            data[at:at] = data[at : at + size]
        case 4:
            data[at : at + size] = bytes(size)
        case 5:
            other = chance.randrange(len(data))
            data[at : at + size], data[other : other + size] = data[other : other + size], data[at : at + size]
        case 6:
            numbers = [found.span() for found in re.finditer(rb"(?<=[ \[])-?\d+(?=[ \]])", data[at : at + 20_000])]
            if numbers:
                start, end = chance.choice(numbers)
                odd = (b"0", b"-1", b"1e9", b"2147483648", b"99", b"null", b"[]")
                data[at + start : at + end] = chance.choice(odd)
        case _:
            words = [found.span() for found in re.finditer(rb"/[A-Za-z]+", data[at : at + 20_000])]
            if words:
                start, end = chance.choice(words)
                data[at + start : at + end] = b"/" + bytes(chance.choices(b"ABCxyz", k=4))
