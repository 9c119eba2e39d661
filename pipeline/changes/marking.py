"""Which characters differ between two texts, so that a reader sees them in a long one."""

from __future__ import annotations

from typing import Literal, NamedTuple

from rapidfuzz.distance import Indel

Kind = Literal["same", "old", "new", "gap"]

JOINED = 2
"""Equal stretches shorter than this between two differences are shown as part of them: single letters in common are
chance, and a text of single letters struck out one by one cannot be read."""

AROUND = 24
"""Characters shown of an equal stretch on each side of a difference, where texts are shortened."""

LONGEST = 4_000
"""Texts longer than this are only marked between what they begin and what they end with in common."""


class Piece(NamedTuple):
    """A stretch of text: in both, in the old one only, in the new one only, or (`gap`) left out."""

    kind: Kind
    text: str


def marked(old: str, new: str) -> list[Piece]:
    """Both texts as one sequence: what is the same, what was taken out, what was put in its place.

    The pieces without `new` make the old text, those without `old` the new one.
    """
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    middle = old[start : len(old) - end], new[start : len(new) - end]
    pieces = [Piece("same", old[:start])]
    pieces += _between(*middle) if max(map(len, middle)) <= LONGEST else _whole(*middle)
    pieces.append(Piece("same", old[len(old) - end :]))
    return [piece for piece in pieces if piece.text]


def shortened(pieces: list[Piece], around: int = AROUND) -> list[Piece]:
    """The pieces with the middle of long equal stretches left out."""
    short: list[Piece] = []
    for number, piece in enumerate(pieces):
        head = around if number else 0
        tail = around if number < len(pieces) - 1 else 0
        if piece.kind != "same" or len(piece.text) <= head + tail + 8:
            short.append(piece)
            continue
        short += [Piece("same", piece.text[:head]), Piece("gap", "…")]
        short.append(Piece("same", piece.text[len(piece.text) - tail :]))
    return [piece for piece in short if piece.text]


def _between(old: str, new: str) -> list[Piece]:
    pieces: list[Piece] = []
    taken, put = "", ""
    for step in Indel.opcodes(old, new):
        a, b, c, d = step.src_start, step.src_end, step.dest_start, step.dest_end
        if step.tag == "equal" and (b - a >= JOINED or (not taken and not put)):
            pieces += [*_whole(taken, put), Piece("same", old[a:b])]
            taken, put = "", ""
        else:
            taken, put = taken + old[a:b], put + new[c:d]
    return pieces + _whole(taken, put)


def _whole(old: str, new: str) -> list[Piece]:
    return [piece for piece in (Piece("old", old), Piece("new", new)) if piece.text]
