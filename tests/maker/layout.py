"""Lays a report out: which blocks stand on which kind of page, after the report's look."""

from __future__ import annotations

from .blocks import Block, Cell, Paragraph, Part, Table
from .description import Case, CountTable, Node, Report
from .flow_layout import draw_flow
from .old_sheet import old_sheet
from .style import OUTLINES, Style
from .wording import dated, ems, marker, numbered, spread_label, wide


def parts(report: Report, style: Style) -> list[Part]:
    """The parts of the report in order."""
    found: list[Part] = []
    if style.cover:
        found.append(_cover(report, style))
    found.append(_list_part(report, style))
    below = False
    for case in report.cases:
        if case.listed_only:
            continue
        sheet = Part("detail", case.number, _sheet_blocks(report, case, style), new_page=not below)
        found.append(sheet)
        below = style.several and case.number % 2 == 1
        if case.flow is not None and style.attachments == "flow":
            below = False
            drawing = draw_flow(case.flow, style)
            found.append(
                Part(
                    "attachment", case.number,
                    [Paragraph(case.flow.title, style.size + 2, True, "center", space=2), drawing],
                    style.attachment_paper, anchor=case.flow.title,
                )
            )  # fmt: skip
    if style.trailing == "members":
        found.append(_members(report, style))
    elif style.trailing == "note":
        found.append(_note(report, style))
    for part in found:
        part.anchor = part.anchor or _first_text(part.blocks)
    return found


def _first_text(blocks: list[Block]) -> str:
    for block in blocks:
        if isinstance(block, Paragraph) and len(block.text) > 3:
            return block.text
        if isinstance(block, Table):
            # the longest text of the first rows is the surest to be found again
            texts = [p.text for row in block.rows[:2] for cell in row for p in cell.content if isinstance(p, Paragraph)]
            if texts:
                return max(texts, key=len)
    return ""


# ---- cover and closing pages


def _cover(report: Report, style: Style) -> Part:
    blocks: list[Block] = [Paragraph("", space=60)]
    blocks += [Paragraph(line, style.size + 7, True, "center", space=4) for line in report.title_lines]
    blocks += [Paragraph("", space=70), Paragraph(report.office, style.size + 4, align="center")]
    return Part("cover", None, blocks)


_SURNAMES = ("茅野", "榎並", "御堂", "柚木", "鷹取", "汐見", "梶浦", "若狭")
_ROLES = ("会長", "副会長", "委員", "委員", "委員", "委員")


def _members(report: Report, style: Style) -> Part:
    head = [
        Cell([Paragraph(text, bold=True, align="center")], shade=style.shade) for text in ("役職", "氏名", "選出区分")
    ]
    rows = [head]
    for n, role in enumerate(_ROLES):
        name = f"{_SURNAMES[(report.seed + n) % len(_SURNAMES)]}　{['一郎', '和子', '誠', '由美', '健', '直樹'][n]}"
        rows.append([Cell([Paragraph(text)]) for text in (role, name, ("学識経験者", "弁護士", "公募市民")[n % 3])])
    title = Paragraph(f"{report.body}委員名簿", style.size + 3, True, "center", space=6)
    return Part("other", None, [title, Table(rows, (1, 2, 2), header_rows=1, width=0.8)])


def _note(report: Report, style: Style) -> Part:
    lines = (
        "審議の経過",
        f"{report.body}の会議録は、{report.office}の公式ウェブサイト及び行政資料コーナーで閲覧できる。",
        "会議は、個人に関する情報を取り扱う部分を除き、公開で行った。",
    )
    blocks: list[Block] = [Paragraph(lines[0], style.size + 2, True, space=4)]
    blocks += [Paragraph("　" + line, space=2) for line in lines[1:]]
    return Part("other", None, blocks, anchor=lines[0])


# ---- the 一覧


def _list_part(report: Report, style: Style) -> Part:
    blocks: list[Block] = [Paragraph(line, style.size + 4, True, "center", space=5) for line in report.title_lines]
    for line in report.lead:
        office = line == report.office
        blocks.append(Paragraph(line if office else "　" + line, align="right" if office else "left", space=3))
    widths, size = _list_widths(report, style)
    header = [
        Cell(
            [Paragraph(spread_label(style.list_labels[name], style.spread), size, True, "center")],
            shade=style.shade,
            middle=True,
        )
        for name in style.list_columns
    ]
    rows = [header] + [
        [Cell([_list_paragraph(case, name, style, size)], middle=True) for name in style.list_columns]
        for case in report.cases
    ]
    table = Table(
        rows,
        widths,
        style.list_rules,
        1,
        style.repeat_header,
        style.split_rows,
    )
    blocks.append(table)
    if report.cases and style.attachments != "none":
        blocks.append(Paragraph("※主な案件の詳細は、次ページ以降のとおり。", space=3))
    page = "landscape" if style.list_landscape else "portrait"
    return Part("list", None, blocks, page, anchor=report.lead[-1])


def _list_widths(report: Report, style: Style) -> tuple[tuple[float, ...], float]:
    """The widths of the list's columns in ems, and its type: numbers and dates on one line, the rest for the title."""
    paper = {"A4": (210, 297), "A3": (297, 420)}[style.paper][style.list_landscape]
    line = (paper - 2 * style.margin) / (style.size * 25.4 / 72)
    numbers = [numbered(case.number, style.number_form) for case in report.cases]
    dates = [dated(case.meeting_date, style.date_form) for case in report.cases]
    wanted = {
        "number": max(3.0, *(ems(text) + 1.6 for text in numbers)),
        "meeting_date": max(5.0, *(ems(text) + 1.6 for text in dates)),
        "category": 6.6,
        "result": 6.6,
        "remarks": 4.0,
        "department": max(8.0, line * 0.2),
        "title": 0.0,
    }
    wanted["title"] = max(12.0, line - sum(wanted[name] for name in style.list_columns))
    widths = tuple(wanted[name] for name in style.list_columns)
    return widths, max(6.5, min(style.size, style.size * line / sum(widths)))


def _list_paragraph(case: Case, name: str, style: Style, size: float) -> Paragraph:
    text = {
        "number": numbered(case.number, style.number_form),
        "title": case.title,
        "department": names_of(case.list_departments, style.separator),
        "category": (style.separator if style.separator != "\n" else "\n").join(case.categories),
        "meeting_date": dated(case.meeting_date, style.date_form),
        "result": case.result,
        "remarks": "",
    }[name]
    centred = name in ("number", "meeting_date", "result") or (name == "category" and len(text) < 6)
    return Paragraph(text, size, align="center" if centred else "left")


def names_of(departments: list[tuple[str | None, int | None]], separator: str) -> str:
    """The departments of a cell: by name, with 外3課 last."""
    names = [name for name, _ in departments if name]
    rest = next((count for name, count in departments if name is None), None)
    text = separator.join(names)
    return text + (f"外{rest}課" if rest else "")


# ---- the sheets


def _sheet_blocks(report: Report, case: Case, style: Style) -> list[Block]:
    if report.old_form:
        return old_sheet(case, style, title_blocks(case, style), body_content(case, style))
    title = title_blocks(case, style)
    body = body_content(case, style)
    labels = {name: spread_label(text, style.spread) for name, text in style.sheet_labels.items()}
    short = [("department", names_of(case.detail_departments, "、")), ("category", "、".join(case.categories))]
    rows: list[tuple[str, list[Paragraph | Table]]] = [("project_name", [Paragraph(case.project_name or "")])]
    rows += [(name, [Paragraph(text)]) for name, text in short]
    rows.append(("purpose", [Paragraph(case.purpose)]))
    rows.append(("target", [Paragraph(line) for line in case.target_lines]))
    if case.count_row is not None:
        rows.append(("target_count", [Paragraph(case.count_row.printed)]))
    rows.append(("body", body))
    if style.attachments != "none":
        rows.append(("attachment", [Paragraph("別紙のとおり")]))
    if style.sheet == "plain":
        return title + _plain(rows, labels)
    table = _sheet_table(rows, labels, style)
    if style.title_number == "row":
        number = Cell([Paragraph("整理番号", bold=True)], shade=style.shade, middle=True)
        value = Cell([Paragraph(str(case.number))])
        if style.sheet == "two":
            table.rows.insert(0, [number, value])
        elif style.sheet == "four":
            value.colspan = 3
            table.rows.insert(0, [number, value])
        else:
            title.insert(0, Paragraph(f"No.{case.number}", align="right"))
    return [*title, table]


def title_blocks(case: Case, style: Style) -> list[Block]:
    """The title over a sheet, with its number in the report's way."""
    if case.detail_title is None:
        return []
    form = style.title_number
    number = str(case.number)
    if form in ("none", "row"):
        text = case.detail_title
    elif form.startswith(("No.1　", "【案件1】", "案件1　")):
        text = form.replace("1", number) + case.detail_title
    else:
        text = case.detail_title + form.replace("1", wide(number) if style.fullwidth else number)
    return [Paragraph(text, style.size + 1.5, True, "center" if len(text) < 34 else "left", space=4)]


def _label(text: str, style: Style) -> Cell:
    spacing = 3.0 if style.spread == "letter-spacing" and len(text) <= 4 else 0.0
    return Cell([Paragraph(text, bold=True, letter_spacing=spacing)], shade=style.shade, middle=True)


def _sheet_table(rows: list[tuple[str, list[Paragraph | Table]]], labels: dict[str, str], style: Style) -> Table:
    rules = style.sheet_rules
    if style.sheet == "four":
        found: list[list[Cell]] = []
        by_name = dict(rows)
        pairs = (("department", "category"),)
        done: set[str] = set()
        for name, content in rows:
            if name in done:
                continue
            pair = next((p for p in pairs if p[0] == name), None)
            if pair is not None:
                found.append(
                    [
                        _label(labels[pair[0]], style),
                        Cell(by_name[pair[0]]),
                        _label(labels[pair[1]], style),
                        Cell(by_name[pair[1]]),
                    ]
                )
                done.add(pair[1])
            else:
                found.append([_label(labels[name], style), Cell(content, colspan=3)])
        return Table(found, (2.0, 4.0, 1.6, 3.0), rules, split_rows=True)
    if style.sheet == "above":
        found = []
        for name, content in rows:
            found.append([_label(labels[name], style)])
            found.append([Cell(content)])
        return Table(found, (1.0,), rules, split_rows=True)
    found = [[_label(labels[name], style), Cell(content)] for name, content in rows]
    return Table(found, (2.0, 8.0), rules, split_rows=True)


def _plain(rows: list[tuple[str, list[Paragraph | Table]]], labels: dict[str, str]) -> list[Block]:
    """A sheet without a table: label and words on a line, long ones below their label."""
    found: list[Block] = []
    for name, content in rows:
        first = content[0]
        if len(content) == 1 and isinstance(first, Paragraph):
            found.append(Paragraph(f"{labels[name]}：{first.text}", hang=len(labels[name]) + 1.0, space=2))
        else:
            found.append(Paragraph(f"{labels[name]}：", space=1))
            for block in content:
                if isinstance(block, Paragraph):
                    block.indent += 1
                found.append(block)
    return found


def body_content(case: Case, style: Style) -> list[Paragraph | Table]:
    """事業内容 set as an outline."""
    found: list[Paragraph | Table] = []
    _set_nodes(case.body, 1, OUTLINES[style.outline], found)
    return found


def _set_nodes(nodes: list[Node], depth: int, markers: tuple[str, ...], found: list[Paragraph | Table]) -> None:
    for ordinal, node in enumerate(nodes, 1):
        mark = marker(markers, depth, ordinal)
        gap = "" if mark in "・○－" or mark.endswith(("）", ")")) else "　"
        text = f"{mark}{gap}{node.line}"
        found.append(Paragraph(text, indent=depth - 1.0, hang=1.0 if gap == "" and mark in "・○－" else 1.5))
        found += [Paragraph("　" + line, indent=float(depth - 1) + 0.5) for line in node.paragraphs]
        if node.table is not None:
            found.append(_count_table(node.table))
        _set_nodes(node.children, depth + 1, markers, found)


def _count_table(table: CountTable) -> Table:
    rows = [[Cell([Paragraph(text, align="center")]) for text in table.header]]
    for row in table.rows:
        rows.append([Cell([Paragraph(row[0])]), Cell([Paragraph(row[1], align="right")])])
    return Table(rows, (1.4, 1.0), header_rows=1, width=0.6)
