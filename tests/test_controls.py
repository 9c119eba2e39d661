"""Lists of protection measures as offices set and word them: which rows, which measure of the catalogue, how surely.

The wordings are made up; the truth beside each is what a reader would write down. THRESHOLD is justified here: every
wording of the catalogue is left out in turn and looked for among the rest.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from glyph_lines import line, lines, wrapped
from hypothesis import given
from hypothesis import strategies as st

from extractors.japanese import control_catalogue as catalogue
from extractors.japanese.normalise import key
from extractors.japanese.vocabularies import load
from extractors.lists.controls import CATEGORIES, controls, looks_like_controls


def told(printed: list[str]) -> list[str]:
    return [control.text.string for control in controls(lines(printed))]


SETTINGS: list[tuple[list[str], list[str]]] = [
    (["・アクセス制御", "・入退室管理"], ["アクセス制御", "入退室管理"]),
    (["●アクセス制御", "●施錠保管"], ["アクセス制御", "施錠保管"]),
    (["○アクセス制御", "◯入退室管理"], ["アクセス制御", "入退室管理"]),
    (["•アクセス制御", "• 入退室管理"], ["アクセス制御", "入退室管理"]),
    (["- アクセス制御", "- 入退室管理"], ["アクセス制御", "入退室管理"]),
    (["‐アクセス制御", "－入退室管理"], ["アクセス制御", "入退室管理"]),
    (["＊アクセス制御", "*入退室管理"], ["アクセス制御", "入退室管理"]),
    (["■アクセス制御", "■入退室管理"], ["アクセス制御", "入退室管理"]),
    (["･ｱｸｾｽ制御", "･入退室管理"], ["ｱｸｾｽ制御", "入退室管理"]),
    (["(1) アクセス制御", "(2) 入退室管理"], ["アクセス制御", "入退室管理"]),
    (["① アクセス制御", "② 入退室管理"], ["アクセス制御", "入退室管理"]),
    (["・サーバの二重化 ・データのバックアップ"], ["サーバの二重化", "データのバックアップ"]),
    (
        ["・サーバの二重化　・データのバックアップ", "・通信暗号化"],
        ["サーバの二重化", "データのバックアップ", "通信暗号化"],
    ),
    (["・サーバの二重化・データのバックアップ"], ["サーバの二重化", "データのバックアップ"]),
    (["・受付・処理の記録", "・入退室管理"], ["受付・処理の記録", "入退室管理"]),
    (["・ID・パスワードによる認証", "・入退室管理"], ["ID・パスワードによる認証", "入退室管理"]),
    (["・USB-HDDの持出し禁止", "・入退室管理"], ["USB-HDDの持出し禁止", "入退室管理"]),
    (["・入退室管理", "アクセス制御", "・ウイルス対策"], ["入退室管理", "アクセス制御", "ウイルス対策"]),
    (["アクセス制御", "入退室管理", "ウイルス対策"], ["アクセス制御", "入退室管理", "ウイルス対策"]),
    (["【委託先】", "・アクセス制御", "【区】", "・入退室管理"], ["アクセス制御", "入退室管理"]),
    (["情報保護対策", "・アクセス制御", "・入退室管理"], ["アクセス制御", "入退室管理"]),
    (["技術的対策：", "・アクセス制御", "・ウイルス対策"], ["アクセス制御", "ウイルス対策"]),
    (["・アクセス制御", "※詳細は契約書による", "・入退室管理"], ["アクセス制御", "入退室管理"]),
    (
        ["ⅰ 受託者の作業場所の外へ個人情報を持ち出すことの", "　禁止", "ⅱ 入退室管理", "ⅲ アクセス制御"],
        ["受託者の作業場所の外へ個人情報を持ち出すことの禁止", "入退室管理", "アクセス制御"],
    ),
    (
        ["・外部からの攻撃防御（ファイアウォールの設置、", "　侵入検知等）", "・入退室管理"],
        ["外部からの攻撃防御（ファイアウォールの設置、侵入検知等）", "入退室管理"],
    ),
    (
        ["・受託者の作業場所の外へ個人情報を持ち出すことの", "　禁止", "・入退室管理"],
        ["受託者の作業場所の外へ個人情報を持ち出すことの禁止", "入退室管理"],
    ),
]


@pytest.mark.parametrize(("printed", "expected"), SETTINGS, ids=["/".join(printed) for printed, _ in SETTINGS])
def test_lists_as_they_are_set(printed: list[str], expected: list[str]) -> None:
    assert told(printed) == expected


WRAPPING = [
    "個人情報取扱特記事項の遵守",
    "責任者及び従事者の報告",
    "市が作成した業務フローに基づく業務の履行",
    "外部からの攻撃防御（ファイアウォールの設置、セキュリティパッチの適用等）",
    "SSL/TLSによる通信の暗号化",
    "端末紛失時の庁舎管理者への即時連絡",
    "バックアップ",
]


@pytest.mark.parametrize("characters", range(9, 30))
def test_measures_that_a_narrow_box_breaks_anywhere(characters: int) -> None:
    rows, top = [], 20.0
    for measure in WRAPPING:
        broken = wrapped("・" + measure, characters, top=top)
        rows += broken
        top += 14.0 * len(broken)
    assert [control.text.string for control in controls(rows)] == WRAPPING


def test_two_columns_are_read_down_and_not_across_even_where_both_wrap() -> None:
    left = [
        "・特定の端末以外との通信不可",
        "・外部からの攻撃防御（侵入検知、",
        "　セキュリティパッチの適用等）",
        "・ウイルス対策",
    ]
    right = ["・入退室管理", "・個人情報の取扱いに係る庁内", "　規程の新設", "・バックアップ"]
    rows = []
    for number, (a, b) in enumerate(zip(left, right, strict=True)):
        top = 20 + 14.0 * number
        row = lines([a], 20, top)[0] + lines([b], 220, top)[0]
        rows.append(row)
    assert [control.text.string for control in controls(rows)] == [
        "特定の端末以外との通信不可",
        "外部からの攻撃防御（侵入検知、セキュリティパッチの適用等）",
        "ウイルス対策",
        "入退室管理",
        "個人情報の取扱いに係る庁内規程の新設",
        "バックアップ",
    ]


def test_every_measure_says_where_it_was_read_and_under_what() -> None:
    found = controls(lines(["【委託先】", "・アクセス制御", "・入退室管理"]))
    places = [control.text.evidence.place for control in found if control.text.evidence]
    assert [(place.x0, place.top) for place in places] == [(30.0, 34.0), (30.0, 48.0)]
    assert [control.heading.string for control in found if control.heading] == ["委託先", "委託先"]


WORDINGS = [
    ("データの暗号化", "data_encryption", "技術的"),
    ("通信の暗号化", "traffic_encryption", "技術的"),
    ("通信内容の暗号化", "traffic_encryption", "技術的"),
    ("ＳＳＬ／ＴＬＳによる通信の暗号化", "traffic_encryption", "技術的"),
    ("ＵＳＢメモリの暗号化", "media_encryption", "技術的"),
    ("入室管理", "room_entry", "物理的"),
    ("入退室の管理を徹底する。", "room_entry", "物理的"),
    ("執務室の入退室管理", "room_entry", "物理的"),
    ("ID/パスワード等認証", "id_password", "技術的"),
    ("ＩＤ・パスワードによる認証", "id_password", "技術的"),
    ("二要素認証", "two_factor", "技術的"),
    ("多要素認証の利用", "two_factor", "技術的"),
    ("サーバーの冗長化", "server_redundancy", "技術的"),
    ("ウィルス対策ソフトの導入", "antivirus", "技術的"),
    ("ウイルス対策ソフトの利用", "antivirus", "技術的"),
    ("ファイアーウォールの設置", "firewall", "技術的"),
    ("アクセスログの取得及び保存", "access_log", "技術的"),
    ("アクセスログの取得（１年間保存）", "access_log", "技術的"),
    ("アクセス権限の設定", "access_rights", "技術的"),
    ("操作ログを取得する", "operation_log", "技術的"),
    ("ＬＧＷＡＮ回線の利用", "lgwan", "技術的"),
    ("専用線の使用", "dedicated_line", "技術的"),
    ("インターネット環境からの分離", "network_separation", "技術的"),
    ("データのバックアップを定期的に実施", "backup", "技術的"),
    ("従事者への個人情報保護研修", "training", "人的"),
    ("個人情報の無断複写の禁止", "no_duplication_rule", "組織的"),
    ("電子データへのパスワード設定", "file_password", "技術的"),
    ("アクセスログの記録・保存", "access_log", "技術的"),
    ("業務終了後のデータの完全消去", "erase", "物理的"),
    ("データの定期バックアップ", "backup", "技術的"),
    ("端末の持出し禁止", "no_takeout", "物理的"),
    ("個人情報の返還及び消去", "return_and_erase", "物理的"),
    ("個人情報の返還・削除", "return_and_erase", "物理的"),
    ("業務終了後の個人データの抹消", "erase", "物理的"),
    ("個人情報の消去", "erase", "物理的"),
    ("個人情報の廃棄", "disposal", "物理的"),
    ("書類のシュレッダー処理", "shredding", "物理的"),
    ("鍵付鞄等による搬送", "locked_bag", "物理的"),
    ("施錠可能なバッグでの運搬", "locked_bag", "物理的"),
    ("鍵のかかる書庫での保管", "locked_cabinet", "物理的"),
    ("施錠できるロッカー等での保管", "locked_cabinet", "物理的"),
    ("受け渡し時の管理簿への記載", "handover_log", "物理的"),
    ("USBメモリの使用禁止", "media_restriction", "物理的"),
    ("データの持出し禁止", "no_takeout", "物理的"),
    ("セキュリティワイヤによる固定", "device_theft", "物理的"),
    ("覗き見防止フィルタの使用", "screen_privacy", "物理的"),
    ("特記事項の遵守", "contract_terms", "組織的"),
    ("個人情報保護法の遵守", "privacy_law", "組織的"),
    ("立入検査及び状況報告", "inspection_report", "組織的"),
    ("責任者及び従業者の報告", "responsible_persons", "組織的"),
    ("町が作成した業務フローに基づく業務の実施", "workflow", "組織的"),
    ("事故等への対応体制・手順の整備", "incident_system", "組織的"),
    ("インシデント発生時の報告", "incident_report", "組織的"),
    ("再委託の禁止", "no_subcontracting", "組織的"),
    ("再委託の事前承認", "subcontract_approval", "組織的"),
    ("目的外使用の禁止", "purpose_limitation", "組織的"),
    ("複写、複製の禁止", "no_duplication_rule", "組織的"),
    ("プライバシーマークの取得", "certified_contractor", "組織的"),
    ("従業員への研修", "training", "人的"),
    ("従事者に対する教育・研修の実施", "training", "人的"),
    ("誓約書の提出", "confidentiality_pledge", "人的"),
    ("秘密保持の徹底", "confidentiality", "人的"),
    ("国内法が適用されるサーバー環境", "domestic_law", "外的環境"),
    ("国内データセンターの使用", "domestic_servers", "外的環境"),
    ("外国の個人情報保護制度の把握", "foreign_regime", "外的環境"),
]


@pytest.mark.parametrize(("printed", "control_id", "category"), WORDINGS, ids=[w for w, _, _ in WORDINGS])
def test_wordings_and_their_measures(printed: str, control_id: str, category: str) -> None:
    (found,) = controls(lines(["・" + printed]))
    assert (found.control_id, found.category, found.is_new) == (control_id, category, False)
    assert catalogue.THRESHOLD <= found.match_score <= 1.0


APART = [
    ("データの暗号化", "通信の暗号化"),
    ("個人情報の消去", "個人情報の返却及び消去"),
    ("個人情報の消去", "個人情報の廃棄"),
    ("アクセス制御", "アクセスログ取得"),
    ("アクセス制限", "アクセス権限の設定"),
    ("ウイルス対策", "最新のパターンファイルの適用"),
    ("事故発生時等の協議", "事故発生時の報告"),
    ("システム監査の実施", "システム監視"),
    ("委託先の監督", "委託先に対する監査の実施"),
    ("再委託の禁止", "再委託の制限"),
    ("通信制御", "通信暗号化"),
    ("誓約書の提出", "消去証明書の提出"),
]


@pytest.mark.parametrize(("one", "other"), APART)
def test_measures_that_look_alike_stay_apart(one: str, other: str) -> None:
    a, b = controls(lines(["・" + one, "・" + other]))
    assert a.control_id != b.control_id
    assert not a.is_new
    assert not b.is_new


NEW = [
    ("庁舎管理者への即時の連絡", "組織的"),
    ("議会への年次の報告会の開催", "組織的"),
    ("新任の職員への啓発冊子の配布", "人的"),
    ("机の引き出しの二重鍵", "物理的"),
    ("搬入口の荷物用エレベーターの施錠", "物理的"),
    ("量子乱数によるログイン鍵の生成", "技術的"),
    ("通信の盗聴の検知", "技術的"),
    ("データの復号の禁止", "技術的"),
    ("アクセス元の国の判定", "技術的"),
    ("海外拠点からの閲覧の遮断", "外的環境"),
    ("暗号化しない通信", "技術的"),
    ("入館証の色分け", "物理的"),
]


@pytest.mark.parametrize("printed", [w for w, _ in NEW])
def test_what_the_catalogue_does_not_hold_is_kept_as_new(printed: str) -> None:
    (found,) = controls(lines(["・" + printed]))
    assert found.is_new
    assert found.text.string == printed
    assert re.fullmatch(r"new-[0-9a-f]{10}", found.control_id)
    assert found.match_score < catalogue.THRESHOLD or found.match_score == catalogue.THRESHOLD
    assert found.category in CATEGORIES


def test_categories_of_new_measures_are_mostly_guessed_right() -> None:
    right = sum(controls(lines(["・" + printed]))[0].category == category for printed, category in NEW)
    assert right >= len(NEW) - 2


def test_a_heading_that_names_a_category_gives_it_to_new_measures() -> None:
    (found,) = controls(lines(["【人的安全管理措置】", "・荷物用エレベーターの点検記録の掲示"]))
    assert (found.is_new, found.category) == (True, "人的")


def test_spellings_of_a_new_measure_share_its_key() -> None:
    ids = {
        controls(lines(["・" + printed]))[0].control_id
        for printed in ("庁舎管理者への即時連絡", "庁舎管理者へ即時連絡する", "庁舎管理者　への即時連絡。")
    }
    assert len(ids) == 1


def test_a_misprint_in_a_long_wording_still_finds_its_measure() -> None:
    (found,) = controls(lines(["・事故等への対応体制及び手傾の整備"]))
    assert (found.control_id, found.is_new) == ("incident_system", False)
    assert catalogue.THRESHOLD <= found.match_score < 1.0


LISTS = [
    ["・アクセス制御", "・入退室管理"],
    ["・通信の暗号化"],
    ["・鍵付きカバンによる運搬", "・受渡し簿への記載"],
    ["アクセス制御", "入退室管理", "ウイルス対策"],
    ["・庁舎の夜間の施錠", "・職員への年次研修", "・廃棄記録の整備"],
    ["①データの暗号化", "②入退室管理", "③ウイルス対策"],
]
NO_LISTS = [
    ["・氏名", "・住所", "・電話番号"],
    ["・申請書", "・本人確認書類（写し）", "・領収書"],
    ["①申請", "②審査・決定", "③通知書の送付"],
    ["③データの取込み", "④通知書の印刷"],
    ["受託者", "コールセンター"],
    ["予約システム"],
    ["本人確認", "審査"],
    ["福祉事務所"],
    ["・資格情報、", "医療券情報"],
    ["氏名、住所、生年月日、電話番号"],
]


@pytest.mark.parametrize("printed", LISTS, ids=["/".join(p) for p in LISTS])
def test_boxes_that_list_measures(printed: list[str]) -> None:
    assert looks_like_controls(lines(printed))


@pytest.mark.parametrize("printed", NO_LISTS, ids=["/".join(p) for p in NO_LISTS])
def test_boxes_that_do_not(printed: list[str]) -> None:
    assert not looks_like_controls(lines(printed))


def test_the_catalogue_holds_together() -> None:
    entries = load("controls")["control"]
    assert len(entries) >= 120
    assert len({entry["id"] for entry in entries}) == len(entries)
    for entry in entries:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", entry["id"])
        assert entry["category"] in CATEGORIES
        assert entry["en"]
        assert len(entry["also"]) >= 3
        for wording in (entry["name"], *entry["also"]):
            found = catalogue.match(wording)
            assert found.measure is not None
            assert (found.measure.control_id, found.score) == (entry["id"], 1.0), wording


def test_the_threshold_lets_no_measure_pass_for_another() -> None:
    """Every third wording left out and looked for among the rest: none is taken for another measure, more than a
    third is found again (most wordings of an entry are chosen to differ). At 0.80 some would be taken for another."""
    whole = catalogue._catalogue()
    entries = load("controls")["control"]
    found_again = total = 0
    for entry in entries:
        wordings = [entry["name"], *entry["also"]]
        folds = {w: catalogue._fold(w, whole.light, whole.same, whole.fold_to) for w in wordings}
        for wording in wordings[::3]:
            alone = sum(folds[w] == folds[wording] for w in wordings) == 1
            left = whole._replace(
                exact={k: v for k, v in whole.exact.items() if k != key(wording)},
                folded={k: v for k, v in whole.folded.items() if not (alone and k == folds[wording])},
            )
            left = left._replace(wordings=list(left.folded), loose=catalogue._loose(left.folded, whole.modifiers))
            measure = catalogue.match_in(left, wording).measure
            total += 1
            if measure is not None:
                assert measure.control_id == entry["id"], wording
                found_again += 1
    assert found_again / total > 0.35


@given(st.text(alphabet="・●アクセス制御入退室管理の暗号化（）\n 　①※【】データ、。-", max_size=60))
def test_no_text_breaks_it_and_every_character_is_on_the_page(string: str) -> None:
    rows = [row for row in lines(string.split("\n")) if row]
    printed = "".join(row.string for row in rows)
    for control in controls(rows):
        assert control.text.string
        assert all(character in printed for character in control.text.string)
        assert 0.0 <= control.match_score <= 1.0
    assert isinstance(looks_like_controls(rows), bool)


@given(st.lists(st.sampled_from([w for w, _, _ in WORDINGS if "・" not in w]), min_size=2, max_size=9, unique=True))
def test_what_is_listed_is_what_is_found(wordings: list[str]) -> None:
    assert told(["・" + wording for wording in wordings]) == wordings


def test_a_line_alone_is_one_measure() -> None:
    assert [control.text.string for control in controls([line("通信の暗号化")])] == ["通信の暗号化"]


def test_the_examples_in_the_guide_to_the_vocabularies_are_as_the_files_want_them() -> None:
    guide = (Path(__file__).parents[1] / "docs" / "vocabularies.md").read_text(encoding="utf-8")
    examples = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", guide, re.S)]
    items, flags, measures = (next(e for e in examples if name in e) for name in ("items", "special_care", "control"))
    assert set(items["items"]) <= set(load("items")["items"])
    assert set(flags["special_care"][0]) == set(load("items")["special_care"][0])
    assert set(measures["control"][0]) == set(load("controls")["control"][0])
    for score in (1.0, catalogue.ALIKE, catalogue.ASIDE, catalogue.LOOSE, catalogue.THRESHOLD):
        assert f"{score:.2f}" in guide or f"{score}" in guide
