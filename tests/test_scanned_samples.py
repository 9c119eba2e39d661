"""The main job on the scanned and the mixed sample: as good as on a text layer, and what is in doubt is said."""

from pathlib import Path

import pandas as pd
import pytest

from pipeline.batch.batch import plan, run_batch
from pipeline.command_line.cli import main
from tests.scoring import score

SAMPLES = Path(__file__).parent.parent / "samples"
NAMES = ("r5q1-scan-excerpt", "r5q1-mixed-excerpt")

FLOORS = {
    "documents": 1.0,
    "cases": 0.98,
    "cases.project_name": 1.0,
    "cases.long_text": 0.93,
    "case_departments": 0.99,
    "case_categories": 0.99,
    "target_counts": 0.99,
    "controls": 0.97,
    "information_items": 0.95,
    "flow_steps": 0.93,
    "sections": 0.93,
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scanned")
    run = run_batch(plan([SAMPLES / f"{name}.pdf" for name in NAMES], folder), folder)
    assert run.exit_code == 0
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_values_agree_with_the_truth(out: Path, name: str) -> None:
    figures, notes = score(SAMPLES / "gold" / name, out, f"{name}.pdf")
    short = {table: (figures[table], notes[table][:5]) for table, floor in FLOORS.items() if figures[table] < floor}
    assert not short


def test_each_page_was_read_the_way_that_it_must_be(out: Path) -> None:
    documents = pd.read_parquet(out / "tables" / "documents.parquet").set_index("document_id")["file_name"]
    pages = pd.read_parquet(out / "tables" / "pages.parquet")
    pages["name"] = pages["document_id"].map(documents)
    for name in NAMES:
        truth = pd.read_json(SAMPLES / "gold" / name / "pages.json").set_index("page")
        read = pages[pages["name"] == f"{name}.pdf"].set_index("page")
        assert read["method"].to_dict() == truth["expected_method"].to_dict()
        assert read["kind"].to_dict() == truth["kind"].to_dict()


def test_what_was_recognised_says_so_and_how_surely(out: Path) -> None:
    documents = pd.read_parquet(out / "tables" / "documents.parquet").set_index("file_name")["document_id"]
    counts = pd.read_parquet(out / "tables" / "target_counts.parquet")
    scanned = counts[counts["case_id"].str.startswith(documents["r5q1-scan-excerpt.pdf"][:12])]
    assert set(scanned["method"]) == {"ocr"}
    assert scanned["confidence"].between(0.3, 1.0).all()
    mixed = counts[counts["case_id"].str.startswith(documents["r5q1-mixed-excerpt.pdf"][:12])]
    assert set(mixed["method"]) == {"text"}


def test_a_doubt_has_its_place_and_its_readings(out: Path) -> None:
    findings = pd.read_parquet(out / "tables" / "findings.parquet")
    doubts = findings[findings["rule"].isin(["reading_doubtful", "reading_unsure"])]
    assert len(doubts)
    for row in doubts.to_dict("records"):
        assert row["x0"] < row["x1"]
        assert row["top"] < row["bottom"]
        assert row["method"] == "ocr"


@pytest.mark.parametrize("ocr", ["rapidocr", "tesseract"])
def test_either_recogniser_reads_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ocr: str) -> None:
    monkeypatch.delenv("BESSHI_OCR", raising=False)
    sample = SAMPLES / "r5q1-mixed-excerpt.pdf"
    assert main(["extract", str(sample), "--out", str(tmp_path), "--ocr", ocr]) == 0
    monkeypatch.delenv("BESSHI_OCR", raising=False)
    steps = pd.read_parquet(tmp_path / "tables" / "flow_steps.parquet")
    assert set(steps["method"]) == {"ocr"}
    assert len(steps) >= 2
    findings = pd.read_parquet(tmp_path / "tables" / "findings.parquet")
    assert not findings["rule"].isin(["second_reader_failed", "ocr_failed"]).any()


def test_pages_read_side_by_side_and_from_the_cache_give_the_same(tmp_path: Path) -> None:
    sample = SAMPLES / "r5q1-mixed-excerpt.pdf"
    runs = []
    for workers, again in ((1, False), (2, False), (2, True)):
        out = tmp_path / str(workers)
        assert run_batch(plan([sample], out), out, workers, again=again).exit_code == 0
        runs.append({path.name: path.read_bytes() for path in sorted((out / "tables").glob("*.parquet"))})
    assert runs[0] == runs[1] == runs[2]
