"""A report of many pages: memory that does not grow with it, pages spread over processes, the same bytes."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import orjson
import pypdfium2
import pytest
from conftest import ROOT, SAMPLE

from extractors.pages.text import Text
from extractors.pages.text_layer import read_page
from pipeline.documents.document import extract_as_json, extract_document
from pipeline.documents.page_pool import LONG
from pipeline.extraction import Source

MEASURED = """
import json, os, sys
from test_long_documents import digest
from pipeline.documents.document import extract_as_json
from pipeline.extraction import Source
resident = {}
def on_page(done, total):
    resident[done] = int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
whole = extract_as_json(open(sys.argv[1], "rb").read(), Source("long.pdf"), on_page)
print(json.dumps({"resident": resident, "digest": digest(whole)}))
"""


def digest(whole: bytes) -> str:
    """The hash of an extraction as the archive keeps it: its columns in order of name."""
    return hashlib.sha256(orjson.dumps(orjson.loads(whole), option=orjson.OPT_SORT_KEYS)).hexdigest()


@pytest.fixture(scope="module")
def long_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample three times over, each time with fonts and pictures of its own, as where papers were put together."""
    source, target = pypdfium2.PdfDocument(SAMPLE), pypdfium2.PdfDocument.new()
    for _ in range(3):
        target.import_pages(source)
    buffer = io.BytesIO()
    target.save(buffer)
    path = tmp_path_factory.mktemp("long") / "long.pdf"
    path.write_bytes(buffer.getvalue())
    return path


def test_a_long_report_needs_no_more_memory_and_reads_the_same_in_two_processes(long_report: Path) -> None:
    command = [sys.executable, "-c", MEASURED, str(long_report)]
    there = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    done = subprocess.run(command, cwd=ROOT, env=there, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    resident = {int(page): size for page, size in said["resident"].items()}
    assert len(resident) == 195 >= LONG
    grown = resident[195] - resident[65]
    assert grown < 130 * 120_000, f"{grown / 130:,.0f} bytes a page"

    pages: list[int] = []
    data = long_report.read_bytes()
    spread = extract_as_json(data, Source("long.pdf"), lambda done, _: pages.append(done), page_workers=2)
    assert digest(spread) == said["digest"]
    # while pages of other processes are waited for, the last one read is told again
    assert pages == sorted(pages)
    assert sorted({*pages} - {0}) == list(range(1, 196))


def test_what_goes_out_as_json_is_what_python_gets() -> None:
    data = SAMPLE.read_bytes()
    extraction = extract_document(data, Source("a.pdf"))
    said = json.loads(extract_as_json(data, Source("a.pdf")))
    assert said["page_count"] == extraction.page_count
    assert said["rows"] == orjson.loads(orjson.dumps(extraction.rows))  # in the same order too
    assert len(said["rows"]["table_cells"]) > 100
    assert said["reading"] == json.loads(json.dumps(extraction.reading))


def test_a_settled_text_keeps_its_words_and_its_place_and_nothing_else() -> None:
    import pdfplumber

    with pdfplumber.open(SAMPLE) as pdf:
        text = Text.of(read_page(pdf.pages[0]).glyphs[:40])
    settled = text.settled()
    assert (str(settled), settled.evidence, len(settled)) == (str(text), text.evidence, len(text))
    assert settled.settled() is settled
    with pytest.raises(ValueError, match="0 glyphs"):
        settled[0:3]
