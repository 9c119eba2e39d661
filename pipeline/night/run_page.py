"""A page of titled tables, as HTML for a browser and as Markdown for Prefect; what it says is for others to know."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.messages import Lang, message

Cell = str | int | float

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:15px/1.6 sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}"
    "table{border-collapse:collapse;margin:.5rem 0 1.5rem;width:100%}"
    "td,th{border:1px solid #ccc;padding:.25rem .6rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "th{background:#f2f2f2}.alarm h2{color:#a00}.alarm th{background:#fbe9e7}.n{text-align:right;white-space:nowrap}"
    "@media(prefers-color-scheme:dark){body{color:#e6e4df;background:#1b1f22}td,th{border-color:#444c52}"
    "th{background:#2a3035}.alarm h2{color:#f5a497}.alarm th{background:#4a2620}a{color:#8fc6e4}}"
)


@dataclass(frozen=True)
class Section:
    """One table of the page. `alarm`: something that a person has to look at. `left_out`: rows too many to show."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    alarm: bool = False
    left_out: int = 0
    page: str = ""
    """A page beside this one that has more of it."""


def as_markdown(title: str, sections: Sequence[Section], lang: Lang) -> str:
    """The page as Markdown."""
    lines = [f"# {title}"]
    for section in sections:
        mark = "⚠ " if section.alarm else ""
        lines += ["", f"## {mark}{section.title}", "", "| " + " | ".join(section.columns) + " |"]
        lines.append("|" + "---|" * len(section.columns))
        lines += ["| " + " | ".join(_markdown_cell(cell) for cell in row) + " |" for row in section.rows]
        if section.left_out:
            lines += ["", message("report.left_out", lang, count=section.left_out)]
    return "\n".join(lines) + "\n"


def as_html(title: str, sections: Sequence[Section], lang: Lang) -> str:
    """The page as HTML; what sites and documents say is escaped, and no address in it is a link to follow blindly."""
    parts = [
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style>",
        f"<main><h1>{html.escape(title)}</h1>",
    ]
    for section in sections:
        numbers = [all(isinstance(row[n], int | float) for row in section.rows) for n in range(len(section.columns))]
        heads = "".join(
            f"<th{_kind(number)}>{html.escape(column)}</th>"
            for column, number in zip(section.columns, numbers, strict=True)
        )
        rows = "".join("<tr>" + "".join(_html_cell(cell) for cell in row) + "</tr>" for row in section.rows)
        more = f"<p>{message('report.left_out', lang, count=section.left_out)}</p>" if section.left_out else ""
        if section.page:
            link = html.escape(section.page)
            more += f'<p><a href="{link}">{html.escape(message("report.open_changes", lang))}</a></p>'
        kind = ' class="alarm"' if section.alarm else ""
        parts.append(
            f"<section{kind}><h2>{html.escape(section.title)}</h2>"
            f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{more}</section>"
        )
    return "\n".join([*parts, "</main>"]) + "\n"


def written(cell: Cell) -> str:
    """A cell for reading: whole numbers by thousands, others to a tenth."""
    if isinstance(cell, float):
        return f"{cell:,.1f}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def _kind(number: bool) -> str:
    return ' class="n"' if number else ""


def _markdown_cell(cell: Cell) -> str:
    flat = " ".join(written(cell).split())
    for sign in ("\\", "|", "<", "[", "`"):
        flat = flat.replace(sign, f"\\{sign}")
    return flat


def _html_cell(cell: Cell) -> str:
    return f"<td{_kind(not isinstance(cell, str))}>{html.escape(written(cell))}</td>"
