"""The commands for who works with the tables: `besshi report`, `besshi export`, `besshi tables compact`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.batch.runs import EXIT_ALL_READ, EXIT_SOME_FAILED
from pipeline.command_line.places import Option, unwritable
from pipeline.command_line.usage import UsageFault, print_json
from pipeline.messages import Lang, message

if TYPE_CHECKING:
    from pipeline.export.csv_files import Headings
    from pipeline.export.export import Form


def add_research_commands(
    besshi: click.Group, lang: Lang, out_option: Option, json_option: Option, lang_option: Option
) -> None:
    """Add the commands to the group, with their help in `lang` and the options that all commands share."""

    def say(key: str) -> str:
        return message(f"help.{key}", lang)

    @besshi.command(help=say("report"))
    @out_option
    @click.option("--html", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help=say("html"))
    @lang_option
    def report(out: Path, html: Path | None) -> int:
        return _report(out, html, lang)

    @besshi.command(help=say("export"))
    @click.option("--to", "form", type=click.Choice(["csv", "xlsx", "duckdb", "sqlite"]), required=True, help=say("to"))
    @click.argument("destination", metavar="[DEST]", required=False, type=click.Path(path_type=Path))
    @click.option("--headings", type=click.Choice(["names", "ja"]), help=say("headings"))
    @out_option
    @json_option
    @lang_option
    def export(form: Form, destination: Path | None, headings: Headings | None, out: Path, as_json: bool) -> int:
        return _export(out, form, destination, headings, as_json, lang)

    @besshi.group(help=say("tables"))
    @lang_option
    def tables() -> None:
        pass

    @tables.command(help=say("tables_compact"))
    @click.option("--partition-rows", type=click.IntRange(min=1), metavar="N", help=say("partition_rows"))
    @out_option
    @json_option
    @lang_option
    def compact(out: Path, partition_rows: int | None, as_json: bool) -> int:
        return _compact(out, partition_rows, as_json, lang)


def _must_have_tables(out: Path, error: OSError) -> None:
    """Raises UsageFault where what was not found are the tables, and not the place to write to."""
    from pipeline.storage import exists

    if isinstance(error, FileNotFoundError) and not exists(out / "tables"):
        raise UsageFault("usage.no_tables", out=out) from error


def _report(out: Path, html: Path | None, lang: Lang) -> int:
    from pipeline.report.report import write_report

    try:
        written = write_report(out, html, lang)
    except OSError as error:
        _must_have_tables(out, error)
        raise unwritable(html or out, error) from error
    click.echo(message("overview.written", lang, path=written))
    return EXIT_ALL_READ


def _export(
    out: Path, form: Form, destination: Path | None, headings: Headings | None, as_json: bool, lang: Lang
) -> int:
    from pipeline.export.export import NeedsFolder, NotOurs, export

    if headings and form not in ("csv", "xlsx"):
        raise UsageFault("usage.no_headings", form=form)
    try:
        done = export(out, form, destination, headings)
    except NotOurs as error:
        raise UsageFault("usage.not_ours", path=error.path) from error
    except NeedsFolder as error:
        raise UsageFault("usage.needs_folder", path=error) from error
    except OSError as error:
        _must_have_tables(out, error)
        click.echo(message("export.failed", lang, detail=error), err=True)
        return EXIT_SOME_FAILED
    if as_json:
        print_json({"path": str(done.path), "rows": done.rows})
    else:
        rows = sum(done.rows.values())
        click.echo(message("export.written", lang, path=done.path, tables=len(done.rows), rows=rows))
    return EXIT_ALL_READ


def _compact(out: Path, partition_rows: int | None, as_json: bool, lang: Lang) -> int:
    from pipeline.batch.limits import BadLimit
    from pipeline.storage import is_local
    from pipeline.tables.compact import compact
    from pipeline.tables.schema import RowError

    if not is_local(out):
        raise UsageFault("usage.compact_here", out=out)
    try:
        shapes = compact(out, partition_rows)
    except FileNotFoundError as error:
        raise UsageFault("usage.no_tables", out=out) from error
    except BadLimit as error:
        raise UsageFault("usage.bad_limit", name=error.name, value=error.value) from error
    except (OSError, RowError) as error:
        click.echo(message("compact.failed", lang, detail=error), err=True)
        return EXIT_SOME_FAILED
    if as_json:
        print_json(
            {name: {"before": asdict(before), "after": asdict(after)} for name, (before, after) in shapes.items()}
        )
        return EXIT_ALL_READ
    for name, (before, after) in shapes.items():
        if before != after:
            said = {
                f"{word}_{when}": value
                for when, shape in (("before", before), ("after", after))
                for word, value in asdict(shape).items()
            }
            click.echo(message("compact.changed", lang, table=name, **said))
    changed = sum(before != after for before, after in shapes.values())
    click.echo(message("compact.done", lang, tables=len(shapes), changed=changed))
    return EXIT_ALL_READ
