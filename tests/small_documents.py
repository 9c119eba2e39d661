"""Small extractions, made up, for tests of the archive and the tables: no reading needed."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from extractors.pages.text import Evidence, Place
from pipeline.extraction import Extraction, Row
from pipeline.tables.schema import evidence_columns

READ_AT = evidence_columns(
    Evidence(Place(2, 10.5, 20.0, 110.25, 32.0), (Place(3, 10.5, 50.0, 90.0, 62.0),), "text", 0.98, "約１２０人")
)
LIST_ROW = evidence_columns(Evidence(Place(1, 30.0, 40.0, 500.0, 52.0), (), "ocr", 0.91, "1 件名 4月3日"))


def small_document(file_name: str, case_nos: tuple[int, ...] = (1, 2), **of_document: Any) -> tuple[bytes, Extraction]:
    """The bytes and the extraction of a document of its own; the same `file_name` gives the same."""
    data = f"%PDF-1.7 {file_name}".encode()
    document_id = hashlib.sha256(data).hexdigest()
    rows: dict[str, list[Row]] = {
        "documents": [
            {
                "document_id": document_id,
                "file_name": file_name,
                "publisher": "新宿区",
                "fiscal_year": 2023,
                "period_start": datetime.date(2023, 4, 1),
                "page_count": 4,
                "is_current": True,
                **of_document,
            }
        ],
        "pages": [
            {
                "document_id": document_id,
                "page": page,
                "width": 595.3,
                "height": 841.9,
                "rotation": 0,
                "kind": "detail",
                "method": "text",
                "case_no": case_nos[0] if page > 1 else None,
                "char_count": 100 * page,
            }
            for page in (1, 2, 3, 4)
        ],
        "cases": [case_row(document_id, case_no) for case_no in case_nos],
        "target_counts": [
            count_row(document_id, case_no, ordinal, 100 * ordinal) for case_no in case_nos for ordinal in (1, 2)
        ],
        "findings": [
            {
                "document_id": document_id,
                "rule": "number_missing",
                "severity": "warning",
                "message": "No.3がありません。",
            },
            {
                "document_id": document_id,
                "case_id": case_id(document_id, case_nos[0]),
                "rule": "title_differs",
                "severity": "warning",
                "message": "件名が違います。",
                **LIST_ROW,
            },
            {
                "document_id": document_id,
                "rule": "number_missing",
                "severity": "warning",
                "message": "No.4がありません。",
            },
        ],
    }
    return data, Extraction(document_id, file_name, 4, rows, {"pages": [{"number": 1, "words": ["別紙"]}]})


def case_id(document_id: str, case_no: int) -> str:
    return f"{document_id[:12]}-{case_no:03d}"


def case_row(document_id: str, case_no: int) -> Row:
    return {
        "case_id": case_id(document_id, case_no),
        "document_id": document_id,
        "case_no": case_no,
        "title": f"件名{case_no}",
        "meeting_date": datetime.date(2023, 4, 3),
        "in_list": True,
        "in_detail": False,
        **LIST_ROW,
    }


def count_row(document_id: str, case_no: int, ordinal: int, value: int) -> Row:
    return {
        "case_id": case_id(document_id, case_no),
        "ordinal": ordinal,
        "field": "対象者",
        "label": "対象者数",
        "value": value,
        "value_max": 150 if ordinal == 1 else None,
        "unit": "人",
        "is_approximate": True,
        "bound": "exact",
        "is_total": False,
        **READ_AT,
    }
