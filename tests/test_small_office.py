"""Reports set in ways that the maker's own layouts do not have are read without a miss."""

from __future__ import annotations

from pathlib import Path

import pytest
from maker.small_office import LAYOUTS, make
from scoring import score

from pipeline.archive.archive import keep
from pipeline.documents.document import extract_document
from pipeline.extraction import Source
from pipeline.tables.write import write_tables


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_report_in_this_setting_is_read_without_a_miss(tmp_path: Path, name: str) -> None:
    path = make(name, tmp_path)
    data = path.read_bytes()
    keep(tmp_path / "out", data, extract_document(data, Source(path.name)))
    write_tables(tmp_path / "out")
    figures, notes = score(tmp_path / "truth", tmp_path / "out", path.name)
    assert {table: notes[table] for table, figure in figures.items() if figure < 1.0} == {}
