"""What a recorded run keeps so that it can be compared with another one, later, cheaply.

    runs/states/runs.json            the last runs, each with its state and whether it was a night
    runs/states/<digest>.json        a state: what was read from each document, and how long each file of decisions was
    runs/readings/<digest>.json      a document's rows as they were read, by the SHA-256 of the file

A reading is a second name (a hard link) of the archive's `rows.json`, so it costs no room until the document is read
again; decisions are only ever added to, so the length of a file says what was in it. A run that changed nothing has the
state of the one before. Only the last states are kept, and the readings that they name.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from pipeline.files import locked, write_whole
from pipeline.review.decisions import decision_files
from pipeline.storage import digest_of, is_local

KEPT = 40
"""Runs whose states are kept."""

_STATES, _READINGS, _RUNS, _KNOWN = "states", "readings", "runs.json", ".known-readings"


@dataclass(frozen=True)
class Recorded:
    """The state that a run left: `readings` maps documents to digests, `review` files of decisions to their lengths."""

    run: str
    state: str
    night: bool
    readings: dict[str, str]
    review: dict[str, int]


class NotRecorded(Exception):
    """A run whose state is not kept (any more); `known` are those that are."""

    def __init__(self, run: str, known: list[str]) -> None:
        super().__init__(run)
        self.run = run
        self.known = known


def record_state(out: Path, run: str) -> str | None:
    """Keep the state in which a run left `out`; gives its digest, None where `out` is at an address. Raises OSError."""
    if not is_local(out):
        return None
    with locked(out / "runs" / _STATES), locked(out / "runs" / _READINGS):
        state = orjson.dumps(
            {
                "readings": _keep_readings(out),
                "review": {path.name: path.stat().st_size for path in decision_files(out)},
            },
            option=orjson.OPT_SORT_KEYS,
        )
        digest = hashlib.sha256(state).hexdigest()
        path = _state_path(out, digest)
        if not path.exists():
            write_whole(path, state)
        listed = [one for one in _listed(out) if one["run"] != run]
        _write_list(out, [*listed, {"run": run, "state": digest, "night": False}])
    return digest


def mark_night(out: Path, run: str) -> None:
    """Say that a run was a night, which the next night is compared with. Raises OSError."""
    with locked(out / "runs" / _STATES):
        _write_list(out, [{**one, "night": True} if one["run"] == run else one for one in _listed(out)])


def last_night(out: Path, before: str) -> str | None:
    """The last night before a run, of those whose state is kept."""
    names = [one["run"] for one in _listed(out)]
    until = names.index(before) if before in names else len(names)
    return next((one["run"] for one in reversed(_listed(out)[:until]) if one["night"]), None)


def last_reading(out: Path) -> tuple[str, str] | None:
    """The last run before anything was read otherwise, and the moment (UTC, ISO 8601) of the run that read it so.

    None where no two recorded runs read differently. Runs after that one only saw what people decided.
    """
    runs = [one["run"] for one in _listed(out)]
    later: str | None = None
    newest: dict[str, str] | None = None
    for run in reversed(runs):
        try:
            readings = recorded(out, run).readings
        except NotRecorded:
            break
        if newest is not None and readings != newest:
            return run, _moment(later or run)
        newest, later = readings, run
    return None


def _moment(run: str) -> str:
    """When a run began, from its name."""
    return datetime.datetime.strptime(run[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC).isoformat()


def state_of(out: Path, run: str) -> str | None:
    """The digest of the state that a run left, None where it is not kept."""
    return next((one["state"] for one in _listed(out) if one["run"] == run), None)


def recorded(out: Path, run: str) -> Recorded:
    """What a run left. Raises NotRecorded and OSError."""
    listed = _listed(out)
    found = next((one for one in listed if one["run"] == run), None)
    try:
        state = orjson.loads(_state_path(out, found["state"]).read_bytes()) if found else None
    except (FileNotFoundError, ValueError):
        state = None
    if found is None or state is None:
        raise NotRecorded(run, [one["run"] for one in listed])
    return Recorded(run, found["state"], found["night"], state["readings"], state["review"])


def reading_path(out: Path, digest: str) -> Path:
    """Where a reading of that digest is kept."""
    return out / "runs" / _READINGS / f"{digest}.json"


def _keep_readings(out: Path) -> dict[str, str]:
    """The digest of what was read from each document, each kept under it; only what is new is looked into."""
    known = _known(out)
    found: dict[str, tuple[str, str]] = {}
    for entry in _entries(out / "archive"):
        path = os.path.join(entry, "rows.json")
        try:
            stat = os.stat(path)
        except FileNotFoundError:
            continue
        document_id = os.path.basename(entry)
        stamp = f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ino}"
        before = known.get(document_id)
        digest = before[1] if before and before[0] == stamp else digest_of(Path(path))
        kept = reading_path(out, digest)
        if (not before or before[1] != digest or before[0] != stamp) and not kept.exists():
            _link(path, kept)
        found[document_id] = (stamp, digest)
    if found != {name: tuple(one) for name, one in known.items()}:
        write_whole(out / "runs" / _READINGS / _KNOWN, orjson.dumps(found))
    return {document_id: digest for document_id, (_, digest) in sorted(found.items())}


def _link(path: str, kept: Path) -> None:
    """A second name of a file that is replaced as a whole, never written into; a copy where names cannot be given."""
    try:
        os.link(path, kept)
    except OSError:
        part = kept.with_name(f".{kept.name}.part")
        shutil.copyfile(path, part)
        part.replace(kept)


def _entries(folder: Path) -> list[str]:
    try:
        return [entry.path for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []


def _known(out: Path) -> dict[str, list[str]]:
    try:
        known = orjson.loads((out / "runs" / _READINGS / _KNOWN).read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _listed(out: Path) -> list[dict[str, Any]]:
    try:
        listed = orjson.loads((out / "runs" / _STATES / _RUNS).read_bytes())
    except (OSError, ValueError):
        return []
    return listed if isinstance(listed, list) else []


def _write_list(out: Path, listed: list[dict[str, Any]]) -> None:
    kept = listed[-KEPT:]
    write_whole(out / "runs" / _STATES / _RUNS, orjson.dumps(kept, option=orjson.OPT_INDENT_2))
    if {one["state"] for one in listed} != {one["state"] for one in kept}:
        _forget(out, {one["state"] for one in kept})


def _forget(out: Path, kept: set[str]) -> None:
    """Remove the states that no run names any more, and the readings that only they named."""
    named: set[str] = set()
    for path in (out / "runs" / _STATES).glob("*.json"):
        if path.name == _RUNS:
            continue
        if path.stem not in kept:
            path.unlink()
            continue
        with suppress(ValueError):
            named |= set(orjson.loads(path.read_bytes())["readings"].values())
    for path in (out / "runs" / _READINGS).glob("*.json"):
        if path.stem not in named:
            path.unlink()


def _state_path(out: Path, digest: str) -> Path:
    return out / "runs" / _STATES / f"{digest}.json"
