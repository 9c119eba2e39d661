"""Where a mark of the report leads: to its page of the PDF in OUT's archive; where that is not kept, at its source."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from pipeline.archive.archive import folder_of
from pipeline.report.gathering import Collection


class Papers:
    """Addresses of pages as seen from the folder that the report is written to.

    With the report in OUT itself they are the same wherever OUT is moved to.
    """

    def __init__(self, collection: Collection, folder: Path) -> None:
        out = collection.out
        way = Path(os.path.relpath(out.resolve(), folder.resolve()))
        self._first: dict[str, str] = {}
        for row in collection.rows("select document_id, source_url from documents where is_current"):
            document_id = row["document_id"]
            pdf = folder_of(out, document_id) / "document.pdf"
            if pdf.is_file():
                self._first[document_id] = quote((way / pdf.relative_to(out)).as_posix())
            elif row["source_url"] and row["source_url"].startswith(("https://", "http://")):
                self._first[document_id] = row["source_url"]

    def page(self, document_id: str, page: int) -> str:
        """The address of a page, counted from 1; empty where the PDF is nowhere to be had."""
        address = self._first.get(document_id)
        return f"{address}#page={page}" if address else ""
