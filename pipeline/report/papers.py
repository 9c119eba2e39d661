"""Where a mark of the report leads: to its page of the PDF in OUT's archive; where that is not kept, at its source."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from pipeline.archive.archive import folder_of
from pipeline.report.gathering import Collection
from pipeline.storage import is_local


class Papers:
    """Addresses of pages as seen from the folder that the report is written to.

    With the report in OUT itself they are the same wherever OUT is moved to. From elsewhere nothing leads into an OUT
    that is an address such as s3://bucket/besshi, for no browser opens one.
    """

    def __init__(self, collection: Collection, folder: Path) -> None:
        way = _way(collection.out, folder)
        self._first: dict[str, str] = {}
        for row in collection.rows("select document_id, source_url from documents where is_current"):
            document_id = row["document_id"]
            pdf = folder_of(collection.out, document_id) / "document.pdf"
            if way is not None and (not is_local(pdf) or pdf.is_file()):
                self._first[document_id] = quote(way + pdf.relative_to(collection.out).as_posix())
            elif row["source_url"] and row["source_url"].startswith(("https://", "http://")):
                self._first[document_id] = row["source_url"]

    def page(self, document_id: str, page: int) -> str:
        """The address of a page, counted from 1; empty where the PDF is nowhere to be had."""
        address = self._first.get(document_id)
        return f"{address}#page={page}" if address else ""


def _way(out: Path, folder: Path) -> str | None:
    """How an address in `folder` begins that leads into `out`; None where none can."""
    if folder == out:
        return ""
    if is_local(out) and is_local(folder):
        return Path(os.path.relpath(out.resolve(), folder.resolve())).as_posix() + "/"
    return None
