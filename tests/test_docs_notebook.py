"""The worked analysis: run anew on the sample, it prints what is kept beside it and what its text says."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "docs" / "tools"))

from notebook import run, with_outputs

PAGE = ROOT / "docs" / "analysis.md"


def texts(cell: Any) -> list[str]:
    """What a cell printed, as text; a picture is only said to be one."""
    found = []
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        found.append("picture" if "image/svg+xml" in data else output.get("text") or data.get("text/plain", ""))
    return found


@pytest.fixture(scope="module")
def ran(out: Path) -> Any:
    return run(PAGE, out)


def test_it_prints_what_is_kept_beside_it(ran: Any) -> None:
    kept = nbformat.read(PAGE.with_suffix(".ipynb"), as_version=4)
    assert [cell.source for cell in kept.cells] == [cell.source for cell in jupytext.read(PAGE).cells]
    assert [texts(cell) for cell in ran.cells] == [texts(cell) for cell in kept.cells]
    assert sum("picture" in texts(cell) for cell in ran.cells) == 1


def test_its_text_says_what_it_computed(ran: Any) -> None:
    printed = "\n".join(text for cell in ran.cells for text in texts(cell))
    said = PAGE.read_text(encoding="utf-8")
    for figure, sentences in {
        r"controls were read for: \[28, 29\]": ("対策を読めた案件は2つだけ", "Only two cases have both"),
        r"in both: 18\n": ("両方に18の対策", "the same 18 controls"),
        r"with subcontracting alone: 0\n": (
            "ときにだけ現れる対策はありません",
            "no control appears with subcontracting alone",
        ),
        r"with a number of people: 5 .*: 211927\n": ("人の数が書かれた5案件", "The five cases that give people"),
        r"with other units alone: 8\n": ("残る8案件", "The other eight"),
        r"氏名\s+3\n住所\s+3\n電話番号\s+3\n生年月日\s+3\n": ("氏名・住所・電話番号・生年月日", "date of birth"),
        r"special care-required: 0\n.*My Number: 0\n": ("箱の中には印字されていません", "Neither special"),
    }.items():
        assert re.search(figure, printed), figure
        for sentence in sentences:
            assert sentence in said or sentence in said.replace("\n", " ") or sentence in said.replace("\n", "")


def test_on_the_site_each_cell_is_followed_by_what_it_printed() -> None:
    page = with_outputs(PAGE.read_text(encoding="utf-8"), PAGE.with_suffix(".ipynb"))
    assert page.index("再委託 / subcontracting: [6") > page.index('print("再委託 / subcontracting:"')
    assert "<svg" in page
    assert page.count('<div class="output">') >= 2
