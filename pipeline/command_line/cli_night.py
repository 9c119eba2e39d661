"""The commands of the night: `besshi nightly`, `besshi sources check`, `besshi archive verify`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from pipeline.batch.runs import EXIT_ALL_READ, EXIT_SOME_FAILED
from pipeline.command_line.places import Option, machine_options, must_be_here, unwritable
from pipeline.command_line.usage import UsageFault, print_json
from pipeline.messages import Lang, message
from pipeline.settings import use_forms_beside

if TYPE_CHECKING:
    from pipeline.night.nightly import Night
    from pipeline.night.sources import Office, Sources
    from pipeline.night.visits import Found


class NightRunner(Protocol):
    """Runs one night over the offices read from a path; `flows.py` brings one that goes through Prefect."""

    def __call__(self, path: Path, sources: Sources, out: Path, workers: int | None, lang: Lang, /) -> Night: ...


DEFAULT_SOURCES = Path("sources.toml")
"""Where the offices are listed unless told otherwise."""


def add_night_commands(
    besshi: click.Group,
    lang: Lang,
    night: NightRunner,
    check_limits: Callable[[], object],
    out_option: Option,
    json_option: Option,
    lang_option: Option,
) -> None:
    """Add the commands to the group, with their help in `lang` and the options that all commands share."""

    def say(key: str) -> str:
        return message(f"help.{key}", lang)

    sources_option = click.option(
        "--sources",
        "path",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        default=DEFAULT_SOURCES,
        show_default=True,
        help=say("sources_file"),
    )

    @besshi.command(help=say("nightly"))
    @sources_option
    @out_option
    @click.option("--workers", type=click.IntRange(min=1), metavar="N", help=say("workers"))
    @machine_options(say)
    @json_option
    @lang_option
    def nightly(path: Path, out: Path, workers: int | None, as_json: bool) -> int:
        use_forms_beside(path)
        check_limits()
        return _nightly(night, path, read(path), out, workers, as_json, lang)

    @besshi.group(help=say("sources"))
    @lang_option
    def sources() -> None:
        pass

    @sources.command(help=say("sources_check"))
    @sources_option
    @click.option("--office", metavar="NAME", help=say("office"))
    @json_option
    @lang_option
    def check(path: Path, office: str | None, as_json: bool) -> int:
        return _check(read(path), office, as_json, lang)

    @besshi.group(help=say("archive"))
    @lang_option
    def archive() -> None:
        pass

    @archive.command(help=say("archive_verify"))
    @out_option
    @click.option("--archive", "address", metavar="ADDRESS", help=say("archive_address"))
    @json_option
    @lang_option
    def verify(out: Path, address: str | None, as_json: bool) -> int:
        return _verify_address(address, as_json, lang) if address else _verify(out, as_json, lang)

    def read(path: Path) -> Sources:
        from pipeline.night.sources import SourcesError, read_sources

        try:
            return read_sources(path)
        except SourcesError as error:
            raise UsageFault("usage.sources_wrong", path=path, what=error.sentence(lang)) from error
        except OSError as error:
            raise UsageFault("usage.sources_missing", path=path, detail=error) from error


def _nightly(
    night: NightRunner, path: Path, sources: Sources, out: Path, workers: int | None, as_json: bool, lang: Lang
) -> int:
    from pipeline.archive.archive_copy import NoStorage

    if not sources.enabled:
        click.echo(message("offices.none", lang), err=True)
    try:
        done = night(path, sources, out, workers, lang)
    except NoStorage as error:
        address = sources.archive or "BESSHI_ARCHIVE"
        raise UsageFault("archive.no_storage", address=address, detail=str(error)) from error
    except OSError as error:
        raise unwritable(out, error) from error
    return told(done, as_json, lang)


def night_here(path: Path, sources: Sources, out: Path, workers: int | None, lang: Lang) -> Night:
    """The night without Prefect. Raises ThroughPrefect where a cluster is to read."""
    del path
    must_be_here()
    from pipeline.command_line.screen import ProgressListener
    from pipeline.night.nightly import run_night

    with ProgressListener(lang) as listener:
        return run_night(sources, out, workers, listener)


def told(night: Night, as_json: bool, lang: Lang) -> int:
    """Tell how a night went, as JSON or in words, and give the exit code."""
    if as_json:
        page = str(night.page) if night.page else None
        visits = [one.row() for one in night.visits]
        print_json(
            {**night.run.as_json(), "exit_code": night.exit_code, "record": str(night.run.record)}
            | {"page": page, "visits": visits, "write_error": night.write_error, "changes": night.changes}
        )
        return night.exit_code
    from pipeline.command_line.screen import print_summary

    for one in night.visits:
        click.echo(
            message(
                "night.visit",
                lang,
                office=one.office,
                links=one.links,
                new=sum(found.replaced is None for found in one.arrivals),
                replaced=sum(found.replaced is not None for found in one.arrivals),
                unchanged=one.not_modified + one.same_bytes,
                errors=len(one.errors),
            )
        )
        for error in one.errors:
            click.echo(f"  {error.url}: {error.sentence(lang)}" + (f" ({error.detail})" if error.detail else ""))
    if night.write_error:
        click.echo(message("run.fetch_failed", lang) + f" ({night.write_error})")
    print_summary(night.run, lang)
    counts = (night.changes or {}).get("counts")
    if counts:
        changed, since = counts["places"], (night.changes or {})["since"]
        click.echo(
            message("night.changes", lang, places=changed, documents=sum(counts["documents"].values()), since=since)
        )
    if night.page:
        click.echo(message("night.page", lang, page=night.page))
    return night.exit_code


def _check(sources: Sources, name: str | None, as_json: bool, lang: Lang) -> int:
    """Look at the pages of each office and print the links; fetches no report and keeps nothing."""
    from pipeline.night.fetching import Web
    from pipeline.night.turns import Turns
    from pipeline.night.visits import find_links

    named = [office for office in sources.offices if name is None or office.name == name]
    if name is not None and not named:
        known = ", ".join(office.name for office in sources.offices)
        raise UsageFault("usage.no_such_office", name=name, known=known)
    if not sources.contact and (name is not None or sources.enabled):
        raise UsageFault("offices.no_contact", where="fetching.contact")
    turns, failed, rows = Turns(), False, []
    for office in named:
        if not office.enabled and name is None:
            rows.append({"office": office.name, "enabled": False})
            if not as_json:
                click.echo(message("offices.disabled", lang, office=office.name))
            continue
        with Web(sources.contact, office.manners, turns, sources.allowed) as web:
            found = find_links(office, web)
        failed = failed or bool(found.errors)
        rows.append(_check_row(office, found))
        if not as_json:
            _print_check(office, found, lang)
    if as_json:
        print_json({"ok": not failed, "offices": rows})
    elif not rows:
        click.echo(message("offices.none", lang))
    return EXIT_SOME_FAILED if failed else EXIT_ALL_READ


def _check_row(office: Office, found: Found) -> dict[str, Any]:
    return {
        "office": office.name,
        "enabled": office.enabled,
        "pages": found.pages,
        "links": [{"url": link.url, "words": link.words, "page": page} for link, page in found.links],
        "errors": [error.row() for error in found.errors],
    }


def _print_check(office: Office, found: Found, lang: Lang) -> None:
    click.echo(message("offices.would_fetch", lang, office=office.name, pages=found.pages, links=len(found.links)))
    for link, _ in found.links:
        click.echo(f"  {link.url}  {link.words}")
    for error in found.errors:
        click.echo(f"  {error.url}: {error.sentence(lang)}" + (f" ({error.detail})" if error.detail else ""))


def _verify(out: Path, as_json: bool, lang: Lang) -> int:
    from pipeline.archive.archive_check import verify

    try:
        found = verify(out)
    except OSError as error:
        raise UsageFault("archive.no_storage", address=out, detail=error) from error
    if not found.documents:  # a slip in the address must not pass for a whole archive
        raise UsageFault("archive.none", place=out)
    if as_json:
        print_json(found.as_json())
    else:
        for fault in found.faults:
            click.echo(message(f"archive.{fault.kind}", lang, path=fault.path, detail=fault.detail))
        key = "archive.not_whole" if found.faults else "archive.whole"
        click.echo(message(key, lang, documents=found.documents, files=found.files, faults=len(found.faults)))
    return EXIT_SOME_FAILED if found.faults else EXIT_ALL_READ


def _verify_address(address: str, as_json: bool, lang: Lang) -> int:
    from pipeline.archive.archive_copy import ArchiveCopy, NoStorage

    try:
        documents, damaged = ArchiveCopy(address).damaged()
    except (NoStorage, OSError) as error:
        raise UsageFault("archive.no_storage", address=address, detail=error) from error
    if not documents:
        raise UsageFault("archive.none", place=address)
    if as_json:
        print_json({"documents": documents, "ok": not damaged, "damaged": damaged})
    else:
        for document_id in damaged:
            click.echo(message("archive.damaged", lang, path=f"{address}/archive/{document_id}", detail="SHA-256"))
        key = "archive.not_whole" if damaged else "archive.whole"
        click.echo(message(key, lang, documents=documents, files=documents, faults=len(damaged)))
    return EXIT_SOME_FAILED if damaged else EXIT_ALL_READ
