"""Characters that Japanese does not use, and the ones that it uses in their place.

A recogniser trained on Chinese and Japanese together may name the simplified twin of a character (the Chinese form of
頁 or 対). Which characters Japanese uses is what its coded character sets say; what stands for the others is Unicode's.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from pathlib import Path


@cache
def _twins() -> dict[str, str]:
    lines = (Path(__file__).parent / "twins.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))


@lru_cache(maxsize=65536)
def in_use(character: str) -> bool:
    """Whether Japanese documents print the character: any coded set of Japanese has it (Windows-31J or JIS X 0213)."""
    for coding in ("cp932", "euc_jis_2004"):
        try:
            character.encode(coding)
        except UnicodeEncodeError:
            continue
        return True
    return False


def is_ideograph(character: str) -> bool:
    return unicodedata.category(character) == "Lo" and unicodedata.name(character, "").startswith("CJK ")


def twin_of(character: str) -> str:
    """The character that Japanese uses in place of this one; itself where it is in use or has no twin."""
    return character if in_use(character) else _twins().get(character, character)
