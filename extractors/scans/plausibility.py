"""Whether a text layer says what its page shows: letters can be wrong without any error.

A font without ToUnicode, or a scanner's own hidden layer, gives letters that are no words. What is written in words
of the dictionary is plausible; what falls into single unknown characters is not.
"""

from __future__ import annotations

import re
import unicodedata

from extractors.japanese.dictionary import tokenizer

ENOUGH = 24
"""Letters below which a text is too short to be judged: a page number, a stamp."""

LEAST = 0.55
"""Of the letters of a text, this share must stand in words; Japanese prose and tables have 0.8, garbage about 0.2."""

STRANGE = 0.01
"""Of the letters of a text at most this share may be Latin ones with marks, or odd signs, beside Japanese: システð"""

_JAPANESE = "ぁ-ヺー一-鿿"
_ODD = "À-ÖØ-öø-ɏ¡ª«º»¼½¾¿¹¦¬¯¸"
_STRANGE = re.compile(rf"(?<=[{_JAPANESE}])[{_ODD}]|[{_ODD}](?=[{_JAPANESE}])")
_SPREAD = re.compile(rf"(?<=[{_JAPANESE}])[ \u3000]+(?=[{_JAPANESE}])")
"""The space between letters set apart, as headings and forms set them."""

_WORD = re.compile(r"[A-Za-z][a-z]*[aeiouy][a-z]*|[A-Z]{2,5}")
_LETTERS = re.compile(r"[^\W\d_]")


def is_in_words(text: str) -> bool:
    """Whether enough letters (digits, signs and white space apart) stand in words of Japanese, or Latin words that can
    be spoken. Nothing is looked up any more once enough do."""
    from sudachipy import SplitMode

    lines = [line[:4000] for line in re.split(r"[\n\r]+", text)]
    wanted = LEAST * sum(len(_LETTERS.findall(line)) for line in lines)
    good = 0
    for line in lines:
        if good >= wanted:
            return True
        for word in tokenizer().tokenize(line, SplitMode.C):
            surface = word.surface()
            if _is_latin(surface):
                good += len(_LETTERS.findall(surface)) if _WORD.fullmatch(surface) else 0
            elif not word.is_oov() and (
                len(surface) > 1 or word.part_of_speech()[0] in ("助詞", "助動詞", "接尾辞", "接頭辞")
            ):
                good += len(_LETTERS.findall(surface))
    return good >= wanted


def _is_latin(text: str) -> bool:
    return all(unicodedata.name(c, "").startswith("LATIN") or not c.isalpha() for c in text)


def strange_letters(text: str) -> int:
    """How many characters of a text stand where no Japanese has them: a font's table of characters is wrong."""
    return len(_STRANGE.findall(text))


def is_plausible(text: str) -> bool:
    """Whether a text can be what the page shows; a short one is given the benefit of the doubt."""
    joined = "".join(text.split())
    letters = len(_LETTERS.findall(joined))
    if letters < ENOUGH:
        return True
    strange = strange_letters(joined)
    if strange >= 3 and strange > STRANGE * letters:
        return False
    return is_in_words(text) or is_in_words(_SPREAD.sub("", text))
