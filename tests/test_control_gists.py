"""Measures told as whole sentences: which one of the catalogue each tells, in wordings that it does not hold.

The sentences are made up, in the ways that contracts and the form before 2023 put them (…させる, …こと).
"""

from __future__ import annotations

import pytest

from extractors.japanese import control_catalogue as catalogue
from extractors.japanese.vocabularies import load
from extractors.lists.controls import control_of, looks_like_controls
from extractors.pages.text import Text

SENTENCES = {
    "confidentiality_pledge": ["従事者に対し、秘密を漏らさない旨の誓約書を提出させる。", "社員全員に誓約をさせること"],
    "training": ["担当職員に対して、毎年度、個人情報保護の研修を受講させる。", "従業員への啓発のため社内教育を行う。"],
    "confidentiality": [
        "業務上知り得た秘密を他に漏らしてはならない。契約終了後も同様とする。",
        "職員は、取り扱う個人情報の内容をみだりに他人に知らせてはならない。",
    ],
    "purpose_limitation": [
        "個人情報を委託業務以外の目的に利用し、又は第三者に提供させない。",
        "貸与されたデータを本業務の目的以外に使用しないこと。",
    ],
    "no_duplication_rule": [
        "発注者の承諾がある場合を除き、複写又は複製してはならない。",
        "原票のコピーは一切認めない。",
    ],
    "no_subcontracting": ["業務の全部又は一部を第三者に再委託させない。", "再委託は原則として認めない。"],
    "subcontract_approval": ["再委託するときは、あらかじめ書面により承諾を得なければならない。"],
    "locked_cabinet": ["申請書は施錠できる書庫に保管し、鍵は係長が管理する。", "紙の書類は鍵付きの棚に収納する。"],
    "locked_bag": ["データの運搬に当たっては、鍵付きのかばんを用いる。"],
    "handover_log": [
        "データの授受の際は、件数を確認の上、受領証を発行する。",
        "受渡しの都度、授受簿に日時を記録する。",
    ],
    "return": ["契約期間の満了後、提供を受けた資料を直ちに返却すること。"],
    "erase": ["業務終了後は、保有するデータを復元できない方法で消去させる。"],
    "shredding": ["書き損じ等は細断して廃棄する。", "保存年限を過ぎた申請書は溶解処分とする。"],
    "incident_report": ["漏えい、滅失等の事故が生じたときは、直ちに町に報告させる。"],
    "inspection_report": ["発注者は、随時、受注者の作業場所に立ち入り、検査することができる。"],
    "subcontractor_supervision": ["受託者の個人情報の取扱状況を定期的に確認し、改善を指導する。"],
    "responsible_persons": ["従事者の氏名を記した名簿を提出させる。", "作業従事者をあらかじめ書面で届け出させる。"],
    "responsible_manager": ["各課に個人情報保護責任者を配置する。"],
    "id_password": ["端末の起動時にＩＤとパスワードの入力を求める。"],
    "access_rights": ["職務に応じてアクセス権限を設定し、閲覧できる範囲を限る。"],
    "access_log": ["誰がいつアクセスしたかの記録を残す。"],
    "traffic_encryption": ["データの送受信にはＳＳＬ／ＴＬＳによる暗号化通信を用いる。"],
    "data_encryption": ["個人情報を含むファイルは暗号化して保存する。"],
    "antivirus": ["サーバにウイルス対策ソフトをインストールし、常時監視を行う。"],
    "backup": ["障害に備えて、データのバックアップを定期的に取る。"],
    "room_entry": ["サーバ室には関係者以外の者を立ち入らせない。"],
    "network_separation": ["業務用ネットワークをインターネットから切り離して運用する。"],
    "domestic_servers": ["サーバの設置場所は日本国内とする。"],
    "data_minimisation": ["提供する項目は業務に必要な最小限のものとする。"],
    "no_takeout": ["個人情報を庁舎外に持ち出してはならない。"],
    "clear_desk": ["離席するときは、書類を机の上に放置しない。"],
}


@pytest.mark.parametrize(("control_id", "printed"), [(name, text) for name, own in SENTENCES.items() for text in own])
def test_a_sentence_is_the_measure_that_it_tells(control_id: str, printed: str) -> None:
    found = control_of(Text.put_in(printed))
    assert (found.control_id, found.is_new) == (control_id, False)
    assert found.category == next(e["category"] for e in load("controls")["control"] if e["id"] == control_id)
    assert found.match_score <= 1.0


def test_what_a_sentence_tells_is_less_sure_than_a_listed_wording() -> None:
    told, listed = (
        control_of(Text.put_in(text)) for text in ("従事する者の名簿を作って提出させる。", "従事者名簿の提出")
    )
    assert told.control_id == listed.control_id == "responsible_persons"
    assert (told.match_score, listed.match_score) == (catalogue.TOLD, 1.0)


@pytest.mark.parametrize(
    "printed", ["会議の議事録は翌月に公開する。", "搬入口に花壇を設ける。", "窓口は平日のみ開く。"]
)
def test_a_sentence_that_tells_of_no_measure_is_new(printed: str) -> None:
    assert control_of(Text.put_in(printed)).is_new


def test_a_sentence_alone_makes_no_list_of_measures() -> None:
    # the gist is asked for only where a list is known to be one: a step may hold the same words
    assert not looks_like_controls(
        [Text.put_in("・申請者が誓約書を窓口に提出する"), Text.put_in("・職員が台帳を確認する")]
    )


def test_gists_are_those_of_the_catalogue_and_agree_with_it() -> None:
    entries = load("controls")["control"]
    assert set(load("control_gists")["gists"]) == {entry["id"] for entry in entries}
    listed = [(entry["id"], wording) for entry in entries for wording in (entry["name"], *entry["also"])]
    told = [(name, catalogue.by_gist(wording), wording) for name, wording in listed]
    assert sum(found == name for name, found, _ in told) / len(told) >= 0.92
    assert [row for row in told if row[1] not in (row[0], None)][10:] == []
