"""What the benchmark measures holds in bounds that a busy machine keeps, too: CPU seconds against CPU seconds."""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from benchmarks.bench import slower
from benchmarks.made import rescanned
from benchmarks.measuring import Watch, spent, taken, write
from benchmarks.others import TEXT, is_there
from benchmarks.scanned_pages import STEPS, scan_pass
from benchmarks.text_pages import bare, in_turn, whole

SAMPLES = Path(__file__).parent.parent / "samples"


def test_the_whole_job_takes_little_more_than_pdfplumbers_bare_pass() -> None:
    text = (SAMPLES / "r5q1-text.pdf").read_bytes()
    whole(text), bare(text)
    pairs = [(taken(lambda: whole(text)), taken(lambda: bare(text))) for _ in range(3)]
    assert statistics.median(ours / theirs for ours, theirs in pairs) < 2.0


def test_every_step_of_a_text_page_takes_its_part_of_the_whole_job() -> None:
    text = (SAMPLES / "r5q1-text.pdf").read_bytes()
    whole(text)
    ((ours, *_),), steps = in_turn(text, 1)
    assert min(steps.values()) > 0
    assert 0.7 * ours < sum(steps.values()) <= ours


def test_a_scan_takes_little_more_than_its_recognition() -> None:
    total, steps = scan_pass((SAMPLES / "r5q1-mixed-excerpt.pdf").read_bytes())
    assert steps.keys() == STEPS.keys()
    engines = steps["first engine"] + steps["second engine"]
    assert 0 < engines < total < 2.5 * engines


def test_only_what_got_slower_by_more_than_a_tenth_is_told() -> None:
    before = {"a": 1.0, "b": 1.0, "c": 2.0, "gone": 1.0}
    assert slower({"a": 1.05, "b": 1.25, "c": 1.0, "new": 9.0}, before) == ["b: 1.00 → 1.25 (+25%)"]


def test_a_scan_laid_on_the_glass_again_shows_the_same_pages_and_never_the_same_pixels() -> None:
    six = (SAMPLES / "r5q1-scan-excerpt.pdf").read_bytes()
    made = rescanned(six, 8)
    with pypdfium2.PdfDocument(made) as again, pypdfium2.PdfDocument(six) as first:
        assert len(again) == 8
        assert [page.get_width() > page.get_height() for page in again][:6] == [
            page.get_width() > page.get_height() for page in first
        ]
        same = [pictures(first[0]), pictures(again[0]), pictures(again[6])]
    for a, b in ((0, 1), (1, 2)):
        assert (same[a] != same[b]).any()
        assert np.abs(same[a].mean(axis=1) - same[b].mean(axis=1)).mean() < 12  # as dark in the same places
    with pypdfium2.PdfDocument(rescanned(six, 2)) as once_more:  # whose bytes tell when they were made
        assert (pictures(once_more[0]) == same[1]).all()


def pictures(page: pypdfium2.PdfPage) -> np.ndarray:
    """A page, a tenth as large as it is printed."""
    shown = page.render(scale=0.25, grayscale=True).to_numpy()
    return shown.reshape(shown.shape[:2]).astype(float)


def test_a_program_is_measured_with_all_that_it_started_each_kind_by_itself(tmp_path: Path) -> None:
    busy = "import time; held = bytearray(60_000_000)\nwhile time.process_time() < {}: pass\n"
    parent = tmp_path / "parent.py"
    child = tmp_path / "of_the_child.py"
    parent.write_text(
        f"import subprocess, sys\nsubprocess.run([sys.executable, {str(child)!r}])\n{busy.format(0.7)}print(1)"
    )
    child.write_text(busy.format(1.0))
    watch = Watch({"child": "of_the_child"})
    with subprocess.Popen(["sleep", "600"]) as other:  # nobody waits for what was there before
        took, printed = spent([sys.executable, str(parent)], watch=watch)
        other.kill()
    assert printed == "1\n"
    assert took.cpu > 1.6
    assert took.peak > 60_000_000
    assert watch.by_kind["child"] == pytest.approx(1.0, abs=0.3)
    assert watch.by_kind[""] == pytest.approx(0.7, abs=0.3)


def test_other_programs_that_are_not_installed_are_known_to_be_missing() -> None:
    assert not is_there(TEXT[0]._replace(module="no_such_module"), sys.executable)
    assert is_there(TEXT[0]._replace(module="pdfplumber"), sys.executable)


def test_figures_take_the_place_of_those_of_the_last_time(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- measured a -->\nold\n<!-- end of a -->\nafter\n", encoding="utf-8")
    write(page, "a", ["new"])
    write(page, "b", ["other"])
    assert page.read_text("utf-8") == (
        "before\n<!-- measured a -->\nnew\n<!-- end of a -->\nafter\n\n<!-- measured b -->\nother\n<!-- end of b -->\n"
    )
