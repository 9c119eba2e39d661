"""The list of offices: what it may say, what is refused and with which words, and which links its rules find."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from conftest import ROOT
from office_site import LOOPBACK, Answer, OfficeSite

from pipeline.command_line.cli import main
from pipeline.messages import LANGS
from pipeline.night.links import Page
from pipeline.night.reply import Reply
from pipeline.night.sources import SourcesError, read_sources

OFFICE = """
[[office]]
name = "a"
publisher = "甲市"
page = "https://www.example.jp/kaigi/"
"""
CONTACT = '[fetching]\ncontact = "mailto:test@example.jp"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "sources.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_list_that_is_shipped_is_good_and_fetches_nothing() -> None:
    sources = read_sources(ROOT / "sources.toml")
    assert [office.publisher_code for office in sources.offices] == ["131041"]
    assert sources.enabled == ()
    assert sources.allowed == ()


def test_an_entry_says_what_it_says(tmp_path: Path) -> None:
    text = (
        CONTACT
        + 'seconds_between = 9\nretries = 1\nallow_networks = ["10.0.0.0/8"]\n[archive]\naddress = "s3://b/x"\n'
        + OFFICE
        + 'publisher_code = "131041"\nhosts = ["files.example.jp"]\n'
        + '[office.reports]\nselector = "li a"\npattern = "資料"\n'
        + "[office.follow]\ndepth = 2\n[office.politeness]\nseconds_between = 4.5\n"
    )
    sources = read_sources(written(tmp_path, text))
    (office,) = sources.enabled
    assert (office.manners.seconds_between, office.manners.retries) == (4.5, 1)
    assert (office.reports.selector, office.depth, office.host) == ("li a", 2, "www.example.jp")
    assert (sources.archive, [str(one) for one in sources.allowed]) == ("s3://b/x", ["10.0.0.0/8"])


@pytest.mark.parametrize(
    ("text", "key", "where"),
    [
        ("[[office]", "not_toml", ""),
        (OFFICE, "no_contact", "fetching.contact"),
        (CONTACT + OFFICE + OFFICE, "duplicate", "a"),
        (CONTACT + OFFICE + "colour = 1\n", "unknown_key", "a.colour"),
        (CONTACT + OFFICE + "publisher_code = '131042'\n", "bad_code", "a.publisher_code"),
        (CONTACT + OFFICE + "publisher_code = '13104'\n", "bad_code", "a.publisher_code"),
        (CONTACT + OFFICE + "enabled = 'yes'\n", "not_a_truth", "a.enabled"),
        (CONTACT + OFFICE + "[office.reports]\npattern = '('\n", "not_a_pattern", "a.reports.pattern"),
        (CONTACT + OFFICE + "[office.reports]\nselector = 'a[['\n", "not_a_selector", "a.reports.selector"),
        (CONTACT + OFFICE + "[office.follow]\ndepth = 9\n", "not_a_depth", "a.follow.depth"),
        (CONTACT + OFFICE + "[office.politeness]\nretries = -1\n", "not_a_number", "a.politeness.retries"),
        (CONTACT + OFFICE + "[office.politeness]\nhaste = 1\n", "unknown_key", "a.politeness.haste"),
        (CONTACT + OFFICE.replace("https", "file"), "not_an_address", "a.page"),
        (CONTACT + OFFICE.replace('"a"', '"甲 市"'), "bad_name", "甲 市"),
        (CONTACT + OFFICE.replace("publisher", "# "), "missing", "a.publisher"),
        (CONTACT + "allow_networks = ['10.0.0.1/8']\n", "not_a_network", "fetching.allow_networks"),
        (CONTACT + OFFICE.replace('"a"', "1"), "not_a_text", "1.name"),
        (CONTACT + OFFICE + "hosts = 'x.jp'\n", "not_a_list", "a.hosts"),
        (CONTACT + OFFICE + "follow = 'x'\n", "not_a_section", "a.follow"),
        ("office = 3\n", "not_a_list", "office"),
        ("fetch = 3\n", "unknown_key", "fetch"),
        ("[fetching]\ncontact = '連絡先'\n", "not_ascii", "fetching.contact"),
    ],
)
def test_a_slip_of_the_pen_is_named(tmp_path: Path, text: str, key: str, where: str) -> None:
    with pytest.raises(SourcesError) as raised:
        read_sources(written(tmp_path, text))
    assert raised.value.key == key
    assert raised.value.where == where
    for lang in LANGS:
        assert where in raised.value.sentence(lang)


@pytest.mark.parametrize("code", ["011002", "131041", "131016", "271004", "472018"])
def test_codes_of_real_governments_pass(tmp_path: Path, code: str) -> None:
    sources = read_sources(written(tmp_path, CONTACT + OFFICE + f"publisher_code = '{code}'\n"))
    assert sources.offices[0].publisher_code == code


# ---- links


def links(
    tmp_path: Path, body: bytes, further: str = "", content_type: str = "text/html", final: str = ""
) -> list[tuple[str, str]]:
    (office,) = read_sources(written(tmp_path, CONTACT + OFFICE + further)).offices
    now = datetime.datetime.now(datetime.UTC)
    reply = Reply(office.page, final or office.page, 200, (("Content-Type", content_type),), body, now)
    return [(link.url, link.words) for link in Page(reply).links(office.reports, office)]


def test_links_are_whole_once_and_in_order(tmp_path: Path) -> None:
    body = (
        '<a href="b.pdf#page=2"> 第２回\n<b>資料</b></a><a href="/a.PDF">x</a><a href="../kaigi/b.pdf">again</a>'
        '<a href="c.html">c</a><a href="javascript:x.pdf">j</a><a href="https://elsewhere.example/d.pdf">d</a><a>n</a>'
        '<a href="http://[x.pdf">broken</a><a href="e.pdf?v=2">e</a>'
    )
    assert links(tmp_path, body.encode(), "[office.reports]\npattern = '(?i)\\.pdf(?:$|\\?)'\n") == [
        ("https://www.example.jp/kaigi/b.pdf", "第2回 資料"),
        ("https://www.example.jp/a.PDF", "x"),
        ("https://www.example.jp/kaigi/e.pdf?v=2", "e"),
    ]


@pytest.mark.parametrize("encoding", ["shift_jis", "euc-jp", "utf-8", "iso-2022-jp"])
@pytest.mark.parametrize("said_by", ["page", "header"])
def test_words_are_read_in_whichever_encoding(tmp_path: Path, encoding: str, said_by: str) -> None:
    meta = f'<meta charset="{encoding}">' if said_by == "page" else ""
    body = f'<html><head>{meta}<title>会議</title></head><a href="1">令和5年度　資料</a><a href="2">名簿</a>'.encode(
        encoding
    )
    content_type = f"text/html; charset={encoding}" if said_by == "header" else "text/html"
    found = links(tmp_path, body, "[office.reports]\npattern = '資料'\n", content_type)
    assert found == [("https://www.example.jp/kaigi/1", "令和5年度 資料")]


def test_the_base_of_a_page_and_its_new_host_count(tmp_path: Path) -> None:
    body = b'<base href="/files/"><a href="a.pdf">1</a><a href="https://www.example.jp/b.pdf">2</a>'
    assert links(tmp_path, body, final="https://new.example.jp/kaigi/") == [
        ("https://new.example.jp/files/a.pdf", "1"),
        ("https://www.example.jp/b.pdf", "2"),
    ]


def test_a_page_nested_beyond_all_sense_ends(tmp_path: Path) -> None:
    body = b"<div>" * 200_000 + b'<a href="a.pdf">deep</a>'
    assert len(links(tmp_path, body)) <= 1


# ---- besshi sources check


def test_check_prints_what_would_be_fetched_and_fetches_no_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with OfficeSite() as site:
        site.page("/", "/r5/", words="会議 年度")
        site.page("/r5/", "/a.pdf", "/b.pdf")
        text = f"""
{CONTACT}allow_networks = ["{LOOPBACK}"]
seconds_between = 0
[[office]]
name = "kou"
publisher = "甲市"
page = "{site.address}/"
[office.follow]
pattern = "年度"
[[office]]
name = "otsu"
publisher = "乙市"
page = "{site.address}/none"
enabled = false
"""
        path = str(written(tmp_path, text))
        assert main(["sources", "check", "--sources", path, "--lang", "en"]) == 0
        said = capsys.readouterr().out
        assert f"{site.address}/a.pdf  報告1" in said
        assert "kou: 2 pages looked at, 2 links" in said
        assert "otsu: not looked at" in said
        assert site.paths() == ["/", "/r5/"]

        assert main(["sources", "check", "--sources", path, "--office", "otsu", "--json"]) == 1
        found = json.loads(capsys.readouterr().out)
        assert [error["code"] for error in found["offices"][0]["errors"]] == ["not_found"]

        site.put("/r5/", Answer(b"<html>moved", headers={"Content-Type": "text/html"}))
        assert main(["sources", "check", "--sources", path]) == 1
        assert "一つも見つかりません" in capsys.readouterr().out


def test_check_names_what_is_wrong_and_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(written(tmp_path, CONTACT + OFFICE + "colour = 1\n"))
    assert main(["sources", "check", "--sources", path]) == 2
    assert "a.colour" in capsys.readouterr().err
    assert main(["sources", "check", "--sources", str(tmp_path / "none.toml")]) == 2
    assert "--sources" in capsys.readouterr().err
    assert main(["sources", "check", "--sources", str(ROOT / "sources.toml"), "--office", "shinjuku"]) == 2
    assert "contact" in capsys.readouterr().err
