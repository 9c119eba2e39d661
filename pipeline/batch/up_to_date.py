"""Whether the tables are those of the archive as it is, so that a night with nothing new writes none.

`runs/.tables-made-from` says of which archive, by which version, they were made: sizes and times of files, no contents.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from pipeline.batch.known import version_now
from pipeline.files import locked, write_whole

NOTE = ".tables-made-from"


def write_tables_if_needed(out: Path) -> dict[str, int]:
    """The rows of each table in `out`, written anew unless they are up to date. Raises what `write_tables` raises."""
    made_from = _state(out)
    note = _note(out)
    if note.get("archive") == made_from and note.get("tables") == _files(out / "tables"):
        rows: dict[str, int] = note["rows"]
        return rows
    from pipeline.tables.write import write_tables  # here: wrong usage need not wait for Arrow

    rows = write_tables(out)
    with suppress(OSError):  # on a full disk the tables are written all the same; the next run writes them again
        _take_note(out, {"archive": made_from, "tables": _files(out / "tables"), "rows": rows})
    return rows


def _take_note(out: Path, note: dict[str, Any]) -> None:
    folder = out / "runs"
    with locked(folder):
        write_whole(folder / NOTE, orjson.dumps(note))


def _state(out: Path) -> str:
    """One word for the version and every file of the archive, by name, size and time."""
    digest = hashlib.sha256(version_now().encode())
    for path in sorted(_walk(out / "archive")):
        digest.update(path.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _walk(folder: Path) -> list[str]:
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return []
    found: list[str] = []
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            found.extend(_walk(Path(entry.path)))
        else:
            found.append(f"{entry.path[len(str(folder)) - len(folder.name) :]}\0{_stamp(entry)}")
    return found


def _files(folder: Path) -> dict[str, str]:
    try:
        return {entry.name: _stamp(entry) for entry in sorted(os.scandir(folder), key=lambda entry: entry.name)}
    except OSError:
        return {}


def _stamp(entry: os.DirEntry[str]) -> str:
    found = entry.stat(follow_symlinks=False)
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ino}"


def _note(out: Path) -> dict[str, Any]:
    try:
        note = orjson.loads((out / "runs" / NOTE).read_bytes())
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}
