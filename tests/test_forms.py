"""Forms as data: what a form's file may say, what is said of a wrong one, and which form a document is read with."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT

from extractors.forms.choosing import Clues, choose
from extractors.forms.form import forms_of, load
from extractors.forms.form_file import FormError, FormFile, field_kinds, kind_of, shipped_files
from pipeline.batch.known import settings_of
from pipeline.batch.limits import Limits
from pipeline.command_line.cli import main
from pipeline.messages import message
from pipeline.settings import form_files

KIRISATO = FormFile(
    "kirisato.toml",
    """
title_ja = "霧里町の様式"
[recognise]
offices = ["霧里町"]
[list.labels]
"とおし" = "number"
"はなしの名" = "title"
"うけもち" = "department"
[sheet.labels]
"はなしの名" = "project_name"
"たのむわけ" = "purpose"
"おこした人" = "own:起案者"
"書き方の注意" = ""
""",
)
HAMABE = FormFile(
    "hamabe.toml",
    """
[list.labels]
"とおし" = "number"
"あらまし" = "title"
"係" = "department"
""",
)


def clues(*lines: str) -> Clues:
    found = Clues()
    for line in lines:
        found.add_line(line)
    return found


def test_a_form_goes_over_the_general_one() -> None:
    form, general = load("kirisato", [KIRISATO]), load()
    assert (form.column("はなしの名"), form.field("はなしの名")) == ("title", "project_name")
    assert form.field("お こ し た 人") == "own:起案者"
    assert form.field("書き方の注意") is None
    assert form.column("件名") == general.column("件名") == "title"
    assert general.column("はなしの名") is None
    assert form.own.undecided == ("書き方の注意",)


def test_a_label_may_mean_something_else_than_in_the_general_form() -> None:
    file = FormFile("x.toml", '[sheet.labels]\n"目的" = "body"\n')
    assert (load("x", [file]).field("目的"), load().field("目的")) == ("body", "purpose")


@pytest.mark.parametrize(
    ("lines", "form"),
    [
        (["霧里町情報保護評議会", "とおし　はなしの名　うけもち"], "kirisato"),  # its office and a label of its own
        (["町の会議", "とおし", "はなしの名", "たのむわけ"], "kirisato"),  # no name, but three fields
        (["町の会議", "とおし", "はなしの名"], "general"),  # too few
        (["霧里町の予算", "事業名　担当課　金額"], "general"),  # the office alone is not enough
        (["浜辺町", "とおし　あらまし　係"], "general"),  # two of the labels are too short to tell, or another's
        (["浜辺町", "とおし　あらまし　係り"], "general"),
        (["件名　担当課　付議日"], "general"),
    ],
)
def test_the_form_is_chosen_by_what_the_forms_say(lines: list[str], form: str) -> None:
    choice = choose(forms_of((KIRISATO, HAMABE)), clues(*lines))
    assert choice.form.name == form


def test_of_two_that_fit_the_better_one_is_taken_and_a_tie_goes_by_name() -> None:
    more = FormFile("more.toml", '[list.labels]\n"甲の名" = "title"\n"甲の番" = "number"\n"甲の日" = "meeting_date"\n')
    most = FormFile("amost.toml", more.text + '"甲の課" = "department"\n')
    shown = clues("甲の名", "甲の番", "甲の日", "甲の課")
    assert choose(forms_of((more, most)), shown).form.name == "amost"
    twin = FormFile("twin.toml", most.text)
    assert choose(forms_of((twin, most)), shown).form.name == "amost"
    assert [fit.fields for fit in choose(forms_of((twin, more)), shown).fits] == [4, 3]


def test_labels_misread_by_ocr_still_tell_the_form() -> None:
    file = FormFile("x.toml", '[recognise]\noffices = ["霧里町"]\n[sheet.labels]\n"頼んだ先に守らせること" = "items"\n')
    assert choose(forms_of((file,)), clues("霧里町", "頼んた先に守らせること")).form.name == "x"


@pytest.mark.parametrize(
    ("text", "code", "line", "said"),
    [
        ('[sheet.labels]\n"甲" = purpose\n', "not_toml", 2, "2 行目"),
        ('[sheet.labels]\n"甲" = "purpose"\n"甲" = "target"\n', "not_toml", 3, "書き重ね"),
        ('[sheet.labels]\n"甲" = "purpos"\n', "unknown_field", 2, "purpose, "),
        ('[list.labels]\n"甲" = "purpose"\n', "unknown_field", 2, "title"),
        ('[sheet.labels]\n"甲" = "controls:"\n', "unknown_field", 2, "controls:"),
        ('[sheet.labels]\n"甲" = 1\n', "not_text", 2, "引用符"),
        ('[sheet.labels]\n"　" = "purpose"\n', "label_empty", 2, "空です"),
        ('[sheet.fields]\npurpose = ["甲"]\n[sheet.labels]\n"甲" = "target"\n', "label_twice", 2, "purpose, target"),
        ('[sheet.fields]\npurpose = "甲"\n', "not_texts", 2, '["…", "…"]'),
        ('[shet.labels]\n"甲" = "purpose"\n', "unknown_key", 1, "sheet, "),
        ("[sheet]\nneed = 2\n", "unknown_key", 2, "needs, "),
        ("[sheet]\nneeds = 0\n", "not_number", 2, "1以上"),
        ("sheet = 3\n", "not_section", 1, "[sheet]"),
        ('[sheet.rows]\n"items" = "("\n', "bad_pattern", 2, "正規表現"),
        ('[counts]\nheadings = ["["]\n', "bad_pattern", 2, "正規表現"),
        ('name = "Kiri sato"\n', "bad_name", 1, "Kiri sato"),
        ('name = "general"\n', "name_taken", 0, "general"),
    ],
)
def test_a_wrong_form_is_named_with_file_line_and_what_to_do(text: str, code: str, line: int, said: str) -> None:
    with pytest.raises(FormError) as error:
        forms_of((FormFile("kirisato.toml", text),))
    fault = error.value
    assert (fault.code, fault.line) == (code, line)
    values = {"file": fault.file, "line": fault.line, "entry": fault.entry, "detail": fault.detail}
    assert "kirisato.toml" in message(f"forms.{code}", "en", **values)
    assert said in message(f"forms.{code}", "ja", **values)


def test_the_shipped_forms_are_sound_and_use_known_fields() -> None:
    assert [file.name for file in shipped_files()][:1] == ["general.toml"]
    form = load()
    for name in {*form.columns.values(), *form.fields.values(), *(name for name, _ in form.rows)}:
        assert kind_of(name), name
    assert {kind.ja for kind in field_kinds().values()}


def test_the_folder_of_forms_is_read_checked_and_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BESSHI_FORMS", "")  # put back afterwards, whatever --forms sets
    monkeypatch.chdir(tmp_path)
    assert form_files() == ()
    (tmp_path / "forms").mkdir()
    path = tmp_path / "forms" / "kirisato.toml"
    path.write_text(KIRISATO.text, encoding="utf-8")
    assert form_files() == (KIRISATO,)  # beside sources.toml, without being told
    assert main(["forms", "list"]) == 0
    listed = capsys.readouterr().out
    assert "霧里町の様式" in listed
    assert "書き方の注意" in listed
    path.write_bytes('title_ja = "霧"'.encode("cp932"))
    monkeypatch.setenv("BESSHI_FORMS", str(tmp_path / "forms"))
    for arguments in (
        ["forms", "list"],
        ["extract", str(tmp_path)],
        ["nightly", "--sources", str(ROOT / "sources.toml")],
    ):
        assert main(arguments) == 2
        assert "UTF-8" in capsys.readouterr().err
    assert main(["forms", "list", "--forms", str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_documents_are_read_again_when_a_form_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BESSHI_FORMS", str(tmp_path / "forms"))
    folder = tmp_path / "forms"
    folder.mkdir()
    without = settings_of(Limits())
    (folder / "kirisato.toml").write_text(KIRISATO.text, encoding="utf-8")
    with_form = settings_of(Limits())
    (folder / "kirisato.toml").write_text(KIRISATO.text + "# a remark\n", encoding="utf-8")
    assert len({without, with_form, settings_of(Limits())}) == 3
