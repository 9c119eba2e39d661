"""`besshi show`: a page as a picture, with what was recognised on it drawn over it.

Cells of ruled tables in grey, boxes of a drawing in the colour of their role with their number, arrows with their
direction, labels joined to their arrow by a thin line, words underlined. A legend stands below the page.
"""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from extractors.diagrams.diagram import read_diagram
from extractors.diagrams.geometry import direction, nearest_on
from extractors.diagrams.parts import Connector, Diagram, Role
from extractors.errors import DocumentError, Malformed
from extractors.pages.geometry import Box, Frame
from extractors.pages.lines import lines_of
from extractors.pages.opening import open_pdf
from extractors.pages.page import Page
from extractors.scans.reading import read_document_page
from extractors.scans.rendering import open_document
from extractors.tables.tables import Table, find_tables

DPI = 110
"""Dots an inch of the picture: a page of A4 becomes about 910 by 1290 pixels."""

Colour = tuple[int, int, int]

ROLE_COLOURS: dict[Role, Colour] = {
    "actor": (200, 60, 20),
    "system": (20, 90, 200),
    "data": (120, 60, 170),
    "controls": (20, 140, 60),
    "note": (140, 120, 20),
    "step": (0, 140, 160),
}
_JAPANESE: dict[Role, str] = {
    "actor": "主体",
    "system": "システム",
    "data": "情報項目",
    "controls": "保護対策",
    "note": "注記",
    "step": "手順",
}
CELL: Colour = (170, 170, 170)
WORD: Colour = (190, 205, 235)
ARROW: Colour = (225, 0, 110)
TIE: Colour = (60, 170, 90)
LABEL: Colour = (255, 140, 0)

_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/fonts-japanese-gothic.ttf",
    "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
    "/System/Library/Fonts/ヒラギノ角ゴシック W3.ttc",
    "C:/Windows/Fonts/msgothic.ttc",
)


def show(path: Path, page_number: int, out: Path | None = None) -> Path:
    """Write the page as a PNG with everything found drawn over it, and give the picture's path.

    `out` is the file to write; by default it stands beside the PDF's name in the working folder. Raises the
    `DocumentError` that tells why the PDF cannot be read, and IndexError when it has no such page.
    """
    data = path.read_bytes()
    with open_pdf(data) as pdf:
        shown = pdf.pages[page_number - 1]
        try:
            page = read_document_page(shown, data)
            picture = draw(_rendered(data, page_number), page, read_diagram(page), find_tables(page))
        except DocumentError:
            raise
        except Exception as error:  # a page of a broken file may raise anything
            raise Malformed(f"{type(error).__name__}: {error}"[:200]) from error
    target = out or Path(f"{path.stem}-p{page_number}.png")
    target.parent.mkdir(parents=True, exist_ok=True)
    picture.save(target, format="PNG")
    return target


def _rendered(data: bytes, page_number: int) -> Image.Image:
    document = open_document(data)
    try:
        page = document[page_number - 1]
        picture: Image.Image = page.render(scale=DPI / 72).to_pil().convert("RGB")
        page.close()
    finally:
        document.close()
    return picture


class _Pen:
    """Draws in points of a reading frame on the picture of the displayed page."""

    def __init__(self, picture: Image.Image, frame: Frame) -> None:
        self.frame = frame
        self.scale = picture.width / frame.width
        self.draw = ImageDraw.Draw(picture)
        self.font = _font(13)

    def box(self, box: Box) -> tuple[float, float, float, float]:
        x0, top, x1, bottom = (edge * self.scale for edge in self.frame.displayed(box))
        return x0, top, max(x0, x1), max(top, bottom)

    def point(self, p: tuple[float, float]) -> tuple[float, float]:
        x0, top, *_ = self.box(Box(*p, *p))
        return x0, top

    def outline(self, box: Box, colour: Colour, width: int = 2) -> None:
        self.draw.rectangle(self.box(box), outline=colour, width=width)

    def path(self, points: tuple[tuple[float, float], ...], colour: Colour, width: int = 3) -> None:
        self.draw.line([self.point(p) for p in points], fill=colour, width=width, joint="curve")

    def head(self, before: tuple[float, float], tip: tuple[float, float], colour: Colour) -> None:
        (ax, ay), (bx, by) = self.point(before), self.point(tip)
        dx, dy = direction((ax, ay), (bx, by))
        base = (bx - 13 * dx, by - 13 * dy)
        self.draw.polygon(
            [(bx, by), (base[0] - 6 * dy, base[1] + 6 * dx), (base[0] + 6 * dy, base[1] - 6 * dx)], fill=colour
        )

    def tag(self, p: tuple[float, float], words: str, colour: Colour) -> None:
        """Words in white on a plate of the colour, its upper left corner at `p` (pixels)."""
        words = words if _JAPANESE_FONT or words.isascii() else words.encode("ascii", "replace").decode()
        x, y = p
        box = self.draw.textbbox((x + 2, y), words, font=self.font)
        self.draw.rectangle((x, y, box[2] + 2, box[3] + 2), fill=colour)
        self.draw.text((x + 2, y), words, fill=(255, 255, 255), font=self.font)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for path in _FONTS:
        if Path(path).is_file():
            return ImageFont.truetype(path, size)
    return ImageFont.load_default(size)


_JAPANESE_FONT = any(Path(path).is_file() for path in _FONTS)


def draw(picture: Image.Image, page: Page, diagram: Diagram, tables: list[Table]) -> Image.Image:
    """The picture with everything drawn over it and a legend below; the picture given is not changed."""
    picture = Image.blend(picture, Image.new("RGB", picture.size, "white"), 0.35)
    pen = _Pen(picture, page.frame)
    for line in lines_of(page.glyphs, split_at=2.0):
        pen.draw.line((pen.point((line.box.x0, line.box.bottom)), pen.point((line.box.x1, line.box.bottom))), fill=WORD)
    for table in tables:
        _draw_cells(pen, table)
    for box in diagram.boxes:
        pen.outline(box.box, ROLE_COLOURS[box.role], 2 if box.parent else 3)
    for connector in diagram.connectors:
        _draw_connector(pen, connector)
    for step in diagram.steps:
        pen.outline(step.whole.box.grown(1.5), LABEL, 2)
        if step.connector is not None:
            _draw_link(pen, step.whole.box, diagram.connectors[step.connector])
    for connector in diagram.connectors:
        if connector.label is not None:
            pen.outline(connector.label.box.grown(1.5), LABEL, 1)
            _draw_link(pen, connector.label.box, connector)
    for box in diagram.boxes:
        x0, top, *_ = pen.box(box.box)
        pen.tag((x0, top), str(box.no), ROLE_COLOURS[box.role])
    return _with_legend(picture)


def _draw_cells(pen: _Pen, table: Table) -> None:
    for cell in table.cells:
        pen.outline(cell.box, CELL, 1)
    for inner in table.inner:
        _draw_cells(pen, inner)


def _draw_connector(pen: _Pen, connector: Connector) -> None:
    colour = ARROW if connector.headed else TIE
    points = connector.points
    pen.path(points, colour)
    if connector.headed:
        pen.head(points[-2], points[-1], colour)
    if connector.both:
        pen.head(points[1], points[0], colour)
    a, b = max(pairwise(points), key=lambda ab: math.dist(*ab))
    at = pen.point(((a[0] + b[0]) / 2, (a[1] + b[1]) / 2))
    ends = "/".join("?" if no is None else str(no) for no in (connector.tail_box, connector.head_box))
    sign = ("<>" if connector.both else ">") if connector.headed else "-"
    pen.tag(at, ends.replace("/", sign), colour)


def _draw_link(pen: _Pen, box: Box, connector: Connector) -> None:
    centre = box.centre
    near = [nearest_on(centre, a, b) for a, b in pairwise(connector.points)]
    there = min(near, key=lambda p: math.dist(p, centre))
    here = (min(max(there[0], box.x0), box.x1), min(max(there[1], box.top), box.bottom))
    if math.dist(here, there) > 1:
        pen.draw.line((pen.point(here), pen.point(there)), fill=LABEL, width=2)


def _with_legend(picture: Image.Image) -> Image.Image:
    whole = Image.new("RGB", (picture.width, picture.height + 48), "white")
    whole.paste(picture, (0, 0))
    pen = ImageDraw.Draw(whole)
    font, x, y = _font(13), 8.0, picture.height + 5
    entries: list[tuple[str, Colour]] = [
        (f"{_JAPANESE[role]} {role}" if _JAPANESE_FONT else role, colour) for role, colour in ROLE_COLOURS.items()
    ]
    others = (("矢印", "arrow", ARROW), ("結び", "tie", TIE), ("段・ラベル", "label", LABEL), ("セル", "cell", CELL))
    entries += [(f"{ja} {en}" if _JAPANESE_FONT else en, colour) for ja, en, colour in others]
    for words, colour in entries:
        if x + 18 + pen.textlength(words, font=font) > whole.width:
            x, y = 8.0, y + 22
        pen.rectangle((x, y, x + 14, y + 14), outline=colour, width=3)
        pen.text((x + 18, y - 2), words, fill=(40, 40, 40), font=font)
        x += 30 + pen.textlength(words, font=font)
    return whole
