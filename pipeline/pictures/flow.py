"""`besshi flow`: the flow of personal data of one case as a graph, from the tables of OUT.

Nodes are the boxes of its drawings, edges the steps between them; mermaid to paste into a document, GraphML for graph
tools, JSON for programs, and an SVG that puts boxes, arrows and labels where the original has them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree as Xml

from pipeline.pictures.flow_svg import svg
from pipeline.tables.read import Filters, read_table

Format = Literal["mermaid", "graphml", "svg", "json"]


class UnknownCase(KeyError):
    """There is no such case in the tables; `known` are the ids that there are."""

    def __init__(self, case_id: str, known: tuple[str, ...]) -> None:
        super().__init__(case_id)
        self.case_id = case_id
        self.known = known


@dataclass(frozen=True)
class Node:
    """A box: `id` is unique in the case, `place` is its box on the page in points (x0, top, x1, bottom)."""

    id: str
    page: int
    box_no: int
    parent: str | None
    name: str
    text: str
    role: str
    place: tuple[float, float, float, float]


@dataclass(frozen=True)
class Edge:
    """A step, or an arrow or tie without a number (`number` None). A step inside a box has no source or target."""

    label: str
    number: int | None
    text: str
    source: str | None
    target: str | None
    media: str | None
    delivery: str | None
    page: int
    place: tuple[float, float, float, float]
    heads: int = 1
    points: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Graph:
    """The flow of one case. `pages` gives each page's width and height in points."""

    case_id: str
    title: str
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    pages: dict[int, tuple[float, float]] = field(default_factory=dict)


def flow(case_id: str, out: Path, form: Format = "mermaid") -> str:
    """The case's flow in the format asked for; raises `UnknownCase`, and FileNotFoundError where OUT has no tables."""
    graph = read_graph(case_id, out)
    if form == "json":
        return json.dumps(asdict(graph), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    return {"mermaid": mermaid, "graphml": graphml, "svg": svg}[form](graph)


def read_graph(case_id: str, out: Path) -> Graph:
    """The case's boxes and steps from OUT/tables; raises as `flow` does."""
    graphs = read_graphs([case_id], out)
    if case_id not in graphs:
        raise UnknownCase(case_id, tuple(read_table(out, "cases", ["case_id"])["case_id"].to_pylist()))
    return graphs[case_id]


def read_graphs(case_ids: Sequence[str], out: Path) -> dict[str, Graph]:
    """The boxes and steps of several cases, each table read once; cases that are not there are left out."""
    of_cases = [("case_id", "in", list(case_ids))]
    cases = _rows(out, "cases", of_cases)
    documents = [("document_id", "in", sorted({case["document_id"] for case in cases}))]
    boxes = _by_case(_rows(out, "diagram_boxes", of_cases))
    arrows = _by_case(_rows(out, "diagram_arrows", of_cases, optional=True))
    steps = _by_case(_rows(out, "flow_steps", of_cases))
    pages = _rows(out, "pages", documents) if cases else []
    return {
        case["case_id"]: _graph(
            case, boxes, arrows, steps, [p for p in pages if p["document_id"] == case["document_id"]]
        )
        for case in cases
    }


_Rows = dict[str, list[dict[str, Any]]]


def _by_case(rows: list[dict[str, Any]]) -> _Rows:
    found: _Rows = {}
    for row in rows:
        found.setdefault(row["case_id"], []).append(row)
    return found


def _graph(case: dict[str, Any], boxes: _Rows, arrows: _Rows, steps: _Rows, pages: list[dict[str, Any]]) -> Graph:
    case_id = case["case_id"]
    nodes = tuple(_node(row) for row in boxes.get(case_id, ()))
    ids = {(node.page, node.box_no): node.id for node in nodes}
    own = arrows.get(case_id, [])
    edges = [_step(row, ids, own) for row in steps.get(case_id, ())]
    edges += [_arrow(row, ids) for row in own if not row.get("steps")]
    held = {node.page for node in nodes} | {edge.page for edge in edges}
    sizes = {row["page"]: (float(row["width"]), float(row["height"])) for row in pages if row["page"] in held}
    return Graph(case_id, case.get("title") or case.get("detail_title") or "", nodes, tuple(edges), sizes)


def _rows(out: Path, name: str, filters: Filters | None = None, optional: bool = False) -> list[dict[str, Any]]:
    try:
        rows: list[dict[str, Any]] = read_table(out, name, filters=filters).to_pylist()
    except FileNotFoundError:
        if optional:
            return []
        raise
    return rows


def _id(page: int, number: int) -> str:
    return f"p{page}b{number}"


def _place(row: dict[str, Any]) -> tuple[float, float, float, float]:
    return row["x0"], row["top"], row["x1"], row["bottom"]


def _node(row: dict[str, Any]) -> Node:
    page, parent = row["page"], row["parent_box_no"]
    heading, text = row["heading"], row["text"] or ""
    return Node(
        _id(page, row["box_no"]),
        page,
        row["box_no"],
        None if parent is None else _id(page, int(parent)),
        heading or " ".join(text.split("\n")[:3])[:60],
        text,
        row["role"],
        _place(row),
    )


def _step(row: dict[str, Any], ids: dict[tuple[int, int], str], arrows: list[dict[str, Any]]) -> Edge:
    ends = [ids.get((row["page"], int(no))) if (no := row[column]) is not None else None for column in _ENDS]
    own = next(
        (a for a in arrows if a["page"] == row["page"] and row["label"] in (a.get("steps") or "").split("、")), None
    )
    return Edge(
        row["label"],
        row["number"],
        row["text"] or "",
        ends[0],
        ends[1],
        row["media"],
        row["delivery"],
        row["page"],
        _place(row),
        int(own["heads"]) if own else 1,
        _points(own),
    )


_ENDS = ("sender_box", "receiver_box")


def _arrow(row: dict[str, Any], ids: dict[tuple[int, int], str]) -> Edge:
    ends = [ids.get((row["page"], int(no))) if (no := row[column]) is not None else None for column in _ARROW_ENDS]
    words, page = row.get("label") or "", row["page"]
    return Edge("", None, words, ends[0], ends[1], None, None, page, _place(row), int(row["heads"]), _points(row))


_ARROW_ENDS = ("from_box", "to_box")


def _points(row: dict[str, Any] | None) -> tuple[tuple[float, float], ...]:
    return tuple((point["x"], point["y"]) for point in (row or {}).get("points") or ())


# ------------------------------------------------------------------------------------------------ mermaid


def _quoted(words: str) -> str:
    """Words as a mermaid label: nothing in them ends the quotes or opens a tag."""
    for character, code in (("&", "#amp;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;"), ("\n", "<br>")):
        words = words.replace(character, code)
    return f'"{words}"'


def mermaid(graph: Graph) -> str:
    """A flowchart: boxes that hold boxes are subgraphs, steps inside a box are lines of it."""
    inside: dict[str, list[str]] = {}
    edges: list[str] = []
    for edge in graph.edges:
        words = _quoted(f"{edge.label} {edge.text}".strip())
        if edge.source and edge.target:
            line = {0: "-.-", 1: "-->", 2: "<-->"}[edge.heads]
            label = f"|{words}|" if edge.label or edge.text else ""
            edges.append(f"  {edge.source} {line}{label} {edge.target}")
        elif edge.number is not None:
            inside.setdefault(_innermost(graph, edge), []).append(f"{edge.label} {edge.text}")
    children: dict[str | None, list[Node]] = {}
    for node in graph.nodes:
        children.setdefault(node.parent, []).append(node)
    lines = ["---", f"title: {json.dumps(graph.title, ensure_ascii=False)}", "---", "flowchart LR"]

    def write(node: Node, depth: int) -> None:
        pad = "  " * depth
        inner = children.get(node.id, [])
        if inner:
            lines.append(f"{pad}subgraph {node.id}[{_quoted(node.name or str(node.box_no))}]")
            for n, words in enumerate(inside.get(node.id, [])):
                lines.append(f"{pad}  {node.id}s{n}[{_quoted(words)}]")
            for one in inner:
                write(one, depth + 1)
            lines.append(f"{pad}end")
            return
        words = node.name if not node.text or node.text == node.name else f"{node.name}\n{node.text}"
        if node.text.replace("\n", " ").startswith(node.name):
            words = node.text
        lines.append(f"{pad}{node.id}[{_quoted(words or str(node.box_no))}]:::{node.role}")

    for node in children.get(None, []):
        write(node, 1)
    lines += edges
    lines += ["  classDef controls fill:#eef8ee,stroke:#2a7", "  classDef system fill:#eef4ff,stroke:#26c"]
    return "\n".join(lines) + "\n"


def _innermost(graph: Graph, edge: Edge) -> str:
    """The smallest box in which a step's words stand; empty where they stand outside all."""
    x, y = (edge.place[0] + edge.place[2]) / 2, (edge.place[1] + edge.place[3]) / 2
    around = [
        ((n.place[2] - n.place[0]) * (n.place[3] - n.place[1]), n.id)
        for n in graph.nodes
        if n.page == edge.page and n.place[0] <= x <= n.place[2] and n.place[1] <= y <= n.place[3]
    ]
    return min(around)[1] if around else ""


# ------------------------------------------------------------------------------------------------ GraphML


def graphml(graph: Graph) -> str:
    """GraphML with the boxes' names, roles and pages, and the steps' words, media and delivery as data."""
    root = Xml.Element("graphml", xmlns="http://graphml.graphdrawing.org/xmlns")
    keys = [("node", k) for k in ("name", "text", "role", "page", "parent")]
    keys += [("edge", k) for k in ("label", "number", "text", "media", "delivery", "page")]
    for kind, name in keys:
        attributes = {"id": f"{kind}_{name}", "for": kind, "attr.name": name}
        Xml.SubElement(root, "key", {**attributes, "attr.type": "int" if name in ("page", "number") else "string"})
    body = Xml.SubElement(root, "graph", id=graph.case_id, edgedefault="directed")
    for node in graph.nodes:
        element = Xml.SubElement(body, "node", id=node.id)
        _data(element, "node", asdict(node), ("name", "text", "role", "page", "parent"))
    number = 0
    for edge in graph.edges:
        if not (edge.source and edge.target):
            continue
        number += 1
        element = Xml.SubElement(body, "edge", id=f"e{number}", source=edge.source, target=edge.target)
        if edge.heads != 1:
            element.set("directed", "false")
        _data(element, "edge", asdict(edge), ("label", "number", "text", "media", "delivery", "page"))
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _data(element: Xml.Element, kind: str, values: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if values[name] is not None:
            Xml.SubElement(element, "data", key=f"{kind}_{name}").text = str(values[name])
