"""Facts from a case's 別紙: what is drawn, the steps of the flow, and the words and names on the pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from extractors.cases.outline import Section
from extractors.cases.sheet import Field
from extractors.cases.step_tables import steps_of
from extractors.diagrams.parts import Diagram, DiagramBox
from extractors.diagrams.rows import diagram_remarks, diagram_rows
from extractors.forms.form import Form
from extractors.lists.controls import controls, looks_like_controls
from extractors.lists.information_items import ItemList, information_items, is_item_list
from extractors.lists.prose_items import items_in_prose
from extractors.pages.text import Evidence, Text
from extractors.tables.cells import TableReading

Facts = dict[str, list[dict[str, Any]]]


def words(drawn: Sequence[Diagram]) -> list[Text]:
    """All running words of the pages: of boxes and of what stands free."""
    texts: list[Text] = []
    for diagram in drawn:
        texts += [text for text in (diagram.title, *diagram.free) if text]
        texts += [paragraph for box in diagram.boxes if box.role != "controls" for paragraph in box.paragraphs]
    return texts


def names(drawn: Sequence[Diagram]) -> list[Text]:
    """The names of the boxes that stand for somebody or something."""
    return [box.name for diagram in drawn for box in diagram.boxes if box.role in ("actor", "system") and box.name]


def told(diagram: Diagram, facts: Facts) -> Iterator[Text]:
    """The words of a drawing that ended in a field without a row of their own: the names of the boxes that a step or an
    arrow joins, and what a list in a box is called and who holds it."""
    joins = [(step.sender_box, step.receiver_box) for step in diagram.steps]
    joins += [(arrow.tail_box, arrow.head_box) for arrow in diagram.connectors if arrow.headed]
    ends = {no for pair in joins for no in pair if no is not None}
    listed = {
        row["box_no"]
        for table in ("information_items", "controls")
        for row in facts[table]
        if row["box_no"] is not None and row["evidence"].place.page == diagram.frame.page
    }
    for box in diagram.boxes:
        if box.no in ends and box.name:
            yield box.name
        if box.no in listed:
            if box.heading:
                yield box.heading
            holder = diagram.holder_of(box)
            if holder is not None and holder.text:
                yield holder.text


def add(facts: Facts, drawn: Sequence[Diagram], form: Form) -> None:
    """Put the rows of all pages into `facts`, counted through the case."""
    for diagram in drawn:
        steps = {step.whole.string for step in diagram.steps}
        rows = diagram_rows(diagram)
        facts["diagram_boxes"] += rows["diagram_boxes"]
        facts["diagram_arrows"] += rows["diagram_arrows"]
        for row in rows["flow_steps"]:
            facts["flow_steps"].append({**row, "ordinal": len(facts["flow_steps"]) + 1})
        for box in diagram.boxes:
            heading = box.heading.string if box.heading else ""
            if box.role == "controls" or form.heads_controls(heading):
                held_by = diagram.holder_of(box)
                named = held_by.name if held_by else box.heading.string if box.heading else None
                add_controls(facts, box.paragraphs, unbracketed(named), box.no)
            elif box.role in ("actor", "system") and looks_like_controls(
                measures := [text for text in box.paragraphs if text.string not in steps]
            ):
                # measures that stand in the box of who takes them, without a box of their own
                add_controls(facts, measures, unbracketed(box.name.string), box.no)
            elif form.heads_items(heading) or is_item_list(box.paragraphs, box.heading):
                _add_items(facts, diagram, box)


def add_told_steps(facts: Facts, tables: Sequence[TableReading]) -> None:
    """Put the steps that tables tell into `facts`, after those that are drawn."""
    for table in tables:
        for row in steps_of(table):
            facts["flow_steps"].append({**row, "ordinal": len(facts["flow_steps"]) + 1})


def _add_items(facts: Facts, diagram: Diagram, box: DiagramBox) -> None:
    # a machine or a party holds the list in its box; a list with a name of its own is held by what stands around it
    name, title = _name_and_title(box.heading)
    holds = name is not None and (box.role in ("system", "actor") or title is not None)
    holder = diagram.holder_of(box)
    around = name.string if holds and name else holder.name if holder else None
    for found in information_items(box.paragraphs, title if holds else box.heading):
        own = found.above[-1].string if found.above else around
        add_item_list(facts, found, "diagram", unbracketed(own), box.no)


def add_controls(
    facts: Facts, paragraphs: Sequence[Text], holder: str | None, box_no: int | None, certain: bool = False
) -> None:
    """Put a list of measures into `facts` as the case's next group; `certain`: a label says that it is one."""
    rows = facts["controls"]
    group = max((row["group_no"] for row in rows), default=0) + 1
    for control in controls(paragraphs, certain):
        rows.append(
            {
                "ordinal": len(rows) + 1,
                "group_no": group,
                "holder": holder,
                "text": control.text.string,
                "control_id": control.control_id,
                "control_name": control.control_name,
                "name_en": control.name_en,
                "category": control.category,
                "match_score": control.match_score,
                "box_no": box_no,
                "evidence": control.text.evidence,
            }
        )


def add_ruled_lists(facts: Facts, fields: Mapping[str, Field]) -> None:
    """Put the lists that a sheet's own rows hold into `facts`: items, and measures with the holder its label names."""
    for name, entry in fields.items():
        kind, _, holder = name.partition(":")
        lines = [block.text for block in entry.blocks]
        if kind == "items":
            for found in information_items(lines, certain=True):
                add_item_list(facts, found, "table", None, None)
        elif kind == "controls" and not _is_announcement(entry):
            add_controls(facts, lines, holder or None, None, certain=True)


def add_lists_in_body(facts: Facts, sections: Sequence[Section], form: Form) -> set[str]:
    """Put the lists of 事業内容 that stand under a heading which the form names into `facts`; gives the paths of the
    sections that they stand in."""
    listed: set[str] = set()
    for section in sections:
        heading = section.heading
        if heading is None or section.path in listed:
            continue
        is_items, is_controls = form.heads_items(heading.string), form.heads_controls(heading.string)
        if not is_items and not is_controls:
            continue
        below = [one for one in sections if one.path.startswith(f"{section.path}.")]
        lines = [block.text for block in section.blocks]
        for one in below:
            lines += [one.marker + one.first, *(block.text for block in one.blocks)]
        listed |= {section.path, *(one.path for one in below)}
        if is_items:
            for found in information_items(lines, heading):
                add_item_list(facts, found, "table", None, None)
        else:
            add_controls(facts, lines, None, None, certain=True)
    return listed


def _is_announcement(entry: Field) -> bool:
    return len(entry.text) < 20 and "別紙" in entry.text.string


def add_items_in_prose(facts: Facts, texts: Iterable[Text]) -> None:
    """Put the items that running text enumerates into `facts`, each name once: 氏名、住所及び電話番号を確認する."""
    seen: set[str] = set()
    for text in texts:
        for found in items_in_prose(text):
            new = tuple(item for item in found.items if item.item_norm not in seen)
            seen |= {item.item_norm for item in new}
            add_item_list(facts, found._replace(items=new), "body", None, None)


class Seen(NamedTuple):
    """Something on a 別紙 that a reviewer should look at: `rule` names it; it stands at `evidence`, or on `page`."""

    rule: str
    page: int | None
    left: str | None = None
    right: str | None = None
    evidence: Evidence | None = None


def remarks(facts: Facts, drawn: Sequence[Diagram]) -> Iterator[Seen]:
    """What is odd on a case's 別紙, once its facts are in `facts`."""
    for diagram in drawn:
        for remark in diagram_remarks(diagram):
            yield Seen(remark.rule, remark.page, remark.left_value, remark.right_value)
        for text in diagram.free:
            if is_item_list([text]):
                yield Seen("items_outside_boxes", diagram.frame.page, text.string, evidence=text.evidence)
    for row in facts["controls"]:
        if row["control_id"].startswith("new-"):
            yield Seen("control_new", None, row["text"], row["control_name"], row["evidence"])
    understood = any(facts[table] for table in ("flow_steps", "controls", "information_items"))
    if drawn and not understood:
        yield Seen("attachment_not_understood", drawn[0].frame.page)
    if facts["flow_steps"] and not facts["controls"]:
        for row in facts["parties"]:
            if row["role"] in ("委託先", "再委託先"):
                yield Seen("party_without_controls", None, row["name"], row["role"], row["evidence"])


_IN_BRACKETS = re.compile(r"\s*[【＜<〈〔［\[]([^【】＜＞<>〈〉〔〕［］\[\]]+)[】＞>〉〕］\]]\s*")


def unbracketed(name: str | None) -> str | None:
    """A name without the brackets that set it off as a heading: 【委託先PC】."""
    match = _IN_BRACKETS.fullmatch(name) if name else None
    return match[1] if match else name


_TITLED = re.compile(r"(?P<name>.+?)\s*(?P<title>[【＜<〈〔［][^【】＜＞<>〈〉〔〕［］]+[】＞>〉〕］])\s*")


def _name_and_title(heading: Text | None) -> tuple[Text | None, Text | None]:
    """A heading's two parts, where it names a machine and then the list in it: 受付システム 【利用者情報】."""
    match = _TITLED.fullmatch(heading.string) if heading is not None else None
    if heading is None or match is None:
        return heading, None
    return heading[: match.end("name")].strip(), heading[match.start("title") : match.end("title")]


def add_item_list(facts: Facts, found: ItemList, source: str, holder: str | None, box_no: int | None) -> None:
    """Put a list of items into `facts` as the case's next group."""
    rows = facts["information_items"]
    group = max((row["group_no"] or 0 for row in rows), default=0) + 1
    for item in found.items:
        rows.append(
            {
                "ordinal": len(rows) + 1,
                "group_no": None if source == "body" else group,
                "heading": found.heading.string if found.heading else None,
                "holder": holder,
                "item": item.item,
                "item_norm": item.item_norm,
                "item_category": item.category,
                "is_open_list": found.is_open_list,
                "is_special_care": item.is_special_care,
                "is_my_number": item.is_my_number,
                "source": source,
                "box_no": box_no,
                "evidence": item.text.evidence,
            }
        )
