"""The sheet of the form before 2023: items and controls in ruled rows, with numbered or bulleted lists."""

from __future__ import annotations

from .blocks import Block, Cell, Paragraph, Table
from .description import Case, ControlList, ItemList
from .style import Style

OUTSOURCING = {
    "title": "件名",
    "department": "保有課（担当課）",
    "project_name": "登録業務の名称",
    "partner": "委託先",
    "items": "委託に伴い事業者に処理させる情報項目（だれの、どのような項目か）",
    "media": "処理させる情報項目の記録媒体",
    "reason": "委託理由",
    "body": "委託の内容",
    "start": "委託の開始時期及び期限",
    "controls_office": "委託にあたり{kind}が行う情報保護対策",
    "controls_partner": "受託事業者に行わせる情報保護対策",
}
JOINING = {
    "title": "件名",
    "department": "保有課（担当課）",
    "project_name": "登録業務の名称",
    "partner": "結合の相手方",
    "items": "結合する情報項目（だれの、どのような項目か）",
    "reason": "結合する理由",
    "body": "結合の形態",
    "start": "結合の開始時期及び期間",
    "controls_office": "結合にあたり{kind}が行う情報保護対策",
    "controls_partner": "結合の相手方に行わせる情報保護対策",
}


def old_sheet(case: Case, style: Style, title: list[Block], body: list[Paragraph | Table]) -> list[Block]:
    """The blocks of a case's sheet; 件名 is its first row, `title` stands above it unless the number has a row."""
    labels = JOINING if case.joined else OUTSOURCING
    controls = dict(case.old_controls)
    kind = controls["controls_office"].holder
    in_row = style.title_number == "row"
    rows: list[tuple[str, list[Paragraph | Table]]] = []
    if in_row:
        rows.append(("番号", [Paragraph(str(case.number))]))
    rows.append((labels["title"], [Paragraph(case.title)]))
    names = "、".join(name for name, _ in case.detail_departments if name)
    rest = next((count for name, count in case.detail_departments if name is None), None)
    rows.append((labels["department"], [Paragraph(names + (f"外{rest}課" if rest else ""))]))
    for name, text in case.old_rows:
        content: list[Paragraph | Table]
        if name == "items" and case.old_items is not None:
            content = item_paragraphs(case.old_items)
        elif name == "body":
            content = body
        elif name in controls:
            content = control_paragraphs(controls[name])
        else:
            content = [Paragraph(text)]
        rows.append((labels[name].format(kind=kind), content))
    cells = [
        [Cell([Paragraph(label, bold=False)], shade=style.shade, middle=True), Cell(content)] for label, content in rows
    ]
    table = Table(cells, (2.8, 7.2), style.sheet_rules, split_rows=True)
    return [table] if in_row else [*title, table]


def item_paragraphs(items: ItemList) -> list[Paragraph | Table]:
    """A list of 情報項目: whose they are on a line, then the items by commas, numbers or bullets."""
    found: list[Paragraph | Table] = []
    if items.heading:
        found.append(Paragraph(f"【{items.heading}】"))
    texts = [item.text for item in items.items]
    if items.style == "comma":
        found.append(Paragraph("、".join(texts) + ("等" if items.is_open else "")))
    elif items.style == "numbers":
        found += [Paragraph(f"（{n}）{text}".translate(_WIDE)) for n, text in enumerate(texts, 1)]
    else:
        found += [Paragraph(f"・{text}") for text in texts]
    return found


def control_paragraphs(controls: ControlList) -> list[Paragraph | Table]:
    """A list of 情報保護対策, an entry a line."""
    found: list[Paragraph | Table] = []
    for n, (text, *_) in enumerate(controls.entries, 1):
        mark = {"bullets": "・", "numbers": f"{n}　", "brackets": f"（{n}）"}[controls.style]
        found.append(Paragraph(mark.translate(_WIDE) + text, hang=2.0))
    return found


_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
