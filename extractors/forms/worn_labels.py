"""Labels of a form that were read off a picture with a character wrong: 答中 over a column stands for 答申."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from extractors.japanese.normalise import key
from extractors.pages.text import Text

CLEAR = 0.97
"""A character read so surely is the one that is printed: 期限 is a label of its own, not a worn 期間."""

LONGEST = 9
"""Characters of the longest label that is told so; a longer one may differ by more, see `Form.column`."""


def worn_label(label: Text, labels: Mapping[str, str], taken: Collection[str]) -> str | None:
    """The field whose label these recognised words are but for one character, doubtful or lost; None where two fit.

    `labels`: matching keys to fields; `taken`: fields that stand there already, each of which a form prints once.
    """
    printed = [(plain, glyph) for glyph in label.own_glyphs() if (plain := key(glyph.text))]
    doubtful = [glyph.method == "ocr" and glyph.confidence < CLEAR for _, glyph in printed]
    words = [plain for plain, _ in printed]
    if not 2 <= len(words) <= LONGEST or any(len(plain) != 1 for plain in words):
        return None
    fits = set()
    if len(words) > 2 and all(glyph.method == "ocr" for _, glyph in printed):
        # a letter set apart that nobody could read is no letter: 業 内 容
        shortened = ((known[:n] + known[n + 1 :], name) for known, name in labels.items() for n in range(len(known)))
        fits = {name for short, name in shortened if short == "".join(words) and name not in taken}
    for known, name in labels.items():
        if len(known) == len(words) and name not in taken:
            wrong = [n for n, (one, other) in enumerate(zip(words, known, strict=True)) if one != other]
            if len(wrong) == 1 and doubtful[wrong[0]]:
                fits.add(name)
    return fits.pop() if len(fits) == 1 else None
