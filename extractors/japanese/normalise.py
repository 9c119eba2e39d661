"""Text in one spelling: width, kana, stray spaces and digit groups; and keys under which twins of a wording meet.

`normalised` is what the tables show; it keeps every character's glyph. `key` and `stem` are only for comparing and
are never shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from extractors.pages.text import Text

_SPACE = " \t\u00a0\u2002\u2003\u2009\u3000"
_KANJI = "々〆〇㐀-䶿一-鿿豈-﫿𠀀-𪛟"
_KANA = "ぁ-ゖゝゞァ-ヺー"
_JAPANESE = re.compile(f"[{_KANJI}{_KANA}]")

_KEPT = re.compile("[①-⑳Ⓐ-⓿❶-➓㉈-㉟㊀-㊿㋐-㋾…‥\u3000]")
"""Characters whose compatibility form loses what they say: ① is a label, not the number 1; … is a leader; a
full-width space parts words where a half-width one may be stray."""
_VOICED = {"\u309b": "\u3099", "\uff9e": "\u3099", "\u309c": "\u309a", "\uff9f": "\u309a"}


def _plain_characters(string: str) -> Iterator[tuple[str, int]]:
    """Each character of the plain form with the index that it came from."""
    index = 0
    while index < len(string):
        character = string[index]
        following = string[index + 1 : index + 2]
        mark = _VOICED.get(following, following if following in ("\u3099", "\u309a") else "")
        if mark:
            voiced = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", character) + mark)
            if len(voiced) == 1:
                yield voiced, index
                index += 2
                continue
        if character.isascii() or _KEPT.match(character):
            yield character, index
        else:
            plain = unicodedata.normalize("NFKC", character)
            # a spacing accent falls apart into a space and a mark: it stays what it is
            for part in character if plain.startswith(" ") and character not in _SPACE else plain:
                yield part, index
        index += 1


_GAP = f"[{re.escape(_SPACE)}]+"
_SINGLES = re.compile(
    f"(?<![^{_SPACE}\n、。（(「【・:/]){_JAPANESE.pattern}(?:{_GAP}{_JAPANESE.pattern})+(?![{_KANJI}{_KANA}])"
)
_LETTERS = re.compile(f"(?<![A-Za-z0-9])[A-Za-z]{{1,2}}(?:{_GAP}[A-Za-z]{{1,2}})+(?![A-Za-z0-9])")
_DIGITS = re.compile(r"(?<![0-9,])(?<![0-9]\.)[0-9](?: [0-9])+(?![0-9.,]| ?[0-9])")
_GROUPS = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:[ \u3000]*,[ \u3000]*[0-9]{3})+(?![0-9])(?!,[0-9])")
_LOOSE_GROUPS = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?: [0-9]{3})+(?= ?[人件名世帯円台戸票冊枚通])")
_CLOSED_UP = re.compile(
    f"(?<=[、。（(「『【〔]){_GAP}|{_GAP}(?=[、。）)」』】〕])"
    f"|(?<=[{_KANJI}{_KANA}]) +(?=[0-9A-Za-z])(?![A-Za-z] )|(?<=[A-Za-z]{{2}}) +(?=[{_KANJI}{_KANA}])"
    f"|(?<=[0-9]) +(?=[{_KANJI}])"
)
_UNIT = f"[人件名円台戸冊枚通園校社着本個回日月年](?![{_KANJI}{_KANA}])"
_MARKER = re.compile(rf"(?:^|\n)[ \u3000]*(?:[0-9]{{1,2}}|[A-Za-z])(?={_GAP})(?!{_GAP}{_UNIT})")


def _gap_width(gap: str) -> int:
    return sum(2 if character == "\u3000" else 1 for character in gap)


def _set_apart(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The gaps to close in a word whose characters are set apart (修 繕 費); a wider gap parts two such words."""
    gaps = list(re.finditer(_GAP, match.group()))
    narrow = min(_gap_width(gap.group()) for gap in gaps)
    first, second = match.group()[0], match.group()[gaps[0].end()]
    for number, gap in enumerate(gaps):
        # ア 目 的: the marker of an item, then a word
        marker = number == 0 and len(gaps) > 1 and "ァ" <= first <= "ヺ" and re.match(f"[{_KANJI}]", second)
        if _gap_width(gap.group()) == narrow and not marker:
            yield match.start() + gap.start(), match.start() + gap.end()


def _dropped(string: str) -> set[int]:
    """The indices of stray spaces, and of the commas in digit groups."""
    drop: set[int] = set()
    for match in _SINGLES.finditer(string):
        for start, end in _set_apart(match):
            drop.update(range(start, end))
    for match in _LETTERS.finditer(string):
        if sum(len(token) == 1 for token in match.group().split()) >= 2:
            after = re.compile(f" *(?={_JAPANESE.pattern})").match(string, match.end())
            end = after.end() if after else match.end()
            drop.update(i for i in range(match.start(), end) if string[i] in _SPACE)
    for pattern in (_DIGITS, _GROUPS, _LOOSE_GROUPS):
        for match in pattern.finditer(string):
            drop.update(i for i in range(*match.span()) if not string[i].isdigit())
    marker_gaps = {match.end() for match in _MARKER.finditer(string)}
    for match in _CLOSED_UP.finditer(string):
        if match.start() not in marker_gaps:
            drop.update(range(*match.span()))
    return drop


def normalised(text: Text) -> Text:
    """The text in one spelling, every character with the glyph that it came from.

    Full-width digits, letters and signs become ASCII, half-width kana full-width with their voiced marks joined, ㈱
    and the like fall into their letters (① and its kind stay), stray spaces inside words and numbers and the commas of
    digit groups go. Line breaks stay.
    """
    characters = list(_plain_characters(text.string))
    string = "".join(character for character, _ in characters)
    drop = _dropped(string)
    if not drop and string == text.string:
        return text
    kept = [pair for index, pair in enumerate(characters) if index not in drop]
    return Text("".join(character for character, _ in kept), (text.glyphs[source] for _, source in kept)).strip()


def plain(string: str) -> str:
    """`normalised` for a string that is on no page, such as a word of a vocabulary."""
    return normalised(Text.put_in(string)).string


_TWINS = str.maketrans(
    {
        **dict.fromkeys("-‐‑‒–—―─━−ｰ", "ー"),
        **dict.fromkeys("〜～∼˜", "~"),
        **dict.fromkeys("·•‧∙⋅･", "・"),
        **dict.fromkeys("〔［【〈《<[{≪«", "("),
        **dict.fromkeys("〕］】〉》>]}≫»", ")"),
        **dict.fromkeys("『", "「"),
        **dict.fromkeys("』", "」"),
        **dict.fromkeys("“”„‟", '"'),
        **dict.fromkeys("‘’′`´", "'"),
        **dict.fromkeys(",，", "、"),
        **dict(zip("ァィゥェォャュョッヮヵヶ", "アイウエオヤユヨツワカケ", strict=True)),
    }
)
_LAST_LONG = re.compile(r"(?<=[ァ-ヺー][ァ-ヺ])ー(?![ァ-ヺー])")


@lru_cache(maxsize=65536)
def key(string: str) -> str:
    """One key for spellings that a reader takes for the same: for comparing only.

    Width, case and spaces count for nothing; hyphens and the long-vowel mark, tildes, middle dots, brackets, quotes
    and small katakana each count as one; the long vowel that ends a katakana word (サーバー) is left out.
    """
    unspaced = re.sub(r"\s+", "", unicodedata.normalize("NFKC", string)).casefold()
    return _LAST_LONG.sub("", unspaced.translate(_TWINS))


_OKURIGANA = re.compile(
    f"(?<=[{_KANJI}])[いえきぎけげしせちびみめりれわ]{{1,2}}(?=[{_KANJI}ァ-ヺ]|[のをがにへとや・/、()等]|$)"
)


@lru_cache(maxsize=65536)
def stem(string: str) -> str:
    """`key` without okurigana, which offices set or leave out as they like: 鍵付き・鍵付, 受け渡し・受渡し・受渡."""
    return _OKURIGANA.sub("", key(string))
