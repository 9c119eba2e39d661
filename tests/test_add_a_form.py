"""The steps of docs/add-a-form.md, run as they stand there: a report of which nothing is known is read whole."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import ROOT

from extractors.forms.form import load
from extractors.forms.form_file import FormFile
from extractors.japanese.normalise import key
from pipeline.command_line.cli import main
from tests.maker.odd_office import CASES, LIST_LABELS, report

PAGE = (ROOT / "docs" / "add-a-form.md").read_text(encoding="utf-8")
FINISHED = (ROOT / "docs" / "forms" / "kirisato.toml").read_text(encoding="utf-8")
LABEL = re.compile(r'^"([^"]+)" = "([^"]*)"$', re.M)


def rows(out: Path, table: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = pq.read_table(out / "tables" / f"{table}.parquet").to_pylist()
    return found


def sections(text: str) -> dict[str, dict[str, str]]:
    """The labels of each section of a form's file, with what stands to their right."""
    parts = re.split(r"^\[(\w+)\.labels\]$", text, flags=re.M)
    return {name: dict(LABEL.findall(body)) for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def fill_in(path: Path) -> None:
    """What a person does in step 4, by the finished file."""
    answers = sections(FINISHED)
    head, *parts = re.split(r"^(?=\[(?:list|sheet)\.labels\]$)", path.read_text(encoding="utf-8"), flags=re.M)
    for part in parts:
        known = answers[re.match(r"\[(\w+)", part)[1]]  # type: ignore[index]
        head += LABEL.sub(lambda match, known=known: f'"{match[1]}" = "{known.get(match[1], "")}"', part)
    (added,) = re.findall(r"```toml\n(\[counts\].*?)```", PAGE, re.S)
    path.write_text(head + added, encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    report(folder / "kirisato.pdf")
    return folder


@pytest.fixture(autouse=True)
def no_forms_of_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BESSHI_FORMS", "")  # put back afterwards, whatever --forms sets


def test_no_label_of_the_office_is_known_or_in_the_sample(out: Path) -> None:
    general = load()
    sheet = sections(FINISHED)["sheet"]
    assert [label for label in LIST_LABELS if general.column(label)] == []
    assert [label for label in sheet if general.field(label)] == []
    sample = {key(str(row["text"])) for row in rows(out, "table_cells")}
    assert sample
    assert not sample & {key(label) for label in (*LIST_LABELS, *sheet)}


def test_the_steps_of_the_page(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    steps = [line.split() for line in re.findall(r"^besshi (.*)$", PAGE, re.M)]
    first, start, again, listing, extract = steps

    # before: nothing but raw cells, and it is said
    assert main(["extract", "kirisato.pdf", "--out", "before"]) == 0
    assert rows(folder / "before", "cases") == []
    cells = {str(row["text"]) for row in rows(folder / "before", "table_cells")}
    assert {*LIST_LABELS, CASES[0].title, "320人"} <= {*cells, *(line for cell in cells for line in cell.split("\n"))}
    rules = [row["rule"] for row in rows(folder / "before", "findings")]
    assert rules.count("table_not_understood") == 4
    assert "form_unknown" in rules
    assert rows(folder / "before", "documents")[0]["coverage"] < 0.1  # type: ignore[operator]
    capsys.readouterr()

    assert main(first) == 0
    assert capsys.readouterr().out.startswith(re.findall(r"```text\n(kirisato\.pdf.*?)```", PAGE, re.S)[0])
    assert main(start) == 0
    started = (folder / "forms" / "kirisato.toml").read_text(encoding="utf-8")
    for printed in re.findall(r"```toml\n(# 1頁.*?)```", PAGE, re.S):
        assert printed in started
    assert {name: set(found) for name, found in sections(started).items()} == {
        name: set(found) for name, found in sections(FINISHED).items()
    }
    assert set(sections(started)["list"].values()) == {""}
    assert main(start) == 2  # what somebody filled in is never written over
    assert "kirisato.toml" in capsys.readouterr().err

    fill_in(folder / "forms" / "kirisato.toml")
    filled = load("kirisato", [FormFile("kirisato.toml", (folder / "forms" / "kirisato.toml").read_text("utf-8"))])
    finished = load("kirisato", [FormFile("kirisato.toml", FINISHED)])
    for name in ("columns", "fields", "count_labels", "markers"):
        assert getattr(filled, name) == getattr(finished, name)
    assert main(again) == 0
    assert re.findall(r"^```text\n(理解した割合.*)\n```", PAGE, re.M)[0] in capsys.readouterr().out
    assert main(listing) == 0
    assert "霧里町の様式" in capsys.readouterr().out
    assert main(extract) == 0
    whole(folder / "output")


def whole(out: Path) -> None:
    """Every value of the report is there."""
    document = rows(out, "documents")[0]
    assert (document["form"], document["publisher"], document["fiscal_year"]) == ("kirisato", "霧里町", 2024)
    assert document["coverage"] == 1.0
    assert "霧里町" in str(document["form_reason"])
    by_no = {row["case_no"]: row for row in rows(out, "cases")}
    assert sorted(by_no) == [1, 2, 3]

    def of(table: str, case_no: int, *columns: str) -> list[tuple[object, ...]]:
        mine = [row for row in rows(out, table) if row["case_id"] == by_no[case_no]["case_id"]]
        return [tuple(row[column] for column in columns) for row in mine]

    for case in CASES:
        row = by_no[case.number]
        assert (row["title"], row["project_name"], row["result"]) == (case.title, case.title, case.result)
        assert (row["purpose"], row["target"]) == (case.purpose, case.target)
        day = row["meeting_date"]
        assert f"令和{day.year - 2018}年{day.month}月{day.day}日" == case.day  # type: ignore[attr-defined]
        assert of("case_departments", case.number, "department") == [(case.department,)] * 2
        assert of("case_categories", case.number, "category") == [(case.category,)]
        assert of("target_counts", case.number, "label", "value", "unit") == [("どのくらいの人か", case.people, "人")]
        assert of("information_items", case.number, "item") == [(item,) for item in case.items]
        measures = [("町", text) for text in case.office_measures] + [("委託先", t) for t in case.party_measures]
        assert of("controls", case.number, "holder", "text") == measures
        assert of("parties", case.number, "name", "role") == [(case.party, "委託先")]
        assert of("sections", case.number, "marker", "heading")[1] == ("☆", "どのくらいの人か")
        assert ("own:起案者", case.author) in of("case_fields", case.number, "field", "value")


def test_the_account_as_json_and_of_one_page(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forms = ["--forms", str(ROOT / "docs" / "forms")]
    file = str(folder / "kirisato.pdf")
    assert main(["forms", "check", file, "--page", "2", "--json", *forms]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["form"]["name"] == "kirisato"
    assert [page["page"] for page in found["pages"]] == [2]
    labels = {label["words"]: label["field"] for label in found["pages"][0]["labels"] if label["part"] == "sheet"}
    assert labels == sections(FINISHED)["sheet"]
    assert found["pages"][0]["not_understood"] == []
    assert main(["forms", "check", file, "--page", "9", *forms]) == 2
    assert main(["forms", "check", file, "--lang", "en", *forms]) == 0
    assert "form: kirisato (form of Kirisato). It names 霧里町" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.pdf").write_bytes(b"no PDF")
    for command in (["forms", "check"], ["forms", "new", "--to", "-"]):
        assert main([*command, str(tmp_path / "a.pdf")]) == 1
        assert "PDF" in capsys.readouterr().err
        assert main([*command, str(tmp_path / "b.pdf")]) == 2
        assert "b.pdf" in capsys.readouterr().err
