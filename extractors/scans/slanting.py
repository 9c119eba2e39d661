"""Dashed strokes in any direction, and slanting solid ones, on a scanned page.

Works in pixels of a levelled picture from which the level and upright solid rulings are taken; `unit` is pixels a
point.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, NamedTuple

import cv2
import numpy as np

from extractors.scans.dash_ends import Dashed, carried_on
from extractors.scans.rendering import Pixels
from extractors.scans.strokes import Stroke

LONGEST_DASH = 14.0
"""Points."""

LONG, PIECE = 24.0, 9.0
"""Points: a slanting stroke is this long, in one piece; further pieces of it may be as short as the second."""

FEWEST = 4
"""Dashes that make a dashed stroke."""


class _Dash(NamedTuple):
    label: int
    x: float
    y: float
    length: float
    thickness: float
    angle: float
    """Radians, -pi/2 to pi/2, from level, clockwise."""


class Pieces(NamedTuple):
    """The pieces of ink that hang together: `labels` numbers their pixels from 1, `stats` has OpenCV's row for each."""

    labels: np.ndarray[Any, Any]
    stats: np.ndarray[Any, Any]


def pieces_of(mask: Pixels) -> Pieces:
    """The pieces of an ink mask."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return Pieces(labels, stats)


def find_dashed(pieces: Pieces, drawn: Pixels, unit: float) -> tuple[list[Stroke], Pixels]:
    """Rows of short dashes that follow each other straight and evenly, and their pixels.

    `drawn` are the pixels of solid rulings: between two of them, a few dashes are enough.
    """
    labels, stats = pieces
    pixels = np.zeros(labels.shape, dtype=np.uint8)
    dashes = _dashes(pieces, unit)
    found: list[Dashed] = []
    for chain in (part for whole in _chains(dashes, unit) for part in _even_parts(whole, unit)):
        if len(chain) < FEWEST and not _spans_gap(chain, drawn, unit):
            continue
        first, last = chain[0], chain[-1]
        angle = math.atan2(last.y - first.y, last.x - first.x)
        along = (math.cos(angle), math.sin(angle))
        x0, y0 = first.x - along[0] * first.length / 2, first.y - along[1] * first.length / 2
        x1, y1 = last.x + along[0] * last.length / 2, last.y + along[1] * last.length / 2
        width = float(np.median([dash.thickness for dash in chain]))
        step = float(np.median([_step(a, b) for a, b in pairwise(chain)]))
        found.append(Dashed(_squared(Stroke(x0, y0, x1, y1, width, dashed=True)), step))
        for dash in chain:
            x, y, w, h = (int(value) for value in stats[dash.label][:4])
            pixels[y : y + h, x : x + w][labels[y : y + h, x : x + w] == dash.label] = 255
    return carried_on(found, drawn, unit), pixels


def find_slanting(found: Pieces, unit: float) -> tuple[list[Stroke], Pixels]:
    """Solid strokes that neither run level nor upright, and their pixels; an arrow head may sit on the end."""
    labels, stats = found
    pixels = np.zeros(labels.shape, dtype=np.uint8)
    pieces: dict[Stroke, int] = {}
    sizes = np.hypot(stats[:, 2], stats[:, 3])
    likely = (sizes >= PIECE * unit) & (stats[:, 2:4].min(axis=1) >= 3 * unit) & (stats[:, 4] <= 6 * unit * sizes)
    likely[0] = False
    for label in np.flatnonzero(likely).tolist():
        x, y, width, height, area = stats[label].tolist()
        longest = math.hypot(width, height)
        if longest < LONG * unit and area > 0.3 * width * height:
            continue  # letters fill their square, a short slanting stroke its diagonal
        ys, xs = np.nonzero(labels[y : y + height, x : x + width] == label)
        across, along = _spread(xs, ys)
        thickness = area / longest
        if across > 0.8 * unit + 0.6 * thickness or thickness > 4 * unit:
            continue
        points = np.column_stack([xs, ys]).astype(np.float32)
        vx, vy, cx, cy = (float(value) for value in np.ravel(cv2.fitLine(points, cv2.DIST_HUBER, 0, 0.01, 0.01)))
        offsets = (xs - cx) * vx + (ys - cy) * vy
        low, high = float(offsets.min()), float(offsets.max())
        if high - low < 0.9 * longest or along <= 0:
            continue
        ends = [(x + cx + vx * t + 0.5, y + cy + vy * t + 0.5) for t in (low, high)]
        stroke = Stroke(*ends[0], *ends[1], float(np.median(_widths(points, (vx, vy, cx, cy)))))
        pieces[_squared(stroke)] = label
    strokes: list[Stroke] = []
    for whole, parts in _made_whole(list(pieces), unit):
        if max(part.length for part in parts) < LONG * unit:
            continue  # a slash, a stroke of a letter
        strokes.append(whole)
        for part in parts:
            x, y, width, height = (int(value) for value in stats[pieces[part]][:4])
            field = slice(y, y + height), slice(x, x + width)
            pixels[field][labels[field] == pieces[part]] = 255
    return strokes, pixels


def _made_whole(pieces: list[Stroke], unit: float) -> list[tuple[Stroke, list[Stroke]]]:
    """Pieces of one slanting stroke, cut where a ruling crosses it, joined again; each whole with its pieces."""
    whole: list[tuple[Stroke, list[Stroke]]] = []
    for piece in sorted(pieces, key=lambda s: (s.x0, s.y0)):
        for n, (other, parts) in enumerate(whole):
            ends = sorted([(other.x0, other.y0), (other.x1, other.y1), (piece.x0, piece.y0), (piece.x1, piece.y1)])
            joined = Stroke(*ends[0], *ends[3], max(other.width, piece.width))
            gap = math.dist(ends[1], ends[2])
            end_to_end = gap <= 7 * unit and other.length + piece.length >= joined.length - gap - 2 * unit
            if end_to_end and all(_off(joined, end) <= 1.2 * unit for end in ends[1:3]):
                whole[n] = (joined, [*parts, piece])
                break
        else:
            whole.append((piece, [piece]))
    return whole


def _off(stroke: Stroke, point: tuple[float, float]) -> float:
    """How far a point lies from the line of a stroke, in pixels."""
    dx, dy = stroke.x1 - stroke.x0, stroke.y1 - stroke.y0
    return abs((point[0] - stroke.x0) * dy - (point[1] - stroke.y0) * dx) / max(stroke.length, 1.0)


def _spread(xs: Any, ys: Any) -> tuple[float, float]:
    """The standard deviation of a piece of ink across and along its main direction."""
    values = np.linalg.eigvalsh(np.cov(np.vstack([xs, ys]).astype(np.float64)))
    return float(max(values[0], 0.0) ** 0.5), float(max(values[1], 0.0) ** 0.5)


def _widths(points: Any, line: tuple[float, float, float, float]) -> list[float]:
    """How wide the ink is across a line, step by step along it."""
    vx, vy, cx, cy = line
    along = np.floor((points[:, 0] - cx) * vx + (points[:, 1] - cy) * vy).astype(int)
    across = -(points[:, 0] - cx) * vy + (points[:, 1] - cy) * vx
    widths = []
    for step in range(int(along.min()), int(along.max()) + 1, 3):
        own = across[along == step]
        if own.size:
            widths.append(float(own.max() - own.min() + 1))
    return widths


def _squared(stroke: Stroke) -> Stroke:
    """A stroke that is level or upright but for a fraction, exactly so."""
    dx, dy = abs(stroke.x1 - stroke.x0), abs(stroke.y1 - stroke.y0)
    if dy <= 0.02 * dx + 1:
        y = (stroke.y0 + stroke.y1) / 2
        return Stroke(min(stroke.x0, stroke.x1), y, max(stroke.x0, stroke.x1), y, stroke.width, stroke.dashed)
    if dx <= 0.02 * dy + 1:
        x = (stroke.x0 + stroke.x1) / 2
        return Stroke(x, min(stroke.y0, stroke.y1), x, max(stroke.y0, stroke.y1), stroke.width, stroke.dashed)
    return stroke


def _dashes(pieces: Pieces, unit: float) -> list[_Dash]:
    """The pieces that are short straight bars, by the moments of their pixels."""
    labels, stats = pieces
    left, top, width, height, area = stats.T
    longest = np.hypot(width, height)
    likely = (
        (longest <= 1.1 * LONGEST_DASH * unit) & (longest >= 1.3 * unit) & (area <= 2.6 * unit * longest) & (area >= 3)
    )
    likely[0] = False
    rows, columns = np.nonzero(likely[labels])
    own = labels[rows, columns]
    # measured from each piece's own corner, where the numbers are small and the sums exact
    xs, ys = columns - left[own], rows - top[own]

    def summed(values: Any) -> Any:
        return np.bincount(own, weights=values, minlength=len(stats))[likely]

    size = area[likely].astype(np.float64)
    x, y = summed(xs) / size, summed(ys) / size
    xx = (summed(xs * xs) - size * x * x) / (size - 1)
    yy = (summed(ys * ys) - size * y * y) / (size - 1)
    xy = (summed(xs * ys) - size * x * y) / (size - 1)
    spread = np.hypot((xx - yy) / 2, xy)
    long = (12 * np.maximum((xx + yy) / 2 + spread, 0.0)) ** 0.5
    thick = (12 * np.maximum((xx + yy) / 2 - spread, 0.0)) ** 0.5
    angle = np.arctan2(2 * xy, xx - yy) / 2
    across, down = width[likely], height[likely]
    flat = np.minimum(across, down) <= 1
    long = np.where(flat, np.maximum(across, down), long)
    thick = np.maximum(np.where(flat, np.minimum(across, down), thick), 1.0)
    angle = np.where(flat, np.where(across >= down, 0.0, np.pi / 2), angle)
    # as full as a bar is, and longer than wide
    bars = (long >= 1.5 * thick) & (thick <= 2.4 * unit) & (size >= 0.6 * long * thick) & (long <= LONGEST_DASH * unit)
    found = zip(
        np.flatnonzero(likely)[bars].tolist(),
        (left[likely] + x + 0.5)[bars].tolist(),
        (top[likely] + y + 0.5)[bars].tolist(),
        long[bars].tolist(),
        thick[bars].tolist(),
        angle[bars].tolist(),
        strict=True,
    )
    return [_Dash(*each) for each in found]


def _chains(dashes: list[_Dash], unit: float) -> list[list[_Dash]]:
    """Dashes each followed by the nearest one that lies straight ahead."""
    after: dict[int, int] = {}
    before: dict[int, tuple[float, int]] = {}
    if len(dashes) < 2:
        return []
    xs, ys = np.array([dash.x for dash in dashes]), np.array([dash.y for dash in dashes])
    lengths = np.array([dash.length for dash in dashes])
    angles = np.array([dash.angle for dash in dashes])
    for n, dash in enumerate(dashes):
        ahead = (math.cos(dash.angle), math.sin(dash.angle))
        # always rightwards, or downwards where the dash is steep: the dashes of one stroke must not look opposite ways
        if ahead[0 if abs(ahead[0]) >= abs(ahead[1]) else 1] < 0:
            ahead = (-ahead[0], -ahead[1])
        dx, dy = xs - dash.x, ys - dash.y
        along = dx * ahead[0] + dy * ahead[1]
        across = np.abs(-dx * ahead[1] + dy * ahead[0])
        gap = along - (lengths + dash.length) / 2
        turn = np.abs((angles - dash.angle + math.pi / 2) % math.pi - math.pi / 2)
        short = max(dash.length, 1.0)
        fits = (along > 0.5 * dash.length) & (gap <= 7 * unit) & (gap > -1) & (turn < 0.3)
        fits &= (across <= 0.8 * unit + 0.06 * along) & (
            np.maximum(lengths, dash.length) <= 3 * np.minimum(lengths, short) + unit
        )
        candidates = np.flatnonzero(fits)
        if candidates.size:
            m = int(candidates[along[candidates].argmin()])
            distance = float(along[m])
            if m not in before or distance < before[m][0]:
                if m in before:
                    after.pop(before[m][1], None)
                before[m] = (distance, n)
                after[n] = m
    chains = []
    for n in range(len(dashes)):
        if n in after and n not in before:
            chain = [n]
            while chain[-1] in after and after[chain[-1]] not in chain:
                chain.append(after[chain[-1]])
            chains.append([dashes[m] for m in chain])
    return chains


def _even_parts(chain: list[_Dash], unit: float) -> list[list[_Dash]]:
    """The stretches of a chain that keep its measure; letters that happen to follow a dashed stroke break it."""
    if _is_even(chain, unit):
        return [chain]
    usual = float(np.median([_step(a, b) for a, b in pairwise(chain)]))
    typical = float(np.median([dash.length for dash in chain]))
    parts: list[list[_Dash]] = [[chain[0]]]
    for before, dash in pairwise(chain):
        off = abs(_step(before, dash) - usual) > 0.35 * usual + 0.5 * unit
        if off or abs(dash.length - typical) > 0.5 * typical + 0.5 * unit:
            parts.append([])
        parts[-1].append(dash)
    return [part for part in parts if _is_even(part, unit)]


def _spans_gap(chain: list[_Dash], drawn: Pixels, unit: float) -> bool:
    """Whether the next dash on either side would reach a solid ruling: a short leader between two boxes."""
    first, last = chain[0], chain[-1]
    run = math.hypot(last.x - first.x, last.y - first.y)
    along = ((last.x - first.x) / run, (last.y - first.y) / run)
    for end, sign in ((first, -1), (last, 1)):
        reach = end.length / 2 + 0.8 * _step(chain[0], chain[1]) + unit
        steps = np.arange(0.0, reach)
        xs = np.clip((end.x + sign * along[0] * steps).astype(int), 0, drawn.shape[1] - 1)
        ys = np.clip((end.y + sign * along[1] * steps).astype(int), 0, drawn.shape[0] - 1)
        if not drawn[ys, xs].any():
            return False
    return True


def _step(a: _Dash, b: _Dash) -> float:
    return math.hypot(b.x - a.x, b.y - a.y)


def _is_even(chain: list[_Dash], unit: float) -> bool:
    if len(chain) < 2:
        return False
    steps = np.array([_step(a, b) for a, b in pairwise(chain)])
    lengths = np.array([dash.length for dash in chain])
    usual, typical = float(np.median(steps)), float(np.median(lengths))
    # here and there two dashes run together or one is lost; most keep the measure
    even = np.abs(steps - usual) <= 0.3 * usual + 0.4 * unit
    alike = np.abs(lengths - typical) <= 0.35 * typical + 0.5 * unit
    if even.mean() < 0.7 or alike.mean() < 0.7 or float(steps.max()) > 2.6 * usual + unit:
        return False
    if typical > 0.92 * usual and len(chain) < 8:
        return False
    first, last = chain[0], chain[-1]
    run = math.hypot(last.x - first.x, last.y - first.y)
    off = [
        abs((dash.x - first.x) * (last.y - first.y) - (dash.y - first.y) * (last.x - first.x)) / max(run, 1.0)
        for dash in chain
    ]
    return max(off) <= 0.9 * unit
