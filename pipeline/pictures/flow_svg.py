"""A case's flow as an SVG to lay beside the original: every box, arrow and label at its place, page under page."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from pipeline.pictures.flow import Edge, Graph, Node

Point = tuple[float, float]

GAP = 24.0
"""Points between two pages."""

COLOURS = {
    "actor": ("#fff6ee", "#c83c14"),
    "system": ("#eef4ff", "#145ac8"),
    "data": ("#f6f0fb", "#783caa"),
    "controls": ("#eefaf0", "#148c3c"),
    "note": ("#fbf8e8", "#8c7814"),
    "step": ("#eafafc", "#008ca0"),
}

Box = tuple[float, float, float, float]

MARGIN = 10.0
"""Points left around what is drawn where the rest of the page is cut away."""


def svg(graph: Graph, link: Callable[[int], str] | None = None, prefix: str = "", cropped: bool = False) -> str:
    """The drawing in points, as large as its pages, or, `cropped`, as what is drawn on them.

    `link` gives the address that the boxes and steps of a page lead to. `prefix` keeps the ids of one drawing apart
    from those of the next where several stand in one document.
    """
    frames = {page: _drawn(graph, page) if cropped else (0.0, 0.0, *size) for page, size in graph.pages.items()}
    tops: dict[int, float] = {}
    y = 0.0 if cropped else 30.0
    for page in sorted(frames):
        tops[page] = y
        y += frames[page][3] - frames[page][1] + (0.0 if cropped and page == max(frames) else GAP)
    width = max((x1 - x0 for x0, _, x1, _ in frames.values()), default=400.0)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}pt" height="{y:g}pt" viewBox="0 0 {width:g} {y:g}" '
        f'font-family="Noto Sans CJK JP, Noto Sans JP, Yu Gothic, IPAGothic, sans-serif">',
        f"<title>{escape(graph.title)}</title>",
        f'<defs><marker id="{prefix}head" viewBox="0 0 10 10" refX="10" refY="5" markerWidth="7" markerHeight="7" '
        'orient="auto-start-reverse"><path d="M0 0 L10 5 L0 10 z" fill="#222"/></marker></defs>',
    ]
    if not cropped:
        out.append(f'<text x="8" y="20" font-size="12">{escape(graph.case_id)}　{escape(graph.title)}</text>')
    for page in sorted(tops):
        x0, top, x1, bottom = frames[page]
        out.append(f'<g id="{prefix}page{page}" transform="translate({-x0:g} {tops[page] - top:g})">')
        out.append(
            f'<rect x="{x0:g}" y="{top:g}" width="{x1 - x0:g}" height="{bottom - top:g}" fill="#fff" stroke="#ccc"/>'
        )
        if link is not None:
            out.append(f"<a href={quoteattr(link(page))}>")
        out += _page(graph, page, prefix)
        out.append("</g>" if link is None else "</a></g>")
    return "\n".join([*out, "</svg>"]) + "\n"


def _page(graph: Graph, page: int, prefix: str) -> list[str]:
    """What is drawn on a page, the largest boxes first."""
    out: list[str] = []
    nodes = [node for node in graph.nodes if node.page == page]
    parents = {node.parent for node in nodes}
    inside = {edge.place for edge in graph.edges if edge.page == page and not edge.source}
    for node in sorted(nodes, key=lambda node: (-_area(node), node.box_no)):
        out += _box(node, node.id in parents)
    places = {node.id: node.place for node in nodes}
    for edge in (edge for edge in graph.edges if edge.page == page):
        out += _edge(edge, places, edge.place in inside and _in_leaf(edge, nodes, parents), prefix)
    return out


def _drawn(graph: Graph, page: int) -> Box:
    """The part of a page that boxes, arrows and labels take, within the page."""
    width, height = graph.pages[page]
    places = [node.place for node in graph.nodes if node.page == page]
    for edge in (edge for edge in graph.edges if edge.page == page):
        places += [edge.place, *((x, y, x, y) for x, y in edge.points)]
    if not places:
        return 0.0, 0.0, width, height
    return (
        max(0.0, min(place[0] for place in places) - MARGIN),
        max(0.0, min(place[1] for place in places) - MARGIN),
        min(width, max(place[2] for place in places) + MARGIN),
        min(height, max(place[3] for place in places) + MARGIN),
    )


def _area(node: Node) -> float:
    x0, top, x1, bottom = node.place
    return (x1 - x0) * (bottom - top)


def _in_leaf(edge: Edge, nodes: list[Node], parents: set[str | None]) -> bool:
    """Whether the step's words are already written as part of a box that holds no other."""
    x, y = (edge.place[0] + edge.place[2]) / 2, (edge.place[1] + edge.place[3]) / 2
    return any(n.id not in parents and n.place[0] <= x <= n.place[2] and n.place[1] <= y <= n.place[3] for n in nodes)


def _box(node: Node, holds: bool) -> list[str]:
    x0, top, x1, bottom = node.place
    fill, line = COLOURS.get(node.role, COLOURS["note"])
    tip = quoteattr(node.name)
    out = [
        f'<rect x="{x0:g}" y="{top:g}" width="{x1 - x0:g}" height="{bottom - top:g}" rx="2" fill="{fill}" '
        f'stroke="{line}" data-box="{node.box_no}" data-name={tip}/>'
    ]
    heading = node.name if not node.text.replace("\n", " ").startswith(node.name) else ""
    if holds:
        return out + _words([node.name], x0, top, x1, min(bottom, top + 28), bold=True)
    lines = [*([heading] if heading else []), *node.text.split("\n")]
    return out + _words(lines, x0, top, x1, bottom)


def _width(words: str, size: float) -> float:
    return sum(size if unicodedata.east_asian_width(c) in "WFA" else size * 0.55 for c in words)


_NEVER_FIRST = "、。，．・：；）」』】〉》〕！？ー々"
"""What no line of Japanese begins with; it hangs over the end of the line before."""


def _wrapped(lines: list[str], room: float, size: float) -> list[str]:
    out: list[str] = []
    for line in lines:
        row = ""
        for character in line:
            if row and _width(row + character, size) > room and character not in _NEVER_FIRST:
                out.append(row)
                row = ""
            row += character
        out.append(row)
    return out


def _words(lines: list[str], x0: float, top: float, x1: float, bottom: float, bold: bool = False) -> list[str]:
    """The lines, wrapped to the room and as large as it allows (4 to 10 points)."""
    size = 10.0
    rows = _wrapped(lines, x1 - x0 - 6, size)
    while size > 4 and len(rows) * size * 1.2 > bottom - top - 4:
        size -= 0.5
        rows = _wrapped(lines, x1 - x0 - 6, size)
    weight = ' font-weight="bold"' if bold else ""
    return [
        f'<text x="{x0 + 3:g}" y="{top + 2 + size * (1.2 * n + 1):g}" font-size="{size:g}"{weight}>{escape(row)}</text>'
        for n, row in enumerate(rows)
    ]


def _edge(edge: Edge, places: dict[str, Box], written: bool, prefix: str) -> list[str]:
    out = []
    points = edge.points
    if not points and edge.source in places and edge.target in places:
        points = _straight(places[edge.source], places[edge.target])
    if points:
        path = " ".join(f"{x:g},{y:g}" for x, y in points)
        start = f' marker-start="url(#{prefix}head)"' if edge.heads == 2 else ""
        end = f' marker-end="url(#{prefix}head)"' if edge.heads else ' stroke-dasharray="3 2"'
        out.append(f'<polyline points="{path}" fill="none" stroke="#222" stroke-width="1"{start}{end}/>')
    words = f"{edge.label} {edge.text}".strip()
    if words and not written:
        x0, top, x1, _ = edge.place
        rows = _wrapped([words], 1.15 * max(x1 - x0, 40.0) + 4, 8.5)
        for n, row in enumerate(rows):
            y = top + 8.5 * (1.15 * n + 0.95)
            out.append(
                f'<text x="{x0:g}" y="{y:g}" font-size="8.5" stroke="#fff" stroke-width="2.5" '
                f'paint-order="stroke">{escape(row)}</text>'
            )
    return out


def _straight(a: Box, b: Box) -> tuple[Point, Point]:
    """A straight line between the sides of two boxes that face each other."""
    p = ((a[0] + a[2]) / 2, (a[1] + a[3]) / 2)
    q = ((b[0] + b[2]) / 2, (b[1] + b[3]) / 2)
    return _side(a, p, q), _side(b, q, p)


def _side(box: Box, centre: Point, towards: Point) -> Point:
    dx, dy = towards[0] - centre[0], towards[1] - centre[1]
    half = ((box[2] - box[0]) / 2, (box[3] - box[1]) / 2)
    share = min(
        half[0] / abs(dx) if dx else math.inf,
        half[1] / abs(dy) if dy else math.inf,
    )
    if not math.isfinite(share):
        return centre
    return centre[0] + dx * share, centre[1] + dy * share
