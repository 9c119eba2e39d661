"""What a run can be told, and what it takes where nothing is told."""

from __future__ import annotations

import os
from pathlib import Path

DEFAULT_OUT = Path("output")
"""Where runs write unless told otherwise."""

VERSIONED = (
    "besshi",
    "pdfplumber",
    "pdfminer.six",
    "pypdfium2",
    "opencv-python-headless",
    "rapidocr",
    "onnxruntime",
    "pytesseract",
    "spacy",
    "ginza",
    "ja-ginza",
    "sudachipy",
    "sudachidict-core",
    "pyarrow",
)
"""The packages whose versions decide what is read and which bytes are written; the run record names them."""


def default_workers() -> int:
    """One worker a processor that this process may use."""
    return len(os.sched_getaffinity(0))
