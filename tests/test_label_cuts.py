"""Sheets between horizontal rules only: their labels are parted from their values where the fewest words stand in the
way, whatever single labels seem to reach to."""

from __future__ import annotations

from extractors.forms.form import forms_of
from extractors.pages.page import Page, Ruling
from extractors.pages.text import Glyph
from extractors.tables.rules_only import between_rules
from tests.glyph_lines import FRAME, line

FORM = forms_of().general
HIGH = 24.0


def sheet(*rows: tuple[tuple[str, float], ...]) -> Page:
    """A page of rows between rules from 20 to 500 points, each of texts with the x at which they begin."""
    glyphs: list[Glyph] = []
    for n, row in enumerate(rows):
        for text, x in row:
            glyphs += line(text, x, 104 + n * HIGH).own_glyphs()
    rules = tuple(Ruling(20.0, 100 + n * HIGH, 500.0, 100 + n * HIGH) for n in range(len(rows) + 1))
    return Page(frame=FRAME, rotation=0, method="text", glyphs=tuple(glyphs), rulings=rules)


def cuts(page: Page) -> list[tuple[float, float, float]]:
    """The column rulings inside the table: x, top, bottom."""
    found = [ruling.box for ruling in between_rules(page, FORM) if ruling.vertical]
    return sorted((box.x0, box.top, box.bottom) for box in found if 25 < box.x0 < 495)


def test_the_longest_label_sets_the_cut() -> None:
    page = sheet(
        (("事業名", 24), ("広報紙の配布", 120)),
        (("担当課", 24), ("広報課", 120)),
        (("目的", 24), ("区政を広く知らせるため", 120)),
        (("対象者の範囲", 24), ("区民", 120)),
    )
    ((x, top, bottom),) = cuts(page)
    assert 84 <= x < 120
    assert (top, bottom) == (100.0, 196.0)


def test_a_label_that_seems_to_go_on_into_its_value_does_not_cut_the_words_of_other_rows() -> None:
    page = sheet(
        (("事業名", 24), ("広報紙の配布事業", 100)),
        (("担当課", 24), ("広報課及び区民課", 100)),
        (("目的", 24), ("区政を広く知らせるため", 100)),
        # 対象者 and 数, the first of its value, are a label too
        (("対象者", 24), ("数", 100), ("えで八十歳の区民", 150)),
    )
    x, *_ = cuts(page)[0]
    assert 54 < x < 100


def test_a_second_label_in_a_row_has_a_cut_on_either_side_in_that_row_alone() -> None:
    page = sheet(
        (("事業名", 24), ("広報紙の配布", 110)),
        (("担当課", 24), ("広報課", 110), ("区分", 280), ("業務委託", 350)),
        (("目的", 24), ("区政を広く知らせるため", 110)),
        (("対象者", 24), ("区民", 110)),
    )
    first, *others = cuts(page)
    assert first[1:] == (100.0, 196.0)
    assert [(140 < x < 280 or 300 < x < 350, top, bottom) for x, top, bottom in others] == [(True, 124.0, 148.0)] * 2
