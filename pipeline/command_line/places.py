"""Where a command writes and where it reads: the options for an address, and for other machines."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from pipeline.command_line.usage import UsageFault
from pipeline.settings import ADDRESS_VARIABLE, RUNNER_VARIABLE, RUNNERS, runner
from pipeline.storage import NoStorage, is_address, is_local, place

Option = Callable[[Any], Any]


class ThroughPrefect(Exception):
    """What was asked for is what `flows.py` does: documents read by other processes than this command's own."""


class Place(click.ParamType[Path]):
    """A folder, or an address such as s3://bucket/besshi. UsageFault for one that cannot be opened."""

    name = "place"
    _folder = click.Path(file_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]
        if not is_address(value):
            return Path(self._folder.convert(str(place(value)), param, ctx))
        try:
            return place(value)
        except NoStorage as error:
            raise UsageFault("archive.no_storage", address=value, detail=str(error)) from error


def unwritable(out: Path, error: OSError) -> UsageFault:
    """What to say of an output that cannot be written: of an address, that more than the place may be wrong."""
    key = "usage.out_unwritable" if is_local(out) else "usage.address_unwritable"
    return UsageFault(key, out=out, detail=error)


def machine_options(say: Callable[[str], str]) -> Option:
    """`--runner` and `--dask`: where documents are read. Both are also said by the environment."""
    by_runner = click.option(
        "--runner", type=click.Choice(RUNNERS), help=say("runner"), callback=_chosen, expose_value=False
    )
    by_address = click.option("--dask", metavar="ADDRESS", help=say("dask"), callback=_addressed, expose_value=False)
    return lambda command: by_runner(by_address(command))


def _chosen(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    del ctx, param
    if value is not None:
        os.environ[RUNNER_VARIABLE] = value


def _addressed(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    del ctx, param
    if value is not None:
        os.environ[ADDRESS_VARIABLE] = value
        os.environ[RUNNER_VARIABLE] = "dask"


def must_be_here() -> None:
    """Raises ThroughPrefect where documents are to be read by a cluster, UsageFault where nobody knows by whom."""
    try:
        if runner() != "here":
            raise ThroughPrefect
    except ValueError as error:
        raise UsageFault("usage.bad_runner", value=str(error)) from error


@contextmanager
def cluster_faults(check: Callable[[], None]) -> Iterator[None]:
    """What keeps a cluster from being used, told as a wrong usage: by `check` before the block begins, or within it."""
    from pipeline.batch.cluster import NoCluster

    try:
        check()
        yield
    except NoCluster as error:
        raise UsageFault(f"usage.cluster_{error.why}", address=error.address, detail=error.detail) from error
    except ImportError as error:
        raise UsageFault("usage.no_dask", detail=str(error)) from error


def for_prefect(arguments: Sequence[str]) -> list[str]:
    """The arguments of this command as `flows.py` takes them: the command's name first."""
    name = next(one for one in arguments if one in ("extract", "nightly"))
    others = list(arguments)
    others.remove(name)
    return [name, *others]
