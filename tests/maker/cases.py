"""Draws one case: its row of the 一覧, its sheet of today's form or of the one before 2023, its counts and its flow."""

from __future__ import annotations

from datetime import date
from random import Random

from . import counts, flows
from .description import Case, ControlList, Count, CountTable, Item, ItemList, Node, Party, Reference
from .style import OUTLINES, Style
from .wording import era_year, wide
from .words import (
    CHANGE_NOTES,
    CONTRACTOR_CONTROLS,
    CONTRACTOR_SENTENCES,
    FIRMS,
    ITEMS,
    LAWS,
    MORE_ITEMS,
    NETWORKS,
    OFFICE_CONTROLS,
    OFFICE_SENTENCES,
    OTHER_DEPARTMENTS,
    RESULTS,
    SYSTEM_CONTROLS,
    Business,
)  # fmt: skip

CATEGORIES = ("業務委託", "外部結合", "電算処理", "指定管理者", "目的外利用", "外部提供", "本人外収集")


class CaseMaker:
    """Draws the cases of one report; `kind` is 市, 区, 町 or 村."""

    def __init__(self, random: Random, style: Style, business: Business, office: str, kind: str, year: int) -> None:
        self.random = random
        self.style = style
        self.business = business
        self.office = office
        self.kind = kind
        self.year = year

    def _digits(self, text: str) -> str:
        return wide(text) if self.style.fullwidth else text

    def _frame(self, number: int, day: date) -> Case:
        random, business = self.random, self.business
        main = random.choice(("業務委託", "業務委託", "業務委託", "外部結合", "外部結合", "電算処理", "目的外利用"))
        more = [name for name in CATEGORIES if name != main]
        categories = [main] + ([random.choice(more)] if random.random() < 0.25 else [])
        what = {
            "業務委託": ("に係る業務の委託について", "業務の委託について", "に係る個人情報の取扱いの委託について"),
            "外部結合": ("に係る外部結合について", "における電子計算機の結合について"),
            "電算処理": ("に係る電算処理について", "に伴うシステムの開発について"),
            "目的外利用": ("に係る個人情報の目的外利用について", "における保有個人情報の利用について"),
        }[main]
        base = business.name + random.choice(what)
        note = random.choice(CHANGE_NOTES) if random.random() < 0.25 else None
        opening, closing = random.choice((("（", "）"), ("（", "）"), ("(", ")")))
        title = base + (f"{opening}{note}{closing}" if note else "")
        listed: list[tuple[str | None, int | None]] = [(business.department, None)]
        for name in random.sample(OTHER_DEPARTMENTS, random.choice((0, 0, 0, 1, 2))):
            if name != business.department:
                listed.append((name, None))
        if random.random() < 0.12:
            listed.append((None, random.randrange(2, 15)))
        target = business.target
        detail_title = title if random.random() < 0.9 or note is None else base
        return Case(
            number, title, base, note, categories, listed, list(listed), day,
            random.choices(RESULTS, (9, 2, 1, 1, 2, 1, 1, 1))[0], detail_title,
            _called(random, business.name), business.purpose + random.choice(("", "。")),
            target, [target],
        )  # fmt: skip

    def listed(self, number: int, day: date) -> Case:
        """A case that stands in the 一覧 alone."""
        case = self._frame(number, day)
        case.listed_only = True
        case.detail_title = case.project_name = None
        case.detail_departments = []
        return case

    # ---- today's form

    def new(self, number: int, day: date) -> Case:
        """A case of today's form."""
        case = self._frame(number, day)
        random = self.random
        firm = random.choice(FIRMS)
        contracted = "業務委託" in case.categories
        paragraphs = self._overview(case, firm if contracted else None)
        case.body.append(Node(random.choice(("概要", "事業の概要", "趣旨", "経緯")), paragraphs))
        case.body.append(self._matters(case))
        if random.random() < 0.35:
            case.body.append(self._schedule())
        if self.style.long:
            case.body += self._long()
        self._counts(case)
        if self.style.attachments == "flow":
            case.flow = flows.draw_flow(random, self.business, self.office, self.kind, contracted, firm)
        return case

    def _overview(self, case: Case, firm: str | None) -> list[str]:
        random, business = self.random, self.business
        since = self.year - random.randrange(2, 9)
        first = random.choice(
            (
                f"{self.office}では、{era_year(since)}度から{business.name}を実施しており、{business.who}の利便性の向上に努めている。",
                f"これまで{business.name}に関する事務は、紙の書類により職員が処理してきたが、件数の増加に伴い、処理に時間を要している。",
                f"{business.name}については、{business.target}を対象として、毎年度実施しているところである。",
            )
        )
        text = first
        roll = random.random()
        if roll < 0.25:
            text += self._approval(case)
        elif roll < 0.45:
            text += self._law(case)
        second = random.choice(
            (
                "このたび、事務の効率化と正確性の向上を図るため、新たな方法により実施することとした。",
                "このため、専門的な知識と経験を有する者の協力を得て、事務の改善を図る必要がある。",
                "今後も件数の増加が見込まれることから、処理の方法を見直すものである。",
            )
        )
        found = [self._digits(text), second]
        if firm is not None:
            if random.random() < 0.55:
                found.append(f"ついては、本業務を{firm}に委託する。")
                case.parties.append(Party(firm, "委託先"))
            else:
                found.append("ついては、プロポーザルにより選定した事業者に業務を委託する。")
        if random.random() < 0.3:
            hours = random.randrange(200, 1_900, 100)
            found.append(self._digits(f"なお、これにより年間で約{hours:,}時間の事務の削減を見込んでいる。"))
        return found

    def _approval(self, case: Case) -> str:
        random = self.random
        year, session = self.year - random.randrange(1, 6), random.randrange(1, 12)
        body = random.choice(("個人情報保護審議会", "情報公開・個人情報保護審議会", "個人情報保護審査会"))
        outcome = random.choice(("了承", "承認"))
        case.references.append(
            Reference(
                {
                    "kind": "approval", "body": body, "fiscal_year": year, "session_no": session, "law_name": None,
                    "law_number": None, "outcome": outcome,
                    "alt": {"body": [self.office + body]},
                }
            )
        )  # fmt: skip
        return random.choice(
            (
                f"なお、本件は{era_year(year)}度第{session}回{body}において{outcome}を得ている。",
                f"（{era_year(year)}度第{session}回{body}{outcome}済）",
                f"実施に当たっては、{era_year(year)}度第{session}回{body}で{outcome}されている。",
            )
        )

    def _law(self, case: Case) -> str:
        name, number = self.random.choice(LAWS)
        case.references.append(
            Reference(
                {
                    "kind": "law", "body": None, "fiscal_year": None, "session_no": None, "law_name": name,
                    "law_number": number, "outcome": None,
                }
            )
        )  # fmt: skip
        return f"本事業は、{name}（{number}）の規定に基づくものである。"

    def _matters(self, case: Case) -> Node:
        """The section on what is put to the meeting."""
        random, business = self.random, self.business
        heading = "、".join(case.categories) + random.choice(("の内容", "の付議内容", "の概要"))
        if len(case.categories) > 1:
            children = []
            for name in case.categories:
                tasks = random.sample(business.tasks, min(len(business.tasks), 2))
                if name == "業務委託" and random.random() < 0.6:
                    children.append(Node(name, [], [Node(task) for task in tasks]))
                else:
                    children.append(Node(name, [self._sentence(name)]))
            return Node(heading, [], children)
        if case.categories[0] == "業務委託":
            return Node(heading, [], [Node(task) for task in business.tasks])
        return Node(heading, [self._sentence(case.categories[0])])

    def _sentence(self, category: str) -> str:
        random, business = self.random, self.business
        if category == "外部結合":
            network = random.choice(NETWORKS)
            return f"{network}を利用して、{self.kind}の端末と{business.name}のシステムを接続し、データの送受信を行う。"
        if category == "電算処理":
            return f"{business.name}に係る台帳を電子化し、既存のシステムに検索及び帳票作成の機能を追加する。"
        if category == "業務委託":
            return f"{business.tasks[0]}の業務を委託する。"
        return f"{random.choice(OTHER_DEPARTMENTS)}が保有する個人情報を、{business.name}の実施に必要な範囲で利用する。"

    def _schedule(self) -> Node:
        random = self.random
        start = f"{era_year(self.year)}{random.randrange(7, 13)}月"
        return random.choice(
            (
                Node("実施時期", [self._digits(f"{start}から実施する。")]),
                Node("委託期間", [self._digits(f"契約締結日から{era_year(self.year + 1)}3月31日まで")]),
                Node(
                    "今後の予定",
                    [],
                    [Node(self._digits(f"{start}　契約の締結")), Node(self._digits(f"{start}下旬　業務の開始"))],
                ),
            )
        )

    def _long(self) -> list[Node]:
        """Sections that carry a case over more than one page."""
        random, business = self.random, self.business
        details = []
        for task in business.tasks:
            points = random.sample(_POINTS, random.randrange(3, 5))
            details.append(Node(task, [], [Node(point) for point in points]))
        background = [
            f"{business.name}は、{business.purpose.rstrip('。')}に実施しているものであり、関係する事務は複数の課にまたがっている。",
            *random.sample(_BACKGROUND, 3),
        ]
        return [Node("業務の詳細", [], details), Node("実施の背景", background)]

    def _counts(self, case: Case) -> None:
        random, business, style = self.random, self.business, self.style
        roll = random.random()
        if roll < 0.10:
            return  # a case that says no count at all
        unit = business.unit
        label = random.choice(_labels(unit, business.who))
        if style.sheet in ("two", "four") and roll < 0.22:
            count = self._one(unit)
            case.count_row = count
            self._keep(case, "事業内容", style.sheet_labels["target_count"], count, ("field",))
            return
        if roll < 0.34:
            # in the 対象者 row, in brackets or line by line
            count = self._one(unit, ("plain", "about", "万", "range"))
            case.target_lines = [f"{case.target}（{count.printed}）"]
            self._keep(case, "対象者", "対象者", count, ("label", "qualifier"))
            case.target = case.target_lines[0]
            return
        node = Node(label)
        if roll < 0.45:
            found, count_table = counts.table(random, unit)
            header = tuple(self._digits(cell) for cell in count_table.header)
            rows = tuple(tuple(self._digits(cell) for cell in row) for row in count_table.rows)
            node.table = CountTable(header, rows)
        elif roll < 0.58:
            found = counts.lines(random, unit)
            node.paragraphs = [self._digits(count.printed) for count in found]
        else:
            found = [self._one(unit)]
            node.paragraphs = [found[0].printed]
        case.body.append(node)
        for count in found:
            self._keep(case, "事業内容", label, count)

    def _one(self, unit: str, kinds: tuple[str, ...] = tuple(counts.SINGLE)) -> Count:
        count = counts.single(self.random, self.random.choice(kinds), unit, self.year)
        count.printed = self._digits(count.printed)
        return count

    def _keep(self, case: Case, where: str, label: str, count: Count, loose: tuple[str, ...] = ()) -> None:
        """The truth of a count under a label, which may say its basis."""
        if count.basis is None:
            for word in ("想定", "予定"):
                if word in label:
                    count.basis = word
            if "年間" in label or "見込" in label:
                loose = (*loose, "basis")
        elif any(word in label for word in ("想定", "予定", "年間", "見込")):
            loose = (*loose, "basis")
        count.loose = (*count.loose, *loose)
        case.counts.append((where, label, count))

    # ---- the form before 2023

    def old(self, number: int, day: date) -> Case:
        """A case of the form before 2023: items and controls stand in ruled rows."""
        case = self._frame(number, day)
        random, business, kind = self.random, self.business, self.kind
        case.joined = case.categories[0] == "外部結合"
        if not case.joined and case.categories[0] not in ("業務委託",):
            case.categories = ["業務委託", *(c for c in case.categories if c != "業務委託")][:2]
            case.base_title = f"{business.name}業務の委託について"
            case.title = case.base_title + (f"（{case.change_note}）" if case.change_note else "")
            case.detail_title = case.title
        case.project_name = _called(random, business.name)
        firm = random.choice(FIRMS)
        named = random.random() < 0.6 or case.joined
        party = firm if named else random.choice(("入札により決定する事業者", "未定（指名競争入札により決定）"))
        if named:
            case.parties.append(Party(firm, "結合先" if case.joined else "委託先"))
        reason = case.purpose
        matters = Node("", [], [Node(task) for task in business.tasks])
        case.body = matters.children
        start = self._digits(
            f"{era_year(self.year)}{random.randrange(4, 13)}月1日から{era_year(self.year + 1)}3月31日まで"
        )
        media = random.choice(("紙及び電磁的媒体（DVD）", "電磁的媒体（サーバ内のハードディスク）", "紙"))
        if case.joined:
            network = random.choice(NETWORKS)
            case.body = [Node(f"{network}による{kind}の端末と相手方の電子計算機との結合"), *matters.children[:2]]
            case.old_rows = [
                ("project_name", case.project_name), ("partner", party), ("items", ""), ("reason", reason),
                ("body", ""), ("start", start), ("controls_office", ""), ("controls_partner", ""),
            ]  # fmt: skip
        else:
            case.old_rows = [
                ("project_name", case.project_name), ("partner", party), ("items", ""), ("media", media),
                ("reason", reason), ("body", ""), ("start", start), ("controls_office", ""), ("controls_partner", ""),
            ]  # fmt: skip
        case.old_items = self._old_items()
        sentences = random.random() < 0.5
        theirs = CONTRACTOR_SENTENCES if sentences else (*CONTRACTOR_CONTROLS, *SYSTEM_CONTROLS)
        ours = OFFICE_SENTENCES if sentences else OFFICE_CONTROLS
        style = random.choice(("bullets", "numbers", "brackets"))
        partner = "結合の相手方" if case.joined else "委託先"
        own_names = (self.office, f"{self.office}（{business.department}）")
        their_names = ("受託事業者", "受託者", "結合先", "相手方", firm)
        case.old_controls = [
            ("controls_office", self._controls(ours, kind, own_names, style, sentences)),
            ("controls_partner", self._controls(theirs, partner, their_names, style, sentences)),
        ]
        return case

    def _controls(
        self, words: tuple[tuple[str, str, str], ...], holder: str, alt: tuple[str, ...], style: str, sentences: bool
    ) -> ControlList:
        count = self.random.randrange(3, min(len(words), 8) + 1)
        chosen = sorted(self.random.sample(range(len(words)), count))
        entries = [(*words[n], not sentences) for n in chosen]
        return ControlList(entries, holder, alt, style)

    def _old_items(self) -> ItemList:
        random, business = self.random, self.business
        texts = list(dict.fromkeys((*business.items, *random.sample(MORE_ITEMS, 2))))
        open_list = random.random() < 0.3
        style = random.choice(("comma", "numbers", "bullets"))
        return ItemList(
            [item(text) for text in texts], business.who, None, is_open=open_list and style == "comma", style=style
        )


def _called(random: Random, name: str) -> str:
    """The name of a business as a sheet has it."""
    return name if name.endswith(("事務", "サービス", "相談")) else name + random.choice(("", "事業", "業務", "事務"))


def item(text: str) -> Item:
    """A 情報項目 with its canonical name and category, where those are beyond dispute."""
    norm, category = ITEMS.get(text, (text, None))
    return Item(text, norm, category)


def outline_of(style: Style) -> tuple[str, ...]:
    """The markers of the report's outlines, by depth."""
    return OUTLINES[style.outline]


def _labels(unit: str, who: str) -> tuple[str, ...]:
    if unit in ("人", "名"):
        return ("対象者数", "想定人数", "予定人数", f"{who}数", "対象人数", "年間利用者数")
    if unit == "世帯":
        return ("対象世帯数", "予定世帯数", "想定世帯数")
    return ("対象件数", "想定件数", "予定件数", "年間処理件数", "見込件数", f"{who}数")


_POINTS = (
    "受け付けた書類は、受付日順に整理し、不備がある場合は申請者に補正を求める。",
    "入力したデータは、別の担当者が原本と照合し、誤りがないことを確認する。",
    "処理の結果は、業務日報に記録し、翌営業日の午前中に担当課へ報告する。",
    "問合せの内容を分類し、よくある質問とその回答を整理して窓口で共有する。",
    "作業場所は専用の区画とし、関係者以外の立入りを認めない。",
    "繁忙期には人員を増やし、処理が滞ることのない体制を整える。",
    "業務の手順書を作成し、担当課の確認を受けた上で使用する。",
)
_BACKGROUND = (
    "近年、申請の件数は増加の傾向にあり、繁忙期には職員の時間外の勤務が常態となっている。また、書類の不備を補正するための連絡に多くの時間を要しており、処理の遅れが課題となっている。",
    "庁内の検討会において、事務の流れを見直した結果、定型的な作業を外部に委ねることで、職員が審査や相談に専念できるとの結論に至った。",
    "先行して導入した近隣の自治体では、処理に要する日数が短縮され、利用者の満足度も向上したとの報告がある。",
    "実施に当たっては、個人情報の取扱いを必要最小限にとどめるとともに、安全管理のための措置を講じ、定期的にその状況を確認する。",
    "なお、従来の窓口での受付も引き続き行い、電子的な手続に不慣れな方への配慮を欠かさないこととする。",
)
