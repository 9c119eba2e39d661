"""The letters that a page shows, from a font that goes with it: Japanese reads the same wherever the page is opened.

The font is Noto Sans CJK, because it may be embedded (SIL Open Font License), has every character of the papers, and
comes as a package with a fixed version, so that the same text gives the same bytes on every machine.
"""

from __future__ import annotations

import base64
import io
from importlib.resources import as_file, files

FAMILY = "besshi"
PACKAGE, FILE = "manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc"
JAPANESE = 0
"""Which font of the collection has the Japanese forms of the characters that others write otherwise."""

FALLBACK = '"Noto Sans JP", "Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic", Meiryo, sans-serif'
"""Fonts of the reader's machine, where the page brings none or lacks a character."""


def font_face(text: str) -> str:
    """A CSS rule that brings the characters of `text` as WOFF2 in all weights; empty where no font is installed."""
    packed = woff2(text)
    if packed is None:
        return ""
    address = f"data:font/woff2;base64,{base64.b64encode(packed).decode('ascii')}"
    return (
        f'@font-face{{font-family:"{FAMILY}";font-weight:100 900;font-display:block;'
        f'src:url("{address}") format("woff2")}}'
    )


def woff2(text: str) -> bytes | None:
    """The font with the characters of `text` and no others, or None where the package is missing."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    try:
        place = files(PACKAGE).joinpath(FILE)
    except ModuleNotFoundError:
        return None
    options = subset.Options(layout_features=["kern", "palt", "locl"], notdef_outline=True)
    options.name_IDs = [0, 1, 2, 13, 14]  # with the licence that lets it be passed on
    unchanged = {"recalcTimestamp": False, "recalcBBoxes": False}
    with as_file(place) as path, TTFont(path, fontNumber=JAPANESE, lazy=True, **unchanged) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=sorted({ord(character) for character in text}))
        subsetter.subset(font)
        font.flavor = "woff2"
        packed = io.BytesIO()
        font.save(packed)
    return packed.getvalue()
