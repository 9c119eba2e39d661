"""Pieces of ink labelled once: what is taken away afterwards leaves the same pieces as labelling the rest anew."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from extractors.scans.ink import ink_of, median_grey
from extractors.scans.pieces import Pieces, labels_of, pieces_of
from extractors.scans.rendering import Pixels
from extractors.scans.rulings import eroded_by_bar, find_strokes, may_have_run
from tests.scans import picture


def inked(seed: int, share: float, shape: tuple[int, int] = (90, 120)) -> Pixels:
    """Ink strewn at random and thickened here and there, so that pieces of all sizes come out."""
    random = np.random.default_rng(seed)
    dots = np.where(random.random(shape) < share, 255, 0).astype(np.uint8)
    half = shape[1] // 2
    dots[:, :half] = cv2.dilate(dots[:, :half], np.ones((2, 3), dtype=np.uint8))
    return dots


def as_sets(pieces: Pieces) -> set[tuple[tuple[int, ...], bytes]]:
    """Each piece by its row of numbers and by its pixels, whatever its own number is."""
    return {
        (tuple(pieces.stats[label].tolist()), np.flatnonzero(pieces.labels == label).tobytes())
        for label in range(1, len(pieces.stats))
        if pieces.stats[label, 4]
    }


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("share", [0.02, 0.1, 0.3])
def test_what_is_taken_away_leaves_the_pieces_that_labelling_anew_finds(seed: int, share: float) -> None:
    ink = inked(seed, share)
    taken = np.zeros_like(ink)
    pieces = pieces_of(ink)
    for x, y in np.random.default_rng(seed + 100).integers(0, 90, (3, 2)).tolist():
        own = np.zeros_like(ink)
        cv2.line(own, (x, y), (y + 30, x), (255,), 2)
        taken |= own
        pieces = pieces.without(own)
        anew = pieces_of(np.where(taken > 0, 0, ink).astype(np.uint8))
        assert as_sets(pieces) == as_sets(anew)
        assert {tuple(row) for row in pieces.boxes.tolist()} == {tuple(row) for row in anew.boxes.tolist()}
        assert np.array_equal(pieces.inked, np.flatnonzero(pieces.mask))


def test_nothing_taken_away_changes_nothing() -> None:
    pieces = pieces_of(inked(1, 0.1))
    assert pieces.without(np.zeros_like(pieces.mask)) is pieces
    assert len(pieces_of(np.zeros((20, 20), dtype=np.uint8)).boxes) == 0


def test_more_pieces_than_sixteen_bits_number_are_told_apart() -> None:
    ink = np.zeros((600, 600), dtype=np.uint8)
    ink[::2, ::2] = 255  # 90,000 dots that touch nowhere
    pieces = pieces_of(ink)
    assert len(pieces.boxes) == 90_000
    assert labels_of(ink).max() == 90_000
    row = np.zeros_like(ink)
    row[0] = 255
    assert len(pieces.without(row).boxes) == 90_000 - 300


def test_pieces_may_grow_past_sixteen_bits_when_they_are_cut() -> None:
    ink = np.full((520, 520), 255, dtype=np.uint8)
    cuts = np.full_like(ink, 255)
    cuts[::2, ::2] = 0
    assert len(pieces_of(ink).without(cuts).boxes) == 260 * 260


@pytest.mark.parametrize("run", [9, 15, 16, 23, 25, 26, 67, 119])
def test_runs_found_by_doubling_are_those_of_an_erosion(run: int) -> None:
    ink = cv2.dilate(inked(3, 0.05), np.ones((1, 60), dtype=np.uint8))
    ink[10], ink[20, :40], ink[30, -40:] = 255, 255, 255  # runs that the picture's edge cuts off
    mask = np.asarray(ink, dtype=np.uint8)
    eroded = cv2.erode(mask, np.ones((1, run), dtype=np.uint8))
    assert np.array_equal(eroded_by_bar(mask, run), eroded)
    assert not np.any(eroded.any(axis=1) & ~may_have_run(mask, run))


@pytest.mark.parametrize("run", [25, 67])
def test_rows_without_a_run_are_mostly_told_at_once(run: int) -> None:
    ink = inked(4, 0.02)
    ink[:, [0, -1]] = 0  # at the edges, shorter ones may be cut off
    assert not may_have_run(ink, run).any()
    assert may_have_run(np.full((5, 300), 255, dtype=np.uint8), run).all()


def test_strokes_are_found_where_they_stand_and_none_where_nothing_does() -> None:
    page = np.full((700, 500), 255, dtype=np.uint8)
    assert find_strokes(ink_of(page, 200 / 72), 200 / 72).rulings == ()
    page[100:103, 0:400] = page[103:300, 200:204] = 0  # a level one from the edge, an upright one that hangs on it
    cv2.putText(page, "word", (50, 500), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0,), 2)
    strokes = find_strokes(ink_of(page, 200 / 72), 200 / 72)
    level, upright = strokes.rulings
    assert (level.x0, level.y0, level.x1, level.width) == pytest.approx((0.0, 101.5, 400.0, 3.0), abs=1.0)
    assert (upright.x0, upright.y1, upright.width) == pytest.approx((202.0, 300.0, 4.0), abs=1.0)
    assert strokes.rest.boxes[:, 1].min() > 400


@pytest.mark.parametrize("count", [1, 2, 7, 4000])
def test_greys_are_ranked_as_numpy_ranks_them(count: int) -> None:
    for seed in range(20):
        greys = np.random.default_rng(seed).integers(0, 256, count).astype(np.uint8)
        assert median_grey(greys) == np.median(greys)


def test_contrast_is_what_the_strongest_tenth_of_the_ink_stands_out_by() -> None:
    ink = ink_of(picture(3), 200 / 72)
    strong = ink.differs[ink.differs > 24]
    assert ink.contrast == pytest.approx(float(np.percentile(strong, 90)), abs=1e-9)
    assert ink.contrast > 200
    assert ink_of(np.full((300, 300), 255, dtype=np.uint8), 200 / 72).contrast == 0.0
