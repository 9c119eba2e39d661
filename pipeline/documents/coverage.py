"""What of a document was understood, character by character, and what nobody took.

A page's letters and digits (no signs, no spaces) are its ink. One counts as understood when its centre lies

- in the place that a row of a table was read from, parts on later pages included: of every table but `table_cells`,
  `diagram_boxes`, `pages`, `documents` and `findings`, and of `diagram_arrows` only where the arrow has words;
- in a label that the form knows (a header counts on every page that repeats it), the title and number over a sheet, the
  heading of a 別紙, the mark of a paper (資料2), a page number;
- in a line of the report's head that gave its title, office, meeting, year or period;
- in a running head or foot: a line in the margin that stands at the same height of the page before or after, numbers
  aside;
- in the name of a drawing's box that a step or an arrow joins, or the heading or holder of a list in a box.

Coverage is the share of the ink that was understood, of a page or of the whole document. What nobody took (a label, a
table, a list, a box with less than `TAKEN` of its ink understood) is told as a finding.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from extractors.cases.labels import LabelSeen
from extractors.cases.report import PageSeen
from extractors.japanese.normalise import key
from extractors.pages.text import Evidence, Text
from pipeline.documents.candidates import Candidate, candidates_on
from pipeline.extraction import Row

TAKEN = 0.5
"""A label, table, list or box with this share of its ink understood was taken by somebody."""

NOT_COUNTED = frozenset({"table_cells", "diagram_boxes", "pages", "documents", "findings"})
"""Tables whose rows do not show that anything was understood."""

MOST_TOLD = 20
"""So much that nobody took is told as a finding each; the rest of a document as one."""

MARGIN = 0.12
"""Running heads and feet stand within this share of the page's height from its edges."""

OF_CASES = frozenset({"list", "sheet", "title", "attachment", "drawing"})
"""Labels that mean something only where there are cases."""

SLACK = 0.05
"""Points: places are rounded to hundredths."""

_GROWN = np.array([[-SLACK], [-SLACK], [SLACK], [SLACK]], dtype=np.float32)

AT_ONCE = 256
"""Places held against a page's ink at a time, which bounds the memory that a page of many takes."""

Edges = tuple[float, float, float, float]
Placed = tuple[LabelSeen, Evidence]
"""A label with where it stands."""


@dataclass
class _Page:
    """The ink of one page (centres, in points of the page as displayed) and what is known of it."""

    number: int
    height: float
    ink: np.ndarray[Any, Any]
    understood: list[Edges] = field(default_factory=list)
    margin: list[tuple[str, Edges, Text]] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    labels: list[LabelSeen] = field(default_factory=list)


@dataclass(frozen=True)
class Covered:
    """What was understood: the share of the whole document and of each page (None without ink), and of each page what
    nobody took."""

    document: float | None
    pages: Mapping[int, float | None]
    left: Mapping[int, Sequence[Candidate]]
    labels: Mapping[int, Sequence[Placed]]

    def account(self, page: int) -> dict[str, Any]:
        """What is kept of a page in the document's reading: plain values."""
        return {
            "coverage": self.pages.get(page),
            "labels": [
                [label.text.string, label.field, label.part, *(round(edge, 1) for edge in evidence.place[1:])]
                for label, evidence in self.labels.get(page, ())
            ],
            "not_understood": [
                {"kind": one.kind, "words": one.words, "part": one.part, "table": one.table_no, "box": list(one.edges)}
                for one in self.left.get(page, ())
            ],
        }


class Coverage:
    """The account of one document, gathered page by page."""

    def __init__(self) -> None:
        self._pages: dict[int, _Page] = {}
        self._told: dict[int, list[LabelSeen]] = defaultdict(list)

    def add_page(self, seen: PageSeen) -> None:
        """A page as it was seen, with its labels."""
        reading = seen.reading
        frame, glyphs = reading.frame, reading.page.glyphs
        level = frame.turn == 0 and not frame.skew
        boxes = [g.box if level else frame.displayed(g.box) for g in glyphs if g.text.isalnum()]
        ink = np.array([[b.x0 + b.x1 for b in boxes], [b.top + b.bottom for b in boxes]], dtype=np.float32) / 2
        page = self._pages[reading.number] = _Page(reading.number, frame.height, ink)
        page.labels = [label._replace(text=label.text.settled()) for label in seen.labels]
        page.candidates = candidates_on(seen)
        for line in reading.free:
            place = frame.displayed(line.box)
            if place.bottom < MARGIN * frame.height or place.top > (1 - MARGIN) * frame.height:
                page.margin.append((re.sub(r"\d+", "#", key(line.text.string)), place, line.text.settled()))

    def add_told(self, texts: Iterable[Text], part: Literal["head", "drawing"]) -> None:
        """Words that ended in a field without a row of their own: of the report's head, of a drawing."""
        for text in texts:
            if text.evidence is not None:
                self._told[text.evidence.place.page].append(LabelSeen(text.settled(), part, part))

    def covered(self, rows: Mapping[str, Iterable[Row]], has_cases: bool = True) -> Covered:
        """The account, once all rows of the document are there; of a paper without cases no label of theirs counts."""
        places = _places(rows)
        labels: dict[int, list[Placed]] = {}
        self._running_lines()
        for number, page in self._pages.items():
            page.labels += self._told[number]
            if not has_cases:
                page.labels = [label for label in page.labels if label.part not in OF_CASES]
                page.candidates = [one for one in page.candidates if one.kind != "label"]
            else:
                page.candidates = [one for one in page.candidates if not one.in_case]
            labels[number] = [(label, found) for label in page.labels if (found := label.text.evidence) is not None]
            for label, evidence in labels[number]:
                if label.field is not None:
                    page.understood += [p[1:] for p in (evidence.place, *evidence.continued) if p.page == number]
        shares: dict[int, float | None] = {}
        left: dict[int, list[Candidate]] = {}
        known = total = 0
        for number, page in sorted(self._pages.items()):
            is_known = _inside(page.ink, [*page.understood, *places[number]])
            count, size = int(is_known.sum()), int(is_known.size)
            shares[number] = round(count / size, 4) if size else None
            known, total = known + count, total + size
            left[number] = [one for one in page.candidates if _is_left(one, page.ink, is_known)]
        return Covered(round(known / total, 4) if total else None, shares, left, labels)

    def _running_lines(self) -> None:
        """Lines of the margin that a neighbouring page has at the same height: running ones, on the first page too."""
        for number, page in self._pages.items():
            known = {label.text.evidence for label in page.labels}
            for words, edges, text in page.margin:
                beside = (self._pages.get(number - 1), self._pages.get(number + 1))
                if text.evidence not in known and any(
                    _recurs(words, edges, other) for other in beside if other is not None
                ):
                    page.labels.append(LabelSeen(text, "running", "running"))


def _recurs(words: str, edges: Edges, page: _Page) -> bool:
    """Whether the page has the same words at the same height of its margin."""
    return any(words == own and abs(at[1] - edges[1]) < edges[3] - edges[1] for own, at, _ in page.margin)


def _places(rows: Mapping[str, Iterable[Row]]) -> Mapping[int, list[Edges]]:
    """Where the rows that count were read, page by page."""
    found: dict[int, set[Edges]] = defaultdict(set)
    for table, own in rows.items():
        if table in NOT_COUNTED:
            continue
        for row in own:
            if row.get("page") is None or (table == "diagram_arrows" and not row.get("label")):
                continue
            for place in (row, *(row.get("continued") or ())):
                found[place["page"]].add((place["x0"], place["top"], place["x1"], place["bottom"]))
    return defaultdict(list, {page: sorted(places) for page, places in found.items()})


def _inside(ink: np.ndarray[Any, Any], places: Sequence[Edges]) -> np.ndarray[Any, Any]:
    """Which of the points lie in one of the places."""
    inside = np.zeros(ink.shape[1], dtype=bool)
    across, down = ink[:, :, None]
    for first in range(0, len(places), AT_ONCE):
        x0, top, x1, bottom = np.array(places[first : first + AT_ONCE], dtype=np.float32).T + _GROWN
        inside |= ((across >= x0) & (across <= x1) & (down >= top) & (down <= bottom)).any(axis=1)
    return inside


def _is_left(candidate: Candidate, ink: np.ndarray[Any, Any], is_known: np.ndarray[Any, Any]) -> bool:
    own = _inside(ink, [place[1:] for place in (candidate.evidence.place, *candidate.evidence.continued)])
    count = int(own.sum())
    return count > 0 and int((own & is_known).sum()) < TAKEN * count
