"""The engines that the settings ask for, each loaded once a process and remembering what it has read."""

from __future__ import annotations

from functools import cache

from extractors.scans.ocr import Recogniser
from extractors.scans.ocr_cache import CachedRecogniser, CachedSheetRecogniser
from extractors.scans.rapid_ocr import RapidOcr
from extractors.scans.settings import ReadingSettings
from extractors.scans.tesseract import TesseractOcr


@cache
def first_reader(settings: ReadingSettings) -> Recogniser:
    """The engine that reads every line."""
    if settings.ocr == "tesseract":
        return CachedSheetRecogniser(TesseractOcr(settings.tesseract_timeout), settings.cache_folder)
    return CachedRecogniser(RapidOcr(), settings.cache_folder)


@cache
def second_reader(settings: ReadingSettings) -> CachedSheetRecogniser | None:
    """The engine that reads again what matters, where the settings ask for both."""
    if settings.ocr != "both":
        return None
    return CachedSheetRecogniser(TesseractOcr(settings.tesseract_timeout), settings.cache_folder)
