"""The truth of a made report: its rows table by table, in the manner of the gold of the samples.

`optional` rows cost nothing when missed and nothing when found; `optional_columns` are not compared; `alt` holds
further readings that count as right. Where the contract leaves a reading open, the truth leaves it open too.
"""

from __future__ import annotations

from collections.abc import Iterator

from .description import Case, ControlList, Count, Flow, ItemList, Node, Party, Report, Row
from .style import OUTLINES, Style
from .wording import marker
from .words import ARGUABLE, DEBATABLE, ITEMS

TABLES = (
    "documents", "cases", "case_departments", "case_categories", "sections", "target_counts", "parties",
    "prior_references", "controls", "information_items", "flow_steps",
)  # fmt: skip


def tables(report: Report, style: Style) -> dict[str, list[Row]]:
    """All tables but `pages`, which only the set PDF can tell."""
    found: dict[str, list[Row]] = {name: [] for name in TABLES}
    found["documents"].append(_document(report))
    for case in report.cases:
        found["cases"].append(_case(report, case, style))
        for name, rows in _case_tables(report, case, style):
            for ordinal, row in enumerate(rows, 1):
                found[name].append({"case_no": case.number, "ordinal": ordinal, **row})
    return found


def _document(report: Report) -> Row:
    loose = ["publisher_code", "supersedes"]
    if report.period_loose:
        loose += ["period_start", "period_end"]
    bare = report.body.removeprefix(report.office)
    return {
        "publisher": report.office,
        "publisher_code": None,
        "meeting_body": report.body,
        "title": "".join(report.title_lines),
        "fiscal_year": report.fiscal_year,
        "period_start": report.period[0].isoformat() if report.period else None,
        "period_end": report.period[1].isoformat() if report.period else None,
        "page_count": None,
        "supersedes": None,
        "is_current": True,
        "optional_columns": loose,
        "alt": {"meeting_body": [bare, report.office + bare]},
    }


def _case(report: Report, case: Case, style: Style) -> Row:
    columns = style.list_columns
    row: Row = {
        "case_no": case.number,
        "title": case.title,
        "base_title": case.base_title,
        "change_note": case.change_note,
        "meeting_date": case.meeting_date.isoformat() if "meeting_date" in columns else None,
        "result": case.result,
        "detail_title": case.detail_title,
        "project_name": case.project_name,
        "purpose": None if case.listed_only else case.purpose,
        "target": None if case.listed_only else "\n".join(case.target_lines),
        "in_list": True,
        "in_detail": not case.listed_only,
    }
    loose, alt = [], {}
    if "meeting_date" not in columns:
        loose.append("meeting_date")  # the head may say the day of the one meeting
    if report.old_form and not case.listed_only:
        # 委託理由 may count as the purpose; 件名 is a row, so that it may be the title or the name or both
        alt = {"purpose": [None], "target": [_whose(case)], "project_name": [case.title]}
        row["target"] = None
        if style.title_number == "row":
            alt["detail_title"] = [None]
    if loose:
        row["optional_columns"] = loose
    if alt:
        row["alt"] = alt
    return row


def _whose(case: Case) -> str | None:
    return case.old_items.heading if case.old_items else None


def _case_tables(report: Report, case: Case, style: Style) -> Iterator[tuple[str, list[Row]]]:
    yield (
        "case_departments",
        [
            {"source": source, "department": name, "unnamed_count": count}
            for source, departments in (("list", case.list_departments), ("detail", case.detail_departments))
            if source == "detail" or "department" in style.list_columns
            for name, count in departments
        ],
    )
    sources = ["list"] if "category" in style.list_columns else []
    if not report.old_form and not case.listed_only:
        sources.append("detail")
    yield "case_categories", [{"source": source, "category": name} for source in sources for name in case.categories]
    yield "sections", list(_sections(case.body, (), OUTLINES[style.outline]))
    yield "target_counts", [_count(where, label, count) for where, label, count in case.counts]
    yield "parties", [_party(party) for party in case.parties]
    yield "prior_references", [reference.columns for reference in case.references]
    yield "controls", list(_controls(case))
    yield "information_items", list(_items(case))
    yield "flow_steps", list(_steps(case.flow)) if case.flow else []


def _sections(nodes: list[Node], path: tuple[int, ...], markers: tuple[str, ...]) -> Iterator[Row]:
    for ordinal, node in enumerate(nodes, 1):
        own = (*path, ordinal)
        lines = list(node.paragraphs)
        if node.table is not None:
            lines += ["　".join(row) for row in (node.table.header, *node.table.rows)]
        leaf = not lines and not node.children
        yield {
            "path": ".".join(map(str, own)),
            "depth": len(own),
            "marker": marker(markers, len(own), ordinal),
            "heading": None if leaf else node.line,
            "text": node.line if leaf else "\n".join(lines),
        }
        yield from _sections(node.children, own, markers)


_OF_A_COUNT = (
    "qualifier", "value", "value_max", "unit", "is_approximate", "bound", "is_total", "fiscal_year", "basis", "printed",
    "kind",
)  # fmt: skip


def _count(where: str, label: str, count: Count) -> Row:
    return {
        "field": where,
        "label": label,
        **{name: getattr(count, name) for name in _OF_A_COUNT},
        "as_of": count.as_of.isoformat() if count.as_of else None,
        "optional_columns": list(count.loose),
    }


def _party(party: Party) -> Row:
    row: Row = {"name": party.name, "role": party.role, "certifications": None}
    if party.optional:
        row["optional"] = True
    if party.loose:
        row["optional_columns"] = list(party.loose)
    if party.alt:
        row["alt"] = party.alt
    return row


def _controls(case: Case) -> Iterator[Row]:
    lists: list[tuple[ControlList, bool]] = [(controls, False) for _, controls in case.old_controls]
    if case.flow is not None:
        lists += [(actor.controls, True) for actor in case.flow.actors if actor.controls is not None]
    for group, (controls, drawn) in enumerate(lists, 1):
        for text, key, category, sure in controls.entries:
            loose = ["control_name"] if sure and key not in DEBATABLE else ["control_name", "category"]
            row: Row = {
                "group_no": group, "holder": controls.holder, "text": text,
                "control_id": None if key in ARGUABLE else key, "control_name": None, "category": category,
                "optional_columns": loose, "alt": {"holder": list(controls.holder_alt)},
            }  # fmt: skip
            if drawn:
                row["drawn_holder"] = controls.holder
            yield row


def _items(case: Case) -> Iterator[Row]:
    lists: list[ItemList] = [case.old_items] if case.old_items else []
    if case.flow is not None:
        lists += [actor.items for actor in case.flow.actors if actor.items is not None]
    for group, items in enumerate(lists, 1):
        for item in items.items:
            loose = [] if item.text in ITEMS else ["item_norm", "item_category"]
            if item.text == "住所":
                loose.append("item_category")
            if items.holder is None:
                loose.append("holder")
            yield {
                "group_no": group, "heading": items.heading, "holder": items.holder, "item": item.text,
                "item_norm": item.norm, "item_category": item.category, "is_open_list": items.is_open,
                "optional_columns": loose, "alt": {"holder": list(items.holder_alt)},
            }  # fmt: skip


def _steps(flow: Flow) -> Iterator[Row]:
    aliases = {actor.name: list(actor.aliases) for actor in flow.actors}
    for step in flow.steps:
        row: Row = {
            "label": "①②③④⑤⑥⑦⑧⑨⑩"[step.number - 1], "number": step.number, "text": step.text, "media": step.media,
            "delivery": step.delivery, "sender": step.sender, "receiver": step.receiver,
        }  # fmt: skip
        if step.inside is not None:
            row["optional_columns"] = ["sender", "receiver"]
        else:
            row |= {"drawn_sender": step.sender, "drawn_receiver": step.receiver}
            row["alt"] = {"sender": aliases[step.sender or ""], "receiver": aliases[step.receiver or ""]}
        yield row
