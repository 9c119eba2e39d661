"""Numbers that a drawing program circled with a drawn ring: ① in two pieces, a digit and an outline around it."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.pages.geometry import union
from extractors.pages.markers import circled
from extractors.pages.page import Shape
from extractors.pages.text import Glyph

NARROWEST, WIDEST = 0.9, 2.4
"""A ring is so many times as wide as its digits are high."""


def with_rings_read(glyphs: Sequence[Glyph], shapes: Sequence[Shape]) -> tuple[list[Glyph], list[Shape]]:
    """The glyphs and shapes, each number alone in a ring made one character (①), its ring taken away."""
    digits = [glyph for glyph in glyphs if glyph.text.isdecimal()]
    rings = [shape for shape in shapes if _may_be_ring(shape)] if digits else []
    if not rings:
        return list(glyphs), list(shapes)
    signs: dict[int, Glyph | None] = {}
    gone: set[int] = set()
    inked = [glyph for glyph in glyphs if not glyph.text.isspace()]
    for ring in rings:
        box = ring.box
        inside = sorted((g for g in inked if box.holds_point(*g.box.centre)), key=lambda glyph: glyph.box.x0)
        if not 1 <= len(inside) <= 2 or not all(glyph.text.isdecimal() for glyph in inside):
            continue
        size, words = inside[0].size, union(glyph.box for glyph in inside)
        across, down = (abs(mine - its) for mine, its in zip(words.centre, box.centre, strict=True))
        sign = circled(int("".join(glyph.text for glyph in inside)))
        if sign is None or across > 0.3 * size or down > 0.4 * size:
            continue
        if not NARROWEST * size <= box.height <= WIDEST * size:
            continue
        signs |= {id(glyph): None for glyph in inside}
        signs[id(inside[0])] = inside[0]._replace(text=sign, box=words)
        gone.add(id(ring))
    kept = [signs.get(id(glyph), glyph) for glyph in glyphs]
    return [glyph for glyph in kept if glyph is not None], [shape for shape in shapes if id(shape) not in gone]


def _may_be_ring(shape: Shape) -> bool:
    """Whether an outline is as high as wide and has no corners of a box, as a circle has none."""
    box = shape.box
    return shape.kind == "other" and shape.stroked and abs(box.width - box.height) < 0.15 * max(box.width, box.height)
