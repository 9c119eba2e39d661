"""The characters of a page made ordinary: radicals, compatibility ideographs, private-use bullets.

What a PDF calls a character may look right and match nothing: Kangxi radicals for kanji, compatibility ideographs,
bullets in the private-use area. Each reader passes its characters through `ordinary`, so that nothing later meets them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

UNREADABLE = "\N{REPLACEMENT CHARACTER}"
"""Stands for a character that the page shows and the text layer cannot name."""

VOICED_MARKS = frozenset("\u3099\u309a")
"""Combining (han)dakuten: they belong to the kana before them."""

_CID = re.compile(r"\(cid:\d+\)")


def _pairs(name: str) -> list[list[str]]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


@cache
def _replacements() -> dict[int, str]:
    table = {ord(radical): ideograph for radical, ideograph in _pairs("radicals.tsv")}
    table |= {int(code, 16): character for name in ("private_use.tsv", "signs.tsv") for code, character in _pairs(name)}
    table |= {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
    table[0x2F3E] = "戸"  # the radical ⼾ as fonts for Japanese draw it; NFKC gives the Chinese 戶
    table |= dict.fromkeys((*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)), "")  # variation selectors
    table |= dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF), "")  # marks without width
    table[0x00A0] = " "
    table |= dict.fromkeys((0x2001, 0x2003), "\u3000")  # spaces as wide as a letter: fonts have one glyph for both
    return table


@lru_cache(maxsize=65536)
def ordinary(printed: str) -> str:
    """The characters as the contract wants them: NFC, radicals, compatibility ideographs and bullets replaced.

    `UNREADABLE` for what cannot be told; empty for control characters and marks without width.
    """
    if _CID.fullmatch(printed):
        return UNREADABLE
    text = unicodedata.normalize("NFC", printed.translate(_replacements()))
    out = []
    for character in text:
        category = unicodedata.category(character)
        if category in ("Co", "Cs", "Cn"):
            out.append(UNREADABLE)
        elif character in "\t\n\r\v\f":
            out.append(" ")
        elif category != "Cc":
            out.append(character)
    return "".join(out)
