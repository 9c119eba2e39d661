"""PDFs with pages, letters and strokes of sizes that no paper has."""

from __future__ import annotations

from collections.abc import Iterator

from hostile.making import ANY, LINE, PAGE, Hostile, deflated, made, stream


def boxes() -> Iterator[Hostile]:
    """Pages of sizes that no paper has."""
    for box in (
        b"[0 0 1e9 1e9]",
        b"[0 0 1e38 1e38]",
        b"[-1e9 -1e9 1e9 1e9]",
        b"[0 0 0 0]",
        b"[400 300 0 0]",
        b"[400 0 0 300]",
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
