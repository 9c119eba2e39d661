"""The pages of `--help` in the reader's language: click has words of its own for their headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from pipeline.messages import Lang, message


def in_the_readers_words(group: click.Command, lang: Lang, settings: dict[str, Any]) -> None:
    """Put the pages of a command and of all below it into `lang`; `settings` are those of their contexts."""
    headings = {
        "Options": message("help.options_heading", lang),
        "Commands": message("help.commands_heading", lang),
    }
    marks = {"[default: ": f"[{message('help.default', lang)}: ", "required]": f"{message('help.required', lang)}]"}

    class Page(click.HelpFormatter):
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, prefix or f"{message('help.usage_heading', lang)} ")

        @contextmanager
        def section(self, name: str) -> Iterator[None]:
            with super().section(headings.get(name, name)):
                yield

        def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
            super().write_dl([(name, _replaced(words, marks)) for name, words in rows], col_max, col_spacing)

    class Context(click.Context):
        formatter_class = Page

    for command in _every(group):
        command.context_class = Context
        command.short_help = command.help and re.split(r"(?<=。)|(?<=\.) ", command.help)[0].strip()
        option = command.get_help_option(Context(command, **settings))
        if option is not None:
            option.help = message("help.help", lang)


def _replaced(words: str, marks: Mapping[str, str]) -> str:
    for mark, own in marks.items():
        words = words.replace(mark, own)
    return words


def _every(command: click.Command) -> Iterator[click.Command]:
    """A command and all below it."""
    yield command
    if isinstance(command, click.Group):
        for below in command.commands.values():
            yield from _every(below)
