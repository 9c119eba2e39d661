"""The boxes of a drawing as bare outlines: rectangles, rounded and cut ones, frames, four rulings that close.

What a printer made of a box differs: one path, a filled plate with rulings around it, a frame as a filled ring, four
loose strokes. All come out as `Outline`; plates that nobody sees (white on white, one colour on itself) do not.
Points, origin upper left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from extractors.diagrams.callouts import callout_of
from extractors.diagrams.geometry import Places, Point, boundary_distance, distance_to, polygon_area
from extractors.pages.geometry import Box, union
from extractors.pages.lines import GlyphIndex
from extractors.pages.page import Page, Ruling, Shape

SMALLEST = 8.0
"""A box is at least this high and wide: nothing smaller holds a line of text."""

SAME = 4.0
"""Two outlines whose sides all lie within this distance are one box (a double border, a plate under its outline)."""

EMPTY_AREA = 1500.0
"""A box without text or boxes in it counts from this area on (about 50 by 30 points); smaller ones are ornaments."""

MOST = 600
"""Boxes a drawing may have; of more, the largest that hold text are kept."""


class Outline(NamedTuple):
    """A box as drawn. `cut`: one corner is folded over, as on a note."""

    box: Box
    dashed: bool = False
    rounded: bool = False
    cut: bool = False


def find_outlines(page: Page, index: GlyphIndex, strokes: Sequence[Ruling], is_arrow: Sequence[bool]) -> list[Outline]:
    """The outlines of all boxes, largest first.

    `strokes` are the rulings that may close to a box (those that end in an arrow head left out); `is_arrow` tells of
    each of the page's shapes whether it is an arrow or a part of one.
    """
    shapes = _largest([shape for shape, arrow in zip(page.shapes, is_arrow, strict=True) if not arrow])
    rulings = Places((ruling.box.grown(2.0), ruling) for ruling in page.rulings[: 8 * MOST])
    found: list[Outline] = []
    under: list[tuple[Box, tuple[float, float, float]]] = []
    for shape in shapes:
        box = shape.box
        if min(box.width, box.height) < SMALLEST or max(box.width, box.height) < 1.5 * SMALLEST:
            continue
        outline = _outline(shape, box, index)
        seen = shape.stroked or _framed(shape, rulings) or _shows(shape, box, under)
        if shape.fill is not None:
            under.append((box, shape.fill))
        if outline is not None and seen:
            found.append(outline)
    found += closed_by_rulings(_apart_from(strokes, shapes))
    return _distinct(page, found, index)


def _largest(shapes: Sequence[Shape]) -> list[Shape]:
    """The shapes in the order they were drawn; of a great many, the largest only."""
    if len(shapes) <= 2 * MOST:
        return list(shapes)
    ranked = sorted(range(len(shapes)), key=lambda n: (-shapes[n].box.area, n))[: 2 * MOST]
    return [shapes[n] for n in sorted(ranked)]


def _outline(shape: Shape, box: Box, index: GlyphIndex) -> Outline | None:
    """The box that a shape draws, or None where it is no box: a blob, a star, an icon without words."""
    if shape.kind == "rectangle":
        return Outline(box, shape.dashed)
    if shape.kind == "rounded":
        return Outline(box, shape.dashed, rounded=True)
    if shape.kind == "triangle" or len(shape.points) < 4:
        return None
    callout = callout_of(shape.points)
    if callout is not None:
        return Outline(callout.box, shape.dashed)
    if _is_frame(shape, box):
        return Outline(box, shape.dashed)
    if min(box.width, box.height) < 14 or polygon_area(shape.points) < 0.5 * box.area:
        return None
    if not any(not glyph.text.isspace() for glyph in index.within(box)):
        return None
    return Outline(box, shape.dashed, rounded=len(shape.points) > 5, cut=len(shape.points) == 5)


def _is_frame(shape: Shape, box: Box) -> bool:
    """Whether all corners lie on the four sides of the shape's own box and each side has two: a ring, a cut corner."""
    slack = 3.0
    counts = [0, 0, 0, 0]
    for x, y in shape.points:
        near = (x - box.x0 <= slack, box.x1 - x <= slack, y - box.top <= slack, box.bottom - y <= slack)
        if not any(near):
            return False
        counts = [count + side for count, side in zip(counts, near, strict=True)]
    return min(counts) >= 2 and len(shape.points) >= 8


def _framed(shape: Shape, rulings: Places[Ruling]) -> bool:
    """Whether rulings run along most of the outline of a shape that draws none itself."""
    corners = shape.points
    whole = along = 0.0
    near = rulings.near(shape.box)
    if len(near) > 200:
        return False
    for a, b in zip(corners, corners[1:] + corners[:1], strict=True):
        length = max(abs(a[0] - b[0]), abs(a[1] - b[1]))
        whole += length
        covered = sum(
            ruling.length
            for ruling in near
            if distance_to((ruling.x0, ruling.y0), a, b) <= 2.5 and distance_to((ruling.x1, ruling.y1), a, b) <= 2.5
        )
        along += min(length, covered)
    return whole > 0 and along >= 0.6 * whole


def _shows(shape: Shape, box: Box, under: Sequence[tuple[Box, tuple[float, float, float]]]) -> bool:
    """Whether a plate without outline stands out from what it lies on."""
    if shape.fill is None:
        return False
    below = next((fill for other, fill in reversed(under) if other.holds(box, 1.0)), (1.0, 1.0, 1.0))
    return max(abs(a - b) for a, b in zip(shape.fill, below, strict=True)) > 0.015


def _apart_from(strokes: Sequence[Ruling], shapes: Sequence[Shape]) -> list[Ruling]:
    """The strokes that are not sides of the shapes."""
    edges = Places((shape.box.grown(2.0), shape.box) for shape in shapes)
    return [ruling for ruling in strokes if not any(_on_side(ruling, box) for box in edges.near(ruling.box))]


def _on_side(ruling: Ruling, box: Box) -> bool:
    inside = box.grown(2.0)
    if not (inside.holds_point(ruling.x0, ruling.y0) and inside.holds_point(ruling.x1, ruling.y1)):
        return False
    if ruling.horizontal:
        return min(abs(ruling.y0 - box.top), abs(ruling.y0 - box.bottom)) <= 2.0
    return ruling.vertical and min(abs(ruling.x0 - box.x0), abs(ruling.x0 - box.x1)) <= 2.0


class _Run(NamedTuple):
    """Collinear strokes joined: at y (horizontal) or x (vertical), from start to end."""

    at: float
    start: float
    end: float
    dashed: bool


REACH = 3.0


def _runs(strokes: Sequence[tuple[float, float, float, bool]]) -> list[_Run]:
    groups: list[list[tuple[float, float, float, bool]]] = []
    for stroke in sorted(strokes):
        if groups and stroke[0] - groups[-1][-1][0] <= 1.5:
            groups[-1].append(stroke)
        else:
            groups.append([stroke])
    runs: list[_Run] = []
    for group in groups:
        at = sum(stroke[0] for stroke in group) / len(group)
        current: _Run | None = None
        for start, end, dashed in sorted((start, end, dashed) for _, start, end, dashed in group):
            if current is not None and start <= current.end + REACH:
                current = current._replace(end=max(current.end, end), dashed=current.dashed or dashed)
                runs[-1] = current
            else:
                current = _Run(at, start, end, dashed)
                runs.append(current)
    return runs


def closed_by_rulings(strokes: Sequence[Ruling]) -> list[Outline]:
    """Rectangles that four strokes close, whoever drew them as loose strokes; of a ruled table, its outline only."""
    across = _runs([((r.y0 + r.y1) / 2, r.box.x0, r.box.x1, r.dashed) for r in strokes if r.horizontal])
    down = _runs([((r.x0 + r.x1) / 2, r.box.top, r.box.bottom, r.dashed) for r in strokes if r.vertical])
    across, down, corners = _with_cut_corners(across, down, strokes)
    across = sorted(sorted((r for r in across if r.end - r.start >= SMALLEST), key=_length)[:MOST])
    down = sorted(sorted((r for r in down if r.end - r.start >= SMALLEST), key=_length)[:MOST])
    faces: list[Outline] = []
    for top in across:
        touching = [
            v
            for v in down
            if top.start - REACH <= v.at <= top.end + REACH and v.start <= top.at + REACH and v.end >= top.at + SMALLEST
        ]
        pairs = list(pairwise(touching))
        if len(touching) > 2:
            pairs.append((touching[0], touching[-1]))
        for left, right in pairs:
            if right.at - left.at < SMALLEST:
                continue
            lowest = min(left.end, right.end) + REACH
            for foot in across:
                if foot.at <= top.at + SMALLEST or foot.at > lowest:
                    continue
                if foot.start <= left.at + REACH and foot.end >= right.at - REACH:
                    dashed = top.dashed and foot.dashed and left.dashed
                    box = Box(left.at, top.at, right.at, foot.at)
                    cut = any(boundary_distance(box, corner) <= REACH for corner in corners)
                    faces.append(Outline(box, dashed, cut=cut))
                    break
    return _tables_as_one(faces)


def _with_cut_corners(
    across: list[_Run], down: list[_Run], strokes: Sequence[Ruling]
) -> tuple[list[_Run], list[_Run], list[Point]]:
    """The runs, carried on to the corner where a short slant joins two of them (a folded note), and those corners."""
    corners: list[Point] = []
    slants = [r for r in strokes if not (r.horizontal or r.vertical) and 3.0 <= r.length <= 40.0]
    for slant in slants[:100]:
        ends = ((slant.x0, slant.y0), (slant.x1, slant.y1))
        meeting = [
            (across[h].end - across[h].start + down[v].end - down[v].start, h, v)
            for (hx, hy), (vx, vy) in (ends, ends[::-1])
            for h in range(len(across))
            if abs(across[h].at - hy) <= 1.5 and _ends_at(across[h], hx)
            for v in range(len(down))
            if abs(down[v].at - vx) <= 1.5 and _ends_at(down[v], vy)
        ]
        if not meeting:
            continue
        _, h, v = max(meeting)  # the sides of the note are longer than those of its fold
        x, y = down[v].at, across[h].at
        across[h] = across[h]._replace(start=min(across[h].start, x), end=max(across[h].end, x))
        down[v] = down[v]._replace(start=min(down[v].start, y), end=max(down[v].end, y))
        corners.append((x, y))
    return across, down, corners


def _ends_at(run: _Run, at: float) -> bool:
    return run.end - run.start >= SMALLEST and min(abs(run.start - at), abs(run.end - at)) <= 1.5


def _length(run: _Run) -> tuple[float, float, float]:
    return (run.start - run.end, run.at, run.start)


def _tables_as_one(faces: Sequence[Outline]) -> list[Outline]:
    """Faces that share sides are one ruled box: its outline, with the strip at its head as part of it."""
    parent = list(range(len(faces)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    places = Places((face.box.grown(1.0), n) for n, face in enumerate(faces))
    for n, face in enumerate(faces):
        for m in places.near(face.box):
            if m < n and _share_side(face.box, faces[m].box):
                parent[root(n)] = root(m)
    groups: dict[int, list[Outline]] = defaultdict(list)
    for n, face in enumerate(faces):
        groups[root(n)].append(face)
    found = []
    for group in groups.values():
        whole = union(face.box for face in group)
        tiles = [face for face in group if not any(o is not face and face.box.holds(o.box, 1.0) for o in group)]
        if len(tiles) > 1 and sum(face.box.area for face in tiles) < 0.9 * whole.area:
            found += group  # boxes that only lean on each other
            continue
        found.append(Outline(whole, all(face.dashed for face in group), cut=any(face.cut for face in group)))
        if len(tiles) in (2, 3):
            found += [tile for tile in tiles if not _is_head(tile.box, whole)]
    return found


def _share_side(a: Box, b: Box) -> bool:
    common = a.grown(0.75).overlap(b.grown(0.75))
    if common.area == 0 or max(common.width, common.height) <= 5.0:
        return False
    if min(common.width, common.height) <= 2.5:
        return True
    return any(abs(x - y) <= 1.5 for x, y in zip(a, b, strict=True))


def _is_head(tile: Box, whole: Box) -> bool:
    """Whether the tile is a strip along the top of the box, which holds its title."""
    return tile.width >= 0.95 * whole.width and tile.top <= whole.top + 1.5 and tile.height <= 0.35 * whole.height


def _distinct(page: Page, found: Sequence[Outline], index: GlyphIndex) -> list[Outline]:
    """Each box once, without ornaments and without the frame around the whole drawing; largest first."""
    exact: dict[tuple[int, ...], Outline] = {}
    for outline in found:
        exact.setdefault(tuple(round(edge / 2) for edge in outline.box), outline)
    ranked = sorted(exact.values(), key=lambda o: (-o.box.area, o.box))
    inked = {id(o): any(not g.text.isspace() for g in index.within(o.box)) for o in ranked[: 4 * MOST]}
    ranked = [o for o in ranked[: 4 * MOST] if inked[id(o)] or o.box.area >= EMPTY_AREA]
    if len(ranked) > MOST:
        ranked = [o for o in ranked if inked[id(o)]][:MOST]
    kept: list[Outline] = []
    for outline in ranked:
        twin = next((n for n, other in enumerate(kept) if _same(outline.box, other.box)), None)
        if twin is None:
            kept.append(outline)
        else:
            other = kept[twin]
            kept[twin] = other._replace(dashed=other.dashed or outline.dashed, cut=other.cut or outline.cut)
    return [outline for outline in kept if not _is_sheet(outline.box, kept, page)]


def _same(a: Box, b: Box) -> bool:
    return all(abs(x - y) <= SAME for x, y in zip(a, b, strict=True))


def _is_sheet(box: Box, all_of_them: Sequence[Outline], page: Page) -> bool:
    """Whether it is the edge of the sheet or of the drawing rather than a box in it."""
    if box.area >= 0.9 * page.box.area:
        return True
    if box.area < 0.55 * page.box.area:
        return False
    others = [other.box for other in all_of_them if other.box != box]
    return len(others) >= 3 and all(box.holds(other, 2.0) for other in others)


def parents_of(outlines: Sequence[Outline]) -> list[int | None]:
    """For each outline (largest first) the place of the smallest one around it, or None."""
    parents: list[int | None] = []
    for n, outline in enumerate(outlines):
        around = [m for m in range(n) if outlines[m].box.holds(outline.box, 2.5)]
        parents.append(min(around, key=lambda m: (outlines[m].box.area, m)) if around else None)
    return parents
