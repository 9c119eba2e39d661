"""The archive at a second place, any address that fsspec knows (`s3://bucket/besshi`, a folder on another disk).

`OUT/archive` is what a run works on; the address holds the same folders. What was kept here and is not there yet is
sent, what is there and not here is brought back, so that a run on a new machine with an empty OUT goes on where the
last one ended. Of a PDF the address only ever gets bytes that have its ID; one that is there is never written again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec
import orjson

from pipeline.batch.known import RECORD
from pipeline.files import locked, write_whole
from pipeline.storage import NoStorage, as_os_error, stamps, write_at

__all__ = ["ArchiveCopy", "Copied", "NoStorage"]

FILES = ("document.pdf", "sources.json", "fetched.json", "reading.json", "rows.json", RECORD)
"""In the order in which they are written: what makes a document complete comes last, here as there."""

NOTE = ".sent.json"
"""In `runs`: sizes and times of what was sent, so that a night sends only what is new."""


@dataclass(frozen=True)
class Copied:
    """Files that were brought back or sent."""

    documents: int
    files: int


class ArchiveCopy:
    """The archive at `address`. Raises NoStorage where it cannot be opened."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        try:
            with as_os_error():
                self._fs, self._root = fsspec.core.url_to_fs(self.address)
                self._fs.exists(f"{self._root}/archive")  # asks for access; what is not there yet is made by writing
        except OSError as error:
            raise NoStorage(str(error)) from error

    @as_os_error()
    def send(self, out: Path) -> Copied:
        """Send what is in the archive of `out` and not there, or there in another state. Raises OSError."""
        there = self._listed()
        sent, now = self._note(out), {}
        folders = files = 0
        here = stamps(out / "archive")
        for document_id in sorted({key.partition("/")[0] for key in here}):
            before = files
            for key in (f"{document_id}/{name}" for name in FILES if f"{document_id}/{name}" in here):
                now[key] = here[key]
                if not _is_there(key, now[key], there.get(key), sent.get(key) == now[key]):
                    data = (out / "archive" / key).read_bytes()
                    if key.endswith("/document.pdf") and hashlib.sha256(data).hexdigest() != document_id:
                        continue  # damaged here: what is there must not be lost, and nothing wrong be kept
                    write_at(self._fs, f"{self._root}/archive/{key}", data)
                    files += 1
            folders += files > before
        if now != sent:
            with locked(out / "runs"):
                write_whole(out / "runs" / NOTE, orjson.dumps({"address": self.address, "files": now}))
        return Copied(folders, files)

    @as_os_error()
    def bring_back(self, out: Path) -> Copied:
        """Bring back the documents that are there and not in the archive of `out`. Raises OSError."""
        folders = files = 0
        there = self._listed()
        for document_id in sorted({path.partition("/")[0] for path in there}):
            folder = out / "archive" / document_id
            if (folder / "document.pdf").exists() or f"{document_id}/document.pdf" not in there:
                continue
            data = self._fs.cat_file(f"{self._root}/archive/{document_id}/document.pdf")
            if hashlib.sha256(data).hexdigest() != document_id:
                continue
            with locked(folder):
                write_whole(folder / "document.pdf", data)
                for name in FILES[1:]:
                    if f"{document_id}/{name}" in there:
                        write_whole(folder / name, self._fs.cat_file(f"{self._root}/archive/{document_id}/{name}"))
                        files += 1
            folders, files = folders + 1, files + 1
        return Copied(folders, files)

    @as_os_error()
    def damaged(self) -> tuple[int, list[str]]:
        """How many documents are there, and the IDs of those whose bytes are missing or are not what the ID says.

        Raises OSError.
        """
        there = self._listed()
        every = sorted({path.partition("/")[0] for path in there})
        found = []
        for document_id in every:
            path = f"{self._root}/archive/{document_id}/document.pdf"
            whole = f"{document_id}/document.pdf" in there
            if not whole or hashlib.sha256(self._fs.cat_file(path)).hexdigest() != document_id:
                found.append(document_id)
        return len(every), found

    def _listed(self) -> dict[str, dict[str, Any]]:
        """Every file there by `document_id/name`, as the storage describes it."""
        self._fs.invalidate_cache()
        found: dict[str, dict[str, Any]] = self._fs.find(f"{self._root}/archive", detail=True)
        parts = ((path.rsplit("/", 2), facts) for path, facts in found.items())
        return {f"{names[-2]}/{names[-1]}": facts for names, facts in parts if names[-1] in FILES}

    def _note(self, out: Path) -> dict[str, str]:
        """Which files this address got, in which state they were; nothing where that is not known."""
        try:
            kept = orjson.loads((out / "runs" / NOTE).read_bytes())
            return dict(kept["files"]) if kept["address"] == self.address else {}
        except (OSError, ValueError, TypeError, KeyError):
            return {}


def _is_there(key: str, stamp: str, there: dict[str, Any] | None, was_sent: bool) -> bool:
    """Whether the address holds a file as it is here: a PDF never changes, what is beside it may."""
    if there is None or str(there.get("size")) != stamp.partition(" ")[0]:
        return False
    return key.endswith("/document.pdf") or was_sent
