"""Whether the tables are those of the archive and the decisions, so that a night with nothing new writes none.

`runs/.tables-made-from` says of which archive and decisions, by which version, they were made: sizes and times of
files, no contents.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from pipeline.batch.known import version_now
from pipeline.files import locked, write_whole
from pipeline.settings import partition_rows
from pipeline.storage import stamps

NOTE = ".tables-made-from"


def write_tables_if_needed(out: Path) -> dict[str, int]:
    """The rows of each table in `out`, written anew unless they are up to date. Raises what `write_tables` raises."""
    made_from = _state(out)
    note = _note(out)
    if note.get("archive") == made_from and note.get("tables") == stamps(out / "tables"):
        rows: dict[str, int] = note["rows"]
        return rows
    from pipeline.tables.write import write_tables  # here: wrong usage need not wait for Arrow

    rows = write_tables(out)
    with suppress(OSError):  # on a full disk the tables are written all the same; the next run writes them again
        _take_note(out, {"archive": made_from, "tables": stamps(out / "tables"), "rows": rows})
    return rows


def _take_note(out: Path, note: dict[str, Any]) -> None:
    folder = out / "runs"
    with locked(folder):
        write_whole(folder / NOTE, orjson.dumps(note))


def _state(out: Path) -> str:
    """One word for the version, the shape of tables, and every file of the archive and of the decisions.

    Files count by name, size and time.
    """
    digest = hashlib.sha256(f"{version_now()}\0{partition_rows()}\0".encode())
    for folder in ("archive", "review"):
        for path, stamp in stamps(out / folder).items():
            digest.update(f"{folder}/{path}\0{stamp}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _note(out: Path) -> dict[str, Any]:
    try:
        note = orjson.loads((out / "runs" / NOTE).read_bytes())
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}
