"""The commands about forms: `besshi forms list`, `besshi forms check`, `besshi forms new`."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.batch.runs import EXIT_ALL_READ, EXIT_SOME_FAILED
from pipeline.command_line.places import Option
from pipeline.command_line.usage import UsageFault, print_json
from pipeline.messages import Lang, message
from pipeline.settings import DEFAULT_FORMS, form_files, forms_folder, use_forms

if TYPE_CHECKING:
    from extractors.forms.form import Forms
    from pipeline.forms.account import Account


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

    @forms.command(help=say("forms_check"))
    @click.argument("file", metavar="PDF")
    @click.option("--page", type=click.IntRange(min=1), metavar="N", help=say("forms_page"))
    @forms_option
    @json_option
    @lang_option
    def check(file: str, page: int | None, forms: Path | None, as_json: bool) -> int:
        return _check(Path(file), page, taken_forms(forms), as_json, lang)

    @forms.command(help=say("forms_new"))
    @click.argument("file", metavar="PDF")
    @click.option("--to", metavar="FILE", help=say("forms_to"))
    @forms_option
    @lang_option
    def new(file: str, to: str | None, forms: Path | None) -> int:
        return _new(Path(file), to, taken_forms(forms), lang)


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


def _read(file: Path, lang: Lang) -> Account | None:
    """The account of a PDF; None, and a sentence why, where it cannot be read. Raises UsageFault."""
    from pipeline.batch.runs import Outcome
    from pipeline.command_line.screen import ProgressListener
    from pipeline.forms.account import account_of_file

    if not file.is_file():
        raise UsageFault("usage.no_such_path", path=file)
    with ProgressListener(lang) as listener:
        found = account_of_file(file, listener.one_document(file.name))
    if isinstance(found, Outcome):
        click.echo(f"{file}: {found.sentence(lang)}", err=True)
        return None
    return found


def _check(file: Path, page: int | None, forms: Forms, as_json: bool, lang: Lang) -> int:
    from pipeline.forms.account import account_lines

    account = _read(file, lang)
    if account is None:
        return EXIT_SOME_FAILED
    if page is not None and page > account.document["page_count"]:
        raise UsageFault("usage.no_such_page", file=file, page=page, pages=account.document["page_count"])
    if as_json:
        print_json(account.as_json(page))
    else:
        for line in account_lines(account, forms, lang, page):
            click.echo(line)
    return EXIT_ALL_READ


def _new(file: Path, to: str | None, forms: Forms, lang: Lang) -> int:
    from pipeline.forms.starting import new_labels, started_form

    path = Path(to) if to else (forms_folder() or DEFAULT_FORMS) / f"{form_name_for(file)}.toml"
    if to != "-" and path.exists():
        raise UsageFault("usage.file_there", path=path)
    account = _read(file, lang)
    if account is None:
        return EXIT_SOME_FAILED
    form = forms.named(account.reading["form"]["name"])
    words = started_form(account, form)
    if to == "-":
        click.echo(words, nl=False)
        return EXIT_ALL_READ
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words, encoding="utf-8")
    except OSError as error:
        raise UsageFault("usage.out_unwritable", out=path, detail=error) from error
    labels = len(new_labels(account, form))
    click.echo(message("forms.new_written", lang, path=path, labels=labels, file=file))
    return EXIT_ALL_READ


def form_name_for(file: Path) -> str:
    """A form's name made of a file's: small letters, digits and hyphens."""
    plain = re.sub(r"[^a-z0-9]+", "-", unicodedata.normalize("NFKC", file.stem).lower()).strip("-")
    return plain[:40] or "office"


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
