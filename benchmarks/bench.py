"""How fast besshi is, beside its floor and beside what a user would pick instead: the figures of docs/performance.md.

    python -m benchmarks.bench [--quick] [--text PDF] [--scan PDF] [--write docs/performance.md] [--keep]
    make bench                 the same, written into docs/performance.md and kept for the next time

Text pages: the whole job (read, recognise, interpret, write) in turn with the bare pdfplumber pass (`extract_words` and
`extract_tables`) over the same bytes in one process, after a warm-up of each; other programs likewise, where they are
installed; the floor is pypdfium2's bare text. Scanned pages: what a page takes beside the recognition itself, in one
process with nothing remembered; then whole commands, start-up included, with OCRmyPDF in the same run. Everything is
CPU seconds (children's too) unless it says wall; ratios are taken pair by pair, the median is told.

The last figures are kept in benchmarks/figures.json; what got slower since is said, and by how much.
"""

from __future__ import annotations

import argparse
import importlib
import io
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pypdfium2

from benchmarks.accuracy import write
from benchmarks.main_job import bare, whole
from benchmarks.scan import cpu, spent

ROOT = Path(__file__).resolve().parent.parent
FIGURES = Path(__file__).with_name("figures.json")
SLOWER = 1.1
"""A ratio that grew by more than this since the last figures is said to be slower."""

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

NAMES = {
    "read": "文字層を読む / read",
    "recognise": "表・図・行 / recognise",
    "interpret": "値にする / interpret",
    "write": "書く / write",
    "render": "画像にする / render",
    "rulings and drawing": "罫線と図 / rulings and drawing",
    "lines": "行を探す / lines",
    "first engine": "一つ目の読み取り器 / first engine",
    "second engine": "二つ目の読み取り器 / second engine",
}
"""What the page calls each step."""

TEXT_STEPS = {
    "read": [("pipeline.documents.page_pool", "way_of")],
    "recognise": [("pipeline.documents.document", "read_layout")],
    "interpret": [
        ("pipeline.documents.document", name) for name in ("read_sheet", "read_list_row", "read_head", "join")
    ],
}
SCAN_STEPS = {
    "render": [("extractors.scans.reading", "render")],
    "rulings and drawing": [("extractors.scans.scan", name) for name in ("find_strokes", "find_drawing")],
    "lines": [("extractors.scans.scan", "find_text_lines")],
    "first engine": [("extractors.scans.ocr", "RapidOcr.recognise")],
    "second engine": [("extractors.scans.tesseract", "TesseractOcr.recognise_sheets")],
}


@contextmanager
def watched(steps: dict[str, list[tuple[str, str]]]) -> Iterator[dict[str, float]]:
    """Adds up the CPU seconds of functions by step while the block runs."""
    seconds = dict.fromkeys(steps, 0.0)
    put_back: list[tuple[Any, str, Any]] = []

    def timed(step: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            begin = cpu()
            try:
                return work(*arguments, **named)
            finally:
                seconds[step] += cpu() - begin

        return run

    for step, places in steps.items():
        for module, name in places:
            owner: Any = importlib.import_module(module)
            *path, last = name.split(".")
            for part in path:
                owner = getattr(owner, part)
            put_back.append((owner, last, getattr(owner, last)))
            setattr(owner, last, timed(step, getattr(owner, last)))
    try:
        yield seconds
    finally:
        for owner, last, work in put_back:
            setattr(owner, last, work)


def taken(work: Callable[[], object]) -> float:
    """CPU seconds that the work takes, its children's included."""
    begin = cpu()
    work()
    return cpu() - begin


def told_by(code: str, *arguments: str) -> float:
    """The number that a process of its own prints last."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return float(done.stdout.split()[-1])


# --- text pages -------------------------------------------------------------------------------------------------------


def bare_text(data: bytes) -> None:
    """The floor: every page's text and nothing else."""
    with pypdfium2.PdfDocument(data) as document:
        for page in document:
            page.get_textpage().get_text_range()
            page.close()


def by_pymupdf(data: bytes) -> None:
    import pymupdf

    with pymupdf.open(stream=data) as document:
        for page in document:
            page.get_text("words")
            for table in page.find_tables().tables:
                table.extract()


def by_camelot(data: bytes) -> None:
    import camelot

    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        camelot.read_pdf(file.name, pages="all")


OTHERS: dict[str, tuple[str, Callable[[bytes], None]]] = {
    "PyMuPDF (words, find_tables)": ("pymupdf", by_pymupdf),
    "Camelot (lattice)": ("camelot-py", by_camelot),
}


def installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def text_figures(path: Path, runs: int) -> tuple[list[str], dict[str, float]]:
    """The lines of the table of text pages, and the ratios to be kept."""
    data = path.read_bytes()
    pages = len(pypdfium2.PdfDocument(data))
    whole(data), bare(data)
    ours, theirs, floors = [], [], []
    steps: dict[str, list[float]] = {step: [] for step in (*TEXT_STEPS, "write")}
    for _ in range(runs):
        with watched({**TEXT_STEPS, "extract": [("pipeline.documents.document", "extract_document")]}) as seconds:
            ours.append(taken(lambda: whole(data)))
        for step in TEXT_STEPS:
            steps[step].append(seconds[step])
        steps["write"].append(ours[-1] - seconds["extract"])
        theirs.append(taken(lambda: bare(data)))
        floors.append(taken(lambda: bare_text(data)))
    middle = statistics.median
    ratio = middle(a / b for a, b in zip(ours, theirs, strict=True))
    rows = [
        ("**besshi: 全工程 / the whole job**", middle(ours), ratio),
        *((f"— {NAMES[step]}", middle(each), middle(each) / middle(theirs)) for step, each in steps.items()),
        ("pdfplumber: extract_words + extract_tables", middle(theirs), 1.0),
        ("pypdfium2: 文字だけ（下限）/ bare text, the floor", middle(floors), middle(floors) / middle(theirs)),
    ]
    missing = []
    for name, (package, work) in OTHERS.items():
        if installed(package):
            work(data)
            pairs = [(taken(lambda work=work: work(data)), taken(lambda: bare(data))) for _ in range(runs)]
            rows.append((name, middle(a for a, _ in pairs), middle(a / b for a, b in pairs)))
        else:
            missing.append(name)
    lines = [f"`{path.name}`, {pages} 頁 / pages, {runs} 回の中央値 / medians of {runs}", ""]
    lines += ["| | CPU秒 / CPU s | 頁・秒 / pages a s | 対 pdfplumber / to pdfplumber |", "|---|---|---|---|"]
    lines += [f"| {name} | {used:.2f} | {pages / max(used, 1e-9):.0f} | {share:.2f} |" for name, used, share in rows]
    if missing:
        lines += ["", f"入っていないもの / not installed: {', '.join(missing)}"]
    memory = told_by(PEAK, str(path))
    started = middle(told_by(START_UP) for _ in range(3))
    lines += ["", f"起動 / start-up: {started:.2f} CPU s; 最大メモリー / peak memory: {memory:.0f} MB"]
    return lines, {"text: whole job / pdfplumber": ratio, "text: peak memory / 600 MB": memory / 600}


# --- scanned pages ----------------------------------------------------------------------------------------------------


def scan_pass(data: bytes) -> tuple[float, dict[str, float]]:
    """CPU seconds of reading a scan's pages after the first, which warms up, and of their steps."""
    import pdfplumber

    from extractors.scans import engines
    from extractors.scans.reading import read_document_page
    from extractors.scans.rendering import open_document
    from extractors.scans.settings import ReadingSettings

    def read(pages: slice) -> None:
        document = open_document(data)
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            for page in pdf.pages[pages]:
                read_document_page(page, document, ReadingSettings())
                page.close()
        document.close()

    engines.first_reader.cache_clear()  # nothing that was read before is remembered
    engines.second_reader.cache_clear()
    read(slice(1))  # models loaded
    with watched(SCAN_STEPS) as seconds:
        total = taken(lambda: read(slice(1, None)))
    return total, seconds


def scan_figures(path: Path, runs: int) -> tuple[list[str], dict[str, float]]:
    """The lines of the tables of scanned pages, and the ratios to be kept."""
    data = path.read_bytes()
    pages = len(pypdfium2.PdfDocument(data))
    passes = [scan_pass(data) for _ in range(runs)]
    measured = max(pages - 1, 1)
    middle = statistics.median
    total = middle(each for each, _ in passes)
    engines = [steps["first engine"] + steps["second engine"] for _, steps in passes]
    ratio = middle(each / own for (each, _), own in zip(passes, engines, strict=True))
    lines = [f"`{path.name}`, {pages} 頁 / pages, {runs} 回の中央値 / medians of {runs}", ""]
    lines += ["| | CPU秒・頁 / CPU s a page | 全体比 / share |", "|---|---|---|"]
    lines.append(f"| **besshi: 読み取り / reading** | {total / measured:.2f} | 1.00 |")
    for step in SCAN_STEPS:
        used = middle(steps[step] for _, steps in passes)
        lines.append(f"| — {NAMES[step]} | {used / measured:.2f} | {used / total:.2f} |")
    lines += ["", f"読み取り / 二つの読み取り器だけの時間 = {ratio:.2f} / reading over the two engines' own time", ""]
    kept = {"scan: reading / its engines": ratio}
    more, ratios = commands(path, pages, runs)
    memory = told_by(PEAK, str(path))
    lines += [*more, "", f"両方の読み取り器での最大メモリー / peak memory with both engines: {memory:.0f} MB"]
    return lines, {**kept, **ratios, "scan: peak memory / 600 MB": memory / 600}


def commands(path: Path, pages: int, runs: int) -> tuple[list[str], dict[str, float]]:
    """Whole commands, start-up included: besshi with one worker and two, OCRmyPDF with two jobs."""
    program = shutil.which("ocrmypdf")
    reader = [sys.executable, "-m", "pipeline.command_line", "extract", str(path)]
    used: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for run in range(runs):
            for workers in ("1", "2"):
                out = str(Path(folder, f"{run}-{workers}"))
                name = f"besshi extract --workers {workers}"
                used.setdefault(name, []).append(spent([*reader, "--workers", workers, "--out", out]))
            if program is not None:
                made = str(Path(folder, "made.pdf"))
                command = [program, "-l", "jpn", "--jobs", "2", "--force-ocr", str(path), made]
                used.setdefault("OCRmyPDF --jobs 2 (-l jpn --force-ocr)", []).append(spent(command))
    lines = ["| 起動を含む / start-up included | CPU秒・頁 / CPU s a page | 秒・頁 / wall s a page |", "|---|---|---|"]
    for name, each in used.items():
        seconds, wall = (statistics.median(column) / pages for column in zip(*each, strict=True))
        lines.append(f"| {name} | {seconds:.2f} | {wall:.2f} |")
    one, two, *usual = used.values()
    gain = statistics.median(a[1] / b[1] for a, b in zip(one, two, strict=True))
    lines += ["", f"一つの並行処理 / 二つ = {gain:.2f} / one worker over two (wall)"]
    ratios = {"scan: two workers / one (wall)": 1 / gain}
    if usual:
        faster = statistics.median(b[0] / a[0] for a, b in zip(one, usual[0], strict=True))
        lines.append(f"OCRmyPDF / besshi = {faster:.2f} (CPU)")
        ratios["scan: besshi / OCRmyPDF"] = 1 / faster
    else:
        lines += ["", "入っていないもの / not installed: OCRmyPDF (apt-get install ocrmypdf tesseract-ocr-jpn)"]
    return lines, ratios


# --- beside the last time ---------------------------------------------------------------------------------------------


def slower(now: dict[str, float], before: dict[str, float]) -> list[str]:
    """What got slower since the last figures, and by how much; each figure is a ratio that should be small."""
    return [
        f"{name}: {before[name]:.2f} → {value:.2f} ({value / before[name] - 1:+.0%})"
        for name, value in now.items()
        if name in before and value > SLOWER * before[name]
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, default=ROOT / "samples" / "r5q1-text.pdf")
    parser.add_argument("--scan", type=Path, default=ROOT / "samples" / "r5q1-scan-excerpt.pdf")
    parser.add_argument("--quick", action="store_true", help="fewer runs: about three minutes on two idle cores")
    parser.add_argument("--write", type=Path, help="the document to put the tables into")
    parser.add_argument("--keep", action="store_true", help="keep the ratios to compare the next time with")
    options = parser.parse_args()
    begin = time.monotonic()
    now: dict[str, float] = {}
    for name, (lines, ratios) in (
        ("text pages", text_figures(options.text, 3 if options.quick else 7)),
        ("scanned pages", scan_figures(options.scan, 1 if options.quick else 3)),
    ):
        print("\n".join(lines), end="\n\n")
        now |= ratios
        if options.write:
            write(options.write, name, lines)
    before = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    worse = slower(now, before)
    print("slower than the last figures:", *(worse or ["nothing"]), sep="\n  ")
    if options.keep:
        FIGURES.write_text(json.dumps({k: round(v, 3) for k, v in now.items()}, indent=2) + "\n", encoding="utf-8")
    print(f"{time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
