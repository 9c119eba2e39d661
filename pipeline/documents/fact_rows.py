"""Facts and cells as rows of the tables: with the keys that only the document knows, and the columns of evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from extractors.pages.geometry import Box, Frame
from extractors.pages.text import Evidence, Place
from extractors.tables.cells import TableReading
from pipeline.documents.cases import Case
from pipeline.extraction import Row
from pipeline.tables import schema


def with_evidence(fact: Mapping[str, Any]) -> Row:
    """A fact's columns, its `evidence` as the eight columns that say where it was read."""
    columns = {name: value for name, value in fact.items() if name != "evidence"}
    return {**columns, **schema.evidence_columns(fact["evidence"])}


def page_row(document_id: str, page: int, width: float, height: float, rotation: int) -> Row:
    """A row of `pages` (points, degrees) of which nothing else is known yet, as of one that could not be read."""
    unknown = {"kind": "other", "method": "text", "case_no": None, "char_count": 0, "ocr_confidence": None}
    place = {"document_id": document_id, "page": page, "width": width, "height": height, "rotation": rotation}
    return {**place, **unknown}


def case_row(case: Case, case_id: str, document_id: str) -> Row:
    """The row of `cases`: what the list says, filled up by what the sheet says."""
    listed, sheet = case.row, case.sheet
    values = sheet.values if sheet else {}
    title = (listed.title if listed else None) or (sheet.title if sheet else None) or values.get("project_name")
    return {
        "case_id": case_id,
        "document_id": document_id,
        "case_no": case.number,
        "title": title.string.replace("\n", "") if title else None,
        "base_title": listed.base_title if listed else None,
        "change_note": listed.change_note if listed else None,
        "meeting_date": listed.meeting_date if listed else None,
        "result": listed.result if listed else None,
        "detail_title": sheet.title.string.replace("\n", "") if sheet and sheet.title else None,
        **{n: values[n].string if n in values else None for n in ("project_name", "purpose", "target")},
        "page_first": sheet.first_page if sheet else None,
        "page_last": sheet.last_page if sheet else None,
        "in_list": listed is not None,
        "in_detail": sheet is not None,
        **schema.evidence_columns((title.evidence if title else None) or _somewhere(case)),
    }


def _somewhere(case: Case) -> Evidence:
    """Where a case without a title was read: at the first of its fields that stands anywhere."""
    for source in (case.row, case.sheet):
        for fact in source.facts["case_fields"] if source else ():
            found: Evidence = fact["evidence"]
            return found
    for text in case.sheet.values.values() if case.sheet else ():
        if text.evidence is not None:
            return text.evidence
    return Evidence(Place(case.sheet.first_page if case.sheet else 1, 0, 0, 0, 0), (), "text", 0.0, "")


def fact_rows(case: Case, case_id: str, document_id: str) -> Iterator[tuple[str, Row]]:
    """The rows of all facts of a case, each with the name of its table."""
    for source in (case.row, case.sheet):
        for table, facts in source.facts.items() if source else ():
            declared = set(schema.tables()[table].column_names)
            for ordinal, fact in enumerate(facts, 1):
                keys = {"document_id": document_id, "case_id": case_id, "ordinal": ordinal}
                yield table, {**{name: keys[name] for name in keys.keys() & declared}, **with_evidence(fact)}


def cell_rows(table: TableReading, frame: Frame, number: int) -> Iterator[Row]:
    """The rows of `table_cells` of a table, empty cells with their own box; `number` is the table's."""
    for reading in table.cells:
        cell, evidence = reading.cell, reading.text.evidence
        yield {
            "table_no": number,
            "row": cell.row,
            "column": cell.column,
            "row_span": cell.row_span,
            "column_span": cell.column_span,
            "text": reading.text.string,
            **schema.evidence_columns(evidence or _empty_place(frame, cell.box)),
        }


def _empty_place(frame: Frame, box: Box) -> Evidence:
    place = Place(frame.page, *(round(edge, 2) for edge in frame.displayed(box)))
    return Evidence(place, (), "text", 1.0, "")
