"""The shape of a large table: a folder of part files by office and fiscal year, in place of one file.

    NAME.parquet/<version>/<publisher_code>/<fiscal_year>/NAME-0.parquet

Rows whose year is not known lie in the folder of their office, those whose office is not in that of the version.

Every column stands in the files themselves and nothing is told by the names of the folders. Names in Hive's form
(`publisher_code=010006`) would be: pandas takes them for numbers and loses the leading zero, and the year of the
document would take the place of the year that a count or a reference is of.

<version> is a digest of the table's contents. A reader who found the names of one version and opens its files after
another took its place finds them missing; it never gets rows of both.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pyarrow as pa

from pipeline.files import part_of
from pipeline.tables.parquet_files import GroupWriter, row_groups
from pipeline.tables.schema import arrow_schema, tables


def split(file: Path, table: str) -> None:
    """Put a folder of parts with the rows of `file` in its place.

    To be done under the name that a file has before it takes its place: the change itself is not at once.
    """
    folder = part_of(file.with_name(f"{table}.parts"))
    shutil.rmtree(folder, ignore_errors=True)
    version = folder / _digest(file)
    for office, cuts in groupby(_by_office(file, table), key=itemgetter(0)):
        with GroupWriter(_next_part(version / office, table), arrow_schema(table)) as part:
            for _, batch in cuts:
                part.add(batch)
    file.unlink()
    folder.rename(file)


def _by_office(file: Path, table: str) -> Iterator[tuple[str, pa.RecordBatch]]:
    """The rows of a file in their order, cut where the folder of their office and year changes."""
    code_column, year_column = tables()[table].office
    for batch in row_groups(file):
        keys = [
            "" if code is None else code if year is None else f"{code}/{year}"
            for code, year in zip(batch[code_column].to_pylist(), batch[year_column].to_pylist(), strict=True)
        ]
        start = 0
        for end in range(1, len(keys) + 1):
            if end == len(keys) or keys[end] != keys[start]:
                yield keys[start], batch.slice(start, end - start)
                start = end


def _next_part(folder: Path, table: str) -> Path:
    """The next file of a folder; rows that do not come together, because they are out of order, have several."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{table}-{len(list(folder.glob('*.parquet')))}.parquet"


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:16]
