"""Characters that Japanese does not use, and the ones that it uses in their place.

A recogniser trained on Chinese and Japanese together may name the simplified twin of a character (the Chinese form of
頁 or 対). Which characters Japanese uses is what its coded character sets say; what stands for the others is Unicode's.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from pathlib import Path

import joyokanji


@cache
def _twins() -> dict[str, str]:
    lines = (Path(__file__).parent / "twins.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))


@lru_cache(maxsize=65536)
def in_use(character: str) -> bool:
    """Whether Japanese documents print the character: Windows-31J has it, or JIS X 0213 and it is no older form."""
    return _is_in("cp932", character) or (_is_in("euc_jis_2004", character) and modern(character) == character)


def _is_in(coding: str, character: str) -> bool:
    try:
        character.encode(coding)
    except UnicodeEncodeError:
        return False
    return True


def is_ideograph(character: str) -> bool:
    """Whether the character is a kanji, Unicode's CJK ideographs."""
    return unicodedata.category(character) == "Lo" and unicodedata.name(character, "").startswith("CJK ")


def twin_of(character: str) -> str:
    """The character that Japanese uses in place of this one; itself where it is in use or has no twin."""
    return character if in_use(character) else modern(_twins().get(character, character))


_ICE = str.maketrans("决况冲减凉凖", "決況沖減涼準")
"""Written with two strokes of ice for three of water: forms that JIS X 0208 has beside those in common use."""


def modern(character: str) -> str:
    """The form that is in common use since 1946 of a character's older form; other characters as they are."""
    return str(joyokanji.convert(character)).translate(_ICE)
