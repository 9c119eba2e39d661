"""Turns a PDF into what a scanner makes of it: pictures of its pages, a little askew, noisy, grey or bilevel, and what
a copying machine, a bound book or an office's stamp adds to them."""

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
    strays: float = 0.0
    """The share of pages that lie so in a pile of upright ones."""
    paper: tuple[float, float] = (238.0, 250.0)
    ink: tuple[float, float] = (15.0, 45.0)
    """Greys of 256, each at least and at most."""
    margin: bool = False
    """Whether the lid was open: what lies beyond the paper is dark, its edge in shadow."""
    curl: float = 0.0
    """Points that the lines rise by at most towards the spine of a bound report, and their print narrows."""
    stamped: bool = False
    """Whether a round stamp of an office, paler than print, lies on each page, over words or beside them."""


SCANNERS = {
    "200 dpi": Scanner(),
    "150 dpi": Scanner(dpi=150),
    "300 dpi": Scanner(dpi=300),
    "bilevel": Scanner(mode="bilevel"),
    "JPEG 40": Scanner(mode="grey", jpeg=40),
    "noise": Scanner(mode="grey", noise=18.0),
    "skew 1-2": Scanner(skew=(1.0, 2.0)),
    "turned": Scanner(turned=True),
    "strays": Scanner(strays=0.35),
    "dark margin": Scanner(mode="grey", margin=True),
    "dark margin, bilevel": Scanner(mode="bilevel", margin=True),
    "curled": Scanner(curl=5.0),
    "grey paper": Scanner(mode="grey", paper=(176.0, 200.0), ink=(20.0, 50.0)),
    "pale": Scanner(mode="grey", paper=(228.0, 242.0), ink=(120.0, 150.0)),
    "stamped": Scanner(mode="grey", stamped=True),
    "worn bilevel, 150 dpi": Scanner(dpi=150, mode="bilevel", noise=12.0),
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
        if scanner.stamped:
            picture = _stamped(picture, random, scanner.dpi / 72)
        if scanner.curl:
            picture = _curled(picture, random, scanner.curl * scanner.dpi / 72)
        least, most = scanner.skew
        lean = random.uniform(least - most, most - least)
        picture = _askew(picture, lean + (least if lean > 0 else -least))
        picture = _worn(picture, random, scanner, noise if scanner.noise is None else scanner.noise)
        if scanner.margin:
            picture = _with_dark_margin(picture, random, scanner.dpi / 72)
        if scanner.turned or (scanner.strays and random.random() < scanner.strays):
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


def _stamped(picture: np.ndarray, random: np.random.Generator, unit: float) -> np.ndarray:
    """The page with a round red stamp, middling to a scanner of greys: a ring, two bars, a date between them."""
    stamp = np.full_like(picture, 255)
    height, width = picture.shape
    radius = int(random.uniform(28, 40) * unit)
    x = int(random.uniform(0.5, 0.88) * width)
    y = int(random.uniform(0.08, 0.6) * height)
    grey = float(random.uniform(105, 150))
    stroke = max(1, round(1.2 * unit))
    cv2.circle(stamp, (x, y), radius, grey, stroke, cv2.LINE_AA)
    for level in (-0.3, 0.3):
        reach = int(radius * (1 - level * level) ** 0.5)
        cv2.line(stamp, (x - reach, int(y + level * radius)), (x + reach, int(y + level * radius)), grey, stroke)
    face, scale = cv2.FONT_HERSHEY_SIMPLEX, radius / 75
    cv2.putText(stamp, "5. 4.12", (x - int(0.75 * radius), y + int(0.13 * radius)), face, scale, grey, stroke)
    return np.minimum(picture, stamp)


def _curled(picture: np.ndarray, random: np.random.Generator, rise: float) -> np.ndarray:
    """A page of a bound report: towards the spine its lines rise or fall, and it narrows as it turns away."""
    height, width = picture.shape
    away = np.linspace(0.0, 1.0, width, dtype=np.float32)
    if random.random() < 0.5:
        away = away[::-1]
    bend = np.clip((away - 0.55) / 0.45, 0.0, 1.0) ** 2
    rise *= float(random.uniform(0.4, 1.0)) * (1 if random.random() < 0.5 else -1)
    outwards = 1 if away[0] < away[-1] else -1
    xs = np.arange(width, dtype=np.float32) + (0.02 * width * bend * outwards).astype(np.float32)
    ys = np.arange(height, dtype=np.float32)[:, None] + (rise * bend)[None, :].astype(np.float32)
    return cv2.remap(picture, np.broadcast_to(xs, picture.shape).copy(), ys, cv2.INTER_CUBIC, borderValue=(255,))


def _with_dark_margin(picture: np.ndarray, random: np.random.Generator, unit: float) -> np.ndarray:
    """The paper on a glass whose lid was open: one to three of its sides end in the dark, through a narrow shadow."""
    height, width = picture.shape
    bright = np.ones((height, width), dtype=np.float32)
    columns = np.arange(width, dtype=np.float32)[None, :]
    rows = np.arange(height, dtype=np.float32)[:, None]
    for side in random.permutation(4)[: random.integers(1, 4)].tolist():
        edge = random.uniform(4, 16) * unit
        slant = random.uniform(-0.006, 0.006)
        depth, along = (columns, rows) if side % 2 else (rows, columns)
        depth = depth if side < 2 else depth.max() - depth
        bright *= np.clip((depth - edge - slant * along) / (4 * unit), 0.0, 1.0) ** 0.7
    dark = random.normal(28.0, 5.0, picture.shape).astype(np.float32)
    return np.clip(dark + (picture - dark) * bright, 0, 255).astype(np.uint8)


def _worn(picture: np.ndarray, random: np.random.Generator, scanner: Scanner, noise: float) -> np.ndarray:
    """Paper that is not quite white, print that is not quite black, a lens, grain and a few specks."""
    soft = cv2.GaussianBlur(picture, (0, 0), 0.55).astype(np.float32)
    paper, ink = random.uniform(*scanner.paper), random.uniform(*scanner.ink)
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
