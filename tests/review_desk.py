"""Output folders to review, the application served in a process of its own, and the browser that visits it."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pypdfium2
from conftest import ROOT, SAMPLE
from reportlab.lib import colors
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table
from small_documents import small_document

from pipeline.archive.archive import keep
from pipeline.batch.batch import plan, run_batch
from pipeline.batch.runs import EXIT_ALL_READ
from pipeline.documents.document import extract_document
from pipeline.extraction import Extraction, Row, Source
from pipeline.messages import Lang
from pipeline.review.access import Access
from pipeline.review.app import server_of
from pipeline.tables.write import write_tables

LAPTOP = {"width": 1366, "height": 768}

HOSTILE = '<script>document.title="run"</script>"\'><img src=x onerror=alert(1)>&amp;{{7*7}}'
"""What a stranger may print: markup, both quotes, an entity, a template."""


@cache
def cut_sample(*pages: int) -> bytes:
    """Some pages (from 1) of the sample report as a PDF of their own, the same bytes each time."""
    whole, cut = pypdfium2.PdfDocument(SAMPLE), pypdfium2.PdfDocument.new()
    cut.import_pages(whole, [page - 1 for page in pages])
    out = io.BytesIO()
    cut.save(out)
    return out.getvalue()


def extracted(folder: Path, **pdfs: bytes) -> Path:
    """The output folder of a run over PDFs, by name; `folder/in` keeps them for another run."""
    papers, out = folder / "in", folder / "output"
    papers.mkdir(parents=True, exist_ok=True)
    for name, data in pdfs.items():
        (papers / f"{name}.pdf").write_bytes(data)
    extract_again(folder)
    return out


def extract_again(folder: Path) -> None:
    """Run over the same PDFs again, all of them read anew."""
    run = run_batch(plan([folder / "in"]), folder / "output", workers=1, again=True)
    assert run.exit_code == EXIT_ALL_READ, run.outcomes


def read(folder: Path, **pdfs: bytes) -> Path:
    """An output folder with what is read from PDFs, by name, in this process."""
    documents = [(data, extract_document(data, Source(f"{name}.pdf"))) for name, data in pdfs.items()]
    return kept(folder, *documents)


def hostile_pdf() -> bytes:
    """A sheet of a case whose every cell holds markup."""
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5"))
    style = ParagraphStyle("p", fontName="HeiseiKakuGo-W5", fontSize=10, leading=14, wordWrap="CJK")

    def said(text: str) -> Paragraph:
        for character, code in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
            text = text.replace(character, code)
        return Paragraph(text, style)

    labels = ("事業名", "担当課", "区分", "目的", "対象者", "事業内容", "個人情報の流れ及び情報保護対策")
    rows = [[said(label), said(f"{HOSTILE}{label}の業務")] for label in labels]
    grid = Table(rows, colWidths=[90, 380], style=[("GRID", (0, 0), (-1, -1), 0.8, colors.black)])
    out = io.BytesIO()
    SimpleDocTemplate(out, title="x", invariant=1).build([said(f"{HOSTILE}委託について（No.1）"), grid])
    return out.getvalue()


def doubtful_document(name: str = "scan.pdf", *, doubts: int = 6) -> tuple[bytes, Extraction]:
    """A document of which some counts were read with low confidence, with a PDF that has their places."""
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5"))
    drawn = io.BytesIO()
    paper = Canvas(drawn, pagesize=(595.3, 841.9), invariant=1)
    paper.setTitle(name)
    for page in range(4):
        paper.setFont("HeiseiKakuGo-W5", 10)
        for n in range(doubts if page == 1 else 0):
            paper.drawString(40 + 100 * (n // 11), 841.9 - 40 - 20 * (n % 11), f"対象者数{100 + n}人")
        paper.showPage()
    paper.save()
    data = drawn.getvalue()
    document_id = hashlib.sha256(data).hexdigest()
    _, small = small_document(name, (1,))
    rows = {table: [renamed(row, small.document_id, document_id) for row in own] for table, own in small.rows.items()}
    rows["target_counts"] = [
        {
            **rows["target_counts"][0],
            "ordinal": n + 1,
            "value": 100 + n,
            "value_max": None,
            "page": 2,
            "x0": 40.0 + 100 * (n // 11),
            "top": 30.0 + 20 * (n % 11),
            "x1": 110.0 + 100 * (n // 11),
            "bottom": 42.0 + 20 * (n % 11),
            "continued": None,
            "method": "ocr",
            "confidence": 0.5 + 0.05 * n if n < 8 else 0.88,
            "raw_text": f"対象者数{100 + n}人",
        }
        for n in range(doubts)
    ]
    return data, replace(small, document_id=document_id, rows=rows)


def renamed(row: Row, before: str, after: str) -> Row:
    """A row of one document as that of another."""

    def one(value: Any) -> Any:
        return value.replace(before, after).replace(before[:12], after[:12]) if isinstance(value, str) else value

    return {name: one(value) for name, value in row.items()}


def kept(folder: Path, *documents: tuple[bytes, Extraction]) -> Path:
    """An output folder with documents that need no reading."""
    for data, extraction in documents:
        keep(folder, data, extraction)
    write_tables(folder)
    return folder


@contextmanager
def served_here(out: Path, lang: Lang = "ja") -> Iterator[str]:
    """The address of the application, served by a thread of this process until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        port = opened.getsockname()[1]
        server = server_of(out, Access("127.0.0.1", port), lang)
        thread = threading.Thread(target=server.run, args=([opened],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def served(out: Path, *, lang: str = "ja", host: str = "127.0.0.1", token: str | None = None) -> Iterator[str]:
    """The address of the application, served by a process of its own until the block ends."""
    code = (
        "import sys; from pathlib import Path; from pipeline.review.app import serve; "
        f"serve(Path(sys.argv[1]), {host!r}, 0, {token!r}, {lang!r}, lambda url: print(url, flush=True))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(out)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip().removesuffix("/")
        finally:
            process.terminate()
