"""Numbers that came apart at a point: 5. beside 100名 may be 5,100名, or a list's fifth item: a person must look."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from extractors.scans.recognising import Recognised
from extractors.scans.second_reading import SpanDoubt

CLOSE = 1.6
"""The rest of a number begins within so many character heights of its thousands."""

_HEAD = re.compile(r"\d{1,3}[.．]")
_REST = re.compile(r"\d{3}(?!\d)")


def doubted_thousands(lines: Sequence[Recognised]) -> tuple[Recognised, ...]:
    """The lines of a sheet, a doubt put at the number of each that may go on from one on its left."""
    told = list(lines)
    heads = [line for line in lines if _HEAD.fullmatch(line.reading.text)]
    for n, line in enumerate(lines):
        box, rest = line.picture.line, _REST.match(line.reading.text)
        if rest is None:
            continue
        for head in heads:
            left = head.picture.line
            level = left.top < (box.top + box.bottom) / 2 < left.bottom
            if level and 0 <= box.x0 - left.x1 <= CLOSE * box.size:
                whole = f"{head.reading.text[:-1]},{rest[0]}"
                told[n] = replace(line, doubts=(*line.doubts, SpanDoubt(0, 3, (rest[0], whole), True)))
    return tuple(told)
