"""`besshi flow` on tables made from our own drawings: each format says the same flow."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree as Xml

import pdfplumber
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from extractors.diagrams.diagram import read_diagram
from extractors.diagrams.rows import Row, diagram_rows
from extractors.pages.text_layer import read_page
from pipeline.pictures.flow import UnknownCase, flow, read_graph

CASE, DOCUMENT = "0123456789ab-001", "0123456789ab" + "0" * 52
DRAWINGS = Path(__file__).parent / "diagrams"


@pytest.fixture(scope="module", params=[True, False], ids=["with arrows", "steps only"])
def tables(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """OUT with the tables of one case that has one drawing; with or without the table of arrows."""
    out = tmp_path_factory.mktemp("out")
    with pdfplumber.open(DRAWINGS / "library.pdf") as pdf:
        page = read_page(pdf.pages[0])
    rows: dict[str, list[Row]] = {
        "cases": [{"case_id": CASE, "document_id": DOCUMENT, "title": '図書館の"更新"'}],
        "pages": [{"document_id": DOCUMENT, "page": 1, "width": page.frame.width, "height": page.frame.height}],
    }
    for name, found in diagram_rows(read_diagram(page)).items():
        if name == "diagram_arrows" and not request.param:
            continue
        rows[name] = [
            {**row, "evidence": None, "case_id": CASE, "document_id": DOCUMENT, **row["evidence"].place._asdict()}
            for row in found
        ]
    (out / "tables").mkdir()
    for name, found in rows.items():
        parquet.write_table(pa.Table.from_pylist(found), out / "tables" / f"{name}.parquet")
    return out


def test_json_names_boxes_and_steps(tables: Path) -> None:
    graph = json.loads(flow(CASE, tables, "json"))
    names = {node["id"]: node["name"] for node in graph["nodes"]}
    steps = {e["label"]: (names.get(e["source"]), names.get(e["target"])) for e in graph["edges"] if e["number"]}
    assert steps["④"] == ("ひがし町立図書館", "保守委託先")
    assert steps["⑥"][1].startswith("配送事業者")  # type: ignore[union-attr]
    assert steps["③"] == (None, None)
    assert len(graph["nodes"]) == 11


def test_mermaid_nests_boxes_and_keeps_its_quotes(tables: Path) -> None:
    chart = flow(CASE, tables, "mermaid")
    assert chart.startswith('---\ntitle: "図書館の\\"更新\\""\n---\nflowchart LR\n')
    assert chart.count("subgraph ") == chart.count("\n  end") == 2
    graph = read_graph(CASE, tables)
    by_name = {node.name: node.id for node in graph.nodes}
    assert f'{by_name["保守委託先"]} -->|"⑤ 調査結果の報告（電子メール）"| {by_name["ひがし町立図書館"]}' in chart
    assert "㉑ 年度末に延滞者一覧を作成" in chart
    assert "#lt;" not in chart or "<図書館" not in chart


def test_graphml_is_well_formed_and_complete(tables: Path) -> None:
    root = Xml.fromstring(flow(CASE, tables, "graphml"))
    space = {"g": "http://graphml.graphdrawing.org/xmlns"}
    nodes = {node.get("id") for node in root.iterfind(".//g:node", space)}
    edges = root.findall(".//g:edge", space)
    assert all(edge.get("source") in nodes and edge.get("target") in nodes for edge in edges)
    assert "USBメモリ" in {data.text for data in root.iterfind(".//g:edge/g:data", space)}
    assert len([e for e in edges if e.find("g:data[@key='edge_number']", space) is not None]) == 6


def test_svg_puts_boxes_and_arrows_where_the_page_has_them(tables: Path) -> None:
    root = Xml.fromstring(flow(CASE, tables, "svg"))
    space = {"s": "http://www.w3.org/2000/svg"}
    boxes = {r.get("data-name"): r for r in root.iterfind(".//s:rect", space) if r.get("data-box")}
    library = boxes["ひがし町立図書館"]
    place = [round(float(library.get(key) or "nan")) for key in ("x", "y", "width", "height")]
    assert place == [250, 80, 190, 250]
    lines = root.findall(".//s:polyline", space)
    assert sum(line.get("marker-end") is not None for line in lines) == 6
    drawn = "".join(text.text or "" for text in root.iterfind(".//s:text", space))
    for step in read_graph(CASE, tables).edges:
        assert step.text.replace("\n", "") in drawn
    # inside a box the words are written once
    assert drawn.count("登録内容の確認") == 1


def test_the_same_tables_give_the_same_text(tables: Path) -> None:
    for form in ("mermaid", "graphml", "svg", "json"):
        assert flow(CASE, tables, form) == flow(CASE, tables, form)
    assert asdict(read_graph(CASE, tables))["pages"] == {1: (595.0, 842.0)}


def test_an_unknown_case_names_those_there_are(tables: Path) -> None:
    with pytest.raises(UnknownCase) as caught:
        flow("ffffffffffff-001", tables)
    assert caught.value.known == (CASE,)
