"""Streams read to where they end, whatever the file says of their length.

pdfminer takes a stream's /Length at its word: where it is too small, missing or no number, what a page draws is cut off
without an error, and the page looks empty. PDFium and other readers look for `endstream`, and so does this: the length
counts where `endstream` follows it.
"""

from __future__ import annotations

import re
from typing import Any

from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFStream, dict_value, resolve1
from pdfminer.psparser import PSKeyword
from pdfplumber.pdf import PDF

_BEGINS = re.compile(rb"stream(?:\r\n|\n|\r)?")
_FOLLOWS = re.compile(rb"[\s\x00]{0,32}(?:endstream|endobj)")
_ENDS = re.compile(rb"(?:\r\n|\n|\r)?(?:endstream|endobj)")

_HEAD = 64
"""Bytes that are looked at behind a stream: blanks, then the word."""


def read_streams_to_their_ends(pdf: PDF) -> None:
    """From now on the streams of this document are; what was read of it before is read again."""
    parser = _Parser(pdf.stream)
    parser.set_document(pdf.doc)
    pdf.doc._parser = parser
    pdf.doc._cached_objs.clear()
    pdf.doc._parsed_objs.clear()


class _Parser(PDFParser):
    """pdfminer's parser but for streams."""

    def do_keyword(self, pos: int, token: PSKeyword) -> None:
        """Handles a keyword that begins at byte `pos`."""
        if token is not self.KEYWORD_STREAM:
            super().do_keyword(pos, token)
            return
        popped = self.pop(1)
        said = dict_value(popped[0][1]) if popped else {}
        body, ends = self._body(pos, said.get("Length"))
        self.seek(ends)
        assert self.doc is not None
        self.push((pos, PDFStream(said, body, self.doc.decipher)))

    def _body(self, pos: int, length: Any) -> tuple[bytes, int]:
        """The bytes of the stream whose keyword begins at `pos`, and where they end."""
        self.fp.seek(pos)
        begins = _BEGINS.match(self.fp.read(8))
        start = pos + (begins.end() if begins else len(b"stream"))
        length = self._whole_number(length)
        if length is not None:
            self.fp.seek(start + length)
            if _FOLLOWS.match(self.fp.read(_HEAD)):
                self.fp.seek(start)
                return self.fp.read(length), start + length
        self.fp.seek(start)
        rest = self.fp.read()
        found = _ENDS.search(rest)
        end = found.start() if found else len(rest)
        return rest[:end], start + end

    def _whole_number(self, value: Any) -> int | None:
        """What a length comes to; None where it is no number that a length can be."""
        try:
            value = resolve1(value)
        except Exception:  # the object that says it is broken itself
            return None
        return value if isinstance(value, int) and 0 <= value < 2**40 else None
