"""Titles, departments, categories: the short texts of a 一覧 and of the head rows of a sheet."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from extractors.japanese import vocabularies
from extractors.japanese.normalise import normalised
from extractors.japanese.numbers import value_of
from extractors.pages.text import Text


class Department(NamedTuple):
    """A department by name, or, with `unnamed_count`, so many that are not named (外10課)."""

    text: Text
    name: str | None
    unnamed_count: int | None


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    data = vocabularies.load("cases")
    notes = re.compile(rf"[(（]([^()（）]*(?:{'|'.join(data['change_notes'])})[^()（）]*)[)）]\s*$")
    endings = "|".join(re.escape(word) for word in sorted(data["department_endings"], key=len, reverse=True))
    return notes, re.compile(rf"(?:{endings})(?:\([^()]*\))?$"), re.compile(data["rest"])


_AROUND = re.compile(r"(?:部|局|本部|保健所|役所|役場|病院|庁|庁舎|委員会)$")
"""How a name ends that the name of one of its sections may follow: 健康福祉部 over 高齢者支援課."""


def title_parts(title: Text) -> tuple[Text, Text | None]:
    """A title without its closing note on what changed, and that note."""
    match = _patterns()[0].search(title.string)
    if match is None or match.start() == 0:
        return title, None
    return title[: match.start()].strip(), title[match.start(1) : match.end(1)].strip()


def departments(text: Text) -> list[Department]:
    """The departments of a cell: parted by 、 or line by line, by ・ only where each side is a whole name."""
    _, ending, rest = _patterns()
    found: list[Department] = []
    whole_text = _unwrapped(normalised(text), lambda before, after: not ending.search(before) or len(after) < 3)
    for piece in whole_text.split(r"[、,，;；\n]|及び|並びに|(?<=課)\s+|(?<=室)\s+|(?<=所)\s+|(?<=ー)\s+"):
        parts = [piece]
        left = rest.search(piece.string)
        if left is not None:
            parts = [piece[: left.start()].strip(), piece[left.start() : left.end()]]
        for part in parts:
            if not part:
                continue
            whole = rest.fullmatch(part.string)
            if whole is not None:
                count = value_of(whole["count"])
                found.append(Department(part, None, int(count) if count is not None else None))
                continue
            names = part.split("[・/／]")
            lines = _names_line_by_line(part, lambda name: len(name) > 2 and ending.search(name) is not None)
            whole_lines = len(lines) > 1
            if len(names) == 1 and whole_lines and not any(_AROUND.search(line.string) for line in lines[:-1]):
                names = lines  # one name a line, without a sign between them
            elif not all(ending.search(name.string) for name in names):
                names = lines if whole_lines else [part]
            found += [Department(name, name.string, None) for name in names]
    return found


def _unwrapped(text: Text, goes_on: Callable[[str, str], bool]) -> Text:
    """The text without the line breaks inside a name: those at which `goes_on` says so of the words around it."""
    lines = text.split(r"\n")
    whole = lines[:1]
    for line in lines[1:]:
        before = re.split(r"[、,，・/／;；]", whole[-1].string)[-1]
        after = re.split(r"[、,，・/／;；]", line.string)[0]
        if before and after and goes_on(before, after):
            whole[-1] = whole[-1] + line
        else:
            whole.append(line)
    return Text.join(whole, "\n")


def categories(text: Text) -> list[Text]:
    """The categories of a cell, one by one: parted by signs, or line by line where each line is one that is known."""
    known = _known_categories()
    found: list[Text] = []
    text = _ticked(text)
    whole_text = _unwrapped(normalised(text), lambda before, after: before not in known and before + after in known)
    for piece in whole_text.split(r"[、,，・/／;；\n]|及び|並びに|\s+"):
        lines = _names_line_by_line(piece, known.__contains__)
        if piece.string not in known and len(lines) > 1:
            found += lines
        else:
            found.append(piece)
    return found


_TICKED, _OPEN = "☑☒✓✔■●◉", "□☐○◯"
_BOXES = re.compile(rf"[{_TICKED}{_OPEN}]")


def _ticked(text: Text) -> Text:
    """Of choices with a box each (☑業務委託 □外部結合) those that are ticked; any other text as it is."""
    marks = list(_BOXES.finditer(text.string))
    ticked = [mark.group() in _TICKED for mark in marks]
    if not any(ticked) or (len(marks) == 1 and text.string[: marks[0].start()].strip()):
        return text
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    chosen = [text[mark.end() : end] for mark, end, tick in zip(marks, ends, ticked, strict=True) if tick]
    return Text.join((piece.strip() for piece in chosen), "、")


@lru_cache(maxsize=1)
def _known_categories() -> frozenset[str]:
    return frozenset(vocabularies.load("cases")["categories"])


def _names_line_by_line(text: Text, is_name: Callable[[str], bool]) -> list[Text]:
    """The names that a text holds without a sign between them, each set in a line or lines of its own; empty where the
    lines do not make whole names."""
    names: list[Text] = []
    open_name = Text()
    for line in printed_lines(text):
        open_name = open_name + line
        if is_name(open_name.string):
            names.append(open_name)
            open_name = Text()
    return [] if open_name else names


def printed_lines(text: Text) -> list[Text]:
    """The text parted where its characters go on to the next line of print."""
    cuts = [0]
    for n in range(1, len(text)):
        before, glyph = text.glyphs[n - 1], text.glyphs[n]
        if before is not None and glyph is not None and glyph.box.top > before.box.bottom - 0.3 * before.size:
            cuts.append(n)
    cuts.append(len(text))
    return [piece for a, b in pairwise(cuts) if (piece := text[a:b].strip())]
