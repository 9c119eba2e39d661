"""What a PDF holds beside its pages: files attached to it, and forms that its pages do not show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from pdfminer.pdftypes import PDFObjRef, PDFStream, resolve1
from pdfminer.psparser import PSLiteral
from pdfminer.utils import decode_text
from pdfplumber.pdf import PDF

MOST = 1000
"""Files and nodes that are looked at: a tree of names can be endless on purpose."""


def files_within(pdf: PDF) -> list[str]:
    """The names of the files that are attached to the document or pinned to a page, each once; "" for one without."""
    catalogue = _dictionary(pdf.doc.catalog)
    found: dict[str, None] = {}
    for given in _in_tree(_dictionary(catalogue.get("Names")).get("EmbeddedFiles")):
        _add(found, given)
    for page in pdf.pages:
        for note in _list(getattr(getattr(page, "page_obj", None), "annots", None)):
            said = _dictionary(note)
            if _named(said.get("Subtype")) == "FileAttachment":
                _add(found, said.get("FS"))
            if len(found) >= MOST:
                return list(found)
    return list(found)


def has_hidden_form(pdf: PDF) -> bool:
    """Whether the document is a form (XFA) that a reader has to draw: its pages say "please wait" at most."""
    catalogue = _dictionary(pdf.doc.catalog)
    return (
        bool(_dictionary(catalogue.get("AcroForm")).get("XFA")) and _resolved(catalogue.get("NeedsRendering")) is True
    )


def _add(found: dict[str, None], given: Any) -> None:
    said = _dictionary(given)
    if _dictionary(said.get("EF")):  # else it tells of a file that lies elsewhere
        name = _resolved(said.get("UF")) or _resolved(said.get("F"))
        found.setdefault(decode_text(name) if isinstance(name, bytes) else "")


def _in_tree(root: Any) -> Iterator[Any]:
    """The values of a tree of names, in order."""
    waiting, seen = [root], set()
    for _ in range(MOST):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, PDFObjRef):
            if node.objid in seen:
                continue
            seen.add(node.objid)
        said = _dictionary(node)
        yield from _list(said.get("Names"))[1::2]
        waiting.extend(reversed(_list(said.get("Kids"))))


def _resolved(value: Any) -> Any:
    with suppress(Exception):  # an object that is broken says nothing
        return resolve1(value)
    return None


def _dictionary(value: Any) -> dict[str, Any]:
    value = _resolved(value)
    value = value.attrs if isinstance(value, PDFStream) else value
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    value = _resolved(value)
    return value[:MOST] if isinstance(value, list) else []


def _named(value: Any) -> str:
    value = _resolved(value)
    return str(value.name) if isinstance(value, PSLiteral) else ""
