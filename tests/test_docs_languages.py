"""Every page of the documentation says everything in Japanese and in English, and can be read in either."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "docs" / "tools"))

from languages import Lang, anchor, blocks, chosen, in_language, leaning, sentences

PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "SECURITY.md"]
LANGUAGE_NAMES = ("日本語", "English")
SIGNS: dict[Lang, int] = {"ja": 1, "en": -1}


def prose(page: str) -> list[str]:
    """The blocks that say something: no code, no comments, no tags of their own."""
    return [
        block
        for block in blocks(page)
        if block.strip() and not block.startswith("    ") and not block.lstrip().startswith(("```", "~~~", "<", "!["))
    ]


def faults(page: str) -> list[str]:
    """What a reader of one language would miss, or would meet in the other one."""
    found: list[str] = []
    waiting = ""
    for block in prose(page):
        both = {lang: in_language(block, lang).split(" {#")[0].strip() for lang in SIGNS}
        if block.lstrip().startswith("|"):
            found += [fault for lang in SIGNS for fault in in_the_other_language(both[lang], block, lang)]
            continue
        if block.startswith("#"):
            found += [f"{lang}: {said}" for lang, said in both.items() if leaning(said) * SIGNS[lang] < -8]
            continue
        missing = [lang for lang, said in both.items() if leaning(block) and not said]
        # A paragraph of one language alone is said again by the next, in the other.
        if missing == ["en"] and not waiting:
            waiting = block
        elif missing == ["ja"] and waiting:
            waiting = ""
        elif missing or waiting:
            found.append(f"only once: {(waiting or block).strip()[:120]}")
            waiting = ""
        found += [f"{lang}: {said[:120]}" for lang, said in both.items() if said and leaning(said) * SIGNS[lang] < 0]
    return found + ([f"only once: {waiting.strip()[:120]}"] if waiting else [])


def in_the_other_language(table: str, source: str, lang: Lang) -> list[str]:
    rows = [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in table.splitlines()]
    of_words = [place for place, head in enumerate(rows[0]) if head in LANGUAGE_NAMES]
    return [
        f"{lang}, in the table {source[:30].strip()}: {cell}"
        for row in rows
        for place, cell in enumerate(row)
        if place not in of_words and leaning(cell) * SIGNS[lang] < -8
    ]


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_a_page_says_everything_in_both_languages(page: Path) -> None:
    assert faults(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_no_bracket_is_cut_in_two_and_no_code_of_a_table_is_lost(page: Path) -> None:
    for block in prose(page.read_text(encoding="utf-8")):
        said = [in_language(block, lang) for lang in SIGNS]
        for one in said:
            plain = re.sub(r"`[^`]*`", "", one)
            assert plain.count("（") == plain.count("）"), one
            assert plain.count("(") == plain.count(")"), one
        if block.lstrip().startswith("|") and page.stem != "tables":
            codes = [sorted(set(re.findall(r"`[^`\n]+`", one))) for one in said]
            assert codes[0] == codes[1], "\n".join(said)


@pytest.mark.parametrize(
    ("text", "ja", "en"),
    [
        ("0.9 s（認識器を除く / without models）", "0.9 s（認識器を除く）", "0.9 s (without models)"),
        ("PDF（文字 / text）・読み取り（頁 / pages）", "PDF（文字）・読み取り（頁）", "PDF (text)・読み取り (pages)"),
        ("`a` 読み取り / as read · `b` 訂正 / corrected", "`a` 読み取り · `b` 訂正", "`a` as read · `b` corrected"),
        ("`a` を直す / mend `a`", "`a` を直す", "mend `a`"),
        ("読めます。It can be read.", "読めます。", "It can be read."),
        ("表は`a` にあります。\nThe table is in `a`.\n", "表は`a` にあります。", "The table is in `a`."),
        ("変えないで。 Never change `id`. 次も同じ。Again.", "変えないで。 次も同じ。", "Never change `id`. Again."),
        (
            "「外10課」は別。It leaves out 外10課 (and ten more).",
            "「外10課」は別。",
            "It leaves out 外10課 (and ten more).",
        ),
        ("`besshi doctor`", "`besshi doctor`", "`besshi doctor`"),
        ("[運用 / Operations](operations.md)", "[運用](operations.md)", "[Operations](operations.md)"),
    ],
)
def test_sentences_are_told_apart(text: str, ja: str, en: str) -> None:
    assert sentences(text, "ja") == ja
    assert sentences(text, "en") == en


def test_pairs_headings_and_columns_keep_one_side() -> None:
    assert chosen("頁 / page", "ja") == "頁"
    assert chosen("185 / 186", "en") == "185 / 186"
    assert chosen("「分からない表」 / tables nobody took", "ja") == "「分からない表」"
    page = "## 上限 / Limits\n\n| 列 / column | 説明 | Description |\n|---|---|---|\n| `a` | 長さ | length |\n"
    assert in_language(page, "ja") == ("## 上限 {#上限--limits}\n\n| 列 | 説明 |\n| --- | --- |\n| `a` | 長さ |\n")
    assert in_language(page, "en") == (
        "## Limits {#上限--limits}\n\n| column | Description |\n| --- | --- |\n| `a` | length |\n"
    )
    assert anchor("様式 / Forms") == "様式--forms"


def test_a_line_that_ends_between_japanese_letters_leaves_no_space() -> None:
    assert in_language("一つの\n段落です。One\nparagraph.\n", "ja") == "一つの段落です。\n"
    assert in_language("一つの\n段落です。One\nparagraph.\n", "en") == "One\nparagraph.\n"


def test_code_is_for_both_and_never_cut() -> None:
    page = "```sh\n# 読む / read\nbesshi extract a.pdf\n```\n"
    assert in_language(page, "ja") == in_language(page, "en") == page


def test_what_is_said_in_one_language_alone_is_found() -> None:
    assert faults("日本語だけの段落です。\n") == ["only once: 日本語だけの段落です。"]
    assert faults("Only in English, this one.\n\n日本語の段落です。\n") != []
    assert faults("## 見出しだけが日本語のままです\n") != []
    assert faults("日本語の段落です。\n\nAnd the same in English.\n") == []
