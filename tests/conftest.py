"""What many tests share: the sample report, read once a session by the program as a user runs it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.batch.batch import plan, run_batch
from pipeline.batch.runs import EXIT_ALL_READ

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "samples" / "r5q1-text.pdf"

# Sentences are compared in Japanese unless a test asks otherwise, whatever the locale of the machine.
os.environ["BESSHI_LANG"] = "ja"


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a run over the sample report alone; to be looked at, not written to."""
    folder = tmp_path_factory.mktemp("sample") / "output"
    run = run_batch(plan([SAMPLE]), folder, workers=1)
    assert run.exit_code == EXIT_ALL_READ, run.outcomes
    return folder
