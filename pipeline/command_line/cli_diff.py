"""`besshi diff`: what changed between two output folders or two recorded runs."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.command_line.places import Option
from pipeline.command_line.usage import UsageFault, print_json
from pipeline.messages import Lang, message
from pipeline.settings import DEFAULT_OUT

NOTHING, SOMETHING = 0, 1
"""Exit codes, as those of diff(1)."""


def add_diff_command(besshi: click.Group, lang: Lang, json_option: Option, lang_option: Option) -> None:
    """Add the command to the group, with its help in `lang`."""

    def say(key: str) -> str:
        return message(f"help.{key}", lang)

    @besshi.command(help=say("diff"))
    @click.argument("old", metavar="OLD")
    @click.argument("new", metavar="NEW")
    @click.option("--html", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help=say("diff_html"))
    @click.option(
        "--out",
        type=click.Path(file_okay=False, path_type=Path),
        default=DEFAULT_OUT,
        show_default=True,
        help=say("diff_out"),
    )
    @click.option(
        "--limit", type=click.IntRange(min=0), metavar="N", default=200, show_default=True, help=say("diff_limit")
    )
    @json_option
    @lang_option
    def diff(old: str, new: str, html: Path | None, out: Path, limit: int, as_json: bool) -> int:
        return _diff(old, new, html, out, limit, as_json, lang)


def _diff(old: str, new: str, html: Path | None, out: Path, limit: int, as_json: bool, lang: Lang) -> int:
    from pipeline.changes.compare import compare
    from pipeline.changes.places import spots
    from pipeline.changes.recorded import KEPT, NotRecorded
    from pipeline.changes.report import as_json as changes_json
    from pipeline.changes.states import NoState, state_of

    try:
        before, after = state_of(old, out), state_of(new, out)
        changes = compare(before, after)
    except NoState as error:
        raise UsageFault("changes.no_state", name=error) from error
    except NotRecorded as error:
        known = ", ".join(error.known[-5:]) or "-"
        raise UsageFault("changes.not_recorded", run=error.run, kept=KEPT, known=known) from error
    except (OSError, ValueError) as error:
        raise UsageFault("changes.unreadable_state", detail=error) from error
    places = spots(changes.changes)
    if html is not None:
        from pipeline.changes.page import as_html
        from pipeline.files import write_whole

        try:
            html.parent.mkdir(parents=True, exist_ok=True)
            write_whole(html, as_html(changes, places, before.pdf, after.pdf, lang).encode())
        except OSError as error:
            raise UsageFault("usage.out_unwritable", out=html, detail=error) from error
    if as_json:
        print_json(changes_json(changes, places))
    else:
        from rich.console import Console

        from pipeline.changes.screen import print_changes

        print_changes(changes, places, lang, limit, Console())
        if html is not None:
            click.echo(message("changes.written", lang, path=html))
    return SOMETHING if changes.any else NOTHING
