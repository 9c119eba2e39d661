"""How a made report looks: everything that varies by the seed, and the names of the kinds of variation."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

OUTLINES: dict[str, tuple[str, ...]] = {
    "1/(1)/①": ("1", "(1)", "①", "ア", "・"),
    "１/（１）/ア": ("１", "（１）", "ア", "（ア）", "・"),
    "Ⅰ/1/(1)": ("Ⅰ", "1", "(1)", "①", "・"),
    "第1/1/(1)": ("第1", "1", "(1)", "ア", "・"),
    "1./(1)/①": ("1.", "(1)", "①", "・", "－"),
    "一/１/（１）": ("一", "１", "（１）", "①", "・"),
    "○/・": ("○", "・", "－", "・", "・"),
}

CHROMIUM_FONTS = (
    "IPAMincho", "IPAPMincho", "IPAGothic", "BIZ UDMincho", "BIZ UDPMincho", "BIZ UDGothic", "BIZ UDPGothic",
    "Noto Serif CJK JP", "Noto Sans CJK JP", "VL PGothic",
)  # fmt: skip

LIST_LABELS: dict[str, tuple[str, ...]] = {
    "number": ("No.", "番号", "整理番号", "№", "案件番号", "項番"),
    "title": ("件名", "案件名", "業務名", "事業名", "審議案件", "諮問事項"),
    "department": ("所管課", "主管課", "担当部署", "担当課", "所管部署"),
    "category": ("諮問区分", "区分", "種別", "案件区分"),
    "meeting_date": ("付議日", "諮問日", "審議日", "開催日"),
    "result": ("結果", "答申", "審議結果", "審査結果"),
    "remarks": ("備考", "摘要"),
}
SHEET_LABELS: dict[str, tuple[str, ...]] = {
    "project_name": ("事業名", "業務名", "事務の名称", "業務の名称", "事務名"),
    "department": ("担当課", "所管課", "主管課", "担当部署", "所管部署"),
    "category": ("区分", "諮問区分", "種別"),
    "purpose": ("目的", "事業目的", "事業の目的", "業務の目的"),
    "target": ("対象者", "対象となる者", "対象者の範囲", "事業対象者"),
    "target_count": ("対象者数", "対象人数", "想定件数", "件数"),
    "body": ("事業内容", "業務内容", "事業概要", "事業の内容", "業務の内容"),
    "attachment": ("個人情報の流れ及び情報保護対策", "個人情報の流れ", "情報保護対策", "添付資料"),
}
NUMBER_FORMS = ("1", "１", "No.1", "(1)", "第1号", "諮問第1号")
TITLE_NUMBERS = ("（No.1）", "(No. 1)", "No.1　", "【案件1】", "案件1　", "（第1号）", "row")
DATE_FORMS = ("4月3日", "令和5年4月3日", "R5.4.3", "５／３１", "2023/4/3", "令和5.4.3", "4月3日（月）", "Ｒ５．４．３")
SEPARATORS = ("、", "\n", "・", "，")


@dataclass
class Style:
    """The look of one report. Sizes of type in points, of paper and margins in millimetres."""

    setter: str = "chromium"
    font: str = "IPAMincho"
    size: float = 10.5
    margin: float = 20.0
    paper: str = "A4"
    list_landscape: bool = False
    attachment_paper: str = "portrait"
    controls: str = "dashed"
    """The box around a list of controls in a diagram: dashed, solid, or bare."""
    list_columns: tuple[str, ...] = ("number", "title", "department", "category", "meeting_date", "result")
    list_labels: dict[str, str] = field(default_factory=dict)
    list_rules: str = "all"
    repeat_header: bool = True
    split_rows: bool = True
    number_form: str = "1"
    date_form: str = "4月3日"
    separator: str = "、"
    sheet: str = "two"
    sheet_rules: str = "all"
    sheet_labels: dict[str, str] = field(default_factory=dict)
    spread: str = "none"
    title_number: str = "（No.1）"
    several: bool = False
    long: bool = False
    long_list: bool = False
    """More cases than a page of the 一覧 holds, the later ones without a sheet."""
    outline: str = "1/(1)/①"
    attachments: str = "flow"
    footer: str = "number"
    header: str = ""
    cover: bool = False
    trailing: str = "none"
    shade: bool = False
    fullwidth: bool = False
    """Digits set full-width in running text and counts."""

    def kinds(self) -> dict[str, str]:
        """The kinds of variation that the look shows: kind to which of its forms."""
        return {
            "setting program": self.setter,
            "paper": self.paper,
            "list: page": "landscape" if self.list_landscape else "portrait",
            "list: rules": self.list_rules,
            "list: header": "repeated" if self.repeat_header else "not repeated",
            "list: numbers": "none" if "number" not in self.list_columns else self.number_form,
            "list: order": "usual" if self.list_columns == usual_order(self.list_columns) else "other",
            "rows over a page break": "split" if self.split_rows else "kept whole",
            "dates": self.date_form if "meeting_date" in self.list_columns else "none",
            "sheet": self.sheet,
            "sheet: rules": self.sheet_rules,
            "sheet: labels": self.spread,
            "sheet: number": self.title_number,
            "cases on a page": "several" if self.several else "one",
            "length of a case": "long" if self.long else "usual",
            "length of the list": "over a page" if self.long_list else "usual",
            "outline": self.outline,
            "attachments": self.attachments,
            "controls in the flow": self.controls if self.attachments == "flow" else "none",
            "footer": self.footer,
            "running header": "yes" if self.header else "no",
            "cover": "yes" if self.cover else "no",
            "pages at the end": self.trailing,
            "digits": "full-width" if self.fullwidth else "half-width",
        }


_USUAL = ("number", "title", "department", "category", "meeting_date", "result", "remarks")


def usual_order(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns in the order that most offices print them."""
    return tuple(name for name in _USUAL if name in columns)


def _columns(random: Random) -> tuple[str, ...]:
    columns = ["number", "title", "department", "category", "meeting_date", "result"]
    if random.random() < 0.35:
        columns.append("remarks")
    for name, chance in (("number", 0.1), ("category", 0.15), ("meeting_date", 0.15), ("department", 0.08)):
        if random.random() < chance:
            columns.remove(name)
    if random.random() < 0.45:
        head = [name for name in columns if name == "number" and random.random() < 0.85]
        rest = [name for name in columns if name not in head]
        random.shuffle(rest)
        columns = head + rest
    return tuple(columns)


def draw_style(random: Random, old_form: bool) -> Style:
    """A look, drawn; `old_form` is the form before 2023, which has a sheet of its own."""
    choice = random.choice
    style = Style()
    style.setter = "chromium" if random.random() < 0.7 else "reportlab"
    style.font = choice(CHROMIUM_FONTS)
    style.size = choice((9.0, 9.5, 10.0, 10.5, 10.5, 11.0, 12.0))
    style.margin = choice((12.0, 15.0, 18.0, 20.0, 25.0))
    style.paper = choice(("A4", "A4", "A4", "A4", "A3"))
    style.list_landscape = random.random() < 0.35
    style.list_columns = _columns(random)
    style.list_labels = {name: choice(labels) for name, labels in LIST_LABELS.items()}
    style.list_rules = choice(("all", "all", "all", "horizontal", "horizontal", "none"))
    style.repeat_header = random.random() < 0.6
    style.split_rows = random.random() < 0.6
    style.number_form = choice(NUMBER_FORMS)
    style.date_form = choice(DATE_FORMS)
    style.separator = choice(SEPARATORS)
    style.sheet = "old" if old_form else choice(("two", "two", "two", "four", "four", "above", "plain"))
    style.sheet_rules = "none" if style.sheet == "plain" else choice(("all", "all", "all", "horizontal"))
    style.sheet_labels = {name: choice(labels) for name, labels in SHEET_LABELS.items()}
    style.spread = choice(("none", "none", "spaces", "ideographic", "letter-spacing"))
    style.title_number = choice(TITLE_NUMBERS if not old_form else (*TITLE_NUMBERS, "row", "row"))
    style.long = random.random() < 0.2
    style.long_list = random.random() < 0.3
    style.several = not style.long and random.random() < 0.2
    style.outline = choice(tuple(OUTLINES))
    style.attachments = "none" if old_form else choice(("flow", "flow", "flow", "announced", "none"))
    style.attachment_paper = choice(("portrait", "landscape", "landscape"))
    style.controls = choice(("dashed", "solid", "solid", "bare"))
    style.footer = choice(("none", "number", "dashes", "of"))
    style.header = choice(("", "", "資料２", "会議資料　取扱注意", "別添資料１"))
    style.cover = random.random() < 0.25
    style.trailing = choice(("none", "none", "none", "members", "note"))
    style.shade = random.random() < 0.4
    style.fullwidth = random.random() < 0.25
    if "number" not in style.list_columns:
        style.title_number = "none"
    return style
