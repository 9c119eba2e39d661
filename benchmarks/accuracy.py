"""How far confidence is to be trusted, and how well whole documents are read: the figures of docs/accuracy.md.

    python -m benchmarks.accuracy SCAN.pdf TEXT.pdf [--truth DIR] [--twins 1,2,16] [--cache DIR] [--write DOC.md]

SCAN.pdf shows the same pages as TEXT.pdf, whose text layer is the truth about characters and cells; `--twins` names the
pages of TEXT.pdf that SCAN.pdf has, when it has not all of them. `--truth` is a folder of truth about the values
(samples/gold/…). A value is right when the truth has it in that case; a cell when the same page of TEXT.pdf has one of
the same words. `--write` puts the figures between two marks in a document, in place of those of the last time.
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pdfplumber
import pypdfium2

from benchmarks.measuring import write
from benchmarks.scan import calibration, numbers
from extractors.pages.text_layer import read_page
from extractors.scans.reading import read_document_page
from extractors.scans.rendering import open_document
from extractors.scans.settings import ReadingSettings
from pipeline.archive.archive import keep
from pipeline.documents.document import extract_document
from pipeline.extraction import Row, Source
from pipeline.tables.write import write_tables
from tests.scoring import IDENTITY, _rows, plain, read_table, score

EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
SURE = 0.9
GOAL = 0.98


class Value(NamedTuple):
    """One recognised value: a row of `table` with its confidence, and whether the truth has it."""

    table: str
    row: Row
    right: bool


def twin_of(text: bytes, pages: list[int] | None) -> bytes:
    """Those pages of a PDF as a PDF of their own; all of it without `pages`."""
    if pages is None:
        return text
    with pypdfium2.PdfDocument(text) as whole, pypdfium2.PdfDocument.new() as part:
        part.import_pages(whole, [page - 1 for page in pages])
        packed = io.BytesIO()
        part.save(packed)
        return packed.getvalue()


def sections_right(truth: list[Row], mine: list[Row]) -> Iterator[tuple[Row, bool]]:
    """Sections word by word: heading and text together, in their case, at their place in the outline."""

    def words(row: Row, chosen: object = None) -> tuple[Any, ...]:
        text = row.get("text") if chosen is None else chosen
        return row["case_no"], str(row["path"]), (plain(row.get("heading")) or "") + (plain(text) or "")

    known = {words(row, other) for row in truth for other in (None, *row.get("alt", {}).get("text", ()))}
    open_text = {(row["case_no"], str(row["path"])) for row in truth if "text" in row.get("optional_columns", ())}
    for row in mine:
        if (row["case_no"], str(row["path"])) not in open_text:
            yield row, words(row) in known


def values(truth: Path, out: Path, document_id: str) -> Iterator[Value]:
    """The rows of a document that the truth can judge."""

    def gold(name: str) -> list[Row]:
        path = truth / f"{name}.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []

    for table in IDENTITY:
        if rows := gold(table):
            mine = read_table(out, table, document_id)
            right = {id(row) for _, row in _rows(rows, mine, table)[2]}
            yield from (Value(table, row, id(row) in right) for row in mine)
    titles = {row["case_no"]: [plain(row["title"]), *map(plain, row.get("alt", {}).get("title", ()))]
              for row in gold("cases")}  # fmt: skip
    for row in read_table(out, "cases", document_id):
        yield Value("cases", row, plain(row["title"]) in titles.get(row["case_no"], ()))
    if rows := gold("sections"):
        judged = sections_right(rows, read_table(out, "sections", document_id))
        yield from (Value("sections", row, right) for row, right in judged)


def cell_values(scanned: list[Row], real: list[Row]) -> Iterator[Value]:
    """The cells of ruled tables that hold words, against those of the same page of the twin, wherever they stand."""
    left = Counter((row["page"], plain(row["text"])) for row in real)
    for row in scanned:
        if words := plain(row["text"]):
            right = left[row["page"], words] > 0
            left[row["page"], words] -= right
            yield Value("table_cells", row, right)


def is_flagged(row: Row, findings: list[Row]) -> bool:
    """Whether a finding stands at a value's place."""
    return any(
        finding.get("page") == row["page"]
        and finding.get("x0") is not None
        and finding["x0"] <= row["x1"] and row["x0"] <= finding["x1"]
        and finding["top"] <= row["bottom"] and row["top"] <= finding["bottom"]
        for finding in findings
    )  # fmt: skip


def characters(scan: bytes, twin: bytes, settings: ReadingSettings) -> list[list[int]]:
    """By confidence band of benchmarks.scan: recognised characters, and how many the truth has at their place."""
    bins = [[0, 0] for _ in range(8)]
    with pdfplumber.open(io.BytesIO(scan)) as scans, pdfplumber.open(io.BytesIO(twin)) as truths:
        document = open_document(scan)
        for page, real in zip(scans.pages, truths.pages, strict=True):
            calibration(read_document_page(page, document, settings), read_page(real), bins)
            page.close()
            real.close()
        document.close()
    return bins


def bands(found: list[Value]) -> list[str]:
    """The calibration curve as lines of a Markdown table."""
    counts = [[0, 0] for _ in EDGES]
    for value in found:
        own = counts[bisect(EDGES, value.row["confidence"]) - 1]
        own[0] += 1
        own[1] += value.right
    lines = []
    for number, (count, right) in enumerate(counts):
        upper = EDGES[number + 1] if number + 1 < len(EDGES) else 1.0
        if count:
            lines.append(f"| {EDGES[number]}–{upper} | {count} | {right} | {right / count:.1%} |")
    return lines


def share(found: list[Value]) -> str:
    right = sum(value.right for value in found)
    return f"{right} / {len(found)} = {right / len(found):.2%}" if found else "—"


def figures(options: argparse.Namespace) -> tuple[list[str], list[str]]:
    """The Markdown lines of the figures, and the sure values that are wrong."""
    scan, twin = options.scan.read_bytes(), twin_of(options.text.read_bytes(), options.twins)
    settings = ReadingSettings(cache_folder=options.cache)
    read = extract_document(scan, Source(options.scan.name), settings=settings)
    real = extract_document(twin, Source(options.text.name))
    found = list(cell_values(read.rows["table_cells"], real.rows["table_cells"]))
    scores: dict[str, float] = {}
    if options.truth:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder)
            keep(out, scan, read)
            write_tables(out)
            found += values(options.truth, out, read.document_id)
            scores, _ = score(options.truth, out, options.scan.name)
    found = [value for value in found if value.row["method"] == "ocr"]
    by_table: dict[str, list[Value]] = defaultdict(list)
    for value in found:
        by_table[value.table].append(value)
    sure = [value for value in found if value.row["confidence"] >= SURE]
    wrong = [value for value in sure if not value.right]
    all_wrong = [value for value in found if not value.right]
    findings = read.rows["findings"]
    silent = [value for value in all_wrong if not is_flagged(value.row, findings)]

    lines = [f"`{options.scan.name}`, {read.page_count} 頁 / pages", ""]
    lines += ["| confidence | 値 / values | 正 / right | 率 / share |", "|---|---|---|---|", *bands(found), ""]
    right = sum(value.right for value in sure) / len(sure) if sure else 0.0
    met = "達成 / met" if right >= GOAL else "未達 / missed"
    lines += [f"0.9 以上 / at 0.9 or more: {share(sure)}（目標 / goal {GOAL:.0%}: {met}）", ""]
    lines += ["| 表 / table | 値 / values | 正 / right | 0.9 以上 / at 0.9 or more |", "|---|---|---|---|"]
    for table, own in sorted(by_table.items()):
        own_sure = [value for value in own if value.row["confidence"] >= SURE]
        lines.append(f"| {table} | {len(own)} | {sum(value.right for value in own)} | {share(own_sure)} |")
    counts = [value for value in all_wrong if value.table == "target_counts"]
    lines += [
        "",
        f"違う値のうち指摘が重ならないもの / wrong values without a finding at their place: {len(silent)} / "
        f"{len(all_wrong)}; 数 / of `target_counts`: {sum(value in silent for value in counts)} / {len(counts)}",
        "",
        "| confidence | 文字 / characters | 正 / right |",
        "|---|---|---|",
    ]
    for edge, (count, good) in zip((0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999), characters(scan, twin, settings),
                                   strict=True):  # fmt: skip
        if count:
            lines.append(f"| {edge}– | {count} | {good / count:.2%} |")
    if scores:
        lines += ["", "| 正解との一致 / score | |", "|---|---|"]
        lines += [f"| {name} | {value:.3f} |" for name, value in scores.items()]
    told = [f"{v.table} p{v.row['page']} {v.row['confidence']:.2f} {v.row.get('raw_text')!r}" for v in wrong]
    return lines, told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scan", type=Path)
    parser.add_argument("text", type=Path)
    parser.add_argument("--truth", type=Path, help="a folder of truth about the values")
    parser.add_argument("--twins", type=numbers, help="the pages of TEXT.pdf that SCAN.pdf has, in its order")
    parser.add_argument("--cache", type=Path, help="where recognised lines are kept for the next time")
    parser.add_argument("--write", type=Path, help="the document to put the figures into")
    options = parser.parse_args()
    lines, wrong = figures(options)
    print("\n".join(lines))
    print("\nsure and wrong:", *(wrong or ["none"]), sep="\n  ")
    if options.write:
        write(options.write, options.scan.stem, lines)


if __name__ == "__main__":
    main()
