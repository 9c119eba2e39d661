"""Findings: what a reviewer should look at, each by a rule of `findings.toml` with its severity and sentence."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from extractors.pages.text import Evidence
from pipeline.extraction import Row
from pipeline.messages import Lang
from pipeline.tables import schema

_EMPTY = dict.fromkeys(("page", "x0", "top", "x1", "bottom", "continued", "method", "confidence", "raw_text"))


@cache
def rules() -> dict[str, dict[str, str]]:
    """Every rule by name: `severity`, what lists call it, its sentences; `…_alone` is said without a right value."""
    return tomllib.loads((Path(__file__).parent / "findings.toml").read_text(encoding="utf-8"))


def rule_name(rule: str, lang: Lang) -> str:
    """What lists call a rule; the rule itself where a table holds one that this version does not know."""
    return rules().get(rule, {}).get(f"name_{lang}", rule)


def finding(
    document_id: str,
    rule: str,
    *,
    case_id: str | None = None,
    left: Any = None,
    right: Any = None,
    evidence: Evidence | None = None,
    page: int | None = None,
) -> Row:
    """A row of `findings`; raises KeyError for a rule that is not declared."""
    place = schema.evidence_columns(evidence) if evidence is not None else {**_EMPTY, "page": page}
    return {
        "document_id": document_id,
        "case_id": case_id,
        "rule": rule,
        "severity": rules()[rule]["severity"],
        "message": sentence(rule, "ja", left, right, page),
        "left_value": None if left is None else str(left),
        "right_value": None if right is None else str(right),
        **place,
    }


def sentence(
    rule: str, lang: Lang, left: Any = None, right: Any = None, page: int | None = None, what: str = ""
) -> str:
    """What a finding says; raises KeyError for a rule that is not declared."""
    entry = rules()[rule]
    template = entry[lang] if right is not None else entry.get(f"{lang}_alone", entry[lang])
    return template.format(left=left, right=right, page=page, what=what)
