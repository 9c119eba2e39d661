"""Decisions as they are kept: append-only records, a file a reviewer, read back line by line.

    review/<reviewer>-<8 hex>.jsonl   one JSON object a line, in the order in which that reviewer decided

A run never writes here. Each reviewer has a file of their own, appended to under a lock on the folder and brought to
disk before the decision counts, so two reviewers lose nothing and a power cut costs at most the line being written.
A line that cannot be read is kept as it is and named; all others are used. At an address, where nothing can be added to
a file, a reviewer's file is sent again as a whole; reviewers at once then need a file, and so a name, each.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import orjson

from pipeline.archive.fetched import later_than
from pipeline.extraction import Row
from pipeline.files import flush, locked, write_whole
from pipeline.storage import bytes_of, is_local, stamps
from pipeline.tables.schema import Column, from_json, tables

Action = Literal["accept", "correct", "unreadable", "skip", "undo"]
"""accept: the reading is right (of a finding: the paper is so); correct: `new` stands there (of a finding: the value
was put right at its place); unreadable: nobody can tell; skip: not now; undo: takes back what `undoes` names."""

ACTIONS: tuple[Action, ...] = get_args(Action)

_TAIL = 1 << 19
_NOT_IN_NAMES = re.compile(r"[^\w-]+")


@dataclass(frozen=True)
class Decision:
    """One record.

    `at` is the moment in UTC (ISO 8601, microseconds, later than that of every record before), `by` the reviewer.
    `table`, `key` (the natural key as it was then) and `column` name the value; no column: the row as a whole. `old` is
    what the program had read, `new` what a correction puts there, `row` the whole row as read then, by which it is
    found again when ordinals have shifted.
    """

    at: str
    by: str
    action: Action
    document_id: str
    table: str
    key: Row
    column: str | None
    old: Any
    new: Any
    why: str
    row: Row
    undoes: str | None = None

    @cached_property
    def id(self) -> str:
        """Names the record: no reviewer decides twice in one moment."""
        return hashlib.sha256(f"{self.at} {self.by}".encode()).hexdigest()[:16]

    @property
    def place(self) -> tuple[str, str, str, str]:
        """What was decided on, as it was named then; records of one place may differ when its row has moved."""
        key = orjson.dumps(self.key, option=orjson.OPT_SORT_KEYS).decode()
        return self.document_id, self.table, key, self.column or ""


@dataclass(frozen=True)
class Damaged:
    """A line that is no decision: in which file, which line (from 1), why, and its first characters."""

    file: str
    line: int
    why: str
    text: str


@dataclass(frozen=True)
class Decisions:
    """All that was ever decided in an output folder, in the order of time, and the lines that cannot be read."""

    every: tuple[Decision, ...] = ()
    damaged: tuple[Damaged, ...] = ()

    @cached_property
    def in_force(self) -> tuple[Decision, ...]:
        """Those that nobody took back, undos left out, the oldest first. Only one's own decision can be taken back."""
        by_id = {one.id: one for one in self.every}
        undone = {one.undoes for one in self.every if one.action == "undo" and _is_own(one, by_id)}
        return tuple(one for one in self.every if one.action != "undo" and one.id not in undone)

    def last_of(self, reviewer: str) -> Decision | None:
        """The reviewer's last decision that is not taken back."""
        return next((one for one in reversed(self.in_force) if one.by == reviewer), None)


def _is_own(undo: Decision, by_id: dict[str, Decision]) -> bool:
    undone = by_id.get(undo.undoes or "")
    return undone is not None and undone.by == undo.by


def read_decisions(out: Path) -> Decisions:
    """All decisions in `out/review`, by time; none where there is no such folder. Raises OSError."""
    return decisions_in({path.name: bytes_of(path) for path in decision_files(out)})


def decisions_in(files: Mapping[str, bytes]) -> Decisions:
    """All decisions in the contents of files, by time."""
    every: list[Decision] = []
    damaged: list[Damaged] = []
    for name, data in files.items():
        for number, line in enumerate(data.split(b"\n"), start=1):
            if not line.strip():
                continue
            try:
                every.append(parsed(line))
            except ValueError as error:
                text = line[:200].decode("utf-8", "replace")
                damaged.append(Damaged(name, number, str(error) or type(error).__name__, text))
    return Decisions(tuple(sorted(every, key=lambda one: (one.at, one.by))), tuple(damaged))


def decision_files(out: Path) -> list[Path]:
    """The files of all reviewers, by name."""
    folder = out / "review"
    return [folder / name for name in stamps(folder) if name.endswith(".jsonl") and not name.startswith(".")]


def parsed(line: bytes) -> Decision:
    """The decision on a line. Raises ValueError that says what is wrong with it."""
    said = orjson.loads(line)
    names = {field.name for field in fields(Decision)}
    if not isinstance(said, dict) or not names - {"undoes"} <= said.keys():
        raise ValueError("not the fields of a decision")
    values: dict[str, Any] = {name: said.get(name) for name in names}
    one = Decision(**values)
    texts = (one.at, one.by, one.document_id, one.table, one.why)
    if not all(isinstance(text, str) for text in texts) or not isinstance(one.column, str | None):
        raise ValueError("a field is of the wrong type")
    if datetime.datetime.fromisoformat(one.at).utcoffset() != datetime.timedelta(0) or not one.at.endswith("+00:00"):
        raise ValueError(f"not a moment in UTC: {one.at}")
    if one.action not in ACTIONS or not isinstance(one.undoes, str | None):
        raise ValueError(f"no such action as {one.action!r}")
    if one.table not in tables() or not isinstance(one.row, dict) or not isinstance(one.key, dict):
        raise ValueError(f"no such table as {one.table!r}")
    column = column_of(one.table, one.column) if one.column is not None else None
    from_json(one.table, [one.row, one.key])
    if column is None:
        return one
    typed = replace(one, old=_typed(one.table, column, one.old), new=_typed(one.table, column, one.new))
    if typed.action == "correct" and (fault := column.fault(typed.new)):
        raise ValueError(f"{column.name} {fault}")
    return typed


def column_of(table: str, name: str) -> Column:
    """A column by its name. Raises ValueError where the table has none such."""
    found = next((column for column in tables()[table].columns if column.name == name), None)
    if found is None:
        raise ValueError(f"no such column as {table}.{name}")
    return found


def append(out: Path, decision: Decision) -> Decision:
    """Put a decision at the end of its reviewer's file, and give it as it was written: at a moment after all others.

    On return it is on disk. Raises OSError.
    """
    folder = out / "review"
    with locked(folder):
        last = max((_last_moment(path) for path in decision_files(out)), default=None)
        written = replace(decision, at=later_than(datetime.datetime.now(datetime.UTC), last or None))
        line = orjson.dumps(asdict(written), option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
        path = folder / file_name_of(written.by)
        is_new = not path.exists()
        if not is_local(path):
            before = b"" if is_new else bytes_of(path)
            write_whole(path, before + (b"\n" if before[-1:] not in (b"", b"\n") else b"") + line)
            return written
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            end = os.fstat(handle).st_size
            if end and os.pread(handle, 1, end - 1) != b"\n":
                line = b"\n" + line  # a writer was killed in the middle of a line: it stays, damaged, by itself
            _write_all(handle, line, end)
            os.fsync(handle)
        finally:
            os.close(handle)
        if is_new:
            flush(folder)
    return written


def file_name_of(reviewer: str) -> str:
    """The file of a reviewer: readable, and another one for every name, whatever the file system makes of letters."""
    plain = _NOT_IN_NAMES.sub("_", unicodedata.normalize("NFC", reviewer)).strip("_")[:24]
    return f"{plain or 'reviewer'}-{hashlib.sha256(reviewer.encode()).hexdigest()[:8]}.jsonl"


def reviewers(decisions: Iterable[Decision]) -> list[str]:
    """Everyone who decided something, by name."""
    return sorted({one.by for one in decisions})


def _typed(table: str, column: Column, value: Any) -> Any:
    return from_json(table, [{column.name: value}])[0][column.name]


def _write_all(handle: int, data: bytes, end: int) -> None:
    """Write all of it or nothing: half a line on a full disk is taken away again."""
    try:
        done = 0
        while done < len(data):
            done += os.write(handle, data[done:])
    except OSError:
        os.ftruncate(handle, end)
        raise


def _last_moment(path: Path) -> str:
    """The moment of the last line that can be read, or an empty text; looks at the end of the file only."""
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - _TAIL))
        lines = file.read().splitlines()
    for line in reversed(lines):
        try:
            return parsed(line).at
        except ValueError:
            continue
    return ""
