"""Why a document cannot be read: one class a reason, each with the code under which messages and records name it."""

from __future__ import annotations


class DocumentError(Exception):
    """A document that yields nothing; `code` names the reason and finds the sentence for the reader."""

    code = "malformed"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.code)
        self.detail = detail


class EmptyFile(DocumentError):
    """The file has no bytes."""

    code = "empty_file"


class NotAPdf(DocumentError):
    """The bytes are not those of a PDF (a web page saved under its name, say)."""

    code = "not_a_pdf"


class Malformed(DocumentError):
    """A PDF that is cut off or broken past repair."""

    code = "malformed"


class Encrypted(DocumentError):
    """A PDF that opens only with a password, or is locked in a way nobody here can undo."""

    code = "encrypted"


class NoPages(DocumentError):
    """A PDF that opens and has no page."""

    code = "no_pages"


class NoTextLayer(DocumentError):
    """Pages, but not one readable character on them."""

    code = "no_text_layer"
