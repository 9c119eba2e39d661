"""事業内容 as an outline: markers (1, (1), ①, ア, ・ …) become a tree of sections, in whatever order levels come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from extractors.pages.lines import Line, Paragraph
from extractors.pages.markers import Marker, marker_of
from extractors.pages.text import Text
from extractors.tables.cells import Block, TableRow


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


def _plausible(marker: Marker, level: list[Marker]) -> bool:
    """Whether a marker is one of a list here: the first of its kind, or the next one of a list that is open."""
    ordinal = marker.ordinal
    if ordinal is None:
        return True
    for last in level:
        if last.kind == marker.kind and (marker.follows(last) or ordinal == (last.ordinal or 0) + 2):
            return True
    known = any(last.kind == marker.kind for last in level)
    return ordinal == 1 or (marker.kind in ("1", "(1)", "①") and not known and ordinal <= 2)


def _parted(blocks: Iterable[Block], signs: Sequence[str]) -> Iterator[Block]:
    """The blocks, a paragraph parted before each line that begins with one of the signs: lines are joined to paragraphs
    without knowing them."""
    for block in blocks:
        if not isinstance(block, Paragraph) or not any(_sign_of(line.text.string, signs) for line in block.lines[1:]):
            yield block
            continue
        groups: list[list[Line]] = []
        for line in block.lines:
            if not groups or _sign_of(line.text.string, signs):
                groups.append([])
            groups[-1].append(line)
        yield from (Paragraph(Text.join(line.text for line in group), tuple(group)) for group in groups)


def _sign_of(string: str, signs: Sequence[str]) -> Marker | None:
    """The marker, if the string begins with one of the signs and goes on."""
    for sign in signs:
        if string.startswith(sign) and len(string) > len(sign):
            return Marker(sign, sign, len(sign))
    return None


def outline(blocks: Iterable[Block], signs: Sequence[str] = ()) -> list[Section]:
    """The sections of a cell's blocks, in document order, children after their parent.

    `signs` begin an item besides the usual markers; each is a level of its own.
    """
    signs = sorted(signs, key=lambda sign: (-len(sign), sign))
    if signs:
        blocks = list(_parted(blocks, signs))
    sections: list[Section] = []
    stack: list[tuple[str, Section]] = []
    last: list[Marker] = []
    tops = 0
    for block in blocks:
        string = "" if isinstance(block, TableRow) else block.text.string
        marker = _sign_of(string, signs) or marker_of(string)
        if marker is None or not _plausible(marker, last):
            if sections:
                sections[-1].blocks.append(block)
            else:
                sections.append(Section("0", 1, Text(), block.text))
            continue
        kinds = [open_kind for open_kind, _ in stack]
        if marker.kind in kinds:
            del stack[kinds.index(marker.kind) :]
        parent = stack[-1][1] if stack else None
        if parent is None:
            tops += 1
            path = str(tops)
        else:
            path = f"{parent.path}.{len(parent.children) + 1}"
        section = Section(
            path, len(stack) + 1, block.text[: marker.length].strip(), block.text[marker.length :].strip()
        )
        if parent is not None:
            parent.children.append(section)
        sections.append(section)
        stack.append((marker.kind, section))
        open_kinds = {open_kind for open_kind, _ in stack} - {marker.kind}
        last = [*(before for before in last if before.kind in open_kinds), marker]
    return sections
