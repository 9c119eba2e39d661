"""The tokenizer gives the words and classes that spaCy's own gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import spacy

from extractors.japanese.language import pipeline

GOLD = Path(__file__).parent.parent / "samples" / "gold" / "r5q1"
ODD = [
    "",
    " ",
    "\u3000",
    " a  b ",
    "あ \n い",
    "…。 ",
    "対象者\u3000 数　　",
    "１２３ 件（約８割）",
    "ＡＢＣ株式会社",
    "㈱\t①",
]


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for one in value.values() for text in strings(one))
    elif isinstance(value, list):
        yield from (text for one in value for text in strings(one))


@pytest.fixture(scope="module")
def texts() -> list[str]:
    found = {text for path in GOLD.glob("*.json") for text in strings(json.loads(path.read_text(encoding="utf-8")))}
    return [*ODD, *sorted(found)]


def test_words_and_classes_are_those_of_spacy(texts: list[str]) -> None:
    theirs = spacy.blank("ja", config={"nlp": {"tokenizer": {"split_mode": "C"}}})
    assert len(texts) > 500
    for text in texts:
        mine, other = pipeline().make_doc(text), theirs.make_doc(text)
        assert [(t.idx, t.text, t.tag_, t.whitespace_) for t in mine] == [
            (t.idx, t.text, t.tag_, t.whitespace_) for t in other
        ]
        assert mine.user_data["words"] == [(t.idx, t.idx + len(t.text), t.tag_) for t in other]
        assert mine.text == text
