"""Characters of a text layer that the page may not show: invisible, pale on pale, under a box, too small, in a layer.

A PDF can hold words that nobody sees: blackened names, white notes, a layer that is switched off. What the drawing
operators say raises the suspicion only; whether there is ink is settled on the rendered page
(`extractors.scans.shown`), for clips, blends and shadings are no part of a text layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pdfminer.layout import LTChar, LTCurve, LTRect

SUSPECT = "unsure"
"""Put on an `LTChar` by the reader of content streams: invisible by its mode, or in a layer that may be off."""

PALE, FAINT = 0.93, 0.7
"""From this brightness on (0 black, 1 white) letters may not show on paper, and are no more than a watermark."""

TINY = 1.5
"""Points: smaller letters are read by nobody; the smallest print of forms has 4."""

_PROCESS = frozenset({"DeviceGray", "DeviceRGB", "DeviceCMYK", "CalGray", "CalRGB", "ICCBased"})
"""Colour spaces whose numbers say how bright a colour is; in others 1 may be full ink."""


def brightness(character: LTChar) -> float:
    """How bright its ink is, 0 black to 1 white; 0 where the colour cannot be told."""
    return _brightness(character.graphicstate.ncolor) if getattr(character.ncs, "name", "") in _PROCESS else 0.0


def _brightness(colour: object) -> float:
    values = colour if isinstance(colour, (tuple, list)) else (colour,)
    if not all(isinstance(v, (int, float)) for v in values):
        return 0.0
    if len(values) == 4:
        c, m, y, k = (float(v) for v in values)
        return min((1 - c) * (1 - k), (1 - m) * (1 - k), (1 - y) * (1 - k))
    return min(float(v) for v in values) if len(values) in (1, 3) else 0.0


def suspects(items: Sequence[Any]) -> set[int]:
    """The `id` of each character among a page's items, in the order of painting, that the page may not show."""
    characters = [(place, item) for place, item in enumerate(items) if isinstance(item, LTChar)]
    found: set[int] = set()
    pale: dict[int, bool] = {}  # by graphic state, which all characters of an operator share
    fills: list[tuple[int, Any]] | None = None
    for place, item in characters:
        state = id(item.graphicstate)
        if state not in pale:
            pale[state] = brightness(item) >= PALE
        if SUSPECT in vars(item) or item.size < TINY:
            found.add(id(item))
        elif pale[state]:
            if fills is None:
                fills = [(n, fill) for n, fill in enumerate(items) if isinstance(fill, LTCurve) and fill.fill]
            if not _on_dark(place, item, fills):
                found.add(id(item))
    return found | _covered(items, characters)


def _on_dark(place: int, character: LTChar, fills: Sequence[tuple[int, Any]]) -> bool:
    """Whether the last thing filled below a character is dark, as the head of a table may be."""
    x, y = (character.x0 + character.x1) / 2, (character.y0 + character.y1) / 2
    for painted, fill in reversed(fills):
        if painted < place and fill.x0 <= x <= fill.x1 and fill.y0 <= y <= fill.y1:
            return _brightness(fill.non_stroking_color) < FAINT
    return False


def _covered(items: Sequence[Any], characters: Sequence[tuple[int, LTChar]]) -> set[int]:
    """The characters over whose middle a filled box was painted later."""
    if not characters:
        return set()
    first = characters[0][0]
    lids = [
        (place, item)
        for place, item in enumerate(items[first:], first)
        if isinstance(item, LTRect) and item.fill and item.width > TINY and item.height > TINY
    ]
    if not lids:
        return set()
    places = np.array([place for place, _ in characters])
    boxes = np.array([item.bbox for _, item in characters])
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    under = np.zeros(len(characters), dtype=bool)
    for place, lid in lids:
        count = int(np.searchsorted(places, place))
        x0, y0, x1, y1 = lid.bbox
        under[:count] |= (x0 < x[:count]) & (x[:count] < x1) & (y0 < y[:count]) & (y[:count] < y1)
    return {id(item) for (_, item), hidden in zip(characters, under, strict=True) if hidden}
