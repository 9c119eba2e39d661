"""Decisions as they are kept: nothing is lost by two reviewers, a kill or a damaged line; what is wrong is refused."""

from __future__ import annotations

import datetime
import json
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from small_documents import case_id, small_document

from pipeline.archive.archive import keep
from pipeline.messages import LANGS
from pipeline.review.deciding import Refused, decide, undo, value_from_text
from pipeline.review.decisions import Decision, append, decision_files, file_name_of, parsed, read_decisions
from pipeline.tables.schema import tables

DATA, DOCUMENT = small_document("a.pdf")
ID = DOCUMENT.document_id
KEY = {"case_id": case_id(ID, 1), "ordinal": 2}
CASE = {"case_id": case_id(ID, 1)}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    keep(tmp_path, DATA, DOCUMENT)
    return tmp_path


def test_a_decision_is_kept_with_all_that_it_says(out: Path) -> None:
    kept = decide(out, " 山田 太郎 ", "correct", ID, "cases", CASE, "meeting_date", datetime.date(2023, 4, 4), "議事録")
    (read,) = read_decisions(out).every
    assert read == kept
    assert (read.by, read.action, read.document_id, read.table, read.column) == (
        "山田 太郎",
        "correct",
        ID,
        "cases",
        "meeting_date",
    )
    assert (read.old, read.new, read.why) == (datetime.date(2023, 4, 3), datetime.date(2023, 4, 4), "議事録")
    assert read.key == CASE
    assert read.row["raw_text"] == "1 件名 4月3日"
    moment = datetime.datetime.fromisoformat(read.at)
    assert moment.utcoffset() == datetime.timedelta(0)
    assert abs(datetime.datetime.now(datetime.UTC) - moment) < datetime.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("code", "table", "key", "column", "new"),
    [
        ("wrong_type", "target_counts", KEY, "value", "120人"),
        ("wrong_type", "target_counts", KEY, "value", 1.5),
        ("wrong_type", "target_counts", KEY, "value", True),
        ("wrong_type", "target_counts", KEY, "is_total", 1),
        ("wrong_type", "cases", CASE, "meeting_date", "4月3日"),
        ("not_allowed_required", "target_counts", KEY, "value", None),
        ("not_allowed_enum", "target_counts", KEY, "bound", "about"),
        ("not_allowed_minimum", "target_counts", KEY, "value", -1),
        ("not_allowed_pattern", "documents", {"document_id": ID}, "publisher_code", "13104"),
        ("same_value", "target_counts", KEY, "value", 200),
        ("fixed_column", "target_counts", KEY, "ordinal", 3),
        ("fixed_column", "target_counts", KEY, "confidence", 1.0),
        ("fixed_column", "cases", CASE, "case_id", "x"),
        ("fixed_column", "documents", {"document_id": ID}, "file_name", "x.pdf"),
        ("no_such_column", "target_counts", KEY, "colour", "red"),
        ("no_such_table", "colours", KEY, "value", 3),
        ("no_such_row", "target_counts", {**KEY, "ordinal": 9}, "value", 3),
        ("no_column", "target_counts", KEY, None, 3),
        ("too_long", "target_counts", KEY, "label", "長" * 20_001),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(
    out: Path, code: str, table: str, key: dict[str, Any], column: str | None, new: Any
) -> None:
    with pytest.raises(Refused) as refused:
        decide(out, "山田", "correct", ID, table, key, column, new)
    assert refused.value.code == code
    sentences = [refused.value.sentence(lang) for lang in LANGS]
    assert len(set(sentences)) == 2
    assert not any(re.search("{[a-z]", sentence) for sentence in sentences)
    assert read_decisions(out).every == ()


@pytest.mark.parametrize("name", ["", "  ", "長" * 61, "a\x00b"])
def test_a_reviewer_needs_a_name(out: Path, name: str) -> None:
    with pytest.raises(Refused, match="bad_name"):
        decide(out, name, "accept", ID, "cases", CASE, "title")


@pytest.mark.parametrize("document", ["0" * 64, "../../etc", ""])
def test_a_document_that_is_not_kept_is_refused(out: Path, document: str) -> None:
    with pytest.raises(Refused, match="no_such_document"):
        decide(out, "山田", "accept", document, "cases", CASE, "title")


@pytest.mark.parametrize(
    ("table", "column", "text", "value"),
    [
        ("target_counts", "value", "８，４１３", 8413),
        ("target_counts", "value", " 120 ", 120),
        ("target_counts", "is_total", "はい", True),
        ("target_counts", "is_total", "false", False),
        ("cases", "meeting_date", "2023年4月3日", datetime.date(2023, 4, 3)),
        ("cases", "meeting_date", "2023-04-03", datetime.date(2023, 4, 3)),
        ("cases", "title", " カ\u3099ス\r\n料金 ", "ガス\n料金"),
        ("cases", "title", " ", None),
    ],
)
def test_a_typed_value_is_understood(table: str, column: str, text: str, value: Any) -> None:
    assert value_from_text(table, column, text) == value


@pytest.mark.parametrize(
    ("table", "column", "text"),
    [
        ("target_counts", "value", "1,20"),
        ("target_counts", "value", "百"),
        ("target_counts", "value", "1" * 30),
        ("target_counts", "is_total", "たぶん"),
        ("cases", "meeting_date", "2023-02-30"),
        ("cases", "meeting_date", "4月3日"),
    ],
)
def test_a_typed_value_of_another_type_is_refused(table: str, column: str, text: str) -> None:
    with pytest.raises(Refused, match="wrong_type") as refused:
        value_from_text(table, column, text)
    assert text[:20] in refused.value.sentence("ja")


def test_undo_takes_back_the_own_last_and_only_the_own(out: Path) -> None:
    first = decide(out, "山田", "correct", ID, "target_counts", KEY, "value", 1)
    second = decide(out, "佐藤", "correct", ID, "target_counts", KEY, "value", 2)
    with pytest.raises(Refused, match="nothing_to_undo"):
        undo(out, "山田", second.id)
    assert undo(out, "山田").id == first.id
    with pytest.raises(Refused, match="nothing_to_undo"):
        undo(out, "山田")
    assert [one.id for one in read_decisions(out).in_force] == [second.id]
    # One written by hand into a file cannot take back another's either.
    forged = Decision(**{**vars_of(second), "by": "山田", "action": "undo", "undoes": second.id, "new": None})
    append(out, forged)
    assert [one.id for one in read_decisions(out).in_force] == [second.id]


def vars_of(decision: Decision) -> dict[str, Any]:
    return {name: value for name, value in vars(decision).items() if name != "id"}


WORK = """
import sys
from pathlib import Path
from pipeline.review.deciding import decide
out, by, document, case = Path(sys.argv[1]), *sys.argv[2:]
for value in range(1000, 1040):
    decide(out, by, "correct", document, "target_counts", {"case_id": case, "ordinal": 2}, "value", value)
"""


def test_reviewers_at_once_lose_nothing(out: Path) -> None:
    # Two reviewers, and one of them in two windows.
    names = ["山田", "佐藤", "山田"]
    command = [sys.executable, "-c", WORK, str(out)]
    running = [subprocess.Popen([*command, name, ID, KEY["case_id"]], cwd=ROOT) for name in names]
    assert [one.wait(60) for one in running] == [0, 0, 0]
    decisions = read_decisions(out)
    assert decisions.damaged == ()
    assert len({one.at for one in decisions.every}) == 120
    for name, times in (("山田", 2), ("佐藤", 1)):
        values = [one.new for one in decisions.every if one.by == name]
        assert sorted(values) == sorted([*range(1000, 1040)] * times)


def test_a_reviewers_file_is_only_added_to(out: Path) -> None:
    decide(out, "山田", "accept", ID, "cases", CASE, "title")
    (path,) = decision_files(out)
    before = path.read_bytes()
    undo(out, "山田")
    assert path.read_bytes().startswith(before)


def test_a_clock_set_back_does_not_change_the_order(out: Path) -> None:
    kept = decide(out, "山田", "correct", ID, "target_counts", KEY, "value", 1)
    (path,) = decision_files(out)
    ahead = kept.at.replace(kept.at[:4], "2999", 1)
    path.write_bytes(path.read_bytes().replace(kept.at.encode(), ahead.encode()))
    later = decide(out, "佐藤", "correct", ID, "target_counts", KEY, "value", 2)
    assert later.at > ahead
    assert read_decisions(out).in_force[-1].new == 2


def test_each_name_has_its_own_file() -> None:
    names = ["山田", "山 田", "yamada", "YAMADA", "../山田", "a/b", "a_b", "。", "…"]
    files = {file_name_of(name).lower() for name in names}
    assert len(files) == len(names)
    assert all("/" not in file and not file.startswith(".") for file in files)


def a_decision(out: Path) -> bytes:
    decide(out, "山田", "correct", ID, "cases", CASE, "meeting_date", datetime.date(2023, 4, 4))
    return decision_files(out)[0].read_bytes().strip()


@pytest.mark.parametrize(
    "change",
    [
        {"table": "colours"},
        {"column": "colour"},
        {"action": "like"},
        {"at": "yesterday"},
        {"at": "2026-04-01T00:00:00"},
        {"new": "soon"},
        {"new": 3},
        {"row": None},
        {"by": 3},
    ],
)
def test_a_line_that_means_nothing_is_named_and_kept(out: Path, change: dict[str, Any]) -> None:
    good = a_decision(out)
    (path,) = decision_files(out)
    bad = json.dumps({**json.loads(good), **change}, ensure_ascii=False).encode()
    path.write_bytes(bad + b"\n" + good + b"\n")
    decisions = read_decisions(out)
    assert len(decisions.every) == 1
    (damaged,) = decisions.damaged
    assert (damaged.file, damaged.line) == (path.name, 1)
    assert damaged.why
    decide(out, "山田", "accept", ID, "cases", CASE, "title")
    assert path.read_bytes().startswith(bad)


@settings(max_examples=60, deadline=None)
@given(cut=st.floats(0, 1), noise=st.binary(max_size=40).filter(lambda noise: b"\n" not in noise))
def test_a_line_cut_anywhere_or_any_noise_never_hides_another(cut: float, noise: bytes) -> None:
    with TemporaryDirectory() as folder:
        out = Path(folder)
        keep(out, DATA, DOCUMENT)
        good = a_decision(out)
        (path,) = decision_files(out)
        path.write_bytes(good + b"\n" + noise + b"\n" + good[: int(cut * (len(good) - 1))])
        later = decide(out, "山田", "accept", ID, "cases", CASE, "title")
        decisions = read_decisions(out)
        assert len(decisions.every) == 2
        assert decisions.every[-1] == later
        assert len(decisions.damaged) == bool(noise.strip()) + bool(good[: int(cut * (len(good) - 1))])


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)


@settings(max_examples=30, deadline=None)
@given(text=TEXTS, why=TEXTS, day=st.dates(), number=st.integers(-(2**63), 2**63 - 1))
@pytest.mark.parametrize("table", ["cases", "target_counts"])
def test_a_line_comes_back_as_it_was(text: str, why: str, day: datetime.date, number: int, table: str) -> None:
    values = {"string": text, "integer": number, "date": day, "boolean": True, "number": 0.5}
    with TemporaryDirectory() as folder:
        for column in tables()[table].columns:
            if (value := values.get(column.type)) is None or column.fault(value):
                continue
            row = {column.name: value, "raw_text": text}
            one = Decision("", "山田", "correct", ID, table, {}, column.name, value, value, why, row)
            kept = append(Path(folder), one)
            (path,) = decision_files(Path(folder))
            assert parsed(path.read_bytes().splitlines()[-1]) == kept
