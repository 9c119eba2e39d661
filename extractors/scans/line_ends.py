"""Characters at a line's end told by the line that goes on below: へ before ルメット begins ヘルメット, システ goes on
with ム and not with 公.

Pixels of a levelled sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extractors.scans.by_words import by_words
from extractors.scans.decoding import ALMOST_SURE
from extractors.scans.lines import TextLine
from extractors.scans.look_alikes import settled
from extractors.scans.ocr import Reading
from extractors.scans.recognising import Recognised
from extractors.scans.second_reading import SpanDoubt

BELOW = 1.6
"""A row goes on in one that begins at most so many character heights below its lower edge …"""

MARGIN = 1.2
"""… and as far to the right as it did, give or take so many, …"""

FULL = 1.5
"""… where it reaches so near to the right edge of the one below, or beyond."""

CLOSE = 0.9
"""Lines that stand level, so many character heights apart at most, are parts of one row: one is parted at a comma."""

AROUND = 8
"""Characters on either side of a break that tell those at it."""

AT_BREAK = 3
"""Characters on either side of a break that may stand in a word which it parts."""


def told_over_breaks(lines: Sequence[Recognised]) -> tuple[Recognised, ...]:
    """The lines, the characters at the end of each and at the head of the one that it goes on in told as if no break
    were between them; what was read stays as a doubt where words told it."""
    told = list(lines)
    rows = _rows([line.picture.line for line in lines])
    boxes = [_box([lines[n].picture.line for n in row]) for row in rows]
    for place in range(len(rows)):
        below = _row_below(place, boxes)
        if below is None:
            continue
        last, first = rows[place][-1], rows[below][0]
        if told[last].reading.characters and told[first].reading.characters:
            told[last], told[first] = _told_together(told[last], told[first])
    return tuple(told)


def _rows(lines: Sequence[TextLine]) -> list[list[int]]:
    """The numbers of the lines row by row, top to bottom; those of a row from left to right."""
    rows: list[list[int]] = []
    latest: list[list[int]] = []  # rows that a line may still belong to
    for n in sorted(range(len(lines)), key=lambda n: (lines[n].x0, lines[n].top)):
        line = lines[n]
        latest = [row for row in latest if line.x0 - lines[row[-1]].x1 <= CLOSE * lines[row[-1]].size]
        for row in latest:
            last = lines[row[-1]]
            if line.x0 >= last.x1 and abs(line.top + line.bottom - last.top - last.bottom) <= 0.6 * line.size:
                row.append(n)
                break
        else:
            rows.append([n])
            latest.append(rows[-1])
    return sorted(rows, key=lambda row: (lines[row[0]].top, lines[row[0]].x0))


def _box(row: Sequence[TextLine]) -> TextLine:
    size = max(line.size for line in row)
    return TextLine(row[0].x0, min(line.top for line in row), row[-1].x1, max(line.bottom for line in row), size)


def _row_below(place: int, rows: Sequence[TextLine]) -> int | None:
    """The row, of those sorted by their upper edges, that the one at `place` goes on in."""
    row = rows[place]
    for n in range(place + 1, len(rows)):
        below, size = rows[n], max(row.size, rows[n].size)
        if below.top > row.bottom + 2 * BELOW * row.size:
            return None
        near = -0.2 * size <= below.top - row.bottom <= BELOW * size and abs(below.x0 - row.x0) <= MARGIN * size
        if near and 0.7 <= row.size / max(below.size, 1.0) <= 1.4 and row.x1 >= below.x1 - FULL * size:
            return n
    return None


def _told_together(line: Recognised, below: Recognised) -> tuple[Recognised, Recognised]:
    end, head = line.reading.characters[-AROUND:], below.reading.characters[:AROUND]
    joined = Reading((*end, *head))
    text = settled(joined.text)
    if len(text) == len(joined.characters):
        # by their looks only the two at the break: the others have been told by the neighbours that they have
        beside = (len(end) - 1, len(end))
        joined = Reading(tuple(c.named(text[n]) if n in beside else c for n, c in enumerate(joined.characters)))
    near = range(max(len(end) - AT_BREAK, 0), min(len(end) + AT_BREAK, len(joined.characters)))
    doubtful = any(joined.characters[n].confidence < ALMOST_SURE for n in near)
    better, doubts = by_words(joined, ()) if doubtful else (joined, ())
    kept = Reading(tuple((better if n in near else joined).characters[n] for n in range(len(joined.characters))))
    doubts = tuple(doubt for doubt in doubts if doubt.start in near)
    first = len(line.reading.characters) - len(end)
    return (
        _with(line, first, Reading(kept.characters[: len(end)]), [d for d in doubts if d.start < len(end)], first),
        _with(below, 0, Reading(kept.characters[len(end) :]), [d for d in doubts if d.start >= len(end)], -len(end)),
    )


def _with(line: Recognised, start: int, part: Reading, doubts: Sequence[SpanDoubt], shift: int) -> Recognised:
    """The line with its characters from `start` on as in `part`, and with the doubts, moved by `shift`."""
    own = list(line.reading.characters)
    own[start : start + len(part.characters)] = part.characters
    if tuple(own) == line.reading.characters:
        return line
    moved = [replace(doubt, start=doubt.start + shift, end=doubt.end + shift) for doubt in doubts]
    others = [d for d in line.doubts if not any(d.start <= m.start < d.end for m in moved) or d.end - d.start > 1]
    return replace(line, reading=Reading(tuple(own)), doubts=(*others, *moved))
