"""From what a case's row, sheet and 別紙 say, verbatim, to facts: rows of the tables, each with its evidence.

A fact is a dict of columns without keys (`case_id` and the like are `pipeline`'s); its `evidence` says where it stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from extractors.cases import attachment_facts, parties
from extractors.cases import words as case_words
from extractors.cases.case_list import ListRow
from extractors.cases.count_facts import CountReader, Fact
from extractors.cases.outline import Section, outline
from extractors.cases.sheet import Field, Sheet
from extractors.forms.form import Form
from extractors.japanese.dates import date_of, mentions
from extractors.japanese.language import Analysed, analyse
from extractors.japanese.normalise import key, normalised
from extractors.japanese.numbers import numbers
from extractors.pages.text import Evidence, Text
from extractors.tables.cells import Block, TableRow

Facts = dict[str, list[Fact]]


@dataclass
class Issue:
    """Something about a case that a reviewer should see: `rule` names it, `text` is where it stands."""

    rule: str
    evidence: Evidence | None
    left: str | None = None
    right: str | None = None
    page: int | None = None


@dataclass
class ListFacts:
    """What a row of the 一覧 says."""

    number: int | None
    title: Text | None
    base_title: str | None
    change_note: str | None
    meeting_date: date | None
    result: str | None
    facts: Facts
    issues: list[Issue] = field(default_factory=list)


@dataclass
class SheetFacts:
    """What a sheet and its 別紙 say."""

    number: int | None
    title: Text | None
    first_page: int
    last_page: int
    values: dict[str, Text]
    facts: Facts
    issues: list[Issue] = field(default_factory=list)


def read_list_row(row: ListRow, fiscal_year: int | None) -> ListFacts:
    """Interpret a row of the 一覧; a date without a year falls into `fiscal_year`."""
    facts: Facts = defaultdict(list)
    issues: list[Issue] = []
    title = _one_line(row.fields.get("title"))
    base, note = case_words.title_parts(title) if title else (None, None)
    meeting_date = None
    if "meeting_date" in row.fields:
        text = normalised(row.fields["meeting_date"].removed(r"\n"))
        meeting_date = next((day for m in mentions(text.string) if (day := date_of(m, fiscal_year))), None)
        if meeting_date is None:
            issues.append(Issue("date_unreadable", text.evidence, left=text.string))
    result = normalised(row.fields["result"]).string.replace("\n", "") if "result" in row.fields else None
    _short_facts(facts, "list", row.fields.get("department"), row.fields.get("category"))
    for name, text in row.fields.items():
        _field_fact(facts, "list", name, text)
    return ListFacts(
        _number_of(row.fields.get("number")),
        title.settled() if title is not None else None,
        base.string if base else None,
        note.string if note else None,
        meeting_date,
        result,
        facts,
        issues,
    )


def _number_of(printed: Text | None) -> int | None:
    """The number of a case as its column or row has it: No.3, 第3号."""
    found = next(numbers(normalised(printed.removed(r"\n")).string), None) if printed else None
    return int(found.value) if found is not None else None


def read_sheet(sheet: Sheet, form: Form) -> SheetFacts:
    """Interpret a sheet and its 別紙."""
    facts: Facts = defaultdict(list)
    values = {name: entry.text for name, entry in sheet.fields.items()}
    if "project_name" not in values and "title" in values:
        values["project_name"] = values["title"]
    if sheet.title is not None:
        _field_fact(facts, "detail", "detail_title", sheet.title)
    for name, entry in sheet.fields.items():
        if name != "body":
            _field_fact(facts, "detail", name, entry.text)
    _short_facts(facts, "detail", values.get("department"), values.get("category"))

    body = outline(sheet.fields["body"].blocks, form.markers) if "body" in sheet.fields else []
    targets = [sheet.fields[name] for name in ("target", "target_count") if name in sheet.fields]
    drawn = [page.diagram for page in sheet.attachments]
    attached, headings = attachment_facts.words(drawn), attachment_facts.names(drawn)
    look = _Look(
        [
            *_parts(block for entry in (*targets, *_prose(sheet)) for block in entry.blocks),
            *(section.first for section in body),
            *_parts(block for section in body for block in section.blocks),
            *attached,
            *headings,
            *(text for _, text in _party_rows(sheet)),
        ]
    )
    _section_facts(facts, body)
    attachment_facts.add_ruled_lists(facts, sheet.fields)
    listed = attachment_facts.add_lists_in_body(facts, body, form)
    prose_sections = [section for section in body if section.path not in listed]
    attachment_facts.add_items_in_prose(facts, [t for s in prose_sections for t in (s.first, *_parts(s.blocks))])

    reader = CountReader(look)
    for entry in targets:
        label = normalised(entry.label).string
        reader.read_target(label, entry.blocks, counts_them=form.heads_counts(label))
    for section, heading, is_count in _with_headings(body, form):
        reader.read_section(section, heading, is_count)
    facts["target_counts"] = reader.rows
    issues = [
        Issue("count_without_unit", text.evidence, left=text.string, right=label) for text, label in reader.unitless
    ]

    prose = [look(part) for part in _parts(block for entry in (*_prose(sheet), *targets) for block in entry.blocks)]
    prose += [look(part) for section in body for part in (section.first, *_parts(section.blocks))]
    _reference_facts(facts, [*prose, *(look(text) for text in attached)])
    labelled = [(name.partition(":")[2], look(text)) for name, text in _party_rows(sheet)]
    _party_facts(facts, labelled, prose, [look(text) for text in headings], values.get("category"))
    attachment_facts.add(facts, drawn, form)
    attachment_facts.add_told_steps(
        facts, [table for page in sheet.attachments if not page.diagram.steps for table in page.tables]
    )
    for remark in attachment_facts.remarks(facts, drawn):
        issues.append(Issue(remark.rule, remark.evidence, remark.left, remark.right, remark.page))
    issues += _attachment_issues(sheet, form)
    for name in form.required:
        if name not in values or not values[name].string.strip():
            issues.append(Issue("required_row_empty", values[name].evidence if name in values else None, left=name))
    pages = [*sheet.pages, *(page.number for page in sheet.attachments)]
    number = sheet.number if sheet.number is not None else _number_of(values.get("number"))
    title = sheet.title.settled() if sheet.title is not None else None
    settled = {name: text.settled() for name, text in values.items()}
    return SheetFacts(number, title, min(pages), max(pages), settled, facts, issues)


def _attachment_issues(sheet: Sheet, form: Form) -> Iterator[Issue]:
    """Whether the 別紙 that the sheet announces is there, and whether more than a picture of it is."""
    announced = [f for f in (*sheet.fields.values(), *sheet.unknown) if form.announces_attachment(f.text.string)]
    if announced and not sheet.attachments:
        text = announced[0].text
        yield Issue("attachment_missing", text.evidence, left=text.string.replace("\n", ""))
    for page in sheet.attachments:
        if page.has_picture and not page.diagram.boxes:
            yield Issue("attachment_is_picture", None, page=page.number)


class _Look:
    """The analysed form of each text of a case; all of them go through the language pipeline in one batch."""

    def __init__(self, texts: list[Text]) -> None:
        self._found = {id(text): analysed for text, analysed in zip(texts, analyse(texts), strict=True)}
        self._kept = texts  # so that no id is given out again

    def __call__(self, text: Text) -> Analysed:
        return self._found[id(text)]


def _parts(blocks: Iterable[Block]) -> Iterator[Text]:
    for block in blocks:
        if isinstance(block, TableRow):
            yield from block.cells
        else:
            yield block.text


def _prose(sheet: Sheet) -> list[Field]:
    return [sheet.fields[name] for name in ("purpose", "remarks") if name in sheet.fields]


def _party_rows(sheet: Sheet) -> list[tuple[str, Text]]:
    return [
        (name, text)
        for name, entry in sheet.fields.items()
        if name.startswith("party:")
        for text in _parts(entry.blocks)
    ]


def _one_line(text: Text | None) -> Text | None:
    return None if text is None else text.removed(r"\n").strip()


def _field_fact(facts: Facts, source: str, name: str, text: Text) -> None:
    if text.evidence is not None:
        facts["case_fields"].append({"source": source, "field": name, "value": text.string, "evidence": text.evidence})


def _short_facts(facts: Facts, source: str, department: Text | None, category: Text | None) -> None:
    for ordinal, entry in enumerate(case_words.departments(department) if department else (), 1):
        facts["case_departments"].append(
            {
                "source": source,
                "ordinal": ordinal,
                "department": entry.name,
                "unnamed_count": entry.unnamed_count,
                "evidence": entry.text.evidence,
            }
        )
    for ordinal, text in enumerate(case_words.categories(category) if category else (), 1):
        facts["case_categories"].append(
            {"source": source, "ordinal": ordinal, "category": text.string, "evidence": text.evidence}
        )


def _section_facts(facts: Facts, sections: list[Section]) -> None:
    for ordinal, section in enumerate(sections, 1):
        facts["sections"].append(
            {
                "ordinal": ordinal,
                "path": section.path,
                "depth": section.depth,
                "marker": section.marker.string,
                "heading": section.heading.string if section.heading else None,
                "text": section.text.string,
                "evidence": section.whole.evidence,
            }
        )


def _with_headings(sections: list[Section], form: Form) -> Iterator[tuple[Section, str, bool]]:
    """Each section with the heading that its figures stand under: its own, else that of the section around it."""
    heads: dict[str, tuple[str, bool]] = {}
    for section in sections:
        around = heads.get(section.path.rpartition(".")[0], ("", False))
        own = normalised(section.heading).string if section.heading is not None else ""
        # a list of cases of use below a heading of counts stays a list of counts
        head = (own, form.heads_counts(own)) if own and not around[1] else around
        heads[section.path] = head
        yield section, head[0], head[1]


def _reference_facts(facts: Facts, texts: list[Analysed]) -> None:
    seen: set[tuple[Any, ...]] = set()
    for analysed in texts:
        for found in analysed.doc._.references:
            mark = (found.kind, found.fiscal_year, found.session_no, key(found.law_name or ""), found.law_number)
            named_before = found.kind == "law" and any(m[0] == "law" and m[3] == mark[3] for m in seen)
            if mark in seen or (named_before and found.law_number is None):
                continue
            seen.add(mark)
            facts["prior_references"].append(
                {
                    "ordinal": len(facts["prior_references"]) + 1,
                    "kind": found.kind,
                    "body": found.body,
                    "fiscal_year": found.fiscal_year,
                    "session_no": found.session_no,
                    "law_name": found.law_name,
                    "law_number": found.law_number,
                    "outcome": found.outcome,
                    "evidence": analysed.text[found.start : found.end].evidence,
                }
            )


_ROLE_NEEDS = {"結合先": "結合", "指定管理者": "指定管理"}
"""A role that running text gives only in a case of this category."""


def _party_facts(
    facts: Facts,
    labelled: list[tuple[str, Analysed]],
    prose: list[Analysed],
    headings: list[Analysed],
    category: Text | None,
) -> None:
    words = category.string if category else ""
    allowed = frozenset({"委託先", "再委託先", *(role for role, need in _ROLE_NEEDS.items() if need in words)})
    found = [party for role, value in labelled for party in parties.parties_in_row(value, role)]
    found += parties.parties_in_prose(prose, allowed)
    for heading in headings:
        found += parties.parties_in_heading(heading)
    for ordinal, party in enumerate(parties.merged(found), 1):
        facts["parties"].append(
            {
                "ordinal": ordinal,
                "name": party.name,
                "role": party.role,
                "certifications": "、".join(party.certifications) or None,
                "evidence": party.text.evidence,
            }
        )
