"""Draws a 別紙: who hands what to whom, in numbered steps, with the lists of items and controls beside the boxes."""

from __future__ import annotations

from random import Random

from .description import Actor, ControlList, Flow, Item, ItemList, Step
from .words import CONTRACTOR_CONTROLS, ITEMS, MORE_ITEMS, OFFICE_CONTROLS, SYSTEM_CONTROLS, Business

# step texts: what goes, how, and the columns of the truth (media, delivery)
_HOW: tuple[tuple[str, str | None, str | None], ...] = (
    ("（紙・郵送）", "紙", "郵送"),
    ("（紙・手渡し）", "紙", "手渡し"),
    ("（DVD・手渡し）", "DVD", "手渡し"),
    ("（郵送）", None, "郵送"),
    ("（窓口）", None, "窓口"),
    ("（メール）", "メール", None),
    ("", None, None),
)


def draw_flow(random: Random, business: Business, office: str, kind: str, contracted: bool, firm: str) -> Flow:
    """The flow of a case: a person, the one who does the work (a contractor or a system elsewhere), the office."""
    title = random.choice((f"{business.name}に係る個人情報の流れ", f"【{business.name}における個人情報の流れ】"))
    person = Actor(business.who)
    if contracted:
        helper = Actor(random.choice(("委託先", "受託者", "委託事業者")), aliases=("委託先", firm))
    else:
        helper = Actor(random.choice(("システム提供事業者", "結合先", "データセンター")), aliases=("結合先",))
    name = random.choice((office, kind, f"{office}（{business.department}）"))
    town = Actor(name, aliases=(office, kind, business.department))
    helper.system = random.choice(("受付管理システム", "業務用端末", "専用サーバ", None))
    items = _items(random, business, helper)
    if random.random() < 0.8:
        helper.items = items
    helper.controls = _controls(random, CONTRACTOR_CONTROLS if contracted else SYSTEM_CONTROLS, helper)
    if random.random() < 0.6:
        town.controls = _controls(random, OFFICE_CONTROLS, town)
    return Flow(title, [person, helper, town], _steps(random, person, helper, town, contracted), random.random() < 0.5)


def _items(random: Random, business: Business, holder: Actor) -> ItemList:
    texts = list(dict.fromkeys((*business.items, *random.sample(MORE_ITEMS, 2))))
    found = [Item(text, *ITEMS.get(text, (text, None))) for text in texts]
    style = random.choice(("comma", "comma", "bullets"))
    heading = random.choice((f"{business.who}情報", f"{business.who}データ", "情報項目"))
    alt = (holder.name, *holder.aliases)
    return ItemList(
        found, heading, holder.system or holder.name, alt, random.random() < 0.3 and style == "comma", style
    )


def _controls(random: Random, words: tuple[tuple[str, str, str], ...], holder: Actor) -> ControlList:
    chosen = sorted(random.sample(range(len(words)), random.randrange(3, 7)))
    return ControlList([(*words[n], True) for n in chosen], holder.name, holder.aliases)


def _steps(random: Random, person: Actor, helper: Actor, town: Actor, contracted: bool) -> list[Step]:
    """Steps in order; each pair of boxes has at most two, so that their labels have room."""
    what = [(person, helper, random.choice(("申請書の提出", "申込み", "必要書類の送付"))), None]
    if contracted:
        what += [
            (helper, town, random.choice(("処理結果の報告", "受付データの納品"))),
            (town, helper, "確認結果の連絡"),
        ]
    else:
        what += [(helper, town, "申請データの受信"), (town, helper, "処理結果の登録")]
    what.append((helper, person, random.choice(("結果の通知", "通知書の送付"))))
    if random.random() < 0.3:
        what.pop(3)
    steps = []
    for number, entry in enumerate(what, 1):
        if entry is None:
            text = random.choice(("内容の確認及び入力", "台帳への登録", "受付内容の審査"))
            steps.append(Step(number, text, inside=helper.name))
            continue
        sender, receiver, text = entry
        how, media, delivery = random.choice(_HOW if contracted else _HOW[-2:])
        steps.append(Step(number, text + how, media, delivery, sender.name, receiver.name))
    return steps
