"""The reviewer's queue: what is in it, in which order, what filters let through, what comes next, what changes it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from review_desk import cut_sample, doubtful_document, kept, read
from small_documents import small_document

from pipeline.changes.recorded import record_state
from pipeline.review import words
from pipeline.review.deciding import Refused, correctable, decide
from pipeline.review.desk import DecidedMeanwhile, Desk, WrongValues, field_name
from pipeline.review.items import Item, found_in, in_order, item_id, place_of
from pipeline.review.page_views import page_view
from pipeline.review.queue import Filter, Progress, Queue
from pipeline.review.related import records_of
from pipeline.review.snapshot import Tables
from pipeline.tables.schema import tables
from pipeline.tables.write import write_tables


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some pages of the sample report as the program reads them; to be looked at only."""
    return read(tmp_path_factory.mktemp("report"), report=cut_sample(1, 2, 20, 52, 53))


@pytest.fixture
def scanned(tmp_path: Path) -> Path:
    """Two made documents of which counts are doubtful."""
    return kept(tmp_path / "out", doubtful_document("a.pdf"), doubtful_document("b.pdf", doubts=3))


def of_rule(desk: Desk, rule: str) -> Item:
    return next(item for item in desk.queue().items if item.rule == rule)


def test_the_most_useful_comes_first_and_a_page_is_left_only_when_it_is_done(scanned: Path) -> None:
    items = Desk(scanned).queue().items
    ranks = [item.rank for item in items]
    assert ranks == sorted(ranks)
    assert {item.rank for item in items if item.kind == "doubtful" and (item.confidence or 1) < 0.7} == {3}
    assert {item.rank for item in items if item.kind == "doubtful" and (item.confidence or 0) >= 0.7} == {5}
    low = [(item.document_id, item.box) for item in items if item.rank == 3]
    papers = list(dict.fromkeys(document_id for document_id, _ in low))
    assert len(papers) == 2
    assert [d for d, _ in low] == sorted((d for d, _ in low), key=papers.index)
    tops = [box[1] for d, box in low if box is not None and d == papers[0]]
    assert tops == sorted(tops)


def test_every_rank_has_its_place(report: Path) -> None:
    snapshot = Tables(report).now()
    one = found_in(snapshot)[0]
    ranks = {"returned": 0, "error": 1, "change": 2, "disagree": 3, "warning": 4, "unsure": 5, "info": 6}
    items = [replace(one, id=name, rank=rank) for name, rank in ranks.items()]
    assert [item.id for item in in_order(reversed(items), snapshot)] == list(ranks)
    by_rule = {item.rule: item.rank for item in found_in(snapshot)}
    assert by_rule["title_mismatch"] == ranks["disagree"]
    assert by_rule["row_without_sheet"] == ranks["warning"]
    assert by_rule["arrow_without_label"] == ranks["info"]


def test_an_item_is_named_alike_in_every_run(report: Path, tmp_path: Path) -> None:
    again = read(tmp_path, another_name=cut_sample(1, 2, 20, 52, 53))
    assert {item.id for item in Desk(again).queue().items} == {item.id for item in Desk(report).queue().items}


def test_a_place_is_asked_about_once(tmp_path: Path) -> None:
    data, document = doubtful_document(doubts=2)
    spot = document.rows["target_counts"][0]
    again = {**spot, "ordinal": 7, "confidence": 0.6}
    doubt = {
        **{name: spot[name] for name in ("page", "x0", "top", "x1", "bottom", "method", "confidence", "raw_text")},
        "document_id": document.document_id,
        "rule": "reading_doubtful",
        "severity": "warning",
        "message": "…",
        "left_value": "100",
        "right_value": "160",
        "x0": 60.0,
        "x1": 80.0,
    }
    rows = {**document.rows, "target_counts": [*document.rows["target_counts"], again], "findings": [doubt]}
    out = kept(tmp_path / "out", (data, replace(document, rows=rows)))
    assert [(item.kind, item.rule) for item in Desk(out).queue().items] == [
        ("finding", "reading_doubtful"),
        ("doubtful", "low_confidence"),
    ]


def test_a_finding_points_at_the_values_that_it_is_about(report: Path) -> None:
    desk = Desk(report)
    item = of_rule(desk, "title_mismatch")
    (record,) = records_of(item, desk.tables.now())
    assert (record.table, record.main) == ("cases", "title")
    assert next(cell.text for cell in record.cells if cell.column.name == "title") == item.left
    assert records_of(of_rule(desk, "row_without_sheet"), desk.tables.now())[0].row["title"]


def test_a_doubted_character_points_at_the_smallest_value_around_it(tmp_path: Path) -> None:
    data, document = doubtful_document(doubts=3)
    spot = document.rows["target_counts"][1]
    finding = {
        **{name: spot[name] for name in ("page", "top", "bottom", "method", "confidence", "raw_text")},
        "x0": 80.0,
        "x1": 90.0,
        "document_id": document.document_id,
        "rule": "reading_doubtful",
        "severity": "warning",
        "message": "…",
        "left_value": "101",
        "right_value": "107",
    }
    out = kept(tmp_path / "out", (data, replace(document, rows={**document.rows, "findings": [finding]})))
    desk = Desk(out)
    (record,) = desk.records(of_rule(desk, "reading_doubtful"))
    assert (record.table, record.main, record.row["ordinal"]) == ("target_counts", "value", 2)


def test_filters_are_addresses(scanned: Path) -> None:
    queue = Desk(scanned).queue()
    document = queue.items[0].document_id
    what = Filter.of({"document": document, "kind": "doubtful", "page": "3", "nonsense": "x"})
    assert Filter.of(dict(pair.split("=") for pair in what.address()[1:].split("&"))) == what
    assert Filter().address() == ""
    found = [item for item, _ in queue.wanted(what)]
    assert found
    assert all(item.document_id == document and item.kind == "doubtful" for item in found)
    assert list(queue.wanted(Filter(rule="no_such_rule"))) == []
    assert queue.choices(what)["kind"]["doubtful"] == len(found)
    assert queue.choices(what)["document"].total() == sum(item.kind == "doubtful" for item in queue.items)


def test_a_filter_by_state_takes_the_items_that_have_it(scanned: Path) -> None:
    desk = Desk(scanned)
    accepted, unreadable, skipped, *others = desk.queue().items
    desk.decide(accepted, "甲", "accept", "", "", {})
    desk.decide(unreadable, "甲", "unreadable", "", "", {})
    desk.decide(skipped, "甲", "skip", "", "", {})
    queue = desk.queue()
    for state, wanted in {
        "accepted": [accepted],
        "done": [accepted, unreadable],
        "skipped": [skipped],
        "open": others,
        "all": list(queue.items),
    }.items():
        assert [item for item, _ in queue.wanted(Filter(state=state))] == wanted, state


def test_the_next_item_is_undecided_wraps_around_and_avoids_a_colleague(scanned: Path) -> None:
    desk = Desk(scanned)
    first, second, third = desk.queue().items[:3]
    desk.decide(second, "甲", "accept", "", "", {})
    assert desk.queue().after(first.id, Filter()) == third
    assert desk.queue().after(None, Filter(), frozenset({first.id})) == third
    desk.decide(third, "甲", "skip", "", "", {})
    last = desk.queue().items[-1]
    assert desk.queue().after(last.id, Filter()) == first
    for item in desk.queue().items:
        if item not in (second, third):
            desk.decide(item, "甲", "accept", "", "", {})
    assert desk.queue().after(None, Filter()) == third, "what was put off comes when nothing else is left"
    assert desk.queue().progress == Progress(len(desk.queue().items) - 1, len(desk.queue().items))


def test_a_correction_is_of_the_columns_type_or_nothing_is_kept(scanned: Path) -> None:
    desk = Desk(scanned)
    item = next(item for item in desk.queue().items if item.kind == "doubtful")
    value, unit = field_name(0, "value"), field_name(0, "unit")
    with pytest.raises(WrongValues) as refused:
        desk.decide(item, "甲", "correct", "", "", {value: "百二十", unit: "名"})
    assert [wrong.field for wrong in refused.value.wrong] == [value]
    assert not desk.log.now().every
    with pytest.raises(Refused) as unchanged:
        desk.decide(item, "甲", "correct", "", "", {unit: "人"})
    assert unchanged.value.code == "nothing_changed"
    desk.decide(item, "甲", "correct", "", "数え直した", {value: "１，２３４", unit: "名"})
    assert {(one.column, one.new, one.why) for one in desk.log.now().every} == {
        ("value", 1234, "数え直した"),
        ("unit", "名", "数え直した"),
    }
    assert desk.queue().state(item) == "corrected"
    shown = {cell.column.name: cell.text for cell in desk.records(item)[0].cells}
    assert (shown["value"], shown["unit"]) == ("1234", "名")
    assert desk.undo("甲") == item
    assert desk.queue().state(item) == "open"
    assert not desk.log.now().in_force, "what was corrected in one go is taken back in one go"


def test_a_finding_is_settled_with_the_value_that_is_put_right(report: Path, tmp_path: Path) -> None:
    out = shutil.copytree(report, tmp_path / "out")
    desk = Desk(out)
    item = of_rule(desk, "title_mismatch")
    desk.decide(item, "甲", "correct", "", "", {field_name(0, "title"): item.right or ""})
    assert [(one.table, one.column, one.new) for one in desk.log.now().every] == [
        ("cases", "title", item.right),
        ("findings", None, None),
    ]
    assert desk.queue().state(item) == "corrected"
    desk.undo("甲")
    assert desk.queue().state(item) == "open"


def test_a_colleagues_decision_is_not_overwritten_unseen(scanned: Path) -> None:
    desk, other = Desk(scanned), Desk(scanned)
    item = desk.queue().items[0]
    other.decide(item, "乙", "unreadable", "", "", {})
    with pytest.raises(DecidedMeanwhile) as meanwhile:
        desk.decide(item, "甲", "accept", "", "", {})
    assert meanwhile.value.decision.by == "乙"
    desk.decide(item, "甲", "accept", meanwhile.value.decision.id, "", {})
    assert desk.queue().state(item) == "accepted"
    assert len(desk.log.now().every) == 2, "both are kept"
    desk.decide(item, "甲", "accept", "", "", {})
    assert len(desk.log.now().every) == 2, "the same key pressed twice is one decision"


def test_decisions_of_another_process_are_seen_and_a_damaged_line_is_named(scanned: Path) -> None:
    desk = Desk(scanned)
    item, other = desk.queue().items[:2]
    decide(scanned, "乙", "accept", item.document_id, item.table, item.key)
    assert desk.queue().state(item) == "accepted"
    (path,) = (scanned / "review").glob("*.jsonl")
    with path.open("ab") as file:
        file.write(b'{"at": "2026-')
    (damaged,) = desk.log.now().damaged
    assert (damaged.file, damaged.line) == (path.name, 2)
    decide(scanned, "乙", "skip", other.document_id, other.table, other.key)
    assert desk.queue().state(item) == "accepted"
    assert desk.queue().state(other) == "skipped"
    assert [one.line for one in desk.log.now().damaged] == [2]
    assert desk.log.now().every == Desk(scanned).log.now().every


def test_a_run_brings_a_new_queue_and_decisions_stay_with_their_rows(scanned: Path) -> None:
    desk = Desk(scanned)
    item = next(item for item in desk.queue().items if item.kind == "doubtful")
    desk.decide(item, "甲", "correct", "", "", {field_name(0, "value"): "999"})
    before = desk.queue()
    write_tables(scanned)
    after = desk.queue()
    assert after is not before
    assert item.id not in {one.id for one in after.items}, "a value that a person put right is not doubtful"
    (row,) = desk.tables.now().rows("target_counts", **item.key)
    assert (row["value"], row["method"]) == (999, "review")
    others = [one for one in after.items if one.kind == "doubtful"]
    desk.decide(others[0], "甲", "accept", "", "", {})
    write_tables(scanned)
    assert desk.queue().state(others[0]) == "accepted"


def test_what_was_decided_comes_back_when_the_reading_changes(tmp_path: Path) -> None:
    data, document = doubtful_document()
    out = kept(tmp_path / "out", (data, document))
    desk = Desk(out)
    item = next(item for item in desk.queue().items if item.kind == "doubtful")
    desk.decide(item, "甲", "correct", "", "", {field_name(0, "value"): "999"})
    changed = [{**row, "value": row["value"] + 5000} for row in document.rows["target_counts"]]
    kept(out, (data, replace(document, rows={**document.rows, "target_counts": changed})))
    back = desk.queue().items[0]
    assert (back.kind, back.rank, back.left, back.right) == ("returned", 0, "999", "5100")
    assert desk.queue().state(back) == "open"
    desk.decide(back, "乙", "accept", "", "", {})
    assert desk.queue().state(back) == "accepted"
    write_tables(out)
    assert all(one.kind != "returned" for one in desk.queue().items)
    (row,) = desk.tables.now().rows("target_counts", **item.key)
    assert row["value"] == 5100


def test_a_row_that_is_gone_comes_back_until_that_is_accepted(tmp_path: Path) -> None:
    data, document = doubtful_document()
    out = kept(tmp_path / "out", (data, document))
    desk = Desk(out)
    item = next(item for item in desk.queue().items if item.kind == "doubtful")
    desk.decide(item, "甲", "correct", "", "", {field_name(0, "value"): "999"})
    fewer = [row for row in document.rows["target_counts"] if row["ordinal"] != item.row["ordinal"]]
    kept(out, (data, replace(document, rows={**document.rows, "target_counts": fewer})))
    back = desk.queue().items[0]
    assert (back.kind, back.rule, back.left) == ("returned", "decision_row_gone", "999")
    assert desk.records(back) == []
    desk.decide(back, "乙", "accept", "", "", {})
    assert desk.queue().state(back) == "accepted"
    write_tables(out)
    assert all(one.kind != "returned" for one in Desk(out).queue().items)


def test_tables_of_an_older_version_are_taken_as_they_are(scanned: Path) -> None:
    import pyarrow.parquet as pq

    findings = scanned / "tables" / "findings.parquet"
    table = pq.read_table(findings)
    pq.write_table(table.drop_columns(["left_value", "decided_by"]), findings)
    (scanned / "tables" / "parties.parquet").unlink()
    (scanned / "tables" / "sections.parquet").write_bytes(b"no table")
    desk = Desk(scanned)
    assert desk.queue().items
    for name in ("parties", "sections"):
        assert desk.tables.now().rows(name) == []
    assert desk.tables.now().faults["parties"] == "missing"
    assert desk.tables.now().faults["sections"] == "unreadable"
    assert desk.tables.now().faults["findings"] == "decided_by, left_value"


def test_an_output_folder_without_tables_is_an_empty_queue(tmp_path: Path) -> None:
    assert Desk(tmp_path).queue().items == ()


def test_the_picture_shows_the_value_in_its_surroundings(report: Path) -> None:
    desk = Desk(report)
    document_id = next(iter(desk.papers().documents))
    view = page_view(desk, "ja", document_id, 3, [(500.0, 800.0, 510.0, 808.0)])
    x, y, width, height = map(float, view.box.split())
    assert x <= 500 <= 510 <= x + width <= view.width + 0.1
    assert y <= 800 <= 808 <= y + height <= view.height + 0.1
    assert 200 < width < view.width / 2
    assert page_view(desk, "ja", document_id, 3, []).box == f"0 0 {view.width:g} {view.height:g}"
    assert page_view(desk, "ja", document_id, 99, []).missing
    wide = page_view(desk, "ja", document_id, 3, [(10.0, 10.0, 580.0, 800.0)])
    assert wide.box == f"0 0 {view.width:g} {view.height:g}"


def test_a_queue_without_decisions_does_not_change(scanned: Path) -> None:
    desk = Desk(scanned)
    assert desk.queue() is desk.queue()
    assert isinstance(desk.queue(), Queue)
    item = desk.queue().items[0]
    assert item.id == item_id(item.kind, place_of(item.document_id, item.table, item.key))
    _, extraction = small_document("other.pdf")
    assert desk.item("row.bm9uc2Vuc2U=") is None
    assert desk.item("row.%%%") is None
    assert extraction.document_id not in desk.papers().documents


def test_what_is_read_otherwise_than_before_is_looked_at(tmp_path: Path) -> None:
    data, document = doubtful_document()
    out = kept(tmp_path / "out", (data, document))
    record_state(out, "20260401T000000Z")
    assert all(item.kind != "change" for item in Desk(out).queue().items)
    counts = document.rows["target_counts"]
    changed = [{**counts[0], "value": 7777}, *counts[1:-1]]
    kept(out, (data, replace(document, rows={**document.rows, "target_counts": changed})))
    record_state(out, "20260402T000000Z")
    desk = Desk(out)
    (item,) = (item for item in desk.queue().items if item.kind == "change")
    assert (item.rank, item.rule, item.column, item.left, item.right) == (2, "changed_program", "value", "100", "7777")
    assert desk.queue().items.index(item) < min(n for n, one in enumerate(desk.queue().items) if one.rank > 2)
    desk.decide(item, "甲", "accept", "", "", {})
    write_tables(out)
    record_state(out, "20260403T000000Z")
    assert desk.queue().state(next(one for one in desk.queue().items if one.kind == "change")) == "accepted"


def test_every_fixed_value_that_is_no_word_of_the_documents_has_words_in_both_languages() -> None:
    coded = {
        (table, column.name): [value for value in column.enum if isinstance(value, str) and value.isascii()]
        for table, declared in tables().items()
        for column in declared.columns
        if column.enum and correctable(table, column)
    }
    assert coded["diagram_boxes", "role"]
    for place, values in coded.items():
        for value in values:
            ja, en = words.choice_words(value, "ja"), words.choice_words(value, "en")
            assert not ja.isascii(), (place, value)
            assert en.isascii(), (place, value)
    assert (words.choice_words("人的", "ja"), words.choice_words(None, "ja")) == ("人的", None)
