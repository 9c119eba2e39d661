"""Which form a document is written in, by what the forms themselves say: their own labels, their offices and meetings.

A special form is taken where the document names its office or meeting and shows a label that only this form knows, or
where enough of its fields are found by such labels. Of several the one with most of them; a tie goes to the name that
comes first. Where none fits it is the general form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from extractors.forms.form import LIKE_ENOUGH, LONGEST_LABEL, Form, Forms
from extractors.forms.form_file import Part
from extractors.japanese.normalise import key

LOOK_AT = 60
"""Pages of a document that are looked at: a list of cases, and the first sheets behind it, are shorter."""

NEEDED = 3
"""Fields that a form's own labels must be found for where its office is not named; fewer only if it has fewer."""

NAMED_COUNTS = 3
"""A form whose office is named is so many fields ahead of one whose office is not."""


@dataclass
class Clues:
    """What a document shows of its form: the words of its cells and lines (as matching keys), and its lines as one."""

    strings: set[str] = field(default_factory=set)
    running: list[str] = field(default_factory=list)

    def add_cell(self, words: str) -> None:
        """The words of a cell of a table."""
        if len(words) <= 2 * LONGEST_LABEL:
            self._add(words)

    def add_line(self, words: str) -> None:
        """A line outside tables: it may be a label, begin with one, or be several side by side."""
        self.running.append(key(words))
        if len(words) > 4 * LONGEST_LABEL:
            return
        self._add(words)
        for piece in re.split(r"[:：]|[\s\u3000]{1,}", words)[:12]:
            self._add(piece)

    def _add(self, words: str) -> None:
        wanted = key(words)
        if 1 < len(wanted) <= LONGEST_LABEL:
            self.strings.add(wanted)


@dataclass(frozen=True)
class Fit:
    """How well a form fits: which of its own labels were found (as its file has them), for how many fields, and which
    of its names."""

    form: Form
    labels: tuple[str, ...]
    fields: int
    names: tuple[str, ...]

    @property
    def office(self) -> str | None:
        """The office that the document names, of those whose form it is."""
        return next((name for name in self.names if name in self.form.own.offices), None)

    @property
    def meeting_body(self) -> str | None:
        """The meeting that the document names, of those whose form it is."""
        return next((name for name in self.names if name in self.form.own.meeting_bodies), None)

    @property
    def score(self) -> int:
        """What the forms that fit are ranked by."""
        return self.fields + (NAMED_COUNTS if self.names else 0)

    @property
    def is_enough(self) -> bool:
        """Whether the form may be taken."""
        own = self.form.own
        known = len({(part, name) for part, labels in own.labels.items() for name in labels.values()})
        needed = own.needs if own.needs is not None else min(NEEDED, known)
        if self.names:
            return self.fields >= min(1, known)
        return known > 0 and self.fields >= needed


@dataclass(frozen=True)
class Choice:
    """The form that is taken, and how well each special form fits, best first."""

    form: Form
    fits: tuple[Fit, ...] = ()

    @property
    def fit(self) -> Fit | None:
        """How well the form that is taken fits; None for the general one, which is taken because no other fits."""
        return next((fit for fit in self.fits if fit.form is self.form), None)


def choose(forms: Forms, clues: Clues) -> Choice:
    """The form for a document that shows these clues."""
    fits = sorted((_fit(form, forms.general, clues) for form in forms.special), key=lambda f: (-f.score, f.form.name))
    taken = next((fit.form for fit in fits if fit.is_enough), forms.general)
    return Choice(taken, tuple(fits))


def _fit(form: Form, general: Form, clues: Clues) -> Fit:
    found: dict[str, tuple[Part, str]] = {}
    for part, labels in form.own.labels.items():
        known = general.columns if part == "list" else general.fields
        for label in _found(labels, clues.strings - known.keys()):
            found[label] = (part, labels[label])
    running = "".join(clues.running)
    names = tuple(name for name in form.own.names if key(name) in running)
    printed = sorted({form.own.printed.get(label, label) for label in found})
    return Fit(form, tuple(printed), len(set(found.values())), names)


def _found(labels: Iterable[str], strings: set[str]) -> Iterator[str]:
    """The labels that stand among the strings; longer ones may differ as OCR makes them."""
    long = sorted(one for one in strings if len(one) >= 4)
    for label in labels:
        if label in strings or (
            len(label) >= 4 and process.extractOne(label, long, scorer=fuzz.ratio, score_cutoff=LIKE_ENOUGH)
        ):
            yield label
