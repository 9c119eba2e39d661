"""How the tables of OUT take the places of those of before: written aside, their keys checked, shaped, and moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyarrow.parquet as pq

from pipeline.files import locked, part_of, put_in_place, remove
from pipeline.settings import partition_rows
from pipeline.storage import is_local
from pipeline.tables.data_package import PACKAGE_FILE, SOURCE, package_json, sources_in
from pipeline.tables.keys import check_keys
from pipeline.tables.parquet_files import GroupWriter
from pipeline.tables.parts import split
from pipeline.tables.schema import DOCUMENTS, arrow_schema, tables


@contextmanager
def tables_anew(out: Path, most_rows: int | None = None) -> Iterator[Mapping[str, GroupWriter]]:
    """Give a writer for each table; when the block ends well, what they wrote takes the places of the tables in `out`.

    A table of more than `most_rows` rows (as the environment says, where nothing is told) becomes a folder of parts;
    at an address it stays one file, for no storage lets many files change places at once.
    When the block or the check of keys fails (RowError, OSError, BadLimit), the tables of
    before are left whole. A reader meets a table as it was or as it is, never both in one.
    """
    most_rows = partition_rows() if most_rows is None else most_rows
    folder = out / "tables"
    paths = {name: folder / f"{name}.parquet" for name in tables()}
    with locked(folder), ExitStack() as parts:
        for path in (*paths.values(), folder / PACKAGE_FILE):
            parts.callback(remove, part_of(path))
        with ExitStack() as open_files:
            writers = {
                name: open_files.enter_context(GroupWriter(part_of(path), arrow_schema(name)))
                for name, path in paths.items()
            }
            yield writers
        check_keys({name: part_of(path) for name, path in paths.items()})
        sources = sources_in(pq.read_table(part_of(paths[DOCUMENTS]), columns=[*SOURCE]))
        for name, writer in writers.items():
            if writer.count > most_rows and is_local(out):
                split(part_of(paths[name]), name)
        part_of(folder / PACKAGE_FILE).write_bytes(package_json(_files(paths), sources))
        for path in (*paths.values(), folder / PACKAGE_FILE):
            put_in_place(path)


def _files(paths: Mapping[str, Path]) -> dict[str, list[str]]:
    """The files of each table that is a folder, as they will be called from the folder of tables."""
    return {
        name: [f"{path.name}/{file.relative_to(part_of(path)).as_posix()}" for file in files]
        for name, path in paths.items()
        if (files := sorted(part_of(path).rglob("*.parquet")))
    }
