"""What a made report says, apart from how it looks: plain values from which the truth and the layout both come."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

Row = dict[str, Any]


@dataclass
class Count:
    """A count of people or things. `printed` is the whole line, the other fields are the truth's columns."""

    printed: str
    value: int
    unit: str
    qualifier: str | None = None
    value_max: int | None = None
    is_approximate: bool = False
    bound: str = "exact"
    is_total: bool = False
    as_of: date | None = None
    fiscal_year: int | None = None
    basis: str | None = None
    loose: tuple[str, ...] = ()
    kind: str = "plain"


@dataclass
class CountTable:
    """Counts set as a small table in 事業内容: header cells, rows of cells."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass
class Node:
    """A section of 事業内容: the line beside the marker, paragraphs and a table below it, sections in it."""

    line: str
    paragraphs: list[str] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    table: CountTable | None = None


@dataclass
class Item:
    """A 情報項目 as printed."""

    text: str
    norm: str
    category: str | None


@dataclass
class ItemList:
    """A list of 情報項目; `style` is how it is set: 'comma', 'bullets', 'numbers'."""

    items: list[Item]
    heading: str | None
    holder: str | None
    holder_alt: tuple[str, ...] = ()
    is_open: bool = False
    style: str = "comma"


@dataclass
class ControlList:
    """A list of 情報保護対策; `entries` are (text, key, category, whether the category is beyond dispute)."""

    entries: list[tuple[str, str, str, bool]]
    holder: str
    holder_alt: tuple[str, ...] = ()
    style: str = "bullets"


@dataclass
class Step:
    """A numbered step of a flow; `sender` and `receiver` are names of actors, None for a step inside a box."""

    number: int
    text: str
    media: str | None = None
    delivery: str | None = None
    sender: str | None = None
    receiver: str | None = None
    inside: str | None = None
    loose: tuple[str, ...] = ()


@dataclass
class Actor:
    """A box of a flow: who it is, further names that it goes by, the system in it, its lists."""

    name: str
    note: str | None = None
    aliases: tuple[str, ...] = ()
    system: str | None = None
    items: ItemList | None = None
    controls: ControlList | None = None


@dataclass
class Flow:
    """A 別紙: its title, its actors from left to right or from top to bottom, its steps."""

    title: str
    actors: list[Actor]
    steps: list[Step]
    upright: bool = False


@dataclass
class Reference:
    """An earlier decision or a law that the text names, with the columns of the truth."""

    columns: Row


@dataclass
class Party:
    """An organisation that handles the data."""

    name: str
    role: str
    loose: tuple[str, ...] = ()
    optional: bool = False
    alt: Row = field(default_factory=dict)


@dataclass
class Case:
    """One case: what the 一覧 says and what its sheet says."""

    number: int
    title: str
    base_title: str
    change_note: str | None
    categories: list[str]
    list_departments: list[tuple[str | None, int | None]]
    detail_departments: list[tuple[str | None, int | None]]
    meeting_date: date
    result: str
    detail_title: str | None
    project_name: str | None
    purpose: str
    target: str
    target_lines: list[str]
    body: list[Node] = field(default_factory=list)
    counts: list[tuple[str, str, Count]] = field(default_factory=list)
    """(field, label, count)"""
    count_row: Count | None = None
    parties: list[Party] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    flow: Flow | None = None
    old_rows: list[tuple[str, str]] = field(default_factory=list)
    """The rows of the form before 2023 that hold plain words: (label, text)"""
    old_items: ItemList | None = None
    old_controls: list[tuple[str, ControlList]] = field(default_factory=list)
    listed_only: bool = False
    """Whether the case has no sheet: it stands in the 一覧 alone."""
    joined: bool = False
    """Whether the case is a joining of systems (its own rows in the form before 2023)."""


@dataclass
class Report:
    """A whole report; `style` is how it looks, with the kinds of variation that it shows."""

    seed: int
    office: str
    kind_of_office: str
    body: str
    title_lines: list[str]
    fiscal_year: int
    period: tuple[date, date] | None
    period_loose: bool
    lead: list[str]
    cases: list[Case]
    old_form: bool
