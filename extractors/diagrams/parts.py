"""What a 別紙 diagram (個人情報の流れ) is made of: boxes, connectors between them, and the numbered steps of the flow.

Plain values; `extractors.diagrams.diagram.read_diagram` makes them from a page. Coordinates are points in the page's
reading frame, origin at the upper left. Every `Text` keeps the glyphs that it was read from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from extractors.pages.geometry import Box, Frame
from extractors.pages.text import Text

Role = Literal["actor", "system", "data", "controls", "note", "step"]
"""What a box stands for: who acts, a machine or service, a list of data items, 情報保護対策, a remark, a step."""

Point = tuple[float, float]


@dataclass(frozen=True)
class DiagramBox:
    """A drawn box. `no` counts from 1 within the page, `parent` is the `no` of the box that it stands in.

    `heading` is its title (or the caption that stands right above it), `paragraphs` are the rest of what stands in it
    and in no box inside it, in reading order, and `text` is these, one to a line.
    """

    no: int
    parent: int | None
    box: Box
    heading: Text | None
    paragraphs: tuple[Text, ...]
    role: Role
    dashed: bool = False
    rounded: bool = False

    @cached_property
    def text(self) -> Text:
        """All paragraphs, a line break between them."""
        return Text.join(self.paragraphs, "\n")

    @cached_property
    def name(self) -> Text:
        """What one would call it: its heading, else its words (the first paragraph, where they are many)."""
        if self.heading:
            return self.heading
        if not self.paragraphs:
            return Text()
        whole = joined_name(self.paragraphs)
        return whole if len(whole) <= LONGEST_NAME else self.paragraphs[0]


LONGEST_NAME = 60
"""Characters beyond which the words of a box are its contents and no name."""


def joined_name(lines: tuple[Text, ...] | list[Text]) -> Text:
    """The lines of a name as one: with a space where one of them closes or opens something, else run together."""
    name = Text()
    for line in lines:
        if name:
            before, after = name.string[-1], line.string[:1]
            parted = before in "）)】〕］＞>」』①②③④⑤⑥⑦⑧⑨⑩" or after in "（(【〔［＜<「『※"
            both_latin = before.isascii() and before.isalnum() and after.isascii() and after.isalnum()
            name = name + Text.put_in(" ") if parted or both_latin else name
        name = name + line
    return name


@dataclass(frozen=True)
class Connector:
    """A line between boxes, from `points[0]` to `points[-1]`: an arrow (`headed`), or a tie without a head.

    `both`: it has a head at either end. `tail_box` and `head_box` are the boxes' `no` at its first and last point.
    `label` is what is written at it without being a numbered step.
    """

    points: tuple[Point, ...]
    tail_box: int | None
    head_box: int | None
    headed: bool
    both: bool = False
    dashed: bool = False
    label: Text | None = None


@dataclass(frozen=True)
class FlowStep:
    """A numbered step. `label` is normalised (①, (1), ⑧'), `text` goes without it, `whole` is both as printed.

    `connector` is the place in `Diagram.connectors` of the arrow that it stands at; None for a step inside a box
    (`box` is then that box's `no`), which has no sender and no receiver.
    """

    label: str
    number: int
    text: Text
    whole: Text
    sender: Text | None = None
    receiver: Text | None = None
    sender_box: int | None = None
    receiver_box: int | None = None
    connector: int | None = None
    box: int | None = None


class Holder(NamedTuple):
    """Who or what a list belongs to: a box, or the connector that it guards; `name` is what to call it."""

    name: str
    box: int | None = None
    connector: int | None = None
    steps: tuple[str, ...] = ()
    text: Text | None = None


class Remark(NamedTuple):
    """Something that a reviewer should look at: the rule, how grave it is, and the values that disagree."""

    rule: str
    severity: Literal["error", "warning", "info"]
    page: int
    left_value: str | None = None
    right_value: str | None = None


@dataclass(frozen=True)
class Diagram:
    """One page's drawing as recognised. `free` are the texts outside all boxes that are no step."""

    frame: Frame
    boxes: tuple[DiagramBox, ...] = ()
    connectors: tuple[Connector, ...] = ()
    steps: tuple[FlowStep, ...] = ()
    title: Text | None = None
    free: tuple[Text, ...] = ()
    holders: Mapping[int, Holder] = field(default_factory=dict)

    @cached_property
    def _by_no(self) -> dict[int, DiagramBox]:
        return {box.no: box for box in self.boxes}

    def box(self, no: int) -> DiagramBox:
        """The box of that number; KeyError when there is none."""
        return self._by_no[no]

    def parent_of(self, box: DiagramBox) -> DiagramBox | None:
        """The box that it stands in."""
        return None if box.parent is None else self._by_no[box.parent]

    def holder_of(self, box: DiagramBox) -> Holder | None:
        """Who the list in `box` belongs to: what it is tied to, else the box around it, else the arrow, the channel
        or the box that it plainly stands at; None where the drawing does not say."""
        return self.holders.get(box.no)
