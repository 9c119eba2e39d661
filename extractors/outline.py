"""事業内容 as an outline: markers (1, (1), ①, ア, ・ …) become a tree of sections, whatever order the levels come in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from extractors.page_reading import Block, TableRow
from extractors.text import Text


@dataclass
class Section:
    """A section: its marker as printed, its first line, what follows before its children, and its children.

    `path` counts sections level by level (2.1.3); a lead-in before the first marker has path 0 and no marker.
    """

    path: str
    depth: int
    marker: Text
    first: Text
    blocks: list[Block] = field(default_factory=list)
    children: list[Section] = field(default_factory=list)

    @property
    def heading(self) -> Text | None:
        """The marker's line, where paragraphs or children follow it."""
        return self.first if self.marker and (self.blocks or self.children) and self.first else None

    @property
    def text(self) -> Text:
        """The section's own text: of a leaf of one line that line, else what follows the heading."""
        following = Text.join((block.text for block in self.blocks), "\n")
        if self.heading is not None:
            return following
        return Text.join([part for part in (self.first, following) if part], "\n")

    @property
    def whole(self) -> Text:
        """Marker, first line and own text, as they stand on the page: the section's evidence."""
        return Text.join([self.marker, self.first, *(block.text for block in self.blocks)], "\n").strip()


_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス"
_KANJI = "一二三四五六七八九十"
_ROMAN = "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ"

# Each kind of marker: its name and how it is printed; `value` is what counts. Order matters: the first that fits is taken.
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("(1)", re.compile(r"[(（]\s*(?P<value>[0-9０-９]{1,2})\s*[)）]")),
    ("(ア)", re.compile(rf"[(（]\s*(?P<value>[{_KANA}])\s*[)）]")),
    ("(一)", re.compile(rf"[(（]\s*(?P<value>[{_KANJI}]{{1,2}})\s*[)）]")),
    ("(a)", re.compile(r"[(（]\s*(?P<value>[a-zａ-ｚA-Z])\s*[)）]")),
    ("①", re.compile(r"(?P<value>[①-⑳㉑-㉟㊱-㊿❶-❿])")),
    ("第1", re.compile(rf"第(?P<value>[0-9０-９]{{1,2}}|[{_KANJI}]{{1,2}})(?=[\s\u3000．.、])")),
    ("Ⅰ", re.compile(rf"(?P<value>[{_ROMAN}])(?=[\s\u3000．.、])")),
    ("1.1", re.compile(r"(?P<value>[0-9０-９]{1,2}[.．－\-][0-9０-９]{1,2})(?=[\s\u3000])")),
    ("1)", re.compile(r"(?P<value>[0-9０-９]{1,2})[)）]")),
    ("1", re.compile(r"(?P<value>[0-9０-９]{1,2})(?:[．.、](?![0-9０-９])|(?=[\s\u3000]))")),
    ("ア", re.compile(rf"(?P<value>[{_KANA}])(?:[．.、)）]|(?=[\s\u3000]))")),
    ("一", re.compile(rf"(?P<value>[{_KANJI}]{{1,2}})(?:[．.、]|(?=[\s\u3000]))")),
    ("a", re.compile(r"(?P<value>[a-zａ-ｚ])(?:[．.)）]|(?=[\s\u3000]))")),
    ("・", re.compile(r"(?P<value>[・●○◎■□◆◇▪➢✓•▶▷＊*])")),
    ("-", re.compile(r"(?P<value>[-－‐–—])(?=[\s\u3000])")),
)
_BULLETS = frozenset("・-")


def _ordinal(kind: str, value: str) -> int | None:
    """Which one of its kind a marker is, from 1; None for bullets."""
    if kind in _BULLETS:
        return None
    plain = unicodedata.normalize("NFKC", value)
    if plain.isdigit():
        return int(plain)
    last = re.search(r"[.\-](\d+)$", plain)
    if last:
        return int(last[1])
    if value in _KANA:
        return _KANA.index(value) + 1
    if plain[0] in _KANJI:
        return sum(10 if c == "十" else _KANJI.index(c) + 1 for c in plain) if len(plain) < 3 else None
    if value in _ROMAN:
        return _ROMAN.index(value) + 1
    return ord(plain[0].lower()) - ord("a") + 1 if plain[0].isascii() and plain[0].isalpha() else None


def marker_of(text: Text) -> tuple[str, str, int] | None:
    """The marker that the text begins with: (kind, value, length); None without one."""
    string = text.string
    for kind, pattern in _KINDS:
        match = pattern.match(string)
        if match and match.end() < len(string):
            return kind, match["value"], match.end()
    return None


def _plausible(kind: str, value: str, level: list[tuple[str, int]], string: str, end: int) -> bool:
    """Whether a marker is one of a list here: the first of its kind, or the next one of a list that is open."""
    ordinal = _ordinal(kind, value)
    if ordinal is None:
        return not re.match(r"[0-9０-９]", string[end:])
    for open_kind, last in level:
        if open_kind == kind and (ordinal in (last + 1, last + 2) or (kind == "ア" and _next_iroha(last, value))):
            return True
    return ordinal == 1 or (kind in ("1", "(1)", "①") and not any(k == kind for k, _ in level) and ordinal <= 2)


def _next_iroha(last: int, value: str) -> bool:
    before = _KANA[last - 1]
    return _IROHA.index(value) == _IROHA.index(before) + 1 if before in _IROHA and value in _IROHA else False


def outline(blocks: Iterable[Block]) -> list[Section]:
    """The sections of a cell's blocks, in document order, children after their parent."""
    sections: list[Section] = []
    stack: list[tuple[str, Section]] = []
    last: list[tuple[str, int]] = []
    tops = 0
    for block in blocks:
        found = None if isinstance(block, TableRow) else marker_of(block.text)
        if found is not None:
            kind, value, length = found
            if not _plausible(kind, value, last, block.text.string, length):
                found = None
        if found is None:
            if not sections:
                sections.append(Section("0", 1, Text(), block.text))
            else:
                sections[-1].blocks.append(block)
            continue
        kinds = [open_kind for open_kind, _ in stack]
        if kind in kinds:
            del stack[kinds.index(kind) :]
        parent = stack[-1][1] if stack else None
        if parent is None:
            tops += 1
            path = str(tops)
        else:
            path = f"{parent.path}.{len(parent.children) + 1}"
        section = Section(path, len(stack) + 1, block.text[:length].strip(), block.text[length:].strip())
        if parent is not None:
            parent.children.append(section)
        sections.append(section)
        stack.append((kind, section))
        ordinal = _ordinal(kind, value)
        open_kinds = {open_kind for open_kind, _ in stack} - {kind}
        last = [*((k, n) for k, n in last if k in open_kinds), (kind, ordinal or 0)]
    return sections
