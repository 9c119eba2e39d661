"""The language pipeline: one spaCy pipeline whose components are the project's own.

Its tokenizer is Sudachi's (the one that GiNZA uses, split mode C, with the dictionary pinned); GiNZA's neural
components are left out: over all texts of a report they take forty times as long as the tokenizer and, with their
vectors, 350 MB, while the rules here ask for nothing but words and their classes.

Each component leaves what it found on the document under `doc._`: exact character offsets, not token spans, because a
value may end within a token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from extractors.japanese import counts, dates, organisations, references
from extractors.japanese.normalise import normalised
from extractors.japanese.words import SudachiWords
from extractors.pages.text import Text

LONGEST = 12_000
"""Characters of a text that the tokenizer takes at once (Sudachi's limit is 49,149 bytes)."""

for _name in ("dates", "counts", "references", "organisations"):
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=())


class Analysed(NamedTuple):
    """A text, normalised, with what the language pipeline found in it; offsets in `doc._` are offsets in `text`."""

    text: Text
    doc: Doc

    @property
    def string(self) -> str:
        """The normalised string."""
        return self.text.string


@spacy.registry.tokenizers("besshi_words")  # type: ignore[attr-defined, untyped-decorator]
def _tokenizer() -> Callable[[Language], SudachiWords]:
    return lambda nlp: SudachiWords(nlp.vocab)


@Language.component("besshi_dates")
def _dates(doc: Doc) -> Doc:
    doc._.dates = tuple(dates.mentions(doc.text))
    return doc


@Language.component("besshi_references")
def _references(doc: Doc) -> Doc:
    doc._.references = tuple(references.find(doc.text))
    return doc


@Language.component("besshi_counts")
def _counts(doc: Doc) -> Doc:
    taken = [(m.start, m.end) for m in (*doc._.dates, *doc._.references)]
    doc._.counts = tuple(counts.find(doc.text, doc.user_data["words"], taken))
    return doc


@Language.component("besshi_organisations")
def _organisations(doc: Doc) -> Doc:
    doc._.organisations = tuple(organisations.find(doc.text, doc.user_data["words"]))
    return doc


@lru_cache(maxsize=1)
def pipeline() -> Language:
    """The pipeline, loaded once a process."""
    nlp = spacy.blank("ja", config={"nlp": {"tokenizer": {"@tokenizers": "besshi_words"}}})
    for name in ("besshi_dates", "besshi_references", "besshi_counts", "besshi_organisations"):
        nlp.add_pipe(name)
    return nlp


def analyse(texts: Iterable[Text]) -> list[Analysed]:
    """Normalise the texts and run them through the pipeline in one batch."""
    ready = [normalised(text)[:LONGEST] for text in texts]
    docs: Sequence[Any] = list(pipeline().pipe(text.string for text in ready))
    return [Analysed(text, doc) for text, doc in zip(ready, docs, strict=True)]
