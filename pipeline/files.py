"""Files that are there whole or not at all, whenever the program is killed, in a folder or at an address.

In a folder of this machine a file is written under another name, brought to disk and given its name. At an address
(`pipeline.storage`) a file is sent whole: what must be written piece by piece is written here first.
"""

from __future__ import annotations

import atexit
import ctypes
import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from pipeline import storage

PART = ".part"
"""How the name of a file ends that is still being written (it begins with a dot)."""

_here: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)


@contextmanager
def locked(folder: Path, *, tidy: bool = True) -> Iterator[None]:
    """Make `folder` and hold it for this writer alone; another one waits. What a killed writer left is removed.

    `tidy` False leaves what is there alone, in a folder that is not the program's own. The lock goes with the process,
    so a killed one leaves none behind. At an address it holds among the threads of this process; between processes the
    lease of `pipeline.batch.run_lock` does, which a run takes as a whole.
    """
    if not storage.is_local(folder):
        with _here[str(folder)]:
            yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        for left in folder.glob(f".*{PART}") if tidy else ():
            remove(left)
        yield
    finally:
        os.close(handle)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a path of this machine to write to; when the block ends well, that file or folder takes the place of `path`.

    When it does not, `path` stays as it was. Two writers of one path must hold its folder with `locked`.
    """
    part = part_of(path)
    try:
        yield part
        put_in_place(path)
    finally:
        remove(part)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises OSError and leaves `path` as it was."""
    if not storage.is_local(path):
        storage.put(path, data)
        return
    with whole(path) as part:
        part.write_bytes(data)


def part_of(path: Path) -> Path:
    """Where, on this machine, `path` is written until it is whole."""
    if storage.is_local(path):
        return path.with_name(f".{path.name}{PART}")
    return _parts() / f"{hashlib.sha256(str(path).encode()).hexdigest()[:16]}.{path.name}{PART}"


def put_in_place(path: Path) -> None:
    """Bring the finished part, a file or a folder, to disk and let it take the place of `path`, whatever is there.

    At an address it must be a file.
    """
    part = part_of(path)
    if not storage.is_local(path):
        storage.put_file(path, part)
        part.unlink()
        return
    for inner in (*part.rglob("*"), part):
        flush(inner)
    if part.is_dir() or path.is_dir():
        if path.exists():
            _exchange(part, path)
            remove(part)
        else:
            part.rename(path)
    else:
        part.replace(path)
    flush(path.parent)


@cache
def _parts() -> Path:
    """This process's own folder for what is on its way to an address."""
    folder = Path(tempfile.mkdtemp(prefix="besshi-parts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def remove(path: Path) -> None:
    """Take a file, or a folder with all in it, away; nothing need be there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _exchange(one: Path, other: Path) -> None:
    """Let two paths of one folder change places at once: no moment sees either missing.

    A file system that cannot (some network ones) does it in three steps, and `other` is missing for a moment.
    """
    at_once = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if at_once and at_once(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return
    if at_once and (number := ctypes.get_errno()) not in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):
        raise OSError(number, os.strerror(number), str(other))
    aside = one.with_name(f"{one.name}.aside{PART}")
    other.rename(aside)
    one.rename(other)
    aside.rename(one)


_HERE, _RENAME_EXCHANGE = -100, 2
"""AT_FDCWD and the flag of Linux's renameat2(2)."""


def flush(path: Path) -> None:
    """Wait until the file or the folder's list of names is on disk, power cuts included."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
