"""What changed between two outputs: planted changes are named and nothing else, each with its cause, and shown."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import replaced_report
from browsing import NARROW, browsing
from conftest import ROOT
from playwright.sync_api import Page
from small_documents import case_id, small_document

from pipeline.archive.archive import keep
from pipeline.changes.compare import Changes, compare
from pipeline.changes.places import spots
from pipeline.changes.recorded import KEPT, NotRecorded, mark_night, record_state, recorded
from pipeline.changes.states import NoState, State, TablesState, state_of
from pipeline.command_line.cli import main
from pipeline.documents.document import extract_document
from pipeline.extraction import Extraction, Row, Source
from pipeline.review.deciding import decide
from pipeline.tables.write import write_tables


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An output a version of the made report."""
    folder = tmp_path_factory.mktemp("versions")
    outs = {}
    for version in (replaced_report.first, replaced_report.second, replaced_report.further):
        out = outs[version.__name__] = folder / version.__name__ / "output"
        data = version(folder / version.__name__).read_bytes()
        keep(out, data, extract_document(data, Source("report.pdf")))
        write_tables(out)
    return outs


def diff(*arguments: object, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    code = main(["diff", *map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out)


def told(place: dict[str, Any]) -> set[tuple[Any, ...]]:
    return {
        (row["table"], cell["column"], cell["old"], cell["new"])
        for row in place["rows"]
        for cell in row.get("cells", ())
    }


def test_three_planted_changes_are_these_three_and_nothing_else(
    versions: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = diff(versions["first"], versions["second"], capsys=capsys)
    assert code == 1
    assert [one["case_no"] for one in said["places"]] == [4, 2, 5]
    result, count, control = said["places"]
    assert ("cases", "result", "承認", "継続審議") in told(result)
    assert {row["table"] for row in result["rows"]} == {"cases", "case_fields", "table_cells"}
    assert ("target_counts", "value", 914, 941) in told(count)
    assert {row["table"] for row in count["rows"]} == {"target_counts", "cases", "case_fields", "table_cells"}
    assert ("controls", "text", "保存データの暗号化", "保存データの匿名化") in told(control)
    # Whatever else moved with them was read from the same three places.
    for place in said["places"]:
        old, new = replaced_report.PLANTED[place["case_no"]]
        texts = [cell for row in place["rows"] for cell in row.get("cells", ()) if cell["column"] in ("text", "value")]
        assert texts
        for cell in texts:
            if isinstance(cell["old"], str):
                assert cell["old"].replace(old, new) == cell["new"]
                assert "".join(text for kind, text in cell["marked"] if kind != "old") == cell["new"]
                assert "".join(text for kind, text in cell["marked"] if kind != "new") == cell["old"]
    assert said["counts"]["causes"] == {"source": said["counts"]["rows"], "program": 0, "correction": 0}
    assert [one["change"] for one in said["documents"]] == ["replaced"]


def test_one_row_put_in_is_one_row_added(versions: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    _, said = diff(versions["second"], versions["further"], capsys=capsys)
    (place,) = said["places"]
    added = [row for row in place["rows"] if row["change"] != "changed"]
    assert [(row["table"], row["change"], row["row"]["item"]) for row in added] == [
        ("information_items", "added", replaced_report.PUT_IN[2])
    ]
    assert place["case_no"] == replaced_report.PUT_IN[0]
    assert said["counts"]["causes"]["source"] == said["counts"]["rows"], "a row without cells has its own cause"
    assert place["causes"] == ["source"]
    _, back = diff(versions["further"], versions["second"], capsys=capsys)
    assert [row["change"] for row in back["places"][0]["rows"] if row["change"] != "changed"] == ["removed"]


def test_an_output_does_not_differ_from_itself_or_from_another_reading(
    versions: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", str(versions["first"]), str(versions["first"])]) == 0
    shutil.copytree(versions["first"], tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy" / "archive")  # an output of which only the tables are left
    assert isinstance(state_of(str(tmp_path / "copy"), tmp_path), TablesState)
    assert main(["diff", str(tmp_path / "copy"), str(versions["first"])]) == 0
    assert "変更はありません" in capsys.readouterr().out
    code, said = diff(tmp_path / "copy", versions["second"], capsys=capsys)
    assert (code, said["counts"]["places"]) == (1, 3)


def test_the_terminal_marks_the_characters(versions: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", str(versions["first"]), str(versions["second"])]) == 1
    said = capsys.readouterr().out
    assert "保存データの[-暗号-]{+匿名+}化" in said
    assert "914 → 941" in said
    assert main(["diff", str(versions["first"]), str(versions["second"]), "--limit", "2", "--lang", "en"]) == 1
    assert "further rows are left out" in capsys.readouterr().out


# ---- causes, on small documents

DATA, DOCUMENT = small_document("a.pdf")


def kept(out: Path, change: Any = None, name: str = "a.pdf") -> Path:
    """An output with one document, its counts as `change` gives them."""
    data, extraction = small_document(name)
    rows = []
    for place, row in enumerate(extraction.rows["target_counts"]):
        own = {**row, "page": 2, "x0": 10.0, "top": 100.0 + 20 * place, "x1": 90.0, "bottom": 112.0 + 20 * place}
        own |= {"continued": None, "raw_text": f"{row['value']}人"}
        if (changed := change(own) if change else own) is not None:
            rows.append(changed)
    keep(out, data, dataclasses.replace(extraction, rows={**extraction.rows, "target_counts": rows}))
    return out


def between(old: Path, new: Path) -> Changes:
    return compare(State(old), State(new))


def second_value(value: int, **further: Any) -> Any:
    """Another value in the second count of the first case."""

    def change(row: Row) -> Row:
        is_it = row["ordinal"] == 2 and row["case_id"].endswith("001")
        return {**row, "value": value, **further} if is_it else row

    return change


def cells(changes: Changes) -> list[tuple[str, str, Any, Any, str]]:
    return [
        (change.table, cell.column, cell.old, cell.new, cell.cause)
        for change in changes.changes
        for cell in change.cells
    ]


def test_what_the_program_reads_otherwise_in_the_same_pdf_is_the_programs_doing(tmp_path: Path) -> None:
    found = between(kept(tmp_path / "old"), kept(tmp_path / "new", second_value(2000)))
    assert cells(found) == [("target_counts", "value", 200, 2000, "program")]


def test_what_a_new_pdf_prints_is_the_sources_doing_and_what_is_made_of_the_same_words_the_programs(
    tmp_path: Path,
) -> None:
    def rename(row: Row) -> Row:
        return {**row, "value": 5, "raw_text": "5人"} if row["ordinal"] == 1 and row["case_id"].endswith("001") else row

    old = kept(tmp_path / "old")
    new = replaced(tmp_path / "new", rename)
    assert cells(between(old, new)) == [("target_counts", "value", 100, 5, "source")]
    program = replaced(tmp_path / "program", second_value(2000))
    assert cells(between(old, program)) == [("target_counts", "value", 200, 2000, "program")]


def replaced(out: Path, change: Any) -> Path:
    """The small document under other bytes with the same file name, its counts further on, as `change` gives them."""
    data = b"%PDF-1.7 a.pdf, again"
    document_id = hashlib.sha256(data).hexdigest()
    _, extraction = small_document("a.pdf")
    short, own = DOCUMENT.document_id[:12], document_id[:12]
    rows: dict[str, list[Row]] = {}
    for name, listed in extraction.rows.items():
        rows[name] = [
            {
                key: document_id
                if key == "document_id"
                else value.replace(short, own)
                if key == "case_id" and value
                else value
                for key, value in row.items()
            }
            for row in listed
        ]
    counts = []
    for place, row in enumerate(rows["target_counts"]):
        placed = {**row, "page": 3, "x0": 10.0, "top": 300.0 + 20 * place, "x1": 90.0, "bottom": 312.0 + 20 * place}
        counts.append(change({**placed, "continued": None, "raw_text": f"{row['value']}人"}))
    keep(out, data, Extraction(document_id, "a.pdf", 4, {**rows, "target_counts": counts}, {"pages": []}))
    return out


def test_what_a_person_decided_is_a_correction(tmp_path: Path) -> None:
    old, new = kept(tmp_path / "old"), kept(tmp_path / "new")
    key = {"case_id": case_id(DOCUMENT.document_id, 1), "ordinal": 2}
    decide(new, "山田", "correct", DOCUMENT.document_id, "target_counts", key, "value", 222)
    assert cells(between(old, new)) == [("target_counts", "value", 200, 222, "correction")]
    assert cells(between(new, old)) == [("target_counts", "value", 222, 200, "correction")]
    # Another version reads something else as well: what the tables carry is the person's word all the same.
    both = kept(tmp_path / "new", second_value(2000))
    assert cells(between(old, both)) == [("target_counts", "value", 200, 222, "correction")]
    write_tables(old)
    write_tables(new)
    assert cells(compare(TablesState(old), TablesState(new))) == [("target_counts", "value", 200, 222, "correction")]


def test_documents_that_come_and_go_are_one_change_each(tmp_path: Path) -> None:
    old, new = kept(tmp_path / "old"), kept(tmp_path / "new")
    kept(new, name="b.pdf")
    found = between(old, new)
    assert [(one.how, one.paper.file_name, one.rows["cases"]) for one in found.documents] == [("added", "b.pdf", 2)]
    assert found.changes == []
    assert [one.how for one in between(new, old).documents] == ["removed"]


# ---- recorded runs


def test_a_recorded_run_is_compared_after_the_archive_moved_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = kept(tmp_path / "out")
    first = record_state(out, "20260401T000000Z")
    assert record_state(out, "20260402T000000Z") == first
    kept(out, second_value(2000))
    key = {"case_id": case_id(DOCUMENT.document_id, 2), "ordinal": 1}
    decide(out, "山田", "correct", DOCUMENT.document_id, "target_counts", key, "value", 111)
    record_state(out, "20260403T000000Z")
    runs = ["20260401T000000Z", "20260403T000000Z"]
    code, said = diff(*runs, "--out", out, capsys=capsys)
    changed = [
        (cell["old"], cell["new"], cell["cause"]) for p in said["places"] for r in p["rows"] for cell in r["cells"]
    ]
    assert (code, changed) == (1, [(200, 2000, "program"), (100, 111, "correction")])
    assert main(["diff", "20260401T000000Z", "20260402T000000Z", "--out", str(out)]) == 0
    assert main(["diff", str(out / "runs" / "20260403T000000Z.json"), str(out)]) == 0
    assert main(["diff", "20250101T000000Z", str(out), "--out", str(out)]) == 2
    assert "20260403T000000Z" in capsys.readouterr().err


def test_states_cost_names_only_and_the_oldest_go(tmp_path: Path) -> None:
    out = kept(tmp_path / "out")
    record_state(out, "run-000")
    (reading,) = (out / "runs" / "readings").glob("*.json")
    (archived,) = (out / "archive").glob("*/rows.json")
    assert reading.samefile(archived)
    kept(out, second_value(1))
    for number in range(1, KEPT + 1):
        record_state(out, f"run-{number:03}")
    with pytest.raises(NotRecorded) as gone:
        recorded(out, "run-000")
    assert gone.value.known[0] == "run-001"
    assert not reading.exists()
    assert len(list((out / "runs" / "readings").glob("*.json"))) == 1
    mark_night(out, "run-001")
    assert recorded(out, "run-001").night


# ---- what cannot be compared


def test_wrong_sides_are_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    out = kept(tmp_path / "out")
    assert main(["diff", str(tmp_path / "empty"), str(out)]) == 2
    assert "出力フォルダー" in capsys.readouterr().err
    assert main(["diff", "no such thing", str(out), "--out", str(tmp_path / "nowhere")]) == 2
    with pytest.raises(NoState):
        state_of("x", tmp_path / "nowhere")


def test_a_reading_that_is_broken_is_named_and_costs_no_other(tmp_path: Path) -> None:
    old, new = kept(tmp_path / "old"), kept(tmp_path / "new", second_value(2000))
    for out in (old, new):
        kept(out, name="b.pdf")
    broken = small_document("b.pdf")[1].document_id
    (new / "archive" / broken / "rows.json").write_bytes(b'{"rows": ')
    found = between(old, new)
    assert cells(found) == [("target_counts", "value", 200, 2000, "program")]
    assert [one[:12] for one in found.unreadable] == [broken[:12]]
    (old / "archive" / broken / "rows.json").unlink()  # now it is in one of them only
    assert [one[:12] for one in between(old, new).unreadable] == [broken[:12]]


def test_an_output_of_an_older_version_is_compared_as_far_as_it_goes(tmp_path: Path) -> None:
    """Then there was no table of parties, and a count had no basis; nothing of that is a change."""
    old, new = kept(tmp_path / "old"), kept(tmp_path / "new", second_value(2000))
    write_tables(old)
    shutil.rmtree(old / "archive")
    (old / "tables" / "parties.parquet").unlink()
    path = old / "tables" / "target_counts.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["basis", "as_of"]), path)
    found = compare(state_of(str(old), tmp_path), State(new))
    assert cells(found) == [("target_counts", "value", 200, 2000, "program")]


def test_a_pdf_that_is_missing_costs_its_picture_only(versions: dict[str, Path], tmp_path: Path) -> None:
    shutil.copytree(versions["second"], tmp_path / "second")
    (pdf,) = (tmp_path / "second" / "archive").glob("*/document.pdf")
    pdf.unlink()
    html = tmp_path / "diff.html"
    assert main(["diff", str(versions["first"]), str(tmp_path / "second"), "--html", str(html)]) == 1
    source = html.read_text(encoding="utf-8")
    assert (source.count("<article"), source.count("data:image/webp")) == (3, 3)  # those of the old side


# ---- the page


def test_the_page_shows_filters_and_pictures_and_asks_nobody(
    versions: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = tmp_path / "diff.html"
    monkeypatch.chdir(versions["first"].parent.parent)
    assert main(["diff", "first/output", "further/output", "--html", str(html)]) == 1
    with browsing() as opened:
        page = opened.page
        page.goto(html.as_uri())
        assert page.locator("article").count() == 4
        sizes = page.eval_on_selector_all("article img", "all => all.map(one => one.naturalWidth)")
        assert len(sizes) == 8
        assert min(sizes) > 300
        if os.environ.get("BESSHI_SCREENSHOTS"):  # make screenshots
            page.screenshot(path=ROOT / "docs" / "images" / "changes.png", full_page=True)
        shown(page, "select[name=table]", "target_counts", ["案件 2"])
        shown(page, "select[name=table]", "", ["案件 4", "案件 2", "案件 3", "案件 5"])
        shown(page, "select[name=cause]", "correction", [])
        assert page.locator("#nothing-fits").is_visible()
        shown(page, "select[name=cause]", "source", ["案件 4", "案件 2", "案件 3", "案件 5"])
        page.fill("input[name=words]", "勤務先の名称")
        assert page.locator("article:visible h3 span:first-of-type").all_inner_texts() == ["案件 3"]
        page.fill("input[name=words]", "")
        page.locator("h1").click()
        page.keyboard.press("j")
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.id") == "p2"
        page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        widths = page.eval_on_selector_all(".rows td:not(:empty)", "all => all.map(one => one.clientWidth)")
        assert min(width for width in widths if width) > 250, "on a telephone each value has a line of its own"
    assert [url for url in opened.asked if not url.startswith("data:")] == [html.as_uri()]
    assert opened.faults == []


def shown(page: Page, select: str, value: str, cases: list[str]) -> None:
    page.select_option(select, value)
    assert page.locator("article:visible h3 span:first-of-type").all_inner_texts() == cases


def test_words_of_a_document_stay_words_on_the_page(tmp_path: Path) -> None:
    evil = '<script>document.title="x"</script><img src=x onerror=alert(1)>"\'&'

    def named(row: Row) -> Row:
        return {**row, "label": evil}

    html = tmp_path / "diff.html"
    old, new = kept(tmp_path / "old"), kept(tmp_path / "new", named)
    assert main(["diff", str(old), str(new), "--html", str(html)]) == 1
    source = html.read_text(encoding="utf-8")
    assert source.count("<script>") == 1
    assert "<img" not in source  # a PDF that cannot be drawn has no picture
    assert "onerror=alert(1)&gt;&#34;" in source or "onerror=alert(1)&gt;&#34;&#39;&amp;" in source
    assert str(ROOT) not in source


def test_rows_of_one_printed_place_are_one_place(versions: dict[str, Path]) -> None:
    found = between(versions["first"], versions["second"])
    places = spots(found.changes)
    assert len(places) == 3
    met = [change for place in places for change in place.changes]
    assert {id(change) for change in met} == {id(change) for change in found.changes}
