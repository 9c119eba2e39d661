"""The fonts of a document as pdfminer has them, made without what is not asked of them.

A font's table of characters (its ToUnicode map) is nearly always a plain list of codes; pdfminer reads it as a program,
which takes as long as all the text set in that font. Its font file is unpacked only to look for such a table in it.
"""

from __future__ import annotations

import re
from binascii import unhexlify
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pdfminer.cmapdb import CMapDB, FileUnicodeMap
from pdfminer.encodingdb import name2unicode
from pdfminer.pdffont import PDFFont, PDFSimpleFont
from pdfminer.pdfinterp import PDFResourceManager
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.psparser import LIT, PSLiteral

_CODE = rb"\s*<((?:[0-9A-Fa-f]{2}){1,4})>"
_ONE = re.compile(_CODE + rb"\s*<((?:[0-9A-Fa-f]{2})*)>")
_MANY = re.compile(_CODE + _CODE + rb"\s*(?:<((?:[0-9A-Fa-f]{2})+)>|\[([^\[\]]*)\])")
_LISTED = re.compile(rb"\s*<((?:[0-9A-Fa-f]{2})*)>")
_SECTION = re.compile(rb"\s*\d*\s*beginbf(char|range)\b(.*?)\bendbf\1\b", re.DOTALL)
_BEGINS = re.compile(rb"\d*\s*beginbf")
_NOT_PLAIN = (b"usecmap", b"begincid")

_COMPOSITE = LIT("Type0")

LONGEST_RANGE = 65_536
"""Codes: no font has more; what claims to is left to pdfminer, and to the limits on time that hold there."""


class Fonts(PDFResourceManager):
    """Makes each font of a document once, as pdfminer does."""

    def get_font(self, objid: object, spec: Mapping[str, Any]) -> PDFFont:
        if objid in self._cached_fonts:
            return super().get_font(objid, spec)
        font = self._made(objid, _with_codes(spec))
        if isinstance(font, PDFSimpleFont):
            for code in _nameless(spec):
                font.cid2unicode.pop(code, None)
        return font

    def _made(self, objid: object, spec: Mapping[str, Any]) -> PDFFont:
        table = resolve1(spec.get("ToUnicode"))
        characters = characters_of(table.get_data()) if isinstance(table, PDFStream) else None
        if characters is None:
            return super().get_font(objid, spec)
        plain = {**spec, "ToUnicode": PDFStream({}, b"")}
        descriptor = resolve1(spec.get("FontDescriptor"))
        if isinstance(descriptor, dict):
            plain["FontDescriptor"] = {name: value for name, value in descriptor.items() if name != "FontFile2"}
        font = super().get_font(objid, plain)
        vars(font)["unicode_map"] = characters  # each kind of font has one, their common class does not
        return font


def _with_codes(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """A composite font whose encoding nobody knows has codes of two bytes each, as other readers take it."""
    encoding = resolve1(spec.get("Encoding"))
    if (
        spec.get("Subtype") is not _COMPOSITE
        or not isinstance(encoding, PSLiteral)
        or _is_known_map(str(encoding.name))
    ):
        return spec
    return {**spec, "Encoding": LIT("Identity-H")}


@cache
def _is_known_map(name: str) -> bool:
    try:
        CMapDB.get_cmap(name)
    except CMapDB.CMapNotFound:
        return False
    return True


def _nameless(spec: Mapping[str, Any]) -> Iterator[int]:
    """The codes of a simple font that its encoding gives glyphs of no known name (/g3266): they are not the characters
    that these codes have elsewhere, which pdfminer takes them for."""
    encoding = resolve1(spec.get("Encoding"))
    differences = resolve1(encoding.get("Differences")) if isinstance(encoding, dict) else None
    code = 0
    for each in differences if isinstance(differences, list) else ():
        if isinstance(each, int):
            code = each
        elif isinstance(each, PSLiteral):
            if not _is_known(str(each.name)):
                yield code
            code += 1


@cache
def _is_known(name: str) -> bool:
    try:
        return bool(name2unicode(name))
    except (KeyError, ValueError):
        return False


def characters_of(table: bytes) -> FileUnicodeMap | None:
    """The characters by their codes as a plain ToUnicode map lists them; None for one that is left to pdfminer."""
    characters = FileUnicodeMap()
    begin = _BEGINS.search(table)
    if begin is None:
        return None if table.strip() else characters
    last_line = table[: begin.start()].splitlines()[-1:]
    if any(word in table for word in _NOT_PLAIN) or (last_line and b"%" in last_line[0]):
        return None
    at = begin.start()
    while section := _SECTION.match(table, at):
        pairs = _singles(section[2]) if section[1] == b"char" else _ranges(section[2])
        if pairs is None:
            return None
        for code, text in pairs:
            characters.add_cid2unichr(code, text)
        at = section.end()
    rest = table[at:]
    return None if b"beginbf" in rest or b"begincmap" in rest else characters


def _entries(pattern: re.Pattern[bytes], section: bytes) -> list[tuple[bytes | None, ...]] | None:
    """The entries of a section; None where it holds anything besides."""
    found, at = [], 0
    while entry := pattern.match(section, at):
        found.append(entry.groups())
        at = entry.end()
    return found if not section[at:].strip() else None


def _singles(section: bytes) -> list[tuple[int, bytes]] | None:
    entries = _entries(_ONE, section)
    return None if entries is None else [(int(code or b"", 16), unhexlify(text or b"")) for code, text in entries]


def _ranges(section: bytes) -> list[tuple[int, bytes]] | None:
    pairs: list[tuple[int, bytes]] = []
    entries = _entries(_MANY, section)
    if entries is None:
        return None
    for first, last, text, listed in entries:
        if first is None or last is None or len(first) != len(last):
            return None
        codes = range(int(first, 16), int(last, 16) + 1)
        if len(codes) > LONGEST_RANGE:
            return None
        if listed is not None:
            own = _entries(_LISTED, listed)
            if own is None:
                return None
            pairs += zip(codes, (unhexlify(each or b"") for (each,) in own), strict=False)
        elif text is not None:
            begins = unhexlify(text)
            counted = begins[-4:]
            base = int.from_bytes(counted)
            if base + len(codes) > 2**32:
                return None
            pairs += ((code, begins[:-4] + (base + n).to_bytes(4)[-len(counted) :]) for n, code in enumerate(codes))
    return pairs
