"""Files that are there whole or not at all, whenever the program is killed."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PART = ".part"
"""How the name of a file ends that is still being written (it begins with a dot)."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Make `folder` and hold it for this writer alone; another one waits. What a killed writer left is removed.

    The lock goes with the process, so a killed one leaves none behind.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        for left in folder.glob(f".*{PART}"):
            left.unlink()
        yield
    finally:
        os.close(handle)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a name in the same folder to write to; when the block ends well, that file takes the place of `path`.

    When it does not, `path` stays as it was. Two writers of one path must hold its folder with `locked`.
    """
    part = part_of(path)
    try:
        yield part
        put_in_place(path)
    finally:
        part.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises OSError and leaves `path` as it was."""
    with whole(path) as part:
        part.write_bytes(data)


def part_of(path: Path) -> Path:
    """The name under which `path` is written until it is whole."""
    return path.with_name(f".{path.name}{PART}")


def put_in_place(path: Path) -> None:
    """Bring the finished part to disk and let it take the place of `path`."""
    part = part_of(path)
    _flush(part)
    part.replace(path)
    _flush(path.parent)


def _flush(path: Path) -> None:
    """Wait until the file or the folder's list of names is on disk, power cuts included."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
