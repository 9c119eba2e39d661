"""The markers that items of a list begin with: 1, (1), ①, ア, ・ and their like; which one of its kind each is."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple


class Marker(NamedTuple):
    """A marker at the head of a text: its kind, what it counts by, and how many characters it takes."""

    kind: str
    value: str
    length: int

    @property
    def ordinal(self) -> int | None:
        """Which one of its kind it is, from 1; None for bullets."""
        return _ordinal(self.kind, self.value)

    def follows(self, other: Marker) -> bool:
        """Whether it is the next one of the same list; any bullet follows its own kind."""
        if self.kind != other.kind:
            return False
        mine, before = self.ordinal, other.ordinal
        if mine is None or before is None:
            return self.value == other.value
        return mine == before + 1 or (self.kind == "ア" and next_in_iroha(other.value, self.value))


KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス"
KANJI = "一二三四五六七八九十"
ROMAN = "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ"

# Each kind of marker: its name and how it is printed; `value` is what counts. The first that fits is taken.
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("(1)", re.compile(r"[(（]\s*(?P<value>[0-9０-９]{1,2})\s*[)）]")),
    ("(ア)", re.compile(rf"[(（]\s*(?P<value>[{KANA}])\s*[)）]")),
    ("(一)", re.compile(rf"[(（]\s*(?P<value>[{KANJI}]{{1,2}})\s*[)）]")),
    ("(a)", re.compile(r"[(（]\s*(?P<value>[a-zａ-ｚA-Z])\s*[)）]")),
    ("①", re.compile(r"(?P<value>[①-⑳㉑-㉟㊱-㊿❶-❿])")),
    ("第1", re.compile(rf"第(?P<value>[0-9０-９]{{1,2}}|[{KANJI}]{{1,2}})(?=[\s\u3000．.、])")),
    ("(ⅰ)", re.compile(rf"[(（]\s*(?P<value>[{ROMAN.lower()}])\s*[)）]")),
    ("ⅰ", re.compile(rf"(?P<value>[{ROMAN.lower()}])[．.、)）]?")),
    ("Ⅰ", re.compile(rf"(?P<value>[{ROMAN}])(?=[\s\u3000．.、])")),
    ("1.1", re.compile(r"(?P<value>[0-9０-９]{1,2}[.．－\-][0-9０-９]{1,2})(?=[\s\u3000])")),
    ("1)", re.compile(r"(?P<value>[0-9０-９]{1,2})[)）]")),
    ("1", re.compile(r"(?P<value>[0-9０-９]{1,2})(?:[．.、](?![0-9０-９])|(?=[\s\u3000]))")),
    ("ア", re.compile(rf"(?P<value>[{KANA}])(?:[．.、)）]|(?=[\s\u3000]))")),
    ("一", re.compile(rf"(?P<value>[{KANJI}]{{1,2}})(?:[．.、]|(?=[\s\u3000]))")),
    ("a", re.compile(r"(?P<value>[a-zａ-ｚ])(?:[．.)）]|(?=[\s\u3000]))")),
    ("・", re.compile(r"(?P<value>[・●○◎■□◆◇▪➢✓•▶▷＊*])")),
    ("-", re.compile(r"(?P<value>[-－‐–—−―])(?=[^\d０-９\-－‐–—−―])")),
)
_BULLETS = frozenset("・-")
_COUNTED = frozenset(name for name, _ in _KINDS) - _BULLETS


def _ordinal(kind: str, value: str) -> int | None:
    """Which one of its kind a marker is, from 1; None for bullets."""
    if kind == value and kind not in _COUNTED:
        return None  # a bullet, whose kind is its sign
    plain = unicodedata.normalize("NFKC", value)
    if plain.isdigit():
        return int(plain)
    last = re.search(r"[.\-](\d+)$", plain)
    if last:
        return int(last[1])
    if value in KANA:
        return KANA.index(value) + 1
    if plain[0] in KANJI:
        return sum(10 if c == "十" else KANJI.index(c) + 1 for c in plain) if len(plain) < 3 else None
    if value.upper() in ROMAN:
        return ROMAN.index(value.upper()) + 1
    return ord(plain[0].lower()) - ord("a") + 1 if plain[0].isascii() and plain[0].isalpha() else None


def marker_of(string: str) -> Marker | None:
    """The marker that the string begins with, None without one; a marker alone is none."""
    for kind, pattern in _KINDS:
        match = pattern.match(string)
        if match and match.end() < len(string):
            # each sign is a bullet of its own kind: ○ over ・ is one level over another
            own = match["value"] if kind in _BULLETS else kind
            return Marker(own, match["value"], match.end())
    return None


def next_in_iroha(before: str, value: str) -> bool:
    """Whether the kana is the next one after `before` where items are counted イ ロ ハ."""
    return before in _IROHA and value in _IROHA and _IROHA.index(value) == _IROHA.index(before) + 1


_CIRCLED = ((1, 20, 0x2460), (21, 35, 0x3251), (36, 50, 0x32B1))


def circled(number: int) -> str | None:
    """The character for a number in a circle, ① to ㊿; None beyond."""
    for first, last, code in _CIRCLED:
        if first <= number <= last:
            return chr(code + number - first)
    return None
