"""How quick the review application is with 10,000 items in its queue: its server, and the browser that shows its pages.

    python -m benchmarks.review [--items 10000] [--decided 5000] [--times 20] [--keep FOLDER]

The items stand in copies of the sample report as it is read, each a document of its own, with doubtful values added.
Prints, for each page, the milliseconds until the server's whole answer, the server's own processor time, and what
Chromium needs until the page is shown. Exits with 1 where the queue or a case takes 300 ms or more (the median).
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import httpx  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from review_desk import CHROMIUM, LAPTOP, kept, read, renamed, served  # noqa: E402

from pipeline.archive.archive import rows_kept  # noqa: E402
from pipeline.extraction import Extraction, Row  # noqa: E402
from pipeline.review.decisions import Decision, append  # noqa: E402
from pipeline.review.desk import Desk  # noqa: E402

SAMPLE = ROOT / "samples" / "r5q1-text.pdf"
ALLOWED = 300.0
"""Milliseconds that the queue and a case may take."""

DOUBTS = 60
"""Doubtful values added to each copy of the report."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--decided", type=int, default=5_000)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--keep", type=Path, help="make the output folder here, or take the one that is here")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        out = chosen.keep or Path(scratch) / "out"
        if not (out / "tables").is_dir():
            many_items(out, chosen.items)
            decide_some(out, chosen.decided)
        return measure(out, chosen.times)


def many_items(out: Path, items: int) -> None:
    """An output folder with so many items."""
    pdf = SAMPLE.read_bytes()
    with tempfile.TemporaryDirectory() as scratch:
        first = hashlib.sha256(pdf).hexdigest()
        rows = rows_kept(read(Path(scratch), sample=pdf), first)
    rows["target_counts"] += [_doubt(rows["target_counts"][0], n) for n in range(DOUBTS)]
    documents = []
    for number in range(-(-items // (DOUBTS + len(rows["findings"])))):
        data = pdf + f"\n% {number}\n".encode()
        own = hashlib.sha256(data).hexdigest()
        theirs = {table: [renamed(row, first, own) for row in one] for table, one in rows.items()}
        theirs["documents"][0]["file_name"] = f"report-{number:03d}.pdf"
        documents.append((data, Extraction(own, f"report-{number:03d}.pdf", len(rows["pages"]), theirs, {})))
    kept(out, *documents)


def _doubt(row: Row, number: int) -> Row:
    top = 20.0 + 10 * (number % 70)
    spot = {"page": 20 + number // 70, "x0": 100.0, "top": top, "x1": 200.0, "bottom": top + 8, "continued": None}
    return {**row, **spot, "ordinal": 900 + number, "method": "ocr", "confidence": 0.5 + number % 40 / 100}


def decide_some(out: Path, count: int) -> None:
    """Decisions by three reviewers on the first items of the queue."""
    for number, item in enumerate(Desk(out).queue().items[:count]):
        row = {name: value for name, value in item.row.items() if value is not None}
        name = ("甲", "乙", "丙")[number % 3]
        append(out, Decision("", name, "accept", item.document_id, item.table, item.key, None, None, None, "", row))


def measure(out: Path, times: int) -> int:
    """Print the figures; 1 where they are not good enough."""
    slow = []
    with served(out) as address, httpx.Client(base_url=address, timeout=120) as client:
        began = time.perf_counter()
        page = client.get("/").text
        print(f"first page, the queue gathered from the tables: {1000 * (time.perf_counter() - began):.0f} ms")
        csrf = re.findall(r'name="csrf" value="(\w+)"', page)[0]
        client.post("/name", data={"csrf": csrf, "name": "甲", "back": "/"})
        item = re.findall(r'href="(/item/\w+)"', page)[0]
        case = re.findall(r'href="(/case/[\w-]+)"', client.get(item).text)[0]
        document = re.findall(r'value="([0-9a-f]{64})"', page)[0]
        pages = {
            "queue": "/",
            "queue, all states": "/?state=all",
            "queue, last page": f"/?state=all&page={10**5}",
            "queue, one document": f"/?document={document}&state=all",
            "item": item,
            "case": case,
            "flow of a case": case.split("?")[0] + "/flow.svg",
            "documents": "/documents",
            "history": "/history",
        }
        print(f"{'':28}{'server ms':>22}{'CPU ms':>9}{'browser ms':>22}")
        browsed = browser_times(address, {name: pages[name] for name in pages if "flow" not in name}, times)
        for name, path in pages.items():
            answered, spent = timed(lambda path=path: client.get(path).raise_for_status(), times)  # type: ignore[misc]
            shown = browsed.get(name, [])
            print(f"{name:28}{spread(answered):>22}{spent:9.0f}{spread(shown):>22}")
            worst = max(statistics.median(answered), statistics.median(shown or [0.0]))
            if name in ("queue", "case") and worst >= ALLOWED:
                slow.append(name)

        def decide() -> None:
            sent = client.post(item, data={"csrf": csrf, "action": "accept", "seen": "x"})
            client.get(sent.headers["location"]).raise_for_status()

        answered, spent = timed(decide, times)
        print(f"{'a decision, and the next':28}{spread(answered):>22}{spent:9.0f}")
    print("too slow: " + ", ".join(slow) if slow else f"queue and case under {ALLOWED:.0f} ms")
    return 1 if slow else 0


def timed(ask: Callable[[], object], times: int) -> tuple[list[float], float]:
    """Milliseconds of each of so many requests, and the processor time that one cost all children of this process."""
    taken, before = [], _children_ms()
    for _ in range(times):
        began = time.perf_counter()
        ask()
        taken.append(1000 * (time.perf_counter() - began))
    return taken, (_children_ms() - before) / times


def _children_ms() -> float:
    """Processor time so far of the processes that this one started, in milliseconds."""
    total = 0
    for thread in os.listdir("/proc/self/task"):
        for child in Path(f"/proc/self/task/{thread}/children").read_text().split():
            if "serve(" in Path(f"/proc/{child}/cmdline").read_text():
                fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
                total += int(fields[11]) + int(fields[12])
    return 1000 * total / os.sysconf("SC_CLK_TCK")


def browser_times(address: str, pages: dict[str, str], times: int) -> dict[str, list[float]]:
    """Milliseconds from asking for each page until it is there with all that belongs to it."""
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)
        page = browser.new_page(viewport=LAPTOP, base_url=address)
        page.goto("/name?back=/")
        page.fill("#name", "乙")
        page.keyboard.press("Enter")
        page.wait_for_url("/")
        for name, path in pages.items():
            taken = []
            for _ in range(times + 1):
                page.goto(path, wait_until="load")
                entry = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventStart")
                taken.append(float(entry))
            found[name] = taken[1:]  # at first the page's picture is painted
        browser.close()
    return found


def spread(values: list[float]) -> str:
    """The least, the median and the most."""
    return f"{min(values):.0f} / {statistics.median(values):.0f} / {max(values):.0f}" if values else "–"


if __name__ == "__main__":
    sys.exit(main())
