"""Sets a report's parts as HTML and prints it with Chromium."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from .blocks import Block, Cell, Drawing, Paragraph, Part, Shape, Table
from .style import Style

FONT_FALLBACK = "'IPAMincho','Noto Serif CJK JP','IPAexMincho',serif"


def chromium() -> str | None:
    """The browser's program, where it is installed."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


def print_pdf(parts: list[Part], style: Style, path: Path) -> None:
    """Write the PDF. Raises RuntimeError when Chromium is missing or gives none."""
    print_html(to_html(parts, style), path)


def print_html(document: str, path: Path) -> None:
    """Write the PDF of an HTML document. Raises RuntimeError when Chromium is missing or gives none."""
    program = chromium()
    if program is None:
        raise RuntimeError("Chromium is not installed: apt-get install chromium fonts-ipafont fonts-noto-cjk")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        page.write_text(document, encoding="utf-8")
        done = subprocess.run(
            [
                program, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer",
                "--disable-background-networking", f"--user-data-dir={folder}/profile", f"--print-to-pdf={path}",
                page.as_uri(),
            ],
            capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        if not path.exists():
            raise RuntimeError(f"Chromium wrote no PDF: {done.stderr.decode(errors='replace')[-300:]}")
    # the time of printing is the only thing that differs from run to run
    data = re.sub(rb"\(D:\d{14}", b"(D:20200101000000", path.read_bytes())
    path.write_bytes(data)


def to_html(parts: list[Part], style: Style) -> str:
    """The whole report as one HTML page."""
    paper = {"A4": (210, 297), "A3": (297, 420)}[style.paper]
    margin_boxes = _margin_boxes(style)
    css = f"""
@page portrait {{ size: {paper[0]}mm {paper[1]}mm; margin: {style.margin}mm; {margin_boxes} }}
@page landscape {{ size: {paper[1]}mm {paper[0]}mm; margin: {style.margin}mm; {margin_boxes} }}
body {{ font-family: '{style.font}',{FONT_FALLBACK}; font-size: {style.size}pt; line-height: 1.45; margin: 0 }}
p {{ margin: 0; white-space: pre-line; overflow-wrap: anywhere }}
table {{ border-collapse: collapse; width: 100%; table-layout: fixed }}
td {{ padding: 1.2mm 1.8mm; vertical-align: top; overflow-wrap: anywhere; }}
td.middle {{ vertical-align: middle }}
td.shade {{ background: #e4e4e4; -webkit-print-color-adjust: exact }}
table.all > * > tr > td {{ border: 0.6pt solid #000 }}
table.horizontal > * > tr > td {{ border-top: 0.6pt solid #000; border-bottom: 0.6pt solid #000 }}
table.keep > * > tr {{ break-inside: avoid }}
table.once > thead {{ display: table-row-group }}
section {{ display: block }} .new {{ break-before: page }} .below {{ margin-top: 9mm }}
svg text {{ font-family: '{style.font}',{FONT_FALLBACK}; white-space: pre }}
"""
    sections = []
    first = True
    for part in parts:
        place = "" if first else "new" if part.new_page else "below"
        first = False
        inner = "".join(_block(block, style) for block in part.blocks)
        sections.append(f'<section class="{place}" style="page:{part.page}">{inner}</section>')
    head = f'<meta charset="utf-8"><title>report</title><style>{css}</style>'
    return f'<!doctype html><html lang="ja"><head>{head}</head><body>{"".join(sections)}</body></html>'


_FOOTERS = {
    "number": "counter(page)",
    "dashes": '"- " counter(page) " -"',
    "of": 'counter(page) " / " counter(pages)',
}


def _margin_boxes(style: Style) -> str:
    """The running foot and head of the pages, as CSS."""
    look = f"font-size: 9pt; font-family: '{style.font}',{FONT_FALLBACK}"
    boxes = ""
    if style.footer in _FOOTERS:
        boxes += f"@bottom-center {{ content: {_FOOTERS[style.footer]}; {look} }}"
    if style.header:
        boxes += f'@top-right {{ content: "{style.header}"; {look} }}'
    return boxes


def _block(block: Block, style: Style) -> str:
    if isinstance(block, Paragraph):
        return _paragraph(block)
    if isinstance(block, Table):
        return _table(block, style)
    return _drawing(block)


def _paragraph(p: Paragraph) -> str:
    css = [f"text-align:{p.align}"]
    if p.size:
        css.append(f"font-size:{p.size}pt")
    if p.bold:
        css.append("font-weight:bold")
    if p.indent or p.hang:
        css.append(f"margin-left:{p.indent + p.hang}em;text-indent:-{p.hang}em")
    if p.space:
        css.append(f"margin-bottom:{p.space}mm;margin-top:{p.space / 2}mm")
    if p.letter_spacing:
        css.append(f"letter-spacing:{p.letter_spacing}mm")
    return f'<p style="{";".join(css)}">{html.escape(p.text)}</p>'


def _table(table: Table, style: Style) -> str:
    total = sum(table.widths)
    columns = "".join(f'<col style="width:{100 * w / total:.2f}%">' for w in table.widths)
    names = f"{table.rules} {'' if table.split_rows else 'keep'} {'' if table.repeat_header else 'once'}"
    head = "".join(_row(row, style) for row in table.rows[: table.header_rows])
    rows = "".join(_row(row, style) for row in table.rows[table.header_rows :])
    head = f"<thead>{head}</thead>" if head else ""
    inner = f"<colgroup>{columns}</colgroup>{head}<tbody>{rows}</tbody>"
    return f'<table class="{names}" style="width:{100 * table.width:.0f}%">{inner}</table>'


def _row(row: list[Cell], style: Style) -> str:
    cells = []
    for cell in row:
        names = f"{'shade' if cell.shade else ''} {'middle' if cell.middle else ''}"
        inner = "".join(_block(block, style) for block in cell.content)
        cells.append(f'<td class="{names}" colspan="{cell.colspan}" rowspan="{cell.rowspan}">{inner}</td>')
    return f"<tr>{''.join(cells)}</tr>"


def _drawing(drawing: Drawing) -> str:
    shapes = "".join(_shape(shape) for shape in drawing.shapes)
    size = f'width="{drawing.width}mm" height="{drawing.height}mm" viewBox="0 0 {drawing.width} {drawing.height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{shapes}</svg>'


def _shape(shape: Shape) -> str:
    if shape.kind == "text":
        (x, y), mm = shape.points[0], shape.size * 25.4 / 72
        weight = ' font-weight="bold"' if shape.bold else ""
        return f'<text x="{x:.2f}" y="{y:.2f}" font-size="{mm:.3f}"{weight}>{html.escape(shape.text)}</text>'
    if shape.kind == "box":
        (x0, y0), (x1, y1) = shape.points
        dash = ' stroke-dasharray="1.6 1"' if shape.dashed else ""
        place = f'x="{x0:.2f}" y="{y0:.2f}" width="{x1 - x0:.2f}" height="{y1 - y0:.2f}"'
        return f'<rect {place} fill="none" stroke="#000" stroke-width="0.25"{dash}/>'
    path = " ".join(f"{x:.2f},{y:.2f}" for x, y in shape.points)
    return (
        f'<polyline points="{path}" fill="none" stroke="#000" stroke-width="0.35"/><polygon points="{head_of(shape)}"/>'
    )


def head_of(shape: Shape) -> str:
    """The triangle at the end of an arrow, as SVG points in millimetres."""
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in head_points(shape))


def head_points(shape: Shape) -> tuple[tuple[float, float], ...]:
    """The three corners of the head of an arrow whose last stretch is level or upright."""
    (x0, y0), (x1, y1) = shape.points[-2:]
    dx, dy = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
    back = (x1 - 2.6 * dx, y1 - 2.6 * dy)
    return (x1, y1), (back[0] + 1.1 * dy, back[1] + 1.1 * dx), (back[0] - 1.1 * dy, back[1] - 1.1 * dx)
