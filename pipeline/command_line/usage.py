"""What every command needs to answer its user, and our sentences for what click says of a wrong command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from pipeline.messages import Lang, message
from pipeline.names import on_one_line


class UsageFault(Exception):
    """A command that cannot be carried out as given; `key` finds the sentence."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

    def shown(self) -> dict[str, object]:
        """The values as they may stand in a sentence, whatever bytes a name is made of."""
        return {
            key: on_one_line(str(value)) if isinstance(value, str | Path) else value
            for key, value in self.values.items()
        }


def print_json(value: Any) -> None:
    """One JSON object on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def usage_sentence(error: click.UsageError, lang: Lang) -> str:
    """Our sentence for what click says of a wrong command line."""
    key, values = _told(error)
    return message(key, lang, **values, command=error.ctx.command_path if error.ctx else "besshi")


def _told(error: click.UsageError) -> tuple[str, dict[str, object]]:
    if isinstance(error, click.NoSuchOption):
        return "usage.unknown_option", {"name": error.option_name}
    if isinstance(error, click.NoSuchCommand):
        return "usage.unknown_command", {"name": error.command_name}
    if isinstance(error, click.BadOptionUsage):
        return "usage.missing_value", {"name": error.option_name}
    if isinstance(error, click.MissingParameter):
        return "usage.missing_argument", {"name": _printed_name(error.param)}
    if isinstance(error, click.BadParameter):
        key, values = _expected(error)
        return key, {"name": _printed_name(error.param), **values}
    if error.ctx and isinstance(error.ctx.command, click.Group) and not error.ctx.args:
        return "usage.missing_command", {}
    return "usage.wrong", {"detail": error.message.rstrip(".")}


def _expected(error: click.BadParameter) -> tuple[str, dict[str, object]]:
    """What the parameter takes, by its type; what click says where that is of no type of ours."""
    kind = error.param.type if error.param else None
    if isinstance(kind, click.Choice):
        return "usage.not_a_choice", {"choices": ", ".join(kind.choices)}
    if isinstance(kind, click.IntRange | click.FloatRange):
        least, most = kind.min, kind.max
        return ("usage.no_number_from" if most is None else "usage.no_number_between"), {"least": least, "most": most}
    for end, key in ((" is a file.", "usage.not_a_folder"), (" is a directory.", "usage.not_a_file")):
        if error.message.endswith(end):  # of click's Path, which has no type for each of its refusals
            return key, {}
    return "usage.bad_value", {"detail": error.message.rstrip(".")}


def _printed_name(parameter: click.Parameter | None) -> str:
    """As the help prints it: the option's first name, an argument's place holder."""
    if isinstance(parameter, click.Option):
        return parameter.opts[0]
    return parameter.human_readable_name if parameter else ""
