"""What the project registers with spaCy, by importing this module: its tokenizer and its components.

A module apart from `extractors.japanese.language`, because spaCy takes more than half of the time in which a process
that reads documents starts: it is loaded when the first text is analysed, while others recognise pages already.
"""

from __future__ import annotations

from collections.abc import Callable

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from extractors.japanese import counts, dates, organisations, references
from extractors.japanese.words import SudachiWords

COMPONENTS = ("besshi_dates", "besshi_references", "besshi_counts", "besshi_organisations")
"""In the order in which they run: what is a date or a reference is no count."""

for _name in ("dates", "counts", "references", "organisations"):
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=())


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


def new_pipeline() -> Language:
    """A pipeline with that tokenizer and all components."""
    nlp = spacy.blank("ja", config={"nlp": {"tokenizer": {"@tokenizers": "besshi_words"}}})
    for name in COMPONENTS:
        nlp.add_pipe(name)
    return nlp
