"""A case's flow as an SVG to lay beside the original: every box, arrow and label at its place, page under page."""

from __future__ import annotations

import math
import unicodedata
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

_HEAD = (
    '<defs><marker id="head" viewBox="0 0 10 10" refX="10" refY="5" markerWidth="7" markerHeight="7" '
    'orient="auto-start-reverse"><path d="M0 0 L10 5 L0 10 z" fill="#222"/></marker></defs>'
)


def svg(graph: Graph) -> str:
    """The drawing; its size is that of the pages in points."""
    tops: dict[int, float] = {}
    y = 30.0
    for page in sorted(graph.pages):
        tops[page] = y
        y += graph.pages[page][1] + GAP
    width = max((size[0] for size in graph.pages.values()), default=400.0)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}pt" height="{y:g}pt" viewBox="0 0 {width:g} {y:g}" '
        f'font-family="Noto Sans CJK JP, Noto Sans JP, Yu Gothic, IPAGothic, sans-serif">',
        f"<title>{escape(graph.title)}</title>",
        _HEAD,
        f'<text x="8" y="20" font-size="12">{escape(graph.case_id)}　{escape(graph.title)}</text>',
    ]
    for page in sorted(tops):
        w, h = graph.pages[page]
        out.append(f'<g id="page{page}" transform="translate(0 {tops[page]:g})">')
        out.append(f'<rect width="{w:g}" height="{h:g}" fill="#fff" stroke="#ccc"/>')
        nodes = [node for node in graph.nodes if node.page == page]
        parents = {node.parent for node in nodes}
        inside = {edge.place for edge in graph.edges if edge.page == page and not edge.source}
        for node in sorted(nodes, key=lambda node: (-_area(node), node.box_no)):
            out += _box(node, node.id in parents)
        places = {node.id: node.place for node in nodes}
        for edge in (edge for edge in graph.edges if edge.page == page):
            out += _edge(edge, places, written=edge.place in inside and _in_leaf(edge, nodes, parents))
        out.append("</g>")
    return "\n".join([*out, "</svg>"]) + "\n"


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


def _wrapped(lines: list[str], room: float, size: float) -> list[str]:
    out: list[str] = []
    for line in lines:
        row = ""
        for character in line:
            if row and _width(row + character, size) > room:
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


def _edge(edge: Edge, places: dict[str, tuple[float, float, float, float]], written: bool) -> list[str]:
    out = []
    points = edge.points
    if not points and edge.source in places and edge.target in places:
        points = _straight(places[edge.source], places[edge.target])
    if points:
        path = " ".join(f"{x:g},{y:g}" for x, y in points)
        start = ' marker-start="url(#head)"' if edge.heads == 2 else ""
        end = ' marker-end="url(#head)"' if edge.heads else ' stroke-dasharray="3 2"'
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


def _straight(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> tuple[Point, Point]:
    """A straight line between the sides of two boxes that face each other."""
    p = ((a[0] + a[2]) / 2, (a[1] + a[3]) / 2)
    q = ((b[0] + b[2]) / 2, (b[1] + b[3]) / 2)
    return _side(a, p, q), _side(b, q, p)


def _side(box: tuple[float, float, float, float], centre: Point, towards: Point) -> Point:
    dx, dy = towards[0] - centre[0], towards[1] - centre[1]
    half = ((box[2] - box[0]) / 2, (box[3] - box[1]) / 2)
    share = min(
        half[0] / abs(dx) if dx else math.inf,
        half[1] / abs(dy) if dy else math.inf,
    )
    if not math.isfinite(share):
        return centre
    return centre[0] + dx * share, centre[1] + dy * share
