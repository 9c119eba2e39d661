"""What a box of a drawing stands for, by its words and by where it stands; the words are data in diagram_roles.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from extractors.diagrams.parts import Role
from extractors.diagrams.step_labels import step_label
from extractors.diagrams.texts import BULLET
from extractors.pages.text import Text

IsControls = Callable[[Sequence[Text]], bool]
"""Tells from a box's paragraphs whether they are 情報保護対策."""

_FILE = Path(__file__).parent.parent / "japanese" / "vocabulary" / "diagram_roles.toml"


@cache
def _words() -> dict[str, re.Pattern[str]]:
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        role: re.compile("|".join(re.escape(word) for word in sorted(entry["words"], key=lambda w: (-len(w), w))))
        for role, entry in table.items()
    }


def names_a_system(name: str) -> bool:
    """Whether the name is that of a machine or service (システム, サーバ, PC, …)."""
    return _words()["system"].search(name) is not None and _words()["organisation"].search(name) is None


def names_transport(string: str) -> bool:
    """Whether the words speak of carrying things from one place to another (運搬, 受渡し)."""
    return _words()["transport"].search(string) is not None


_SENTENCE = re.compile(r"。|です|ます|[※＊]")
_LIST = re.compile(r"[、・／/,，]")


def role_of(
    heading: Text | None,
    paragraphs: Sequence[Text],
    *,
    has_children: bool,
    at_arrow: bool,
    inside: bool,
    cut: bool,
    dashed: bool,
    is_controls: IsControls,
) -> Role:
    """The role of a box: from its words, whether boxes stand in it, whether a line that is no tie begins or ends at it,
    and whether it stands `inside` another. What is joined to nothing and stands in nothing is a remark."""
    words = [*([heading] if heading else []), *paragraphs]
    if words and all(step_label(text) for text in words):
        return "step"
    taken_by = heading is not None and at_arrow and not _words()["measures"].search(heading.string)
    if paragraphs and not has_children and not taken_by and is_controls(paragraphs):
        return "controls"
    string = "".join(text.string for text in words)
    if not has_children and not at_arrow and (cut or _is_remark(string, paragraphs, dashed)):
        return "note"
    name = heading.string if heading else "".join(text.string for text in words[:3])
    if names_a_system(name) and len(name) <= 40:
        return "system"
    if has_children or at_arrow:
        return "actor"
    if _is_list(heading, paragraphs) or (inside and len(paragraphs) > 1):
        return "data"
    return "actor" if inside else "note"


def _is_remark(string: str, paragraphs: Sequence[Text], dashed: bool) -> bool:
    if not paragraphs:
        return False
    return bool(_SENTENCE.match(paragraphs[0].string) or "。" in string or (dashed and len(string) > 15))


def _is_list(heading: Text | None, paragraphs: Sequence[Text]) -> bool:
    body = "".join(text.string for text in paragraphs)
    if len(_LIST.findall(body)) >= 2 or sum(BULLET.match(p.string) is not None for p in paragraphs) >= 2:
        return True
    words = _words()["data"]
    return bool(words.search(heading.string if heading else "") or (words.search(body) and not heading))
