"""What a run can be told, and what it takes where nothing is told."""

from __future__ import annotations

import os
from pathlib import Path
from typing import cast, get_args

from extractors.scans.settings import Engines, ReadingSettings
from pipeline.batch.limits import Limits

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
    "sudachipy",
    "sudachidict-core",
    "pyarrow",
)
"""The packages whose versions decide what is read and which bytes are written; the run record names them."""


OCR_VARIABLE = "BESSHI_OCR"
"""Says who recognises characters: rapidocr, tesseract or both (as `besshi extract --ocr` does)."""


def reading_settings(limits: Limits, cache_folder: Path | None = None) -> ReadingSettings:
    """How pages are to be read, by the limits and what the environment says. ValueError for an unknown recogniser."""
    ocr = os.environ.get(OCR_VARIABLE) or "both"
    if ocr not in get_args(Engines):
        raise ValueError(f"{OCR_VARIABLE}={ocr}")
    return ReadingSettings(ocr=cast(Engines, ocr), max_pixels=limits.pixels, cache_folder=cache_folder)


def default_workers() -> int:
    """One worker a processor that this process may use."""
    return len(os.sched_getaffinity(0))
