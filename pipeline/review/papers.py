"""What the pages say of documents and cases again and again, looked up once each time that the tables are written."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from pipeline.review.snapshot import Snapshot

_CASE_COLUMNS = [
    *("case_id", "document_id", "case_no", "title", "change_note", "detail_title", "page", "page_first", "page_last")
]


@dataclass(frozen=True)
class Paper:
    """A document: its title (its file's name where it prints none), and how many pages it has."""

    id: str
    title: str
    file_name: str
    publisher: str
    page_count: int | None


@dataclass(frozen=True)
class CaseHead:
    """A case: its number and title, and the pages of its sheet and attachment."""

    id: str
    document_id: str
    number: int | None
    title: str
    note: str
    page: int | None
    page_first: int | None
    page_last: int | None


class Papers:
    """The documents and cases of one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    @cached_property
    def documents(self) -> dict[str, Paper]:
        """Each document by its ID, in the order of the tables."""
        columns = ["document_id", "title", "file_name", "publisher", "page_count"]
        return {
            row["document_id"]: Paper(
                row["document_id"],
                row["title"] or row["file_name"] or row["document_id"][:12],
                row["file_name"] or "",
                row["publisher"] or "",
                row["page_count"],
            )
            for row in self._snapshot.table("documents").select(columns).to_pylist()
        }

    @cached_property
    def cases(self) -> dict[str, CaseHead]:
        """Each case by its ID, in the order of the tables."""
        return {
            row["case_id"]: CaseHead(
                row["case_id"],
                row["document_id"],
                row["case_no"],
                row["title"] or row["detail_title"] or row["case_id"],
                row["change_note"] or "",
                row["page"],
                row["page_first"],
                row["page_last"],
            )
            for row in self._snapshot.table("cases").select(_CASE_COLUMNS).to_pylist()
        }

    @cached_property
    def cases_of(self) -> dict[str, list[CaseHead]]:
        """The cases of each document, in order."""
        found: dict[str, list[CaseHead]] = defaultdict(list)
        for case in self.cases.values():
            found[case.document_id].append(case)
        return dict(found)

    def document(self, document_id: str) -> Paper:
        """A document, also one that the tables do not have."""
        return self.documents.get(document_id) or Paper(document_id, document_id[:12], "", "", None)
