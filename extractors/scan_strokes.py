"""A stroke as found on a scanned page, in pixels of a levelled picture."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Stroke:
    """A straight stroke in pixels: level (y0 == y1), upright (x0 == x1) or oblique."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float
    dashed: bool = False

    @property
    def level(self) -> bool:
        return self.y0 == self.y1

    @property
    def upright(self) -> bool:
        return self.x0 == self.x1

    @property
    def length(self) -> float:
        return float(np.hypot(self.x1 - self.x0, self.y1 - self.y0))

    def transposed(self) -> Stroke:
        return replace(self, x0=self.y0, y0=self.x0, x1=self.y1, y1=self.x1)
