"""Writes a PDF whose pages are one picture each, and nothing else: the bytes of a scanner, without its clock."""

from __future__ import annotations

Page = tuple[bytes, str, int, int, float, float]
"""The picture's bytes, how they are packed, its width and height in pixels, the page's width and height in points."""


def picture_pdf(pages: list[Page]) -> bytes:
    """The PDF of the pictures, each over its whole page."""
    kids = " ".join(f"{3 + 3 * n} 0 R" for n in range(len(pages)))
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode()]
    for n, (data, packing, pixels, lines, width, height) in enumerate(pages):
        content, picture = 4 + 3 * n, 5 + 3 * n
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width:.2f} {height:.2f}] /Contents {content} 0 R"
            f" /Resources << /XObject << /Scan {picture} 0 R >> >> >>".encode()
        )
        objects.append(_stream(b"", f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /Scan Do Q".encode()))
        look = f"/Type /XObject /Subtype /Image /Width {pixels} /Height {lines} /ColorSpace /DeviceGray "
        if packing == "grey":
            look += "/BitsPerComponent 8 /Filter /DCTDecode"
        else:
            black = "true" if packing == "bilevel" else "false"
            look += "/BitsPerComponent 1 /Filter /CCITTFaxDecode"
            look += f" /DecodeParms << /K -1 /Columns {pixels} /Rows {lines} /BlackIs1 {black} >>"
        objects.append(_stream(look.encode(), data))
    return _file(objects)


def _stream(look: bytes, data: bytes) -> bytes:
    return b"<< " + look + b" /Length %d >>\nstream\n" % len(data) + data + b"\nendstream"


def _file(objects: list[bytes]) -> bytes:
    out = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
