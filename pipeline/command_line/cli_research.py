"""The commands for who works with the tables: `besshi report`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from pipeline.batch.runs import EXIT_ALL_READ
from pipeline.command_line.usage import UsageFault
from pipeline.messages import Lang, message

Option = Callable[[Any], Any]


def add_research_commands(besshi: click.Group, lang: Lang, out_option: Option, lang_option: Option) -> None:
    """Add the commands to the group, with their help in `lang` and the options that all commands share."""

    def say(key: str) -> str:
        return message(f"help.{key}", lang)

    @besshi.command(help=say("report"))
    @out_option
    @click.option("--html", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help=say("html"))
    @lang_option
    def report(out: Path, html: Path | None) -> int:
        return _report(out, html, lang)


def _report(out: Path, html: Path | None, lang: Lang) -> int:
    from pipeline.report.report import write_report

    try:
        written = write_report(out, html, lang)
    except FileNotFoundError as error:
        raise UsageFault("usage.no_tables", out=out) from error
    except OSError as error:
        raise UsageFault("usage.out_unwritable", out=html or out, detail=error.strerror) from error
    click.echo(message("overview.written", lang, path=written))
    return EXIT_ALL_READ
