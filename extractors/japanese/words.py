"""Words of Japanese: Sudachi's, with their classes, and nothing else of what it can tell.

spaCy's own tokenizer for Japanese asks Sudachi for lemmas, readings, inflections and every way to split a word; the
rules here ask for words and their classes alone, which takes a quarter of the time.
"""

from __future__ import annotations

from typing import Any

from spacy.tokens import Doc
from spacy.util import DummyTokenizer
from spacy.vocab import Vocab
from sudachipy import SplitMode

from extractors.japanese.dictionary import dictionary

GAP = "空白"
"""The class of a token that is white space."""


class SudachiWords(DummyTokenizer):
    """A tokenizer for spaCy: Sudachi's longest words (split mode C), white space between them as tokens of its own.

    Words and classes are those of spaCy's `JapaneseTokenizer`; each document also has `user_data["words"]`, the words
    as (start, end, class), offsets in characters.
    """

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab
        self._tokenizer = dictionary().create(mode=SplitMode.C)
        self._classes: dict[int, str] = {}

    def __call__(self, text: str) -> Doc:
        found = [(word, morpheme) for morpheme in self._tokenizer.tokenize(text) if (word := morpheme.surface())]
        words: list[str] = []
        spaces: list[bool] = []
        placed: list[tuple[int, int, str]] = []
        at = 0

        def put(start: int, end: int, name: str) -> None:
            words.append(text[start:end])
            spaces.append(False)
            placed.append((start, end, name))

        for n, (word, morpheme) in enumerate(found):
            if word.isspace():
                continue
            start = text.index(word, at)
            if start > at:
                put(at, start, GAP)
            at = start + len(word)
            put(start, at, self._class_of(morpheme))
            if n + 1 < len(found) and found[n + 1][0] == " ":
                spaces[-1] = True
                at += 1
        if at < len(text):
            put(at, len(text), GAP)
        doc = Doc(self.vocab, words=words, spaces=spaces, tags=[name for _, _, name in placed])
        doc.user_data["words"] = placed
        return doc

    def _class_of(self, morpheme: Any) -> str:
        number = morpheme.part_of_speech_id()
        if number not in self._classes:
            self._classes[number] = "-".join(part for part in morpheme.part_of_speech()[:4] if part != "*")
        return self._classes[number]
