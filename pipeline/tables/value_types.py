"""The types that a column may have, and which values are of them."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from typing import Any, Literal

from extractors.pages.text import Place

Type = Literal["string", "integer", "number", "boolean", "date", "places", "points"]


def _is_string(value: Any) -> bool:
    # Half of a surrogate pair is no character: neither JSON nor Parquet can hold it.
    return isinstance(value, str) and (value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value))


def _is_integer(value: Any) -> bool:
    return type(value) is int and -(2**63) <= value < 2**63


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _are_points(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(point, dict) and point.keys() == {"x", "y"} and all(map(_is_number, point.values()))
        for point in value
    )


def _is_places(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(place, dict) and place.keys() == set(Place._fields) for place in value)
        and all(_is_integer(place["page"]) and all(map(_is_number, place.values())) for place in value)
    )


FITS: dict[Type, Callable[[Any], bool]] = {
    "string": _is_string,
    "integer": _is_integer,
    "number": _is_number,
    "boolean": lambda value: type(value) is bool,
    "date": lambda value: type(value) is datetime.date,
    "places": _is_places,
    "points": _are_points,
}
"""Whether a value is of a type, and one that JSON and Parquet can hold."""
