"""All of the hostile files, family by family."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hostile import bursting, circling, damage, letters, lies, pictures, sizes, strangers
from hostile.making import Hostile

FAMILIES = (
    strangers.no_pdfs,
    strangers.wrapped,
    damage.truncated,
    damage.cut_at_each_place,
    strangers.locked,
    strangers.active,
    strangers.carriers,
    sizes.boxes,
    circling.loops,
    circling.nests,
    lies.lengths,
    lies.places,
    lies.streams_of_objects,
    lies.names,
    letters.widths,
    letters.codes,
    letters.programs,
    pictures.broken,
    pictures.odd,
    pictures.huge,
    bursting.bombs,
    bursting.crowds,
)


def every(flips: int) -> Iterator[Hostile]:
    """All of them, with so many of bytes changed at random."""
    for family in FAMILIES:
        yield from family()
    yield from damage.flipped(flips)


def of_papers(samples: Path, count: int) -> Iterator[Hostile]:
    """So many mutants each of pages with text, with their drawing open to changes, mixed and scanned."""
    text, mixed, scan = (samples / f"r5q1-{name}.pdf" for name in ("text", "mixed-excerpt", "scan-excerpt"))
    yield from damage.mutants("text", damage.excerpt(text, [0, 1, 15, 55]), count)
    yield from damage.mutants("text, open", damage.excerpt(text, [1, 15, 55], packed=False), count)
    yield from damage.mutants("mixed", damage.excerpt(mixed, [0, 1]), count)
    yield from damage.mutants("scan", damage.excerpt(scan, [2]), count)
