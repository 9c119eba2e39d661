"""Every sentence is there in both languages, says the same, and is found by the code that uses it."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from conftest import ROOT

from extractors import errors
from pipeline.messages import LANGS, catalogue, language, message


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_a_message_has_both_languages_with_the_same_placeholders(key: str) -> None:
    texts = catalogue()[key]
    assert set(texts) == set(LANGS)
    assert placeholders(texts["ja"]) == placeholders(texts["en"])
    assert all(text.strip() for text in texts.values())


def test_the_japanese_is_japanese_and_the_english_is_not() -> None:
    japanese = re.compile(r"[ぁ-んァ-ヶ一-龠]")
    for key, texts in catalogue().items():
        assert japanese.search(texts["ja"]) or texts["ja"] == texts["en"], key
        assert not japanese.search(texts["en"]), key


def test_every_error_has_its_sentence() -> None:
    codes = {kind.code for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "code")}
    assert len(codes) >= 6
    assert {f"outcome.{code}" for code in codes} <= set(catalogue())


def test_every_message_that_the_code_names_exists() -> None:
    sources = [*(ROOT / "pipeline").rglob("*.py"), ROOT / "flows.py"]
    code = "\n".join(Path(source).read_text(encoding="utf-8") for source in sources)
    sections = "|".join(sorted({key.split(".")[0] for key in catalogue()}))
    named = set(re.findall(rf'"((?:{sections})\.(?!html")[a-z_]+)"', code))
    assert len(named) > 20
    assert named <= set(catalogue())


def test_a_message_fills_in_its_values() -> None:
    assert message("show.written", "en", path="a.png") == "Written to a.png."


@pytest.mark.parametrize(
    ("environment", "arguments", "expected"),
    [
        ({}, [], "ja"),
        ({"LANG": "en_US.UTF-8"}, [], "en"),
        ({"LANG": "ja_JP.UTF-8"}, [], "ja"),
        ({"LANG": "C.UTF-8"}, [], "ja"),
        ({"LC_ALL": "ja_JP.UTF-8", "LANG": "en_US.UTF-8"}, [], "ja"),
        ({"LC_MESSAGES": "en_GB", "LANG": "ja_JP"}, [], "en"),
        ({"BESSHI_LANG": "en", "LC_ALL": "ja_JP"}, [], "en"),
        ({"BESSHI_LANG": "xx", "LC_ALL": "en_US"}, [], "en"),
        ({"BESSHI_LANG": "en"}, ["extract", "--lang", "ja"], "ja"),
        ({}, ["--lang=en", "doctor"], "en"),
        ({}, ["extract", "--lang"], "ja"),
        ({}, ["extract", "--lang", "fr"], "ja"),
    ],
)
def test_the_language_is_the_readers(environment: dict[str, str], arguments: list[str], expected: str) -> None:
    assert language(environment, arguments) == expected
