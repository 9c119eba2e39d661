"""Changes on a terminal: a table of rows, the differing characters marked, the figures below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from pipeline.changes.compare import CAUSES, Changes, RowChange
from pipeline.changes.marking import marked, shortened
from pipeline.changes.places import Spot
from pipeline.changes.report import counts_of, plain
from pipeline.messages import Lang, message
from pipeline.tables.alignment import compared_columns
from pipeline.tables.schema import tables

PIPED_WIDTH = 160
"""Columns where there is no terminal to ask."""

_STYLES = {"old": "red strike", "new": "green underline", "gap": "dim", "same": ""}


def print_changes(changes: Changes, places: Sequence[Spot], lang: Lang, limit: int, console: Console) -> None:
    """Print what changed: documents, then a row a value, `limit` rows at most, then how much there is in all."""
    if not console.is_terminal:
        console = Console(file=console.file, width=PIPED_WIDTH)
    counts = counts_of(changes, places)
    if not changes.any:
        console.print(escape(message("changes.nothing", lang, old=changes.old, new=changes.new)), soft_wrap=True)
        return
    for one in changes.documents:
        name = " ".join(filter(None, (one.paper.publisher, one.paper.file_name, one.paper.document_id[:12])))
        console.print(f"{message(f'changes.how_{one.how}', lang)}: {escape(name)}", soft_wrap=True, highlight=False)
    if places:
        console.print(_table(places, lang, limit))
    total = sum(len(spot.changes) for spot in places)
    if total > limit:
        console.print(message("changes.left_out", lang, count=total - limit), soft_wrap=True)
    for document in changes.unreadable:
        console.print(escape(message("changes.unreadable", lang, document=document)), soft_wrap=True)
    found = message(
        "changes.found", lang, places=counts["places"], rows=counts["rows"], old=changes.old, new=changes.new
    )
    causes = "、" if lang == "ja" else ", "
    said = causes.join(f"{message(f'changes.cause_{cause}', lang)} {changes.causes[cause]}" for cause in CAUSES)
    console.print(escape(f"{found} {said}"), soft_wrap=True, highlight=False)


def _table(places: Sequence[Spot], lang: Lang, limit: int) -> Table:
    shown = Table(show_lines=False)
    for name in ("document", "cause", "table", "column"):
        shown.add_column(message(f"changes.{name}", lang), overflow="fold")
    shown.add_column(f"{message('changes.old', lang)} → {message('changes.new', lang)}", overflow="fold", ratio=1)
    left = limit
    for spot in places:
        for number, change in enumerate(spot.changes):
            if left <= 0:
                return shown
            left -= 1
            where = _where(change, lang) if number == 0 else ""
            for cause, column, text in _lines(change, lang):
                shown.add_row(escape(where), cause, change.table, column, text)
                where = ""
    return shown


def _where(change: RowChange, lang: Lang) -> str:
    case = message("changes.case", lang, number=change.case_no) if change.case_no is not None else ""
    page = change.row.get("page")
    said = message("changes.page_number", lang, page=page) if page is not None else ""
    return " ".join(filter(None, (change.paper.file_name, case, said)))


def _lines(change: RowChange, lang: Lang) -> list[tuple[str, str, Text]]:
    """For each value: the cause, the column, the text."""
    if change.how != "changed":
        values = [change.row.get(name) for name in compared_columns(change.table)]
        said = " / ".join(str(plain(value)) for value in values if value is not None)
        style = "green" if change.how == "added" else "red"
        said = said if len(said) <= 120 else f"{said[:119]}…"
        return [(_cause(change.cause, lang), message(f"changes.how_{change.how}", lang), Text(said, style))]
    return [(_cause(cell.cause, lang), cell.column, _between(cell.old, cell.new, lang)) for cell in change.cells]


def _cause(cause: str, lang: Lang) -> str:
    return message(f"changes.cause_{cause}", lang)


def _between(old: Any, new: Any, lang: Lang) -> Text:
    if isinstance(old, str) and isinstance(new, str):
        pieces = shortened(marked(old, new))
        # Without colours the marks have to be characters.
        signs = {"old": "[-{}-]", "new": "{{+{}+}}"}
        return Text.assemble(
            *(
                (signs.get(piece.kind, "{}").format(piece.text.replace("\n", "⏎")), _STYLES[piece.kind])
                for piece in pieces
            )
        )
    empty = message("changes.empty", lang)
    before, after = (empty if value is None else str(plain(value)) for value in (old, new))
    return Text.assemble((before, _STYLES["old"]), " → ", (after, _STYLES["new"]))


def column_title(table: str, column: str, lang: Lang) -> str:
    """What a column is called."""
    found = next((one for one in tables()[table].columns if one.name == column), None)
    return column if found is None else found.title if lang == "ja" else found.title_en
