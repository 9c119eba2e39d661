"""The language pipeline: one spaCy pipeline whose components are the project's own.

Its tokenizer is Sudachi's (the one that GiNZA uses, split mode C, with the dictionary pinned); GiNZA's neural
components are left out: over all texts of a report they take forty times as long as the tokenizer and, with their
vectors, 350 MB, while the rules here ask for nothing but words and their classes.

Each component leaves what it found on the document under `doc._`: exact character offsets, not token spans, because a
value may end within a token.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from extractors.japanese.normalise import normalised
from extractors.pages.text import Text

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

LONGEST = 12_000
"""Characters of a text that the tokenizer takes at once (Sudachi's limit is 49,149 bytes)."""


class Analysed(NamedTuple):
    """A text, normalised, with what the language pipeline found in it; offsets in `doc._` are offsets in `text`."""

    text: Text
    doc: Doc

    @property
    def string(self) -> str:
        """The normalised string."""
        return self.text.string


@lru_cache(maxsize=1)
def pipeline() -> Language:
    """The pipeline, loaded once a process."""
    from extractors.japanese.components import new_pipeline  # here: spaCy takes its time to load

    return new_pipeline()


def analyse(texts: Iterable[Text]) -> list[Analysed]:
    """Normalise the texts and run them through the pipeline in one batch."""
    ready = [normalised(text)[:LONGEST] for text in texts]
    docs: Sequence[Any] = list(pipeline().pipe(text.string for text in ready))
    return [Analysed(text, doc) for text, doc in zip(ready, docs, strict=True)]
