"""Circled numbers read twice: what stands in a ring is cut out and read by itself.

A net reads ⑫ as ② as soon as the print is small, and is sure of it; the ring is plain to geometry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from extractors.ocr import Character, Reading
from extractors.rendering import Pixels

_RANGES = ((1, 20, 0x2460), (21, 35, 0x3251), (36, 50, 0x32B1))


def circled(number: int) -> str | None:
    """The character for a number in a circle, ① to ㊿; None beyond."""
    for first, last, code in _RANGES:
        if first <= number <= last:
            return chr(code + number - first)
    return None


@dataclass(frozen=True)
class Ring:
    """A ring in the picture of a line: its left and right edge in pixels, and the picture of what stands in it."""

    x0: int
    x1: int
    inside: Pixels


class _Piece(NamedTuple):
    x: int
    y: int
    width: int
    height: int


def rings_in(picture: Pixels, size: float) -> list[Ring]:
    """The rings about one character high that hold something; `size` is the height of a full character in pixels."""
    rings: list[Ring] = []
    for threshold in _THRESHOLDS:
        for ring in _rings_at(picture, size, threshold):
            if all(ring.x1 <= other.x0 or other.x1 <= ring.x0 for other in rings):
                rings.append(ring)
    return sorted(rings, key=lambda ring: ring.x0)


_THRESHOLDS = (150, 185, 210)
"""Greys at which ink is told from paper, one after the other: a thin ring is broken at the first and closed at another."""


def _rings_at(picture: Pixels, size: float, threshold: int) -> list[Ring]:
    dark = np.where(picture < threshold, 255, 0).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    rings: list[Ring] = []
    for label in range(1, count):
        piece = _Piece(*(int(value) for value in stats[label][:4]))
        if not 0.7 * size <= piece.height <= 1.35 * size or not 0.8 <= piece.width / piece.height <= 1.25:
            continue
        field = slice(piece.y, piece.y + piece.height), slice(piece.x, piece.x + piece.width)
        shape = np.where(labels[field] == label, 255, 0).astype(np.uint8)
        outlines, _ = cv2.findContours(shape, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        outline = max(outlines, key=cv2.contourArea)
        around = cv2.arcLength(outline, True)
        area = cv2.contourArea(outline)
        share = area / (piece.width * piece.height)  # a quarter of pi for a disc
        if not 0.64 <= share <= 0.87 or 4 * np.pi * area / max(around * around, 1.0) < 0.8:
            continue
        inside = _inside(picture[field], outline, piece)
        if inside is not None:
            rings.append(Ring(piece.x, piece.x + piece.width, inside))
    return rings


def _inside(field: Pixels, outline: np.ndarray, piece: _Piece) -> Pixels | None:  # type: ignore[type-arg]
    """What stands in a ring, on white, with room around it; None where nothing does."""
    disc = np.zeros((piece.height, piece.width), dtype=np.uint8)
    cv2.drawContours(disc, [outline], -1, 255, cv2.FILLED)
    best: Pixels | None = None
    for share in (0.10, 0.14, 0.18):
        rim = max(1, round(share * piece.height))
        inner = cv2.erode(disc, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * rim + 1, 2 * rim + 1)), borderValue=0)
        rest = np.where(inner > 0, field, 255).astype(np.uint8)
        dark = rest < 150
        if not 0.02 * disc.size <= dark.sum() <= 0.5 * disc.size:
            continue
        rim_dark = dark & (cv2.erode(inner, np.ones((3, 3), dtype=np.uint8), borderValue=0) == 0)
        best = rest
        if rim_dark.sum() < 0.12 * dark.sum():  # the ring itself is gone
            break
    if best is None:
        return None
    rows, columns = np.flatnonzero((best < 150).any(axis=1)), np.flatnonzero((best < 150).any(axis=0))
    if rows[-1] - rows[0] < 0.35 * piece.height:
        return None  # the bar of a 日
    cut = best[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    room = max(2, cut.shape[0] // 6)
    return np.asarray(cv2.copyMakeBorder(cut, room, room, 2 * room, 2 * room, cv2.BORDER_CONSTANT, value=255), np.uint8)


def with_rings(reading: Reading, picture: Pixels, rings: Sequence[Ring], inner: Sequence[Reading]) -> Reading:
    """The reading with each ring's number as what was read inside it; other rings stay as the line was read."""
    characters = list(reading.characters)
    width = picture.shape[1]
    for ring, inside in zip(rings, inner, strict=True):
        digits = inside.text.translate(_AS_DIGITS)
        sign = circled(int(digits)) if digits.isdecimal() and digits.isascii() and len(digits) <= 2 else None
        if sign is None or inside.confidence < 0.5:
            continue
        slack = 0.15 * (ring.x1 - ring.x0)
        own = [n for n, c in enumerate(characters) if ring.x0 - slack <= c.x * width <= ring.x1 + slack]
        own = [n for n in own if not characters[n].text.isalpha() or characters[n].text in "lIOo"]
        same = [characters[n].confidence for n in own if characters[n].text == sign]
        sure = max(same[0], inside.confidence) if same else round(0.97 * inside.confidence, 4)
        middle = (ring.x0 + ring.x1) / 2 / width
        characters = [c for n, c in enumerate(characters) if n not in own]
        characters.append(Character(sign, sure, middle))
        characters.sort(key=lambda c: c.x)
    return Reading(tuple(characters))


_AS_DIGITS = str.maketrans("lIi|Oo０１２３４５６７８９", "111100" + "0123456789")
