"""From a seed to a folder: report.pdf and truth/, one JSON file a table, with the kinds of variation beside."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pypdfium2

from . import html, layout, truth
from .blocks import Part
from .description import Report, Row
from .drawing import draw
from .scan import Scanner, scan
from .style import Style


def make(seed: int, out: Path, *, setter: str | None = None, scanner: Scanner | None = None) -> Path:
    """Write the seed's report into `out`; gives the path of its PDF.

    `setter` (chromium, reportlab) goes before the drawn one; with `scanner` the PDF holds pictures of its pages only.
    """
    report, style = draw(seed)
    style.setter = setter or style.setter
    out.mkdir(parents=True, exist_ok=True)
    path = out / "report.pdf"
    parts = layout.parts(report, style)
    print_pdf(parts, style, path)
    rows = truth.tables(report, style)
    rows["pages"] = pages_of(path, parts, "ocr" if scanner else "text")
    rows["documents"][0]["page_count"] = len(rows["pages"])
    if scanner is not None:
        scan(path, seed, scanner)
    folder = out / "truth"
    folder.mkdir(exist_ok=True)
    for name, table in rows.items():
        (folder / f"{name}.json").write_text(_lines(table), encoding="utf-8")
    kinds = kinds_of(report, style) | ({"scan": f"{scanner.dpi} dpi"} if scanner else {})
    (out / "kinds.json").write_text(json.dumps(kinds, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def print_pdf(parts: list[Part], style: Style, path: Path) -> None:
    """Set the parts with the program that the look names."""
    if style.setter == "reportlab":
        from . import paper

        paper.print_pdf(parts, style, path)
    else:
        html.print_pdf(parts, style, path)


def kinds_of(report: Report, style: Style) -> dict[str, Any]:
    """The kinds of variation that a report shows; the counts and results as lists, since it holds several."""
    return {
        **style.kinds(),
        "form": "before 2023" if report.old_form else "today's",
        "counts": sorted({count.kind for case in report.cases for _, _, count in case.counts})
        + (["none"] if any(not case.counts for case in report.cases) else []),
        "results": sorted({case.result for case in report.cases}),
        "period": "said" if report.period else "not said",
    }


_TWINS = str.maketrans({"‧": "・", "∕": "/", "\ufffe": ""})
"""What the browser says for ・ and ／ with some fonts, and pdfium for a hyphen at the end of a line."""


def squeezed(text: str) -> str:
    """The text after NFKC, without spaces: how texts of a PDF are compared."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).translate(_TWINS))


def texts_of(path: Path) -> list[str]:
    """The text of each page of a PDF, squeezed."""
    pdf = pypdfium2.PdfDocument(path)
    try:
        return [squeezed(page.get_textpage().get_text_range()) for page in pdf]
    finally:
        pdf.close()


def pages_of(path: Path, parts: list[Part], method: str) -> list[Row]:
    """The pages of the set PDF: each part begins on the first page, from where the last one began, that has its text.

    Raises ValueError when a part is not found: then the layout lost it.
    """
    texts = texts_of(path)
    starts: list[int] = []
    at = 0
    for part in parts:
        wanted = squeezed(part.anchor)
        if part.new_page and starts:
            at += 1
        while at < len(texts) and wanted[:24] not in texts[at]:
            at += 1
        if at == len(texts):
            raise ValueError(f"{part.kind} {part.case_no} is on no page: {part.anchor}")
        starts.append(at)
    pdf = pypdfium2.PdfDocument(path)
    rows: list[Row] = []
    for number, page in enumerate(pdf):
        own = [n for n, start in enumerate(starts) if start == number]
        part = parts[own[0] if own else max(n for n, start in enumerate(starts) if start < number)]
        width, height = page.get_size()
        rows.append(
            {
                "page": number + 1, "kind": part.kind, "case_no": part.case_no, "width": round(width, 1),
                "height": round(height, 1), "rotation": 0, "expected_method": method,
            }
        )  # fmt: skip
    pdf.close()
    return rows


def _lines(rows: list[Row]) -> str:
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"
