"""The rows of one document, gathered from what its pages were seen to hold: cases, facts, findings, and the account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from extractors.cases.attachment_facts import told
from extractors.cases.case_list import ListRow
from extractors.cases.facts import ListFacts, SheetFacts, read_list_row, read_sheet
from extractors.cases.head import DocumentHead, lines_that_told, read_head
from extractors.cases.paper_kind import PaperKind
from extractors.cases.report import Head, PageSeen
from extractors.cases.sheet import Sheet
from extractors.diagrams.rows import diagram_rows
from extractors.errors import DocumentError, Malformed, NoTextLayer
from extractors.forms.choosing import Choice
from extractors.pages.page import Page
from extractors.pages.text import Evidence, Place
from pipeline.documents.candidates import RULES
from pipeline.documents.cases import Case, disagreements, join
from pipeline.documents.coverage import MOST_TOLD, Coverage
from pipeline.documents.fact_rows import case_row, cell_rows, fact_rows, page_row, with_evidence
from pipeline.documents.findings import finding, rules
from pipeline.documents.form_choice import account_of, reason_of
from pipeline.documents.packed import Rows
from pipeline.extraction import Row, Source

DAMAGE = frozenset({"content_damaged", "picture_damaged"})
"""The rules that say that something of a page is not in the file."""


class Gathering:
    """What is known of a document so far; `rows` and `account` are complete after `finish`."""

    def __init__(self, document_id: str, source: Source, choice: Choice) -> None:
        self.rows = Rows()
        self._document_id = document_id
        self._source = source
        self._choice = choice
        self._kind = PaperKind(choice)
        self._lost: list[Exception] = []
        self._pages: list[dict[str, Any]] = []
        self._head = DocumentHead()
        self._coverage = Coverage()
        self._taken_back = False
        self._list_rows: list[ListFacts] = []
        self._sheets: list[SheetFacts] = []
        self._open_pages: list[int] = []
        """The pages so far of the sheet that is not complete yet; there is never more than one."""
        self._sheet_on: dict[int, SheetFacts] = {}
        """The sheet that a page belongs to."""

    def read_with(self, choice: Choice) -> None:
        """From now on the form is settled."""
        self._choice, self._kind = choice, PaperKind(choice)

    def finish(self, total: int) -> None:
        """Make cases of what was taken from all `total` pages. Raises DocumentError where nothing was read."""
        if not any(row["char_count"] for row in self.rows["pages"]):
            raise self._why_nothing(total) from (self._lost[0] if self._lost else None)
        if (self._list_rows or self._sheets) and not self._kind.has_cases:
            self._without_cases()
        cases = join(self._list_rows, self._sheets)
        self._write_cases(cases)
        self._write_document(total, cases)
        self._write_coverage()

    def account(self) -> dict[str, Any]:
        """The structure as recognised, as plain values."""
        return {"form": account_of(self._choice), "pages": self._pages}

    def take(self, event: object) -> None:
        """An event of `extractors.cases.report.assemble`."""
        if isinstance(event, Head):
            self._head = read_head(event.lines)
            self._kind.add_head(event.lines)
            self._coverage.add_told(lines_that_told(self._head, event.lines), "head")
        elif isinstance(event, ListRow):
            self._list_rows.append(read_list_row(event, self._head.fiscal_year))
        elif isinstance(event, Sheet):
            facts = read_sheet(event, self._choice.form)
            for page in event.attachments:
                self._coverage.add_told(told(page.diagram, facts.facts), "drawing")
            self._sheets.append(facts)
            self._sheet_on |= dict.fromkeys(self._open_pages, facts)
            self._open_pages = []
        elif isinstance(event, PageSeen):
            self._page(event)

    def lost_page(self, number: int, page: Any, rule: str, error: Exception) -> None:
        """A page (of pdfplumber) that could not be read, and the rule that says so."""
        self._lost.append(error)
        reason = f"{type(error).__name__}: {error}"[:200]
        self._find(rule, left=reason, page=number)
        width, height = round(float(page.width), 2), round(float(page.height), 2)
        self.rows["pages"].append(page_row(self._document_id, number, width, height, int(page.rotation)))

    def carried(self, files: Sequence[str], form: bool) -> None:
        """What the document holds beside its pages: files, by name, and a form that only its maker's reader shows."""
        if files:
            self._find("files_within", left=_listed(files))
        if form:
            self._find("form_not_shown")

    def doubts(self, page: Page) -> None:
        """What two recognisers read differently, each at its place in the picture."""
        for doubt in page.doubts:
            frame = page.frame
            place = Place(frame.page, *(round(edge, 2) for edge in frame.displayed(doubt.box)))
            read, *others = (*doubt.readings, "")
            evidence = Evidence(place, (), "ocr", 0.5, read)
            rule = "reading_doubtful" if doubt.serious else "reading_unsure"
            self._find(rule, left=read, right="／".join(filter(None, others)) or None, evidence=evidence)

    def _find(self, rule: str, **values: Any) -> None:
        self.rows["findings"].append(finding(self._document_id, rule, **values))

    def _why_nothing(self, total: int) -> DocumentError:
        """Why not one character was read: for the reason that pages were lost, or because there is none."""
        if not self._lost:
            if damaged := sum(row["rule"] in DAMAGE for row in self.rows["findings"]):
                return Malformed(f"{damaged} of {total} pages are damaged")
            return NoTextLayer(f"{total} pages")
        return Malformed(f"{len(self._lost)} of {total} pages: {self._lost[0]!r}"[:200])

    def _page(self, seen: PageSeen) -> None:
        page = seen.reading
        frame = page.frame
        self._coverage.add_page(seen)
        self._kind.add_labels(seen.labels)
        row = page_row(self._document_id, page.number, frame.width, frame.height, page.rotation)
        seen_as = {"kind": seen.kind, "method": page.method}
        self.rows["pages"].append(
            row | seen_as | {"char_count": page.char_count, "ocr_confidence": page.ocr_confidence}
        )
        if seen.sheet is not None:
            self._open_pages.append(page.number)
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
        self._pages.append(
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
            self.rows[table].append({"document_id": self._document_id, **row})

    def _add_drawing(self, rows: Mapping[str, Sequence[Row]]) -> None:
        for table in ("diagram_boxes", "diagram_arrows"):
            self._add(table, ({"case_id": None, **with_evidence(row)} for row in rows[table]))

    def _without_cases(self) -> None:
        """Take back what was read as cases: the paper holds none. Its tables and drawings stay as they were read."""
        for facts in self._sheets:
            self._add_drawing(facts.facts)
        self._list_rows, self._sheets, self._sheet_on = [], [], {}
        for page in self._pages:
            page["roles"] = [None] * len(page["roles"])
        for row, page in zip(self._seen_pages(), self._pages, strict=True):
            if row["kind"] in ("list", "detail", "attachment"):
                row["kind"] = page["kind"] = "cover" if row["page"] == 1 and not page["tables"] else "other"
        self._taken_back = True
        self._find("no_report")

    def _seen_pages(self) -> list[Row]:
        """The rows of the pages that were seen, in order; those that were lost are left out."""
        seen = {page["page"] for page in self._pages}
        return [row for row in sorted(self.rows["pages"], key=lambda row: int(row["page"])) if row["page"] in seen]

    def _write_cases(self, cases: Iterable[Case]) -> None:
        numbers: dict[int, int] = {}
        period = (self._head.period_start, self._head.period_end)
        for case in cases:
            case_id = f"{self._document_id[:12]}-{case.number:03d}"
            case.issues += disagreements(case, period)
            self.rows["cases"].append(case_row(case, case_id, self._document_id))
            for table, row in fact_rows(case, case_id, self._document_id):
                self.rows[table].append(row)
            if case.sheet is not None:
                numbers[id(case.sheet)] = case.number
            for issue in case.issues:
                where = {"evidence": issue.evidence, "page": issue.page}
                self._find(issue.rule, case_id=case_id, left=issue.left, right=issue.right, **where)
        for row in self.rows["pages"]:
            facts = self._sheet_on.get(row["page"])
            row["case_no"] = numbers.get(id(facts)) if facts is not None else None

    def _write_document(self, total: int, cases: list[Case]) -> None:
        head, fit = self._head, self._choice.fit
        self.rows["documents"].append(
            {
                "document_id": self._document_id,
                "file_name": self._source.file_name,
                "source_url": self._source.source_url,
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
                "form": self._choice.form.name,
                "form_reason": reason_of(self._choice),
            }
        )
        if not cases and not self._taken_back:
            self._find("form_unknown")
        elif cases and not self._list_rows:
            self._find("list_missing")
        listed = sorted(row.number for row in self._list_rows if row.number is not None)
        for before, after in pairwise(listed):
            for missing in range(before + 1, min(after, before + 20)):
                self._find("number_missing", left=missing)

    def _write_coverage(self) -> None:
        """How much was understood, of the document and of each page, and what nobody took: the first as findings each,
        all of them in the reading."""
        covered = self._coverage.covered(self.rows, not self._taken_back)
        for row in self.rows["documents"]:
            row["coverage"] = covered.document
        for row in self.rows["pages"]:
            row["coverage"] = covered.pages.get(row["page"])
        for page in self._pages:
            page |= covered.account(page["page"])
        silent = {row["page"] for row in self.rows["findings"] if row["rule"] == "attachment_not_understood"}
        left = [one for page, found in covered.left.items() for one in found if page not in silent]
        for one in left[:MOST_TOLD]:
            self._find(RULES[one.kind], left=one.words, evidence=one.evidence)
        if len(left) > MOST_TOLD:
            self._find("more_not_understood", left=len(left) - MOST_TOLD)


def _listed(names: Sequence[str]) -> str:
    """The first names, and how many files there are where those are not all."""
    named = [name for name in names if name][:MOST_TOLD]
    more = f"{len(names)}" if len(named) < len(names) else ""
    return "、".join(filter(None, [*named, more]))
