"""Arrows that are typed, not drawn: a → set large between two boxes joins them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extractors.diagrams.arrows import Wire
from extractors.diagrams.geometry import Places
from extractors.diagrams.outlines import Outline
from extractors.pages.geometry import Box
from extractors.pages.page import Page
from extractors.pages.text import Glyph

_WAYS: dict[str, tuple[int, int, bool]] = {
    **dict.fromkeys("→⇒➡⇨⟶➔➜", (1, 0, False)),
    **dict.fromkeys("←⇐⬅⇦⟵", (-1, 0, False)),
    **dict.fromkeys("↓⇓⬇⇩", (0, 1, False)),
    **dict.fromkeys("↑⇑⬆⇧", (0, -1, False)),
    **dict.fromkeys("↔⇔⬌", (1, 0, True)),
    **dict.fromkeys("↕⇕⬍", (0, 1, True)),
}
"""Each sign's direction, across and down, and whether it points both ways."""


def with_typed_arrows(page: Page, outlines: Sequence[Outline], wires: Sequence[Wire]) -> tuple[Page, list[Wire]]:
    """The page without the signs that join two boxes, and all wires with theirs. A sign within a line of text, or with
    a box on one side only, stays text."""
    signs = [glyph for glyph in page.glyphs if glyph.text in _WAYS] if len(outlines) >= 2 else []
    if not signs:
        return page, list(wires)
    boxes = [outline.box for outline in outlines]
    others = Places((glyph.box, glyph) for glyph in page.glyphs if not glyph.text.isspace())
    found = list(wires)
    gone: set[int] = set()
    for sign in signs:
        wire = None if _is_in_text(sign, others) else _wire(sign, boxes)
        if wire is not None:
            found.append(wire)
            gone.add(id(sign))
    return replace(page, glyphs=tuple(g for g in page.glyphs if id(g) not in gone)) if gone else page, found


def _is_in_text(sign: Glyph, others: Places[Glyph]) -> bool:
    """Whether characters of about its size stand close beside it, on its line."""
    x0, top, x1, bottom = sign.box
    beside = Box(x0 - 0.6 * sign.size, top + 0.3 * sign.size, x1 + 0.6 * sign.size, bottom - 0.3 * sign.size)
    return any(other is not sign and sign.size < 1.5 * other.size for other in others.near(beside))


def _wire(sign: Glyph, boxes: Sequence[Box]) -> Wire | None:
    across, down, both = _WAYS[sign.text]
    x, y = sign.box.centre
    head, tail = _hit(x, y, across, down, boxes), _hit(x, y, -across, -down, boxes)
    if head is None or tail is None:
        return None
    return Wire((tail[0], head[0]), tail[1], head[1], True, both, False)


def _hit(x: float, y: float, across: int, down: int, boxes: Sequence[Box]) -> tuple[tuple[float, float], int] | None:
    """Where a ray first meets the side of a box that it does not start in, and the box's place."""
    hits = []
    for n, box in enumerate(boxes):
        if box.holds_point(x, y):
            continue
        if across and box.top < y < box.bottom:
            edge = box.x0 if across > 0 else box.x1
            hits.append(((edge - x) * across, (edge, y), n))
        elif down and box.x0 < x < box.x1:
            edge = box.top if down > 0 else box.bottom
            hits.append(((edge - y) * down, (x, edge), n))
    ahead = [hit for hit in hits if hit[0] >= 0]
    return min(ahead)[1:] if ahead else None
