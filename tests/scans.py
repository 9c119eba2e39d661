"""Scans made in memory: pages of the sample report rendered, then spoilt as scanners and offices spoil them."""

from __future__ import annotations

import io
import re
import unicodedata
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pdfplumber
import pypdfium2
from PIL import Image

from extractors.pages.page import Page
from extractors.pages.text_layer import read_page
from extractors.scans.rendering import Pixels, Raster

SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "r5q1-text.pdf"


@cache
def truth(number: int) -> Page:
    """Page `number` of the sample by its text layer."""
    with pdfplumber.open(SAMPLE) as pdf:
        page = pdf.pages[number - 1]
        read = read_page(page)
        page.close()
    return read


@cache
def picture(number: int, dpi: float = 200.0) -> Pixels:
    """Page `number` of the sample in grey."""
    document = pypdfium2.PdfDocument(SAMPLE)
    try:
        rendered = document[number - 1].render(scale=dpi / 72, grayscale=True).to_numpy()
        return np.array(rendered.reshape(rendered.shape[0], rendered.shape[1]), dtype=np.uint8, copy=True)
    finally:
        document.close()


def raster(pixels: Pixels, dpi: float = 200.0) -> Raster:
    """A picture as a rendered page."""
    scale = dpi / 72
    return Raster(pixels, scale, pixels.shape[1] / scale, pixels.shape[0] / scale)


def leaning(pixels: Pixels, degrees: float) -> Pixels:
    """Turned clockwise by a little, about the middle."""
    height, width = pixels.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    return np.asarray(cv2.warpAffine(pixels, matrix, (width, height), borderValue=255), dtype=np.uint8)


def noisy(pixels: Pixels, spread: float = 12.0) -> Pixels:
    """With the grain of paper and of a sensor."""
    grain = np.random.default_rng(5).normal(0.0, spread, pixels.shape)
    return np.clip(pixels * 0.94 + 8 + grain, 0, 255).astype(np.uint8)


def bilevel(pixels: Pixels, threshold: int = 150) -> Pixels:
    """Black and white, as a fax or a copier set for text gives it."""
    return np.where(pixels > threshold, 255, 0).astype(np.uint8)


def squeezed(pixels: Pixels, quality: int = 40) -> Pixels:
    """Through a JPEG of low quality."""
    packed = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)


def pdf_of(*pictures: Pixels, dpi: float = 200.0) -> bytes:
    """A PDF with a picture a page and nothing else."""
    out = io.BytesIO()
    first, *others = [Image.fromarray(pixels) for pixels in pictures]
    first.save(out, "PDF", resolution=dpi, save_all=True, append_images=others)
    return out.getvalue()


def plain(text: str) -> str:
    """Text as the truth is compared: NFKC, without white space."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
