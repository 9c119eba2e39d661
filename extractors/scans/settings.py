"""How pages are to be read: which recognisers, how finely, within which bounds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Engines = Literal["rapidocr", "tesseract", "both"]


@dataclass(frozen=True)
class ReadingSettings:
    """What the reading of a page depends on; all of it but `cache_folder` changes what is read."""

    ocr: Engines = "both"
    """Who recognises characters. `both`: RapidOCR reads, Tesseract reads again what matters or is in doubt."""
    min_dpi: float = 200.0
    max_dpi: float = 300.0
    """A page is rendered as finely as its finest large picture, within these bounds."""
    max_pixels: int = 16_000_000
    """A rendered page has no more pixels than this, however large its sheet (A3 at 300 dpi has 17 million)."""
    max_lines: int = 700
    """Lines recognised on one page; what is beyond is left out with a note (a photograph, a pattern)."""
    tesseract_timeout: float = 30.0
    """Seconds that one call of Tesseract may take."""
    cache_folder: Path | None = None
    """Where recognised lines are kept for the next run; None keeps none."""
