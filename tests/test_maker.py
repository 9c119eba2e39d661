"""The maker of reports: the same for the same seed, its truth on its pages, all kinds of variation in use."""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from maker import counts, style, truth
from maker.drawing import draw
from maker.html import chromium
from maker.making import kinds_of, make, squeezed, texts_of
from maker.scan import Scanner
from maker.wording import dated, era_year, kanji_number
from maker.words import OFFICES
from PIL import Image

from extractors.japanese import vocabularies

SETTERS = ["reportlab", *(["chromium"] if chromium() else [])]


def read(folder: Path) -> dict[str, list[dict]]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (folder / "truth").glob("*.json")}


def stands(text: str, pages: list[str]) -> bool:
    """Whether the text stands on a page, or goes over from one page to the next."""
    wanted = squeezed(text)
    if any(wanted in page for page in pages):
        return True
    return any(
        wanted[:cut] in one and wanted[cut:] in other for one, other in pairwise(pages) for cut in range(1, len(wanted))
    )


def wordings(tables: dict[str, list[dict]]) -> list[str]:
    """Every text that the truth says is printed as it is."""
    found = [row["title"] for row in tables["documents"]]
    for row in tables["cases"]:
        found += [row[name] for name in ("title", "result", "detail_title", "project_name", "purpose", "target")]
    for row in tables["sections"]:
        found += [row["heading"], *row["text"].split("\n")]
    found += [row["printed"] for row in tables["target_counts"]]
    found += [row["text"] for row in tables["controls"]] + [row["item"] for row in tables["information_items"]]
    found += [row["label"] + row["text"] for row in tables["flow_steps"]] + [row["name"] for row in tables["parties"]]
    found += [row["law_number"] for row in tables["prior_references"]]
    return [text for text in found if text]


@pytest.mark.parametrize("setter", SETTERS)
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, setter: str) -> None:
    one, other = (make(28, tmp_path / name, setter=setter) for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()
    assert read(one.parent) == read(other.parent)
    assert make(29, tmp_path / "next", setter=setter).read_bytes() != one.read_bytes()


@pytest.mark.parametrize("setter", SETTERS)
@pytest.mark.parametrize("seed", [8, 10, 22, 28, 41])
def test_what_the_truth_says_stands_on_the_pages(tmp_path: Path, setter: str, seed: int) -> None:
    path = make(seed, tmp_path, setter=setter)
    tables = read(tmp_path)
    pages = texts_of(path)
    wanted = wordings(tables)
    assert len(wanted) > 60
    assert [text for text in wanted if not stands(text, pages)] == []
    assert [row["page"] for row in tables["pages"]] == list(range(1, len(pages) + 1))
    for row in tables["pages"]:
        if row["kind"] == "detail":
            own = next(case for case in tables["cases"] if case["case_no"] == row["case_no"])
            before = pages[: row["page"]]
            assert any(squeezed(own["title"].split("（")[0].split("(")[0]) in page for page in before)


def test_a_scan_has_pictures_and_no_text(tmp_path: Path) -> None:
    for mode in ("grey", "bilevel"):
        scanned = make(8, tmp_path / mode, setter="reportlab", scanner=Scanner(dpi=100, mode=mode))
        again = make(8, tmp_path / f"{mode}-again", setter="reportlab", scanner=Scanner(dpi=100, mode=mode))
        assert scanned.read_bytes() == again.read_bytes()
        printed = make(8, tmp_path / "printed", setter="reportlab")
        assert "".join(texts_of(scanned)) == ""
        assert len(texts_of(scanned)) == len(texts_of(printed))
        same = np.corrcoef(_ink(scanned), _ink(printed))[0, 1]
        other = np.corrcoef(_ink(scanned), _ink(make(10, tmp_path / "other", setter="reportlab")))[0, 1]
        assert same > 0.8
        assert same > other + 0.2


def _ink(path: Path) -> np.ndarray:
    """How dark each square of the first page is, the squares large enough that a little skew does not matter."""
    pdf = pypdfium2.PdfDocument(path)
    picture = pdf[0].render(scale=0.5, grayscale=True).to_pil()
    pdf.close()
    return 255.0 - np.asarray(picture.resize((30, 42), Image.Resampling.BOX), dtype=float).ravel()


def test_every_kind_of_variation_occurs() -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    for seed in range(1, 41):
        for kind, forms in kinds_of(*draw(seed)).items():
            seen[kind] |= set(forms) if isinstance(forms, list) else {forms}
    assert seen["setting program"] == {"chromium", "reportlab"}
    assert seen["form"] == {"today's", "before 2023"}
    assert seen["paper"] == {"A4", "A3"}
    assert seen["list: page"] == {"portrait", "landscape"}
    assert seen["list: rules"] == {"all", "horizontal", "none"}
    assert seen["list: header"] == {"repeated", "not repeated"}
    assert seen["list: order"] == {"usual", "other"}
    assert seen["list: numbers"] == {*style.NUMBER_FORMS, "none"}
    assert seen["dates"] == {*style.DATE_FORMS, "none"}
    assert seen["sheet"] == {"two", "four", "above", "plain", "old"}
    assert seen["sheet: labels"] == {"none", "spaces", "ideographic", "letter-spacing"}
    assert seen["sheet: number"] == {*style.TITLE_NUMBERS, "none"}
    assert seen["cases on a page"] == {"one", "several"}
    assert seen["length of a case"] == {"usual", "long"}
    assert seen["outline"] == set(style.OUTLINES)
    assert seen["attachments"] == {"flow", "announced", "none"}
    assert seen["pages at the end"] == {"none", "members", "note"}
    assert seen["counts"] >= {
        *counts.SINGLE,
        "lines",
        "lines with a total",
        "table",
        "table, unit in the header",
        "none",
    }
    assert seen["results"] >= {"条件付承認", "継続審議", "取下げ"}


def test_a_long_list_goes_over_pages_with_and_without_its_header(tmp_path: Path) -> None:
    found = {}
    for seed in range(1, 60):
        _, look = draw(seed)
        if look.long_list and look.repeat_header not in found and "number" in look.list_columns and not look.cover:
            path = make(seed, tmp_path / str(seed), setter="reportlab")
            pages = [row for row in read(path.parent)["pages"] if row["kind"] == "list"]
            if len(pages) > 1:
                header = squeezed("".join(look.list_labels[name] for name in look.list_columns))
                found[look.repeat_header] = header in texts_of(path)[1]
    assert found == {True: True, False: False}


def test_offices_are_of_no_real_place() -> None:
    real = {cell for row in vocabularies.rows("municipalities") for cell in row[1:] if cell}
    for office, kind in OFFICES:
        assert office.endswith(kind)
        assert not [name for name in real if name in office]


def test_the_truth_counts_what_the_lists_hold() -> None:
    for seed in range(1, 25):
        report, look = draw(seed)
        tables = truth.tables(report, look)
        assert [row["case_no"] for row in tables["cases"]] == list(range(1, len(report.cases) + 1))
        totals = [row for row in tables["target_counts"] if row["is_total"]]
        for total in totals:
            parts = [
                row["value"]
                for row in tables["target_counts"]
                if row["case_no"] == total["case_no"] and row["qualifier"] and not row["is_total"]
            ]
            assert total["value"] == sum(parts)
        for row in tables["cases"]:
            if report.period and row["meeting_date"]:
                assert report.period[0].isoformat() <= row["meeting_date"] <= report.period[1].isoformat()


def test_small_wordings() -> None:
    from datetime import date

    assert [kanji_number(n) for n in (30, 120, 300, 1200, 2000)] == ["三十", "百二十", "三百", "千二百", "二千"]
    assert [era_year(year) for year in (2016, 2019, 2024)] == ["平成28年", "令和元年", "令和6年"]
    assert dated(date(2023, 5, 31), "５／３１") == "５／３１"
    assert dated(date(2023, 4, 3), "4月3日（月）") == "4月3日（月）"
