"""Whether everything in the archive is still what was kept: every PDF hashed again, every other file read.

A PDF's name is its SHA-256, so the archive proves itself. The files beside it are read as what they should be; what was
read from a PDF can always be made again from its bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from pipeline.archive.fetched import FETCHED, facts_in
from pipeline.batch.known import RECORD
from pipeline.storage import bytes_of, digest_of, exists, is_local, stamps

OnDocument = Callable[[int, int], None]


@dataclass(frozen=True)
class Fault:
    """A file that is not as it was kept. `kind`: `damaged` or `missing`."""

    document_id: str
    path: str
    kind: str
    detail: str = ""


@dataclass(frozen=True)
class Check:
    """What a look at the whole archive found."""

    documents: int
    files: int
    faults: tuple[Fault, ...]

    def as_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "documents": self.documents,
            "files": self.files,
            "ok": not self.faults,
            "faults": [vars(fault) for fault in self.faults],
        }


def verify(out: Path, on_document: OnDocument | None = None) -> Check:
    """Look at every file of the archive; changes nothing. `on_document(done, total)` after each document."""
    archive = out / "archive"
    listed = [path.split("/") for path in stamps(archive)]
    by_folder = {parts[0]: 0 for parts in listed if len(parts) > 1}
    if is_local(archive) and archive.is_dir():  # an empty folder is a document that is missing
        by_folder |= {path.name: 0 for path in archive.iterdir() if path.is_dir()}
    for parts in listed:
        if len(parts) == 2 and not parts[1].startswith("."):
            by_folder[parts[0]] += 1
    faults: list[Fault] = []
    for number, name in enumerate(sorted(by_folder), 1):
        faults += _faults(archive / name)
        if on_document is not None:
            on_document(number, len(by_folder))
    return Check(len(by_folder), sum(by_folder.values()), tuple(faults))


def _faults(folder: Path) -> list[Fault]:
    found = [fault for fault in (_pdf(folder), _sources(folder)) if fault]
    outcome, fault = _json(folder, RECORD)
    found += [fault] if fault else []
    was_read = isinstance(outcome, dict) and outcome.get("outcome") in ("ok", "partial")
    for name in ("rows.json", "reading.json"):
        if exists(folder / name) or was_read:
            _, fault = _json(folder, name, needed=True)
            found += [fault] if fault else []
    if exists(folder / FETCHED):
        try:
            facts_in(folder)
        except (OSError, ValueError, TypeError, KeyError) as error:
            found.append(_damaged(folder, FETCHED, error))
    return found


def _pdf(folder: Path) -> Fault | None:
    path = folder / "document.pdf"
    try:
        found = digest_of(path)
    except FileNotFoundError:
        return Fault(folder.name, str(path), "missing")
    except OSError as error:
        return _damaged(folder, path.name, error)
    return None if found == folder.name else Fault(folder.name, str(path), "damaged", f"SHA-256 {found}")


def _sources(folder: Path) -> Fault | None:
    found, fault = _json(folder, "sources.json", needed=True)
    if fault is None and not (isinstance(found, list) and found):
        return Fault(folder.name, str(folder / "sources.json"), "damaged", "no name")
    return fault


def _json(folder: Path, name: str, *, needed: bool = False) -> tuple[Any, Fault | None]:
    path = folder / name
    try:
        return orjson.loads(bytes_of(path)), None
    except FileNotFoundError:
        return None, Fault(folder.name, str(path), "missing") if needed else None
    except (OSError, ValueError) as error:
        return None, _damaged(folder, name, error)


def _damaged(folder: Path, name: str, error: Exception) -> Fault:
    return Fault(folder.name, str(folder / name), "damaged", f"{type(error).__name__}: {error}"[:200])
