"""PDFs whose structures lead back to themselves, or go on too long."""

from __future__ import annotations

from collections.abc import Iterator

from hostile.making import ANY, LINE, PAGE, READ, SOUND, Hostile, built, cmap, deflated, made, objects, stream


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
