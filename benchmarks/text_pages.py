"""Text pages: the whole job and its steps beside pdfplumber's bare pass, pypdfium2's bare text and other programs."""

from __future__ import annotations

import io
import statistics
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pdfplumber
import pypdfium2

from benchmarks import others
from benchmarks.measuring import medians, ratio, taken, told_by, watched
from pipeline.documents.document import extract_document
from pipeline.extraction import Source

STEPS = {
    "read": [("pipeline.documents.page_pool", "way_of")],
    "recognise": [("pipeline.documents.document", "read_layout")],
    "interpret": [
        ("pipeline.documents.gathering", name) for name in ("read_sheet", "read_list_row", "read_head", "join")
    ],
}
NAMES = {
    "read": "文字層を読む / read",
    "recognise": "表・図・行 / recognise",
    "interpret": "値にする / interpret",
    "write": "書く / write",
}
"""What the page calls each step."""

PEAK = """
import sys
from pathlib import Path
from pipeline.documents.document import extract_document
from pipeline.extraction import Source
extract_document(Path(sys.argv[1]).read_bytes(), Source("a.pdf"))
# not getrusage: its peak begins with that of the process which started this one
print(int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024)
"""
START_UP = """
import time
from pipeline.documents.document import extract_document
from extractors.japanese.language import pipeline
pipeline()("対象者")
print(time.process_time())
"""


def bare(data: bytes) -> None:
    """pdfplumber's bare pass: words and tables of every page."""
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            page.extract_words()
            page.extract_tables()
            page.close()


def whole(data: bytes) -> None:
    """The whole job: a document read, recognised, interpreted, kept, and its tables written."""
    from pipeline.archive.archive import keep
    from pipeline.tables.write import write_tables

    with tempfile.TemporaryDirectory() as out:
        keep(Path(out), data, extract_document(data, Source("document.pdf")))
        write_tables(Path(out))


def floor(data: bytes) -> None:
    """Every page's text and nothing else."""
    with pypdfium2.PdfDocument(data) as document:
        for page in document:
            page.get_textpage().get_text_range()
            page.close()


def figures(path: Path, runs: int, python: str) -> tuple[list[str], dict[str, float]]:
    """The lines of the table of text pages, and the ratios to be kept. `python` may have the other programs."""
    data = path.read_bytes()
    pages = len(pypdfium2.PdfDocument(data))
    whole(data), bare(data)
    used, steps = in_turn(data, runs)
    ours, theirs, floors = medians(used)
    to_bare = ratio(*([row[n] for row in used] for n in (0, 1)))
    rows: list[tuple[str, float, float]] = [("**besshi: 全工程 / besshi: the whole job**", ours, to_bare)]
    rows += [(f"— {NAMES[step]}", each, each / theirs) for step, each in steps.items()]
    rows.append(("pdfplumber: extract_words + extract_tables", theirs, 1.0))
    rows.append(("pypdfium2: 文字だけ（下限）/ pypdfium2: bare text, the floor", floors, floors / theirs))
    missing = []
    for other in others.TEXT:
        if others.is_there(other, python):
            passes = [
                (others.pass_over(other, python, path)[0], taken(lambda: bare(data))) for _ in range(min(runs, 3))
            ]
            rows.append((other.name, medians(passes)[0], ratio(*zip(*passes, strict=True))))
        else:
            missing.append(other.name)
    memory = told_by(PEAK, str(path))
    started = statistics.median(told_by(START_UP) for _ in range(3))
    lines = [f"`{path.name}`, {pages} 頁 / pages, {runs} 回の中央値 / medians of {runs}", ""]
    lines += ["| | CPU秒 / CPU s | 頁・秒 / pages a s | 対 pdfplumber / to pdfplumber |", "|---|---|---|---|"]
    lines += [f"| {name} | {used:.2f} | {pages / max(used, 1e-9):.1f} | {share:.2f} |" for name, used, share in rows]
    if missing:
        lines += ["", f"入っていないもの / not installed: {', '.join(missing)}"]
    lines += ["", f"起動 / start-up: {started:.2f} CPU s; 最大メモリー / peak memory: {memory:.0f} MB"]
    return lines, {"text: whole job / pdfplumber": to_bare, "text: peak memory / 600 MB": memory / 600}


def in_turn(data: bytes, runs: int) -> tuple[list[Sequence[float]], dict[str, float]]:
    """CPU seconds of the whole job, the bare pass and the floor, run by run, and the medians of the job's steps."""
    passes: list[Sequence[float]] = []
    steps: list[list[float]] = []
    works: tuple[Callable[[bytes], None], ...] = (bare, floor)
    for _ in range(runs):
        with watched({**STEPS, "extract": [("benchmarks.text_pages", "extract_document")]}) as seconds:
            ours = taken(lambda: whole(data))
        steps.append([*(seconds[step] for step in STEPS), ours - seconds["extract"]])
        passes.append([ours, *(taken(lambda work=work: work(data)) for work in works)])  # type: ignore[misc]
    return passes, dict(zip([*STEPS, "write"], medians(steps), strict=True))
