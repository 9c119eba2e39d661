# ruff: noqa: E501
"""Papers that offices publish and that are no report of cases: what they say, drawn by a seed, set as PDF.

Their tables have the labels that a list or a sheet of cases has (件名, 担当課, 目的 …); none of them holds a case.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

from .blocks import Cell, Paragraph, Part, Table
from .paper import print_pdf
from .style import Style

Blocks = list[Paragraph | Table]

DEPARTMENTS = ("総務課", "税務課", "福祉課", "土木課", "教育総務課", "環境課", "産業振興課")
PROJECTS = ("道路維持補修", "住民情報システム改修", "公園遊具点検", "保育所給食調理", "図書館清掃", "防災行政無線更新")
FIRMS = ("株式会社山川建設", "有限会社みどり造園", "海辺電気株式会社", "株式会社東雲システム")
GOODS = ("上質紙", "封筒（長３）", "ボールペン", "トナーカートリッジ", "クリアファイル", "付箋紙")


def paper(kind: str, seed: int, path: Path) -> Path:
    """Write the paper of this kind (one of `KINDS`) that the seed draws."""
    random = Random(f"{kind}-{seed}")
    rules = random.choice(("all", "all", "horizontal", "none"))
    style = Style(setter="reportlab", font=random.choice(("HeiseiMin-W3", "HeiseiKakuGo-W5")), footer="number")
    style.size, style.margin = random.choice((9.5, 10.5, 11.0)), random.choice((15.0, 20.0))
    blocks = KINDS[kind](random)
    for block in blocks:
        if isinstance(block, Table) and block.header_rows:
            block.rules = rules
    print_pdf([Part("other", None, blocks)], style, path)
    return path


def _title(text: str) -> Paragraph:
    return Paragraph(text, 14.0, align="center", space=4)


def _grid(header: tuple[str, ...], rows: list[tuple[str, ...]], widths: tuple[float, ...] = ()) -> Table:
    cells = [[Cell([Paragraph(text)]) for text in row] for row in (header, *rows)]
    return Table(cells, widths or tuple(max(6.0, 2.0 + max(map(len, column))) for column in zip(header, *rows, strict=True)),
                 header_rows=1, split_rows=False)  # fmt: skip


def _rows(pairs: tuple[tuple[str, str], ...]) -> Table:
    cells = [
        [Cell([Paragraph(label)]), Cell([Paragraph(line) for line in value.split("\n")])] for label, value in pairs
    ]
    return Table(cells, (25, 100), split_rows=False)


def _yen(random: Random) -> str:
    return f"{random.randrange(10, 9000) * 1000:,}"


def budget(random: Random) -> Blocks:
    rows = [
        (str(n), f"{project}事業", random.choice(DEPARTMENTS), _yen(random), _yen(random))
        for n, project in enumerate(random.sample(PROJECTS, 5), 1)
    ]
    rows.append(("6", "個人情報保護審議会委員報酬", "総務課", _yen(random), _yen(random)))
    header = ("番号", "事業名", "担当課", "本年度予算額", "前年度予算額")
    return [_title(f"令和{random.randrange(3, 8)}年度　当初予算（案）の主な事業"), _grid(header, rows)]


def minutes(random: Random) -> Blocks:
    said = [
        Paragraph(f"{random.choice(('委員', '会長', '事務局'))}：{random.choice(PROJECTS)}の進み具合はどうか。")
        for _ in range(6)
    ]
    rows = [(topic, random.choice(DEPARTMENTS), "了承") for topic in random.sample(PROJECTS, 3)]
    return [
        _title("第２回　庁舎管理連絡会　会議録"),
        _rows(
            (
                ("日時", "令和6年7月3日　午後2時"),
                ("場所", "第一会議室"),
                ("出席者", "委員8名"),
                ("議題", "下記のとおり"),
            )
        ),
        *said,
        _grid(("議題", "担当", "結果"), rows),
    ]


def bids(random: Random) -> Blocks:
    rows = [
        (str(n), f"{project}業務委託", random.choice(DEPARTMENTS), f"{random.randrange(4, 12)}月{n + 3}日", "落札", _yen(random))
        for n, project in enumerate(random.sample(PROJECTS, 5), 1)
    ]  # fmt: skip
    return [_title("入札結果一覧"), _grid(("番号", "案件名", "担当課", "開札日", "結果", "落札金額"), rows)]


def contracts(random: Random) -> Blocks:
    rows = [
        (str(n), f"{project}業務", "業務委託", random.choice(DEPARTMENTS), f"R6.{random.randrange(4, 12)}.{n}", random.choice(FIRMS))
        for n, project in enumerate(random.sample(PROJECTS, 5), 1)
    ]  # fmt: skip
    return [_title("随意契約の公表"), _grid(("No.", "件名", "区分", "所管課", "年月日", "契約の相手方"), rows)]


def evaluation(random: Random) -> Blocks:
    project = random.choice(PROJECTS)
    return [
        _title(f"事務事業評価シート（令和{random.randrange(3, 8)}年度）"),
        _rows((
            ("事業名", f"{project}事業"), ("担当課", random.choice(DEPARTMENTS)), ("目的", "市民が安心して暮らせるようにする。"),
            ("対象者", "市民"), ("事業内容", f"1　概要\n{project}を行う。\n2　実績\n年間{random.randrange(20, 900)}件"),
            ("備考", "住民の個人情報を扱うときは規程に従う。"),
        )),
    ]  # fmt: skip


def timetable(random: Random) -> Blocks:
    rows = [
        (f"{random.randrange(4, 12)}月{n + 5}日", random.choice(("講義", "演習", "見学")), random.choice(DEPARTMENTS), "第一研修室")
        for n in range(5)
    ]  # fmt: skip
    title = random.choice(("新任職員研修　日程表", "個人情報保護研修　日程表"))
    return [_title(title), _grid(("日付", "内容", "担当", "備考"), rows)]


def prices(random: Random) -> Blocks:
    rows = [(str(n), name, random.choice(("箱", "本", "枚")), _yen(random)) for n, name in enumerate(GOODS, 1)]
    return [_title("物品単価表"), _grid(("番号", "件名", "単位", "単価（円）"), rows)]


def sales(random: Random) -> Blocks:
    rows = [
        (f"{random.randrange(1, 13)}月{n}日", random.choice(GOODS), random.choice(FIRMS), str(random.randrange(1, 90)), _yen(random))
        for n in range(1, 8)
    ]  # fmt: skip
    return [_title("売上一覧"), _grid(("日付", "品名", "売先", "数量", "金額"), rows)]


def letter(random: Random) -> Blocks:
    return [
        Paragraph(f"令和6年{random.randrange(1, 13)}月1日", align="right"),
        Paragraph("町内会長　様"),
        Paragraph("霞台市長", align="right", space=4),
        _title("説明会の開催について（通知）"),
        Paragraph("　日頃から市政に御協力をいただき、ありがとうございます。下記のとおり説明会を開きます。", space=4),
        Paragraph("記", align="center"),
        Paragraph("件名：道路工事の説明"), Paragraph("目的：工事の日程の周知"), Paragraph("対象：町内の皆様"),
        Paragraph("担当課：土木課"), Paragraph("内容：資料による説明"),
    ]  # fmt: skip


def file_register(random: Random) -> Blocks:
    return [
        _title("個人情報ファイル簿"),
        _rows((
            ("個人情報ファイルの名称", f"{random.choice(PROJECTS)}台帳"), ("所管課", random.choice(DEPARTMENTS)),
            ("利用目的", "届出の受付と管理のため"), ("記録項目", "氏名、住所、電話番号"), ("対象者の範囲", "届出をした者"),
            ("備考", "なし"),
        )),
    ]  # fmt: skip


def requests(random: Random) -> Blocks:
    rows = [
        (str(n), f"{random.choice(PROJECTS)}に係る文書", random.choice(DEPARTMENTS), f"{random.randrange(4, 12)}月{n}日", "開示")
        for n in range(1, 7)
    ]  # fmt: skip
    return [_title("情報公開請求の状況"), _grid(("受付番号", "件名", "担当課", "年月日", "決定"), rows)]


def roster(random: Random) -> Blocks:
    names = ("山田太郎", "海野花子", "川村一郎", "森本幸子")
    rows = [
        (str(n), name, random.choice(DEPARTMENTS), "主事", f"内線{random.randrange(100, 999)}")
        for n, name in enumerate(names, 1)
    ]
    return [_title("職員名簿"), _grid(("番号", "氏名", "所属", "職名", "電話"), rows)]


KINDS: dict[str, Callable[[Random], Blocks]] = {
    "budget": budget, "minutes": minutes, "bids": bids, "contracts": contracts, "evaluation": evaluation,
    "timetable": timetable, "prices": prices, "sales": sales, "letter": letter, "file_register": file_register,
    "requests": requests, "roster": roster,
}  # fmt: skip
