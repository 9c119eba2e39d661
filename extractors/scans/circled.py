"""Circled numbers read twice: what stands in a ring is cut out and read by itself.

A net reads ⑫ as ② as soon as the print is small, and is sure of it; the ring is plain to geometry.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np

from extractors.pages.markers import circled
from extractors.scans.glyphs import is_wide
from extractors.scans.ocr import Character, Reading
from extractors.scans.pieces import Table, pieces_of
from extractors.scans.rendering import Pixels


@dataclass(frozen=True)
class Ring:
    """A ring in the picture of a line: its left and right edge in pixels, and what stands in it, cut in two ways: with
    little of the ring's rim taken away, and with much."""

    x0: int
    x1: int
    insides: tuple[Pixels, ...]


class _Piece(NamedTuple):
    x: int
    y: int
    width: int
    height: int


def rings_in(picture: Pixels, size: float, letters: Sequence[float] = ()) -> list[Ring]:
    """The rings about one character high that hold something; `size` is the height of a full character in pixels.

    In the columns of `letters` none is looked for.
    """
    rings: list[Ring] = []
    for threshold in _THRESHOLDS:
        for ring in _rings_at(picture, size, threshold, np.array(letters)):
            if all(ring.x1 <= other.x0 or other.x1 <= ring.x0 for other in rings):
                rings.append(ring)
    return sorted(rings, key=lambda ring: ring.x0)


_THRESHOLDS = (150, 185, 210)
"""Greys at which ink is told from paper, one after the other: a thin ring broken at one is closed at another."""


def _rings_at(picture: Pixels, size: float, threshold: int, letters: Table) -> list[Ring]:
    pieces = pieces_of(_darker_than(picture, threshold))
    stats = pieces.stats
    rings: list[Ring] = []
    width, height = stats[:, 2], stats[:, 3]
    likely = (height >= 0.7 * size) & (height <= 1.35 * size) & (width >= 0.8 * height) & (width <= 1.25 * height)
    likely[0] = False
    middles = stats[:, 0] + width / 2
    likely &= ~(np.abs(middles[:, None] - letters) < 0.3 * size).any(axis=1)
    for label in np.flatnonzero(likely).tolist():
        piece = _Piece(*stats[label][:4].tolist())
        field, shape = pieces.pixels_of(label)
        outline, area, around = _outline_of(shape)
        share = area / (piece.width * piece.height)  # a quarter of pi for a disc
        if not 0.64 <= share <= 0.87 or 4 * np.pi * area / max(around * around, 1.0) < 0.8:
            continue
        insides = _insides(picture[field], outline, piece)
        if insides:
            rings.append(Ring(piece.x, piece.x + piece.width, insides))
    return rings


SECTORS, INKED = 16, 9
"""A shattered ring has ink in so many of the sectors of its rim …"""

WHOLE = 14
"""… of one that has nothing in it in so many …"""

RIM = 0.08
"""… which is so many character heights wide to either side."""


SMALL = 0.61
"""A number in a ring is at most so high, of a full character's height; others are 0.62 and more."""

_NUMBER_AT_HEAD = re.compile(r"[(（]?([1-9][0-9]?)[)）]?(?![0-9０-９)）.．,，/月年])")
_CIRCLED = frozenset(chr(code) for code in range(0x2460, 0x2474))


def shattered_rings_read(
    readings: Sequence[Reading], pictures: Sequence[tuple[Pixels, float]], whole: Sequence[bool]
) -> list[Reading]:
    """The lines of a sheet, those that begin with a number in a ring that came apart told from the rest.

    In black and white a thin ring leaves but specks, and nets read (5), or the digit alone. Specks are found around
    others, too, so that they count only where they fill gaps: where some lines begin with a ring that is `whole`, and
    none with both ② and (2). `pictures` are those of the lines, each with the height of a full character.
    """
    heads = [_NUMBER_AT_HEAD.match(reading.text) for reading in readings]
    in_rings = {r.characters[0].text for r, ring in zip(readings, whole, strict=True) if ring and r.characters}
    signs = [circled(int(match[1])) if match is not None else None for match in heads]
    if not in_rings & _CIRCLED or in_rings & set(signs):
        return list(readings)
    found = list(readings)
    for n, (match, sign) in enumerate(zip(heads, signs, strict=True)):
        if match is None or sign is None or match.end() >= len(readings[n].characters):
            continue
        picture, size = pictures[n]
        middle = _shattered_ring(picture, size)
        if middle is not None:
            own, rest = readings[n].characters[: match.end()], readings[n].characters[match.end() :]
            sure = min(*(character.confidence for character in own), 0.85)
            found[n] = Reading((Character(sign, sure, middle / picture.shape[1]), *rest))
    return found


def _shattered_ring(picture: Pixels, size: float) -> float | None:
    """Where the middle of the ring lies that a line begins with, of which but specks are left; None without one.

    A circle is laid about the first square of the line where most of its rim has ink, above and below as well as at the
    sides: brackets have none there. What stands in it is small.
    """
    height, width = picture.shape
    dark = picture[:, : min(width, round(1.4 * size))] < 170
    columns = np.flatnonzero(dark.any(axis=0))
    if not columns.size:
        return None
    ys, xs = np.nonzero(dark)
    best: tuple[int, float, float, float] | None = None
    for radius in (0.42 * size, 0.46 * size, 0.5 * size):
        for cx in columns[0] + radius + np.array([-0.04, 0.0, 0.05]) * size:
            for cy in height / 2 + np.array([-0.08, -0.04, 0.0, 0.04, 0.08]) * size:
                sectors = _inked_sectors(xs - cx, ys - cy, radius, size)
                if len(sectors) >= INKED and (best is None or len(sectors) > best[0]):
                    best = (len(sectors), radius, float(cx), float(cy))
    if best is None:
        return None
    _, radius, cx, cy = best
    inner = np.hypot(xs - cx, ys - cy) < radius - RIM * size
    if not inner.any() or ys[inner].max() - ys[inner].min() + 1 > SMALL * size:
        return None
    return cx


def _broken_bullet(picture: Pixels, size: float) -> tuple[str, int] | None:
    """What `bullet_in` gives, for a ring whose rim came apart: almost all of it has ink, and nothing stands in it."""
    dark = picture[:, : min(picture.shape[1], round(1.1 * size))] < 170
    ys, xs = np.nonzero(dark)
    if not xs.size:
        return None
    for radius in (0.34 * size, 0.38 * size, 0.42 * size, 0.46 * size):
        cx = xs.min() + radius
        for cy in picture.shape[0] / 2 + np.array([-0.06, 0.0, 0.06]) * size:
            inside = np.hypot(xs - cx, ys - cy) < radius - 1.5 * RIM * size
            if not inside.any() and len(_inked_sectors(xs - cx, ys - cy, radius, size)) >= WHOLE:
                return "○", round(cx + radius)
    return None


def _inked_sectors(dx: np.ndarray[Any, Any], dy: np.ndarray[Any, Any], radius: float, size: float) -> list[int]:
    """The sectors of the rim that have ink; none where there is none right above or below the middle."""
    rim = np.abs(np.hypot(dx, dy) - radius) <= RIM * size
    turns = (np.arctan2(dy[rim], dx[rim]) / np.pi + 1) / 2
    sectors = np.unique((turns * SECTORS).astype(int) % SECTORS).tolist()
    ends = ([SECTORS // 4 - 1, SECTORS // 4], [3 * SECTORS // 4 - 1, 3 * SECTORS // 4])
    return sectors if all(any(sector in sectors for sector in end) for end in ends) else []


def _darker_than(picture: Pixels, threshold: int) -> Pixels:
    return np.asarray(cv2.threshold(picture, threshold - 1, 255, cv2.THRESH_BINARY_INV)[1], dtype=np.uint8)


def _outline_of(shape: np.ndarray[Any, np.dtype[np.bool_]]) -> tuple[Any, float, float]:
    """The outer outline of a piece, the area in it, and its length."""
    outlines, _ = cv2.findContours(shape.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=cv2.contourArea)
    return outline, cv2.contourArea(outline), cv2.arcLength(outline, True)


def _insides(field: Pixels, outline: np.ndarray, piece: _Piece) -> tuple[Pixels, ...]:
    """What stands in a ring, on white, with room around it; nothing where there is nothing, or but a bar (日)."""
    disc = np.zeros((piece.height, piece.width), dtype=np.uint8)
    cv2.drawContours(disc, [outline], -1, 255, cv2.FILLED)
    cuts: list[Pixels] = []
    for share in (0.10, 0.14, 0.18):
        rim = max(1, round(share * piece.height))
        inner = cv2.erode(disc, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * rim + 1, 2 * rim + 1)), borderValue=0)
        framed = _framed(np.where(inner > 0, field, 255).astype(np.uint8), disc.size, piece.height)
        if framed is not None and not any(framed.shape == other.shape for other in cuts):
            cuts.append(framed)
    return (cuts[0], cuts[-1]) if len(cuts) > 1 else tuple(cuts)


def _framed(inside: Pixels, area: int, height: int) -> Pixels | None:
    """The ink of a ring's inside on white, with room around it; None for too little or too much to be a number."""
    dark = inside < 150
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    if not 0.012 * area <= dark.sum() <= 0.5 * area or rows[-1] - rows[0] < 0.28 * height:
        return None
    cut = inside[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    room = max(2, cut.shape[0] // 6)
    framed = cv2.copyMakeBorder(cut, room, room, 2 * room, 2 * room, cv2.BORDER_CONSTANT, value=255)
    return np.asarray(framed, dtype=np.uint8)


def bullet_in(picture: Pixels, size: float) -> tuple[str, int] | None:
    """The ring without anything in it (○) that the line begins with, and its right edge in pixels; None without one.

    Nets leave it out as often as not.
    """
    pieces = pieces_of(_darker_than(picture, 150))
    placed = sorted((_Piece(*row[:4]), n + 1) for n, row in enumerate(pieces.stats[1:].tolist()))
    placed = [(piece, label) for piece, label in placed if piece.height > 0.15 * size]
    if len(placed) < 2:
        return None
    piece, label = placed[0]
    if not 0.6 * size <= piece.height <= 1.15 * size or not 0.85 <= piece.width / piece.height <= 1.18:
        return None
    if any(other.x < piece.x + piece.width for other, _ in placed[1:]):
        return None  # something stands in it or across it
    shape = pieces.pixels_of(label)[1]
    _, area, around = _outline_of(shape)
    is_disc = 0.68 <= area / (piece.width * piece.height) <= 0.85 and 4 * np.pi * area / max(around * around, 1.0) > 0.8
    inked = float(shape.sum()) / max(area, 1.0)
    return ("○", piece.x + piece.width) if is_disc and inked < 0.45 else None


def with_bullet(reading: Reading, picture: Pixels, size: float) -> Reading:
    """The reading with the ○ at the head of its line, where the net left it out or took it for a letter or a zero."""
    first = reading.characters[0] if reading.characters else None
    if first is None or first.text == "○":
        return reading
    is_round = first.text in "◯〇OoＯ0"
    if is_round and not (len(reading.characters) > 1 and is_wide(reading.characters[1].text)):
        return reading
    width = max(picture.shape[1], 1)
    # the smallest ring has its right edge there, and half a letter stands between that and the letter's middle
    if not is_round and first.x * width < (0.5 + (0.25 if first.text.isalpha() else 0.0)) * size:
        return reading
    found = bullet_in(picture, size) or (None if is_round else _broken_bullet(picture, size))
    if found is None or (first.x * width < found[1]) != is_round:
        return reading
    if is_round:
        return Reading((first.named("○"), *reading.characters[1:]))
    mark = Character(found[0], 0.9, (found[1] - size / 2) / width)
    return Reading((mark, *reading.characters))


def number_in(readings: Sequence[Reading]) -> tuple[str | None, float]:
    """The circled number that the readings of a ring's inside tell, and how surely.

    A rim taken away too far takes a slender 1 with it, so of two readings that are both sure the longer one counts.
    """
    best: tuple[int, float, str] | None = None
    for reading in readings:
        digits = reading.text.translate(_AS_DIGITS)
        if not (digits.isdecimal() and digits.isascii() and len(digits) <= 2) or reading.confidence < 0.5:
            continue
        sign = circled(int(digits))
        if sign is not None:
            rank = (len(digits) if reading.confidence >= 0.7 else 0, reading.confidence, sign)
            best = max(best, rank) if best else rank
    return (best[2], best[1]) if best else (None, 0.0)


def with_rings(reading: Reading, picture: Pixels, rings: Sequence[Ring], inner: Sequence[Sequence[Reading]]) -> Reading:
    """The reading with each ring's number as what was read inside it; other rings stay as the line was read."""
    characters = list(reading.characters)
    width = picture.shape[1]
    for ring, insides in zip(rings, inner, strict=True):
        sign, confidence = number_in(insides)
        if sign is None:
            continue
        slack = 0.15 * (ring.x1 - ring.x0)
        own = [n for n, c in enumerate(characters) if ring.x0 - slack <= c.x * width <= ring.x1 + slack]
        own = [n for n in own if not characters[n].text.isalpha() or characters[n].text in "lIOo"]
        own += _ghosts(characters, picture, ring)
        same = [characters[n].confidence for n in own if characters[n].text == sign]
        sure = max(same[0], confidence) if same else round(0.97 * confidence, 4)
        middle = (ring.x0 + ring.x1) / 2 / width
        characters = [c for n, c in enumerate(characters) if n not in own]
        characters.append(Character(sign, sure, middle))
        characters.sort(key=lambda c: c.x)
    return Reading(tuple(characters))


def _ghosts(characters: Sequence[Character], picture: Pixels, ring: Ring) -> list[int]:
    """Brackets read beside a ring where there is no ink of one: the net saw them in the rim."""
    width = picture.shape[1]
    reach = 0.6 * (ring.x1 - ring.x0)
    found = []
    for n, character in enumerate(characters):
        x = character.x * width
        left = character.text in "(（" and ring.x0 - reach < x <= ring.x0
        right = character.text in ")）" and ring.x1 <= x < ring.x1 + reach
        field = (
            picture[:, max(int(ring.x0 - reach), 0) : ring.x0] if left else picture[:, ring.x1 : int(ring.x1 + reach)]
        )
        if (left or right) and not (field < 150).any(axis=0).sum() > 2:
            found.append(n)
    return found


_AS_DIGITS = str.maketrans("lIi|Oo０１２３４５６７８９", "111100" + "0123456789")
