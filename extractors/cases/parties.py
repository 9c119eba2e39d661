"""Organisations and what they do in a case: 委託先, 再委託先, 結合先, 指定管理者, with their certificates.

In running text the role is what the words around a name say; in a 別紙 it is what the heading of a box says. Both are
data: `vocabulary/organisations.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from extractors.japanese import vocabularies
from extractors.japanese.language import Analysed
from extractors.japanese.normalise import key
from extractors.pages.text import Text


class Party(NamedTuple):
    """An organisation, its role, its certificates (canonical names) and the words that say so."""

    name: str
    role: str
    certifications: tuple[str, ...]
    text: Text


@lru_cache(maxsize=1)
def _roles() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    roles = vocabularies.load("organisations")["roles"]
    return tuple(
        (role, re.compile("|".join(words["before"])), re.compile("|".join(words["after"])))
        for role, words in roles.items()
    )


@lru_cache(maxsize=1)
def _headings() -> tuple[tuple[str, re.Pattern[str]], ...]:
    headings = vocabularies.load("organisations")["headings"]
    return tuple(
        (role, re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))))
        for role, words in headings.items()
    )


@lru_cache(maxsize=1)
def _certificates() -> tuple[tuple[str, re.Pattern[str]], ...]:
    names = vocabularies.load("organisations")["certifications"]
    return tuple((name, re.compile("|".join(re.escape(form) for form in forms))) for name, forms in names.items())


def certifications(string: str) -> tuple[str, ...]:
    """The certificates that the words name, by canonical name."""
    return tuple(name for name, pattern in _certificates() if pattern.search(string))


_SENTENCE = re.compile(r"[^。\n]*[。\n]?")


def parties_in_prose(texts: Iterable[Analysed], roles_allowed: frozenset[str] | None = None) -> list[Party]:
    """The parties that running text names; `roles_allowed` are the roles that the case's categories know."""
    found: list[Party] = []
    for analysed in texts:
        for sentence in _SENTENCE.finditer(analysed.string):
            start, end = sentence.span()
            for name in analysed.doc._.organisations:
                if not (start <= name.start and name.end <= end):
                    continue
                before, after = analysed.string[start : name.start], analysed.string[name.end : end]
                for role, leads, follows in _roles():
                    if roles_allowed is not None and role not in roles_allowed:
                        continue
                    if leads.search(before) or follows.search(after):
                        found.append(Party(name.name, role, (), analysed.text[name.start : name.end]))
                        break
    return found


_NOBODY_YET = re.compile(r"未定|決定|選定|予定|入札|公募|プロポーザル|とする|のとおり|なし|同左|別紙|複数|各")


_NO_NAME = re.compile(r"[、，,。\s（(）)・※]|[をがはへにで]$|予定|により|によ|及び|又は|ほか|他|等$|委託|選定|入札")
"""What a value holds that is more than one name."""


def parties_in_row(value: Analysed, role: str) -> list[Party]:
    """The parties that a row labelled with their role names: by the form of a name, else the whole of a short value."""
    named = value.doc._.organisations
    held = certifications(value.string)
    whole = value.text.strip()
    alone = len(named) == 1 and len(whole) <= 30 and whole.string.startswith(named[0].name)
    if alone and not _NO_NAME.search(whole.string):
        # nothing but a name: also what the words of the language would part (NPO法人ひだまりの里)
        return [Party(whole.string, role, held, whole)]
    if named:
        spans = [(o.start, _whole_name(value.string, o.start, o.end)) for o in named]
        return [Party(value.string[a:b], role, held, value.text[a:b]) for a, b in spans]
    name = value.text.strip()
    if not name or len(name) > 30 or _NOBODY_YET.search(name.string):
        return []
    return [Party(name.string, role, held, name)]


def _whole_name(string: str, start: int, end: int) -> int:
    """Where a name in a row of its own ends: kana that go on are the name's, unless they end like a verb's."""
    rest = re.compile(r"[ぁ-んー]{1,8}(?=$|[\s、。・()（）])").match(string, end)
    if rest is None or start != 0 or rest.group()[-1] in "るすたうく":
        return end
    return rest.end()


def parties_in_heading(heading: Analysed) -> list[Party]:
    """The party that the heading of a box names beside its role: 委託事業者（株）… ※プライバシーマーク取得."""
    string = heading.string
    for role, pattern in _headings():
        match = pattern.search(string)
        if match is None or (role == "委託先" and string[max(0, match.start() - 1) : match.start()] == "再"):
            continue
        held = certifications(string)
        named = heading.doc._.organisations
        after = [o for o in named if o.start >= match.end()]
        # 富士通… (委託先): the role stands in brackets behind the name
        before = [o for o in named if o.end <= match.start()] if string[: match.start()].rstrip().endswith("(") else []
        names = after or before
        if names:
            return [Party(names[0].name, role, held, heading.text[names[0].start : names[0].end])]
        # no form of company: the next words count when they begin with a proper noun
        for start, end in _lines(string, match.end()):
            words = [token for token in heading.doc if start <= token.idx < end and token.text.strip(_SIGNS)]
            if words and words[0].tag_.startswith("名詞-固有名詞"):
                name = string[words[0].idx : end].strip(_SIGNS)
                first = words[0].idx
                return [Party(name, role, held, heading.text[first : first + len(name)])]
            if words:
                break
    return []


_SIGNS = " \u3000()（）:：①②③④⑤⑥⑦⑧⑨⑩【】"


def _lines(string: str, start: int) -> list[tuple[int, int]]:
    """The lines of the string from `start` on, each as (from, to)."""
    return [match.span() for match in re.compile(r"[^\n]+").finditer(string, start)]


def merged(parties: Sequence[Party]) -> list[Party]:
    """Each organisation once a role: a short name (基金) joins the longer one that ends with it (支払基金)."""
    kept: list[Party] = []
    for party in parties:
        for n, other in enumerate(kept):
            if other.role != party.role:
                continue
            mine, its = key(party.name), key(other.name)
            if its.endswith(mine) or mine.endswith(its):
                longer = party if len(mine) > len(its) else other
                held = tuple(dict.fromkeys((*other.certifications, *party.certifications)))
                kept[n] = longer._replace(certifications=held)
                break
        else:
            kept.append(party)
    return kept
