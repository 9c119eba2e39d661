"""Changes as one self-contained page: pictures of the places, marked texts, filters; it asks no other address.

What comes from documents is escaped by the template; the page's policy lets it run the one script that is in it, and
load nothing. Pictures and places are bounded, so that the page of a night in which all changed can be opened too.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from pipeline.changes.compare import CAUSES, Changes, RowChange
from pipeline.changes.marking import marked
from pipeline.changes.places import Spot
from pipeline.changes.report import counts_of, plain
from pipeline.changes.screen import column_title
from pipeline.messages import Lang, message
from pipeline.pictures.crops import Crop, Place, crops
from pipeline.tables.alignment import compared_columns
from pipeline.tables.schema import tables

PLACES, PICTURES, PICTURE_BYTES = 500, 400, 12 * 1024**2
"""Places on the page, pictures on it, and their bytes in all."""

Pdf = Callable[[str], Path | None]
"""The PDF of a document by its ID, None where it is not kept."""


@dataclass(frozen=True)
class Picture:
    """A picture as the page has it: a data URI, its size, the frame of the place in hundredths of it, and its name."""

    uri: str
    width: int
    height: int
    left: float
    top: float
    across: float
    down: float
    side: str
    page: int


def as_html(changes: Changes, places: Sequence[Spot], old_pdf: Pdf, new_pdf: Pdf, lang: Lang) -> str:
    """The page. Pictures are drawn by a process of their own; one that cannot be is left out."""
    shown = list(places[:PLACES])
    pictures = _pictures(shown, old_pdf, new_pdf, lang)
    script = _text("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()

    def say(key: str, **values: object) -> str:
        return message(f"changes.{key}", lang, **values)

    return (
        _environment()
        .get_template("page.html")
        .render(
            lang=lang,
            say=say,
            changes=changes,
            counts=counts_of(changes, places),
            causes=CAUSES,
            groups=_groups(shown),
            pictures=pictures,
            left_out=len(places) - len(shown),
            table_title=lambda name: tables()[name].title if lang == "ja" else tables()[name].title_en,
            column_title=lambda table, column: column_title(table, column, lang),
            values=_values,
            shown_value=lambda value: _shown(value, lang),
            marked=marked,
            is_text=lambda value: isinstance(value, str),
            tables_seen=sorted({name for spot in shown for name in spot.tables}, key=list(tables()).index),
            publishers=sorted({spot.head.paper.publisher or "" for spot in shown} - {""}),
            style=Markup(_text("page.css")),
            script=Markup(script),
            script_hash=digest,
        )
    )


@cache
def _environment() -> Environment:
    loader = PackageLoader("pipeline.changes", "")
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, auto_reload=False)


def _text(name: str) -> str:
    return resources.files("pipeline.changes").joinpath(name).read_text(encoding="utf-8")


def _groups(places: Sequence[Spot]) -> list[tuple[Any, list[tuple[int, Spot]]]]:
    """The places of each document, numbered through."""
    groups: list[tuple[Any, list[tuple[int, Spot]]]] = []
    for number, spot in enumerate(places, start=1):
        if not groups or groups[-1][0] != spot.head.paper:
            groups.append((spot.head.paper, []))
        groups[-1][1].append((number, spot))
    return groups


def _shown(value: Any, lang: Lang) -> str | None:
    if isinstance(value, bool):
        return message(f"changes.{'yes' if value else 'no'}", lang)
    return None if value is None else str(plain(value))


def _values(change: RowChange) -> list[tuple[str, Any]]:
    """What a row says that was added or removed."""
    said = ((name, change.row.get(name)) for name in compared_columns(change.table))
    return [(name, value) for name, value in said if value is not None]


def _pictures(places: Sequence[Spot], old_pdf: Pdf, new_pdf: Pdf, lang: Lang) -> dict[int, list[Picture]]:
    """The pictures of each place, by its number: of both sides where the source changed, else of the one there is."""
    wanted: list[tuple[int, str, Place]] = []
    for number, spot in enumerate(places, start=1):
        paper = spot.head.paper
        sides = {"old": (paper.old_id or paper.document_id, old_pdf), "new": (paper.document_id, new_pdf)}
        both = paper.old_id is not None or spot.box("new") is None
        for side in ("old", "new") if both else ("new",):
            document_id, pdf = sides[side]
            box, path = spot.box(side), pdf(document_id)
            if box is not None and path is not None:
                edges = (float(box[name]) for name in ("x0", "top", "x1", "bottom"))
                wanted.append((number, side, Place(str(path.resolve()), int(box["page"]), *edges)))
    found: dict[int, list[Picture]] = {}
    room = PICTURE_BYTES
    drawn = crops([place for _, _, place in wanted[:PICTURES]])
    for (number, side, place), crop in zip(wanted, drawn, strict=False):
        if crop is None or len(crop.data) > room:
            continue
        room -= len(crop.data)
        found.setdefault(number, []).append(_picture(crop, message(f"changes.{side}", lang), place.page))
    return found


def _picture(crop: Crop, side: str, page: int) -> Picture:
    uri = "data:image/webp;base64," + base64.b64encode(crop.data).decode()
    left, top = round(100 * crop.x0, 2), round(100 * crop.top, 2)
    across, down = round(100 * (crop.x1 - crop.x0), 2), round(100 * (crop.bottom - crop.top), 2)
    return Picture(uri, crop.width, crop.height, left, top, across, down, side, page)
