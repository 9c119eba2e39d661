"""How the pages name things: kinds, rules, states, columns and values, in the reader's language."""

from __future__ import annotations

import datetime
from difflib import SequenceMatcher
from typing import Any

from pipeline.documents import findings
from pipeline.messages import Lang, catalogue, message
from pipeline.review.items import Item
from pipeline.review.queue import State
from pipeline.tables.schema import Column, tables

_TONES = {"returned": "back", "change": "", "doubtful": "warn", "value": ""}
_OWN_RULES = ("low_confidence", "chosen", "changed_source", "changed_program")
_COMPARED = 2_000
"""Characters of a text whose differences are marked; longer ones are shown as they are."""


def tone(item: Item) -> str:
    """The style of an item's label."""
    if item.kind != "finding":
        return _TONES[item.kind]
    return {"error": "error", "warning": "warn"}.get(item.severity, "")


def kind_words(item: Item, lang: Lang) -> str:
    """What kind of item it is; of a finding, how severe."""
    name = f"severity_{item.severity}" if item.kind == "finding" else f"kind_{item.kind}"
    return message(f"desk.{name}", lang)


def rule_words(rule: str, lang: Lang) -> str:
    """What lists call a rule; the rule itself where a table holds one that this version does not know."""
    if rule in _OWN_RULES:
        return message(f"desk.rule_{rule}", lang)
    return findings.rule_name(rule, lang)


def sentence(item: Item, lang: Lang) -> str:
    """What the item asks, as one sentence."""
    if item.kind in ("finding", "returned"):
        if item.rule in findings.rules():
            what = f"{table_words(item.table, lang)}・{column_words(item.table, item.column or '', lang)}".rstrip("・")
            return findings.sentence(item.rule, lang, item.left, item.right, item.page, what)
        return str(item.row.get("message") or item.rule)
    if item.kind == "change":
        return message(f"desk.ask_{item.rule}", lang, table=table_words(item.table, lang), value=_short(item.value))
    if item.kind == "doubtful":
        return message("desk.ask_doubtful", lang, table=table_words(item.table, lang), value=_short(item.value))
    return message("desk.ask_value", lang, table=table_words(item.table, lang), value=_short(item.value))


def state_words(state: State, lang: Lang) -> str:
    """What became of an item."""
    return message(f"desk.state_{state}", lang)


def table_words(table: str, lang: Lang) -> str:
    """A table's title."""
    declared = tables()[table]
    return declared.title if lang == "ja" else declared.title_en


def column_words(table: str, name: str, lang: Lang) -> str:
    """A column's title; empty where there is no such column."""
    for column in tables()[table].columns:
        if column.name == name:
            return title_of(column, lang)
    return ""


def title_of(column: Column, lang: Lang) -> str:
    """A column's title."""
    return column.title if lang == "ja" else column.title_en


def choice_words(value: Any, lang: Lang) -> Any:
    """What one of the fixed values of a column means; the value itself where it is none, or the document's own word."""
    key = f"choice.{value}"
    return message(key, lang) if key in catalogue() else value


def value_words(value: Any, lang: Lang) -> str:
    """A value for reading."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return message("desk.yes" if value else "desk.no", lang)
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def confidence_words(confidence: float | None) -> str:
    """A confidence as it is shown: never rounded up to certainty."""
    return "" if confidence is None else f"{int(confidence * 100) / 100:.2f}"


def moment_words(at: str) -> str:
    """A moment in this machine's time."""
    return datetime.datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M")


def compared(left: str | None, right: str | None) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Two readings in pieces, each with whether it differs from the other reading."""
    if not left or not right or max(len(left), len(right)) > _COMPARED:
        return [(left, False)] if left else [], [(right, False)] if right else []
    mine: list[tuple[str, bool]] = []
    theirs: list[tuple[str, bool]] = []
    for same, a0, a1, b0, b1 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if a1 > a0:
            mine.append((left[a0:a1], same != "equal"))
        if b1 > b0:
            theirs.append((right[b0:b1], same != "equal"))
    return mine, theirs


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 80 else flat[:79] + "…"
