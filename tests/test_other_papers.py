"""A paper that is no report yields no cases, however much its tables look like a list or a sheet; nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.documents.document import extract_document
from pipeline.extraction import Extraction, Source
from tests.maker.blocks import Paragraph, Part, Table
from tests.maker.other_papers import KINDS, bids, contracts, evaluation, paper
from tests.maker.paper import print_pdf
from tests.maker.style import Style

FACTS = (
    "cases", "case_fields", "case_departments", "case_categories", "sections", "target_counts", "information_items",
    "controls", "flow_steps", "parties", "prior_references",
)  # fmt: skip
QUICK = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(path: Path) -> Extraction:
    return extract_document(path.read_bytes(), Source(path.name))


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_of_another_kind_yields_no_cases_and_says_so(kind: str, tmp_path: Path) -> None:
    found = read(paper(kind, 1, tmp_path / "a.pdf"))
    assert {table: len(found.rows[table]) for table in FACTS if found.rows[table]} == {}
    rules = {row["rule"] for row in found.rows["findings"]}
    assert rules & {"no_report", "form_unknown"}
    assert {page["kind"] for page in found.rows["pages"]} <= {"cover", "other"}
    assert found.rows["documents"][0]["coverage"] < 0.3


@QUICK
@given(kind=st.sampled_from(sorted(KINDS)), seed=st.integers(2, 10**6))
def test_whatever_is_drawn_nothing_is_invented(kind: str, seed: int, tmp_path: Path) -> None:
    found = read(paper(kind, seed, tmp_path / "a.pdf"))
    assert not any(found.rows[table] for table in FACTS)


def test_the_tables_of_such_a_paper_are_kept_as_they_are(tmp_path: Path) -> None:
    found = read(paper("budget", 1, tmp_path / "a.pdf"))
    cells = [row["text"] for row in found.rows["table_cells"]]
    assert cells[:5] == ["番号", "事業名", "担当課", "本年度予算額", "前年度予算額"]
    assert len(cells) == 35
    assert [row["rule"] for row in found.rows["findings"]] == ["no_report", "table_not_understood"]


def set_under(title: str, blocks: list[Paragraph | Table], path: Path) -> Extraction:
    style = Style(setter="reportlab", font="HeiseiMin-W3")
    print_pdf([Part("other", None, [Paragraph(title, 14.0, align="center", space=4), *blocks])], style, path)
    return read(path)


@pytest.mark.parametrize(
    ("blocks", "cases"), [(bids, 5), (contracts, 5), (evaluation, 1)], ids=["bids", "contracts", "evaluation"]
)
def test_the_same_tables_under_the_title_of_a_council_are_cases(blocks: object, cases: int, tmp_path: Path) -> None:
    from random import Random

    tables = [block for block in blocks(Random("1")) if isinstance(block, Table)]  # type: ignore[operator]
    assert len(set_under("霞台市個人情報保護審議会　案件一覧", [*tables], tmp_path / "a.pdf").rows["cases"]) == cases
    assert set_under("案件一覧", [*tables], tmp_path / "b.pdf").rows["cases"] == []
