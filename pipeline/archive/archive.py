"""What is kept of each document, under its ID: the unchanged PDF, and all that was read from it.

    archive/<document_id>/document.pdf   the bytes, written once
                          sources.json   under which names and addresses they came
                          reading.json   the structure as recognised: pages, tables, boxes
                          rows.json      the rows of each table, which the tables are made from
                          fetched.json   which address gave the bytes, when, with which headers (`.fetched`)
                          record.json    what came of it, by which version and settings (`pipeline.batch.known`)

`rows.json` is written after the others: a folder that has it is complete, one without it is of a document that could
not be read. The full extraction is in two files, so that making the
tables never loads a reading, which is many times larger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from pipeline.archive.fetched import Fetched, Histories, add_facts, histories, name_of
from pipeline.extraction import Extraction, Row, Source
from pipeline.files import locked, write_whole
from pipeline.storage import bytes_of, contents, exists, folders_with
from pipeline.tables.schema import RowError, check_document, from_json, office_of, sorted_rows

SOURCES = "sources.json"


def keep(out: Path, data: bytes, extraction: Extraction) -> None:
    """Keep a document and what was read from it; what was read before is replaced.

    Raises RowError, before anything is written, when a row does not fit its table or the ID is not that of the bytes.
    """
    check_document(extraction.document_id, extraction.rows)
    if hashlib.sha256(data).hexdigest() != extraction.document_id:
        raise RowError(f"document_id {extraction.document_id} is not the SHA-256 of the bytes")
    # Names and addresses are kept beside the rows, so that the rows are the same under whichever name the bytes came.
    urls = [row.get("source_url") for row in extraction.rows.get("documents", ())] or [None]
    unnamed = [_without(row, "file_name", "source_url") for row in extraction.rows.get("documents", ())]
    rows = _json(
        {
            "document_id": extraction.document_id,
            "page_count": extraction.page_count,
            "rows": {name: sorted_rows(name, own) for name, own in {**extraction.rows, "documents": unnamed}.items()},
        }
    )
    reading = _json(extraction.reading)
    folder = folder_of(out, extraction.document_id)
    with locked(folder):
        _keep_bytes(folder, data, {Source(extraction.file_name, url) for url in urls})
        write_whole(folder / "reading.json", reading)
        write_whole(folder / "rows.json", rows)


def keep_bytes(out: Path, data: bytes, source: Source) -> None:
    """Keep the bytes of a document from which nothing was read; what an earlier version read of it stays."""
    folder = folder_of(out, hashlib.sha256(data).hexdigest())
    with locked(folder):
        _keep_bytes(folder, data, {source})


def keep_fetched(out: Path, data: bytes, facts: Fetched) -> str:
    """Keep a document as it came from the web, and the facts of its coming; gives its ID. Raises OSError."""
    document_id = hashlib.sha256(data).hexdigest()
    folder = folder_of(out, document_id)
    with locked(folder):
        _keep_bytes(folder, data, {Source(name_of(facts.url), facts.url)})
        add_facts(folder, facts)
    return document_id


def note_source(out: Path, document_id: str, source: Source) -> None:
    """Note that the bytes of a document that is kept came under this name and address too."""
    folder = folder_of(out, document_id)
    if source not in _sources(folder):
        with locked(folder):
            _note(folder, {source})


def documents_kept(out: Path) -> Iterator[Extraction]:
    """All that was read from each complete document, one at a time; `reading` is left out.

    They come by office and fiscal year (those that are not known last), file name and ID. A document that came under
    several names or addresses has the first of them, in code-point order. What it replaced at its address, and whether
    it is still what an address gives, follows from the facts of the fetches.
    """
    given = histories(out / "archive")
    documents = folders_with(out / "archive", "rows.json")
    order: list[tuple[tuple[Any, ...], str, str, str | None]] = []
    noted = contents(out / "archive", (f"{document_id}/{SOURCES}" for document_id in documents))
    # Each document's rows are read twice, first for the order alone: the rows of all would not fit in memory.
    first = contents(out / "archive", (f"{document_id}/rows.json" for document_id in documents))
    for document_id, data, rows in zip(documents, noted, first, strict=True):
        sources = _sources_in(data)
        url = min((source.source_url for source in sources if source.source_url), default=None)
        office = _office(orjson.loads(rows)["rows"], given.offices.get(document_id))
        order.append((office, min(source.file_name for source in sources), document_id, url))
    order.sort(key=lambda found: found[:3])
    every = contents(out / "archive", (f"{document_id}/rows.json" for _, _, document_id, _ in order))
    for (_, file_name, document_id, url), data in zip(order, every, strict=True):
        yield completed(data, document_id, file_name, url, given)


def document_kept(out: Path, document_id: str, data: bytes, given: Histories) -> Extraction:
    """One document as `documents_kept` gives it, of which `data` is (or once was) the `rows.json`."""
    sources = sources_of(out, document_id)
    url = min((source.source_url for source in sources if source.source_url), default=None)
    return completed(data, document_id, sources[0].file_name, url, given)


def completed(data: bytes, document_id: str, file_name: str, url: str | None, given: Histories) -> Extraction:
    """What a `rows.json` holds, with what is known of the document from elsewhere put into its row of `documents`."""
    kept = orjson.loads(data)
    tables = {name: from_json(name, own) for name, own in kept["rows"].items()}
    for row in tables["documents"]:
        row |= {"file_name": file_name, "source_url": url}
        _name_publisher(row, given.offices.get(document_id))
        row["is_current"] = document_id not in given.outdated()
        if document_id in given.supersedes():
            row["supersedes"] = given.supersedes()[document_id]
    return Extraction(document_id, file_name, kept["page_count"], tables)


def rows_kept(out: Path, document_id: str) -> dict[str, list[Row]]:
    """The rows of each table that were read from one document, without what is known of it from elsewhere.

    Raises FileNotFoundError where nothing was read from it.
    """
    kept = orjson.loads(bytes_of(folder_of(out, document_id) / "rows.json"))
    return {name: from_json(name, own) for name, own in kept["rows"].items()}


def reading_kept(out: Path, document_id: str) -> dict[str, Any]:
    """The structure as recognised in one document, as plain JSON values."""
    reading: dict[str, Any] = orjson.loads(bytes_of(folder_of(out, document_id) / "reading.json"))
    return reading


def sources_of(out: Path, document_id: str) -> list[Source]:
    """Under which names and addresses a document came, in code-point order; its ID where none was noted."""
    found = sorted(_sources(folder_of(out, document_id)), key=_by_name)
    return found or [Source(f"{document_id[:12]}.pdf")]


def folder_of(out: Path, document_id: str) -> Path:
    """Where a document is kept."""
    return out / "archive" / document_id


def _keep_bytes(folder: Path, data: bytes, sources: set[Source]) -> None:
    if not exists(folder / "document.pdf"):
        write_whole(folder / "document.pdf", data)
    _note(folder, sources)


def _note(folder: Path, sources: set[Source]) -> None:
    known = _sources(folder)
    if not sources <= known:
        every = sorted(known | sources, key=_by_name)
        write_whole(folder / SOURCES, _json([asdict(source) for source in every]))


def _office(tables: dict[str, list[Row]], linked_by: tuple[str, str | None] | None) -> tuple[bool, str, bool, int]:
    """The place of a document's office and fiscal year in the order of documents."""
    for row in tables["documents"]:
        _name_publisher(row, linked_by)
    code, year = office_of(tables)
    return code is None, code or "", year is None, year or 0


def _name_publisher(row: Row, office: tuple[str, str | None] | None) -> None:
    """Where the paper does not say whose it is, the office on whose page it was linked says so."""
    if office is None:
        return
    publisher, code = office
    if row.get("publisher") is None:
        row["publisher"] = publisher
    if row["publisher"] == publisher and row.get("publisher_code") is None:
        row["publisher_code"] = code


def _sources(folder: Path) -> set[Source]:
    """Under which names and addresses the document came so far."""
    try:
        return _sources_in(bytes_of(folder / SOURCES))
    except FileNotFoundError:
        return set()


def _sources_in(data: bytes) -> set[Source]:
    return {Source(**source) for source in orjson.loads(data)}


def _by_name(source: Source) -> tuple[str, str]:
    return source.file_name, source.source_url or ""


def _without(row: Row, *columns: str) -> Row:
    return {name: value for name, value in row.items() if name not in columns}


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
