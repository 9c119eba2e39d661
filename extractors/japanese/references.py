"""References to earlier approvals (令和3年度第2回…審議会了承済) and to laws (…法（昭和25年法律第226号）).

Works on normalised strings (ASCII digits and brackets).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from extractors.japanese import vocabularies
from extractors.japanese.dates import ERAS, year_of


class Reference(NamedTuple):
    """A reference found at string[start:end]."""

    start: int
    end: int
    kind: Literal["approval", "law"]
    body: str | None = None
    fiscal_year: int | None = None
    session_no: int | None = None
    law_name: str | None = None
    law_number: str | None = None
    outcome: str | None = None


_ERA = "|".join(ERAS)
_SESSION = re.compile(
    rf"(?:(?P<era>{_ERA})\s?(?P<year>元|\d{{1,2}})|(?P<west>(?:19|20)\d\d))\s?年度?(?:\s|の)*第\s?(?P<no>\d{{1,3}})\s?回(?:定例会|臨時会)?"
)
_AND = re.compile(r"\s*(?:、|,|・|及び|並びに|と|から)\s*")


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    data = vocabularies.load("references")
    bodies = "|".join(sorted(data["bodies"], key=len, reverse=True))
    outcomes = "|".join(sorted(data["outcomes"], key=len, reverse=True))
    body = re.compile(rf"\s*(?:の)?\s*(?P<body>[^\s、。「」()\[\]【】]{{0,40}}?(?:{bodies}))")
    outcome = re.compile(
        rf"[^。()]{{0,12}}?(?P<outcome>(?:{outcomes})(?:\s*(?:・|、|及び)\s*(?:{outcomes}))*)(?:済み?|され|を得|を受け|し)?"
    )
    not_laws = re.compile(rf"(?:{'|'.join(data['not_laws'])})$")
    return body, outcome, not_laws


def find(string: str) -> Iterator[Reference]:
    """All references of the string, left to right."""
    found = [*_approvals(string), *_laws(string)]
    yield from sorted(found, key=lambda reference: (reference.start, reference.end))


def _approvals(string: str) -> Iterator[Reference]:
    body_pattern, outcome_pattern, _ = _patterns()
    sessions = list(_SESSION.finditer(string))
    group: list[re.Match[str]] = []
    for n, session in enumerate(sessions):
        group.append(session)
        after = sessions[n + 1] if n + 1 < len(sessions) else None
        if after is not None and _AND.fullmatch(string[session.end() : after.start()]):
            continue  # 平成19年度第9回、平成27年度第8回…審議会: the body stands once for both
        body = body_pattern.match(string, session.end())
        end = body.end() if body else session.end()
        outcome = outcome_pattern.match(string, end)
        if body or outcome:
            for one in group:
                yield Reference(
                    one.start(),
                    (outcome or body or session).end() if one is session else one.end(),
                    "approval",
                    body=body["body"] if body else None,
                    fiscal_year=year_of(one["era"], one["year"], one["west"]),
                    session_no=int(one["no"]),
                    outcome=re.sub(r"\s", "", outcome["outcome"]) if outcome else None,
                )
        group = []


_LAW_NUMBER = re.compile(
    rf"(?:{_ERA})\s?(?:元|\d{{1,2}})\s?年\s?[^\s()、。]{{0,14}}?(?:法律|政令|省令|府令|条例|規則|告示|訓令|要綱|勅令)\s?第\s?\d{{1,4}}\s?号"
)
_LAW_END = r"(?:に関する法律|法律|法施行規則|法施行令|条例施行規則|条例|法|政令|省令|規則|要綱|ガイドライン)"
_LAW_BEFORE = re.compile(rf"([^。「」『』]*{_LAW_END})[」』]?\s*(?:施行規則|施行令)?\s*\(\s*$")
_QUOTED_BEFORE = re.compile(r"[「『]([^「」『』]+)[」』]\s*\(\s*$")
_STARTS_AFTER = re.compile(r"(?:[、。()]|[はがも](?=[^ぁ-ん])|により|に基づき|に基づく|に規定する|による|とは|及び「)")
_AMENDING = re.compile(r"(?:「)?([一-龥々ァ-ヶー]{2,30}法(?:等)?の一部を改正する法律)")
_NAMED = re.compile(
    r"[一-龥々ァ-ヶー]{1,30}(?:法施行規則|法施行令|条例施行規則|法|条例)(?![一-龥])|[一-龥々ァ-ヶー]{2,30}に関する法律"
)


def _laws(string: str) -> Iterator[Reference]:
    _, _, not_laws = _patterns()
    taken: list[tuple[int, int]] = []
    for number in _LAW_NUMBER.finditer(string):
        before = string[: number.start()]
        quoted = _QUOTED_BEFORE.search(before)
        named = quoted or _LAW_BEFORE.search(before)
        if named is None:
            continue
        start, name = named.start(1), named[1]
        if not quoted:
            cuts = [cut.end() for cut in _STARTS_AFTER.finditer(name) if cut.end() < len(name) - 1]
            start += cuts[-1] if cuts else 0
            name = name[cuts[-1] :] if cuts else name
        end = number.end() + (string[number.end() : number.end() + 1] == ")")
        taken.append((start, end))
        yield Reference(start, end, "law", law_name=name.strip(), law_number=re.sub(r"\s", "", number.group()))
    for pattern in (_AMENDING, _NAMED):
        for match in pattern.finditer(string):
            span = match.span(1) if pattern is _AMENDING else match.span()
            name = string[slice(*span)]
            if any(a < span[1] and span[0] < b for a, b in taken):
                continue
            if pattern is _NAMED and (len(name) < 4 or not_laws.search(name)):
                continue
            taken.append(span)
            yield Reference(*span, "law", law_name=name)
