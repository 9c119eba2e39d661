"""On what medium and by which way a step hands data over, from its words; the vocabulary is delivery.toml.

In brackets at the end of a step (紙、CD等・手渡し) the words mean what they say; outside them only
unmistakable ones count.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

_FILE = Path(__file__).parent.parent / "japanese" / "vocabulary" / "delivery.toml"


class _Entry(NamedTuple):
    kind: str
    name: str
    inside: re.Pattern[str]
    outside: re.Pattern[str] | None
    keep_open: bool


def _pattern(words: list[str], entry: dict[str, list[str]]) -> re.Pattern[str]:
    before = "".join(f"(?<!{re.escape(word)})" for word in entry.get("not_after", []))
    after = "".join(f"(?!{re.escape(word)})" for word in entry.get("not_before", []))
    choice = "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
    return re.compile(f"{before}(?:{choice}){after}")


@cache
def _entries() -> tuple[_Entry, ...]:
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(
        _Entry(
            kind,
            entry["name"],
            _pattern(entry["words"], entry),
            _pattern(entry["plain"], entry) if entry["plain"] else None,
            bool(entry.get("keep_open")),
        )
        for kind in ("media", "delivery")
        for entry in table[kind]
    )


_BRACKETS = re.compile(r"[(（〔［\[]([^()（）〔〕［］\[\]]*)[)）〕］\]]")
_OPEN = re.compile(r"等|など|ほか|他")


def media_and_delivery(words: str) -> tuple[str | None, str | None]:
    """Both, each joined by 、 in the order of the words; None where the step does not say."""
    string = unicodedata.normalize("NFKC", words)
    inside = [(m.start(1), m.end(1)) for m in _BRACKETS.finditer(string)]
    found: dict[str, list[tuple[int, str]]] = {"media": [], "delivery": []}
    taken: list[tuple[int, int]] = []

    def add(entry: _Entry, match: re.Match[str]) -> None:
        if any(match.start() < b and a < match.end() for a, b in taken):
            return
        taken.append(match.span())
        open_ended = entry.keep_open and _OPEN.match(string, match.end())
        found[entry.kind].append((match.start(), entry.name + (open_ended.group() if open_ended else "")))

    for start, end in inside:
        # an aside that is a whole clause (クレジットカードで電子納付する場合) names no medium by itself
        if end - start > 18 and "、" not in string[start:end] and "・" not in string[start:end]:
            continue
        for entry in _entries():
            for match in entry.inside.finditer(string, start, end):
                add(entry, match)
    for entry in _entries():
        for match in entry.outside.finditer(string) if entry.outside else ():
            add(entry, match)

    def joined(kind: str) -> str | None:
        names = [name for _, name in sorted(found[kind])]
        return "、".join(dict.fromkeys(names)) or None

    return joined("media"), joined("delivery")
