"""Lines of glyphs set as on a page, for tests of what reads lists: a character is one em wide, half if it is ASCII."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.pages.geometry import Box, Frame
from extractors.pages.text import Glyph, Text

FRAME = Frame(1, 842.0, 595.0)


def line(string: str, x0: float = 20.0, top: float = 20.0, size: float = 10.0) -> Text:
    """The string set in one line; a space takes room and is a glyph too."""
    glyphs = []
    for character in string:
        width = size / 2 if character.isascii() else size
        glyphs.append(Glyph(character, FRAME, Box(x0, top, x0 + width, top + size)))
        x0 += width
    return Text.of(glyphs)


def lines(strings: Sequence[str], x0: float = 20.0, top: float = 20.0, size: float = 10.0) -> list[Text]:
    """The strings under each other, 1.4 em apart; leading full-width spaces set a line in and are no glyphs."""
    out = []
    for number, string in enumerate(strings):
        bare = string.lstrip("\u3000")
        inset = (len(string) - len(bare)) * size
        out.append(line(bare, x0 + inset, top + 1.4 * size * number, size))
    return out


def wrapped(string: str, characters: int, x0: float = 20.0, top: float = 20.0, size: float = 10.0) -> list[Text]:
    """The string broken as a narrow box breaks it: so many full-width characters a line, none begun with 、 or ）."""
    rows, row = [], ""
    for character in string:
        width = sum(0.5 if c.isascii() else 1 for c in row)
        if row and width + 0.5 > characters and character not in "、。）)・ー":
            rows.append(row)
            row = ""
        row += character
    return lines([*rows, row], x0, top, size)
