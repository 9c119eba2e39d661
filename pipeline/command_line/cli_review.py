"""The commands of the review: `besshi review`, `besshi review export`, `besshi review import`, `besshi accuracy`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.batch.runs import EXIT_ALL_READ, EXIT_SOME_FAILED
from pipeline.command_line.places import Option, unwritable
from pipeline.command_line.usage import UsageFault, print_json
from pipeline.messages import Lang, message
from pipeline.settings import DEFAULT_OUT

if TYPE_CHECKING:
    from pipeline.batch.run_lock import Holder
    from pipeline.review.accuracy import Accuracy, Tally


TOKEN_VARIABLE = "BESSHI_REVIEW_TOKEN"
"""Holds the token of the application: on the command line every user of the machine could read it."""


def add_review_commands(
    besshi: click.Group, lang: Lang, out_option: Option, json_option: Option, lang_option: Option
) -> None:
    """Add the commands to the group, with their help in `lang` and the options that all commands share."""

    def say(key: str) -> str:
        return message(f"help.{key}", lang)

    @besshi.group(help=say("review"), invoke_without_command=True)
    @out_option
    @click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help=say("review_host"))
    @click.option(
        "--port", type=click.IntRange(0, 65535), metavar="N", default=8610, show_default=True, help=say("review_port")
    )
    @lang_option
    @click.pass_context
    def review(context: click.Context, out: Path, host: str, port: int) -> int | None:
        return None if context.invoked_subcommand else _serve(out, host, port, lang)

    @review.command("export", help=say("review_export"))
    @out_option
    @click.option("--to", type=click.Path(dir_okay=False, path_type=Path), metavar="CSV", help=say("review_to"))
    @click.option(
        "--below", type=click.FloatRange(0, 1), metavar="N", default=0.0, show_default=True, help=say("review_below")
    )
    @lang_option
    @click.pass_context
    def export(context: click.Context, out: Path, to: Path | None, below: float) -> int:
        return _export(_out(context, out), to, below, lang)

    @review.command("import", help=say("review_import"))
    @click.argument("file", type=click.Path(path_type=Path), metavar="CSV")
    @click.option("--reviewer", required=True, metavar="NAME", help=say("reviewer"))
    @click.option("--check", is_flag=True, help=say("review_dry"))
    @out_option
    @json_option
    @lang_option
    @click.pass_context
    def take(context: click.Context, file: Path, reviewer: str, check: bool, out: Path, as_json: bool) -> int:
        return _import(_out(context, out), file, reviewer, check, as_json, lang)

    @besshi.command(help=say("accuracy"))
    @out_option
    @json_option
    @lang_option
    def accuracy(out: Path, as_json: bool) -> int:
        return _accuracy(out, as_json, lang)


def _out(context: click.Context, out: Path) -> Path:
    """The output folder, also where it was named before the word export or import."""
    above: Path = context.parent.params.get("out", DEFAULT_OUT) if context.parent else DEFAULT_OUT
    return above if out == DEFAULT_OUT else out


def _serve(out: Path, host: str, port: int, lang: Lang) -> int:
    from pipeline.review.access import TokenNeeded
    from pipeline.review.app import serve

    _must_be_there(out)
    try:
        serve(
            out,
            host,
            port,
            os.environ.get(TOKEN_VARIABLE) or None,
            lang,
            lambda address: click.echo(message("review.serving", lang, address=address)),
        )
    except TokenNeeded as error:
        raise UsageFault("review.token_needed", host=host, variable=TOKEN_VARIABLE) from error
    except OSError as error:
        raise UsageFault("review.no_address", host=host, port=port, detail=error) from error
    return EXIT_ALL_READ


def _export(out: Path, to: Path | None, below: float, lang: Lang) -> int:
    from pipeline.files import write_whole
    from pipeline.review.sheet import as_csv, lines_of

    _must_be_there(out)
    data = as_csv(lines_of(out, below))
    if to is None:
        click.echo(data, nl=False)
        return EXIT_ALL_READ
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        write_whole(to, data)
    except OSError as error:
        raise UsageFault("usage.out_unwritable", out=to, detail=error) from error
    click.echo(message("changes.written", lang, path=to))
    return EXIT_ALL_READ


def _import(out: Path, file: Path, reviewer: str, dry: bool, as_json: bool, lang: Lang) -> int:
    from pipeline.batch.up_to_date import write_tables_if_needed
    from pipeline.review.deciding import Refused
    from pipeline.review.sheet import NotASheet, take_back

    _must_be_there(out)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageFault("usage.unreadable", path=file, detail=error) from error
    try:
        taken = take_back(out, data, reviewer, lang, dry=dry)
        if taken.kept and not dry:
            with _alone(out, lang):
                write_tables_if_needed(out)
    except NotASheet as error:
        raise UsageFault("review.no_sheet", path=file, missing=error.missing) from error
    except Refused as refused:
        raise UsageFault(f"review.{refused.code}", **refused.values) from refused
    except OSError as error:
        raise unwritable(out, error) from error
    if as_json:
        lines = [{"line": number, "reason": reason} for number, reason in taken.refused]
        print_json({"kept": taken.kept, "unchanged": taken.passed, "refused": lines, "check": dry})
    else:
        for number, reason in taken.refused:
            click.echo(message("review.line_refused", lang, line=number, reason=reason), err=True)
        key = "review.would_take" if dry else "review.taken"
        click.echo(message(key, lang, kept=taken.kept, passed=taken.passed, refused=len(taken.refused)))
    return EXIT_SOME_FAILED if taken.refused else EXIT_ALL_READ


def _alone(out: Path, lang: Lang) -> Any:
    """The output folder for this command alone, while it writes tables."""
    import datetime
    from dataclasses import asdict

    from pipeline.batch.run_lock import run_lock

    def wait(holder: Holder | None) -> None:
        if holder is not None:
            click.echo(message("run.waiting", lang, **asdict(holder)), err=True)

    return run_lock(out, datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"), wait)


def _accuracy(out: Path, as_json: bool, lang: Lang) -> int:
    from pipeline.review.accuracy import accuracy
    from pipeline.review.decisions import read_decisions

    _must_be_there(out)
    decisions = read_decisions(out)
    found = accuracy(decisions.in_force)
    if as_json:
        damaged = [{"file": one.file, "line": one.line, "why": one.why} for one in decisions.damaged]
        print_json({**found.as_json(), "damaged_lines": damaged})
        return EXIT_ALL_READ
    for one in decisions.damaged:
        click.echo(message("review.damaged_line", lang, file=one.file, line=one.line, why=one.why), err=True)
    _print_accuracy(found, lang)
    return EXIT_ALL_READ


def _print_accuracy(found: Accuracy, lang: Lang) -> None:
    from rich.console import Console
    from rich.table import Table

    from pipeline.changes.screen import PIPED_WIDTH

    if not found.whole.reviewed:
        click.echo(message("accuracy.nothing", lang))
        return
    console = Console()
    console = console if console.is_terminal else Console(width=PIPED_WIDTH)

    def shown(title: str, heads: tuple[str, ...], rows: list[tuple[tuple[str, ...], Tally]]) -> None:
        table = Table(title=message(f"accuracy.{title}", lang), title_justify="left")
        for head in heads:
            table.add_column(message(f"accuracy.{head}", lang), overflow="fold")
        for head in ("reviewed", "changed", "unreadable", "share", "interval"):
            table.add_column(message(f"accuracy.{head}", lang), justify="right")
        for names, tally in rows:
            low, high = tally.interval
            share, span = f"{100 * tally.share:.1f} %", f"{100 * low:.1f}–{100 * high:.1f} %"
            table.add_row(*names, str(tally.reviewed), str(tally.changed), str(tally.unreadable), share, span)
        console.print(table)

    every = ((message("accuracy.whole", lang), ""), found.whole)
    shown("by_column", ("table", "column"), [*found.columns.items(), every])
    shown("by_band", ("confidence",), [((name,), tally) for name, tally in found.bands.items()])
    shown("by_method", ("method",), [((name,), tally) for name, tally in found.methods.items()])


def _must_be_there(out: Path) -> None:
    if not any((out / name).is_dir() for name in ("archive", "review", "tables")):
        raise UsageFault("usage.no_output", out=out)
