"""Turns a PDF into what a scanner makes of it: pictures of its pages, a little askew, noisy, grey or bilevel."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
from PIL import Image

from .picture_pdf import picture_pdf


@dataclass(frozen=True)
class Scanner:
    """How a scanner is set, and how the paper lies on its glass; what is not given is drawn by the seed."""

    dpi: int = 200
    mode: str | None = None
    """grey or bilevel"""
    jpeg: int = 82
    """The quality that grey pictures are packed with, of 100."""
    noise: float | None = None
    """The grain, in greys of 256 (standard deviation)."""
    skew: tuple[float, float] = (0.0, 0.8)
    """Degrees that a page lies askew, to either side: at least and at most."""
    turned: bool = False
    """Whether each page lies sideways (to either side) or upside down."""


SCANNERS = {
    "200 dpi": Scanner(),
    "150 dpi": Scanner(dpi=150),
    "300 dpi": Scanner(dpi=300),
    "bilevel": Scanner(mode="bilevel"),
    "JPEG 40": Scanner(mode="grey", jpeg=40),
    "noise": Scanner(mode="grey", noise=18.0),
    "skew 1-2": Scanner(skew=(1.0, 2.0)),
    "turned": Scanner(turned=True),
}
"""The qualities that the reading of scans is measured on, by name."""


def scan(path: Path, seed: int, scanner: Scanner) -> None:
    """Replace the PDF by a scan of it; the same seed and scanner give the same bytes."""
    random = np.random.default_rng([seed, scanner.dpi])
    drawn = "grey" if random.random() < 0.6 else "bilevel"
    noise = random.uniform(2.0, 9.0)
    pdf = pypdfium2.PdfDocument(path)
    pages = []
    for page in pdf:
        width, height = page.get_size()
        picture = np.asarray(page.render(scale=scanner.dpi / 72, grayscale=True).to_pil())
        least, most = scanner.skew
        lean = random.uniform(least - most, most - least)
        picture = _askew(picture, lean + (least if lean > 0 else -least))
        picture = _worn(picture, random, noise if scanner.noise is None else scanner.noise)
        if scanner.turned:
            quarters = int(random.integers(1, 4))
            picture = np.ascontiguousarray(np.rot90(picture, quarters))
            width, height = (height, width) if quarters % 2 else (width, height)
        pages.append((*_packed(picture, scanner.mode or drawn, scanner.jpeg), width, height))
    pdf.close()
    path.write_bytes(picture_pdf(pages))


def _askew(picture: np.ndarray, degrees: float) -> np.ndarray:
    """The page laid on the glass a little turned; what comes in from outside is white."""
    height, width = picture.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,))


def _worn(picture: np.ndarray, random: np.random.Generator, noise: float) -> np.ndarray:
    """Paper that is not quite white, print that is not quite black, a lens, grain and a few specks."""
    soft = cv2.GaussianBlur(picture, (0, 0), 0.55).astype(np.float32)
    paper, ink = random.uniform(238, 250), random.uniform(15, 45)
    grain = random.normal(0.0, noise, picture.shape).astype(np.float32)
    worn = ink + soft / 255 * (paper - ink) + grain
    for _ in range(random.integers(0, 12)):
        x, y = random.integers(0, picture.shape[1]), random.integers(0, picture.shape[0])
        cv2.circle(worn, (int(x), int(y)), int(random.integers(1, 3)), float(ink), -1)
    return np.clip(worn, 0, 255).astype(np.uint8)


def _packed(picture: np.ndarray, mode: str, quality: int) -> tuple[bytes, str, int, int]:
    """The picture's bytes as a PDF holds them, the name of their filter, width and height in pixels."""
    height, width = picture.shape
    if mode == "bilevel":
        tiff = io.BytesIO()
        bits = Image.fromarray(np.where(picture > 150, 255, 0).astype(np.uint8)).convert("1")
        bits.save(tiff, "TIFF", compression="group4", tiffinfo={278: height})
        with Image.open(tiff) as image:
            start, length = image.tag_v2[273][0], image.tag_v2[279][0]
            turned = image.tag_v2[262] == 1
        return tiff.getvalue()[start : start + length], "bilevel" if turned else "bilevel, white is 0", width, height
    jpeg = io.BytesIO()
    Image.fromarray(picture).save(jpeg, "JPEG", quality=quality)
    return jpeg.getvalue(), "grey", width, height
