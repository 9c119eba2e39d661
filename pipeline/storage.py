"""Where things lie: a folder of this machine, or any address that fsspec knows (`s3://bucket/besshi`).

An address becomes a `UPath`, which has a Path's manners, so that whatever reads and names files need not know which it
is. This module knows the differences: what a listing costs, which storages show a file only when all of it is there,
and which can refuse to write where something is already. Credentials come from the environment, as each storage's own
fsspec driver takes them; none is ever part of an address.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar, cast

T = TypeVar("T")
R = TypeVar("R")

WHOLE_WRITES = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "adl", "memory"})
"""Storages that show a file only when all of it is there; on any other it is written under another name first."""

AT_ONCE, AHEAD = 16, 64
"""Files of an address that are read side by side, and how many may wait to be used: each costs a round trip."""


class NoStorage(Exception):
    """An address that cannot be used: an unknown scheme, a driver that is not installed, no access."""


@contextmanager
def as_os_error() -> Iterator[None]:
    """What a storage's driver raises that is no OSError (no credentials, no connection) as one."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(f"{type(error).__name__}: {error}") from error


def is_address(named: str) -> bool:
    """Whether a name is an address rather than a path of this machine (`file://` is one of those)."""
    return "://" in named and not named.startswith(("file://", "local://"))


def place(named: str | os.PathLike[str]) -> Path:
    """The place that a path or an address names. Raises NoStorage where its scheme or driver is not there.

    What is given for an address is a UPath: it does what a Path does as far as this project asks it to.
    """
    if not isinstance(named, str):
        return cast(Path, named)
    if not is_address(named):
        return Path(named.partition("://")[2] if "://" in named else named)
    from upath import UPath  # here: most have a folder

    scheme = named.partition("://")[0]
    # What another machine wrote must be seen at once, so nothing that a storage listed is remembered.
    options: dict[str, Any] = {"use_listings_cache": False} if scheme in WHOLE_WRITES else {}
    try:
        found = UPath(named.rstrip("/"), **options)
        _ = found.fs  # asks for the driver
    except (ImportError, ValueError, OSError) as error:
        raise NoStorage(str(error)) from error
    return cast(Path, found)


def is_local(path: Path) -> bool:
    """Whether a place is a folder or a file of this machine's file system."""
    return isinstance(path, Path)


def stamps(folder: Path) -> dict[str, str]:
    """Every file below a folder, by its path within it: one word that changes when the file does; no contents are read.

    Empty where there is no such folder. An address is listed as a whole, a thousand files a request. Raises OSError.
    """
    if is_local(folder):
        return dict(_walk(str(folder), ""))
    fs, root = _at(folder)
    try:
        with as_os_error():
            found = fs.find(root, detail=True)
    except FileNotFoundError:
        return {}
    return {
        path[len(root) :].lstrip("/"): f"{facts.get('size')} {_version_of(facts)}"
        for path, facts in sorted(found.items())
        if path != root
    }


def folders_with(folder: Path, name: str) -> list[str]:
    """The names of the folders in `folder` that hold a file `name`, in order. Raises OSError."""
    if is_local(folder):
        try:
            found = [entry.name for entry in os.scandir(folder) if os.path.exists(os.path.join(entry.path, name))]
        except FileNotFoundError:
            return []
        return sorted(found)
    # One listing of everything: to look into each folder would cost a request each.
    paths = (path.split("/") for path in stamps(folder))
    return sorted(parts[0] for parts in paths if len(parts) == 2 and parts[1] == name)


def _walk(folder: str, within: str) -> Iterator[tuple[str, str]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path, f"{within}{entry.name}/")
        else:
            found = entry.stat(follow_symlinks=False)
            yield f"{within}{entry.name}", f"{found.st_size} {found.st_mtime_ns} {found.st_ino}"


def _version_of(facts: dict[str, Any]) -> str:
    """What a storage says of the state of a file: its hash where there is one, else when it was written."""
    known = (facts.get(name) for name in ("ETag", "etag", "md5Hash", "content_md5", "LastModified", "mtime", "created"))
    return next((str(one) for one in known if one), "")


def each(work: Callable[[T], R], items: Iterable[T], where: Path) -> Iterator[R]:
    """`work` of each item, in order; side by side where they lie at an address. Raises what `work` raises."""
    if is_local(where):
        yield from map(work, items)
        return
    with ThreadPoolExecutor(AT_ONCE) as threads:
        waiting: deque[Future[R]] = deque()
        for item in items:
            waiting.append(threads.submit(work, item))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def contents(folder: Path, names: Iterable[str]) -> Iterator[bytes]:
    """The bytes of the files of these names below a folder, in order. Raises OSError."""
    return each(lambda name: bytes_of(folder / name), names, folder)


def bytes_of(path: Path) -> bytes:
    """The bytes of a file, by one request where it lies at an address, so that they are of one state of it.

    Raises FileNotFoundError and other OSErrors.
    """
    if is_local(path):
        return path.read_bytes()
    fs, name = _at(path)
    with as_os_error():
        return bytes(fs.cat_file(name))


def exists(path: Path) -> bool:
    """Whether there is a file, or a folder with something in it. Raises OSError."""
    if is_local(path):
        return path.exists()
    fs, name = _at(path)
    with as_os_error():
        return bool(fs.exists(name))


def size_of(path: Path) -> int:
    """The bytes of a file; raises OSError."""
    if is_local(path):
        return path.stat().st_size
    fs, name = _at(path)
    with as_os_error():
        return int(fs.info(name)["size"])


def remove(path: Path) -> None:
    """Remove a file, if it is there. Raises OSError."""
    if is_local(path):
        path.unlink(missing_ok=True)
        return
    fs, name = _at(path)
    with suppress(FileNotFoundError), as_os_error():
        fs.rm_file(name)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, however large; raises OSError."""
    with as_os_error(), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def put(path: Path, data: bytes) -> None:
    """Write a file at an address, whole or not at all. Raises OSError."""
    fs, name = _at(path)
    with as_os_error():
        write_at(fs, name, data)


def put_file(path: Path, source: Path) -> None:
    """Send a file of this machine to an address, where it is seen when all of it is there. Raises OSError."""
    fs, name = _at(path)
    with as_os_error():
        if _scheme(fs) & WHOLE_WRITES:
            fs.put_file(str(source), name)
        else:
            write_at(fs, name, source.read_bytes())


def create(path: Path, data: bytes) -> bool:
    """Write a file at an address unless one is there; whether it was written. Raises OSError.

    As strong as the storage's own promise: S3 (If-None-Match), Google's and Azure's let one of several writers win;
    where a storage has no such request, it is looked for first.
    """
    fs, name = _at(path)
    try:
        with as_os_error():
            _make_parents(fs, name)
            fs.pipe_file(name, data, mode="create")
    except FileExistsError:
        return False
    except OSError as error:
        if "recondition" in str(error) and exists(path):  # what S3 answers to If-None-Match
            return False
        raise
    return True


def write_at(fs: Any, name: str, data: bytes) -> None:
    """Write a file with an fsspec file system, whole or not at all. Raises what the storage raises."""
    if _scheme(fs) & WHOLE_WRITES:
        fs.pipe_file(name, data)
        return
    _make_parents(fs, name)
    part = f"{name}.{uuid.uuid4().hex}.part"
    try:
        fs.pipe_file(part, data)
        fs.mv(part, name)
    except BaseException:
        if fs.exists(part):
            fs.rm_file(part)
        raise


def _make_parents(fs: Any, name: str) -> None:
    """Where folders are real they must be there first; elsewhere a name is all there is to them."""
    if not _scheme(fs) & WHOLE_WRITES:
        fs.makedirs(name.rpartition("/")[0], exist_ok=True)


def _scheme(fs: Any) -> set[str]:
    return {fs.protocol} if isinstance(fs.protocol, str) else set(fs.protocol)


def _at(path: Path) -> tuple[Any, str]:
    """The fsspec file system of an address, and the name within it."""
    found: Any = path
    return found.fs, str(found.path).rstrip("/")
