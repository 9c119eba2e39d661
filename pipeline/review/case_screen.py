"""What the page of one case shows: its sheet, counts, items, controls and flow, beside the page they were read from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pipeline.extraction import Row
from pipeline.messages import Lang, message
from pipeline.review import words
from pipeline.review.desk import Desk, name_of
from pipeline.review.items import DOUBTFUL, Box, box_of
from pipeline.review.page_views import page_view
from pipeline.review.papers import CaseHead
from pipeline.review.queue import Queue
from pipeline.tables.schema import tables

_HEAD = ("title", "change_note", "meeting_date", "result", "detail_title", "project_name", "purpose", "target")
"""The columns of a case that its sheet shows, in order; those that say nothing are left out."""

_PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("sections", ("marker", "heading", "text")),
    ("target_counts", ("label", "qualifier", "value", "unit", "basis")),
    ("information_items", ("holder", "item", "item_norm", "item_category")),
    ("controls", ("holder", "text", "control_name", "category")),
    ("parties", ("role", "name", "certifications")),
    ("prior_references", ("kind", "body", "law_name", "outcome")),
)
"""The tables of facts that a case's page shows, each with its columns."""

_FLOW = ("label", "text", "sender", "receiver", "media", "delivery")
_FLOW_PARTS = ("flow_steps", "diagram_boxes", "diagram_arrows")


@dataclass
class RowView:
    """A row of a part: its cells, where to see its place, and the name of the item that it can be put right under."""

    cells: list[str]
    show: str
    edit: str
    mark: str = ""
    depth: int = 1


@dataclass
class Part:
    """A part of the page, with a heading and rows."""

    id: str
    title: str
    rows: list[RowView] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    count: int = 0
    first_is_head: bool = False
    flow: str = ""
    original: tuple[str, str] | None = None
    """Where the page is shown that the part was read from, and what the link says."""
    items: list[dict[str, str]] = field(default_factory=list)


def case_screen(
    desk: Desk, queue: Queue, case: CaseHead, lang: Lang, page: int | None, lit: Box | None
) -> dict[str, Any]:
    """What the template `case.html` is filled with: `page` is the one beside it, `lit` a place on it."""
    snapshot, papers = desk.tables.now(), desk.papers()
    rows = {name: snapshot.rows(name, case_id=case.id) for name, _ in _PARTS}
    steps = snapshot.rows("flow_steps", case_id=case.id)
    flow = _part(case, "flow_steps", steps, _FLOW, lang)
    drawn = any(snapshot.rows(name, case_id=case.id) for name in _FLOW_PARTS)
    flow.flow = f"/case/{case.id}/flow.svg" if drawn else ""
    if drawn:
        first = min(row["page"] for name in _FLOW_PARTS for row in snapshot.rows(name, case_id=case.id))
        flow.original = (f"/case/{case.id}?page={first}#flow_steps", message("desk.beside", lang, page=first))
    facts = [_part(case, name, rows[name], columns, lang) for name, columns in _PARTS]
    parts = [_to_check(queue, case, lang), _sheet(desk, case, lang), *facts[:4], flow, *facts[4:]]
    own = papers.cases_of.get(case.document_id, [])
    at = next((n for n, one in enumerate(own) if one.id == case.id), 0)
    shown = page or case.page_first or case.page or 1
    return {
        "title": case.title,
        "document_id": case.document_id,
        "no": case.number,
        "file": papers.document(case.document_id).file_name,
        "parts": [part for part in parts if part.rows or part.items or part.flow or part.id in ("to_check", "cases")],
        "previous": own[at - 1].id if at > 0 else "",
        "next": own[at + 1].id if at + 1 < len(own) else "",
        "picture": page_view(
            desk, lang, case.document_id, shown, [lit] if lit else [], address=f"/case/{case.id}?page={{page}}"
        ),
    }


def _to_check(queue: Queue, case: CaseHead, lang: Lang) -> Part:
    """What is asked about the case, and what became of it."""
    part = Part("to_check", message("desk.to_check", lang))
    for item, state in zip(queue.items, queue.states, strict=True):
        if item.case_id == case.id:
            said = {"id": item.id, "tone": words.tone(item), "kind": words.kind_words(item, lang), "state": state}
            part.items.append(
                {**said, "sentence": words.sentence(item, lang), "state_words": words.state_words(state, lang)}
            )
    part.count = sum(one["state"] in ("open", "skipped") for one in part.items)
    return part


def _sheet(desk: Desk, case: CaseHead, lang: Lang) -> Part:
    """The case's own row, and its departments and categories, a line each."""
    snapshot = desk.tables.now()
    part = Part("cases", message("desk.sheet", lang), first_is_head=True)
    for row in snapshot.rows("cases", case_id=case.id):
        for name in _HEAD:
            if row[name] is not None:
                part.rows.append(_row(case, "cases", row, [words.column_words("cases", name, lang), row[name]], lang))
    for table, column in (("case_departments", "department"), ("case_categories", "category")):
        for row in snapshot.rows(table, case_id=case.id):
            source = words.choice_words(row["source"], lang)
            said = row[column] or message("desk.unnamed", lang, count=row.get("unnamed_count") or "?")
            title = f"{words.column_words(table, column, lang)}（{source}）"
            part.rows.append(_row(case, table, row, [title, said], lang))
    return part


def _part(case: CaseHead, table: str, rows: list[Row], columns: Iterable[str], lang: Lang) -> Part:
    """A table's rows of the case; columns that say nothing in any of them are left out."""
    said = [name for name in columns if any(row[name] not in (None, "") for row in rows)]
    part = Part(table, words.table_words(table, lang), count=len(rows))
    part.head = [words.column_words(table, name, lang) for name in said]
    coded = {column.name for column in tables()[table].columns if column.enum}
    for row in rows:
        cells = [words.choice_words(row[name], lang) if name in coded else row[name] for name in said]
        part.rows.append(_row(case, table, row, cells, lang))
    return part


def _row(case: CaseHead, table: str, row: Row, cells: list[Any], lang: Lang) -> RowView:
    box = box_of(row)
    place = ",".join(f"{edge:g}" for edge in box) if box else ""
    show = f"/case/{case.id}?page={row['page']}&lit={place}" if row.get("page") else ""
    low = (row.get("confidence") or 1.0) < DOUBTFUL
    mark = "low" if low else "reviewed" if row.get("method") == "review" else ""
    said = ["" if cell is None else words.value_words(cell, lang) for cell in cells]
    return RowView(said, show, name_of(case.document_id, table, row), mark, row.get("depth") or 1)
