"""Deciding: what a reviewer says of a value, checked against the archive and the declaration before it is kept."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.archive.archive import rows_kept
from pipeline.extraction import Row
from pipeline.messages import Lang, message
from pipeline.review.decisions import Action, Decision, append, read_decisions
from pipeline.review.replay import Returned
from pipeline.tables.schema import DOCUMENTS, Column, declaration, tables

NAME_LENGTH, WHY_LENGTH, VALUE_LENGTH = 60, 2_000, 20_000
"""Most characters of a reviewer's name, of a reason, and of a corrected text."""

FOUND_BY = ("document_id", "case_id", "rule", "page", "x0", "top", "x1", "bottom", "left_value", "right_value")
"""What tells findings apart, which have no key of their own; of equal ones a decision is about all."""

_KNOWN_FROM_ELSEWHERE = {"documents": {"file_name", "source_url", "page_count", "supersedes", "is_current"}}
_YES, _NO = ("true", "はい", "yes", "○", "1"), ("false", "いいえ", "no", "×", "0")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


class Refused(Exception):
    """A decision that is not kept. `code` names the reason: the sentence is `review.<code>` of the catalogue."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(f"{code} {values}")
        self.code = code
        self.values = values

    def sentence(self, lang: Lang) -> str:
        """What is wrong and what to do."""
        column = self.values.get("column")
        named = {"column": (column.title if lang == "ja" else column.title_en)} if isinstance(column, Column) else {}
        kind = {"type": message(f"review.type_{self.values['type']}", lang)} if "type" in self.values else {}
        return message(f"review.{self.code}", lang, **{**self.values, **named, **kind})


def key_of(table: str, row: Mapping[str, Any]) -> Row:
    """The natural key of a row, from the tables or from the archive: the columns that tell it from all others."""
    return {name: row.get(name) for name in tables()[table].key or FOUND_BY}


def correctable(table: str, column: Column) -> bool:
    """Whether a value of the column may be corrected: not what names or places a row, nor what points at another."""
    declared = tables()[table]
    pointing = {name for key in declared.foreign_keys for name in key.columns}
    evidence = {"page", "x0", "top", "x1", "bottom", "continued", "method", "confidence", "raw_text"}
    fixed = {*declared.key, *evidence, *pointing, "document_id", "case_id", "case_no", "ocr_confidence"}
    fixed |= _KNOWN_FROM_ELSEWHERE.get(table, set()) if table == DOCUMENTS else set(declared.office)
    return table != "findings" and column.name not in fixed and column.type not in ("places", "points")


def decide(
    out: Path,
    reviewer: str,
    action: Action,
    document_id: str,
    table: str,
    key: Mapping[str, Any],
    column: str | None = None,
    new: Any = None,
    why: str = "",
    *,
    dry: bool = False,
) -> Decision:
    """Keep what a reviewer says of a value, or with no `column` of a row as a whole; gives the record as kept.

    `key` is the row's natural key as `key_of` gives it. `new` is the value of a correction, of the column's type (for
    one that was typed in, see `value_from_text`); None empties it. With `dry` it is only checked. Raises Refused with
    nothing kept, and OSError.
    """
    reviewer, why = checked_name(reviewer), checked_reason(why)
    if action not in ("accept", "correct", "unreadable", "skip"):
        raise Refused("bad_action", action=action)
    if table not in tables():
        raise Refused("no_such_table", table=table)
    declared = next((one for one in tables()[table].columns if one.name == column), None)
    if column is not None and declared is None:
        raise Refused("no_such_column", table=table, name=column)
    row = _row_read(out, document_id, table, key)
    if action == "correct":
        new = checked_correction(table, declared, row, new)
    elif new is not None:
        raise Refused("nothing_to_put", action=action)
    kept = {name: value for name, value in row.items() if value is not None}
    old = row.get(column) if column is not None else None
    decision = Decision("", reviewer, action, document_id, table, key_of(table, row), column, old, new, why, kept)
    return decision if dry else append(out, decision)


def accept_loss(out: Path, reviewer: str, returned: Returned, why: str = "") -> Decision:
    """Keep that the row of a decision that came back without one is rightly gone, so that it comes back no more.

    Raises Refused and OSError.
    """
    lost = replace(returned.decision, document_id=returned.document_id, action="accept", old=None, new=None, row={})
    return append(out, replace(lost, by=checked_name(reviewer), why=checked_reason(why)))


def undo(out: Path, reviewer: str, decision_id: str | None = None) -> Decision:
    """Take back the reviewer's last decision, or the one named, which has to be their own; gives the one taken back.

    What was decided on the same value before, by whomever, counts again. Raises Refused and OSError.
    """
    reviewer = checked_name(reviewer)
    decisions = read_decisions(out)
    own = decisions.last_of(reviewer)
    if decision_id is not None:
        own = next((one for one in decisions.in_force if one.id == decision_id and one.by == reviewer), None)
    if own is None:
        raise Refused("nothing_to_undo")
    append(out, replace(own, action="undo", new=None, old=None, why="", row={}, undoes=own.id))
    return own


def checked_name(reviewer: str) -> str:
    """A reviewer's name as it is kept. Raises Refused."""
    name = unicodedata.normalize("NFC", " ".join(reviewer.split()))
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise Refused("bad_name", most=NAME_LENGTH)
    return name


def checked_reason(why: str) -> str:
    """A reason as it is kept. Raises Refused."""
    plain = _plain(why)
    if len(plain) > WHY_LENGTH:
        raise Refused("too_long", length=len(plain), most=WHY_LENGTH)
    return plain


def value_from_text(table: str, name: str, text: str) -> Any:
    """The value of a column that a person typed: full-width digits, separators, 2023年4月3日 and はい are understood.

    Nothing but spaces is no value. Raises Refused where the text is none of that type.
    """
    column = next((one for one in tables()[table].columns if one.name == name), None)
    if column is None:
        raise Refused("no_such_column", table=table, name=name)
    plain = _plain(text)
    if not plain:
        return None
    flat = unicodedata.normalize("NFKC", plain)
    try:
        if column.type == "integer":
            return int(re.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+|[+-]?\d{1,19}", flat)[0].replace(",", ""))  # type: ignore[index]
        if column.type == "number":
            return float(re.fullmatch(r"[+-]?\d[\d,]*(?:\.\d+)?", flat)[0].replace(",", ""))  # type: ignore[index]
        if column.type == "date":
            return datetime.date(*map(int, _DAY.fullmatch(flat).groups()))  # type: ignore[union-attr]
        if column.type == "boolean":
            return _YES.index(flat.lower()) >= 0 if flat.lower() not in _NO else False
    except (TypeError, ValueError, AttributeError):
        raise Refused("wrong_type", column=column, value=plain[:100], type=column.type) from None
    return plain


def _plain(text: str) -> str:
    """NFC, with one kind of line break and no other control characters; no spaces around."""
    unified = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(letter for letter in unified if letter == "\n" or letter.isprintable() or letter == "\u3000").strip()


def _row_read(out: Path, document_id: str, table: str, key: Mapping[str, Any]) -> Row:
    """The row as the program read it, whatever was decided on it since. Raises Refused where there is none."""
    if not re.fullmatch(r"[0-9a-f]{64}", document_id):
        raise Refused("no_such_document", document=document_id[:12])
    try:
        rows = rows_kept(out, document_id).get(table, [])
    except FileNotFoundError:
        raise Refused("no_such_document", document=document_id[:12]) from None
    wanted = key_of(table, key)
    found = next((row for row in rows if key_of(table, row) == wanted), None)
    if found is None:
        raise Refused("no_such_row", table=declaration().tables[table].name)
    return found


def checked_correction(table: str, column: Column | None, row: Row, new: Any) -> Any:
    """The value that a correction of a row would put there, as it is kept; keeps nothing. Raises Refused."""
    if table == "findings":
        if column is not None or new is not None:
            raise Refused("finding_value")
        return None
    if column is None:
        raise Refused("no_column")
    if not correctable(table, column):
        raise Refused("fixed_column", column=column)
    if isinstance(new, str):
        new = _plain(new) or None
        if new is not None and len(new) > VALUE_LENGTH:
            raise Refused("too_long", length=len(new), most=VALUE_LENGTH)
    if misfit := column.misfit(new):
        kind, bound = misfit
        if kind == "type":
            raise Refused("wrong_type", column=column, value=str(new)[:100], type=column.type)
        raise Refused(f"not_allowed_{kind}", column=column, value=str(new)[:100], bound=bound)
    if new == row.get(column.name) and type(new) is type(row.get(column.name)):
        raise Refused("same_value", column=column)
    return new
