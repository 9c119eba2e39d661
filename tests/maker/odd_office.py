"""The report of an office that words everything its own way: no label of it stands in any form of the program.

    python -m tests.maker.odd_office kirisato.pdf

A list and a sheet for each case, as text; `docs/add-a-form.md` teaches it to the program.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from .blocks import Cell, Paragraph, Part, Table
from .paper import print_pdf
from .style import Style


class OddCase(NamedTuple):
    """A case of the office, and so the truth about it."""

    number: int
    title: str
    department: str
    category: str
    day: str
    result: str
    purpose: str
    target: str
    people: int
    items: tuple[str, ...]
    office_measures: tuple[str, ...]
    party_measures: tuple[str, ...]
    party: str
    author: str


CASES = (
    OddCase(
        1, "いきいき体操の申込み受付", "すこやか課", "業務委託", "令和6年5月13日", "承認",
        "申込みの手間を減らし、体操に来る人を増やすため", "町に住む65歳以上の者", 320,
        ("氏名", "住所", "電話番号", "生年月日"), ("使う者を限る", "記録を残す"),
        ("町の許しなく他の者に渡さない", "終わったら消して知らせる"), "株式会社きりさとシステム", "すこやか課長",
    ),
    OddCase(
        2, "山道の案内板の利用登録", "山道課", "業務委託", "令和6年5月13日", "承認",
        "山道で困った人をすぐに助けるため", "山道の利用を届け出た者", 1450,
        ("氏名", "電話番号", "入山日"), ("使う者を限る",),
        ("鍵のかかる部屋で扱う", "写しを作らない"), "やまみち合同会社", "山道課長",
    ),
    OddCase(
        3, "図書室の貸出しの知らせ", "まなび課", "外部結合", "令和6年9月2日", "条件付承認",
        "返し忘れを減らすため", "図書室の利用者", 780,
        ("利用者番号", "氏名", "貸出日"), ("記録を残す",),
        ("終わったら消して知らせる",), "株式会社よみきかせ", "まなび課長",
    ),
)  # fmt: skip

LIST_LABELS = ("とおし番", "はなしの名", "うけもち", "たぐい", "話し合った日", "決まったこと")


def report(path: Path) -> Path:
    """Write the office's report; the same bytes each time."""
    style = Style(setter="reportlab", font="HeiseiKakuGo-W5", size=10.5, margin=20.0, footer="number")
    parts = [Part("list", None, [*_head(), _list()])]
    parts += [Part("detail", case.number, _sheet(case)) for case in CASES]
    print_pdf(parts, style, path)
    return path


def _head() -> list[Paragraph]:
    return [
        Paragraph("令和6年度　霧里町くらしの記録を守る会　話し合いのまとめ", 15.0, align="center", space=4),
        Paragraph("霧里町", align="right", space=4),
    ]


def _list() -> Table:
    rows = [[_cell(label) for label in LIST_LABELS]]
    for case in CASES:
        values = (str(case.number), case.title, case.department, case.category, case.day, case.result)
        rows.append([_cell(value) for value in values])
    return Table(rows, (8, 26, 12, 12, 20, 14), header_rows=1, split_rows=False)


def _sheet(case: OddCase) -> list[Paragraph | Table]:
    body = (
        f"☆あらまし\n{case.title}に係る仕事を、町の外に頼んで行う。\n"
        f"☆どのくらいの人か\n{case.people:,}人\n☆いつから\n承認の日の翌月から始める。"
    )
    rows = (
        ("しごとの呼び名", case.title),
        ("うけもち", case.department),
        ("ねらい", case.purpose),
        ("だれのことか", case.target),
        ("することの中身", body),
        ("預かることがら", "\n".join(f"・{item}" for item in case.items)),
        ("町がまもること", "\n".join(f"・{measure}" for measure in case.office_measures)),
        ("頼んだ先にまもらせること", "\n".join(f"・{measure}" for measure in case.party_measures)),
        ("頼む先", case.party),
        ("おこした人", case.author),
    )
    table = Table([[_cell(label), _cell(value)] for label, value in rows], (30, 100), split_rows=False)
    return [Paragraph(case.title, 13.0, space=3), table]


def _cell(text: str) -> Cell:
    return Cell([Paragraph(line) for line in text.split("\n")])


if __name__ == "__main__":
    print(report(Path(sys.argv[1] if len(sys.argv) > 1 else "kirisato.pdf")))
