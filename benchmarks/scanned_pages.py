"""Scanned pages: what a page takes beside the recognition itself, and whole commands beside what others would run."""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pypdfium2

from benchmarks import others
from benchmarks.made import SCAN, rescanned
from benchmarks.measuring import Spent, Watch, medians, ratio, spent, taken, told_by, watched
from benchmarks.text_pages import PEAK, START_UP
from extractors.pages.opening import open_pdf
from extractors.scans import engines
from extractors.scans.settings import ReadingSettings
from pipeline.documents.page_pool import read_pages

STEPS = {
    "render": [("extractors.scans.reading", "render")],
    "rulings and drawing": [("extractors.scans.scan", name) for name in ("find_strokes", "find_drawing")],
    "lines": [("extractors.scans.scan", "find_text_lines")],
    "first engine": [("extractors.scans.rapid_ocr", "RapidOcr.recognise")],
    "second engine": [("extractors.scans.tesseract", "TesseractOcr.recognise_sheets")],
}
NAMES = {
    "render": "画像にする / render",
    "rulings and drawing": "罫線と図 / rulings and drawing",
    "lines": "行を探す / lines",
    "first engine": "一つ目の読み取り器 / first engine",
    "second engine": "二つ目の読み取り器 / second engine",
}

Commands = dict[str, list[Spent]]


def scan_pass(data: bytes) -> tuple[float, dict[str, float]]:
    """CPU seconds of reading a scan's pages as one worker reads them, its models loaded, and of their steps."""

    def read(scan: bytes) -> int:
        with open_pdf(scan) as pdf:
            return sum(1 for _ in read_pages(pdf, scan, ReadingSettings(), 1, _lost))

    engines.first_reader.cache_clear()  # nothing that was read before is remembered
    engines.second_reader.cache_clear()
    read(rescanned(data, 1))
    with watched(STEPS) as seconds:
        total = taken(lambda: read(data))
    return total, seconds


def _lost(number: int, _page: object, error: Exception) -> None:
    raise RuntimeError(f"page {number} could not be read") from error


def figures(scan: Path | None, pages: int, runs: int, python: str) -> tuple[list[str], dict[str, float]]:
    """The lines of the tables of scanned pages, and the ratios to be kept.

    Without `scan`, the pages of the sample are laid on the glass again until there are so many. `python` may have the
    other programs.
    """
    with tempfile.TemporaryDirectory() as folder:
        if scan is None:
            scan = Path(folder, f"{SCAN.stem}-{pages}.pdf")
            scan.write_bytes(rescanned(SCAN.read_bytes(), pages))
        with pypdfium2.PdfDocument(scan) as document:
            pages = len(document)
        lines = [f"`{scan.name}`, {pages} 頁 / pages, {runs} 回の中央値 / medians of {runs}", ""]
        inside, kept = _reading(scan.read_bytes(), pages, runs)
        outside, ratios = _commands(scan, pages, runs, python, Path(folder))
        memory = told_by(PEAK, str(scan))
    peak = (
        f"両方の読み取り器での一つのワーカーの最大メモリー / a worker's peak memory with both engines: {memory:.0f} MB"
    )
    return [*lines, *inside, *outside, "", peak], {**kept, **ratios, "scan: peak memory / 600 MB": memory / 600}


def _reading(data: bytes, pages: int, runs: int) -> tuple[list[str], dict[str, float]]:
    passes = [scan_pass(data) for _ in range(runs)]
    total, *steps = medians([total, *(seconds[step] for step in STEPS)] for total, seconds in passes)
    own = [seconds["first engine"] + seconds["second engine"] for _, seconds in passes]
    to_engines = ratio([total for total, _ in passes], own)
    lines = ["| | CPU秒・頁 / CPU s a page | 頁・CPU秒 / pages a CPU s | 全体比 / share |", "|---|---|---|---|"]
    rows = [
        ("**besshi: 読み取り / besshi: reading**", total),
        *((f"— {NAMES[s]}", u) for s, u in zip(STEPS, steps, strict=True)),
    ]
    lines += [
        f"| {name} | {used / pages:.2f} | {pages / max(used, 1e-9):.2f} | {used / total:.2f} |" for name, used in rows
    ]
    said = f"読み取り / 二つの読み取り器だけの時間 = {to_engines:.2f} / reading over the two engines' own time"
    return [*lines, "", said, ""], {"scan: reading / its engines": to_engines}


def _commands(scan: Path, pages: int, runs: int, python: str, folder: Path) -> tuple[list[str], dict[str, float]]:
    """Whole commands, start-up included, each in turn with the others."""
    used, missing, beside = _in_turn(scan, runs, python, folder)
    lines = [
        "| 起動を含む / start-up included | CPU秒・頁 / CPU s a page | 秒・頁 / wall s a page | 頁・秒 / pages a s "
        "| MB |",
        "|---|---|---|---|---|",
    ]
    for name, each in used.items():
        seconds, wall, peak = medians(each)
        lines.append(f"| {name} | {seconds / pages:.2f} | {wall / pages:.2f} | {pages / wall:.2f} | {peak / 1e6:.0f} |")
    lines += [
        "",
        "MB は全プロセスの合計（共有分は重複）/ MB of all processes together, what they share counted twice",
        "",
    ]
    one, two = used[BESSHI.format(1)], used[BESSHI.format(2)]
    gain = _wall(one, two)
    lines += [
        "| 比 / ratios | CPU（並行処理一つ / one worker） | 経過時間（二つ）/ wall (two workers) |",
        "|---|---|---|",
        f"| 並行処理一つ / 二つ（one worker over two） | {_cpu(one, two):.2f} | {gain:.2f} |",
    ]
    ratios = {"scan: two workers / one (wall)": 1 / gain}
    for name, each in used.items():
        if name not in (BESSHI.format(1), BESSHI.format(2)):
            used_up, waited = _cpu(each, one), _wall(each, two)
            lines.append(f"| {name} / besshi | {used_up:.2f} | {waited:.2f} |")
            if name == others.TWO_JOBS:
                ratios |= {"scan: besshi / OCRmyPDF": 1 / used_up, "scan: besshi / OCRmyPDF (wall)": 1 / waited}
    worker = told_by(START_UP)
    lines += ["", "| 読み取りのほか / beside the reading | CPU秒 / CPU s |", "|---|---|"]
    lines += [f"| 主プロセス / main process | {beside:.2f} |", f"| ワーカーの起動 / a worker's start | {worker:.2f} |"]
    ratios["scan: start-up / 2 CPU s"] = (beside + worker) / 2
    if missing:
        lines += ["", f"入っていないもの / not installed: {', '.join(missing)}"]
    return lines, ratios


BESSHI = "besshi extract --workers {}"


def _in_turn(scan: Path, runs: int, python: str, folder: Path) -> tuple[Commands, list[str], float]:
    """What each command took, run by run; those that are not installed; CPU seconds of besshi's main process."""
    used: Commands = defaultdict(list)
    beside: list[Sequence[float]] = []
    program = others.ocrmypdf()
    there = [other for other in others.SCANS if others.is_there(other, python)]
    missing = [other.name for other in others.SCANS if other not in there]
    if program is None:
        missing.append("OCRmyPDF (apt-get install ocrmypdf tesseract-ocr-jpn)")
    reader = [sys.executable, "-m", "pipeline.command_line", "extract", str(scan)]
    for run in range(runs):
        for workers in (1, 2):
            watch = Watch({"worker": "pipeline.batch.worker", "engine": "tesseract"})
            out = str(folder / f"{run}-{workers}")
            took, _ = spent([*reader, "--workers", str(workers), "--out", out], watch=watch)
            used[BESSHI.format(workers)].append(took)
            if workers == 1:
                beside.append([watch.by_kind.get("", 0.0)])
        if program is not None:
            made = folder / "made.pdf"
            for name, command in others.ocrmypdf_commands(program, scan, made).items():
                used[name].append(spent(command)[0])
            both = used[others.TWO_JOBS][-1], spent(others.taken_out(made))[0]
            used[f"{others.TWO_JOBS} + pdfplumber"].append(_together(both))
        for other in there:
            used[other.name].append(spent(others.command(other, python, scan))[0])
    return used, missing, medians(beside)[0]


def _together(one_after_the_other: Sequence[Spent]) -> Spent:
    cpu, wall, peak = zip(*one_after_the_other, strict=True)
    return Spent(sum(cpu), sum(wall), max(peak))


def _cpu(a: Sequence[Spent], b: Sequence[Spent]) -> float:
    return ratio([one.cpu for one in a], [one.cpu for one in b])


def _wall(a: Sequence[Spent], b: Sequence[Spent]) -> float:
    return ratio([one.wall for one in a], [one.wall for one in b])
