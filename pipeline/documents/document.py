"""One document end to end: PDF bytes in, all its rows out; a pure function of bytes, settings and version."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import orjson

from extractors.cases.attachment_facts import told
from extractors.cases.case_list import ListRow
from extractors.cases.facts import ListFacts, SheetFacts, read_list_row, read_sheet
from extractors.cases.head import DocumentHead, lines_that_told, read_head
from extractors.cases.page_reading import PageReading, read_layout
from extractors.cases.paper_kind import PaperKind
from extractors.cases.report import Head, PageSeen, assemble
from extractors.cases.sheet import Sheet
from extractors.diagrams.rows import diagram_rows
from extractors.errors import DocumentError, Malformed, NoTextLayer
from extractors.forms.choosing import Choice
from extractors.forms.form import Forms, forms_of
from extractors.forms.form_file import FormFile
from extractors.pages.opening import open_pdf
from extractors.pages.page import Page
from extractors.pages.text import Evidence, Place
from extractors.scans.settings import ReadingSettings
from pipeline.documents.candidates import RULES
from pipeline.documents.cases import Case, disagreements, join
from pipeline.documents.coverage import MOST_TOLD, Coverage
from pipeline.documents.fact_rows import case_row, cell_rows, fact_rows, with_evidence
from pipeline.documents.findings import finding, rules
from pipeline.documents.form_choice import Laid, account_of, form_for, reason_of
from pipeline.documents.packed import Rows
from pipeline.documents.page_pool import read_pages
from pipeline.extraction import Extraction, Row, Source
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
    rows = {name: reading.rows.in_order(name) for name in schema.tables()}
    return Extraction(reading.document_id, source.file_name, reading.total, rows, reading.account())


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
    rows = {name: orjson.Fragment(orjson.dumps(reading.rows.in_order(name))) for name in schema.tables()}
    return orjson.dumps({"page_count": reading.total, "rows": rows, "reading": reading.account()})


def _read(
    data: bytes,
    source: Source,
    on_page: OnPage,
    settings: ReadingSettings | None,
    page_workers: int,
    forms: Sequence[FormFile],
) -> _Reading:
    document_id = hashlib.sha256(data).hexdigest()
    reading = _Reading(document_id, source, forms_of(tuple(forms)), settings or ReadingSettings())
    reading.page_workers = page_workers
    reading.run(data, on_page)
    return reading


class _Reading:
    """The reading of one document: rows gathered page by page."""

    def __init__(self, document_id: str, source: Source, forms: Forms, settings: ReadingSettings) -> None:
        self.document_id = document_id
        self.source = source
        self.forms = forms
        self.choice = Choice(forms.general)
        self.kind = PaperKind(self.choice)
        self.settings = settings
        self.page_workers = 1
        self.pages_read = 0
        self.total = 0
        self.rows = Rows()
        self.lost: list[Exception] = []
        self.pages: list[dict[str, Any]] = []
        self.head = DocumentHead()
        self.coverage = Coverage()
        self.taken_back = False
        self.list_rows: list[ListFacts] = []
        self.sheets: list[SheetFacts] = []
        self.open_pages: list[int] = []
        """The pages so far of the sheet that is not complete yet; there is never more than one."""
        self.sheet_on: dict[int, SheetFacts] = {}
        """The sheet that a page belongs to."""

    def run(self, data: bytes, on_page: OnPage) -> None:
        """Read all pages; afterwards `rows` and `account` are complete."""
        with open_pdf(data) as pdf:
            total = self.total = len(pdf.pages)
            self.choice, pages = form_for(self._pages(pdf, data, on_page), self.forms)
            self.kind = PaperKind(self.choice)
            for event in assemble(self._layouts(pdf, pages, on_page), self.choice.form):
                self._take(event)
        if not any(row["char_count"] for row in self.page_rows):
            raise self._why_nothing(total) from (self.lost[0] if self.lost else None)
        if (self.list_rows or self.sheets) and not self.kind.has_cases:
            self._without_cases()
        cases = join(self.list_rows, self.sheets)
        self._write_cases(cases)
        self._write_document(total, cases)
        self._write_coverage()

    def account(self) -> dict[str, Any]:
        """The structure as recognised, as plain values."""
        return {"form": account_of(self.choice), "pages": self.pages}

    @property
    def page_rows(self) -> Iterable[Row]:
        return self.rows["pages"]

    def _pages(self, pdf: Any, data: bytes, on_page: OnPage) -> Iterator[Page]:
        total = len(pdf.pages)

        def lost(number: int, page: Any, error: Exception) -> None:
            self._lost_page(number, page, "page_unreadable", error)
            on_page(number, total)

        def begun() -> None:
            """A sign of life between two pages: several may be read before the first of them comes."""
            on_page(self.pages_read, total)

        for page in read_pages(pdf, data, self.settings, self.page_workers, lost, begun):
            yield page
            self.pages_read = page.number
            on_page(page.number, total)

    def _layouts(self, pdf: Any, pages: Iterable[Laid], on_page: OnPage) -> Iterator[PageReading]:
        for page, laid in pages:
            try:
                self._doubts(page)
                yield laid or read_layout(page, self.choice.form)
            except Exception as error:  # a fault of ours on one page must not cost the others
                self._lost_page(page.number, pdf.pages[page.number - 1], "page_failed", error)
            if page.number <= self.pages_read:  # one of those held back until the form was settled
                on_page(self.pages_read, len(pdf.pages))

    def _why_nothing(self, total: int) -> DocumentError:
        """Why not one character was read: for the reason that pages were lost, or because there is none."""
        if not self.lost:
            return NoTextLayer(f"{total} pages")
        return Malformed(f"{len(self.lost)} of {total} pages: {self.lost[0]!r}"[:200])

    def _lost_page(self, number: int, page: Any, rule: str, error: Exception) -> None:
        self.lost.append(error)
        reason = f"{type(error).__name__}: {error}"[:200]
        self._find(rule, left=reason, page=number)
        self.rows["pages"].append(
            {
                "document_id": self.document_id,
                "page": number,
                "width": round(float(page.width), 2),
                "height": round(float(page.height), 2),
                "rotation": int(page.rotation),
                "kind": "other",
                "method": "text",
                "case_no": None,
                "char_count": 0,
                "ocr_confidence": None,
            }
        )

    def _find(self, rule: str, **values: Any) -> None:
        self.rows["findings"].append(finding(self.document_id, rule, **values))

    def _take(self, event: object) -> None:
        if isinstance(event, Head):
            self.head = read_head(event.lines)
            self.kind.add_head(event.lines)
            self.coverage.add_told(lines_that_told(self.head, event.lines), "head")
        elif isinstance(event, ListRow):
            self.list_rows.append(read_list_row(event, self.head.fiscal_year))
        elif isinstance(event, Sheet):
            facts = read_sheet(event, self.choice.form)
            for page in event.attachments:
                self.coverage.add_told(told(page.diagram, facts.facts), "drawing")
            self.sheets.append(facts)
            self.sheet_on |= dict.fromkeys(self.open_pages, facts)
            self.open_pages = []
        elif isinstance(event, PageSeen):
            self._page(event)

    def _page(self, seen: PageSeen) -> None:
        page = seen.reading
        frame = page.frame
        self.coverage.add_page(seen)
        self.kind.add_labels(seen.labels)
        self.rows["pages"].append(
            {
                "document_id": self.document_id,
                "page": page.number,
                "width": frame.width,
                "height": frame.height,
                "rotation": page.rotation,
                "kind": seen.kind,
                "method": page.method,
                "case_no": None,
                "char_count": page.char_count,
                "ocr_confidence": page.ocr_confidence,
            }
        )
        if seen.sheet is not None:
            self.open_pages.append(page.number)
        for table, number in zip(page.tables, seen.table_numbers, strict=True):
            self._add("table_cells", cell_rows(table, page.frame, number))
        if seen.kind in ("cover", "other") and page.has_drawing:
            # a page that belongs to no case: nothing is lost where a form is not known
            self._add_drawing(diagram_rows(page.diagram))
        if page.unreadable:
            self._find("text_unreadable", left=page.unreadable, page=page.number)
        for note in page.notes:
            if note in rules():
                self._find(note, page=page.number)
        self.pages.append(
            {
                "page": page.number,
                "kind": seen.kind,
                "free": [
                    [line.text.string, *(round(edge, 1) for edge in frame.displayed(line.box))] for line in page.free
                ],
                "tables": list(seen.table_numbers),
                "roles": list(seen.table_roles),
            }
        )

    def _add(self, table: str, rows: Iterable[Row]) -> None:
        for row in rows:
            self.rows[table].append({"document_id": self.document_id, **row})

    def _add_drawing(self, rows: Mapping[str, Sequence[Row]]) -> None:
        for table in ("diagram_boxes", "diagram_arrows"):
            self._add(table, ({"case_id": None, **with_evidence(row)} for row in rows[table]))

    def _without_cases(self) -> None:
        """Take back what was read as cases: the paper holds none. Its tables and drawings stay as they were read."""
        for facts in self.sheets:
            self._add_drawing(facts.facts)
        self.list_rows, self.sheets, self.sheet_on = [], [], {}
        for page in self.pages:
            page["roles"] = [None] * len(page["roles"])
        for row, page in zip(self._seen_pages(), self.pages, strict=True):
            if row["kind"] in ("list", "detail", "attachment"):
                row["kind"] = page["kind"] = "cover" if row["page"] == 1 and not page["tables"] else "other"
        self.taken_back = True
        self._find("no_report")

    def _seen_pages(self) -> list[Row]:
        """The rows of the pages that were seen, in order; those that were lost are left out."""
        seen = {page["page"] for page in self.pages}
        return [row for row in sorted(self.rows["pages"], key=lambda row: int(row["page"])) if row["page"] in seen]

    def _doubts(self, page: Page) -> None:
        """What two recognisers read differently, each at its place in the picture."""
        for doubt in page.doubts:
            frame = page.frame
            place = Place(frame.page, *(round(edge, 2) for edge in frame.displayed(doubt.box)))
            read, *others = (*doubt.readings, "")
            evidence = Evidence(place, (), "ocr", 0.5, read)
            rule = "reading_doubtful" if doubt.serious else "reading_unsure"
            self._find(rule, left=read, right="／".join(filter(None, others)) or None, evidence=evidence)

    def _write_cases(self, cases: Iterable[Case]) -> None:
        numbers: dict[int, int] = {}
        period = (self.head.period_start, self.head.period_end)
        for case in cases:
            case_id = f"{self.document_id[:12]}-{case.number:03d}"
            case.issues += disagreements(case, period)
            self.rows["cases"].append(case_row(case, case_id, self.document_id))
            for table, row in fact_rows(case, case_id, self.document_id):
                self.rows[table].append(row)
            if case.sheet is not None:
                numbers[id(case.sheet)] = case.number
            for issue in case.issues:
                where = {"evidence": issue.evidence, "page": issue.page}
                self._find(issue.rule, case_id=case_id, left=issue.left, right=issue.right, **where)
        for row in self.page_rows:
            facts = self.sheet_on.get(row["page"])
            row["case_no"] = numbers.get(id(facts)) if facts is not None else None

    def _write_document(self, total: int, cases: list[Case]) -> None:
        head, fit = self.head, self.choice.fit
        self.rows["documents"].append(
            {
                "document_id": self.document_id,
                "file_name": self.source.file_name,
                "source_url": self.source.source_url,
                "publisher": head.publisher or (fit.office if fit else None),
                "publisher_code": head.publisher_code,
                "meeting_body": head.meeting_body or (fit.meeting_body if fit else None),
                "title": head.title.string if head.title else None,
                "fiscal_year": head.fiscal_year,
                "period_start": head.period_start,
                "period_end": head.period_end,
                "page_count": total,
                "supersedes": None,
                "is_current": True,
                "form": self.choice.form.name,
                "form_reason": reason_of(self.choice),
            }
        )
        if not cases and not self.taken_back:
            self._find("form_unknown")
        elif cases and not self.list_rows:
            self._find("list_missing")
        listed = sorted(row.number for row in self.list_rows if row.number is not None)
        for before, after in pairwise(listed):
            for missing in range(before + 1, min(after, before + 20)):
                self._find("number_missing", left=missing)

    def _write_coverage(self) -> None:
        """How much was understood, of the document and of each page, and what nobody took: the first as findings each,
        all of them in the reading."""
        covered = self.coverage.covered(self.rows, not self.taken_back)
        for row in self.rows["documents"]:
            row["coverage"] = covered.document
        for row in self.page_rows:
            row["coverage"] = covered.pages.get(row["page"])
        for page in self.pages:
            page |= covered.account(page["page"])
        silent = {row["page"] for row in self.rows["findings"] if row["rule"] == "attachment_not_understood"}
        left = [one for page, found in covered.left.items() for one in found if page not in silent]
        for one in left[:MOST_TOLD]:
            self._find(RULES[one.kind], left=one.words, evidence=one.evidence)
        if len(left) > MOST_TOLD:
            self._find("more_not_understood", left=len(left) - MOST_TOLD)
