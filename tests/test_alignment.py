"""Rows of two readings paired, and a decision's row found again: by what is said and where, never by ordinals."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extraction import Row
from pipeline.review.locating import locate
from pipeline.tables.alignment import ALIKE, align_rows, likeness, overlap, pair_cases, saying

WORDS = st.text("会議資料差替新旧一二三氏名住所電話番号生年月日", min_size=1, max_size=12)


def controls(texts: list[str]) -> list[Row]:
    """A list of measures, one a line of a page."""
    return [
        {
            "case_id": "0123456789ab-001",
            "ordinal": place,
            "group_no": 1,
            "text": text,
            "page": 3,
            "x0": 10.0,
            "top": 50.0 + 14 * place,
            "x1": 200.0,
            "bottom": 62.0 + 14 * place,
            "raw_text": text,
            "confidence": 1.0,
            "method": "text",
        }
        for place, text in enumerate(texts, start=1)
    ]


@settings(max_examples=200, deadline=None)
@given(old=st.lists(WORDS, max_size=12), new=st.lists(WORDS, max_size=12))
def test_each_row_is_in_one_pair_and_what_is_there_twice_is_paired(old: list[str], new: list[str]) -> None:
    before, after = controls(old), controls(new)
    pairs = align_rows("controls", before, after)
    assert sorted(a for a, _ in pairs if a is not None) == list(range(len(old)))
    assert sorted(b for _, b in pairs if b is not None) == list(range(len(new)))
    # Nothing that is said on both sides is left alone on both.
    gone = {saying("controls", before[a]) for a, b in pairs if b is None and a is not None}
    came = {saying("controls", after[b]) for a, b in pairs if a is None and b is not None}
    assert not gone & came


def best_sum(old: list[Row], new: list[Row]) -> float:
    """The most that the likenesses of pairs in order may sum up to, every choice tried."""
    if not old or not new:
        return 0.0
    alike = likeness("controls", old[0], new[0])
    together = alike + best_sum(old[1:], new[1:]) if alike >= ALIKE else 0.0
    return max(together, best_sum(old[1:], new), best_sum(old, new[1:]))


LIKE = st.lists(
    st.tuples(st.sampled_from(["会議の資料の氏名", "電話番号と住所", "差替の生年月日"]), st.integers(0, 3)), max_size=4
)


@settings(max_examples=200, deadline=None)
@given(old=LIKE, new=LIKE)
def test_rows_that_changed_are_paired_so_that_they_are_most_alike(old: list[Any], new: list[Any]) -> None:
    before = controls([words + "甲乙丙丁"[last] for words, last in old])
    after = controls([words + "戊己庚辛"[last] for words, last in new])
    pairs = [(a, b) for a, b in align_rows("controls", before, after) if a is not None and b is not None]
    assert pairs == sorted(pairs)
    found = [likeness("controls", before[a], after[b]) for a, b in pairs]
    assert abs(sum(one for one in found if one >= ALIKE) - best_sum(before, after)) < 1e-9


@settings(max_examples=200, deadline=None)
@given(texts=st.lists(WORDS, min_size=1, max_size=15, unique=True), data=st.data())
def test_one_row_put_in_or_taken_out_is_one_change(texts: list[str], data: Any) -> None:
    place = data.draw(st.integers(0, len(texts)))
    new = data.draw(WORDS.filter(lambda text: text not in texts))
    longer = [*texts[:place], new, *texts[place:]]
    pairs = align_rows("controls", controls(texts), controls(longer))
    assert [pair for pair in pairs if None in pair] == [(None, place)]
    back = align_rows("controls", controls(longer), controls(texts))
    assert [pair for pair in back if None in pair] == [(place, None)]


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(WORDS, min_size=1, max_size=15, unique=True), data=st.data())
def test_one_row_that_says_something_else_is_one_row_changed(texts: list[str], data: Any) -> None:
    place = data.draw(st.integers(0, len(texts) - 1))
    new = data.draw(WORDS.filter(lambda text: text not in texts))
    pairs = align_rows("controls", controls(texts), controls([*texts[:place], new, *texts[place + 1 :]]))
    assert sorted(pairs) == [(one, one) for one in range(len(texts))]


def test_a_row_that_moved_is_neither_gone_nor_new() -> None:
    old, new = controls(["氏名", "住所", "電話番号"]), controls(["住所", "電話番号", "氏名"])
    assert sorted(align_rows("controls", old, new)) == [(0, 2), (1, 0), (2, 1)]


def test_a_long_list_of_equal_rows_takes_no_time() -> None:
    cells = [{"text": "", "row_span": 1, "column_span": 1} for _ in range(20_000)]
    pairs = align_rows("table_cells", cells, cells[:-1])
    assert sum(None in pair for pair in pairs) == 1


def case(number: int, title: str) -> Row:
    return {"case_id": f"0123456789ab-{number:03}", "case_no": number, "title": title, "in_list": True}


def test_cases_pair_by_what_they_are_about_when_numbers_shift() -> None:
    old = [
        case(1, "文書管理システムの運用について"),
        case(2, "就学援助費の支給について"),
        case(3, "図書館の貸出について"),
    ]
    new = [case(1, "防犯カメラの設置について"), *(case(one["case_no"] + 1, one["title"]) for one in old)]
    found = pair_cases(old, new)
    assert {a[-3:]: b[-3:] for a, b in found.items()} == {"001": "002", "002": "003", "003": "004"}


@settings(max_examples=200, deadline=None)
@given(texts=st.lists(WORDS, min_size=1, max_size=10), data=st.data())
def test_a_decisions_row_is_found_in_its_place_or_not_at_all(texts: list[str], data: Any) -> None:
    """Whatever a later version reads of the same page: other ordinals, other words, rows lost, put in or split off."""
    rows = controls(texts)
    wanted = rows[data.draw(st.integers(0, len(rows) - 1))]
    later: list[Row] = []
    for row in rows:
        fate = data.draw(st.sampled_from(["same", "same", "other words", "lost", "wider"]))
        if fate == "lost":
            continue
        changes = {"other words": {"text": "別の語", "raw_text": "別の語"}, "wider": {"x0": row["x0"] - 3}}
        changed = changes.get(fate, {})
        later.append({**row, **changed, "ordinal": len(later) + 1})
    found = locate("controls", wanted, later)
    at = next((place for place, row in enumerate(later) if row["top"] == wanted["top"]), None)
    assert found in (at, None)
    if at is not None and later[at]["raw_text"] == wanted["raw_text"]:
        assert found == at


def test_twins_of_one_print_are_told_apart_by_what_they_say() -> None:
    one, other = controls(["氏名"])[0], {**controls(["氏名"])[0], "ordinal": 2, "text": "住所"}
    assert locate("controls", other, [one, {**other, "ordinal": 3}]) == 1
    assert locate("controls", {**other, "text": "電話"}, [one, other]) is None


def test_overlap_of_boxes() -> None:
    box = {"x0": 0.0, "top": 0.0, "x1": 10.0, "bottom": 10.0}
    assert overlap(box, box) == (1.0, 1.0)
    assert overlap(box, {**box, "x0": 5.0, "x1": 15.0}) == (50 / 150, 0.5)
    assert overlap(box, {**box, "x0": 20.0, "x1": 30.0}) == (0.0, 0.0)
