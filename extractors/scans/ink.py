"""What is printed on a rendered page, apart from the paper: ink, whichever way round light and dark are.

Pictures are grey, 0 black to 255 white; `unit` is pixels a point.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import cv2
import numpy as np

from extractors.scans.rendering import Pixels

cv2.setNumThreads(1)  # the pool of processes shares out the cores; threads within one only wait for each other

REDUCED = 4
"""The background is looked for in a picture so many times smaller."""

GRAINY = 8.0
"""Grey levels: a background that varies by more is the grain of a poor scanner."""


@dataclass(frozen=True)
class Ink:
    """A picture taken apart; each part has its shape, and those that not every page is asked for are made when asked.

    `grey` is the picture itself. `mask` is 255 where there is ink. `background` is the grey of what lies behind,
    `differs` how far each pixel is from it. `contrast` is how far the ink stands out, `grain` how much the paper
    varies, both in grey levels; a contrast of 0 is an empty page.
    """

    grey: Pixels
    background: Pixels
    differs: Pixels
    mask: Pixels
    contrast: float
    grain: float

    @cached_property
    def paper(self) -> int:
        """The commonest grey of the background."""
        return int(np.bincount(self.background[::REDUCED, ::REDUCED].ravel(), minlength=256).argmax())

    def faint(self) -> Pixels:
        """255 where there is ink, also where a hairline is pale; made anew each time."""
        if self.contrast == 0.0:
            return self.mask
        return _over(self.differs, max(18.0, 0.16 * self.contrast, 3.5 * self.grain))

    def without(self, drawn: Pixels) -> Ink:
        """The same picture, with paper where `drawn` is not 0."""
        gone = drawn > 0
        grey, differs, mask = self.grey.copy(), self.differs.copy(), self.mask.copy()
        grey[gone] = self.background[gone]
        differs[gone] = mask[gone] = 0
        return replace(self, grey=grey, differs=differs, mask=mask)

    @cached_property
    def halo(self) -> Pixels:
        """255 where there is ink or its blurred rim."""
        return np.asarray(cv2.dilate(self.mask, np.ones((5, 5), dtype=np.uint8)), dtype=np.uint8)

    def clean(self) -> Pixels:
        """The ink black on white, whatever lay behind it; a picture of its own each time."""
        gain = min(235.0 / max(self.contrast, 60.0), 2.5) if self.contrast else 0.0
        darkness: Any = cv2.convertScaleAbs(self.differs, alpha=gain, beta=0)
        return np.asarray(cv2.bitwise_not(darkness), dtype=np.uint8)


def ink_of(grey: Pixels, unit: float) -> Ink:
    """Tells ink from its background: what differs from the commonest grey around it, darker or lighter."""
    background = _background(grey, unit)
    differs: Any = cv2.absdiff(grey, background)
    grain = median_grey(differs[::REDUCED, ::REDUCED]) * 1.5
    if grain > GRAINY:
        # grain breaks hairlines and speckles the paper; two thirds of it go with a blur of one pixel
        differs = cv2.absdiff(cv2.GaussianBlur(grey, (3, 3), 0), background)
        grain /= 2
    contrast = _contrast(differs)
    mask = _over(differs, max(28.0, 0.3 * contrast)) if contrast else np.zeros_like(grey)
    return Ink(grey, background, differs, mask, contrast, grain)


def _contrast(differs: Pixels) -> float:
    """What the strongest tenth of the pixels that stand out at all stand out by; 0 where hardly any does."""
    counts = np.ravel(cv2.calcHist([differs], [0], None, [256], [0, 256])).astype(np.int64)
    counts[:25] = 0
    return _ranked(counts, 0.9) if counts.sum() > 32 else 0.0


def median_grey(values: Pixels) -> float:
    """The median of greys: counted, which is many times faster than sorting them."""
    return _ranked(np.bincount(values.ravel(), minlength=256), 0.5)


def _ranked(counts: np.ndarray[Any, Any], share: float) -> float:
    """The grey that this share of the counted pixels lie below; between two pixels, the grey between theirs."""
    upto = counts.cumsum()
    place = share * (int(upto[-1]) - 1)
    below, above = (int(np.searchsorted(upto, rank, side="right")) for rank in (int(place), math.ceil(place)))
    return below + (above - below) * (place - int(place))


def _over(picture: Any, threshold: float) -> Pixels:
    """255 where the picture is over the threshold, 0 elsewhere."""
    return np.asarray(cv2.threshold(picture, int(threshold), 255, cv2.THRESH_BINARY)[1], dtype=np.uint8)


def _background(grey: Pixels, unit: float) -> Pixels:
    """What lies behind the ink: the median grey of about 30 points around each pixel, dense print taken away first.

    Closing takes away dark print, opening light print; what is left of the one that was not printed is a grey that
    hardly any pixel around has, so the two are told apart by how many pixels agree with each.
    """
    height, width = grey.shape
    # made up to whole fields of the reduced picture: only so is it quick to shrink, and does it fit when it grows again
    whole: Any = cv2.copyMakeBorder(grey, 0, -height % REDUCED, 0, -width % REDUCED, cv2.BORDER_REPLICATE)
    small = halved(halved(whole))
    reach = max(3, min(int(30 * unit / REDUCED) | 1, 255))
    strokes = np.ones((max(3, round(7 * unit / REDUCED)),) * 2, dtype=np.uint8)
    behind: Any = cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, strokes), reach)
    agreeing = _agreeing(whole, behind, reach)
    x, y, across, down = cv2.boundingRect((agreeing < MOST).view(np.uint8))
    if across:
        # light print, or print so dense that no grey has most of the pixels: looked at anew, with room around for what
        # is told by the pixels around
        room = 2 * reach
        left, top = max(x - room, 0), max(y - room, 0)
        window = slice(top, y + down + room), slice(left, x + across + room)
        field = whole[REDUCED * top : REDUCED * window[0].stop, REDUCED * left : REDUCED * window[1].stop]
        without_light: Any = cv2.medianBlur(cv2.morphologyEx(small[window], cv2.MORPH_OPEN, strokes), reach)
        light = _agreeing(field, without_light, reach) > agreeing[window] + 0.05
        inner = slice(y - top, y - top + down), slice(x - left, x - left + across)
        behind[window][inner][light[inner]] = without_light[inner][light[inner]]
    full: Any = cv2.resize(behind, (whole.shape[1], whole.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(full[:height, :width])


MOST = 0.5
"""Where more than this share of the pixels around have a background's grey, no other grey can have more."""


def _agreeing(grey: Pixels, background: Pixels, reach: int) -> Any:
    """Around each pixel of the reduced background, the share of the picture's pixels that have about its grey: of every
    other one both ways, which tell it as well as all do."""
    some = np.ascontiguousarray(grey[::2, ::2])
    behind: Any = cv2.resize(background, (some.shape[1], some.shape[0]), interpolation=cv2.INTER_NEAREST)
    near = cv2.bitwise_not(_over(cv2.absdiff(some, behind), 23))
    return cv2.blur(halved(np.asarray(near, dtype=np.uint8)).astype(np.float32) / 255, (reach, reach))


def halved(picture: Pixels) -> Pixels:
    """The picture at half its size, four pixels made one; an odd last row or column is left out."""
    height, width = picture.shape[0] // 2, picture.shape[1] // 2
    half = cv2.resize(picture[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(half, dtype=np.uint8)
