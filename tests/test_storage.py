"""An output at an address: files whole or not at all, one run at a time, the same listing manners as a folder."""

from __future__ import annotations

import errno
import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.local import LocalFileSystem
from s3_server import s3_server

from pipeline import storage
from pipeline.batch.lease import Held, Holder, Lease
from pipeline.files import locked, part_of, whole, write_whole

HOLDER = Holder(1, "甲", "2026-01-01T00:00:00+00:00")
OTHER = Holder(2, "乙", "2026-01-02T00:00:00+00:00")


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, bucket: str, tmp_path: Path) -> Path:
    name = f"{request.node.name}".replace("[", "-").replace("]", "")
    return storage.place(f"{bucket}/{name}") if request.param == "s3" else tmp_path


def test_a_path_stays_one_and_an_address_has_its_manners(bucket: str) -> None:
    assert storage.place("output") == Path("output")
    assert storage.place("file:///srv/besshi") == Path("/srv/besshi")
    assert storage.is_local(storage.place("output"))
    there = storage.place(f"{bucket}/besshi/")
    assert not storage.is_local(there)
    assert str(there / "tables" / "cases.parquet") == f"{bucket}/besshi/tables/cases.parquet"


def test_an_address_without_a_driver_says_so() -> None:
    with pytest.raises(storage.NoStorage, match="nosuch"):
        storage.place("nosuch://bucket/besshi")


def test_files_are_there_whole_or_not_at_all(place: Path) -> None:
    with locked(place / "a"):
        write_whole(place / "a" / "x.json", b"old")
    with suppress(KeyboardInterrupt), locked(place / "a"), whole(place / "a" / "x.json") as part:
        part.write_bytes(b"ne")
        raise KeyboardInterrupt
    assert (place / "a" / "x.json").read_bytes() == b"old"
    with locked(place / "a"), whole(place / "a" / "x.json") as part:
        part.write_bytes(b"new")
    assert (place / "a" / "x.json").read_bytes() == b"new"
    assert list(storage.stamps(place / "a")) == ["x.json"]
    assert not part_of(place / "a" / "x.json").exists()


def test_where_files_are_seen_half_written_they_are_written_under_another_name_first(tmp_path: Path) -> None:
    folders = fsspec.filesystem("file")
    path = tmp_path / "new" / "x.json"
    storage.write_at(folders, str(path), b"old")
    assert path.read_bytes() == b"old"

    class Full(LocalFileSystem):
        """A disk on which the part still fits, and its new name does not."""

        def mv(self, *_: object, **__: object) -> None:
            assert path.read_bytes() == b"old"
            raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError, match="full"):
        storage.write_at(Full(), str(path), b"new")
    assert [one.name for one in path.parent.iterdir()] == ["x.json"]
    assert path.read_bytes() == b"old"


def test_listings(place: Path) -> None:
    assert storage.stamps(place / "archive") == {}
    assert storage.folders_with(place / "archive", "rows.json") == []
    for name in ("b/rows.json", "a/rows.json", "a/record.json", "c/record.json"):
        with locked((place / "archive" / name).parent):
            write_whole(place / "archive" / name, name.encode())
    before = storage.stamps(place / "archive")
    assert list(before) == ["a/record.json", "a/rows.json", "b/rows.json", "c/record.json"]
    assert storage.folders_with(place / "archive", "rows.json") == ["a", "b"]
    assert list(storage.contents(place / "archive", ["b/rows.json", "a/record.json"])) == [
        b"b/rows.json",
        b"a/record.json",
    ]
    write_whole(place / "archive" / "b" / "rows.json", b"another")
    after = storage.stamps(place / "archive")
    assert {name for name in after if after[name] != before[name]} == {"b/rows.json"}
    with pytest.raises(FileNotFoundError):
        list(storage.contents(place / "archive", ["z/rows.json"]))
    digest = hashlib.sha256(b"a/record.json").hexdigest()
    assert storage.digest_of(place / "archive" / "a" / "record.json") == digest


def test_only_one_of_many_creates_a_file(bucket: str) -> None:
    path = storage.place(f"{bucket}/create/one")
    won: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: won.append(n) if storage.create(path, b"%d" % n) else None)
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert path.read_bytes() == b"%d" % won[0]


def until_renewed(lease: Lease, times: int) -> None:
    while lease._beats < times:
        assert not lease.is_lost
        time.sleep(0.05)


def test_a_lease_that_is_renewed_is_held_and_one_given_back_is_free(bucket: str) -> None:
    folder = storage.place(f"{bucket}/lease/runs/.lock")
    first = Lease(folder, HOLDER, seconds=2.0)
    first.take()
    until_renewed(first, 4)
    with pytest.raises(Held) as held:
        Lease(folder, OTHER, seconds=2.0).take(wait=False)
    assert held.value.holder == HOLDER
    waited: list[Holder | None] = []
    second = Lease(folder, OTHER, seconds=2.0)
    waiting = threading.Thread(target=second.take, args=(waited.append,))
    waiting.start()
    until_renewed(first, 8)  # longer than the lease
    assert waiting.is_alive()
    first.give_back()
    waiting.join(5)
    assert not waiting.is_alive()
    assert waited == [HOLDER]
    second.give_back()
    assert len(storage.stamps(folder)) == 1


def test_the_lease_of_a_dead_run_passes_on_and_the_dead_one_finds_out(bucket: str) -> None:
    folder = storage.place(f"{bucket}/dead/runs/.lock")
    dead = Lease(folder, HOLDER, seconds=0.6)
    dead.take()
    dead._ended.set()  # it renews no more, as when its machine stands still
    living = Lease(folder, OTHER, seconds=0.6)
    began = time.monotonic()
    living.take()
    assert time.monotonic() - began >= 0.6
    dead._ended.clear()
    dead._renew()
    assert dead.is_lost
    assert not living.is_lost
    living.give_back()
