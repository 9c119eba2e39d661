"""The main job on the sample report: every value against the truth, and every place against the page."""

import io
import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from pathlib import Path

import pandas as pd
import pdfplumber
import pytest

from pipeline.documents.findings import rules, sentence
from pipeline.tables import schema
from tests.scoring import score

SAMPLES = Path(__file__).parent.parent / "samples"
SAMPLE = SAMPLES / "r5q1-text.pdf"
TRUTH = SAMPLES / "gold" / "r5q1"

FLOORS = {
    "documents": 0.99,
    "cases": 0.99,
    "cases.project_name": 0.99,
    "cases.long_text": 0.99,
    "case_departments": 0.99,
    "case_categories": 0.99,
    "target_counts": 0.99,
    "sections": 0.97,
    "target_counts.details": 0.97,
    "parties": 0.95,
    "prior_references": 0.95,
    "controls": 0.99,
    "controls.grouping": 1.0,
    "controls.details": 0.95,
    "controls.holders": 0.90,
    "information_items": 0.97,
    "flow_steps": 0.97,
    "flow_steps.ends": 0.95,
    "flow_steps.details": 0.93,
}


@pytest.fixture(scope="session")
def figures(out: Path) -> tuple[dict[str, float], dict[str, list[str]]]:
    return score(TRUTH, out, SAMPLE.name)


@pytest.mark.parametrize("name", FLOORS)
def test_values_agree_with_the_truth(figures: tuple[dict[str, float], dict[str, list[str]]], name: str) -> None:
    assert figures[0][name] >= FLOORS[name], "\n".join(figures[1].get(name, [])[:20])


def test_pages_are_of_the_kind_that_they_are(out: Path) -> None:
    pages = pd.read_parquet(out / "tables" / "pages.parquet")
    truth = pd.read_json(TRUTH / "pages.json")
    truth = truth[truth["variant"] == "text"].set_index("page")
    read = pages.set_index("page")
    assert read["kind"].to_dict() == truth["kind"].to_dict()
    assert read["case_no"].fillna(0).astype(int).to_dict() == truth["case_no"].fillna(0).astype(int).to_dict()
    assert (abs(read["width"] - truth["width"]) < 0.1).all()
    assert (abs(read["height"] - truth["height"]) < 0.1).all()


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


class PageWords:
    """A page's characters as pdfplumber has them, to hold boxes against."""

    def __init__(self, page: pdfplumber.page.Page) -> None:
        chars = [c for c in page.chars if not c["text"].isspace()]
        self.chars = sorted(chars, key=lambda c: c["top"] + c["bottom"])
        self.middles = [(c["top"] + c["bottom"]) / 2 for c in self.chars]

    def within(self, place: dict[str, float]) -> Counter[str]:
        first = bisect_left(self.middles, place["top"] - 0.1)
        last = bisect_left(self.middles, place["bottom"] + 0.1)
        inside = [
            c["text"]
            for c in self.chars[first:last]
            if place["x0"] - 0.1 <= (c["x0"] + c["x1"]) / 2 <= place["x1"] + 0.1
        ]
        return Counter(squeezed("".join(inside)))


@pytest.fixture(scope="session")
def words() -> dict[int, PageWords]:
    with pdfplumber.open(io.BytesIO(SAMPLE.read_bytes())) as pdf:
        return {page.page_number: PageWords(page) for page in pdf.pages}


FACTS = [t.name for t in schema.tables().values() if "raw_text" in t.column_names and t.name != "findings"]


@pytest.mark.parametrize("table", FACTS)
def test_every_row_has_its_place_and_its_words_stand_there(out: Path, words: dict[int, PageWords], table: str) -> None:
    rows = pd.read_parquet(out / "tables" / f"{table}.parquet").to_dict("records")
    for row in rows:
        assert row["method"] == "text"
        assert 0 < row["confidence"] <= 1
        places = [row, *(row["continued"] if row["continued"] is not None else [])]
        inside: Counter[str] = Counter()
        for place in places:
            assert place["x0"] < place["x1"]
            assert place["top"] < place["bottom"]
            inside += words[place["page"]].within(place)
        missing = Counter(squeezed(row["raw_text"])) - inside
        assert not missing, (table, row["raw_text"], missing)


def test_tables_that_need_no_attachment_are_not_empty(out: Path) -> None:
    for table in ("cases", "case_fields", "sections", "target_counts", "table_cells", "parties", "prior_references"):
        assert len(pd.read_parquet(out / "tables" / f"{table}.parquet")) > 10, table


def test_a_value_stands_where_its_row_says(out: Path) -> None:
    counts = pd.read_parquet(out / "tables" / "target_counts.parquet")
    for row in counts.to_dict("records"):
        digits = re.sub(r"\D", "", squeezed(row["raw_text"]).replace(",", ""))
        assert str(row["value"]) in digits


def test_the_disagreements_of_the_report_are_found(out: Path) -> None:
    findings = pd.read_parquet(out / "tables" / "findings.parquet")
    mismatch = findings[findings["rule"] == "title_mismatch"]
    assert [case[-3:] for case in mismatch["case_id"]] == ["009"]
    (row,) = mismatch.to_dict("records")
    assert "利用支援" in row["left_value"]
    assert "利用事業" in row["right_value"]
    assert row["page"] == 20
    assert not (findings["severity"] == "error").any()


def test_every_finding_has_a_rule_and_both_languages(out: Path) -> None:
    findings = pd.read_parquet(out / "tables" / "findings.parquet")
    assert set(findings["rule"]) <= set(rules())
    for rule, entry in rules().items():
        assert entry["severity"] in ("error", "warning", "info"), rule
        used = [set(re.findall(r"{(\w+)}", entry[lang])) for lang in ("ja", "en")]
        assert used[0] == used[1], rule
        assert entry["name_ja"], rule
        assert entry["name_en"].isascii(), rule


def test_a_reading_that_stands_alone_is_said_to() -> None:
    assert "None" not in sentence("reading_doubtful", "ja", "⑧")
    assert sentence("reading_doubtful", "en", "3", "8") == 'The picture\'s "3" may be "8"; please check the original.'
    assert "⑧" in sentence("reading_unsure", "en", "⑧")
