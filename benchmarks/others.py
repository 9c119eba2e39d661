"""What a user would pick instead of besshi, each as a program of its own, with the Python in which it is installed.

None of them is a part of besshi's own environment: PyMuPDF's licence (AGPL) is not one to hand on unasked, and Camelot
and img2table bring an OpenCV of their own. docs/performance.md says how to install them beside it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from benchmarks.measuring import ROOT, Spent, spent


class Other(NamedTuple):
    """A package and what is done with it: `code` defines `read(path)`, which takes words and tables out of a PDF."""

    name: str
    package: str
    module: str
    code: str


TEXT = (
    Other(
        "PyMuPDF: words + find_tables",
        "pymupdf",
        "pymupdf",
        """
import pymupdf
def read(path):
    with pymupdf.open(path) as document:
        for page in document:
            page.get_text("words")
            for table in page.find_tables().tables:
                table.extract()
""",
    ),
    Other(
        "Camelot: lattice",
        "camelot-py",
        "camelot",
        """
import camelot
def read(path):
    camelot.read_pdf(path, pages="all", flavor="lattice")
""",
    ),
    Other(
        "img2table",
        "img2table",
        "img2table",
        """
from img2table.document import PDF
def read(path):
    PDF(path).extract_tables()
""",
    ),
)

SCANS = (
    Other(
        '`img2table` (`lang="jpn"`)',
        "img2table",
        "img2table",
        """
from img2table.document import PDF
from img2table.ocr import TesseractOCR
def read(path):
    PDF(path).extract_tables(ocr=TesseractOCR(n_threads=2, lang="jpn", psm=6))
""",
    ),
)

MEASURED = "\nimport sys\nread(sys.argv[1])\n"
ALONE = "\nimport sys, time\nbegan = time.process_time()\nread(sys.argv[1])\nprint(time.process_time() - began)\n"

TWO_JOBS = "OCRmyPDF --jobs 2"
OCRMYPDF = ["-l", "jpn", "--force-ocr"]

TAKEN_OUT = """
import sys, pdfplumber
with pdfplumber.open(sys.argv[1]) as pdf:
    for page in pdf.pages:
        page.extract_words(); page.extract_tables(); page.close()
"""


def is_there(other: Other, python: str) -> bool:
    """Whether that Python has it."""
    found = subprocess.run([python, "-c", f"import {other.module}"], capture_output=True, check=False, cwd=ROOT)
    return found.returncode == 0


def pass_over(other: Other, python: str, pdf: Path) -> tuple[float, Spent]:
    """CPU seconds of one pass over a PDF by that process itself, start-up apart, and what the whole program took."""
    took, printed = spent([python, "-c", other.code + ALONE, str(pdf)])
    return float(printed.split()[-1]), took


def command(other: Other, python: str, pdf: Path) -> list[str]:
    """The command that reads a PDF with it, start-up included."""
    return [python, "-c", other.code + MEASURED, str(pdf)]


def ocrmypdf() -> str | None:
    """The program, where it is installed."""
    return shutil.which("ocrmypdf")


def ocrmypdf_commands(program: str, pdf: Path, made: Path) -> dict[str, list[str]]:
    """The usual way to read a scan, by name: with two jobs, and with as many as it takes where that is not two."""
    command = [program, *OCRMYPDF, str(pdf), str(made)]
    found = {TWO_JOBS: [*command, "--jobs", "2"]}
    return found if os.cpu_count() == 2 else {"OCRmyPDF": command, **found}


def taken_out(made: Path) -> list[str]:
    """The command that takes words and tables out of what OCRmyPDF made."""
    return [sys.executable, "-c", TAKEN_OUT, str(made)]
