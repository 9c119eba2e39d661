"""Pictures of places in PDFs, cut out of the rendered page by the painter, which has no network."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.pictures.painter import PATIENCE, SECONDS, NoPicture, Painter

ALL_SECONDS = 600.0
"""What all pictures of one call may take, in seconds of wall time; the others are none then."""


@dataclass(frozen=True)
class Place:
    """A box on a page (from 1) of a PDF, in points from the upper left of the page as displayed."""

    pdf: str
    page: int
    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True)
class Crop:
    """A picture (WebP) and where in it the place is, as shares of its width and height."""

    data: bytes
    width: int
    height: int
    x0: float
    top: float
    x1: float
    bottom: float


def crops(
    wanted: Sequence[Place], seconds: float = SECONDS, patience: float = PATIENCE, all_seconds: float = ALL_SECONDS
) -> list[Crop | None]:
    """The picture of each place, in order; None where the PDF or the page is not there, or cannot be drawn in time.

    `seconds` (of processor time) and `patience` (wall) are those of one picture.
    """
    found: list[Crop | None] = [None] * len(wanted)
    painter: Painter | None = None
    until = time.monotonic() + all_seconds
    fatal: set[tuple[str, int]] = set()  # pages over which a painter died: it would die of each place on them
    try:
        for n in sorted(range(len(wanted)), key=lambda n: (wanted[n].pdf, wanted[n].page)):
            place = wanted[n]
            if (place.pdf, place.page) in fatal or time.monotonic() > until:
                continue
            if painter is None or not painter.usable:
                painter = Painter()
            try:
                box = place.x0, place.top, place.x1, place.bottom
                found[n] = _crop(*painter.paint(Path(place.pdf), place.page, box, seconds, patience))
            except NoPicture:
                if not painter.usable:
                    fatal.add((place.pdf, place.page))
    finally:
        if painter is not None and painter.usable:
            painter.end()
    return found


def _crop(said: dict[str, Any], data: bytes) -> Crop | None:
    """What the painter says, taken as a stranger's word: anything but a picture of its form is none."""
    try:
        edges = {name: float(said[name]) for name in ("x0", "top", "x1", "bottom")}
        if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
            return None
        return Crop(data, int(said["width"]), int(said["height"]), **edges)
    except (ValueError, KeyError, TypeError):
        return None
