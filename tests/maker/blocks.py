"""What a page is set from, whichever program sets it: paragraphs, tables, drawings, gathered in parts."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Paragraph:
    """A paragraph. `size` in points (0: the report's own), `indent` and `hang` in ems of its type."""

    text: str
    size: float = 0.0
    bold: bool = False
    align: str = "left"
    indent: float = 0.0
    hang: float = 0.0
    space: float = 0.0
    letter_spacing: float = 0.0


@dataclass
class Cell:
    """A cell with its content from top to bottom."""

    content: list[Paragraph | Table]
    colspan: int = 1
    rowspan: int = 1
    shade: bool = False
    middle: bool = False


@dataclass
class Table:
    """A table; `widths` are shares of the width that the table takes (`width`: a share of the line)."""

    rows: list[list[Cell]]
    widths: tuple[float, ...]
    rules: str = "all"
    header_rows: int = 0
    repeat_header: bool = False
    split_rows: bool = True
    width: float = 1.0


@dataclass
class Shape:
    """A box, a line with or without a head, or a line of text; millimetres from the drawing's upper left."""

    kind: str
    points: tuple[tuple[float, float], ...]
    text: str = ""
    size: float = 9.0
    bold: bool = False
    dashed: bool = False
    rounded: bool = False
    fill: str = ""


@dataclass
class Drawing:
    """A drawing of so many millimetres."""

    width: float
    height: float
    shapes: list[Shape] = field(default_factory=list)


Block = Paragraph | Table | Drawing


@dataclass
class Part:
    """Blocks that belong together: the cover, the list, a case's sheet, its 別紙, what comes at the end.

    `page` is portrait or landscape; a part that does not begin a `new_page` goes on below the one before it.
    """

    kind: str
    case_no: int | None
    blocks: list[Block]
    page: str = "portrait"
    new_page: bool = True
    anchor: str = ""
    """A text that stands where the part begins, to find its page again."""
