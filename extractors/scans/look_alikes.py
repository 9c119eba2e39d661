"""Characters that look the same in print: ヘ and へ, ー and 一, カ and 力, O and 0 between capitals.

The picture cannot tell them apart. Their neighbours do, by script; where script leaves both open, whether the one or
the other makes a word of the dictionary. No other character changes, and none that stands in a number.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from extractors.japanese.dictionary import dictionary, tokenizer

_MARKS = str.maketrans({"·": "・", "∙": "・", "‧": "・", "•": "・", "〜": "～", "儿": "ル"})

_HIRAGANA_LIKE = {"へ": "ヘ", "べ": "ベ", "ぺ": "ペ"}
_KANJI_LIKE = {
    "一": "ー", "力": "カ", "二": "ニ", "口": "ロ", "工": "エ", "夕": "タ", "卜": "ト", "八": "ハ", "才": "オ",
    "三": "ミ", "千": "チ", "了": "ア", "又": "ヌ",
}  # fmt: skip
_KANJI_BACK = {"ロ": "口", "エ": "工", "ニ": "二", "ハ": "八", "タ": "夕", "ー": "一"}

_SMALL = "っゃゅょゎッャュョァィゥェォヮ"
_LARGE = "つやゆよわツヤユヨアイウエオワ"
_PARTNER = dict(zip(_SMALL + _LARGE, _LARGE + _SMALL, strict=True))
SIZED_KANA = frozenset(_PARTNER)
"""The kana of pairs that differ by their size alone."""

_LARGEST_SMALL = {"っ": 0.845, "つ": 0.845, "ィ": 0.81, "イ": 0.81}
"""How large (the greater of width and height, of a full character's height) a small kana's ink is at most; others 0.79.
Measured on Mincho and Gothic print of 8 to 21 points; つ is the flattest large one, ィ the tallest small."""

_CLEAR_KATAKANA = frozenset(map(chr, range(0x30A1, 0x30FD))) - set("ヘベペ・")
_KATAKANA_RUN = re.compile(r"[ァ-ヺー]*")
_ZERO_AMONG_CAPITALS = re.compile(r"(?<=[A-Z])0(?=[A-Z])|(?<![0-9A-Za-z])0(?=[A-Z]{2})|(?<=\bIS)0(?=/|\d{4})")
_STROKE_AS_SLASH = re.compile(r"(?<=[A-Za-z])ノ(?=[A-Za-zァ-ヺ])")
_RING_IN_BRACKETS = re.compile(r"(?<=[(（])[①-⑨](?=[)）])")
_NO_BETWEEN_KANJI = re.compile(r"(?<=[一-鿿])ノ(?=[一-鿿])")
_ERA = re.compile(r"[合今会](?=和[0-9０-９元])")
_RANGE = re.compile(r"(?<=[0-9０-９])(?:て(?=[0-9０-９])|[一ー](?=[0-9０-９,，]+[万千]?[人件名台世園校社団回枚歳箇]))")
_NUMBER_SIGN = re.compile(r"(?<![A-Za-z])N[①-⑳1l0O](?=[.．](?:\s?[0-9０-９]|$))")
_POINT_AS_STOP = re.compile(r"(?<=[ぁ-ゖ])\.(?=$|[」』）)ぁ-ヺ一-鿿])")
_DASH_AS_LONG = re.compile(r"(?<=[ァ-ヺ])[—–―‐](?=[ァ-ヺ])")
_KANA_IN_ID = re.compile(r"(?<![A-Za-zァ-ヺー])[エ工](?=D(?![A-Za-z]))")
_TOLD_BY_NEIGHBOURS = (
    (_ZERO_AMONG_CAPITALS, "O"),
    (_STROKE_AS_SLASH, "/"),
    (_ERA, "令"),
    (_KANA_IN_ID, "I"),
    (_RANGE, "～"),
    (_NUMBER_SIGN, "No"),
    (_POINT_AS_STOP, "。"),
    (_DASH_AS_LONG, "ー"),
)
_MARKER = re.compile(r"[了工力](?=\u3000)")


def settled(text: str) -> str:
    """The text of a line, one character for one, look-alikes set to what their neighbours speak for.

    A wide gap may stand in it as a full-width space; what stands before one at the start of a line is a marker.
    """
    characters = list(text.translate(_MARKS))
    if _MARKER.match(text):
        characters[0] = _KANJI_LIKE[text[0]]
    for n, character in enumerate(characters):
        if n == 0 and character != text[0]:
            continue
        before = characters[n - 1] if n else ""
        after = characters[n + 1] if n + 1 < len(characters) else ""
        if character in _HIRAGANA_LIKE or character in _HIRAGANA_LIKE.values():
            characters[n] = _kana(character, before, "".join(characters[n + 1 :]))
        elif character in _KANJI_LIKE:
            if _is_katakana(character, characters, n):
                characters[n] = _KANJI_LIKE[character]
        elif character in _KANJI_BACK and _is_kanji(after):
            starts_no_word = character == "ー" and not _is_katakana_sign(before)
            if starts_no_word or (character != "ー" and _is_kanji(before)):
                characters[n] = _KANJI_BACK[character]
    found = "".join(characters)
    for pattern, meant in _TOLD_BY_NEIGHBOURS:
        found = pattern.sub(meant, found)
    found = _RING_IN_BRACKETS.sub(lambda ring: unicodedata.normalize("NFKC", ring[0]), found)
    return _NO_BETWEEN_KANJI.sub(_as_stroke, found)


def _as_stroke(no: re.Match[str]) -> str:
    """ノ between kanji as the stroke that parts two words, where it stands in no word: 虎ノ門 has one."""
    around = no.string[max(no.start() - 4, 0) : no.end() + 4]
    place = min(no.start(), 4)
    words = tokenizer().tokenize(around)
    return "ノ" if any(w.begin() <= place < w.end() and len(w.surface()) > 1 for w in words) else "／"


def by_size(character: str, extent: float) -> str:
    """The small kana of a pair where the extent (the greater of its ink's width and height, in full characters) is a
    small one's; nets take the small for the large, hardly ever the other way round.

    Near the border between the two the character stays as it was read.
    """
    limit = _LARGEST_SMALL.get(character, 0.79)
    return _PARTNER[character] if character in _LARGE and 0.3 < extent < limit - 0.03 else character


def _both_ways(*pairs: dict[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for one, other in (pair for given in pairs for pair in given.items()):
        for character, partner in ((one, other), (other, one)):
            if partner not in found.setdefault(character, []):
                found[character].append(partner)
    return {character: tuple(partners) for character, partners in found.items()}


_ALIKE = _both_ways(_PARTNER, _KANJI_LIKE, {"り": "リ"})


_NEARLY = _both_ways(
    {
        "人": "入",
        "日": "目",
        "中": "申",
        "未": "末",
        "千": "干",
        "土": "士",
        "貝": "見",
        "待": "侍",
        "徴": "微",
        "撤": "徹",
    },
    {
        "遺": "遣",
        "候": "侯",
        "綱": "網",
        "縁": "緑",
        "話": "託",
        "統": "続",
        "取": "収",
        "因": "困",
        "失": "矢",
        "栽": "裁",
        "し": "L",
    },
    {"し": "U", "町": "田", "墓": "基"},
    {"し": "J"},
)


def nearly_alike(character: str) -> tuple[str, ...]:
    """The characters that a small or worn print tells from this one by a stroke or its end alone."""
    return _NEARLY.get(character, ())


def alike(character: str) -> tuple[str, ...]:
    """The characters whose print differs from this one's by size alone, or not at all."""
    return _ALIKE.get(character, ())


def _kana(character: str, before: str, rest: str) -> str:
    """へ or ヘ: a katakana among katakana, or where it begins a word in katakana; else the particle."""
    katakana = _HIRAGANA_LIKE.get(character, character)
    hiragana = next(h for h, k in _HIRAGANA_LIKE.items() if k == katakana)
    run = _KATAKANA_RUN.match(rest)
    following = run.group() if run else ""
    if before in _CLEAR_KATAKANA and following:
        return katakana
    if following:
        return katakana if _begins_word(katakana + following) else hiragana
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
        if character == "一":
            return not _is_kanji(after) and _is_word(whole)
        return _is_word(whole) or (not _is_word(word) and _is_word(word + _KANJI_LIKE[character]))
    if character == "一" or after not in _CLEAR_KATAKANA:
        return False
    run = _KATAKANA_RUN.match("".join(_KANJI_LIKE.get(c, c) for c in rest))
    following = run.group() if run else ""
    if _is_kanji(before):
        return len(following) > 2 and _is_word(_KANJI_LIKE[character] + following) and not _is_word(following)
    return _begins_word(_KANJI_LIKE[character] + following) and not _begins_word(character + following)


def _is_kanji(character: str) -> bool:
    return "一" <= character <= "鿿" or character == "々"


def _is_hiragana(character: str) -> bool:
    return "ぁ" <= character <= "ゖ"


def _is_katakana_sign(character: str) -> bool:
    return "ァ" <= character <= "ー"


@lru_cache(maxsize=8192)
def _is_word(text: str) -> bool:
    """Whether the dictionary has the text as a word of two characters or more."""
    return len(text) > 1 and len(dictionary().lookup(text)) > 0


def _begins_word(text: str) -> bool:
    """Whether a word of the dictionary begins the text: all of it, or three characters of it and more."""
    return _is_word(text) or any(_is_word(text[:end]) for end in range(3, len(text)))
