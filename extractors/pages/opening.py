"""Opening PDF bytes: a `pdfplumber.PDF` with its pages listed, or one typed error saying why not.

The libraries below answer a broken file with whatever it made them stumble over (a bare TypeError, a message without
words, endless recursion), some of it only when the pages are listed. Here all of it ends as one of `extractors.errors`,
and a page that is broken by itself stays in the list as an `UnreadablePage`, so that the others keep their numbers.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium_c
from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfexceptions import PDFObjectNotFound
from pdfminer.pdfpage import LITERAL_PAGE, LITERAL_PAGES, PDFPage
from pdfminer.pdftypes import PDFObjRef, PDFStream, resolve1
from pdfplumber.page import Page as PlumberPage
from pdfplumber.pdf import PDF
from pdfplumber.utils.exceptions import PdfminerException

from extractors.errors import DocumentError, EmptyFile, Encrypted, Malformed, NoPages, NotAPdf
from extractors.pages.fonts import Fonts
from extractors.pages.stream_ends import read_streams_to_their_ends

HEADER_WITHIN = 1024
"""Readers look for `%PDF` in this many first bytes (PDF 1.7, implementation note 13): mailers put lines before it."""

# pdfminer warns of every font that lacks a box; what matters to a reader becomes a finding or an error
logging.getLogger("pdfminer").setLevel(logging.ERROR)

US_LETTER = [0, 0, 612, 792]
"""The page that readers take where no usable MediaBox is given, in points."""

_OBJECT = re.compile(rb"\b\d+\s+\d+\s+obj\b")
_INHERITED = ("Resources", "MediaBox", "CropBox", "Rotate")


class UnreadablePage:
    """Stands in the list for a page that cannot even be set up; its size is not known."""

    width = 0.0
    height = 0.0
    rotation = 0

    def __init__(self, page_number: int, reason: str) -> None:
        self.page_number = page_number
        self.reason = reason

    @property
    def layout(self) -> Any:
        """Raises Malformed: nothing on this page can be read."""
        raise Malformed(f"page {self.page_number}: {self.reason}")

    def close(self) -> None:
        """Nothing is held."""


@contextmanager
def open_pdf(data: bytes, password: str = "") -> Iterator[PDF]:
    """The PDF in `data`, at least one of its pages readable; closed at the end of the `with` block.

    `pdf.pages` is complete when the block begins; broken pages in it are `UnreadablePage`.
    Raises EmptyFile, NotAPdf, Malformed, Encrypted or NoPages.
    """
    if not data:
        raise EmptyFile
    if b"%PDF" not in data[:HEADER_WITHIN]:
        raise NotAPdf
    pdf = _opened(data, password)
    try:
        yield pdf
    finally:
        with suppress(Exception):
            pdf.close()


def forget(pdf: PDF) -> None:
    """Let go of the objects and fonts of pages that were read; what another page needs of them is read again.

    The libraries keep every object that they met, some 60 kB a page where each page has fonts of its own.
    """
    for kept in (pdf.doc._cached_objs, pdf.doc._parsed_objs, pdf.rsrcmgr._cached_fonts):
        kept.clear()


def _opened(data: bytes, password: str) -> PDF:
    try:
        return _listed(data, password)
    except (Malformed, NoPages) as error:
        ended = _has_its_end(data)
        repaired = _repaired(data, password) if ended or _ends_between_objects(data) else None
        if repaired is None:
            raise
        try:
            pdf = _listed(repaired, "")
        except DocumentError:
            raise error from None
        if not ended and not _all_there(pdf.doc):
            raise error
        return pdf


def _listed(data: bytes, password: str) -> PDF:
    try:
        pdf = PDF.open(io.BytesIO(data), password=password)
        pdf.rsrcmgr = Fonts()
        read_streams_to_their_ends(pdf)
        pages = _pages(pdf)
        if not _has_its_end(data) and not (_ends_between_objects(data) and _all_there(pdf.doc)):
            raise Malformed("cut off")
    except DocumentError:
        raise
    except Exception as error:
        raise _typed(error) from error
    if not pages:
        raise NoPages if _has_its_end(data) else Malformed("cut off")
    if all(isinstance(page, UnreadablePage) for page in pages):
        raise Malformed(pages[0].reason)
    pdf._pages = pages
    return pdf


def _typed(error: Exception) -> DocumentError:
    """The typed error for what a library raised."""
    cause = cause_of(error)
    if isinstance(cause, (PDFPasswordIncorrect, PDFEncryptionError)):
        return Encrypted(type(cause).__name__)
    return Malformed(_reason(cause))


def cause_of(error: Exception) -> Exception:
    """What is at the bottom of an error: pdfplumber wraps the cause as the only argument."""
    while isinstance(error, PdfminerException) and error.args and isinstance(error.args[0], Exception):
        error = error.args[0]
    return error


def _reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error)[:200]}".rstrip(": ")


def _repaired(data: bytes, password: str) -> bytes | None:
    """The file as PDFium rebuilds it, without its lock; None where PDFium cannot open it either."""
    buffer = io.BytesIO()
    try:
        document = pypdfium2.PdfDocument(data, password=password or None)
        try:
            document.save(buffer, flags=pdfium_c.FPDF_NO_INCREMENTAL | pdfium_c.FPDF_REMOVE_SECURITY)
        finally:
            document.close()
    except Exception:
        return None
    return buffer.getvalue()


# ---- whether the file is all there


def _has_its_end(data: bytes) -> bool:
    """Whether `startxref` follows the last object, as it does at the end of every whole file."""
    return data.rfind(b"startxref") > data.rfind(b"endobj")


def _ends_between_objects(data: bytes) -> bool:
    begun = 0
    for match in _OBJECT.finditer(data):
        begun = match.start()
    return data.rfind(b"endobj") > begun


def _all_there(document: PDFDocument) -> bool:
    """Whether every object that the catalogue leads to is in the file."""
    seen: set[int] = set()
    waiting: list[Any] = [document.catalog]
    while waiting:
        value = waiting.pop()
        if isinstance(value, PDFObjRef):
            if value.objid in seen:
                continue
            seen.add(value.objid)
            try:
                value = document.getobj(value.objid)
            except PDFObjectNotFound:
                return False
        if isinstance(value, PDFStream):
            value = value.attrs
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return True


# ---- the pages


def _pages(pdf: PDF) -> list[Any]:
    pages: list[Any] = []
    doctop = 0.0
    for number, (key, attributes) in enumerate(_leaves(pdf.doc), start=1):
        try:
            if attributes is None:
                raise Malformed("the page is not in the file")
            page = PlumberPage(
                pdf, PDFPage(pdf.doc, key, _sound(attributes), None), page_number=number, initial_doctop=doctop
            )
            doctop += float(page.height)
            pages.append(page)
        except Exception as error:
            pages.append(UnreadablePage(number, _reason(error)))
    return pages


def _leaves(document: PDFDocument) -> Iterator[tuple[Any, dict[str, Any] | None]]:
    """Each page's object number and attributes, in order; attributes are None where a page is named and not there.

    Walks the page tree without recursion (trees can be deep on purpose), each node once (they can be circular);
    where there is no tree, every object that says it is a page.
    """
    found = False
    seen: set[int] = set()
    waiting: list[tuple[Any, dict[str, Any]]] = [(document.catalog.get("Pages"), {})]
    while waiting:
        node, inherited = waiting.pop()
        key = node.objid if isinstance(node, PDFObjRef) else None
        if key is not None:
            if key in seen:
                continue
            seen.add(key)
        try:
            attributes = resolve1(node)
        except Exception:  # an object that cannot be parsed stands where a page should be
            attributes = None
        if not isinstance(attributes, dict):
            if inherited:
                yield key, None
            continue
        attributes = {**inherited, **attributes}
        kids = _resolved(attributes.get("Kids"))
        if isinstance(kids, list) and (attributes.get("Type") is not LITERAL_PAGE or "Contents" not in attributes):
            passed_on = {name: attributes[name] for name in _INHERITED if name in attributes}
            passed_on["Parent"] = node  # says to a kid that it is one, even where nothing is inherited
            waiting.extend((kid, passed_on) for kid in reversed(kids))
        elif attributes.get("Type") is not LITERAL_PAGES:
            found = True
            yield key, attributes
    if not found:
        yield from _pages_by_search(document)


def _pages_by_search(document: PDFDocument) -> Iterator[tuple[Any, dict[str, Any]]]:
    seen: set[int] = set()
    for xref in document.xrefs:
        for key in xref.get_objids():
            with suppress(Exception):
                value = document.getobj(key)
                if key not in seen and isinstance(value, dict) and value.get("Type") is LITERAL_PAGE:
                    seen.add(key)
                    yield key, value


def _resolved(value: Any) -> Any:
    try:
        return resolve1(value)
    except Exception:
        return None


def _sound(attributes: dict[str, Any]) -> dict[str, Any]:
    """The attributes with a MediaBox and /Rotate that can be used; other boxes that cannot are left out.

    A box is given by any two opposite corners; here by the lower left and the upper right one.
    """
    sound = dict(attributes)
    for name in ("MediaBox", "CropBox", "TrimBox", "BleedBox", "ArtBox"):
        if name not in sound:
            continue
        if _is_box(sound[name]):
            x0, y0, x1, y1 = (_resolved(corner) for corner in _resolved(sound[name]))
            sound[name] = [min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)]
        else:
            del sound[name]
    sound.setdefault("MediaBox", US_LETTER)
    turn = _resolved(sound.get("Rotate"))
    sound["Rotate"] = int(turn) if isinstance(turn, (int, float)) and turn % 90 == 0 else 0
    return sound


def _is_box(value: Any) -> bool:
    corners = _resolved(value)
    if not isinstance(corners, list) or len(corners) != 4:
        return False
    x0, y0, x1, y1 = (_resolved(corner) for corner in corners)
    if not all(isinstance(corner, (int, float)) for corner in (x0, y0, x1, y1)):
        return False
    return bool(x0 != x1 and y0 != y1)
