"""A page's content stream run fast: what pdfminer's interpreter does, its tokens found by one regular expression.

pdfminer looks at a content stream piece by piece in Python, which takes most of the time that a page of text takes.
Nearly every stream is plain: numbers, names, strings, arrays and operators. Those are told apart here exactly as
pdfminer tells them; from the first object that is anything else (an inline picture, a string with brackets in it, a
broken array) pdfminer's own parser goes on, so that both give the same page.
"""

from __future__ import annotations

import re
import zlib
from binascii import unhexlify
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from pdfminer.layout import LTChar
from pdfminer.pdffont import PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFPageInterpreter
from pdfminer.pdftypes import LITERALS_FLATE_DECODE, PDFObjRef, PDFStream, dict_value, resolve1, stream_value
from pdfminer.psparser import KWD, LIT, literal_name
from pdfminer.utils import MATRIX_IDENTITY, mult_matrix
from pdfplumber.page import PDFPageAggregatorWithMarkedContent
from pdfplumber.utils.exceptions import PdfminerException

from extractors.pages.annotations import appearances
from extractors.pages.unseen import SUSPECT

_TOKEN = re.compile(
    rb"""[\s\x00]*+(?:
      ([-+\d]\d*\.\d*|\.\d*)                     # 1 a number with a point
    | ([-+\d]\d*)                                # 2 a whole number
    | ([A-Za-z][^#/%\[\]()<>{}\s]*|['"])         # 3 an operator, or a word
    | /([^#/%\[\]()<>{}\s]*+)(?!\#)              # 4 a name
    | <([0-9A-Fa-f\s]*)>(?!>)                    # 5 a string in hexadecimal digits
    | \(([^()\\]*)\)                             # 6 a string as it stands
    | \(((?:[^()\\]+|\\.)*+)\)                   # 7 a string with escapes
    | (\[) | (<<)                                # 8, 9 an array or a dictionary begins
    | (\]) | (>>)                                # 10, 11 and ends
    | %[^\r\n]*+                                 # a comment
    | \Z
    | (.)                                        # 12 anything else
    )""",
    re.VERBOSE | re.DOTALL,
)
_REAL, _WHOLE, _WORD, _NAME, _HEX, _STRING, _ESCAPED, _ARRAY, _DICT, _ARRAY_END, _DICT_END, _OTHER = range(1, 13)

_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|\r\n|(.))", re.DOTALL)
_ESCAPES = {b"b": b"\b", b"t": b"\t", b"n": b"\n", b"f": b"\f", b"r": b"\r", b"(": b"(", b")": b")", b"\\": b"\\"}

_INLINE_PICTURE = frozenset((b"BI", b"ID"))
DAMAGED = "damaged"
"""Put on the layout of a page whose content ended before its end."""

UNTOLD = "untold"
"""Put on the layout of a page: of how many letters nothing is known, not even where they stand."""

_INVISIBLE = (3, 7)
"""Modes of text that set no ink."""

_VALUES = {b"true": True, b"false": False}


def layout_of(page: Any) -> Any:
    """What stands on a pdfplumber page: an `LTPage` with the items of its `layout`, in the same order, without tags.

    Raises `pdfplumber.utils.exceptions.PdfminerException`, or what `layout` raises where the page is not pdfplumber's.
    """
    if not hasattr(page, "page_obj"):
        return page.layout
    device = _Collector(page.pdf.rsrcmgr, page.page_number, "OCProperties" in page.pdf.doc.catalog)
    try:
        interpreter = _Interpreter(page.pdf.rsrcmgr, device)
        interpreter.annotations = page.page_obj.annots
        interpreter.process_page(page.page_obj)
    except Exception as error:  # as pdfplumber does: a broken page may raise anything
        raise PdfminerException(error) from error
    if device.damaged:
        vars(device.get_result())[DAMAGED] = True
    if device.untold:
        vars(device.get_result())[UNTOLD] = device.untold
    return device.get_result()


class _Collector(PDFPageAggregatorWithMarkedContent):
    """pdfplumber's collector of what a page shows; which tag an item stands under is not asked for here."""

    damaged = False
    """Whether a content stream ended before its end."""
    untold = 0
    """How many letters were set in fonts that could not make one of them."""
    unsure = False
    """Whether characters are set that may not show: invisible by their mode, or in a layer that may be off."""

    def __init__(self, rsrcmgr: Any, pageno: int, layers: bool) -> None:
        super().__init__(rsrcmgr, pageno=pageno, laparams=None)
        self.has_layers = layers
        self.layers: list[bool] = []
        """Of the marked contents that are open, outermost first, whether each is a layer."""

    def begin_tag(self, tag: Any, props: Any = None) -> None:  # noqa: ARG002
        """A marked content begins."""
        if self.has_layers:
            self.layers.append(tag.name == "OC")

    def end_tag(self) -> None:
        """A marked content ends."""
        if self.layers:
            self.layers.pop()

    def render_string(self, textstate: Any, seq: Any, ncs: Any, graphicstate: Any) -> None:
        """Sets a string; see `unsure`."""
        self.unsure = textstate.render in _INVISIBLE or True in self.layers
        super().render_string(textstate, seq, ncs, graphicstate)

    def render_char(
        self,
        matrix: Any,
        font: Any,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        ncs: Any,
        graphicstate: Any,
    ) -> float:
        try:
            text = font.to_unichr(cid)
        except PDFUnicodeNotDefined:
            text = self.handle_undefined_char(font, cid)
        width, displacement = font.char_width(cid), font.char_disp(cid)
        item = LTChar(matrix, font, fontsize, scaling, rise, text, width, displacement, ncs, graphicstate)
        if self.unsure:
            vars(item)[SUSPECT] = True
        self.cur_item._objs.append(item)
        return item.adv

    def tag_cur_item(self) -> None:
        """No tag is kept."""


class _Unusual(Exception):
    """An object that is left to pdfminer."""


class _Interpreter(PDFPageInterpreter):
    """pdfminer's interpreter, its content streams taken apart by `_TOKEN`."""

    device: _Collector
    annotations: Any = None
    """Those of the page (its /Annots), for the interpreter of the page itself."""

    def render_contents(self, resources: Any, streams: Sequence[object], ctm: Any = MATRIX_IDENTITY) -> None:
        """Runs content streams; on a page its annotations are drawn after them."""
        super().render_contents(resources, streams, ctm)
        for drawn in appearances(self.annotations) if self.annotations else ():
            self.device.set_ctm(ctm)
            self.device.begin_figure("", drawn.box, drawn.matrix)
            figure = self.device.cur_item
            with suppress(Exception):  # as for the annotations themselves: the page is there without it
                self.subinterp().render_contents(
                    dict_value(drawn.stream.get("Resources", {})), [drawn.stream], mult_matrix(drawn.matrix, ctm)
                )
            while self.device.cur_item is not figure:
                self.device.end_figure("")
            self.device.end_figure("")

    def do_Do(self, xobjid_arg: Any) -> None:  # noqa: N802
        """Draws a form or a picture, which may be a layer by itself."""
        drawn = resolve1(self.xobjmap.get(literal_name(xobjid_arg)))
        layer = isinstance(drawn, PDFStream) and "OC" in drawn
        self.device.layers.append(self.device.has_layers and layer)
        super().do_Do(xobjid_arg)
        if self.device.layers:
            self.device.layers.pop()

    def do_TJ(self, seq: Any) -> None:  # noqa: N802
        """Sets strings; a font that is not there, or whose codes nobody knows, sets nothing and raises nothing."""
        item = self.device.cur_item
        before = len(item)
        super().do_TJ(seq)
        if len(item) == before:
            codes = sum(len(each) for each in seq if isinstance(each, bytes)) if isinstance(seq, list) else 0
            self.device.untold += codes if self.textstate.font is None else codes // 2

    def execute(self, streams: Sequence[object]) -> None:
        found = [stream_value(each) for each in streams]
        self.device.damaged |= any(
            isinstance(each, PDFObjRef) and not isinstance(resolve1(each), PDFStream) for each in streams
        )
        # as pdfminer does: streams without a number are passed over, and forms may not call each other in a circle
        found = [each for each in found if each.objid is not None and each.objid not in self.parent_stream_ids]
        self.stream_ids = {each.objid for each in found if each.objid is not None}
        self.device.damaged |= any(_is_damaged(each) for each in found)
        data = b"\n".join([*(each.get_data() for each in found), b""])
        left_at = self._run(data)
        if left_at is not None:
            rest = PDFStream({}, data[left_at:])
            rest.set_objid(-1, 0)
            self.parent_stream_ids.update(self.stream_ids)
            super().execute([rest])

    def _run(self, data: bytes) -> int | None:
        """Runs a content stream; gives the place of the first object that is left to pdfminer, None without any."""
        operations: dict[bytes, tuple[Callable[..., None] | None, int]] = {}
        begun = 0  # where the array or dictionary of the outermost level began
        around: list[tuple[int, list[Any]]] = []  # those that are open, each with the list that it stands in
        filled: list[Any] = self.argstack
        for match in _TOKEN.finditer(data):
            kind = match.lastindex
            if kind == _WORD and not around:
                word = match[_WORD]
                if word not in operations:
                    operations[word] = self._operation(word)
                method, count = operations[word]
                if method is not None:
                    given = filled[-count:] if count else []
                    del filled[len(filled) - len(given) :]
                    if len(given) == count:
                        method(*given)
                        filled = self.argstack  # an operator that takes more than was said leaves a new list
                    continue
                if word in _INLINE_PICTURE:
                    return match.start()
                if word in _VALUES:
                    filled.append(_VALUES[word])
            elif kind in (_ARRAY, _DICT):
                if not around:
                    begun = match.start()
                around.append((kind, filled))
                filled = []
            elif kind in (_ARRAY_END, _DICT_END):
                if not around or around[-1][0] != kind - 2 or (kind == _DICT_END and len(filled) % 2):
                    return begun if around else match.start()
                closed = filled
                _, filled = around.pop()
                filled.append(closed if kind == _ARRAY_END else _dictionary(closed))
            elif kind is not None:
                try:
                    filled.append(_READERS[kind](match[kind]))
                except _Unusual:
                    return begun if around else match.start()
                except ValueError:  # a sign or a point alone: no number, and passed over
                    continue
        return None

    def _operation(self, word: bytes) -> tuple[Callable[..., None] | None, int]:
        """What runs an operator, and how many operands it takes; None for a word that is none."""
        name = word.decode("utf-8", "ignore").replace("*", "_a").replace('"', "_w").replace("'", "_q")
        method = getattr(self, f"do_{name}", None)
        if method is None or word in _INLINE_PICTURE:
            return None, 0
        return method, method.__code__.co_argcount - 1


def _is_damaged(stream: PDFStream) -> bool:
    """Whether a stream cannot be unpacked to its end, so that pdfminer gives what comes before; a sound one is unpacked
    by this."""
    packed = stream.rawdata
    filters = stream.get_filters() if packed else []
    if packed is None or len(filters) != 1 or filters[0][0] not in LITERALS_FLATE_DECODE:
        return False
    if stream.decipher and stream.objid is not None and stream.genno is not None:
        packed = stream.decipher(stream.objid, stream.genno, packed, stream.attrs)
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(packed)
        # the sum at the end may be missing: nothing is lost
        whole = unpacking.eof or _ends(packed)
    except zlib.error:
        return True
    if unpacking.eof and not filters[0][1]:
        stream.data, stream.rawdata = data, None
    return not whole


def _ends(packed: bytes) -> bool:
    bare = zlib.decompressobj(-zlib.MAX_WBITS)
    bare.decompress(packed[2:])
    return bare.eof


# --- the values in a stream, as pdfminer has them


def _dictionary(items: list[Any]) -> dict[str, Any]:
    return {literal_name(name): value for name, value in zip(items[::2], items[1::2], strict=True)}


def _word(text: bytes) -> Any:
    if text in _INLINE_PICTURE:
        raise _Unusual
    return _VALUES[text] if text in _VALUES else KWD(text)


def _name(text: bytes) -> Any:
    try:
        return LIT(text.decode())
    except UnicodeDecodeError:
        return LIT(text)


def _hexadecimal(text: bytes) -> bytes:
    digits = b"".join(text.split())
    if len(digits) % 2:
        raise _Unusual
    return unhexlify(digits)


def _unescaped(text: bytes) -> bytes:
    return _ESCAPE.sub(_escape, text)


def _escape(match: re.Match[bytes]) -> bytes:
    octal, character = match.groups()
    if octal is not None:
        code = int(octal, 8)
        if code > 255:
            raise _Unusual
        return bytes((code,))
    return _ESCAPES.get(character, b"")


def _other(_text: bytes) -> None:
    raise _Unusual


_READERS: dict[int, Callable[[bytes], Any]] = {
    _REAL: float,
    _WHOLE: int,
    _WORD: _word,
    _NAME: _name,
    _HEX: _hexadecimal,
    _STRING: bytes,
    _ESCAPED: _unescaped,
    _OTHER: _other,
}
