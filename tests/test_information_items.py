"""Lists of personal data as offices set them: which items, under which heading, open or not, and what each is called.

The lists are made up; the truth beside each is what a reader would write down.
"""

from __future__ import annotations

import pytest
from glyph_lines import line, lines, wrapped
from hypothesis import given
from hypothesis import strategies as st

from extractors.japanese.item_names import lookup
from extractors.japanese.vocabularies import load
from extractors.lists.information_items import ItemList, information_items, is_item_list
from extractors.lists.prose_items import items_in_prose
from extractors.pages.text import Text


def test_numbers_in_a_row_that_is_labelled_as_items_mark_them_whatever_they_say() -> None:
    printed = lines(["（１）船名", "（２）船舶番号", "（３）係留場所"])
    assert [item.item for found in information_items(printed, certain=True) for item in found.items] == [
        "船名",
        "船舶番号",
        "係留場所",
    ]
    steps = lines(["（１）申請者が申請書を窓口に提出し、", "職員が受け取る。", "（２）職員が入力する。"])
    assert information_items(steps) == []


def told(found: list[ItemList]) -> list[tuple[str | None, list[str], bool]]:
    return [
        (each.heading.string if each.heading else None, [item.item for item in each.items], each.is_open_list)
        for each in found
    ]


LISTS: list[tuple[list[str], list[tuple[str | None, list[str], bool]]]] = [
    (["氏名、住所、電話番号"], [(None, ["氏名", "住所", "電話番号"], False)]),
    (["氏名・住所・生年月日・性別"], [(None, ["氏名", "住所", "生年月日", "性別"], False)]),
    (["氏名，住所，電話番号等"], [(None, ["氏名", "住所", "電話番号"], True)]),
    (["・氏名", "・住所", "・電話番号"], [(None, ["氏名", "住所", "電話番号"], False)]),
    (["●氏名", "●フリガナ", "●メールアドレス　など"], [(None, ["氏名", "フリガナ", "メールアドレス"], True)]),
    (["・氏名　・住所", "・生年月日　・続柄"], [(None, ["氏名", "住所", "生年月日", "続柄"], False)]),
    (["氏名　住所　電話番号"], [(None, ["氏名", "住所", "電話番号"], False)]),
    (["氏名及び住所"], [(None, ["氏名", "住所"], False)]),
    (["氏名、住所並びに電話番号"], [(None, ["氏名", "住所", "電話番号"], False)]),
    (["氏名、住所、及び電話番号"], [(None, ["氏名", "住所", "電話番号"], False)]),
    (["電話番号又はメールアドレス"], [(None, ["電話番号", "メールアドレス"], False)]),
    (["【受講者情報】", "氏名、年齢、受講履歴"], [("受講者情報", ["氏名", "年齢", "受講履歴"], False)]),
    (["＜会員データ＞", "会員番号", "氏名", "有効期限"], [("会員データ", ["会員番号", "氏名", "有効期限"], False)]),
    (["〔保護者〕氏名、電話番号"], [("保護者", ["氏名", "電話番号"], False)]),
    (["■申込者情報", "氏名、住所、電話番号"], [("申込者情報", ["氏名", "住所", "電話番号"], False)]),
    (["利用者情報：", "・氏名", "・生年月日"], [("利用者情報", ["氏名", "生年月日"], False)]),
    (["収集項目：氏名、性別、国籍"], [("収集項目", ["氏名", "性別", "国籍"], False)]),
    (["健診管理システム", "氏名、生年月日、健診結果"], [("健診管理システム", ["氏名", "生年月日", "健診結果"], False)]),
    (
        ["【本人】", "氏名、生年月日", "【保護者】", "氏名、電話番号"],
        [("本人", ["氏名", "生年月日"], False), ("保護者", ["氏名", "電話番号"], False)],
    ),
    (
        ["氏名、口座情報（金融機関名、支店名、口座番号、名義人）、住所"],
        [(None, ["氏名", "口座情報", "金融機関名", "支店名", "口座番号", "名義人", "住所"], False)],
    ),
    (
        ["世帯の情報（世帯主氏名・続柄・世帯構成）", "収入状況"],
        [(None, ["世帯の情報", "世帯主氏名", "続柄", "世帯構成", "収入状況"], False)],
    ),
    (["①氏名、②住所、③世帯員の氏名及び続柄"], [(None, ["氏名", "住所", "世帯員の氏名", "続柄"], False)]),
    (
        ["１　保護者　氏名、住所、電話番号", "２　児童及び生徒　氏名、学年、組"],
        [("保護者", ["氏名", "住所", "電話番号"], False), ("児童及び生徒", ["氏名", "学年", "組"], False)],
    ),
    (["氏名（漢字・カナ）、住所"], [(None, ["氏名（漢字・カナ）", "住所"], False)]),
    (["本人確認書類（写し）、氏名"], [(None, ["本人確認書類（写し）", "氏名"], False)]),
    (["氏名、傷病名（以下「対象者情報」という。）"], [(None, ["氏名", "傷病名"], False)]),
    (["障害の種類・程度、氏名、学年・組"], [(None, ["障害の種類・程度", "氏名", "学年・組"], False)]),
    (["氏名、住所、電話番号、その他必要な事項"], [(None, ["氏名", "住所", "電話番号"], True)]),
    (["氏名、住所、電話番号ほか"], [(None, ["氏名", "住所", "電話番号"], True)]),
    (["氏名、生年月日等の個人情報"], [(None, ["氏名", "生年月日"], True)]),
    (["氏名、住所、電話番号。"], [(None, ["氏名", "住所", "電話番号"], False)]),
    (["① 氏名", "② 住所", "③ 電話番号"], [(None, ["氏名", "住所", "電話番号"], False)]),
    (["(1) 世帯主氏名", "(2) 世帯構成", "(3) 収入額"], [(None, ["世帯主氏名", "世帯構成", "収入額"], False)]),
    (
        ["＜受託者のサーバ＞", "③台帳登録", "【申込者情報】", "氏名、住所"],
        [("申込者情報", ["氏名", "住所"], False)],
    ),
    (["氏名、電話番号", "※口座情報は取得しない"], [(None, ["氏名", "電話番号"], False)]),
    (["氏名／住所／電話番号"], [(None, ["氏名", "住所", "電話番号"], False)]),
    (["受検者氏名", "受検者住所", "受験番号"], [(None, ["受検者氏名", "受検者住所", "受験番号"], False)]),
    (
        ["要介護認定情報、主治医意見書、認定調査票"],
        [(None, ["要介護認定情報", "主治医意見書", "認定調査票"], False)],
    ),
    (["登録車両の情報", "氏名、車両番号、車種"], [("登録車両の情報", ["氏名", "車両番号", "車種"], False)]),
    (["氏　名、住　所、電話番号"], [(None, ["氏　名", "住　所", "電話番号"], False)]),
    (["・ﾌﾘｶﾞﾅ", "・ＦＡＸ番号"], [(None, ["ﾌﾘｶﾞﾅ", "ＦＡＸ番号"], False)]),
]


@pytest.mark.parametrize(("printed", "expected"), LISTS, ids=["/".join(printed) for printed, _ in LISTS])
def test_lists_as_printed(printed: list[str], expected: list[tuple[str | None, list[str], bool]]) -> None:
    assert told(information_items(lines(printed))) == expected
    assert is_item_list(lines(printed))


@pytest.mark.parametrize("characters", range(6, 22))
@pytest.mark.parametrize(
    "items",
    [
        ["申請者氏名", "住所", "電話番号", "生年月日", "メールアドレス", "銀行口座情報", "利用施設名", "宿泊希望日"],
        ["被保険者番号", "氏名", "要介護状態区分", "有効期間", "居宅サービス計画", "主治医意見書", "障害の種類・程度"],
        ["児童氏名", "在籍校", "学年", "アレルギーの有無", "保護者氏名", "緊急連絡先", "就労証明書", "世帯の課税状況"],
    ],
)
def test_a_list_that_a_narrow_box_breaks_anywhere(items: list[str], characters: int) -> None:
    found = information_items(wrapped("、".join(items) + "等", characters))
    assert told(found) == [(None, items, True)]


def test_rows_of_one_item_each_need_no_separator_even_when_the_longest_fills_the_box() -> None:
    rows = [line("届出者名", 60, 20), line("届出者フリガナ", 45, 34), line("届出者住所等", 50, 48)]
    assert told(information_items(rows)) == [(None, ["届出者名", "届出者フリガナ", "届出者住所"], True)]


def test_a_paragraph_that_holds_several_rows_reads_like_its_rows() -> None:
    rows = lines(["会員番号", "氏名", "メールアドレス"])
    assert told(information_items([Text.join(rows)])) == told(information_items(rows))


def test_the_boxs_own_heading_serves_where_no_nearer_one_stands() -> None:
    heading = line("【台帳データ】")
    assert told(information_items(lines(["氏名、住所"]), heading))[0][0] == "台帳データ"
    assert told(information_items(lines(["【申請者】", "氏名、住所"]), heading))[0][0] == "申請者"


def test_headings_without_items_of_their_own_are_kept_above() -> None:
    (found,) = information_items(lines(["＜受託者のサーバ＞", "【申込者情報】", "氏名、住所"]))
    assert [text.string for text in found.above] == ["受託者のサーバ"]


def test_inner_items_name_the_item_whose_brackets_they_stand_in() -> None:
    (found,) = information_items(lines(["氏名、購入品の情報（購入日、購入店、品番）"]))
    assert [(item.item, item.parent) for item in found.items] == [
        ("氏名", None),
        ("購入品の情報", None),
        ("購入日", "購入品の情報"),
        ("購入店", "購入品の情報"),
        ("品番", "購入品の情報"),
    ]


def test_every_item_says_where_it_was_read() -> None:
    (found,) = information_items(lines(["氏名、電話", "番号、住所"]))
    evidence = [item.text.evidence for item in found.items]
    assert [e.raw_text for e in evidence if e] == ["氏名", "電話番号", "住所"]
    assert evidence[1] is not None
    assert (evidence[1].place.top, evidence[1].place.bottom) == (20.0, 44.0)  # both lines
    assert evidence[2] is not None
    assert evidence[2].place.x0 == 50.0  # after 番号、


NOT_LISTS = [
    ["受託者"],
    ["予約システム", "（クラウド）"],
    ["福祉課", "（受付・審査）"],
    ["①申請書を提出", "②受付・入力"],
    ["・アクセスログの取得", "・入退室管理", "・個人情報の消去"],
    ["地方税ポータルセンター"],
    ["申請書", "添付書類"],
    ["コールセンター", "電話・メールによる問合せ対応"],
    ["申請に必要な書類を準備し、窓口に提出する。"],
    ["医療機関", "薬局"],
]


@pytest.mark.parametrize("printed", NOT_LISTS, ids=["/".join(p) for p in NOT_LISTS])
def test_boxes_that_are_no_lists_of_items(printed: list[str]) -> None:
    assert not is_item_list(lines(printed))


NAMES = [
    ("申込代表者電話番号", "電話番号", "contact"),
    ("世帯主の生年月日", "生年月日", "basic identity"),
    ("納税義務者名", "氏名", "basic identity"),
    ("保護者氏名", "保護者氏名", "family"),
    ("受講者のメールアドレス", "メールアドレス", "contact"),
    ("転入前住所", "前住所", "contact"),
    ("新住所", "住所", "contact"),
    ("連帯保証人住所", "住所", "contact"),
    ("個人番号（マイナンバー）", "個人番号", "identifiers"),
    ("Ｅ－ｍａｉｌ", "メールアドレス", "contact"),
    ("ユーザーＩＤ", "ログインID", "identifiers"),
    ("振込先口座", "銀行口座情報", "financial"),
    ("問い合わせ内容", "問合せ内容", "service use"),
    ("購入自転車の色", "購入自転車の色", "service use"),
    ("住宅改修の費用", "住宅改修の費用", "financial"),
]


@pytest.mark.parametrize(("printed", "norm", "category"), NAMES)
def test_canonical_names_and_categories(printed: str, norm: str, category: str) -> None:
    name = lookup(printed)
    assert (name.norm, name.category) == (norm, category)


SPECIAL_CARE = [
    "傷病名",
    "病歴",
    "既往症",
    "障害等級",
    "身体障害者手帳",
    "健康診断の結果",
    "処方内容",
    "犯罪歴",
    "信仰",
]
SPECIAL_CARE += [
    "患者の診断名",
    "がん検診結果",
    "療育手帳の写し",
    "少年保護事件",
    "人種",
    "犯罪被害の事実",
    "社会的身分",
]


@pytest.mark.parametrize("printed", SPECIAL_CARE)
def test_special_care_required(printed: str) -> None:
    assert lookup(printed).is_special_care


@pytest.mark.parametrize(
    "printed", ["国籍", "身長", "氏名", "年齢", "システム障害の発生日", "医療機関名", "個人番号", "在留資格"]
)
def test_not_special_care(printed: str) -> None:
    assert not lookup(printed).is_special_care


@pytest.mark.parametrize(
    ("printed", "flag"),
    [
        ("個人番号", True),
        ("マイナンバー", True),
        ("申請者の個人番号（マイナンバー）", True),
        ("個人番号の写し", True),
        ("マイナンバーカード", False),
        ("宛名番号", False),
        ("法人番号", False),
    ],
)
def test_my_number(printed: str, flag: bool) -> None:
    assert lookup(printed).is_my_number is flag


def test_the_vocabulary_holds_together() -> None:
    table = load("items")
    names = {name for items in table["items"].values() for name in items}
    assert len(names) > 230
    assert set(table["items"]) == set(table["categories"])
    for flag in (*table["special_care"], *table["my_number"]):
        assert "第2条" in flag["source"]
        assert set(flag["items"]) <= names
    for category, items in table["items"].items():
        for name, others in items.items():
            for wording in (name, *others):
                found = lookup(wording)
                assert (found.norm, found.category, found.known) == (name, category, "exact"), wording
    for word in table["common"]["words"]:
        assert lookup(word).known == "exact", word


PLAIN_ITEMS = [
    "氏名",
    "住所",
    "電話番号",
    "生年月日",
    "性別",
    "メールアドレス",
    "健診結果",
    "口座番号",
    "勤務先",
    "学年",
]


@given(
    st.lists(st.sampled_from(PLAIN_ITEMS), min_size=2, max_size=8, unique=True),
    st.sampled_from(["、", "・", "，", "\n"]),
    st.booleans(),
)
def test_what_is_enumerated_is_what_is_found(items: list[str], sign: str, opens: bool) -> None:
    printed = (sign.join(items) + ("等" if opens else "")).split("\n")
    assert told(information_items(lines(printed))) == [(None, items, opens)]


@given(st.text(alphabet="氏名、・（）()等【】及び住所\n：　①※個人番号/／。", max_size=60))
def test_no_text_breaks_it_and_every_item_is_on_the_page(string: str) -> None:
    rows = [row for row in lines(string.split("\n")) if row]
    printed = "".join(row.string for row in rows)
    for found in information_items(rows):
        for item in found.items:
            assert item.item
            assert all(character in printed for character in item.item)
    assert isinstance(is_item_list(rows), bool)
    items_in_prose(Text.put_in(string))


PROSE: list[tuple[str, list[tuple[list[str], bool]]]] = [
    ("受託者は、連絡のため、氏名、住所及び電話番号を確認する。", [(["氏名", "住所", "電話番号"], False)]),
    ("新たに勤務先、年収及び口座番号を収集する。", [(["勤務先", "年収", "口座番号"], False)]),
    ("次の情報（氏名、学年、保護者氏名等）を提供する。", [(["氏名", "学年", "保護者氏名"], True)]),
    ("申請者氏名、申請者住所を台帳に登録する。", [(["申請者氏名", "申請者住所"], False)]),
    ("「個人番号」、「宛名番号」を参照する。", [(["個人番号", "宛名番号"], False)]),
    ("記録項目に被保険者番号を加え、被保険者番号の項目を追加する。", [(["被保険者番号"], False)]),
    ("氏名・生年月日・性別をシステムに入力する。", [(["氏名", "生年月日", "性別"], False)]),
    ("氏名や住所などを記入する。", [(["氏名", "住所"], True)]),
    ("患者の氏名、薬剤の色、服薬状況及び連絡先を登録する。", [(["氏名", "薬剤の色", "服薬状況", "連絡先"], False)]),
    ("氏名、住所を確認する。\nなお、氏名、住所は変更できる。", [(["氏名", "住所"], False)]),
    ("電話又はメールで事業者に連絡する。", []),
    ("窓口、電話、郵送で受け付ける。", []),
    ("申請書、添付書類及び領収書を提出する。", []),
    ("収集・整理・管理を行う。", []),
    ("写真、動画及び音声を用いた講座を行う。", []),
    ("住所変更の届出及び氏名変更届を受理する。", []),
    ("システムの構築・運用等を委託する。", []),
    ("医療機関、薬局及び訪問看護ステーションと連携する。", []),
    ("氏名を確認する。", []),
    ("保育園、幼稚園及び小学校を対象とする。", []),
]


@pytest.mark.parametrize(("printed", "expected"), PROSE, ids=[printed for printed, _ in PROSE])
def test_items_in_running_text(printed: str, expected: list[tuple[list[str], bool]]) -> None:
    found = items_in_prose(Text.put_in(printed))
    assert [([item.item for item in each.items], each.is_open_list) for each in found] == expected


def test_items_in_running_text_say_where_they_were_read() -> None:
    (found,) = items_in_prose(line("本人の氏名及び電話番号を登録する。"))
    assert [item.text.evidence.place.x0 for item in found.items if item.text.evidence] == [50.0, 90.0]
