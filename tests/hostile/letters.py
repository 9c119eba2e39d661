"""PDFs whose fonts lie: of widths, of codes, of the font program within."""

from __future__ import annotations

import random
from collections.abc import Iterator

from hostile.making import LINE, READ, SPENT, Hostile, cmap, deflated, made, objects, stream

SHOWN = READ | SPENT | {"no_text_layer"}
"""What no font tells is looked for on the page as it shows, where there may be nothing to see."""

FONT, CID, DESCRIPTOR = (objects()[number] for number in (3, 4, 6))


def widths() -> Iterator[Hostile]:
    """Letters of widths that no letter has."""
    for width in (b"0", b"-1000", b"1e30", b"99999999999", b"null", b"/x", b"(1)", b"[1000]", b"1e-30"):
        yield Hostile(f"letters {width.decode()} wide", made(o4=CID.replace(b"/DW 1000", b"/DW " + width)), SHOWN)
    for listed in (
        b"[1 [0 0 0 0]]",
        b"[1 10 -500]",
        b"[1 2147483647 500]",
        b"[1]",
        b"[[1]]",
        b"[1 [/a (b) null 1e30]]",
        b"[-5 [1 2 3]]",
        b"4 0 R",
        b"/x",
        b"[10 1 500]",
        b"[1 [4 0 R]]",
    ):
        yield Hostile(f"widths of {listed.decode()}", made(o4=CID[:-2] + b"/W %s >>" % listed), SHOWN)
    for more in (b"/DW2 [1e30 -1e30]", b"/DW2 /x", b"/W2 [1 [0 0 0 0]]", b"/CIDToGIDMap 77 0 R", b"/CIDToGIDMap /x"):
        yield Hostile(f"letters with {more.decode()}", made(o4=CID[:-2] + more + b" >>"), SHOWN)
    simple = b"<< /Type /Font /Subtype /Type1 /BaseFont /Made /FirstChar %s /LastChar %s /Widths %s /ToUnicode 5 0 R >>"
    for first, last, listed in (
        (b"0", b"255", b"[]"),
        (b"-9", b"9", b"[1]"),
        (b"9", b"-9", b"[1 2]"),
        (b"0", b"2147483647", b"[500]"),
        (b"/a", b"/b", b"/c"),
    ):
        name = f"a font from {first.decode()} to {last.decode()} of {listed.decode()}"
        yield Hostile(name, made(o3=simple % (first, last, listed)), SHOWN)


def codes() -> Iterator[Hostile]:
    """Letters whose codes say nothing, or what cannot be."""
    for name, body in {
        "nothing": b"",
        "noise": random.Random("codes").randbytes(3000),
        "half a map": cmap()[: len(cmap()) // 2],
        "halves of characters": cmap(more=b"2 beginbfchar <0001> <D842> <0002> <DFB7> endbfchar"),
        "odd digits": cmap(more=b"1 beginbfchar <0001> <4E0> endbfchar"),
        "zeros": cmap(more=b"3 beginbfchar <0001> <0000> <0002> <> <0003> <FFFF> endbfchar"),
        "a range backwards": cmap(more=b"1 beginbfrange <FFFF> <0000> <4E00> endbfrange"),
        "a range of arrays": cmap(more=b"1 beginbfrange <0001> <0003> [<4E00> 5 (x)] endbfrange"),
        "a range without an end": cmap(more=b"1 beginbfrange <0001> endbfrange"),
        "control characters": cmap(more=b"2 beginbfchar <0001> <000A> <0002> <001B005B00330031006D> endbfchar"),
        "words written backwards": cmap(more=b"1 beginbfchar <0001> <202E4E8B> endbfchar"),
        "a formula": cmap(more=b"1 beginbfchar <0001> <003D0031002B0031> endbfchar"),
        "a map that is another's": cmap(more=b"/../../../../etc/passwd usecmap"),
    }.items():
        yield Hostile(f"codes of {name}", made(o5=stream(body)), SHOWN)
    for encoding in (
        b"/Nix-H",
        b"/..#2F..#2F..#2F..#2Fetc#2Fpasswd",
        b"/90ms-RKSJ-H",
        b"/UniJIS-UTF16-V",
        b"5",
        b"77 0 R",
        b"5 0 R",
        b"<< /CMapName /../../x >>",
        b"/" + b"x" * 5000,
        b"/Identity-V",
    ):
        said = FONT.replace(b"/Identity-H", encoding).replace(b"/ToUnicode 5 0 R", b"")
        yield Hostile(f"an encoding of {encoding[:40].decode()}", made(o3=said), SHOWN)
        kept = FONT.replace(b"/Identity-H", encoding)
        yield Hostile(f"an encoding of {encoding[:40].decode()}, its codes told", made(o3=kept), SHOWN)
    for to in (b"/Identity-H", b"77 0 R", b"8", b"(x)", b"null"):
        yield Hostile(f"codes told by {to.decode()}", made(o3=FONT.replace(b"5 0 R", to)), SHOWN)


def programs() -> Iterator[Hostile]:
    """Fonts that bring a program that is none."""
    noise = random.Random("programs").randbytes(4000)
    for key in (b"FontFile", b"FontFile2", b"FontFile3"):
        for name, body in (("noise", noise), ("nothing", b""), ("a head alone", b"\0\1\0\0\0\x0c" + b"\0" * 6)):
            carried = made(o6=DESCRIPTOR[:-2] + b"/%s 10 0 R >>" % key, o10=deflated(body))
            yield Hostile(f"a {key.decode()} of {name}", carried, SHOWN)
    for more in (b"/FontBBox [0 0]", b"/FontBBox [1e30 0 0 1e30]", b"/Ascent /x", b"/Descent 1e30", b"/FontBBox null"):
        yield Hostile(f"a font with {more.decode()}", made(o6=DESCRIPTOR[:-2] + more + b" >>"), SHOWN)
    for subtype in (b"/Type1", b"/TrueType", b"/Type3", b"/MMType1", b"/CIDFontType0", b"/Nix", b"5"):
        said = b"<< /Type /Font /Subtype %s /BaseFont /Made /ToUnicode 5 0 R >>" % subtype
        yield Hostile(f"a font that is {subtype.decode()}", made(o3=said), SHOWN)
    for descendants in (b"[]", b"5", b"[5]", b"[77 0 R]", b"4 0 R", b"[4 0 R 4 0 R]"):
        said = FONT.replace(b"[4 0 R]", descendants)
        yield Hostile(f"a font that descends from {descendants.decode()}", made(o3=said), SHOWN)
    yield Hostile("letters of a font that is not there", made(o9=b"<< /Font << >> >>"), SHOWN)
    yield Hostile("letters before a font is named", made(o8=stream(LINE.replace(b"/F1 12 Tf", b""))), SHOWN)
