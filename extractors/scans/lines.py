"""Lines of text on a scanned page, found by how its ink stands together: no net looks for them.

Works in pixels of a levelled picture from which rulings are removed; `unit` is pixels a point.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from extractors.scans.leaders import FEWEST, is_leader
from extractors.scans.pieces import Pieces, labels_of
from extractors.scans.rendering import Pixels

REACH = 1.15
"""Characters whose gap is smaller than this many times their height stand in one line."""

LEADING = 1.6
"""A leader begins and ends within so many character heights of the words that it joins."""

LARGEST = 90.0
"""Points: ink taller than this is no character of a running text."""


@dataclass(frozen=True)
class TextLine:
    """The ink of one line: its box in pixels, and the height of a full character in it."""

    x0: int
    top: int
    x1: int
    bottom: int
    size: float

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        return self.bottom - self.top


_Ints = np.ndarray[Any, np.dtype[np.int32]]


def find_text_lines(pieces: Pieces, barriers: Pixels, unit: float) -> list[TextLine]:
    """The lines that pieces of ink make, top to bottom; no line crosses a pixel of `barriers` (the rulings' pixels)."""
    boxes: _Ints = pieces.boxes.astype(np.int32)
    if not len(boxes):
        return []
    width, height = boxes[:, 2], boxes[:, 3]
    fits = (height <= LARGEST * unit) & (width <= 3 * LARGEST * unit) & (boxes[:, 4] >= max(2, 0.25 * unit * unit))
    boxes = boxes[fits]
    if not len(boxes):
        return []
    usual = _usual_size(boxes, unit)
    lines: list[TextLine] = []
    for members in _smeared(boxes, barriers, usual):
        lines += _lines_in(members, usual)
    lines = _joined(lines, barriers, usual)
    specks = [line for line in lines if _is_speck(line, usual, unit)]
    kept = [line for line in lines if not _is_speck(line, usual, unit) and not _is_remnant(line, barriers, usual, unit)]
    kept = [line for line in kept if not _is_corner(line, pieces.mask, barriers, unit)]
    kept = _with_leaders(kept, specks, barriers, usual)
    kept = _with_bullets(kept, specks, barriers)
    return sorted(kept, key=lambda line: (line.top, line.x0))


def _with_bullets(lines: list[TextLine], specks: Sequence[TextLine], barriers: Pixels) -> list[TextLine]:
    """The lines, a speck half way up in the square before one taken for its bullet: ・ is no larger than dust."""
    found = list(lines)
    for speck in specks:
        middle = (speck.top + speck.bottom) / 2
        for n, line in enumerate(found):
            level = abs((line.top + line.bottom) / 2 - middle) <= 0.15 * line.size
            gap = line.x0 - speck.x1
            if level and 0.25 * line.size <= gap <= 0.9 * line.size and not _barred(barriers, speck, line):
                found[n] = _union(speck, line)
                break
    return found


def _with_leaders(
    lines: Sequence[TextLine], specks: Sequence[TextLine], barriers: Pixels, usual: float
) -> list[TextLine]:
    """The lines, those between which specks stand level and even made one with them: the dots of a leader."""
    found = list(lines)
    for dots in _rows_of_dots(specks, usual):
        first, last = dots[0], dots[-1]
        beside = [line for line in found if line.top < (first.top + first.bottom) / 2 < line.bottom]
        before = [line for line in beside if 0 <= first.x0 - line.x1 <= LEADING * usual]
        behind = [line for line in beside if 0 <= line.x0 - last.x1 <= LEADING * usual]
        if not before or not behind or _barred(barriers, before[0], behind[0]):
            continue
        whole = _union(before[0], behind[0])
        whole = TextLine(whole.x0, whole.top, whole.x1, whole.bottom, max(before[0].size, behind[0].size))
        found = [line for line in found if line is not before[0] and line is not behind[0]] + [whole]
    return found


def _rows_of_dots(specks: Sequence[TextLine], usual: float) -> list[list[TextLine]]:
    rows: list[list[TextLine]] = []
    latest: dict[int, list[TextLine]] = {}  # by height: a page of grain has thousands of specks
    for speck in sorted(specks, key=lambda speck: speck.x0):
        middle = (speck.top + speck.bottom) / 2
        level = round(middle / (0.3 * usual))
        for row in (latest[near] for near in (level, level - 1, level + 1) if near in latest):
            last = row[-1]
            if abs((last.top + last.bottom) / 2 - middle) <= 0.15 * usual and speck.x0 - last.x1 <= LEADING * usual:
                row.append(speck)
                latest[level] = row
                break
        else:
            rows.append([speck])
            latest[level] = rows[-1]
    return [row for row in rows if len(row) >= FEWEST and _is_leader_of(row, usual)]


def _is_leader_of(dots: Sequence[TextLine], usual: float) -> bool:
    return is_leader([(dot.x0 + dot.x1) / 2 for dot in dots], [(dot.top + dot.bottom) / 2 for dot in dots], usual)


def _usual_size(boxes: _Ints, unit: float) -> float:
    """The height of a full character that is commonest on the page, in pixels."""
    sizes = np.maximum(boxes[:, 2], boxes[:, 3])
    full = sizes[(sizes >= 4.5 * unit) & (sizes <= 40 * unit)]
    if full.size < 3:
        return 10.0 * unit
    return float(np.percentile(full, 60))


def _smeared(boxes: _Ints, barriers: Pixels, usual: float) -> list[_Ints]:
    """Pieces of ink that stand together along a line, group by group."""
    canvas = np.zeros_like(barriers)
    size = np.minimum(np.maximum(boxes[:, 2:4].max(axis=1), 0.55 * usual), 3 * usual)
    left, top = boxes[:, 0], boxes[:, 1]
    right, bottom = left + boxes[:, 2], top + boxes[:, 3]
    reach = (REACH * size).astype(np.int32)
    barred: list[int] = []
    for n, (x0, y0, x1, y1, more) in enumerate(np.column_stack([left, top, right, bottom, reach]).tolist()):
        canvas[y0:y1, x0 : x1 + more] = 255
        if cv2.countNonZero(barriers[y0:y1, x0:x1]):
            barred.append(n)
    labels = labels_of(np.asarray(cv2.bitwise_and(canvas, cv2.bitwise_not(barriers)), dtype=np.uint8), connectivity=4)
    # a box is of one piece of the canvas, unless barriers run through it: then that counts which has most of it
    own = labels[top, left].astype(np.int64)
    for n in barred:
        shares = np.bincount(labels[top[n] : bottom[n], left[n] : right[n]].ravel())
        shares[0] = 0
        own[n] = shares.argmax()
    order = np.argsort(own, kind="stable")
    order = order[own[order] > 0]
    return [boxes[members] for members in np.split(order, np.flatnonzero(np.diff(own[order])) + 1) if members.size]


def _lines_in(members: _Ints, usual: float) -> list[TextLine]:
    """One group as lines: more than one where blank rows part it (lines that touch at a comma or a bracket)."""
    x0, top = members[:, :2].min(axis=0).tolist()
    x1, bottom = (members[:, :2] + members[:, 2:4]).max(axis=0).tolist()
    size = _size_of(members, usual)
    if bottom - top > 1.55 * size and len(members) > 1:
        parts = _parted(members, size)
        if len(parts) > 1:
            return [line for part in parts for line in _lines_in(part, usual)]
    return [TextLine(x0, top, x1, bottom, max(size, 0.0))]


def _size_of(members: _Ints, usual: float) -> float:
    """The height of a full character of a line: that of which a quarter of its larger pieces are taller."""
    sizes = np.sort(np.maximum(members[:, 3], np.minimum(members[:, 2], 1.3 * members[:, 3])))
    full = sizes[sizes > 0.5 * sizes[-1]].tolist()
    place = 0.75 * (len(full) - 1)
    below, above = full[int(place)], full[math.ceil(place)]
    largest = float(below + (above - below) * (place - int(place)))
    return largest if largest > 0.45 * usual else usual


def _parted(members: _Ints, size: float) -> list[_Ints]:
    """The pieces of ink row by row: each belongs to the row whose full characters it shares most height with."""
    full = members[members[:, 3] > 0.55 * size]
    if not len(full):
        full = members
    centres = np.sort(full[:, 1] + full[:, 3] / 2)
    rows: list[list[float]] = [[float(centres[0])]]
    for centre in centres[1:]:
        if centre - rows[-1][-1] > 0.45 * size or centre - rows[-1][0] > 0.8 * size:
            rows.append([])
        rows[-1].append(float(centre))
    if len(rows) < 2:
        return [members]
    middles = np.array([float(np.median(row)) for row in rows])
    own = np.abs((members[:, 1] + members[:, 3] / 2)[:, None] - middles[None, :]).argmin(axis=1)
    return [members[own == n] for n in range(len(rows)) if (own == n).any()]


def _joined(lines: list[TextLine], barriers: Pixels, usual: float) -> list[TextLine]:
    """Pieces of one character that lie above each other, and pieces of one line that overlap, made one."""
    joined: list[TextLine] = []
    for line in sorted(lines, key=lambda line: (line.top, line.x0)):
        for n in range(len(joined) - 1, max(-1, len(joined) - 1 - LOOKED_BACK), -1):
            if _fit(joined[n], line, usual) and not _barred(barriers, joined[n], line):
                joined[n] = _union(joined[n], line)
                break
        else:
            joined.append(line)
    return joined


LOOKED_BACK = 59
"""Lines before it that a piece may belong to: those of the rows of a wide table that begin just above it."""


def _fit(other: TextLine, line: TextLine, usual: float) -> bool:
    """Whether the two lie so that they are one."""
    # of one character torn into an upper and a lower piece neither tells its size
    narrow = max(line.x1, other.x1) - min(line.x0, other.x0) <= 1.3 * usual
    size = max(line.size, other.size, (1.0 if narrow else 0.8) * usual)
    across = min(line.x1, other.x1) - max(line.x0, other.x0)
    if across <= -0.6 * size or max(line.bottom, other.bottom) - min(line.top, other.top) > 1.3 * size:
        return False
    beside = min(line.bottom, other.bottom) - max(line.top, other.top)
    over = across > 0.5 * min(line.width, other.width)
    return over or beside > 0.6 * min(line.height, other.height)


def _barred(barriers: Pixels, a: TextLine, b: TextLine) -> bool:
    """Whether a ruling runs between the two."""
    x0, x1 = sorted(((a.x0 + a.x1) // 2, (b.x0 + b.x1) // 2))
    top, bottom = sorted(((a.top + a.bottom) // 2, (b.top + b.bottom) // 2))
    return bool(barriers[top : bottom + 1, x0 : x1 + 1].any())


def _union(a: TextLine, b: TextLine) -> TextLine:
    x0, top, x1, bottom = min(a.x0, b.x0), min(a.top, b.top), max(a.x1, b.x1), max(a.bottom, b.bottom)
    # two pieces of one character are smaller than it
    own = bottom - top if x1 - x0 <= 1.5 * (bottom - top) else 0
    return TextLine(x0, top, x1, bottom, max(a.size, b.size, own))


def _is_speck(line: TextLine, usual: float, unit: float) -> bool:
    """Dust: small both ways. A dash or a bullet that stands alone is wider or taller than that."""
    return max(line.width, line.height) < max(0.28 * usual, 1.6 * unit)


def _is_remnant(line: TextLine, barriers: Pixels, usual: float, unit: float) -> bool:
    """A splinter of a ruling, a round corner or an arrow head: thin, and close to what was drawn."""
    if min(line.width, line.height) > 0.4 * usual or max(line.width, line.height) > 2.5 * usual:
        return False
    room = max(2, round(1.2 * unit))
    field = barriers[max(line.top - room, 0) : line.bottom + room, max(line.x0 - room, 0) : line.x1 + room]
    return bool(field.any())


CURVE = 0.2
"""The share of its square that a curve of a round corner inks at most; letters that join two corners ink more."""


def _is_corner(line: TextLine, mask: Pixels, barriers: Pixels, unit: float) -> bool:
    """A quarter of a circle between two rulings, larger than a letter's remnant would be: its ends touch what was
    drawn at two corners of its box, and little of the box is inked."""
    if not 0.7 <= line.width / max(line.height, 1) <= 1.43 or max(line.width, line.height) > LARGEST * unit:
        return False
    inked = cv2.countNonZero(mask[line.top : line.bottom, line.x0 : line.x1])
    if inked > CURVE * line.width * line.height:
        return False
    room = max(2, round(1.2 * unit))

    def drawn(x: int, y: int) -> bool:
        return bool(barriers[max(y - room, 0) : y + room, max(x - room, 0) : x + room].any())

    falling = drawn(line.x0, line.top) and drawn(line.x1, line.bottom)
    return falling or (drawn(line.x1, line.top) and drawn(line.x0, line.bottom))
