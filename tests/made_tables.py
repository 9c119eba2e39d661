"""Tables of any size, made up, for tests and benchmarks of what is done with large ones: keys hold, values are told."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.tables.replace import tables_anew
from pipeline.tables.schema import arrow_schema

CONTROLS_A_CASE = 10
CASES_A_DOCUMENT = 20
MEASURES = (
    ("組織的", "個人情報保護責任者の設置"),
    ("人的", "従事者への研修の実施"),
    ("物理的", "施錠できる保管庫での保管"),
    ("技術的", "特定相手以外との通信不可"),
    ("技術的", "通信の暗号化"),
)


def make_tables(out: Path, rows: int, offices: int, most_rows: int | None = None) -> None:
    """Write OUT/tables with `rows` rows of `controls` (rounded down to whole documents of 200) of so many offices.

    The codes are 000001, 000002, …; each office has documents of the fiscal years 2022 and 2023.
    """
    documents = rows // (CONTROLS_A_CASE * CASES_A_DOCUMENT)
    with tables_anew(out, most_rows) as writers:
        for number in range(documents):
            office, year = number * offices // documents, 2022 + (number * offices * 2 // documents) % 2
            for name, columns in _document(number, f"{office + 1:06d}", year).items():
                writers[name].add(_batch(name, columns))


def _document(number: int, code: str, year: int) -> dict[str, dict[str, Any]]:
    document_id = hashlib.sha256(f"document {number}".encode()).hexdigest()
    cases = [f"{document_id[:12]}-{case:03d}" for case in range(1, CASES_A_DOCUMENT + 1)]
    of_controls = [(case, ordinal) for case in cases for ordinal in range(1, CONTROLS_A_CASE + 1)]
    office = {"publisher_code": code, "document_fiscal_year": year}
    read_at = {"page": 3, "x0": 72.0, "top": 90.5, "x1": 310.25, "bottom": 102.0, "method": "text", "confidence": 1.0}
    measures = [MEASURES[(number + place) % len(MEASURES)] for place in range(len(of_controls))]
    return {
        "documents": {
            "document_id": [document_id],
            "file_name": [f"{number:07d}.pdf"],
            "publisher": f"第{code}市",
            "publisher_code": code,
            "fiscal_year": year,
            "page_count": 40,
            "is_current": True,
        },
        "cases": {
            "case_id": cases,
            "document_id": document_id,
            "case_no": list(range(1, CASES_A_DOCUMENT + 1)),
            "title": [f"案件{number}-{case}の委託について" for case in range(1, CASES_A_DOCUMENT + 1)],
            "meeting_date": datetime.date(year, 4, 3),
            "result": "承認",
            "in_list": True,
            "in_detail": True,
            **office,
            **read_at,
            "raw_text": "一覧の行",
        },
        "controls": {
            "case_id": [case for case, _ in of_controls],
            "ordinal": [ordinal for _, ordinal in of_controls],
            "group_no": 1,
            "holder": "委託先",
            "text": [f"{words}（{number}-{place}）" for place, (_, words) in enumerate(measures)],
            "control_id": [f"c{MEASURES.index(measure):02d}" for measure in measures],
            "control_name": [words for _, words in measures],
            "category": [category for category, _ in measures],
            "match_score": 1.0,
            **office,
            **read_at,
            # as varied as the words of real papers, which do not shrink to nothing
            "raw_text": [
                f"・{words} {hashlib.md5(f'{number} {place}'.encode()).hexdigest()}"
                for place, (_, words) in enumerate(measures)
            ],
        },
    }


def _batch(name: str, columns: dict[str, Any]) -> pa.RecordBatch:
    """Values a row, or one for all rows, as the table has them; what is not told is empty."""
    schema = arrow_schema(name)
    assert columns.keys() <= set(schema.names), columns.keys() - set(schema.names)
    rows = max(len(values) for values in columns.values() if isinstance(values, list))
    arrays = [_array(columns.get(field.name), field.type, rows) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(said: Any, kind: pa.DataType, rows: int) -> pa.Array:
    values: Sequence[Any] = said if isinstance(said, list) else [said] * rows
    return pa.array(values, kind)
