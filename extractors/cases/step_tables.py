"""Steps of a flow that a 別紙 tells in a ruled table: a number, what is done, from whom to whom, by what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from extractors.diagrams.delivery import media_and_delivery
from extractors.diagrams.step_labels import label_alone, step_label
from extractors.japanese import vocabularies
from extractors.japanese.normalise import key
from extractors.pages.text import Text
from extractors.tables.cells import TableReading

_TO = re.compile(r"\s*(?:→|⇒|➡|⇨|⟶|➔|➜|＞＞|>>)\s*")
_FROM = re.compile(r"\s*(?:←|⇐|⬅|⇦)\s*")
_NUMBER = re.compile(r"\s*([0-9０-９]{1,2})\s*")


def steps_of(table: TableReading) -> Iterator[dict[str, Any]]:
    """The `flow_steps` rows that a table tells, without their ordinals; none where its head names no route."""
    for head in range(min(table.table.rows, 3)):
        columns = _columns(table, head)
        if _tells_steps(columns):
            for number in range(head + 1, table.table.rows):
                cells = {r.cell.column: r.text for r in table.reaching(number) if r.text}
                row = _step({name: cells[column] for name, column in columns.items() if column in cells})
                if row is not None:
                    yield row
            return


def _columns(table: TableReading, head: int) -> dict[str, int]:
    """Which column stands for what, by the heads in a row."""
    known = vocabularies.load("step_tables")
    found: dict[str, int] = {}
    for reading in table.row(head):
        words = _plain(reading.text)
        if _TO.search(words):
            found.setdefault("route", reading.cell.column)
            continue
        ending = [
            (len(own), name)
            for name, entries in known.items()
            if name not in found
            for entry in entries
            if words.endswith(own := key(entry))
        ]
        if words and ending:
            found[max(ending)[1]] = reading.cell.column
    return found


def _plain(text: Text) -> str:
    return key(text.string.replace("\n", ""))


def _tells_steps(columns: Mapping[str, int]) -> bool:
    return "text" in columns and ("route" in columns or {"sender", "receiver"} <= columns.keys())


def _step(cells: Mapping[str, Text]) -> dict[str, Any] | None:
    """One row of the table; None for one without words or number."""
    text = cells.get("text", Text())
    label = label_alone(cells["number"]) if "number" in cells else step_label(text)
    if label is not None:
        name, number = label.label, label.number
        text = text if "number" in cells else text[label.length :].strip()
    else:
        digits = _NUMBER.fullmatch(cells["number"].string) if "number" in cells else None
        if digits is None:
            return None
        name, number = str(int(digits[1])), int(digits[1])
    whole = Text.join(cells.values(), "\u3000")
    if not text or whole.evidence is None:
        return None
    sender, receiver = _ends(cells)
    carried = _one_line(cells["carried"]).string if "carried" in cells else ""
    media, delivery = media_and_delivery(
        f"{_one_line(text).string}（{carried}）" if carried else _one_line(text).string
    )
    return {
        "label": name,
        "number": number,
        "text": _one_line(text).string,
        "media": media,
        "delivery": delivery,
        "sender": sender,
        "receiver": receiver,
        "sender_box": None,
        "receiver_box": None,
        "evidence": whole.evidence,
    }


def _ends(cells: Mapping[str, Text]) -> tuple[str | None, str | None]:
    if "route" not in cells:
        sender, receiver = (_one_line(cells[n]).string if n in cells else None for n in ("sender", "receiver"))
        return sender, receiver
    route = _one_line(cells["route"])
    for arrow, order in ((_TO, 1), (_FROM, -1)):
        ends = [end.string for end in route.split(arrow)]
        if len(ends) >= 2:
            first, *_, last = ends[::order]
            return first, last
    return None, None


def _one_line(text: Text) -> Text:
    return text.removed(r"\n")
