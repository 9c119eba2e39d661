"""One document end to end: PDF bytes in, all its rows out; a pure function of bytes, settings and version."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import orjson

from extractors.cases.page_reading import PageReading, read_layout
from extractors.cases.report import assemble
from extractors.forms.choosing import Choice
from extractors.forms.form import Form, Forms, forms_of
from extractors.forms.form_file import FormFile
from extractors.pages.carried import files_within, has_hidden_form
from extractors.pages.opening import open_pdf
from extractors.pages.page import Page
from extractors.scans.settings import ReadingSettings
from pipeline.documents.form_choice import Laid, form_for
from pipeline.documents.gathering import Gathering
from pipeline.documents.page_pool import read_pages
from pipeline.extraction import Extraction, Source
from pipeline.tables import schema

OnPage = Callable[[int, int], None]


def _quiet(_done: int, _total: int) -> None:
    """No progress is shown."""


def extract_document(
    data: bytes,
    source: Source,
    on_page: OnPage = _quiet,
    settings: ReadingSettings | None = None,
    page_workers: int = 1,
    forms: Sequence[FormFile] = (),
) -> Extraction:
    """Read a PDF; `on_page(done, total)` is called after each page. `page_workers` processes recognise its pictures,
    `forms` are the user's own, beside those that come with the program.

    Raises `extractors.errors.DocumentError` when nothing can be read, and `extractors.forms.form_file.FormError` for a
    form that cannot be used. A page that is broken by itself is a finding, and the other pages are read.
    """
    reading = _read(data, source, on_page, settings, page_workers, forms)
    rows = {name: reading.gathered.rows.in_order(name) for name in schema.tables()}
    return Extraction(reading.document_id, source.file_name, reading.total, rows, reading.gathered.account())


def extract_as_json(
    data: bytes,
    source: Source,
    on_page: OnPage = _quiet,
    settings: ReadingSettings | None = None,
    page_workers: int = 1,
    forms: Sequence[FormFile] = (),
) -> bytes:
    """What `extract_document` gives as JSON ({page_count, rows, reading}), never all of it as Python's own values.

    Raises what `extract_document` raises.
    """
    reading = _read(data, source, on_page, settings, page_workers, forms)
    rows = {name: orjson.Fragment(reading.gathered.rows.as_json(name)) for name in schema.tables()}
    return orjson.dumps({"page_count": reading.total, "rows": rows, "reading": reading.gathered.account()})


def _read(
    data: bytes,
    source: Source,
    on_page: OnPage,
    settings: ReadingSettings | None,
    page_workers: int,
    forms: Sequence[FormFile],
) -> _Reading:
    document_id = hashlib.sha256(data).hexdigest()
    reading = _Reading(document_id, source, forms_of(tuple(forms)), settings or ReadingSettings(), page_workers)
    reading.run(data, on_page)
    return reading


class _Reading:
    """The reading of one document, page by page."""

    def __init__(
        self, document_id: str, source: Source, forms: Forms, settings: ReadingSettings, page_workers: int
    ) -> None:
        self.document_id = document_id
        self.forms = forms
        self.settings = settings
        self.page_workers = page_workers
        self.pages_read = 0
        self.total = 0
        self.gathered = Gathering(document_id, source, Choice(forms.general))

    def run(self, data: bytes, on_page: OnPage) -> None:
        """Read all pages; afterwards `gathered` is complete."""
        with open_pdf(data) as pdf:
            self.total = len(pdf.pages)
            self.gathered.carried(files_within(pdf), has_hidden_form(pdf))
            choice, pages = form_for(self._pages(pdf, data, on_page), self.forms)
            self.gathered.read_with(choice)
            for event in assemble(self._layouts(pdf, pages, on_page, choice.form), choice.form):
                self.gathered.take(event)
        self.gathered.finish(self.total)

    def _pages(self, pdf: Any, data: bytes, on_page: OnPage) -> Iterator[Page]:
        total = len(pdf.pages)

        def lost(number: int, page: Any, error: Exception) -> None:
            self.gathered.lost_page(number, page, "page_unreadable", error)
            on_page(number, total)

        def begun() -> None:
            """A sign of life between two pages: several may be read before the first of them comes."""
            on_page(self.pages_read, total)

        for page in read_pages(pdf, data, self.settings, self.page_workers, lost, begun):
            yield page
            self.pages_read = page.number
            on_page(page.number, total)

    def _layouts(self, pdf: Any, pages: Iterable[Laid], on_page: OnPage, form: Form) -> Iterator[PageReading]:
        for page, laid in pages:
            try:
                self.gathered.doubts(page)
                yield laid or read_layout(page, form)
            except Exception as error:  # a fault of ours on one page must not cost the others
                self.gathered.lost_page(page.number, pdf.pages[page.number - 1], "page_failed", error)
            if page.number <= self.pages_read:  # one of those held back until the form was settled
                on_page(self.pages_read, len(pdf.pages))
