"""The markers of an outline on a scan, settled by the order in which they stand: between イ and エ a ワ is ウ.

One letter alone says little: Ⅰ is read as I, 一 as a dash, エ as 工. But markers stand below each other at one margin,
and each is the next of the one before. Where two or more lines of a page agree on such an order, what looks like the
missing marker is taken for it; what was read stays as a doubt at its place. Pixels of a levelled sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from extractors.pages.markers import KANA, KANJI, ROMAN, marker_of
from extractors.scans.glyphs import character_spans
from extractors.scans.marker_candidates import BARS, BRACKETED, Candidate, candidates_of, marker_look_alikes
from extractors.scans.marker_runs import told_by_run
from extractors.scans.ocr import Character, Reading
from extractors.scans.recognising import Recognised
from extractors.scans.second_reading import SpanDoubt

NARROW = 0.17
"""A gap of this many character heights at least parts a marker without brackets from its words."""

SAME_MARGIN = 0.6
"""Markers of one list begin within this many character heights of each other."""

NEAR = 5
"""Lines before and behind in which the rest of a line is looked for."""

SQUARE, UNREADABLE = 1.3, 0.5
"""Ink at most so many character heights wide that is read with less confidence may be a marker, whichever."""

PASSED_OVER = 1.15
"""The middle of a line's first character lies half a character behind its ink; so many, and something stands before."""

TOLD = 0.85
"""How sure a marker is that its order told."""

_OPENING = tuple("「『【〔（(")


@dataclass(frozen=True)
class _Head:
    line: int
    x0: float
    size: float
    candidates: tuple[Candidate, ...]
    anything: bool = False
    """Whether it may be any marker: ink of one character that nobody can read, before the words of a line."""
    unread: bool = False
    """Whether the words of the line begin so far behind its ink that a marker was passed over."""


def settled_markers(lines: Sequence[Recognised]) -> tuple[Recognised, ...]:
    """The lines of a sheet, top to bottom, with the markers at their heads settled."""
    heads = [head for n, line in enumerate(lines) if (head := _head(n, line, lines)) is not None]
    settled = list(lines)
    taken: set[int] = set()
    for told in told_by_run(lines):
        settled[told.line] = _with_marker(lines[told.line], Candidate("", 0, told.printed, told.length, False))
        taken.add(told.line)
    for chain in sorted(_chains(heads), key=_weight, reverse=True):
        if len(chain) < 2 or any(head.line in taken for head, _ in chain):
            continue
        taken.update(head.line for head, _ in chain)
        for head, candidate in chain:
            settled[head.line] = _with_marker(lines[head.line], candidate)
    return tuple(settled)


# --- what a head may be ----------------------------------------------------------------------------------------------


def _head(n: int, line: Recognised, lines: Sequence[Recognised]) -> _Head | None:
    text = line.reading.text
    size = line.picture.line.size
    around = (*lines[max(n - NEAR, 0) : n], *lines[n + 1 : n + NEAR + 1])
    small = line.picture.line.width <= SQUARE * size
    # several characters in one square, too: 四 is read as p9 where its strokes came apart
    torn = len(text) > 1
    anything = (
        small
        and not text.isdecimal()
        and (torn or line.reading.confidence < UNREADABLE)
        and bool(_beside(line, around))
    )
    if not anything and _passed_over(line):
        return _Head(n, line.picture.line.x0, size, (), True, True)
    if not text or not _may_begin(text):
        return _Head(n, line.picture.line.x0, size, (), anything) if anything else None
    spans = character_spans(line.reading.characters, line.picture.pixels, line.picture.line, line.picture.left)
    bracketed = BRACKETED.match(text)
    if bracketed is not None:
        length = bracketed.end()
    else:
        gaps = [b[0] - a[1] > NARROW * size for a, b in pairwise(spans[:5])]
        length = gaps.index(True) + 1 if True in gaps else len(text)
        bars = BARS.match(text)
        if bars is not None and bars.end() < length and not text[bars.end()].isascii():
            length = bars.end()  # IV業務: a numeral of letters stands close before the words
        following = text[length:] or _beside(line, around)
        if length > 4 or not (following[:1].isalpha() or following[:1] in _OPENING):
            return None  # no head, or digits set apart: 7/6, 1,000
    found = list(candidates_of(text[:length]))
    if length == 1 and not text[0].isdecimal():
        for other, _ in line.reading.characters[0].others:
            found += [candidate._replace(as_read=False) for candidate in candidates_of(other) if candidate.length == 1]
    if not found and not anything:
        return None
    return _Head(n, spans[0][0], size, tuple(dict.fromkeys(found)), anything and not found)


def _passed_over(line: Recognised) -> bool:
    """Whether the line's words begin more than a character behind its ink."""
    if not line.reading.characters:
        return False
    box = line.picture.line
    middle = line.reading.characters[0].x * line.picture.pixels.shape[1] + line.picture.left
    return bool(middle - box.x0 > PASSED_OVER * box.size)


def _may_begin(text: str) -> bool:
    """Whether a marker may stand at the head of the text: most lines are told by their first character."""
    first = text[0]
    return (
        first in "(（第" or first.isdigit() or first in KANA or first in KANJI or BARS.match(first) is not None
        or any(first in marker_look_alikes(kind) for kind in ("kana", "kanji", "digit", "roman"))
    )  # fmt: skip


def _beside(line: Recognised, others: Sequence[Recognised]) -> str:
    """The text of the line that stands to the right at the same height, empty where none does: a marker far from its
    words is a line of its own."""
    own = line.picture.line
    middle = (own.top + own.bottom) / 2
    for other in others:
        box = other.picture.line
        if box.top < middle < box.bottom and 0 < box.x0 - own.x1 < 3 * own.size:
            return other.reading.text
    return ""


# --- the order -------------------------------------------------------------------------------------------------------

_Chain = list[tuple[_Head, Candidate]]


def _chains(heads: Sequence[_Head]) -> list[_Chain]:
    """Heads that follow each other at one margin, kind by kind; each kind takes a head into one chain."""
    chains: list[_Chain] = []
    for head in heads:
        for kind in dict.fromkeys(candidate.kind for candidate in head.candidates):
            own = [candidate for candidate in head.candidates if candidate.kind == kind]
            for chain in reversed(chains):
                last, before = chain[-1]
                near = abs(last.x0 - head.x0) <= SAME_MARGIN * min(last.size, head.size)
                next_one = next((c for c in own if c.ordinal == before.ordinal + 1), None)
                if near and before.kind == kind and next_one is not None and last.line != head.line:
                    chain.append((head, next_one))
                    break
            else:
                chains.append([(head, min(own, key=lambda c: not c.as_read))])
        if head.anything:
            _take_next(chains, head)
    for chain in chains:
        _take_first(chain, heads)
    return chains


def _take_next(chains: Sequence[_Chain], head: _Head) -> None:
    """Puts a head that may be anything behind the last chain of each kind at its margin, as the next of its markers."""
    for kind, order in _ORDERS.items():
        for chain in reversed(chains):
            last, before = chain[-1]
            near = last.line != head.line and abs(last.x0 - head.x0) <= SAME_MARGIN * head.size
            if near and before.kind == kind and before.ordinal < len(order):
                chain.append((head, _anything(head, kind, before.ordinal + 1)))
                break


def _take_first(chain: _Chain, heads: Sequence[_Head]) -> None:
    """Puts a head that may be anything before a chain that begins with the second of its kind."""
    second, marker = chain[0]
    if marker.ordinal != 2 or marker.kind not in _ORDERS:
        return
    above = [h for h in heads if h.line < second.line and abs(h.x0 - second.x0) <= SAME_MARGIN * second.size]
    if above and above[-1].anything and above[-1].line not in {head.line for head, _ in chain}:
        chain.insert(0, (above[-1], _anything(above[-1], marker.kind, 1)))


def _anything(head: _Head, kind: str, ordinal: int) -> Candidate:
    """A marker in place of all that was read, or before the words where nothing was."""
    return Candidate(kind, ordinal, _ORDERS[kind][ordinal - 1], 0 if head.unread else -1, False)


_ORDERS = {"一": KANJI, "Ⅰ": ROMAN, "ア": KANA}


def _weight(chain: _Chain) -> tuple[int, int]:
    return len(chain), sum(candidate.as_read for _, candidate in chain)


# --- the line with its marker ----------------------------------------------------------------------------------------


def _with_marker(line: Recognised, candidate: Candidate) -> Recognised:
    """The line with the marker at its head, a gap behind it where the printed one is too narrow to be seen for one."""
    if candidate.length < 0:
        read = line.reading.text
        doubt = SpanDoubt(0, 1, (candidate.printed, read) if read else (candidate.printed,), False)
        return replace(line, reading=Reading((Character(candidate.printed, TOLD, 0.5),)), doubts=(doubt,))
    if candidate.length == 0:
        marker = (Character(candidate.printed, TOLD, 0.0), Character("\u3000", 1.0, 0.0))
        moved = [replace(doubt, start=doubt.start + 2, end=doubt.end + 2) for doubt in line.doubts]
        first = SpanDoubt(0, 1, (candidate.printed,), False)
        return replace(line, reading=Reading((*marker, *line.reading.characters)), doubts=(first, *moved))
    head, rest = line.reading.characters[: candidate.length], line.reading.characters[candidate.length :]
    read = "".join(character.text for character in head)
    characters = list(head)
    if read != candidate.printed:
        characters = _named(head, candidate.printed)
    text = candidate.printed + "".join(character.text for character in rest)
    if rest and marker_of(text) is None:
        between = (characters[-1].x + rest[0].x) / 2
        characters.append(Character("\u3000", 1.0, between))
    if characters == list(head):
        return line
    shift = len(characters) - len(head)
    doubts = [
        replace(doubt, start=doubt.start + shift, end=doubt.end + shift)
        for doubt in line.doubts
        if doubt.start >= len(head)
    ]
    if read != candidate.printed:
        doubts.insert(0, SpanDoubt(0, len(candidate.printed), (candidate.printed, read), False))
    else:
        doubts += [doubt for doubt in line.doubts if doubt.start < len(head)]
    return replace(line, reading=Reading((*characters, *rest)), doubts=tuple(doubts))


def _named(head: Sequence[Character], printed: str) -> list[Character]:
    """The printed marker over the places of what was read."""
    if len(head) == len(printed):
        return [
            character if character.text == text else replace(character, text=text, confidence=TOLD)
            for character, text in zip(head, printed, strict=True)
        ]
    first, last = head[0].x, head[-1].x
    step = (last - first) / len(printed)
    return [Character(text, TOLD, first + step * (n + 0.5)) for n, text in enumerate(printed)]
