"""What the pages other than those of an item and of a case show: the queue, the documents, the history."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from pipeline.messages import Lang, message
from pipeline.review import words
from pipeline.review.decisions import Decision
from pipeline.review.desk import Desk, name_of
from pipeline.review.items import KINDS, Item, place_of
from pipeline.review.papers import Papers
from pipeline.review.queue import STATES, Filter, Progress, Queue
from pipeline.review.related import written

PER_PAGE = 50
"""Lines of a list on one page."""


def queue_screen(desk: Desk, queue: Queue, what: Filter, lang: Lang, page: int, reviewer: str) -> dict[str, Any]:
    """What the template `queue.html` is filled with."""
    count, papers = queue.count(what), desk.papers()
    pages = max(1, -(-count // PER_PAGE))
    page = min(max(page, 1), pages)
    others = desk.presence.others(reviewer)
    listed = itertools.islice(queue.wanted(what), (page - 1) * PER_PAGE, page * PER_PAGE)
    first = queue.after(None, what, frozenset(others)) if what.state in ("open", "skipped", "all") else None
    return {
        "count": count,
        "first": first,
        "rows": [_line(papers, queue, item, state, lang, others.get(item.id)) for item, state in listed],
        "page": page,
        "pages": pages,
        "selects": _selects(papers, queue, what, lang),
        "empty": message(_why_empty(desk, queue, what), lang),
    }


def _why_empty(desk: Desk, queue: Queue, what: Filter) -> str:
    if not desk.tables.now().stamp:
        return "desk.no_tables"
    if what == Filter():
        return "desk.all_done" if queue.items else "desk.nothing_found"
    return "desk.none_match"


def _line(papers: Papers, queue: Queue, item: Item, state: Any, lang: Lang, looking: str | None) -> dict[str, Any]:
    case = papers.cases.get(item.case_id or "")
    paper = papers.document(item.document_id)
    place = [
        f"No. {case.number}" if case else "",
        message("desk.page_short", lang, page=item.page) if item.page else "",
    ]
    decision = queue.decision(item)
    by = decision.by if decision else message("desk.looking_short", lang, name=looking) if looking else ""
    return {
        "id": item.id,
        "tone": words.tone(item),
        "kind": words.kind_words(item, lang),
        "rule": words.rule_words(item.rule, lang),
        "sentence": words.sentence(item, lang),
        "where": "　".join(filter(None, place)),
        "file": paper.file_name or paper.title,
        "confidence": words.confidence_words(item.confidence) if item.confidence != 1.0 else "",
        "state": state,
        "state_words": words.state_words(state, lang),
        "by": by,
    }


def _selects(
    papers: Papers, queue: Queue, what: Filter, lang: Lang
) -> list[tuple[str, str, list[tuple[str, str, int | None]]]]:
    """The filter's fields: name, label, and the values with how many items each lists."""
    counted = queue.choices(what)

    def choices(
        name: str, words_of: Callable[[str], str], order: Callable[[str], Any]
    ) -> list[tuple[str, str, int | None]]:
        found = [(value, words_of(value), amount) for value, amount in counted[name].items()]
        chosen = getattr(what, name)
        if chosen and chosen not in counted[name]:
            found.append((chosen, words_of(chosen), 0))
        return [("", message("desk.any", lang), None), *sorted(found, key=lambda one: order(one[0]))]

    documents = {document_id: n for n, document_id in enumerate(papers.documents)}
    states: list[tuple[str, str, int | None]] = [
        (state, words.state_words(state, lang), counted["state"][state]) for state in STATES
    ]
    states.append(("all", message("desk.any", lang), sum(counted["state"].values())))
    return [
        (
            "document",
            message("desk.document", lang),
            choices("document", lambda d: _file(papers, d), lambda d: documents.get(d, -1)),
        ),
        (
            "kind",
            message("desk.kind", lang),
            choices(
                "kind",
                lambda k: message(f"desk.kind_{k}", lang) if k in KINDS else k,
                lambda k: list(KINDS).index(k) if k in KINDS else 9,
            ),
        ),
        (
            "table",
            message("desk.table", lang),
            choices("table", lambda t: _table(t, lang), lambda t: t),
        ),
        (
            "rule",
            message("desk.rule", lang),
            choices("rule", lambda r: words.rule_words(r, lang), lambda r: -counted["rule"][r]),
        ),
        ("state", message("desk.state", lang), states),
    ]


def _table(name: str, lang: Lang) -> str:
    try:
        return words.table_words(name, lang)
    except KeyError:
        return name


def _file(papers: Papers, document_id: str) -> str:
    paper = papers.document(document_id)
    return paper.file_name or paper.title


def documents_screen(desk: Desk, queue: Queue) -> dict[str, Any]:
    """What the template `documents.html` is filled with."""
    papers = desk.papers()
    return {"documents": [_document(papers, queue, document_id) for document_id in papers.documents]}


def _document(papers: Papers, queue: Queue, document_id: str) -> dict[str, Any]:
    """A document with its progress."""
    paper = papers.document(document_id)
    return {
        "id": paper.id,
        "title": paper.title,
        "file": paper.file_name,
        "publisher": paper.publisher,
        "cases": len(papers.cases_of.get(document_id, ())),
        "progress": queue.by_document.get(document_id, Progress(0, 0)),
        "queue": Filter(document=document_id).address(),
    }


def document_screen(desk: Desk, queue: Queue, document_id: str, lang: Lang) -> dict[str, Any]:
    """What the template `document.html` is filled with."""
    papers = desk.papers()
    waiting: dict[str | None, int] = {}
    for item, _ in queue.wanted(Filter(document=document_id)):
        waiting[item.case_id] = waiting.get(item.case_id, 0) + 1
    cases = [
        {
            "id": case.id,
            "no": case.number,
            "title": case.title,
            "note": case.note,
            "pages": _pages(case.page_first, case.page_last),
            "open": message("desk.open_count", lang, count=waiting[case.id]) if case.id in waiting else "",
        }
        for case in papers.cases_of.get(document_id, ())
    ]
    return {"document": _document(papers, queue, document_id), "cases": cases}


def _pages(first: int | None, last: int | None) -> str:
    if first is None:
        return "–"
    return str(first) if last in (None, first) else f"{first}–{last}"


def history_screen(desk: Desk, queue: Queue, lang: Lang, page: int, reviewer: str) -> dict[str, Any]:
    """What the template `history.html` is filled with: all decisions, the last first, and the damaged lines."""
    decisions = queue.decisions
    every = [one for one in reversed(decisions.every) if one.action != "undo"]
    pages = max(1, -(-len(every) // PER_PAGE))
    page = min(max(page, 1), pages)
    in_force = {one.id for one in decisions.in_force}
    papers = desk.papers()
    rows = [
        _decision(papers, queue, one, lang, one.id in in_force, one.by == reviewer)
        for one in every[(page - 1) * PER_PAGE : page * PER_PAGE]
    ]
    return {"rows": rows, "count": len(every), "page": page, "pages": pages, "damaged": decisions.damaged}


def _decision(papers: Papers, queue: Queue, one: Decision, lang: Lang, counts: bool, own: bool) -> dict[str, Any]:
    is_known = one.document_id in papers.documents
    what = words.table_words(one.table, lang)
    if one.column:
        what += f"・{words.column_words(one.table, one.column, lang)}"
    if one.action == "correct" and one.column:
        what += f": {written(one.old) or '–'} → {written(one.new) or '–'}"
    elif said := one.row.get("raw_text") or one.row.get("message"):
        what += f": {said}"
    found = queue.by_place.get(place_of(one.document_id, one.table, one.key))
    item = found.id if found else ""
    if not item and is_known and one.table not in ("findings", "documents"):
        item = name_of(one.document_id, one.table, one.key)
    where = _file(papers, one.document_id) if is_known else message("desk.document_gone", lang, id=one.document_id[:12])
    return {
        "id": one.id,
        "at": one.at,
        "time": words.moment_words(one.at),
        "by": one.by,
        "action": message(f"desk.did_{one.action}" if counts else "desk.did_undo", lang),
        "what": what[:300],
        "where": where,
        "why": one.why,
        "item": item,
        "own": own and counts,
        "mark": "" if counts else "undone",
    }
