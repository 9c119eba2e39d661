"""Sudachi's dictionary, opened once a process: each time takes 57 MB of memory."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def dictionary() -> Any:
    """The dictionary: `lookup` for a word, `create` for a tokenizer."""
    from sudachipy import Dictionary

    return Dictionary(dict="core")


@cache
def tokenizer() -> Any:
    """What parts a text into words, the longest that there are (mode C), opened once a process."""
    return dictionary().create()
