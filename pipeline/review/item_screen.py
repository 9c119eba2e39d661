"""What the page of one item shows."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.messages import Lang, message
from pipeline.review import words
from pipeline.review.desk import Desk, Wrong, field_name
from pipeline.review.items import Item
from pipeline.review.page_views import PageView, has_picture, page_view, picture_address, places_on, records_on
from pipeline.review.queue import Filter, Progress, Queue
from pipeline.review.related import Cell, Record

_MAIN_LINE, _LINE = 25, 19
"""Characters of a form's line, of the main field and of the others; a longer text gets several."""

_OFFERS = 3


@dataclass
class FieldView:
    """A cell as a field of the form. `offers` are values that one key puts into it: key, words, value."""

    id: str
    title: str
    text: str
    main: bool
    first: bool = False
    long: bool = False
    rows: int = 1
    numeric: bool = False
    choices: list[tuple[str, str]] | None = None
    offers: list[tuple[int, str, str]] | None = None
    wrong: str = ""


@dataclass
class RecordView:
    """A row of the form: the fields shown at once, and those behind a fold."""

    title: str
    confidence: str
    cells: list[FieldView]
    more: list[FieldView]
    open: bool


def item_screen(
    desk: Desk,
    queue: Queue,
    item: Item,
    what: Filter,
    lang: Lang,
    reviewer: str,
    page: int | None = None,
    typed: Mapping[str, str] | None = None,
    wrong: list[Wrong] | None = None,
) -> dict[str, Any]:
    """What the template `item.html` is filled with. `typed` and `wrong`: a form that was refused, as it was sent."""
    papers, records = desk.papers(), desk.records(item)
    case_id = item.case_id or next((one.row["case_id"] for one in records if one.row.get("case_id")), "")
    paper, case = papers.document(item.document_id), papers.cases.get(case_id)
    decision, state = queue.decision(item), queue.state(item)
    before, after = queue.neighbours(item.id, what)
    left, right = words.compared(item.left, item.right)
    looking = desk.presence.others(reviewer).get(item.id)
    method = item.row.get("method")
    following = queue.after(item.id, what)
    return {
        "title": words.kind_words(item, lang) + " – " + (case.title if case else paper.title),
        "file": paper.file_name or paper.title,
        "case": f"No. {case.number} {case.title}" if case else "",
        "case_address": f"/case/{case.id}" if case else "",
        "kind": words.kind_words(item, lang),
        "tone": words.tone(item),
        "rule": words.rule_words(item.rule, lang),
        "confidence": words.confidence_words(item.confidence) if item.confidence != 1.0 else "",
        "method": message(f"desk.method_{method}", lang) if method in ("text", "ocr", "review") else "",
        "sentence": words.sentence(item, lang),
        "looking": message("desk.looking", lang, name=looking) if looking else "",
        "state": state,
        "decided": _decided(queue, item, lang),
        "decision_id": decision.id if decision else "",
        "why": decision.why if decision else "",
        "own": decision is not None and decision.by == reviewer,
        "left": left,
        "right": right,
        "left_label": _labels(item, lang)[0],
        "right_label": _labels(item, lang)[1],
        "records": _records(item, records, lang, typed or {}, wrong or []),
        "no_record": message("desk.row_gone" if item.lost else "desk.no_record", lang),
        "accept": message(_accept(item), lang),
        "progress": queue.by_document.get(item.document_id, Progress(0, 0)),
        "previous": before.id if before else "",
        "next": after.id if after else "",
        "preload": _preload(desk, following),
        "picture": _picture(desk, lang, item, records, what, page),
    }


def _preload(desk: Desk, following: Item | None) -> str:
    """The picture that the reviewer will want next, where there is one."""
    if following is None or not has_picture(desk, following.document_id):
        return ""
    return picture_address(following.document_id, following.page or 1)


def _picture(desk: Desk, lang: Lang, item: Item, records: list[Record], what: Filter, page: int | None) -> PageView:
    own = next((one.page for one in records if one.page is not None), None)
    home_page = item.page or own or 1
    shown = page or home_page
    lit = places_on(item, shown)
    near = records_on(records, shown)
    if not lit and item.box is None:  # a finding without a place of its own is where its rows are
        lit = near[:1]
    address = f"/item/{item.id}{what.address()}"
    mark = "&" if "?" in address else "?"
    home = address if shown != home_page else ""
    return page_view(
        desk, lang, item.document_id, shown, lit, near[:1], address=address + mark + "page={page}", home=home
    )


def _decided(queue: Queue, item: Item, lang: Lang) -> str:
    decision = queue.decision(item)
    if decision is None:
        return ""
    state = words.state_words(queue.state(item), lang)
    return message("desk.decided", lang, state=state, name=decision.by, time=words.moment_words(decision.at))


def _labels(item: Item, lang: Lang) -> tuple[str, str]:
    """What the two values are that disagree; empty where there are none to compare."""
    if item.kind == "returned":
        return message("desk.was_decided", lang), message("desk.is_read", lang)
    if item.kind == "change":
        return (message("desk.was_read", lang), message("desk.is_read", lang)) if item.left is not None else ("", "")
    if item.rule in ("reading_doubtful", "reading_unsure"):
        return message("desk.reader_first", lang), message("desk.reader_second", lang)
    if item.left is not None and item.right is not None:
        return message("desk.value_left", lang), message("desk.value_right", lang)
    return "", ""


def _accept(item: Item) -> str:
    if item.kind == "returned":
        return "desk.accept_loss" if item.lost else "desk.accept_new"
    if item.kind == "finding" and item.rule not in ("reading_doubtful", "reading_unsure"):
        return "desk.accept_finding"
    return "desk.accept"


def _records(
    item: Item, records: list[Record], lang: Lang, typed: Mapping[str, str], wrong: list[Wrong]
) -> list[RecordView]:
    faults = {one.field: one.refused.sentence(lang) for one in wrong}
    views = []
    for number, record in enumerate(records):

        def field(cell: Cell, number: int = number, record: Record = record) -> FieldView:
            return _field(item, record, cell, number, lang, typed, faults)

        main = next((cell for cell in record.cells if cell.column.name == record.main), None)
        shown = [cell for cell in record.prominent if cell is main or (number == 0 and not _is_large(record))]
        more = [cell for cell in record.cells if all(cell is not one for one in shown)]
        cells, folded = [field(cell) for cell in shown], [field(cell) for cell in more]
        title = words.table_words(record.table, lang)
        doubt = words.confidence_words(record.row.get("confidence"))
        confidence = message("desk.confidence_is", lang, value=doubt) if doubt and doubt != "1.00" else ""
        is_open = any(one.wrong or one.text != cell.text for one, cell in zip(folded, more, strict=True))
        views.append(RecordView(title, confidence, cells, folded, is_open))
    fields = [one for view in views for one in (*view.cells, *view.more)]
    if fields:
        fields[0].first = True
    keys = itertools.count(1)
    for one in fields:
        one.offers = [(next(keys), said, value) for _, said, value in one.offers or ()]
    return views


def _is_large(record: Record) -> bool:
    return len(record.prominent) > 5


def _field(
    item: Item, record: Record, cell: Cell, number: int, lang: Lang, typed: Mapping[str, str], faults: Mapping[str, str]
) -> FieldView:
    name = field_name(number, cell.column.name)
    text = cell.text
    if item.kind == "returned" and cell.column.name == item.column and item.before is not None:
        text = item.before
    is_main = cell.column.name == record.main
    line = _MAIN_LINE if is_main else _LINE
    long = "\n" in text or len(text) > line
    return FieldView(
        id=name,
        title=words.title_of(cell.column, lang),
        text=typed.get(name, text),
        main=is_main,
        long=long and cell.column.type == "string",
        rows=min(12, sum(1 + (len(one) - 1) // line for one in text.split("\n"))) if long else 1,
        numeric=cell.column.type in ("integer", "number"),
        choices=_choices(cell, lang),
        offers=_offers(item, cell, lang) if is_main else [],
        wrong=faults.get(name, ""),
    )


def _choices(cell: Cell, lang: Lang) -> list[tuple[str, str]] | None:
    """What a column may say, where that is fixed: each with how it is shown."""
    column = cell.column
    if column.type == "boolean":
        said = [("true", message("desk.yes", lang)), ("false", message("desk.no", lang))]
    elif column.enum:
        said = [(str(value), str(words.choice_words(value, lang))) for value in column.enum]
    else:
        return None
    return said if column.required else [("", "–"), *said]


def _offers(item: Item, cell: Cell, lang: Lang) -> list[tuple[int, str, str]]:
    """The other reading, put where the first one stands."""
    of_one_kind = item.rule.startswith("reading_") or item.rule.endswith("_mismatch")
    if item.left is None or item.right is None or not of_one_kind:
        return []
    found = []
    for mine, other in ((item.left, item.right), (item.right, item.left)):
        if other and cell.text.count(mine) == 1 and cell.text != other:
            for one in other.split("／") if item.rule.startswith("reading_") else [other]:
                found.append((0, message("desk.offer", lang, value=one), cell.text.replace(mine, one)))
            break
    return found[:_OFFERS]
