"""What on a page may have been understood by nobody: labels in no form, tables that are neither list nor sheet, lists
and boxes that gave nothing. Whether somebody took it all the same says `coverage`."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal, NamedTuple

from extractors.cases.report import PageSeen
from extractors.pages.geometry import Box, union
from extractors.pages.lines import Line, is_page_number
from extractors.pages.markers import marker_of
from extractors.pages.text import Evidence, Method, Place, Text

Kind = Literal["label", "table", "list", "box"]

RULES: dict[Kind, str] = {
    "label": "label_unknown",
    "table": "table_not_understood",
    "list": "list_not_understood",
    "box": "box_not_understood",
}
"""The finding for each kind of thing that nobody took."""

MOST_WORDS = 60
"""Characters of what nobody took that a finding repeats."""

LIST_LINES = 3
"""So many lines with markers, one below the other, are a list."""


class Candidate(NamedTuple):
    """Something that may have been understood by nobody: its words as printed, shortened, and where it stands.

    `part` is where a label stands (`list`, `sheet`), `table_no` which table it is; `in_case`: it was taken for part of
    one, and is left only where the paper has no cases. A box stands where its own words do, without those in it.
    """

    kind: Kind
    words: str
    evidence: Evidence
    part: str | None = None
    table_no: int | None = None
    in_case: bool = False

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """Its box on the page as displayed, in points."""
        return self.evidence.place[1:]


def candidates_on(seen: PageSeen) -> list[Candidate]:
    """Everything of that kind on the page, top to bottom."""
    found = _labels(seen)
    if seen.kind == "attachment":
        found += _boxes(seen, [])
    else:
        tables = _tables(seen)
        found += [*tables, *_lists(seen)]
        if seen.reading.has_drawing and seen.kind in ("cover", "other"):
            found += _boxes(seen, tables)
    return sorted(found, key=lambda one: (one.edges[1], one.edges[0], one.kind))


def _labels(seen: PageSeen) -> list[Candidate]:
    found = []
    for label in seen.labels:
        evidence = label.text.evidence
        if label.field is None and evidence is not None:
            found.append(Candidate("label", _short(label.text.string), evidence, label.part))
    return found


def _tables(seen: PageSeen) -> list[Candidate]:
    found = []
    for table, number, role in zip(seen.reading.tables, seen.table_numbers, seen.table_roles, strict=True):
        words = "　".join(reading.text.string for reading in table.cells if reading.text)
        if words:
            where = _at(seen, table.table.box, words)
            found.append(Candidate("table", _short(words), where, table_no=number, in_case=role is not None))
    return found


def _lists(seen: PageSeen) -> list[Candidate]:
    """Runs of lines that each begin with a marker, outside tables; a line without one between two of them belongs."""
    height = seen.reading.size[1]
    lines = [line for line in seen.reading.free if not is_page_number(line, height)]
    runs: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (line.box.top, line.box.x0)):
        near = bool(runs) and line.box.top - runs[-1][-1].box.bottom < 2.5 * line.size
        if near and (marker_of(line.text.string) or line.box.x0 >= runs[-1][0].box.x0):
            runs[-1].append(line)
        elif marker_of(line.text.string):
            runs.append([line])
    found = []
    for run in runs:
        marked = [line for line in run if marker_of(line.text.string)]
        if len(marked) >= LIST_LINES and all(a.box.top <= b.box.top for a, b in pairwise(marked)):
            words = "　".join(line.text.string for line in run)
            found.append(Candidate("list", _short(words), _at(seen, union(line.box for line in run), words)))
    return found


def _boxes(seen: PageSeen, beside: list[Candidate]) -> list[Candidate]:
    """The boxes of a drawing that have words; not those of a table that stands for itself."""
    found = []
    for box in seen.reading.diagram.boxes:
        words = Text.join([*([box.heading] if box.heading else []), *box.paragraphs])
        evidence = words.evidence
        if evidence is not None and not any(_holds(one.evidence.place, evidence.place) for one in beside):
            found.append(Candidate("box", _short(words.string), evidence))
    return found


def _holds(around: Place, place: Place) -> bool:
    return Box(*around[1:]).holds(Box(*place[1:]), 3.0)


def _at(seen: PageSeen, box: Box, words: str) -> Evidence:
    frame = seen.reading.frame
    place = Place(frame.page, *(round(edge, 2) for edge in frame.displayed(box)))
    method: Method = "ocr" if seen.reading.method == "ocr" else "text"
    return Evidence(place, (), method, 1.0 if method == "text" else seen.reading.ocr_confidence or 0.0, words)


def _short(words: str) -> str:
    plain = words.replace("\n", "")
    return plain if len(plain) <= MOST_WORDS else plain[:MOST_WORDS] + "…"
