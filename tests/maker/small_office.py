"""Two cases of a village, written by hand with their truth, in settings that the maker's own layouts do not have.

    python -m tests.maker.small_office tiles out/        writes out/report.pdf and out/truth/

The settings are those in which papers from word processors, spreadsheets and web pages were found to be misread: no
rules at all with the list close above the sheets, cells as tiles, letters set apart, groups beside labels, labels
in lines of their own, rows closed by no rule.
"""

from __future__ import annotations

import html
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from .html import print_html

Rows = list[tuple[str, str]]
"""The rows of a sheet: label, and value as HTML."""


class Layout(NamedTuple):
    """How the report is set: CSS, the list and a sheet as HTML, and whether each sheet has a page of its own."""

    css: str
    list_of: Callable[[list[list[str]]], str]
    sheet_of: Callable[[Rows], str]
    breaks: bool = True


OFFICE, BODY = "雪ノ里村", "雪ノ里村情報公開及び個人情報保護審議会"
TITLE = ("雪ノ里村情報公開及び個人情報保護審議会", "諮問事項一覧（令和５年度）")
LIST = [
    ["諮問番号", "諮問事項", "担当課", "諮問区分", "諮問日", "答申"],
    ["1", "除雪要望の受付に係る個人情報の目的外利用", "建設課\n住民福祉課", "目的外利用", "令和5年8月24日", "承認"],
    ["2", "診療所電子カルテの保守の委託（機器の追加）", "診療所", "業務委託\n電算処理", "令和6年2月15日", "条件付承認"],
]  # fmt: skip
SHEETS: list[tuple[str, list[tuple[str, list[str]]]]] = [
    ("諮問第1号　除雪要望の受付に係る個人情報の目的外利用", [
        ("事務の名称", ["除雪支援事業"]), ("担当課", ["建設課、住民福祉課"]), ("諮問区分", ["目的外利用"]),
        ("実施の目的", ["住民福祉課が保有する高齢者世帯の情報を利用し、除雪の支援の対象となる世帯を把握する。"]),
        ("対象者", ["村内の75歳以上の者又は要介護3以上の者のいる世帯"]),
        ("事業の内容", ["第１　利用する情報", "高齢者世帯台帳に記載された情報", "第２　対象世帯数",
                        "令和5年4月1日現在の高齢者世帯　412世帯", "うち独居　二百六世帯"]),
        ("取り扱う個人情報", ["①世帯主の氏名、②住所、③電話番号、④緊急連絡先"]),
        ("村における保護措置", ["ⅰ 台帳の写しは、施錠できる保管庫に収納する。", "ⅱ 降雪期の後は、写しを裁断する。"]),
    ]),
    ("諮問第2号　診療所電子カルテの保守の委託（機器の追加）", [
        ("事務の名称", ["村営診療所の運営"]), ("担当課", ["診療所"]), ("諮問区分", ["業務委託・電算処理"]),
        ("実施の目的", ["電子カルテの安定した稼働を図るため、専門の事業者に保守を委託する。"]),
        ("対象者", ["診療所を受診した者"]),
        ("事業の内容", ["第１　委託の内容", "定期の点検及び障害の復旧", "第２　登録患者数",
                        "約1万2千人（令和5年12月末日現在）"]),
        ("取り扱う個人情報", ["１　患者　氏名、生年月日、病名、検査結果", "２　保護者　氏名、電話番号"]),
        ("委託先", ["株式会社メディカル雪里"]),
        ("委託先に求める保護措置", ["ⅰ 作業員は、身分証明書を携帯する。", "ⅱ 遠隔保守の際は、診療所の許可を得る。"]),
    ]),
]  # fmt: skip


def truth() -> dict[str, list[dict[str, Any]]]:
    """What the tables are to hold, in the manner of the gold of the samples."""
    loose = {"optional_columns": ["detail_title"]}
    one = "住民福祉課が保有する高齢者世帯の情報を利用し、除雪の支援の対象となる世帯を把握する。"
    two = "電子カルテの安定した稼働を図るため、専門の事業者に保守を委託する。"
    day = {"as_of": "2023-04-01", "basis": "現在"}
    last = {"as_of": "2023-12-31", "basis": "現在", "is_approximate": True}
    return {
        "documents": [{"publisher": OFFICE, "meeting_body": BODY, "title": "".join(TITLE), "fiscal_year": 2023}],
        "cases": [
            {"case_no": 1, "title": LIST[1][1], "base_title": LIST[1][1], "change_note": None,
             "meeting_date": "2023-08-24", "result": "承認", "project_name": "除雪支援事業", "purpose": one,
             "target": "村内の75歳以上の者又は要介護3以上の者のいる世帯", **loose},
            {"case_no": 2, "title": LIST[2][1], "base_title": "診療所電子カルテの保守の委託",
             "change_note": "機器の追加", "meeting_date": "2024-02-15", "result": "条件付承認",
             "project_name": "村営診療所の運営", "purpose": two, "target": "診療所を受診した者", **loose},
        ],
        "sections": [
            _section(1, "1", "利用する情報", "高齢者世帯台帳に記載された情報"),
            _section(1, "2", "対象世帯数", "令和5年4月1日現在の高齢者世帯412世帯うち独居二百六世帯"),
            _section(2, "1", "委託の内容", "定期の点検及び障害の復旧"),
            _section(2, "2", "登録患者数", "約1万2千人（令和5年12月末日現在）"),
        ],
        "case_departments": [
            {"case_no": no, "source": source, "department": name, "unnamed_count": None}
            for no, names in ((1, ("建設課", "住民福祉課")), (2, ("診療所",)))
            for source in ("list", "detail") for name in names
        ],
        "case_categories": [
            {"case_no": no, "source": source, "category": name}
            for no, names in ((1, ("目的外利用",)), (2, ("業務委託", "電算処理")))
            for source in ("list", "detail") for name in names
        ],
        "target_counts": [
            _count(1, 412, "世帯", "対象世帯数", **day), _count(1, 206, "世帯", "対象世帯数"),
            _count(2, 12000, "人", "登録患者数", **last),
        ],
        "information_items": [
            {"case_no": no, "item": item, "is_open_list": False, "optional_columns": ["heading", "holder"]}
            for no, names in ((1, "世帯主の氏名 住所 電話番号 緊急連絡先"),
                              (2, "氏名 生年月日 病名 検査結果 氏名 電話番号"))
            for item in names.split()
        ],
        "controls": [
            {"case_no": 1, "text": "台帳の写しは、施錠できる保管庫に収納する。", "category": "物理的", "holder": "村"},
            {"case_no": 1, "text": "降雪期の後は、写しを裁断する。", "category": "物理的", "holder": "村"},
            {"case_no": 2, "text": "作業員は、身分証明書を携帯する。", "category": "人的", "holder": "委託先"},
            {"case_no": 2, "text": "遠隔保守の際は、診療所の許可を得る。", "category": "技術的", "holder": "委託先"},
        ],
        "parties": [{"case_no": 2, "name": "株式会社メディカル雪里", "role": "委託先"}],
    }  # fmt: skip


def _section(case: int, path: str, heading: str, text: str) -> dict[str, Any]:
    return {"case_no": case, "path": path, "heading": heading, "text": text}


def _count(case: int, value: int, unit: str, label: str, **said: Any) -> dict[str, Any]:
    plain = {"value_max": None, "is_approximate": False, "bound": "exact", "is_total": False}
    return {"case_no": case, "field": "事業内容", "value": value, "unit": unit, "label": label, **plain, **said}


def _cells(rows: list[list[str]]) -> str:
    return "".join("<tr>" + "".join(f"<td><div>{cell}</div></td>" for cell in row) + "</tr>" for row in rows)


def _list(rows: list[list[str]]) -> str:
    return f"<table class=list>{_cells(rows)}</table>"


def _two_headed(rows: list[list[str]]) -> str:
    """The heads of the columns in two rows, the last two under one of their own."""
    first = "".join(f"<td rowspan=2>{head}</td>" for head in rows[0][:4])
    second = "".join(f"<td>{head}</td>" for head in rows[0][4:])
    return f"<table class=list><tr>{first}<td colspan=2>審議会</td></tr><tr>{second}</tr>{_cells(rows[1:])}</table>"


def _sheet(rows: Rows) -> str:
    return "<table>" + "".join(f"<tr><td class=l><span>{a}</span></td><td>{b}</td></tr>" for a, b in rows) + "</table>"


def _grouped(rows: Rows) -> str:
    """A word beside each half of the labels."""
    lines = [f"<td class=l>{label}</td><td>{value}</td>" for label, value in rows]
    groups = ((lines[:6], "概要"), (lines[6:], "保護措置"))
    return "<table>" + "".join(
        f"<tr><td class=g rowspan={len(part)}>{name}</td>" + "</tr><tr>".join(part) + "</tr>" for part, name in groups
    ) + "</table>"  # fmt: skip


def _own_lines(rows: Rows) -> str:
    return "<dl>" + "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in rows) + "</dl>"


def _signed(rows: Rows) -> str:
    return "".join(f"<p class=sign>■ {label}</p><div>{value}</div>" for label, value in rows)


RULED = "td{border:0.75pt solid #000;padding:2pt 4pt} "
LAYOUTS = {
    "plain, close": Layout("td{padding:0 3pt} .list td{font-size:9pt}", _list, _sheet, breaks=False),
    "plain, apart": Layout("td{padding:4pt 3pt} td p{margin-bottom:5pt}", _list, _sheet),
    "tiles": Layout(
        "table{border-collapse:separate;border-spacing:3pt} td div{min-height:2.6em} "
        ".list div,.l,.l+td{border:1pt solid #444;border-radius:5pt;padding:3pt}",
        _list, _sheet,
    ),
    "letters apart": Layout(RULED + "p,.list td{letter-spacing:.7em}", _list, _sheet),
    "groups": Layout(RULED + ".g{width:1.2em}", _two_headed, _grouped, breaks=False),
    "own lines": Layout(".list td{border-bottom:0.5pt solid} dd{margin-left:2em}", _list, _own_lines),
    "signs": Layout(".list td{border-bottom:0.5pt dotted} .sign{margin-top:6pt}", _list, _signed),
    "closed below": Layout("td{border-bottom:0.75pt solid #000;padding:3pt}", _list, _sheet),
}  # fmt: skip


def document(layout: Layout) -> str:
    """The whole report as one HTML page."""
    width = "".join(f".list td:nth-child({n}){{width:{w}%}} " for n, w in enumerate((9, 35, 16, 13, 14, 13), 1))
    css = (
        "@page{size:A4;margin:18mm} body{font-family:'Noto Serif CJK JP',serif;font-size:10.5pt} p{margin:0} "
        "table{border-collapse:collapse;width:100%} td{vertical-align:middle} .l{width:22%} "
        f".title{{font-size:15pt;text-align:center}} h2{{font-size:12pt;margin:12pt 0 4pt}} {width}{layout.css}"
    )
    rows = [[html.escape(cell).replace("\n", "<br>") for cell in row] for row in LIST]
    parts = [f"<p class=title>{'<br>'.join(TITLE)}</p>", f"<p>{OFFICE}</p>", layout.list_of(rows)]
    for title, sheet in SHEETS:
        page = ' style="page-break-before:always"' if layout.breaks else ""
        values = [(label, "".join(f"<p>{line}</p>" for line in lines)) for label, lines in sheet]
        parts.append(f"<section{page}><h2>{title}</h2>{layout.sheet_of(values)}</section>")
    return f"<!doctype html><html lang=ja><meta charset=utf-8><style>{css}</style><body>{''.join(parts)}</body></html>"


def make(name: str, folder: Path) -> Path:
    """Write the report in the setting of this name and its truth into `folder`; gives the path of the PDF."""
    (folder / "truth").mkdir(parents=True, exist_ok=True)
    for table, rows in truth().items():
        text = json.dumps(rows, ensure_ascii=False, indent=1)
        (folder / "truth" / f"{table}.json").write_text(text, encoding="utf-8")
    path = folder / "report.pdf"
    print_html(document(LAYOUTS[name]), path)
    return path


if __name__ == "__main__":
    print(make(sys.argv[1], Path(sys.argv[2])))
