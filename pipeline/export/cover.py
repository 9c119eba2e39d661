"""The first two sheets of the workbook: what the whole is and how sure its values are, and every column explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.messages import LANGS, Lang, message
from pipeline.tables.data_package import PRESENCE, TYPES, sources_of_tables
from pipeline.tables.schema import Table, declaration, tables

PARAGRAPHS = ("what", "sure", "evidence", "findings", "empty", "formulas", "lists", "licence", "cite")
"""The paragraphs of the cover, each a sentence of `messages.toml` under its heading."""


@dataclass(frozen=True)
class Said:
    """What the cover says of a table: on which sheets it is, its rows, and how many cells were too long for Excel."""

    table: Table
    sheets: tuple[str, ...]
    rows: int
    cut: int


def write_cover(book: xlsxwriter.Workbook, sheet: Worksheet, out: Path, said: Sequence[Said]) -> None:
    """Write the cover, Japanese in one column and English beside it."""
    large = book.add_format({"bold": True, "font_size": 16})
    head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "valign": "top"})
    link = book.add_format({"font_color": "#0563C1", "underline": 1})
    whole = declaration()
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 2, 62)
    sheet.set_column(3, 3, 14, book.add_format({"num_format": "#,##0"}))
    sheet.write_string(0, 0, whole.title, large)
    sheet.write_string(1, 0, whole.title_en)
    row = 3
    for name in PARAGRAPHS:
        texts = [message(f"workbook.{name}", lang, rights=_rights(lang)) for lang in LANGS]
        # No program that only reads the file knows how high a wrapped text is, so the row is given its height.
        sheet.set_row(row, 15.5 * max(_lines(texts[0], 31), _lines(texts[1], 62)))
        sheet.write_string(
            row, 0, message(f"workbook.{name}_head", "ja") + "\n" + message(f"workbook.{name}_head", "en"), bold
        )
        for column, text in enumerate(texts, start=1):
            sheet.write_string(row, column, text, wrapped)
        row += 1
    row += 1
    for column, name in enumerate(("table", "holds", "holds", "rows")):
        lang: Lang = "en" if column == 2 else "ja"
        words = message(f"workbook.{name}", lang)
        sheet.write_string(
            row, column, words if column in (1, 2) else f"{words} / {message(f'workbook.{name}', 'en')}", head
        )
    for one in said:
        for number, name in enumerate(one.sheets):
            row += 1
            sheet.write_url(row, 0, f"internal:'{name}'!A1", link, name)
            if number == 0:
                sheet.write_string(row, 1, _held(one, "ja"))
                sheet.write_string(row, 2, _held(one, "en"))
                sheet.write_number(row, 3, one.rows)
    row += 2
    sheet.write_string(row, 0, f"{message('workbook.sources', 'ja')} / {message('workbook.sources', 'en')}", head)
    for source in sources_of_tables(out):
        row += 1
        sheet.write_string(row, 0, source["publisher"] or message("workbook.unknown", "ja"))
        sheet.write_string(row, 1, source["source_url"] or message("workbook.from_disk", "ja"))
        if not source["source_url"]:
            sheet.write_string(row, 2, message("workbook.from_disk", "en"))


def write_columns(book: xlsxwriter.Workbook, sheet: Worksheet, head: Format) -> None:
    """Write the list of all columns of all tables."""
    del book
    names = ("table", "column", "title_ja", "title_en", "type", "presence", "meaning_ja", "meaning_en")
    for number, (name, width) in enumerate(zip(names, (18, 20, 24, 24, 16, 20, 80, 80), strict=True)):
        sheet.set_column(number, number, width)
        words = [message(f"workbook.{name}", lang) for lang in LANGS]
        sheet.write_string(0, number, " / ".join(words), head)
    row = 0
    for table in tables().values():
        for column in table.columns:
            row += 1
            cells = (
                table.name,
                column.name,
                column.title,
                column.title_en,
                " / ".join(TYPES[column.type]),
                " / ".join(PRESENCE[column.presence]),
                column.description,
                column.description_en,
            )
            for number, cell in enumerate(cells):
                sheet.write_string(row, number, cell)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, row, len(names) - 1)


def _held(one: Said, lang: Lang) -> str:
    title = one.table.title if lang == "ja" else one.table.title_en
    return title + (message("workbook.cut", lang, count=one.cut) if one.cut else "")


def _rights(lang: Lang) -> str:
    whole = declaration()
    return whole.rights if lang == "ja" else whole.rights_en


def _lines(text: str, letters: int) -> int:
    return max(2, sum(-(-max(1, len(line)) // letters) for line in text.split("\n")))
