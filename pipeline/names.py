"""File names as text. A name is whatever bytes a file system took: no UTF-8, a line break, an order to the terminal."""

from __future__ import annotations

import re
import unicodedata

_SURROGATE = re.compile("[\ud800-\udfff]")


def as_text(name: str) -> str:
    """A name that can be written anywhere as UTF-8: Python's stand-ins for bytes that are no text become U+FFFD."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", name)


def on_one_line(name: str) -> str:
    """A name, or a path, as it may be shown: what would break the line, move the cursor or turn the direction of
    writing is spelt out (`\\n`, `\\x1b`, `\\u202e`)."""
    return "".join(
        character
        if character.isprintable() or unicodedata.category(character) == "Zs"
        else character.encode("unicode_escape").decode()
        for character in as_text(name)
    )
