"""Sets a report's parts with ReportLab: other PDFs than the browser's, some with fonts that are not embedded."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors, pagesizes
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageBreak, PageTemplate, Spacer
from reportlab.platypus import Paragraph as Set
from reportlab.platypus import Table as SetTable
from reportlab.platypus.tables import TableStyle

from .blocks import Block, Cell, Drawing, Paragraph, Part, Shape, Table
from .html import head_points
from .style import Style

NOT_EMBEDDED = ("HeiseiMin-W3", "HeiseiKakuGo-W5")
FILES = {
    "IPAMincho": "opentype/ipafont-mincho/ipam.ttf",
    "IPAPMincho": "opentype/ipafont-mincho/ipamp.ttf",
    "IPAGothic": "opentype/ipafont-gothic/ipag.ttf",
    "IPAPGothic": "opentype/ipafont-gothic/ipagp.ttf",
}
FONTS = Path("/usr/share/fonts")
ALIGN = {"left": TA_LEFT, "center": TA_CENTER, "right": TA_RIGHT}


def font_of(style: Style) -> str:
    """The font as ReportLab knows it: a file's where it is installed, else one that every reader of PDFs brings."""
    file = FONTS / FILES.get(style.font, "-")
    if file.is_file():
        if style.font not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(style.font, file))
        return style.font
    name = NOT_EMBEDDED["Gothic" in style.font or "Sans" in style.font]
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    return name


def print_pdf(parts: list[Part], style: Style, path: Path) -> None:
    """Write the PDF; the same parts give the same bytes."""
    font = font_of(style)
    portrait = pagesizes.A3 if style.paper == "A3" else pagesizes.A4
    sizes = {"portrait": portrait, "landscape": pagesizes.landscape(portrait)}
    document = BaseDocTemplate(str(path), invariant=1, title="report", pageCompression=1)
    templates = []
    for name, (width, height) in sizes.items():
        edge = style.margin * mm
        frame = Frame(edge, edge, width - 2 * edge, height - 2 * edge, 0, 0, 0, 0)
        running = partial(_running, style=style, font=font, size=(width, height))
        templates.append(PageTemplate(name, [frame], onPage=running, pagesize=(width, height)))
    document.addPageTemplates(sorted(templates, key=lambda t: t.id != parts[0].page))
    setter = _Setter(style, font)
    story: list[Flowable] = []
    for n, part in enumerate(parts):
        width = sizes[part.page][0] - 2 * style.margin * mm
        if n and part.new_page:
            story += [NextPageTemplate(part.page), PageBreak()]
        elif n:
            story.append(Spacer(1, 9 * mm))
        for block in part.blocks:
            story += setter.block(block, width)
    document.build(story)


def _running(canvas: Any, document: Any, *, style: Style, font: str, size: tuple[float, float]) -> None:
    """The running foot and head of a page."""
    canvas.setFont(font, 9)
    number = str(document.page)
    foot = {"number": number, "dashes": f"－ {number} －", "of": f"{number}ページ"}.get(style.footer, "")
    canvas.drawCentredString(size[0] / 2, style.margin * mm / 2, foot)
    if style.header:
        canvas.drawRightString(size[0] - style.margin * mm, size[1] - style.margin * mm / 2 - 4, style.header)


class _Setter:
    """Turns blocks into ReportLab's flowables."""

    def __init__(self, style: Style, font: str) -> None:
        self.style = style
        self.font = font

    def block(self, block: Block, width: float) -> list[Flowable]:
        """The flowables of a block that may be `width` points wide."""
        if isinstance(block, Paragraph):
            return [self.paragraph(block)]
        if isinstance(block, Table):
            return [Spacer(1, 2), self.table(block, width * block.width), Spacer(1, 2)]
        return [_DrawingFlowable(block, self.font)]

    def paragraph(self, p: Paragraph) -> Set:
        size = p.size or self.style.size
        opening = len(p.text) - len(p.text.lstrip("　"))  # ReportLab drops it
        look = ParagraphStyle(
            "p", fontName=self.font, fontSize=size, leading=size * 1.45, alignment=ALIGN[p.align], wordWrap="CJK",
            leftIndent=(p.indent + p.hang) * size, firstLineIndent=(opening - p.hang) * size,
            spaceAfter=p.space * mm, spaceBefore=p.space * mm / 2,
        )  # fmt: skip
        text = p.text
        if p.letter_spacing:
            text = "　".join(text)
        return Set(escape(text).replace("\n", "<br/>") or " ", look)

    def table(self, table: Table, width: float) -> SetTable:
        total = sum(table.widths)
        widths = [width * share / total for share in table.widths]
        rows: list[list[Any]] = []
        commands: list[Any] = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 5), ("RIGHTPADDING", (0, 0), (-1, -1), 5),
            ("TOPPADDING", (0, 0), (-1, -1), 3), ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ]  # fmt: skip
        if table.rules == "all":
            commands.append(("GRID", (0, 0), (-1, -1), 0.6, colors.black))
        elif table.rules == "horizontal":
            commands += [(name, (0, 0), (-1, -1), 0.6, colors.black) for name in ("LINEABOVE", "LINEBELOW")]
        for y, row in enumerate(table.rows):
            cells: list[Any] = []
            for cell in row:
                x = len(cells)
                cells += [self.cell(cell, sum(widths[x : x + cell.colspan]) - 10), *[""] * (cell.colspan - 1)]
                end = (x + cell.colspan - 1, y + cell.rowspan - 1)
                if end != (x, y):
                    commands.append(("SPAN", (x, y), end))
                if cell.shade:
                    commands.append(("BACKGROUND", (x, y), end, colors.HexColor(0xE4E4E4)))
                if cell.middle and not table.split_rows:
                    commands.append(("VALIGN", (x, y), end, "MIDDLE"))
            rows.append(cells)
        return SetTable(
            rows, widths, style=TableStyle(commands), hAlign="LEFT", splitInRow=int(table.split_rows),
            repeatRows=table.header_rows if table.repeat_header else 0,
        )  # fmt: skip

    def cell(self, cell: Cell, width: float) -> list[Flowable]:
        found: list[Flowable] = []
        for block in cell.content:
            found += self.block(block, width)
        return found


class _DrawingFlowable(Flowable):
    """A drawing, its millimetres counted from the upper left."""

    def __init__(self, drawing: Drawing, font: str) -> None:
        super().__init__()
        self.drawing = drawing
        self.font = font
        self.width, self.height = drawing.width * mm, drawing.height * mm

    def draw(self) -> None:
        for shape in self.drawing.shapes:
            _DRAW[shape.kind](self.canv, shape, self.font, self._point)

    def _point(self, point: tuple[float, float]) -> tuple[float, float]:
        return point[0] * mm, self.height - point[1] * mm


Point = Callable[[tuple[float, float]], tuple[float, float]]


def _text(canvas: Any, shape: Shape, font: str, point: Point) -> None:
    canvas.setFont(font, shape.size)
    canvas.drawString(*point(shape.points[0]), shape.text)


def _box(canvas: Any, shape: Shape, _font: str, point: Point) -> None:
    (x0, y0), (x1, y1) = point(shape.points[0]), point(shape.points[1])
    canvas.setLineWidth(0.7)
    canvas.setDash(*([4, 3], 0) if shape.dashed else ([], 0))
    canvas.rect(x0, y1, x1 - x0, y0 - y1)


def _arrow(canvas: Any, shape: Shape, _font: str, point: Point) -> None:
    canvas.setLineWidth(1)
    canvas.setDash([], 0)
    corners = [point(p) for p in shape.points]
    for one, other in pairwise(corners):
        canvas.line(*one, *other)
    head = canvas.beginPath()
    first, *rest = [point(p) for p in head_points(shape)]
    head.moveTo(*first)
    for corner in rest:
        head.lineTo(*corner)
    head.close()
    canvas.drawPath(head, stroke=0, fill=1)


_DRAW: dict[str, Callable[[Any, Shape, str, Point], None]] = {"text": _text, "box": _box, "arrow": _arrow}
