"""Facts of the fetches, kept beside the bytes that came: which address gave them, when, with which headers.

    archive/<document_id>/fetched.json   a list, one entry for each time that an address began to give these bytes

Entries are only added. From them all follows what replaced what: a document that an address gave before another one is
superseded by it. Nothing of an extraction is in here, and nothing of this is in one, so fetching again moves no table.
"""

from __future__ import annotations

import datetime
import re
import urllib.parse
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from pipeline.files import write_whole
from pipeline.storage import bytes_of, contents, folders_with

FETCHED = "fetched.json"
_NAME_LENGTH = 120
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\ufffd]+")


@dataclass(frozen=True)
class Fetched:
    """One entry: the address `url` began to give the document at `received` (UTC, ISO 8601).

    `office` is the entry of `sources.toml` that led there, `page` the page with the link, `words` the words on it.
    """

    url: str
    final_url: str
    received: str
    headers: tuple[tuple[str, str], ...]
    office: str
    publisher: str
    publisher_code: str | None
    page: str
    words: str


@dataclass(frozen=True)
class Histories:
    """What each address has given so far: the IDs of documents, the newest last."""

    of: dict[str, tuple[str, ...]]
    offices: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    """For each document the publisher, and its code, that `sources.toml` named when it first came."""

    def newest(self, url: str) -> str | None:
        """The document that an address gave last."""
        given = self.of.get(url)
        return given[-1] if given else None

    def supersedes(self) -> dict[str, str]:
        """For each document that came in the place of another: the one that its address gave before.

        One that came first, or came back, replaced nothing. Of several addresses the first in code-point order counts.
        """
        return self._supersedes

    @cached_property
    def _supersedes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for _, given in sorted(self.of.items()):
            for place, document_id in enumerate(given):
                if place and document_id not in given[:place]:
                    found.setdefault(document_id, given[place - 1])
        return found

    def outdated(self) -> frozenset[str]:
        """The documents that no address gives any more, each having given another one since."""
        return self._outdated

    @cached_property
    def _outdated(self) -> frozenset[str]:
        every = {document_id for given in self.of.values() for document_id in given}
        return frozenset(every - {given[-1] for given in self.of.values()})


def facts_in(folder: Path) -> list[Fetched]:
    """The facts kept in a document's folder, the oldest first; empty where it did not come from the web."""
    try:
        return _facts(bytes_of(folder / FETCHED))
    except FileNotFoundError:
        return []


def add_facts(folder: Path, facts: Fetched) -> None:
    """Add an entry to those in a document's folder, which the caller holds with `locked`. Raises OSError."""
    every = sorted([*facts_in(folder), facts], key=lambda one: (one.received, one.url))
    rows = [asdict(one) for one in every]
    write_whole(folder / FETCHED, orjson.dumps(rows, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def histories(archive: Path) -> Histories:
    """What all addresses have given, from the facts kept in the folders of an archive."""
    moments: dict[str, list[tuple[str, str]]] = {}
    offices: dict[str, tuple[str, str | None]] = {}
    whole = frozenset(folders_with(archive, "document.pdf"))
    documents = [document_id for document_id in folders_with(archive, FETCHED) if document_id in whole]
    read = contents(archive, (f"{document_id}/{FETCHED}" for document_id in documents))
    for document_id, data in zip(documents, read, strict=True):
        for facts in _facts(data):
            moments.setdefault(facts.url, []).append((facts.received, document_id))
            offices.setdefault(document_id, (facts.publisher, facts.publisher_code))
    of = {url: tuple(found for _, found in sorted(given)) for url, given in sorted(moments.items())}
    return Histories(of, offices)


def later_than(moment: datetime.datetime, last: str | None) -> str:
    """A moment as kept, in UTC to the microsecond; after `last` even where the clock was set back."""
    if last is not None:
        moment = max(moment, datetime.datetime.fromisoformat(last) + datetime.timedelta(microseconds=1))
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds")


def name_of(url: str) -> str:
    """A file name for what an address gives: the last part of its path, without what a file system would not take."""
    last = urllib.parse.unquote(urllib.parse.urlsplit(url).path.rstrip("/").rpartition("/")[2], errors="replace")
    plain = _NOT_IN_NAMES.sub("_", last).strip(" .") or "document"
    stem = plain[:-4] if plain.lower().endswith(".pdf") else plain
    return stem[:_NAME_LENGTH] + (plain[-4:] if stem != plain else ".pdf")


def _facts(data: bytes) -> list[Fetched]:
    return [_fetched(entry) for entry in orjson.loads(data)]


def _fetched(entry: dict[str, Any]) -> Fetched:
    return Fetched(**{**entry, "headers": tuple((name, value) for name, value in entry["headers"])})
