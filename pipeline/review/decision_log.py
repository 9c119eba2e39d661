"""The decisions of an output folder, always as they are now, with only new lines read again."""

from __future__ import annotations

import threading
from pathlib import Path

from pipeline.review.decisions import Damaged, Decision, Decisions, decision_files, parsed


class DecisionLog:
    """The decisions in `out/review`. May be asked from several threads, while others decide in other processes."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._files: dict[Path, _File] = {}
        self._reading = threading.Lock()
        self._known = Decisions()

    def now(self) -> Decisions:
        """All decisions there are; the same object as before while nobody decided anything. Raises OSError."""
        with self._reading:
            paths = decision_files(self._out)
            gone = self._files.keys() - set(paths)
            for path in gone:
                del self._files[path]
            changed = [self._files.setdefault(path, _File(path)).read_on() for path in paths]
            if any(changed) or gone:
                found = [one for file in self._files.values() for one in file.found()]
                every = [one for one in found if isinstance(one, Decision)]
                damaged = tuple(one for one in found if isinstance(one, Damaged))
                self._known = Decisions(tuple(sorted(every, key=lambda one: (one.at, one.by))), damaged)
            return self._known


class _File:
    """What was read of one reviewer's file so far. Its last line may still be being written: it is read again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = (0, 0, 0)
        self._read = 0
        self._lines: list[Decision | Damaged | None] = []
        self._last: Decision | Damaged | None = None

    def found(self) -> list[Decision | Damaged]:
        return [one for one in (*self._lines, self._last) if one is not None]

    def read_on(self) -> bool:
        """Read what was added, or all of it where it is another file now; whether there was anything."""
        said = self._path.stat()
        stamp = (said.st_ino, said.st_size, said.st_mtime_ns)
        if stamp == self._stamp:
            return False
        if stamp[0] != self._stamp[0] or said.st_size <= self._stamp[1]:
            self._read, self._lines = 0, []
        with self._path.open("rb") as file:
            file.seek(self._read)
            *whole, last = file.read().split(b"\n")
        for line in whole:
            self._lines.append(self._said(line, len(self._lines) + 1))
        self._read += sum(len(line) + 1 for line in whole)
        self._last = self._said(last, len(self._lines) + 1)
        self._stamp = stamp
        return True

    def _said(self, line: bytes, number: int) -> Decision | Damaged | None:
        if not line.strip():
            return None
        try:
            return parsed(line)
        except ValueError as error:
            text = line[:200].decode("utf-8", "replace")
            return Damaged(self._path.name, number, str(error) or type(error).__name__, text)
