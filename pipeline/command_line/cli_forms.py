"""The commands about forms: `besshi forms list`, `besshi forms check`, `besshi forms new`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from pipeline.batch.runs import EXIT_ALL_READ
from pipeline.command_line.usage import UsageFault, print_json
from pipeline.messages import Lang, message
from pipeline.settings import form_files, forms_folder, use_forms

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.forms.form import Forms

Option = Callable[[Any], Any]


def add_forms_commands(
    besshi: click.Group, lang: Lang, forms_option: Option, json_option: Option, lang_option: Option
) -> None:
    """Add the commands to the group, with their help in `lang` and the options that all commands share."""

    def say(key: str) -> str:
        return message(f"help.{key}", lang)

    @besshi.group(help=say("forms"))
    @lang_option
    def forms() -> None:
        pass

    @forms.command("list", help=say("forms_list"))
    @forms_option
    @json_option
    @lang_option
    def list_(forms: Path | None, as_json: bool) -> int:
        return _list(taken_forms(forms), as_json, lang)


def taken_forms(folder: Path | None) -> Forms:
    """The forms that documents are read with, those of `folder` where it is named. Raises UsageFault."""
    if folder is not None:
        use_forms(folder)
    return checked_forms()


def checked_forms() -> Forms:
    """The program's forms with the user's own. Raises UsageFault, which says what to mend in which file."""
    from extractors.forms.form import forms_of
    from extractors.forms.form_file import FormError

    try:
        return forms_of(form_files())
    except FormError as error:
        raise UsageFault(
            f"forms.{error.code}", file=error.file, line=error.line, entry=error.entry, detail=error.detail
        ) from error


def _list(forms: Forms, as_json: bool, lang: Lang) -> int:
    own = {file.name for file in form_files()}
    rows: list[dict[str, Any]] = [
        {
            "name": form.name,
            "title": form.title_ja if lang == "ja" else form.title_en,
            "own": f"{form.name}.toml" in own,
            "labels": sum(map(len, form.own.labels.values())) or len(form.columns) + len(form.fields),
            "undecided": list(form.own.undecided),
        }
        for form in (forms.general, *forms.special)
    ]
    folder = forms_folder()
    if as_json:
        print_json({"folder": str(folder) if folder else None, "forms": rows})
        return EXIT_ALL_READ
    for row in rows:
        click.echo(message("forms.line", lang, **row))
        if row["undecided"]:
            click.echo(message("forms.undecided", lang, labels="、".join(row["undecided"])))
    click.echo(message("forms.folder", lang, folder=folder) if folder else message("forms.folder_none", lang))
    return EXIT_ALL_READ
