"""What lies on a page as annotations and is seen with it: values of filled-in fields, typed notes, stamps.

pdfminer leaves them out. A field of boxes to tick is left out too: its mark is a letter of a font of signs, which would
be read as that letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from pdfminer.pdftypes import PDFStream, dict_value, list_value, resolve1
from pdfminer.psparser import PSLiteral, literal_name
from pdfminer.utils import MATRIX_IDENTITY, Matrix, apply_matrix_rect, mult_matrix

_SHOWN = frozenset({"Widget", "FreeText", "Stamp"})
_HIDDEN, _NO_VIEW = 2, 32
"""Bits of an annotation's flags (PDF 1.7, table 165)."""

MOST = 2000
"""Annotations of a page that are looked at."""


class Appearance(NamedTuple):
    """The drawing of an annotation; `matrix` puts it on the page, in the page's own space."""

    stream: PDFStream
    box: tuple[float, float, float, float]
    matrix: Matrix


def appearances(annotations: Any) -> Iterator[Appearance]:
    """The drawings of a page's annotations (its /Annots) that a reader sees; broken ones are passed over."""
    listed = resolve1(annotations)
    for each in listed[:MOST] if isinstance(listed, list) else ():
        with suppress(Exception):  # a broken annotation may raise anything, and takes nothing of the page away
            found = _appearance(dict_value(each))
            if found is not None:
                yield found


def _appearance(annotation: dict[str, Any]) -> Appearance | None:
    flags = resolve1(annotation.get("F", 0))
    if literal_name(annotation["Subtype"]) not in _SHOWN or flags & (_HIDDEN | _NO_VIEW) or _is_button(annotation):
        return None
    drawn = resolve1(dict_value(annotation["AP"])["N"])
    if isinstance(drawn, dict) and not isinstance(drawn, PDFStream):
        drawn = resolve1(drawn[literal_name(annotation["AS"])])
    if not isinstance(drawn, PDFStream):
        return None
    rect, box = _rectangle(annotation["Rect"]), _rectangle(drawn["BBox"])
    own = drawn.get("Matrix")
    matrix: Matrix = tuple(float(resolve1(v)) for v in list_value(own)) if own else MATRIX_IDENTITY  # type: ignore[assignment]
    x0, y0, x1, y1 = apply_matrix_rect(matrix, box)
    across, down = (rect[2] - rect[0]) / (x1 - x0), (rect[3] - rect[1]) / (y1 - y0)
    placed = (across, 0.0, 0.0, down, rect[0] - x0 * across, rect[1] - y0 * down)
    return Appearance(drawn, box, mult_matrix(matrix, placed))


def _rectangle(value: Any) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(resolve1(number)) for number in list_value(value))
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _is_button(annotation: dict[str, Any]) -> bool:
    """Whether it is a field to tick or to press; its kind may be said by the field that it belongs to."""
    field: Any = annotation
    for _ in range(10):
        kind = resolve1(field.get("FT"))
        if isinstance(kind, PSLiteral):
            return str(kind.name) == "Btn"
        field = resolve1(field.get("Parent"))
        if not isinstance(field, dict):
            return False
    return False
