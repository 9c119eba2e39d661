"""What is printed on a rendered page, apart from the paper: ink, whichever way round light and dark are.

Pictures are grey, 0 black to 255 white; `unit` is pixels a point.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np

from extractors.scans.rendering import Pixels

cv2.setNumThreads(1)  # the pool of processes shares out the cores; threads within one only wait for each other

REDUCED = 4
"""The background is looked for in a picture so many times smaller."""

GRAINY = 8.0
"""Grey levels: a background that varies by more is the grain of a poor scanner."""


class Ink(NamedTuple):
    """A picture taken apart; each part has its shape.

    `grey` is the picture itself. `mask` is 255 where there is ink, `faint` also where a hairline is pale, `halo` where
    there is ink or its blurred rim. `clean` is the ink black on white, whatever lay behind it. `background` is the
    grey of what lies behind. `contrast` is how far the ink stands out, in grey levels; 0 on an empty page.
    """

    grey: Pixels
    mask: Pixels
    faint: Pixels
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
    differs: Any = cv2.absdiff(grey, background)
    grain = float(np.median(differs[::REDUCED, ::REDUCED])) * 1.5
    if grain > GRAINY:
        # grain breaks hairlines and speckles the paper; two thirds of it go with a blur of one pixel
        differs = cv2.absdiff(cv2.GaussianBlur(grey, (3, 3), 0), background)
        grain /= 2
    strong = differs[differs > 24]
    contrast = float(np.percentile(strong, 90)) if strong.size > 32 else 0.0
    if contrast == 0.0:
        nothing = np.zeros_like(grey)
        return Ink(grey, nothing, nothing, nothing, np.full_like(grey, 255), background, 0.0)
    threshold = max(28.0, 0.3 * contrast)
    mask = _over(differs, threshold)
    gain = min(235.0 / max(contrast, 60.0), 2.5)
    clean = 255 - cv2.convertScaleAbs(differs, alpha=gain, beta=0)
    halo = np.asarray(cv2.dilate(mask, np.ones((5, 5), dtype=np.uint8)), dtype=np.uint8)
    faint = _over(differs, max(18.0, 0.16 * contrast, 3.5 * grain))
    return Ink(grey, mask, faint, halo, clean.astype(np.uint8), background, contrast)


def _over(picture: Any, threshold: float) -> Pixels:
    """255 where the picture is over the threshold, 0 elsewhere."""
    return np.asarray(cv2.threshold(picture, int(threshold), 255, cv2.THRESH_BINARY)[1], dtype=np.uint8)


def _background(grey: Pixels, unit: float) -> Pixels:
    """What lies behind the ink: the median grey of about 30 points around each pixel, dense print taken away first.

    Closing takes away dark print, opening light print; what is left of the one that was not printed is a grey that
    hardly any pixel around has, so the two are told apart by how many pixels agree with each.
    """
    height, width = grey.shape
    small_size = (max(width // REDUCED, 1), max(height // REDUCED, 1))
    small: Any = cv2.resize(grey, small_size, interpolation=cv2.INTER_AREA)
    reach = max(3, min(int(30 * unit / REDUCED) | 1, 255))
    strokes = np.ones((max(3, round(7 * unit / REDUCED)),) * 2, dtype=np.uint8)
    without_dark: Any = cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, strokes), reach)
    without_light: Any = cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_OPEN, strokes), reach)
    light_print = _agreeing(grey, without_light, reach) > _agreeing(grey, without_dark, reach) + 0.05
    small = np.where(light_print, without_light, without_dark)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def _agreeing(grey: Pixels, background: Pixels, reach: int) -> Any:
    """Around each pixel of the reduced background, the share of the picture's pixels that have about its grey."""
    height, width = grey.shape
    full: Any = cv2.resize(background, (width, height), interpolation=cv2.INTER_NEAREST)
    near = cv2.bitwise_not(_over(cv2.absdiff(grey, full), 23))
    shrunk = cv2.resize(near, (background.shape[1], background.shape[0]), interpolation=cv2.INTER_AREA)
    return cv2.blur(shrunk.astype(np.float32) / 255, (reach, reach))
