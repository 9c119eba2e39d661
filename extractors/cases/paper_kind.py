"""Whether a paper is one of cases put to a council, or one of the many others whose tables are labelled alike.

A budget, a list of contracts or a project's sheet have 事業名, 担当課 and 目的 too. They lack a word of the matter
(個人情報, 諮問 … : `paper.words` of the form) in the report's head, over a sheet, or among the labels. Papers that have
one and still hold no cases (個人情報ファイル簿) are named in the form, too (`paper.others`).
"""

from __future__ import annotations

from collections.abc import Iterable

from extractors.cases.labels import LabelSeen
from extractors.forms.choosing import Choice
from extractors.pages.lines import Line

TOLD_BY = frozenset({"list", "sheet", "title", "attachment", "running"})
"""Where a label says what the paper is about."""


class PaperKind:
    """Gathers what a paper says of itself, page by page."""

    def __init__(self, choice: Choice) -> None:
        self._form = choice.form
        fit = choice.fit
        self._says_so = fit is not None and bool(fit.labels)
        """Labels that only an office's own form knows say it as well as words do."""
        self._is_other = False

    def add_head(self, lines: Iterable[Line]) -> None:
        """The lines before the report's first table."""
        for line in lines:
            self._is_other = self._is_other or self._form.is_of_another_kind(line.text.string)
            self._add(line.text.string)

    def add_labels(self, labels: Iterable[LabelSeen]) -> None:
        """The labels of a page."""
        for label in labels:
            if label.part in TOLD_BY:
                self._add(label.text.string)

    def _add(self, words: str) -> None:
        self._says_so = self._says_so or self._form.speaks_of_the_matter(words)

    @property
    def has_cases(self) -> bool:
        """Whether what its tables hold are cases."""
        return self._says_so and not self._is_other
