"""Dashed strokes in any direction on a scanned page: rows of short bars that follow each other evenly.

Works in pixels of a levelled picture from which the level and upright solid rulings are taken; `unit` is pixels a
point.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from extractors.scans.dash_ends import Dashed, carried_on
from extractors.scans.pieces import Pieces
from extractors.scans.rendering import Pixels
from extractors.scans.strokes import Stroke

LONGEST_DASH = 14.0
"""Points."""

LEADER = 5.0
"""Points: a few dashes between two rulings are no longer than this; strokes of letters in line below each other are."""

FEWEST = 4
"""Dashes that make a dashed stroke."""

WIDEST_GAP = 7.0
"""Points between two dashes of one stroke."""

AT_ONCE = 64
"""Dashes whose followers are looked for together: few enough that a page of grain needs no square of all its dots."""


class _Dash(NamedTuple):
    label: int
    x: float
    y: float
    length: float
    thickness: float
    angle: float
    """Radians, -pi/2 to pi/2, from level, clockwise."""


def find_dashed(pieces: Pieces, drawn: Pixels, unit: float) -> tuple[list[Stroke], Pixels]:
    """Rows of short dashes that follow each other straight and evenly, and their pixels.

    `drawn` are the pixels of solid rulings: between two of them, a few dashes are enough.
    """
    pixels = np.zeros_like(pieces.mask)
    dashes = _dashes(pieces, unit)
    found: list[Dashed] = []
    for chain in (part for whole in _chains(dashes, unit) for part in _even_parts(whole, unit)):
        if len(chain) < FEWEST and not (chain[0].length <= LEADER * unit and _spans_gap(chain, drawn, unit)):
            continue
        if chain[0].length > LEADER * unit and _is_of_letters(chain, pieces.mask, unit):
            continue
        first, last = chain[0], chain[-1]
        angle = math.atan2(last.y - first.y, last.x - first.x)
        along = (math.cos(angle), math.sin(angle))
        x0, y0 = first.x - along[0] * first.length / 2, first.y - along[1] * first.length / 2
        x1, y1 = last.x + along[0] * last.length / 2, last.y + along[1] * last.length / 2
        width = float(np.median([dash.thickness for dash in chain]))
        step = float(np.median([_step(a, b) for a, b in pairwise(chain)]))
        found.append(Dashed(Stroke(x0, y0, x1, y1, width, dashed=True).squared(), step))
        for dash in chain:
            field, own = pieces.pixels_of(dash.label)
            pixels[field][own] = 255
    return carried_on(found, drawn, pieces.mask, unit), pixels


def _dashes(pieces: Pieces, unit: float) -> list[_Dash]:
    """The pieces that are short straight bars, by the moments of their pixels."""
    stats = pieces.stats
    left, top, width, height, area = stats.T
    longest = np.hypot(width, height)
    likely = (
        (longest <= 1.1 * LONGEST_DASH * unit) & (longest >= 1.3 * unit) & (area <= 2.6 * unit * longest) & (area >= 3)
    )
    likely[0] = False
    own = pieces.labels.ravel()[pieces.inked]
    inked = pieces.inked[likely[own]]
    own = own[likely[own]]
    rows, columns = np.divmod(inked, pieces.mask.shape[1])
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
    for n, (m, distance) in sorted(_followers(dashes, unit).items()):
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


def _followers(dashes: list[_Dash], unit: float) -> dict[int, tuple[int, float]]:
    """For each dash by its number, the number of the nearest one straight ahead and how far ahead its middle lies."""
    if len(dashes) < 2:
        return {}
    xs, ys = np.array([dash.x for dash in dashes]), np.array([dash.y for dash in dashes])
    lengths = np.array([dash.length for dash in dashes])
    angles = np.array([dash.angle for dash in dashes])
    ahead = np.array([_ahead(dash.angle) for dash in dashes])
    # a follower lies no further off than two halves of the longest dash, the gap, and a little sideways
    reach = (LONGEST_DASH + WIDEST_GAP + 2.5) * unit
    order = np.argsort(ys, kind="stable")
    sorted_ys = ys[order]
    found: dict[int, tuple[int, float]] = {}
    for start in range(0, len(dashes), AT_ONCE):
        own = order[start : start + AT_ONCE]
        first, last = np.searchsorted(sorted_ys, (ys[own[0]] - reach, ys[own[-1]] + reach))
        near = np.sort(order[first:last])
        dx, dy = xs[near] - xs[own, None], ys[near] - ys[own, None]
        along = dx * ahead[own, :1] + dy * ahead[own, 1:]
        across = np.abs(-dx * ahead[own, 1:] + dy * ahead[own, :1])
        length, other = lengths[own, None], lengths[near]
        gap = along - (other + length) / 2
        turn = np.abs((angles[near] - angles[own, None] + math.pi / 2) % math.pi - math.pi / 2)
        fits = (along > 0.5 * length) & (gap <= WIDEST_GAP * unit) & (gap > -1) & (turn < 0.3)
        fits &= across <= 0.8 * unit + 0.06 * along
        fits &= np.maximum(other, length) <= 3 * np.minimum(other, np.maximum(length, 1.0)) + unit
        distances = np.where(fits, along, np.inf)
        nearest = distances.argmin(axis=1)
        for row in np.flatnonzero(fits.any(axis=1)).tolist():
            found[int(own[row])] = (int(near[nearest[row]]), float(along[row, nearest[row]]))
    return found


def _ahead(angle: float) -> tuple[float, float]:
    """The way a dash looks: rightwards, or downwards where it is steep; the dashes of one stroke look the same way."""
    x, y = math.cos(angle), math.sin(angle)
    return (-x, -y) if (x if abs(x) >= abs(y) else y) < 0 else (x, y)


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


def _is_of_letters(chain: list[_Dash], mask: Pixels, unit: float) -> bool:
    """Whether the dashes are strokes of the same letter in line below each other: other ink stands close beside nearly
    all of them, and beside hardly any gap."""
    first, last = chain[0], chain[-1]
    run = math.hypot(last.x - first.x, last.y - first.y)
    aside = ((last.y - first.y) / run, (first.x - last.x) / run)

    def inked(x: float, y: float, thickness: float) -> bool:
        away = np.arange(thickness / 2 + 0.8 * unit, thickness / 2 + 3 * unit)
        away = np.concatenate([away, -away])
        xs = np.clip((x + away * aside[0]).astype(int), 0, mask.shape[1] - 1)
        ys = np.clip((y + away * aside[1]).astype(int), 0, mask.shape[0] - 1)
        return bool(mask[ys, xs].any())

    # at a third and at two of a dash: between its strokes a letter is open
    beside = [
        any(
            inked(d.x + s * d.length * aside[1], d.y - s * d.length * aside[0], d.thickness) for s in (-0.25, 0.0, 0.25)
        )
        for d in chain
    ]
    gaps = [inked((a.x + b.x) / 2, (a.y + b.y) / 2, a.thickness) for a, b in pairwise(chain)]
    return sum(beside) >= 0.8 * len(beside) and sum(gaps) <= 0.3 * len(gaps)


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
