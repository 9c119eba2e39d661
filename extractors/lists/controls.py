"""情報保護対策: the measures that a box lists, one row each, matched to the catalogue.

How such lists are set is here (bullets one or two to a line, wrapped lines, two columns, a bullet forgotten); what a
wording means is in `japanese.control_catalogue` and its vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from extractors.japanese.control_catalogue import (
    guessed_category,
    match,
    name_of,
    new_id,
    reads_like_a_measure,
    told,
)
from extractors.lists.item_pieces import AND, OR, is_open
from extractors.lists.printed_rows import Row, right_margin, room_left, rows_of
from extractors.pages.markers import marker_of
from extractors.pages.text import Text


class Control(NamedTuple):
    """One measure. `text` is as printed, without the bullet; `match_score` its likeness (0-1) to the nearest wording of
    the catalogue; `is_new`: the catalogue does not hold it, its category is a guess, a reviewer should look.
    `heading` is the line that the list stands under within its box, without brackets."""

    text: Text
    control_id: str
    control_name: str
    name_en: str | None
    category: str
    match_score: float
    is_new: bool
    heading: Text | None = None


CATEGORIES = ("組織的", "人的", "物理的", "技術的", "外的環境")

_SIGNS = "・･·•●○◯◎■□◆◇▪▫▶▷➢➤✓✔☑＊*"
_BULLET = re.compile(rf"^(?:[{_SIGNS}]|[‐‑–—－\-](?=[^\d\s]|[\s\u3000]))[\s\u3000]*")
_INNER = re.compile(rf"[ \t\u3000]+[{_SIGNS}](?=\S)")
_DOT = re.compile(r"[・･·•]")
_NUMBERED = ("(1)", "①", "1)", "1", "ア", "(ア)", "1.1", "a", "(a)", "ⅰ", "(ⅰ)")
_NOTE = re.compile(r"^(?:※|[（(]?注[)）\d０-９])")
_TITLE = re.compile(
    r"^(?:[■□◆◇▼▽●○◎][\s\u3000]*)?[【＜<〔［\[《〈≪]([^【】＜>＞〕］\]》〉≫]+)[】＞>〕］\]》〉≫][\s\u3000]*[:：]?$|^([^、。]{1,30})[:：]$"
)


class _Entry(NamedTuple):
    """One measure as it stands: its text so far, whether a bullet marks it, the row that it broke off in."""

    text: Text
    marked: bool
    x0: float | None
    last: Row
    heading: Text | None


def controls(paragraphs: Sequence[Text], certain: bool = False) -> list[Control]:
    """The measures in the paragraphs (or lines) of a box, column by column, top to bottom.

    Headings and remarks (※…) are left out. Whether a box is such a list at all says `looks_like_controls`; where a
    label says so it is `certain`, and numbers mark measures whatever they say.
    """
    return [control_of(entry.text, entry.heading) for entry in _entries(paragraphs, certain)]


def control_of(text: Text, heading: Text | None = None) -> Control:
    """The wording as a measure of the catalogue, or as a new one where the catalogue holds none like it."""
    found = told(text.string)
    if found.measure is not None:
        measure = found.measure
        return Control(
            text, measure.control_id, measure.name, measure.name_en, measure.category, found.score, False, heading
        )
    named = next((c for c in CATEGORIES if heading is not None and c in heading.string), None)
    category = named or guessed_category(text.string)
    return Control(text, new_id(text.string), name_of(text.string), None, category, found.score, True, heading)


def looks_like_controls(paragraphs: Sequence[Text]) -> bool:
    """Whether the paragraphs of a box list measures: by the share that the catalogue holds or that read like measures.

    Without bullets three lines are wanted, of which the catalogue holds half; a name in a box is no list.
    """
    entries = _entries(paragraphs)
    if not entries:
        return False
    known = sum(match(entry.text.string).measure is not None for entry in entries) / len(entries)
    like = sum(reads_like_a_measure(entry.text.string) for entry in entries) / len(entries)
    marked = sum(entry.marked for entry in entries) / len(entries)
    if marked >= 0.5:
        return known >= 0.5 or (len(entries) > 1 and like >= 0.7 and known > 0) or (len(entries) > 2 and like >= 0.8)
    return len(entries) > 2 and known >= 0.5


def _entries(paragraphs: Sequence[Text], certain: bool = False) -> list[_Entry]:
    rows = rows_of(paragraphs)
    numbered = certain or _are_numbered_measures(rows)
    entries: list[_Entry] = []
    for column in _columns([_segments(row) for row in rows]):
        entries += _column_entries(column, numbered)
    return [piece for entry in entries for piece in _parted(entry)]


def _are_numbered_measures(rows: Sequence[Row]) -> bool:
    """Whether numbers mark measures (① 暗号化, ② 施錠) and not the steps of a flow."""
    marked = [(row, marker) for row in rows if (marker := marker_of(row.string)) and marker.kind in _NUMBERED]
    like = [reads_like_a_measure(row.string[marker.length :].strip()) for row, marker in marked]
    return len(like) > 1 and sum(like) >= 0.6 * len(like)


def _segments(row: Row) -> list[Row]:
    """The row cut before each bullet that follows a gap: サーバ冗長化 ・バックアップ are two, 受付・処理 is one."""
    cuts = {match.end() - 1 for match in _INNER.finditer(row.string)}
    glyphs = row.text.glyphs
    for match_ in _DOT.finditer(row.string):
        at = match_.start()
        before, dot = glyphs[at - 1] if at else None, glyphs[at]
        if before is not None and dot is not None and dot.box.x0 - before.box.x1 > 0.3 * dot.size:
            cuts.add(at)
    edges = [0, *sorted(cuts - {0}), len(row.string)]
    return [part for part in (row.cut(a, b) for a, b in pairwise(edges)) if part.text]


def _columns(lines: Sequence[Sequence[Row]]) -> list[list[Row]]:
    """The segments column by column where bullets stand in two columns or more, else as they come.

    Two columns: bullets further right than the first stand under each other in two lines or more, or alone there.
    """
    size = next((segment.size for line in lines for segment in line if segment.size), None)
    starts = [s.x0 for line in lines for s in line if s.x0 is not None and _BULLET.match(s.string)]
    plain = [segment for line in lines for segment in line]
    if size is None or not starts or not any(len(line) > 1 for line in lines):
        return [plain]
    edges = [min(starts)]
    for x in sorted(x for x in starts if x > edges[0] + 3 * size):
        alike = [other for other in starts if abs(other - x) <= 0.7 * size]
        if len(alike) > 1 and x > edges[-1] + 3 * size:
            edges.append(x)
    if len(edges) == 1:
        return [plain]
    columns: list[list[Row]] = [[] for _ in edges]
    for line in lines:
        for segment in [part for one in line for part in _cut_at_edges(one, edges[1:], size)]:
            x = segment.x0 if segment.x0 is not None else edges[0]
            columns[sum(x > edge - size for edge in edges[1:])].append(segment)
    return columns


def _cut_at_edges(segment: Row, edges: Sequence[float], size: float) -> list[Row]:
    """A segment cut where, after a gap, it goes on at the edge of a further column (both lines wrapped there)."""
    glyphs = segment.text.glyphs
    for at in range(1, len(glyphs)):
        glyph = glyphs[at]
        before = next((g for g in reversed(glyphs[:at]) if g is not None and not g.text.isspace()), None)
        if glyph is None or before is None or glyph.text.isspace():
            continue
        gap = glyph.box.x0 - before.box.x1
        if gap > size and any(-0.5 * size <= glyph.box.x0 - edge <= 1.5 * size for edge in edges):
            return [segment.cut(0, at), *_cut_at_edges(segment.cut(at), edges, size)]
    return [segment]


def _column_entries(column: Sequence[Row], numbered: bool) -> list[_Entry]:
    margin = right_margin(column)
    bulleted = any(_BULLET.match(row.string) for row in column)
    entries: list[_Entry] = []
    heading: Text | None = None
    skipping = False
    begun = False
    for row in column:
        title = _TITLE.match(row.string)
        marker = marker_of(row.string) if numbered else None
        bullet = _BULLET.match(row.string)
        length = bullet.end() if bullet else 0
        if marker and marker.kind in _NUMBERED:
            length = marker.length
        inside = bool(entries) and begun and is_open(entries[-1].text.string)
        if title and not inside:
            group = 1 if title[1] else 2
            heading, skipping, begun = row.text[title.start(group) : title.end(group)].strip(), False, False
        elif length and length < len(row.string) and not inside:
            entries.append(_Entry(row.text[length:].strip(), True, row.x0, row, heading))
            skipping, begun = False, True
        elif _NOTE.match(row.string) and not inside:
            skipping = True
        elif skipping:
            continue
        elif begun and (_is_rest(entries[-1], row, column, numbered) or _goes_on(entries[-1], row, margin, bulleted)):
            last = entries[-1]
            entries[-1] = last._replace(text=_joined(last.text, row.text), last=row)
        elif bulleted and not begun and not entries and match(row.string).measure is None:
            heading = row.text
        else:
            entries.append(_Entry(row.text, False, row.x0, row, heading))
            begun = True
    return entries


_BREAKS_OFF = re.compile(rf"(?:{AND}|{OR}|かつ|[、，・をのにはがと])$")
"""How a row ends that the next one goes on with, whatever it says."""

_LATIN = re.compile(r"[A-Za-z]$"), re.compile(r"^[A-Za-z]")


def _joined(text: Text, more: Text) -> Text:
    parted = _LATIN[0].search(text.string) and _LATIN[1].search(more.string)
    return text + (Text.put_in(" ") if parted else Text()) + more


def _is_rest(entry: _Entry, row: Row, column: Sequence[Row], numbered: bool) -> bool:
    """Whether the row can only be the rest of the measure before it: under a numbered one, as every measure of the list
    has its number, or too short to say anything (る。)."""
    if len(row.string) <= 3 and row.string.endswith("。"):
        return True
    if not (numbered and entry.marked):
        return False
    return sum(marker_of(other.string) is not None for other in column) > 1


def _goes_on(entry: _Entry, row: Row, margin: float | None, bulleted: bool) -> bool:
    """Whether an unmarked row goes on with the measure before it, or is one whose bullet was left out."""
    if is_open(entry.text.string) or row.string[:1] in "（(）)、・" or _BREAKS_OFF.search(entry.text.string):
        return True
    joined, mine, before = (match(s) for s in (entry.text.string + row.string, row.string, entry.text.string))
    if joined.measure is not None and joined.score > before.score:
        return True
    if before.measure is not None and mine.measure is not None:
        return False
    room = room_left(entry.last, margin)
    if room is not None:
        if room < 1.5:
            return mine.measure is None or mine.score < 1.0
        if not entry.marked or row.x0 is None or entry.x0 is None or row.size is None:
            return False
        return row.x0 > entry.x0 + 0.5 * row.size and mine.measure is None  # set in under its bullet's words
    if bulleted:
        return mine.measure is None
    return not (reads_like_a_measure(row.string) and reads_like_a_measure(entry.text.string))


def _parted(entry: _Entry) -> list[_Entry]:
    """Measures side by side with nothing but a dot or a space between, where the catalogue knows them all."""
    if match(entry.text.string).measure is not None or not entry.marked:
        return [entry]
    for pattern in (_DOT, re.compile(r"[\s\u3000]+")):
        parts = entry.text.split(pattern)
        if len(parts) > 1 and all(match(part.string).measure is not None for part in parts):
            return [entry._replace(text=part) for part in parts]
    return [entry]
