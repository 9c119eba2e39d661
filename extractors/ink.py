"""What is printed on a rendered page, apart from the paper: ink, whichever way round light and dark are.

Pictures are grey, 0 black to 255 white; `unit` is pixels a point.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np

from extractors.rendering import Pixels

REDUCED = 4
"""The background is looked for in a picture so many times smaller."""


class Ink(NamedTuple):
    """A picture taken apart; each part has its shape.

    `grey` is the picture itself. `mask` is 255 where there is ink, `halo` where there is ink or its blurred rim. `clean` is the ink black on white, whatever lay behind it. `background` is the
    grey of what lies behind. `contrast` is how far the ink stands out, in grey levels; 0 on an empty page.
    """

    grey: Pixels
    mask: Pixels
    halo: Pixels
    clean: Pixels
    background: Pixels
    contrast: float

    @property
    def paper(self) -> int:
        """The commonest grey of the background."""
        return int(np.bincount(self.background[::REDUCED, ::REDUCED].ravel(), minlength=256).argmax())


def ink_of(grey: Pixels, unit: float) -> Ink:
    """Tells ink from its background: what differs from the commonest grey around it, darker or lighter."""
    background = _background(grey, unit)
    differs = cv2.absdiff(grey, background)
    strong = differs[differs > 24]
    contrast = float(np.percentile(strong, 90)) if strong.size > 32 else 0.0
    if contrast == 0.0:
        nothing = np.zeros_like(grey)
        return Ink(grey, nothing, nothing, np.full_like(grey, 255), background, 0.0)
    threshold = max(28.0, 0.3 * contrast)
    mask = np.where(differs > threshold, 255, 0).astype(np.uint8)
    gain = min(235.0 / max(contrast, 60.0), 2.5)
    clean = 255 - cv2.convertScaleAbs(differs, alpha=gain, beta=0)
    halo = np.asarray(cv2.dilate(mask, np.ones((5, 5), dtype=np.uint8)), dtype=np.uint8)
    return Ink(grey, mask, halo, clean.astype(np.uint8), background, contrast)


def _background(grey: Pixels, unit: float) -> Pixels:
    """What lies behind the ink: the median grey of about 30 points around each pixel, dense print taken away first.

    Closing takes away dark print, opening light print; which of the two was printed is what a plain median leans to.
    """
    height, width = grey.shape
    small_size = (max(width // REDUCED, 1), max(height // REDUCED, 1))
    small: Any = cv2.resize(grey, small_size, interpolation=cv2.INTER_AREA)
    reach = max(3, min(int(30 * unit / REDUCED) | 1, 255))
    strokes = np.ones((max(3, round(7 * unit / REDUCED)),) * 2, dtype=np.uint8)
    plain = cv2.medianBlur(small, reach)
    without_dark = cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, strokes), reach)
    without_light = cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_OPEN, strokes), reach)
    light_print = cv2.absdiff(plain, without_light) < cv2.absdiff(plain, without_dark)
    small = np.where(light_print, without_light, without_dark)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
