"""Arrow heads on a scanned page: how wide the ink is across a stroke, step by step to its end, tells them.

Works in pixels of a levelled picture; `unit` is pixels a point.
"""

from __future__ import annotations

import numpy as np

from extractors.scans.rendering import Pixels
from extractors.scans.strokes import Outline, Point, Stroke, ends_of


def find_heads(mask: Pixels, stroke: Stroke, unit: float) -> list[Outline]:
    """The filled triangles at the ends of a stroke."""
    heads = []
    for (x, y), (from_x, from_y) in (ends_of(stroke), ends_of(stroke)[::-1]):
        length = max(stroke.length, 1.0)
        head = _head(mask, x, y, ((x - from_x) / length, (y - from_y) / length), stroke, unit)
        if head is not None:
            heads.append(head)
    return heads


def _head(mask: Pixels, x: float, y: float, away: Point, stroke: Stroke, unit: float) -> Outline | None:
    """The triangle whose tip is at (x, y) and points `away`, where the ink across the stroke widens and narrows so.

    Across the stroke the ink is as wide as the stroke, then suddenly wide (the base), then narrows evenly to the tip.
    """
    reach = int(12 * unit)
    if stroke.length < 1.5 * reach:
        reach = int(max(stroke.length * 0.7, 1))
    beyond = int((2 if (stroke.level or stroke.upright) and not stroke.dashed else 9) * unit)
    widths = [_width_across(mask, x + away[0] * d, y + away[1] * d, away, unit) for d in range(-reach, beyond + 1)]
    shaft = max(stroke.width, 1.0)
    broad = max(2.0 * shaft, 2.6 * unit)
    # the tip may stand on a box's border, which is as wide as the window; what is past it counts no more
    limit = 16 * unit
    best: tuple[int, int, float] | None = None
    position = 1
    while position < len(widths):
        width = widths[position]
        if widths[position - 1] <= 1.6 * shaft + 1 and max(widths[position : position + 3]) >= broad:
            base = position + int(np.argmax(widths[position : position + 3]))
            tip = base
            while tip + 1 < len(widths) and widths[tip + 1] <= widths[tip] + 1 and widths[tip] > max(0.8 * shaft, 1.0):
                tip += 1
            width = widths[base]
            length = tip - base
            narrowed = widths[tip] <= max(1.7 * shaft, 0.45 * width)
            pierces = tip + 1 < len(widths) and widths[tip + 1] > widths[tip] + 2
            if not narrowed and pierces and widths[tip] <= 0.75 * width and _even(widths[base : tip + 1]):
                # the tip is lost in the border that it meets at a slant: it lies where the sides lead
                length = min(round(length * width / (width - widths[tip])), round(1.6 * width))
                tip, narrowed = base + length, True
            if width <= limit and narrowed and 0.35 * width <= length <= 2.6 * width:
                best = (base, tip, width)
        position += 1
    if best is None:
        return None
    base, tip, width = best
    if tip < len(widths) and widths[tip] <= width and not _even(widths[base : tip + 1]):
        return None
    # a tip that pierces a border ends at the border's far side
    base_x, base_y = x + away[0] * (base - reach), y + away[1] * (base - reach)
    tip_x, tip_y = x + away[0] * (tip - reach), y + away[1] * (tip - reach)
    across = (-away[1] * width / 2, away[0] * width / 2)
    points = (
        (tip_x, tip_y),
        (base_x - across[0], base_y - across[1]),
        (base_x + across[0], base_y + across[1]),
    )
    return Outline("triangle", points, 0.0, stroked=False)


def _even(widths: list[float]) -> bool:
    """Whether the widths fall about as a triangle's do, from the first to the last."""
    if len(widths) < 4:
        return False
    ideal = np.linspace(widths[0], widths[-1], len(widths))
    return float(np.abs(np.array(widths) - ideal).mean()) <= 0.16 * widths[0] + 0.8


def _width_across(mask: Pixels, x: float, y: float, away: Point, unit: float) -> float:
    """How wide the unbroken ink is through (x, y), at right angles to `away`, in pixels; 0 off the ink."""
    window = int(12 * unit)
    offsets = np.arange(-window, window + 1)
    columns = np.floor(x - away[1] * offsets).astype(int)
    rows = np.floor(y + away[0] * offsets).astype(int)
    inside = (columns >= 0) & (columns < mask.shape[1]) & (rows >= 0) & (rows < mask.shape[0])
    line = np.zeros(len(offsets), dtype=bool)
    line[inside] = mask[rows[inside], columns[inside]] > 0
    at = window
    if not line[at]:
        near = [step for step in (-1, 1) if line[at + step]]
        if not near:
            return 0.0
        at += near[0]
    blank = np.flatnonzero(~line)
    before, after = blank[blank < at], blank[blank > at]
    first = int(before[-1]) + 1 if before.size else 0
    last = int(after[0]) if after.size else len(line)
    return float(last - first)


def is_bare(mask: Pixels, stroke: Stroke, unit: float) -> bool:
    """Whether nothing crosses or hangs on a short stroke but at its ends: a stroke of a letter has others on it."""
    (x0, y0), (x1, y1) = ends_of(stroke)
    length = max(stroke.length, 1.0)
    away = ((x1 - x0) / length, (y1 - y0) / length)
    widths = [_width_across(mask, x0 + away[0] * d, y0 + away[1] * d, away, unit) for d in range(2, int(length) - 1)]
    bumps = np.array(widths) > max(1.8 * stroke.width, stroke.width + 2)
    bumps = bumps[round(2 * unit) : len(bumps) - round(2 * unit)]
    plain = np.flatnonzero(~bumps)
    # heads take up the ends; between them the stroke is bare
    return length >= 8 * unit and plain.size >= 0.3 * len(bumps) and not bumps[plain[0] : plain[-1]].any()
