"""A page's picture as a drawing with places lit: what part of it is seen at first, and what lies beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.archive.archive import folder_of
from pipeline.messages import Lang, message
from pipeline.review.desk import Desk
from pipeline.review.items import Box, Item
from pipeline.review.related import Record

A4 = (595.3, 841.9)
"""Points: the size of a page whose size the tables do not say."""

_SHAPE = 1.2
"""Width over height of the pane that a page is shown in, on a laptop."""

_ROOM = 220.0
"""Points of the page's width that are seen at least, so that a single character keeps its surroundings."""

Rectangle = tuple[float, float, float, float]
"""x, y, width, height in points."""


@dataclass(frozen=True)
class PageView:
    """One page in the viewer. `box` is what is seen at first, `near` the surroundings of what is lit."""

    page: int
    pages: int | None
    width: float
    height: float
    src: str
    box: str
    near: str
    lit: list[Rectangle]
    dim: list[Rectangle]
    label: str
    missing: str = ""
    before: str = ""
    after: str = ""
    home: str = ""


def page_view(
    desk: Desk,
    lang: Lang,
    document_id: str,
    page: int | None,
    lit: Sequence[Box],
    dim: Iterable[Box] = (),
    *,
    address: str = "",
    home: str = "",
) -> PageView:
    """The view of a page; `address` is that of the neighbours with `{page}` in it, `home` that of the page left."""
    number = page or 1
    sizes = desk.tables.now().rows("pages", document_id=document_id, page=number)
    width, height = next(((row["width"] or A4[0], row["height"] or A4[1]) for row in sizes), A4)
    pages = desk.papers().document(document_id).page_count
    whole = f"0 0 {width:g} {height:g}"
    near = _near(lit, width, height) if lit else whole
    missing = ""
    if not has_picture(desk, document_id):
        missing = message("desk.pdf_missing", lang)
    elif pages is not None and number > pages:
        missing = message("desk.no_such_page", lang)
    return PageView(
        page=number,
        pages=pages,
        width=width,
        height=height,
        src=picture_address(document_id, number),
        box=near,
        near=near,
        lit=[_rectangle(box, 1.5) for box in lit],
        dim=[_rectangle(box, 1.0) for box in dim if box not in lit],
        label=message("desk.picture_label" if lit else "desk.picture_label_unlit", lang, page=number),
        missing=missing,
        before=address.format(page=number - 1) if address and number > 1 else "",
        after=address.format(page=number + 1) if address and (pages is None or number < pages) else "",
        home=home,
    )


def has_picture(desk: Desk, document_id: str) -> bool:
    """Whether the document's PDF is kept."""
    return (folder_of(desk.out, document_id) / "document.pdf").is_file()


def picture_address(document_id: str, page: int) -> str:
    """Where the picture of a page is served."""
    return f"/picture/{document_id}/{page}.jpg"


def places_on(item: Item, page: int | None) -> list[Box]:
    """Where an item is on a page: its box, and where it goes on."""
    found = [item.box] if item.box is not None and item.page == page else []
    for more in item.row.get("continued") or ():
        if more["page"] == page:
            found.append((more["x0"], more["top"], more["x1"], more["bottom"]))
    return found


def records_on(records: Iterable[Record], page: int | None) -> list[Box]:
    """Where the rows of an item are on a page."""
    return [one.box for one in records if one.box is not None and one.page == page]


def _rectangle(box: Box, room: float) -> Rectangle:
    x0, top, x1, bottom = box
    return round(x0 - room, 2), round(top - room, 2), round(x1 - x0 + 2 * room, 2), round(bottom - top + 2 * room, 2)


def _near(lit: Sequence[Box], width: float, height: float) -> str:
    """The surroundings of what is lit, in the pane's shape and within the page; the whole page where it is as large."""
    x0, top = min(box[0] for box in lit), min(box[1] for box in lit)
    x1, bottom = max(box[2] for box in lit), max(box[3] for box in lit)
    wide = max(_ROOM, (x1 - x0) * 1.3 + 30, ((bottom - top) * 1.6 + 30) * _SHAPE)
    high = wide / _SHAPE
    if wide >= width and high >= height:
        return f"0 0 {width:g} {height:g}"
    x = (x0 + x1 - wide) / 2 if wide > width else min(max((x0 + x1 - wide) / 2, 0), width - wide)
    y = (top + bottom - high) / 2 if high > height else min(max((top + bottom - high) / 2, 0), height - high)
    return f"{x:.1f} {y:.1f} {wide:.1f} {high:.1f}"
