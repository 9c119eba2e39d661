"""The form that a document is read with: its first pages are looked at before the others are read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import Any

from extractors.cases.page_reading import PageReading, read_layout
from extractors.forms.choosing import LOOK_AT, Choice, Clues, choose
from extractors.forms.form import Forms
from extractors.pages.page import Page
from pipeline.messages import Lang, message

Laid = tuple[Page, PageReading | None]
"""A page with what the general form makes of it, where that is known already."""


def form_for(pages: Iterator[Page], forms: Forms) -> tuple[Choice, Iterator[Laid]]:
    """Which of the forms the document is written in, and all its pages.

    No page is looked at where there is only the general form; else the first `LOOK_AT` are held until it is settled.
    """
    if not forms.special:
        return Choice(forms.general), ((page, None) for page in pages)
    clues = Clues()
    held: list[Laid] = []
    for page in islice(pages, LOOK_AT):
        laid: PageReading | None = None
        with suppress(Exception):  # a fault of ours on one page: it comes again, and is said, when the page is read
            laid = read_layout(page, forms.general)
            _add(clues, laid)
        held.append((page, laid))
    choice = choose(forms, clues)
    if choice.form is not forms.general:
        held = [(page, None) for page, _ in held]
    return choice, chain(held, ((page, None) for page in pages))


MOST_NAMED = 6
"""Labels that the reason names; it counts the others."""


def reason_of(choice: Choice, lang: Lang = "ja") -> str:
    """Why the form was taken, as one sentence."""
    fit = choice.fit
    if fit is None:
        return message("forms.because_general", lang)
    labels = "、".join(fit.labels[:MOST_NAMED]) + ("、…" if len(fit.labels) > MOST_NAMED else "")
    if not fit.names:
        return message("forms.because_labels", lang, count=len(fit.labels), labels=labels)
    names = "、".join(fit.names)
    if not fit.labels:
        return message("forms.because_name", lang, names=names)
    return message("forms.because_both", lang, names=names, count=len(fit.labels), labels=labels)


def account_of(choice: Choice) -> dict[str, Any]:
    """What is kept of the choice in the document's reading: the form, and how well each special one fits."""
    fits = [
        {"name": fit.form.name, "labels": list(fit.labels), "fields": fit.fields, "names": list(fit.names)}
        for fit in choice.fits
    ]
    return {"name": choice.form.name, "reason": reason_of(choice), "fits": fits}


def _add(clues: Clues, laid: PageReading) -> None:
    for table in laid.tables:
        for reading in table.cells:
            clues.add_cell(reading.text.string)
    for line in laid.free:
        clues.add_line(line.text.string)
