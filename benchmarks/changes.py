"""What a comparison takes: of large outputs in which nothing, a little or everything changed, and of recorded runs.

    .venv/bin/python -m benchmarks.changes [--documents 200]

The sample report is read once; its rows, under an ID of their own for each document, make the outputs. Seconds are of
processor time. Also printed: what recording a run's state adds to a night with nothing new.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import orjson

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from pipeline.archive.archive import folder_of  # noqa: E402
from pipeline.changes.compare import Changes, compare  # noqa: E402
from pipeline.changes.page import as_html  # noqa: E402
from pipeline.changes.places import spots  # noqa: E402
from pipeline.changes.recorded import record_state, recorded  # noqa: E402
from pipeline.changes.states import State  # noqa: E402
from pipeline.documents.document import extract_document  # noqa: E402
from pipeline.extraction import Source  # noqa: E402


def fill(out: Path, rows: bytes, own_id: str, numbers: range, pdf: bytes, change: Callable[[bytes], bytes]) -> None:
    """Documents as an archive keeps them, without reading any."""
    for number in numbers:
        document_id = hashlib.sha256(str(number).encode()).hexdigest()
        folder = folder_of(out, document_id)
        folder.mkdir(parents=True, exist_ok=True)
        named = rows.replace(own_id.encode(), document_id.encode()).replace(
            own_id[:12].encode(), document_id[:12].encode()
        )
        (folder / "rows.json.new").write_bytes(change(named))
        (folder / "rows.json.new").replace(folder / "rows.json")
        (folder / "sources.json").write_bytes(orjson.dumps([{"file_name": f"{number}.pdf", "source_url": None}]))
        (folder / "document.pdf").write_bytes(pdf if number < 20 else b"%PDF-")


def timed(name: str, work: Callable[[], Changes | str | None]) -> Changes | str | None:
    began = time.process_time()
    done = work()
    seconds = time.process_time() - began
    said = f"{sum(done.counts.values()):9,} rows" if isinstance(done, Changes) else ""
    print(f"{name:52} {seconds:8.2f} s CPU {said}")
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=200)
    count = parser.parse_args().documents
    pdf = (ROOT / "samples" / "r5q1-text.pdf").read_bytes()
    extraction = extract_document(pdf, Source("r5q1-text.pdf"))
    kept = {"document_id": extraction.document_id, "page_count": extraction.page_count, "rows": extraction.rows}
    rows, own = orjson.dumps(kept), extraction.document_id
    print(
        f"{count} documents of {len(rows) / 1e6:.1f} MB of rows, {sum(map(len, extraction.rows.values())):,} rows each"
    )
    with tempfile.TemporaryDirectory() as folder:
        old, new = Path(folder, "old"), Path(folder, "new")
        for out in (old, new):
            fill(out, rows, own, range(count), pdf, lambda data: data)
        timed("two outputs, nothing changed", lambda: compare(State(old), State(new)))
        fill(new, rows, own, range(10), pdf, lambda data: data.replace("業務委託".encode(), "外部委託".encode()))
        few = timed("two outputs, 10 documents changed", lambda: compare(State(old), State(new)))
        timed("recording a run for the first time", lambda: record_state(new, "20260401T000000Z"))
        timed("recording a run in which nothing changed", lambda: record_state(new, "20260402T000000Z"))
        fill(new, rows, own, range(count), pdf, lambda data: data.replace("業務委託".encode(), "外部委託".encode()))
        timed("two outputs, every document changed", lambda: compare(State(old), State(new)))
        fill(new, rows, own, range(5), pdf, lambda data: data)
        record_state(new, "20260403T000000Z")
        runs = [State(new, recorded(new, f"2026040{day}T000000Z")) for day in (2, 3)]
        timed("two recorded runs", lambda: compare(*runs))
        assert isinstance(few, Changes)
        places = spots(few.changes)
        began = time.monotonic()
        page = as_html(few, places, State(old).pdf, State(new).pdf, "ja")
        pictures = page.count("data:image/webp")
        print(f"page of {len(places)} places, {pictures} pictures, {len(page) / 1e6:.1f} MB", end="")
        print(f"{time.monotonic() - began:12.1f} s")
    print(f"most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
