"""Labels read off a picture with a character wrong: which field they are told to be, and which they are not."""

from __future__ import annotations

import pytest
from drawn_pages import Canvas

from extractors.cases.case_list import columns_of
from extractors.cases.sheet import labelled_rows
from extractors.forms.form import load
from extractors.forms.worn_labels import worn_label
from extractors.pages.text import Text

FORM = load()


def recognised(canvas: Canvas, **sure: float) -> Canvas:
    """The page as if its characters had been recognised, the named ones so surely."""
    canvas.glyphs = [g._replace(method="ocr", confidence=sure.get(g.text, 0.99)) for g in canvas.glyphs]
    return canvas


def label(words: str, **sure: float) -> Text:
    return Text.of(recognised(Canvas().write(words, 0, 0), **sure).glyphs)


@pytest.mark.parametrize(
    ("words", "sure", "name"),
    [
        ("答中", {"中": 0.91}, "result"),
        ("諮問1", {"1": 0.39}, None),  # 諮問日 or 諮問課
        ("管理部署", {"管": 0.5, "理": 0.5}, None),  # two of its characters are others
        ("期限", {}, None),  # read surely: a label of its own
        ("答中", {}, None),
        ("審議目", {"目": 0.6}, "meeting_date"),
        ("X", {"X": 0.2}, None),
        ("審議果", {}, "result"),  # 審議結果
        ("日", {}, None),
    ],
)
def test_one_doubtful_character_may_be_another(words: str, sure: dict[str, float], name: str | None) -> None:
    assert worn_label(label(words, **sure), FORM.columns, ()) == name


def test_a_field_that_stands_there_already_is_not_told_again() -> None:
    assert worn_label(label("答中", 中=0.5), FORM.columns, {"result"}) is None


def test_words_of_a_text_layer_are_what_they_are() -> None:
    assert worn_label(Text.of(Canvas().write("答中", 0, 0).glyphs), FORM.columns, ()) is None


def test_a_list_keeps_the_column_whose_heading_was_misread() -> None:
    canvas = Canvas()
    columns = [20.0, 60.0, 300.0, 400.0, 500.0]
    canvas.table(20, columns, [["番号", "件名", "担当課", "答中"], ["1", "図書の宅配について", "図書館", "承認"]])
    (table,) = recognised(canvas, 中=0.9).reading().tables
    found = columns_of(table, FORM)
    assert found is not None
    assert [name for _, _, name in found.spans] == ["number", "title", "department", "result"]


def test_a_sheet_keeps_the_row_whose_label_was_misread() -> None:
    canvas = Canvas()
    rows = [["事業名", "図書の宅配"], ["担当課", "図書館"], ["日的", "読書の機会のため"], ["期限", "令和6年3月"]]
    canvas.table(20, [20.0, 120.0, 500.0], rows)
    (table,) = recognised(canvas, 日=0.7).reading().tables
    assert [row.name for row in labelled_rows(table, FORM)] == ["project_name", "department", "purpose", None]
