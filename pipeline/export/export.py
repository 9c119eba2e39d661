"""`besshi export`: the tables of OUT in the form of another program, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pipeline.export.csv_files import Headings
from pipeline.export.ours import is_ours
from pipeline.files import locked, part_of, remove, whole
from pipeline.storage import is_local

Form = Literal["csv", "xlsx", "duckdb", "sqlite"]
FORMS: tuple[Form, ...] = ("csv", "xlsx", "duckdb", "sqlite")

NAMES: dict[Form, str] = {
    "csv": "besshi-csv",
    "xlsx": "besshi.xlsx",
    "duckdb": "besshi.duckdb",
    "sqlite": "besshi.sqlite",
}
"""What an export is called in OUT/export, and in a folder that is named; that of CSV is a folder itself."""

HEADINGS: dict[Form, Headings] = {"csv": "names", "xlsx": "ja"}
"""What stands over the columns where nothing is told: names for programs, Japanese for people. Databases have names."""


class NotOurs(Exception):
    """At `path` is something that this program did not make: it is left alone."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


class NeedsFolder(Exception):
    """CSV files cannot be sent to an address: many files do not take their place at once there."""


@dataclass
class Exported:
    """What was written: a file, or the folder of CSV files, and the rows of each table."""

    path: Path
    rows: dict[str, int] = field(default_factory=dict)


def export(
    out: Path,
    form: Form,
    destination: Path | None = None,
    headings: Headings | None = None,
    told: Callable[[str, int], None] = lambda *_: None,
) -> Exported:
    """Write the tables of `out` to `destination`, or to OUT/export; what an earlier export left there is replaced.

    `told` gets each table when it is written, and its rows. Raises FileNotFoundError where OUT lacks a table, NotOurs,
    NeedsFolder, and OSError; whatever is raised, `destination` is as it was.
    """
    path = destination or out / "export" / NAMES[form]
    if form == "csv" and not is_local(path):
        raise NeedsFolder(str(path))
    if form != "csv" and path.is_dir():
        path = path / NAMES[form]
    if is_local(path) and not is_ours(path, form):
        raise NotOurs(path)
    done = Exported(path)

    def count(table: str, rows: int) -> None:
        done.rows[table] = rows
        told(table, rows)

    with locked(path.parent, tidy=False):
        remove(part_of(path))  # what a killed export left
        with whole(path) as part:
            _write(out, form, part, headings or HEADINGS.get(form, "names"), count)
    return done


def _write(out: Path, form: Form, part: Path, headings: Headings, told: Callable[[str, int], None]) -> None:
    if form == "csv":
        from pipeline.export.csv_files import write_csv

        write_csv(out, part, headings, told)
    elif form == "xlsx":
        from pipeline.export.workbook import write_workbook

        write_workbook(out, part, headings, told)
    else:
        from pipeline.export.databases import write_duckdb, write_sqlite

        (write_duckdb if form == "duckdb" else write_sqlite)(out, part, told)
