"""`besshi report`: the tables of OUT in pictures, as one HTML file without a script or anything from elsewhere.

The order of the steps is here: gather, lay out, write. What is shown and what is left out of large collections is in
`limits`, the page itself in `report.html` and `report.css`. The same tables give the same bytes.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline.documents.findings import rules
from pipeline.files import write_whole
from pipeline.messages import Lang, catalogue, message
from pipeline.pictures.flow import Graph, read_graphs
from pipeline.pictures.flow_svg import svg
from pipeline.report import limits
from pipeline.report.control_map import control_map
from pipeline.report.counts_scale import counts_scale
from pipeline.report.gathering import Collection, Tallies, Tally
from pipeline.report.letters import FALLBACK, FAMILY, font_face
from pipeline.report.papers import Papers
from pipeline.tables.schema import tables

FILE = "report.html"


def write_report(out: Path, html: Path | None, lang: Lang) -> Path:
    """Write the report on the tables of `out` to `html`, or into `out`; gives where.

    Raises FileNotFoundError where `out` has no tables, OSError where the file cannot be written.
    """
    path = html or out / FILE
    collection = Collection(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    page = report(collection, path.parent, lang)
    write_whole(path, page.encode("utf-8"))
    return path


def report(collection: Collection, folder: Path, lang: Lang) -> str:
    """The page; `folder` is where it will stand, for its links lead from there to OUT's archive."""
    papers = Papers(collection, folder)
    page = _environment(papers, lang).get_template("report.html").render(**_shown(collection, papers))
    # The letters come last: only now is it known which ones the page has.
    return page.replace("/* letters */", font_face(page), 1)


def _shown(collection: Collection, papers: Papers) -> dict[str, Any]:
    """What the template shows, section by section."""
    drawn = collection.flow_cases()
    graphs = read_graphs([row["case_id"] for row in drawn], collection.out)
    return {
        "head": collection.head(),
        "documents": collection.documents(),
        "months": collection.months(),
        "categories": collection.categories(),
        "departments": collection.departments(),
        "map": control_map(collection),
        "items": _items(collection.items()),
        "scale": counts_scale(collection),
        "flows": [_flow(row, graphs[row["case_id"]], papers) for row in drawn],
        "findings": collection.findings(),
        "sureness": collection.sureness(),
        "cases": collection.listed(),
        "limits": limits,
        "units": collection.cases <= limits.UNITS_AT_MOST,
        "version": metadata.version("besshi"),
        "family": f'"{FAMILY}", {FALLBACK}',
    }


def _items(items: Tallies) -> dict[str, Any]:
    return {
        "categories": items_by_category(items),
        "kinds": items.kinds,
        "special": sum(tally.more["special"] for tally in items.rows),
        "numbers": sum(tally.more["number"] for tally in items.rows),
        "most": max((tally.cases for tally in items.rows), default=1),
    }


def items_by_category(items: Tallies) -> list[tuple[str, tuple[Tally, ...], int]]:
    """The items of each category, the category named most often first, with the number of items not shown.

    An item that the law singles out is never among those left out.
    """
    categories: dict[str, list[Tally]] = {}
    for tally in items.rows:
        categories.setdefault(tally.more["category"] or "", []).append(tally)
    shown = []
    for category, own in categories.items():
        kept = tuple(
            tally
            for place, tally in enumerate(own)
            if place < limits.ITEMS_OF_A_CATEGORY or tally.more["special"] or tally.more["number"]
        )
        shown.append((category, kept, len(own) - len(kept)))
    return sorted(shown, key=lambda one: (-sum(tally.cases for tally in categories[one[0]]), one[0]))


def _flow(row: dict[str, Any], graph: Graph, papers: Papers) -> dict[str, Any]:
    """A case's row of `flow_cases` with its drawing and its steps, the ends of each by name."""
    names = {node.id: node.name for node in graph.nodes}
    drawing = svg(graph, lambda page: papers.page(row["document_id"], page), f"{graph.case_id}-", cropped=True)
    steps = [(edge, names.get(edge.source or ""), names.get(edge.target or "")) for edge in graph.edges if edge.label]
    # svg() has escaped what comes from the PDF.
    return {**row, "drawing": Markup(drawing), "steps": steps}


def _environment(papers: Papers, lang: Lang) -> Environment:
    loader = PackageLoader("pipeline.report", "")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.globals.update(
        lang=lang,
        say=_say(lang),
        page=papers.page,
        largest=largest,
        item_category=_item_category(lang),
        sentence=_sentence(lang),
        table_title=lambda name: tables()[name].title if lang == "ja" else tables()[name].title_en,
    )
    environment.filters.update(number=_number, month=_month(lang), day=_day)
    environment.lstrip_blocks = True
    return environment


def _say(lang: Lang) -> Callable[..., str]:
    def say(key: str, **values: object) -> str:
        return message(f"overview.{key}", lang, **values)

    return say


def _sentence(lang: Lang) -> Callable[[dict[str, Any]], str]:
    """What a rule says, with the values of its first example."""

    def sentence(finding: dict[str, Any]) -> str:
        first, rule = finding["examples"][0], rules().get(finding["rule"])
        return rule[lang].format(left=first["left"], right=first["right"], page=first["page"]) if rule else ""

    return sentence


def _item_category(lang: Lang) -> Callable[[str], str]:
    """The name of a category of items in the reader's language; as it stands where the catalogue has none."""

    def name(category: str) -> str:
        key = f"item_category.{category.replace(' ', '_') or 'none'}"
        return message(key, lang) if key in catalogue() else category

    return name


class _Counted(Protocol):
    """What has a name and a number of cases."""

    @property
    def name(self) -> str: ...

    @property
    def cases(self) -> int: ...


def largest(tallies: Sequence[_Counted]) -> tuple[str, int]:
    """The names that share the first place, at most three of them, and their number of cases."""
    most = max((tally.cases for tally in tallies), default=0)
    names = [tally.name for tally in tallies if tally.cases == most]
    return "・".join(names[:3]) + ("…" if len(names) > 3 else ""), most


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,}"


def _day(value: datetime.date | None) -> str:
    return "" if value is None else value.isoformat()


def _month(lang: Lang) -> Callable[[str], str]:
    """`2023-04` or `2023` (a fiscal year) as the reader writes it."""

    def month(name: str) -> str:
        year, _, number = name.partition("-")
        if not number:
            return message("overview.fiscal_year", lang, year=year)
        return message("overview.month", lang, year=year, month=int(number))

    return month
