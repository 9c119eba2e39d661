"""Characters that look the same in print: ヘ and へ, ー and 一, カ and 力, O and 0 between capitals.

The picture cannot tell them apart. Their neighbours do, by script; where script leaves both open, whether the one or
the other makes a word of the dictionary. No other character changes, and none that stands in a number.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

_MARKS = str.maketrans({"·": "・", "∙": "・", "‧": "・", "•": "・"})

_HIRAGANA_LIKE = {"へ": "ヘ", "べ": "ベ", "ぺ": "ペ"}
_KANJI_LIKE = {
    "一": "ー", "力": "カ", "二": "ニ", "口": "ロ", "工": "エ", "夕": "タ", "卜": "ト", "八": "ハ", "才": "オ", "三": "ミ",
    "千": "チ", "了": "ア", "又": "ヌ",
}  # fmt: skip
_KANJI_BACK = {"ロ": "口", "エ": "工", "ニ": "二", "ハ": "八", "タ": "夕", "ー": "一"}

_CLEAR_KATAKANA = frozenset(map(chr, range(0x30A1, 0x30FD))) - set("ヘベペ・")
_KATAKANA_RUN = re.compile(r"[ァ-ヺー]*")
_ZERO_AMONG_CAPITALS = re.compile(r"(?<=[A-Z])0(?=[A-Z])|(?<![0-9A-Za-z])0(?=[A-Z]{2})")


def settled(text: str) -> str:
    """The text of a line, one character for one, look-alikes set to what their neighbours speak for."""
    characters = list(text.translate(_MARKS))
    for n, character in enumerate(characters):
        before = characters[n - 1] if n else ""
        after = characters[n + 1] if n + 1 < len(characters) else ""
        if character in _HIRAGANA_LIKE or character in _HIRAGANA_LIKE.values():
            characters[n] = _kana(character, before, "".join(characters[n + 1 :]))
        elif character in _KANJI_LIKE:
            if _is_katakana(character, characters, n):
                characters[n] = _KANJI_LIKE[character]
        elif character in _KANJI_BACK and _is_kanji(after):
            starts_no_word = character == "ー" and not _is_kana(before)
            if starts_no_word or (character != "ー" and _is_kanji(before)):
                characters[n] = _KANJI_BACK[character]
    return _ZERO_AMONG_CAPITALS.sub("O", "".join(characters))


def _kana(character: str, before: str, rest: str) -> str:
    """へ or ヘ: a katakana among katakana, or where it begins a word in katakana; else the particle."""
    katakana = _HIRAGANA_LIKE.get(character, character)
    hiragana = next(h for h, k in _HIRAGANA_LIKE.items() if k == katakana)
    run = _KATAKANA_RUN.match(rest)
    following = run.group() if run else ""
    if before in _CLEAR_KATAKANA and following:
        return katakana
    if following:
        return katakana if _begins_word(katakana + following) and not _is_word(following) else hiragana
    return hiragana if katakana == "ヘ" else character


def _is_katakana(character: str, characters: list[str], n: int) -> bool:
    """Whether a kanji is the katakana of the same look: between katakana, or the word's missing piece."""
    before = characters[n - 1] if n else ""
    rest = "".join(characters[n + 1 :])
    after = next((c for c in rest if c not in _KANJI_LIKE), "")
    if before in _CLEAR_KATAKANA:
        if after in _CLEAR_KATAKANA or (character == "一" and not _is_kanji(after) and not _is_hiragana(after)):
            return True
        start = n
        while start and characters[start - 1] in _CLEAR_KATAKANA:
            start -= 1
        word = "".join(characters[start:n])
        run = _KATAKANA_RUN.match("".join(_KANJI_LIKE.get(c, c) for c in rest))
        whole = word + _KANJI_LIKE[character] + (run.group() if run else "")
        return _is_word(whole) or (character != "一" and not _is_word(word) and _is_word(word + _KANJI_LIKE[character]))
    if character == "一" or _is_kanji(before) or after not in _CLEAR_KATAKANA:
        return False
    run = _KATAKANA_RUN.match("".join(_KANJI_LIKE.get(c, c) for c in rest))
    following = run.group() if run else ""
    return _begins_word(_KANJI_LIKE[character] + following) and not _begins_word(character + following)


def _is_kanji(character: str) -> bool:
    return "一" <= character <= "鿿" or character == "々"


def _is_hiragana(character: str) -> bool:
    return "ぁ" <= character <= "ゖ"


def _is_kana(character: str) -> bool:
    return _is_hiragana(character) or "ァ" <= character <= "ー"


@cache
def _tokenizer() -> Any:
    from sudachipy import Dictionary

    return Dictionary(dict="core").create()


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[tuple[str, bool], ...]:
    """The words of a text and whether the dictionary knows each."""
    from sudachipy import SplitMode

    return tuple((word.surface(), not word.is_oov()) for word in _tokenizer().tokenize(text, SplitMode.C))


def _is_word(text: str) -> bool:
    words = _words(text) if text else ()
    return len(words) == 1 and words[0][1] and len(text) > 1


def _begins_word(text: str) -> bool:
    """Whether the text begins with a word of the dictionary longer than its first character."""
    words = _words(text) if text else ()
    return bool(words) and words[0][1] and len(words[0][0]) > 1
