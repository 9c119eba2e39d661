"""The command line: `besshi extract`, `besshi show`, `besshi doctor`; more are in `cli_night` and `cli_research`.

Whatever is heavy is imported by the command that needs it, so that `besshi --help` and a wrong usage answer at once.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from pipeline.batch.runs import EXIT_ALL_READ, EXIT_SOME_FAILED, EXIT_STOPPED, EXIT_WRONG_USAGE
from pipeline.command_line.cli_diff import add_diff_command
from pipeline.command_line.cli_forms import add_forms_commands, checked_forms
from pipeline.command_line.cli_night import NightRunner, add_night_commands, night_here
from pipeline.command_line.cli_research import add_research_commands
from pipeline.command_line.cli_review import add_review_commands
from pipeline.command_line.help_pages import in_the_readers_words
from pipeline.command_line.places import (
    Place,
    ThroughPrefect,
    for_prefect,
    machine_options,
    must_be_here,
    unwritable,
)
from pipeline.command_line.usage import UsageFault, print_json, usage_sentence
from pipeline.messages import LANGS, Lang, language, message
from pipeline.settings import DEFAULT_OUT, OCR_VARIABLE, OUT_VARIABLE, use_forms
from pipeline.storage import NoStorage, exists, is_local, place

if TYPE_CHECKING:
    from pipeline.batch.limits import Limits
    from pipeline.batch.runs import Job, Run
    from pipeline.pictures.flow import Format


class Batch(Protocol):
    """Reads the documents planned from `paths`; `flows.py` brings one that goes through Prefect."""

    def __call__(
        self, paths: Sequence[str], jobs: Sequence[Job], out: Path, workers: int | None, lang: Lang, again: bool, /
    ) -> Run: ...


def main(arguments: Sequence[str] | None = None, batch: Batch | None = None, night: NightRunner | None = None) -> int:
    """Run the command line and give its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    lang = language(arguments=arguments)
    end_politely()
    try:
        code = commands(lang, batch or read_here, night or night_here).main(
            arguments, prog_name="besshi", standalone_mode=False
        )
    except ThroughPrefect:
        os.execv(sys.executable, [sys.executable, "-m", "flows", *for_prefect(arguments)])
    except UsageFault as fault:
        return _wrong_usage(message(fault.key, lang, **fault.shown()), fault.key, "--json" in arguments)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.message, err=True)
        return EXIT_WRONG_USAGE
    except click.UsageError as error:
        return _wrong_usage(usage_sentence(error, lang), "usage", "--json" in arguments)
    except OSError as error:
        if error.filename is not None or error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EBADF):
            raise
        # what a file could not take was told with its name: this was the screen, or what it leads to
        click.echo(message("run.not_shown", lang, detail=error), err=True)
        return EXIT_SOME_FAILED
    except (KeyboardInterrupt, click.Abort):
        click.echo(message("run.stopped", lang), err=True)
        return EXIT_STOPPED
    return code if isinstance(code, int) else EXIT_ALL_READ


def end_politely() -> None:
    """From now on a polite request to end (SIGTERM) is taken like Ctrl-C."""

    def as_interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, as_interrupt)


def _wrong_usage(sentence: str, code: str, as_json: bool) -> int:
    if as_json:
        print_json({"exit_code": EXIT_WRONG_USAGE, "error": code, "message": sentence})
    click.echo(sentence, err=True)
    return EXIT_WRONG_USAGE


def commands(lang: Lang, batch: Batch, night: NightRunner = night_here) -> click.Group:
    """The commands with their help in `lang`; `extract` reads with `batch`, `nightly` runs `night`."""

    def say(key: str) -> str:
        return message(f"help.{key}", lang)

    helped: dict[str, Any] = {"help_option_names": ["--help", "-h"]}
    as_json = click.option("--json", "as_json", is_flag=True, help=say("json"))
    # main() has looked for it already, wherever it stands; here it is only accepted and explained
    lang_option = click.option("--lang", type=click.Choice(LANGS), expose_value=False, help=say("lang"))
    out_option = click.option(
        "--out",
        type=Place(),
        metavar="FOLDER|ADDRESS",
        default=DEFAULT_OUT,
        envvar=OUT_VARIABLE,
        show_default=True,
        help=say("out"),
    )

    forms_option = click.option(
        "--forms", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help=say("forms_folder")
    )

    @click.group(help=say("group"), context_settings=helped)
    @click.version_option(package_name="besshi", prog_name="besshi", help=say("version"))
    @lang_option
    def besshi() -> None:
        pass

    @besshi.command(help=say("extract"))
    @click.argument("paths", nargs=-1, required=True, metavar="PDF|FOLDER …")
    @out_option
    @click.option("--workers", type=click.IntRange(min=1), metavar="N", help=say("workers"))
    @click.option("--ocr", type=click.Choice(["both", "rapidocr", "tesseract"]), help=say("ocr"))
    @click.option("--again", is_flag=True, help=say("again"))
    @machine_options(say)
    @forms_option
    @as_json
    @lang_option
    def extract(
        paths: tuple[str, ...],
        out: Path,
        workers: int | None,
        ocr: str | None,
        again: bool,
        forms: Path | None,
        as_json: bool,
    ) -> int:
        if forms is not None:
            use_forms(forms)
        if ocr is not None:
            os.environ[OCR_VARIABLE] = ocr
        checked_limits()
        jobs = planned(paths, out)
        try:
            run = batch(paths, jobs, out, workers, lang, again)
        except OSError as error:
            raise unwritable(out, error) from error
        return reported(run, lang, as_json)

    @besshi.command(help=say("show"))
    @click.argument("file", metavar="FILE")
    @click.option("--page", type=click.IntRange(min=1), metavar="N", required=True, help=say("page"))
    @click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="PNG", help=say("png"))
    @lang_option
    def show(file: str, page: int, out: Path | None) -> int:
        return _show(Path(file), page, out, lang)

    @besshi.command(help=say("flow"))
    @click.argument("case_id", metavar="CASE_ID")
    @click.option(
        "--format",
        "form",
        type=click.Choice(["mermaid", "graphml", "svg", "json"]),
        default="mermaid",
        show_default=True,
        help=say("format"),
    )
    @out_option
    @lang_option
    def flow(case_id: str, form: Format, out: Path) -> int:
        return _flow(case_id, form, out)

    @besshi.command(help=say("doctor"))
    @out_option
    @as_json
    @lang_option
    def doctor(out: Path, as_json: bool) -> int:
        from pipeline.command_line.doctor import examine, print_report

        pieces = examine(out, lang)
        if as_json:
            print_json(
                {"ok": all(piece.ok or not piece.needed for piece in pieces), "pieces": [p.row() for p in pieces]}
            )
        else:
            print_report(pieces, lang)
        return EXIT_ALL_READ if all(piece.ok or not piece.needed for piece in pieces) else EXIT_SOME_FAILED

    add_night_commands(besshi, lang, night, checked_limits, out_option, as_json, lang_option)
    add_diff_command(besshi, lang, as_json, lang_option)
    add_review_commands(besshi, lang, out_option, as_json, lang_option)
    add_forms_commands(besshi, lang, forms_option, as_json, lang_option)
    add_research_commands(besshi, lang, out_option, as_json, lang_option)
    in_the_readers_words(besshi, lang, helped)
    return besshi


def planned(paths: Sequence[str], out: Path) -> list[Job]:
    """The documents at `paths`, `out` ready to be written; raises UsageFault where there is nothing to do."""
    from pipeline.batch.batch import plan

    try:
        for path in paths:
            if not exists(place(path)) and not Path(path).is_symlink():
                raise UsageFault("usage.no_such_path", path=path)
        jobs = plan(paths, out)
    except (NoStorage, OSError) as error:
        raise UsageFault("archive.no_storage", address=" ".join(paths), detail=str(error)) from error
    if not jobs:
        raise UsageFault("usage.no_pdf", paths=" ".join(paths))
    try:
        if is_local(out):
            out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(out, error) from error
    return jobs


def checked_limits() -> Limits:
    """The limits of the environment; raises UsageFault where one, or a form, makes no sense."""
    from pipeline.batch.limits import BadLimit, Limits
    from pipeline.settings import partition_rows, reading_settings

    try:
        limits = Limits.from_environment()
        partition_rows()
        reading_settings(limits)
        checked_forms()
    except BadLimit as error:
        raise UsageFault("usage.bad_limit", name=error.name, value=error.value) from error
    except ValueError as error:
        raise UsageFault("usage.bad_ocr", value=str(error)) from error
    return limits


def read_here(
    paths: Sequence[str], jobs: Sequence[Job], out: Path, workers: int | None, lang: Lang, again: bool
) -> Run:
    """The batch without Prefect. Raises ThroughPrefect where a cluster is to read."""
    del paths
    must_be_here()
    from pipeline.batch.batch import run_batch
    from pipeline.command_line.screen import ProgressListener

    with ProgressListener(lang) as listener:
        return run_batch(jobs, out, workers, listener, again=again)


def reported(run: Run, lang: Lang, as_json: bool) -> int:
    """Tell how a run went, as JSON or in words, and give the exit code."""
    if as_json:
        print_json({**run.as_json(), "record": str(run.record)})
    else:
        from pipeline.command_line.screen import print_summary

        print_summary(run, lang)
    return run.exit_code


def _show(file: Path, page: int, out: Path | None, lang: Lang) -> int:
    from extractors.errors import DocumentError
    from extractors.pages.opening import open_pdf
    from pipeline.pictures.show import show

    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageFault("usage.unreadable", path=file, detail=error) from error
    try:
        with open_pdf(data) as pdf:
            pages = len(pdf.pages)
        if page > pages:
            raise UsageFault("usage.no_such_page", file=file, page=page, pages=pages)
        written = show(file, page, out)
    except DocumentError as error:
        click.echo(f"{file}: {message(f'outcome.{error.code}', lang)}", err=True)
        return EXIT_SOME_FAILED
    except OSError as error:
        raise UsageFault("usage.out_unwritable", out=out or Path(), detail=error) from error
    click.echo(message("show.written", lang, path=written))
    return EXIT_ALL_READ


def _flow(case_id: str, form: Format, out: Path) -> int:
    from pipeline.pictures.flow import UnknownCase, flow

    try:
        try:
            printed = flow(case_id, out, form)
        except UnknownCase as unknown:
            # the number alone will do where it names one case
            named = [
                one for one in unknown.known if case_id.isdecimal() and int(one.rpartition("-")[2]) == int(case_id)
            ]
            if len(named) != 1:
                if not unknown.known:
                    raise UsageFault("usage.no_cases", out=out) from unknown
                offered = named or unknown.known
                known = "、".join(offered[:10]) + ("…" if len(offered) > 10 else "")
                key = "usage.several_cases" if named else "usage.no_such_case"
                raise UsageFault(key, case=case_id, out=out, known=known) from unknown
            printed = flow(named[0], out, form)
    except FileNotFoundError as error:
        raise UsageFault("usage.no_tables", out=out) from error
    click.echo(printed, nl=not printed.endswith("\n"))
    return EXIT_ALL_READ
