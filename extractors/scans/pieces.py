"""Pieces of ink that hang together on a picture of a page, and what is left of them when some of the ink is taken away.

Labelling a page is the dearest look at it that there is, so it is done once: what takes ink away afterwards only looks
again at the pieces that it touches.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import cv2
import numpy as np

from extractors.scans.rendering import Pixels

Table = np.ndarray[Any, Any]


class Pieces:
    """The pieces of an ink mask: `labels` numbers their pixels from 1, `stats` has a row (left, top, width, height,
    pixels) for each; row 0 is the paper's, and a piece that is gone has no pixels."""

    def __init__(self, mask: Pixels, labels: Table, stats: Table) -> None:
        self.mask = mask
        self.labels = labels
        self.stats = stats

    @cached_property
    def inked(self) -> Table:
        """Where the ink is: indices into the raveled picture, in reading order."""
        return np.flatnonzero(self.mask != 0)

    @property
    def boxes(self) -> Table:
        """The rows of `stats` that stand for ink."""
        rows = self.stats[1:]
        return rows[rows[:, 4] > 0]

    def pixels_of(self, label: int) -> tuple[tuple[slice, slice], np.ndarray[Any, np.dtype[np.bool_]]]:
        """Where the box of a piece lies on the picture, and which pixels in it are its own."""
        x, y, width, height = self.stats[label, :4].tolist()
        field = slice(y, y + height), slice(x, x + width)
        return field, self.labels[field] == label

    def without(self, taken: Pixels) -> Pieces:
        """The pieces of the ink that is left where `taken` is 0. One that was touched may fall into several, which are
        numbered behind the others."""
        hit = cv2.bitwise_and(self.mask, taken)
        left, top, width, height = cv2.boundingRect(hit)
        if not width:
            return self
        window = slice(top, top + height), slice(left, left + width)
        touched = np.unique(self.labels[window][hit[window] != 0]).tolist()
        mask: Any = cv2.bitwise_and(self.mask, cv2.bitwise_not(taken))
        fields = [self.pixels_of(label) for label in touched]
        left_over = [pieces_of(np.where(own, mask[field], 0).astype(np.uint8)) for field, own in fields]
        total = len(self.stats) + sum(len(each.stats) - 1 for each in left_over)
        labels = self.labels.astype(np.uint16 if total < 2**16 else np.int32)
        stats = [self.stats.copy()]
        stats[0][touched] = 0
        number = len(self.stats)
        for (field, own), parts in zip(fields, left_over, strict=True):
            found = parts.stats[1:].copy()
            found[:, :2] += field[1].start, field[0].start
            stats.append(found)
            numbered = np.where(parts.labels > 0, parts.labels + np.int64(number - 1), 0)
            labels[field][own] = numbered[own]
            number += len(found)
        return Pieces(np.asarray(mask, dtype=np.uint8), labels, np.concatenate(stats))


def pieces_of(mask: Pixels, connectivity: int = 8) -> Pieces:
    """The pieces of an ink mask (0 or any one other value), numbered as they begin from top to bottom; pixels that
    touch by a corner alone hang together unless `connectivity` is 4."""
    _, labels, stats, _ = _numbered(cv2.connectedComponentsWithStats, mask, connectivity)
    return Pieces(mask, labels, stats)


def labels_of(mask: Pixels, connectivity: int = 8) -> Table:
    """The pixels of an ink mask with the number of their piece, as `pieces_of` has them: where no more is asked, half
    the time."""
    labels: Table = _numbered(cv2.connectedComponents, mask, connectivity)[1]
    return labels


def _numbered(look: Any, mask: Pixels, connectivity: int) -> Any:
    try:
        # numbers of 16 bits take OpenCV well under half the time that those of 32 do
        return look(mask, connectivity=connectivity, ltype=cv2.CV_16U)
    except cv2.error:  # more pieces than 16 bits can number: grain, a screen of dots
        return look(mask, connectivity=connectivity, ltype=cv2.CV_32S)
