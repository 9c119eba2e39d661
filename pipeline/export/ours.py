"""Whether what stands in the place of an export is an earlier export: all else is a person's own, and left alone."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from pipeline.tables.data_package import PACKAGE_FILE
from pipeline.tables.schema import tables


def is_ours(path: Path, form: str) -> bool:
    """Whether `path` is free for an export of this form: nothing is there, something empty, or what an export of
    the same form made. Raises OSError."""
    if not path.exists():
        return True
    if form == "csv":
        return path.is_dir() and _is_our_folder(path)
    if path.is_dir():
        return False
    if not path.is_file() or path.stat().st_size == 0:
        return path.is_file()
    try:
        return _LOOKS[form](path)
    except PermissionError:
        raise
    except Exception:  # whatever the libraries say of a file of another kind
        return False


def _is_our_folder(path: Path) -> bool:
    held = {entry.name for entry in path.iterdir()}
    if not held:
        return True
    try:
        package = json.loads((path / PACKAGE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    ours = {PACKAGE_FILE, *(f"{name}.csv" for name in tables())}
    return isinstance(package, dict) and package.get("name") == "besshi" and held <= ours


def _is_our_workbook(path: Path) -> bool:
    with zipfile.ZipFile(path) as book:
        return b"<dc:title>besshi</dc:title>" in book.read("docProps/core.xml")


def _is_our_sqlite(path: Path) -> bool:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
        names = database.execute("select name from sqlite_master where type = 'table'").fetchall()
    return tables().keys() <= {name for (name,) in names}


def _is_our_duckdb(path: Path) -> bool:
    import duckdb

    with duckdb.connect(str(path), read_only=True) as database:
        names = database.execute("select table_name from information_schema.tables").fetchall()
    return tables().keys() <= {name for (name,) in names}


_LOOKS: dict[str, Callable[[Path], bool]] = {
    "xlsx": _is_our_workbook,
    "sqlite": _is_our_sqlite,
    "duckdb": _is_our_duckdb,
}
