"""The reader of text layers: a page of pdfplumber becomes a `Page`.

Traps it knows: rulings drawn as thin rectangles, outlines drawn twice (once filled, once stroked), characters printed
twice for boldness, matrices off by 1e-8 that make a library call a character not upright, whole pages of sideways text
without /Rotate, radicals and private-use bullets.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from pdfminer.layout import LTChar, LTContainer, LTCurve, LTImage, LTLine, LTRect

from extractors.pages.characters import UNREADABLE, VOICED_MARKS, ordinary
from extractors.pages.content_stream import DAMAGED, UNTOLD, layout_of
from extractors.pages.dots import joined_dashes, joined_dots
from extractors.pages.geometry import Box, Frame
from extractors.pages.page import STRAIGHT, Page, Picture, Ruling, Shape
from extractors.pages.rings import with_rings_read
from extractors.pages.set_aside import without_readings, without_struck, without_watermark
from extractors.pages.text import Glyph
from extractors.pages.unseen import FAINT, brightness, suspects

THIN = 3.0
"""A filled rectangle up to this many points thick is a ruling: Word's thickest table border is 3 pt wide."""

LARGE = 30.0
"""Points: a faint character lower than this is no watermark."""

SIDEWAYS_SHARE = 0.6
"""Of a page's characters, this share must run the same other way for the page to be read in a turned frame."""


def read_page(page: Any) -> Page:
    """The pdfplumber page as a `Page`; the caller closes the page.

    Raises whatever pdfplumber raises for a page that is broken (`pdfplumber.utils.exceptions.PdfminerException`).
    """
    layout = layout_of(page)
    items = list(_items(layout))
    frame = Frame(page.page_number, round(float(page.width), 2), round(float(page.height), 2))
    crop = _crop(page)
    if crop is not None:
        frame = frame._replace(width=round(crop.width, 2), height=round(crop.height, 2))
    flip = _Flip(layout.height, crop)

    characters = [item for item in items if isinstance(item, LTChar)]
    frame = frame._replace(turn=_turn_of(characters))
    found = _glyphs(characters, suspects(items), flip, frame)
    rulings, shapes = _strokes([item for item in items if isinstance(item, LTCurve)], flip, frame)
    glyphs = without_readings(without_watermark(found.glyphs, found.odd))
    shown = without_struck(glyphs, rulings, shapes)
    notes = ("text_struck",) * (len(shown) < len(glyphs)) + ("content_damaged",) * (DAMAGED in vars(layout))
    glyphs, shapes = with_rings_read(shown, shapes)
    pictures = [
        Picture(frame.upright(flip.box(item.bbox)), item.srcsize) for item in items if isinstance(item, LTImage)
    ]
    return Page(
        frame=frame,
        rotation=int(page.rotation),
        method="text",
        glyphs=tuple(glyphs),
        rulings=tuple(rulings),
        shapes=tuple(shapes),
        pictures=tuple(pictures),
        unreadable=found.unreadable + vars(layout).get(UNTOLD, 0),
        notes=notes,
        unsure=tuple(glyph for glyph in glyphs if id(glyph) in found.unsure),
    )


class _Flip:
    """Takes pdfminer's coordinates (origin lower left of the media box) to points from the crop box's upper left."""

    def __init__(self, height: float, crop: Box | None) -> None:
        self.height = height
        self.dx = crop.x0 if crop else 0.0
        self.dy = crop.top if crop else 0.0

    def point(self, x: float, y: float) -> tuple[float, float]:
        return x - self.dx, self.height - y - self.dy

    def box(self, bbox: tuple[float, float, float, float]) -> Box:
        x0, y0, x1, y1 = bbox
        return Box(x0 - self.dx, self.height - y1 - self.dy, x1 - self.dx, self.height - y0 - self.dy)


def _crop(page: Any) -> Box | None:
    """The crop box within the media box, or None where they are the same."""
    media, crop = page.mediabox, page.cropbox
    if crop == media:
        return None
    box = Box(crop[0] - media[0], crop[1] - media[1], crop[2] - media[0], crop[3] - media[1])
    box = box.overlap(Box(0.0, 0.0, media[2] - media[0], media[3] - media[1]))
    return box if box.area > 0 else None


def _items(container: LTContainer[Any]) -> Iterator[Any]:
    for item in container:
        if isinstance(item, LTContainer):
            yield from _items(item)
        else:
            yield item


def _direction(character: LTChar) -> int:
    """Which way its baseline runs on the displayed page: 0 rightwards, 90 downwards, 180, 270 upwards."""
    a, b, *_ = character.matrix
    return round(math.degrees(math.atan2(-b, a)) / 90) % 4 * 90


def _turn_of(characters: list[LTChar]) -> int:
    directions = Counter(_direction(item) for item in characters if not item.get_text().isspace())
    if not directions:
        return 0
    direction, count = directions.most_common(1)[0]
    if direction == 0 or count < SIDEWAYS_SHARE * directions.total():
        return 0
    return (360 - direction) % 360


class _Glyphs(NamedTuple):
    """A page's characters; the `id` of those that may not show, and of those slanted or faint; how many
    nobody can tell."""

    glyphs: list[Glyph]
    unsure: set[int]
    odd: set[int]
    unreadable: int


def _glyphs(characters: list[LTChar], suspected: set[int], flip: _Flip, frame: Frame) -> _Glyphs:
    width, height = (frame.width, frame.height) if frame.turn % 180 == 0 else (frame.height, frame.width)
    found = _Glyphs([], set(), set(), 0)
    glyphs = found.glyphs
    seen: set[tuple[str, int, int]] = set()
    unreadable = 0
    for item in characters:
        text = ordinary(item.get_text())
        if not text:
            continue
        box = frame.upright(flip.box(item.bbox)) if frame.turn else flip.box(item.bbox)
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        if not (0 <= x <= width and 0 <= y <= height):
            continue
        column, row = round(x), round(y)
        if not text.isspace() or box[2] - box[0] > 2:
            # printed twice for boldness: the same character again within a point
            if any((text, column + dx, row) in seen for dx in (-1, 0, 1)):
                continue
            seen.add((text, column, row))
        if text in VOICED_MARKS and glyphs:
            before = glyphs[-1]
            glyphs[-1] = before._replace(text=ordinary(before.text + text))
            continue
        unreadable += text == UNREADABLE
        glyph = Glyph(text, frame, box)
        glyphs.append(glyph)
        if id(item) in suspected and not text.isspace():
            found.unsure.add(id(glyph))
        if _is_slanted(item) or (item.size > LARGE and brightness(item) >= FAINT):
            found.odd.add(id(glyph))
    return found._replace(unreadable=unreadable)


def _is_slanted(item: LTChar) -> bool:
    """Whether its baseline is neither level nor upright, by more than some 5 degrees."""
    a, b, *_ = item.matrix
    return bool(b) and min(abs(a), abs(b)) > 0.08 * max(abs(a), abs(b))


def _rgb(colour: object) -> tuple[float, float, float]:
    """A PDF colour as RGB 0-1; mid-grey where it cannot be told (patterns)."""
    values = colour if isinstance(colour, (tuple, list)) else (colour,)
    if not all(isinstance(value, (int, float)) for value in values):
        return (0.5, 0.5, 0.5)
    if len(values) == 1:
        return (float(values[0]),) * 3
    if len(values) == 3:
        return (float(values[0]), float(values[1]), float(values[2]))
    if len(values) == 4:
        c, m, y, k = values
        return ((1 - c) * (1 - k), (1 - m) * (1 - k), (1 - y) * (1 - k))
    return (0.5, 0.5, 0.5)


def _is_dashed(item: LTCurve) -> bool:
    pattern = (item.dashing_style or ((), 0))[0]
    return isinstance(pattern, (list, tuple)) and any(isinstance(part, (int, float)) and part > 0 for part in pattern)


def _strokes(items: list[LTCurve], flip: _Flip, frame: Frame) -> tuple[list[Ruling], list[Shape]]:
    rulings: list[Ruling] = []
    shapes: dict[tuple[tuple[int, int], ...], Shape] = {}
    dots: list[Box] = []
    page_area = frame.width * frame.height
    for item in items:
        if not (item.stroke or item.fill):
            continue
        points = [_upright_point(frame, *flip.point(x, y)) for x, y in _corners(item)]
        if len(points) < 2:
            continue
        dashed, width = _is_dashed(item), float(item.linewidth or 0.0)
        if isinstance(item, LTLine) or (not item.fill and points[0] != points[-1]):
            rulings += [Ruling(*a, *b, width, dashed) for a, b in pairwise(points) if a != b]
            continue
        shape = _shape(item, points, width, dashed)
        box = shape.box
        if min(box.width, box.height) <= THIN and shape.kind == "rectangle":
            if max(box.width, box.height) > THIN:
                rulings.append(_thin(box, dashed))
            else:
                dots.append(box)
            continue
        if not shape.stroked and box.area >= 0.95 * page_area:
            continue  # the page's own background
        if shape.stroked and isinstance(item, LTRect):
            rulings += _edges(box, width, dashed)
        key = tuple(sorted((round(x), round(y)) for x, y in shape.points))
        twin = shapes.get(key)
        if twin is not None:
            outline = shape if shape.stroked else twin
            shape = outline._replace(fill=shape.fill or twin.fill, stroked=shape.stroked or twin.stroked)
        shapes[key] = shape
    return joined_dashes(rulings) + joined_dots(dots), list(shapes.values())


def _upright_point(frame: Frame, x: float, y: float) -> tuple[float, float]:
    x0, top, *_ = frame.upright(Box(x, y, x, y))
    return x0, top


def _corners(item: LTCurve) -> list[tuple[float, float]]:
    """The corners of a path in order, points in the middle of a straight side left out."""
    points = list(item.pts)
    if isinstance(item, LTRect):
        x0, y0, x1, y1 = item.bbox
        points = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
    corners: list[tuple[float, float]] = []
    for x, y in points:
        if corners and math.dist(corners[-1], (x, y)) < 0.01:
            continue
        if len(corners) >= 2 and _in_line(corners[-2], corners[-1], (x, y)):
            corners[-1] = (x, y)
        else:
            corners.append((x, y))
    return corners


def _in_line(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    (ax, ay), (bx, by), (cx, cy) = a, b, c
    cross = (bx - ax) * (cy - by) - (by - ay) * (cx - bx)
    ahead = (bx - ax) * (cx - bx) + (by - ay) * (cy - by)
    return ahead > 0 and abs(cross) <= 0.02 * math.dist(a, b) * math.dist(b, c)


def _shape(item: LTCurve, points: list[tuple[float, float]], width: float, dashed: bool) -> Shape:
    corners = points[:-1] if math.dist(points[0], points[-1]) < 0.5 else points
    if len(corners) > 3 and _in_line(corners[-1], corners[0], corners[1]):
        corners = corners[1:]
    curved = any(step[0] in "cvy" for step in (item.original_path or ()))
    kind: Literal["rectangle", "rounded", "triangle", "other"] = "other"
    if curved:
        kind = "rounded" if _has_four_sides(points) else "other"
    elif len(corners) == 4 and all(
        abs(a[0] - b[0]) <= STRAIGHT or abs(a[1] - b[1]) <= STRAIGHT
        for a, b in zip(corners, corners[1:] + corners[:1], strict=True)
    ):
        kind = "rectangle"
    elif len(corners) == 3:
        kind = "triangle"
    fill = _rgb(item.non_stroking_color) if item.fill else None
    return Shape(kind, tuple(corners), fill, bool(item.stroke), width, dashed)


def _has_four_sides(points: list[tuple[float, float]]) -> bool:
    """Whether the straight parts of a curved outline run along all four sides of its box: a box with round corners."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    box = Box(min(xs), min(ys), max(xs), max(ys))
    sides = set()
    for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
        if abs(ay - by) <= STRAIGHT and abs(bx - ax) >= 0.3 * box.width:
            sides |= {edge for edge, y in (("top", box.top), ("bottom", box.bottom)) if abs(ay - y) <= STRAIGHT}
        if abs(ax - bx) <= STRAIGHT and abs(by - ay) >= 0.3 * box.height:
            sides |= {edge for edge, x in (("left", box.x0), ("right", box.x1)) if abs(ax - x) <= STRAIGHT}
    return len(sides) == 4


def _thin(box: Box, dashed: bool) -> Ruling:
    x, y = box.centre
    if box.width >= box.height:
        return Ruling(box.x0, y, box.x1, y, box.height, dashed)
    return Ruling(x, box.top, x, box.bottom, box.width, dashed)


def _edges(box: Box, width: float, dashed: bool) -> list[Ruling]:
    x0, top, x1, bottom = box
    return [
        Ruling(x0, top, x1, top, width, dashed),
        Ruling(x0, bottom, x1, bottom, width, dashed),
        Ruling(x0, top, x0, bottom, width, dashed),
        Ruling(x1, top, x1, bottom, width, dashed),
    ]
