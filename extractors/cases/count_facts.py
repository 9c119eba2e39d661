"""対象者数 and its like: which counts of a case's texts are figures of the case, and what of."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from extractors.cases.outline import Section
from extractors.japanese import counts
from extractors.japanese.counts import Count
from extractors.japanese.language import Analysed
from extractors.japanese.normalise import normalised
from extractors.pages.text import Text
from extractors.tables.cells import Block, TableRow

Fact = dict[str, Any]
"""A row of a table without its keys; `evidence` says where it was read."""

_EDGES = " \u3000\t:：・…‥.．-‐―,、，。(（)）=＝はがをもに"
_OPENERS = re.compile(r"[(（。\n]|(?<=[^\s])[、，](?=[^、，]*$)")


class CountReader:
    """Reads the counts of one case, one text after the other, in document order."""

    def __init__(self, look: Callable[[Text], Analysed]) -> None:
        self._look = look
        self.rows: list[Fact] = []
        self.unitless: list[tuple[Text, str]] = []
        """Numbers under a heading of counts that have no unit, with that heading: for findings."""

    def read_section(self, section: Section, heading: str, is_count_heading: bool) -> None:
        """The counts of a section of 事業内容 under the heading that it stands under."""
        lead = [] if section.heading is not None else [section.first]
        self._read("事業内容", heading, [*lead, *section.blocks], is_count_heading)

    def read_target(self, label: str, blocks: Sequence[Block], counts_them: bool = False) -> None:
        """The counts of the 対象者 row; `counts_them`: its label says that a figure is what it holds (対象者数)."""
        self._read("対象者", label, blocks, counts_them)

    def _read(self, field: str, label: str, blocks: Sequence[Block | Text], is_count_heading: bool) -> None:
        label_basis = counts.basis_of(label) if is_count_heading else None
        dated: tuple[Any, str | None] = (None, None)
        over = ""
        for block in blocks:
            parts = (
                list(block.cells) if isinstance(block, TableRow) else [block if isinstance(block, Text) else block.text]
            )
            analysed = [self._look(part) for part in parts]
            above = [text.string for text in block.spanning] if isinstance(block, TableRow) else []
            for n, part in enumerate(analysed):
                head = block.heads[n].string if isinstance(block, TableRow) and block.heads else over
                found = [
                    c
                    for c in (_with_unit(count, part.string, head) for count in part.doc._.counts)
                    if _is_figure(c, is_count_heading, field)
                ]
                if not found:
                    dated = _date_of(part) or dated
                    over = _column_head(part.string) or over
                    if is_count_heading and n == len(analysed) - 1:
                        self._unitless(part, label)
                    continue
                edge = 0
                for count in found:
                    start, qualifier = _qualifier(part, count, edge, is_count_heading or field == "対象者")
                    total = count.is_total
                    if not qualifier and isinstance(block, TableRow):
                        beside = [a.string for a in analysed[:n] if not a.doc._.counts]
                        qualifier = (beside or above or [""])[-1]
                        total = total or counts.is_total_cell(qualifier)
                    evidence = part.text[start : count.end]
                    basis = count.basis or counts.basis_of(qualifier) or label_basis
                    as_of, fiscal_year = count.as_of, count.fiscal_year
                    if counts.is_basis(qualifier):
                        said = counts.dated(qualifier)
                        as_of, fiscal_year = as_of or said[0], fiscal_year or said[1]
                    elif as_of is None and counts.basis_of(qualifier) == "現在":
                        as_of, basis = counts.dated(qualifier)[0], basis  # 令和5年4月1日現在の登録者 100人
                    if qualifier == label or counts.is_basis(qualifier):
                        qualifier = ""
                    if as_of is None and dated[0] is not None:
                        as_of, basis = dated[0], basis or dated[1]
                    self.rows.append(
                        {
                            "field": field,
                            "label": label,
                            "qualifier": None if total else qualifier or None,
                            "value": count.value,
                            "value_max": count.value_max,
                            "unit": count.unit,
                            "is_approximate": count.is_approximate,
                            "bound": count.bound,
                            "is_total": total,
                            "as_of": as_of,
                            "fiscal_year": fiscal_year,
                            "basis": basis,
                            "evidence": evidence.evidence,
                        }
                    )
                    edge = count.end

    def _unitless(self, part: Analysed, label: str) -> None:
        if re.fullmatch(r"\s*(?:約)?\s*[\d,，]+(?:\.\d+)?\s*", part.string):
            self.unitless.append((part.text, label))


_COLUMN_HEAD = re.compile(r"[\s\u3000](?P<head>\S+[(（\[](?:単位\s*[:：]?\s*)?\S{1,4}[)）\]])$")


def _column_head(string: str) -> str:
    """The last word of a line of labels over figures without a table (区分　人数（人）); empty for other lines."""
    found = _COLUMN_HEAD.search(string)
    return found["head"] if found and counts.unit_of_head(normalised(Text.put_in(found["head"])).string) else ""


_FIGURE_LAST = re.compile(r"(?:.*\S)?[\s\u3000]+")
"""What stands before a figure that ends a line of words and figures."""


def _with_unit(count: Count, string: str, head: str) -> Count:
    """A bare figure of a table with the unit that its column's head gives."""
    ends_line = count.end == len(string.rstrip()) and _FIGURE_LAST.fullmatch(string, 0, count.number_start)
    alone = string.strip() == string[count.start : count.end].strip()
    if count.unit is not None or not head or not (ends_line or alone):
        return count
    unit = counts.unit_of_head(normalised(Text.put_in(head)).string)
    return count._replace(unit=unit, known_unit=unit is not None)


def _is_figure(count: Count, is_count_heading: bool, field: str) -> bool:
    if count.unit is None:
        return False
    if count.known_unit or is_count_heading:
        return True
    return count.is_approximate and field == "事業内容"


def _date_of(part: Analysed) -> tuple[Any, str | None] | None:
    """A day that a line without counts names as that of the figures after it: （令和5年4月1日現在）."""
    for note in re.finditer(r"[(（]([^()（）]*)[)）]|^([^()（）]*)$", part.string):
        words = note[1] or note[2] or ""
        basis = counts.basis_of(words)
        as_of, _ = counts.dated(words)
        if as_of is not None and basis == "現在":
            return as_of, basis
    return None


def _qualifier(part: Analysed, count: Count, edge: int, listed: bool) -> tuple[int, str]:
    """Where the words begin that say what is counted, and these words."""
    before = part.string[edge : count.start]
    if listed:
        # in a list of figures all that stands before the number says what of; a bracket or sentence begins anew
        cut = 0
        for opener in _OPENERS.finditer(before):
            tail = before[opener.end() :]
            if tail.strip(_EDGES) or opener.group() in "(（":
                cut = opener.end() if tail.strip(_EDGES) else cut
        words = before[cut:]
    else:
        cut = max((match.end() for match in re.finditer(r"[、。(（\n]", before.rstrip(_EDGES))), default=0)
        words = before[cut:]
    stripped = words.strip(_EDGES)
    lead = re.match(r"[(（]?[0-9０-９①-⑳ア-ン]{1,2}(?:[)）][\s\u3000]*|[\s\u3000.．、]+)", stripped)
    if lead:
        stripped = stripped[lead.end() :].strip(_EDGES)
    if not stripped:
        return count.start, ""
    start = edge + before.index(stripped, 0 if cut == 0 else max(0, cut - 1))
    return start, stripped
