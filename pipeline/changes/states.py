"""The two sides of a comparison: an output folder as it is, the state that a recorded run left, or bare tables.

Each side gives, document by document, what was read and what the tables make of it with the decisions of that moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from pipeline.archive.archive import document_kept, folder_of
from pipeline.archive.fetched import Histories, histories
from pipeline.changes.recorded import Recorded, reading_path, recorded
from pipeline.extraction import Extraction, Row
from pipeline.review.decisions import Decisions, decision_files, decisions_in, read_decisions
from pipeline.review.replay import Review, Settled, Value
from pipeline.storage import bytes_of, digest_of, folders_with
from pipeline.tables.alignment import compared_columns
from pipeline.tables.schema import tables


class NoState(Exception):
    """A place that holds neither an archive nor tables."""


class State:
    """An output as it is, or as a recorded run left it: readings from the archive (or kept beside), and decisions."""

    def __init__(self, out: Path, run: Recorded | None = None) -> None:
        """Raises OSError."""
        self.out = out
        self.name = run.run if run else str(out)
        self._run = run
        decisions = read_decisions(out) if run is None else _decisions_then(out, run)
        self.review = Review(out, decisions, lambda document_id: self._document(document_id).rows)

    @cached_property
    def readings(self) -> dict[str, str]:
        """For each document the SHA-256 of what was read from it, by document ID."""
        if self._run is not None:
            return self._run.readings
        archive = self.out / "archive"
        return {name: digest_of(archive / name / "rows.json") for name in folders_with(archive, "rows.json")}

    @cached_property
    def given(self) -> Histories:
        """What the addresses of the web have given."""
        return histories(self.out / "archive")

    def settled(self, document_id: str) -> tuple[Extraction, Settled]:
        """A document as it was read, and what the tables make of it. Raises FileNotFoundError and other OSErrors."""
        document = self._document(document_id)
        return document, self.review.settle(document)

    def decided_on(self, document_id: str) -> tuple[str, ...]:
        """Which decisions may act on a document."""
        return self.review.decided_on(document_id)

    def pdf(self, document_id: str) -> Path | None:
        """The PDF of a document, None where it is not kept."""
        path = folder_of(self.out, document_id) / "document.pdf"
        return path if path.exists() else None

    def _document(self, document_id: str) -> Extraction:
        if self._run is None:
            data = bytes_of(folder_of(self.out, document_id) / "rows.json")
        else:
            data = reading_path(self.out, self._run.readings[document_id]).read_bytes()
        return document_kept(self.out, document_id, data, self.given)


class TablesState(State):
    """An output of which only the tables are there: what people decided is part of the values already."""

    def __init__(self, out: Path) -> None:
        super().__init__(out)
        self.review = Review(out, Decisions())

    def settled(self, document_id: str) -> tuple[Extraction, Settled]:
        document = self._document(document_id)
        corrected: set[Value] = {
            (name, place, column)
            for name, rows in document.rows.items()
            if name != "pages"
            for place, row in enumerate(rows)
            if row.get("method") == "review"
            for column in compared_columns(name)
        }
        return document, Settled(document.rows, corrected=corrected)

    @cached_property
    def _rows(self) -> Mapping[str, dict[str, list[Row]]]:
        from pipeline.tables.read import read_table  # here: where there is an archive, Arrow is not needed

        found: dict[str, dict[str, list[Row]]] = {}
        short: dict[str, str] = {}
        for name in tables():
            try:
                rows = read_table(self.out, name).to_pylist()
            except FileNotFoundError:  # a table that an earlier version did not have
                continue
            for row in rows:
                document_id = row.get("document_id") or short.get((row.get("case_id") or "")[:12])
                if document_id is None:
                    continue
                short[document_id[:12]] = document_id
                found.setdefault(document_id, {}).setdefault(name, []).append(row)
        return found

    @cached_property
    def readings(self) -> dict[str, str]:
        return {document_id: f"tables of {self.out} {document_id}" for document_id in self._rows}

    def _document(self, document_id: str) -> Extraction:
        rows = self._rows[document_id]
        (row,) = rows.get("documents") or [{"file_name": document_id, "page_count": 0}]
        return Extraction(document_id, row["file_name"], row["page_count"], rows)


def state_of(named: str, out: Path) -> State:
    """The state that a name stands for: an output folder, a run of `out` by its name, or the record of a run by path.

    Raises NoState where there is nothing of the kind, NotRecorded where a run's state is not kept, and OSError.
    """
    path = Path(named)
    if path.is_dir():
        if (path / "archive").is_dir():
            return State(path)
        if (path / "tables").is_dir():
            return TablesState(path)
        raise NoState(named)
    if path.suffix in (".json", ".html") and path.parent.name == "runs":
        out, named = path.parent.parent, path.stem
    if not (out / "runs").is_dir():
        raise NoState(named)
    return State(out, recorded(out, named))


def _decisions_then(out: Path, run: Recorded) -> Decisions:
    """The decisions that there were when a run ended: of each file the part that was written."""
    then = run.review
    files = {path.name: bytes_of(path)[: then[path.name]] for path in decision_files(out) if path.name in then}
    return decisions_in(files)
