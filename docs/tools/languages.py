"""One page in two languages, read as a page of one: the pages under docs/ say everything in Japanese and in English.

They are written so because GitHub shows them as they are, and because what stands side by side stays the same. Here
such a page is made one for a reader of one language:

- a heading, a bold word, a link, a cell of a table, or what stands in brackets or between ` · ` there, that says
  `日本語 / English` keeps one side;
- a table whose columns are headed by one language each keeps those of the reader (a column headed `日本語` or `English`
  is about the language, and stays);
- of a paragraph or an item of a list, the sentences in the reader's language stay.

Code is for both. Which language a sentence is in is told by its letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

Lang = Literal["ja", "en"]

_JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠々〆]")
_WORD = re.compile(r"(?<![A-Za-z])[A-Za-z][a-z']+(?![A-Za-z])")
_UNSAID = re.compile(r"`[^`]*`|\]\([^)]*\)|<[^>]+>|https?://\S+|\b[a-z]\w*[._/]\w[\w./]*|\bbesshi\b|(?<!\S)--?[\w-]+")
_QUOTED = re.compile(r"「[^」]*」|“[^”]*”")
"""What says nothing of the language of the sentence that it stands in: code, addresses, tags, options, the program's
name, and what is quoted."""

_PAIR = re.compile(r"\s+/\s+|(?<=[）。」])/\s+")
_SENTENCE_END = re.compile(r"(?<=[。！？])\s*|(?<=[.!?:])\s+|(?<=。）)\s*|(?<=[.]\))\s+|\n")
_HEADING = re.compile(r"(#{1,6}) (.+?)\s*$")
_ITEM = re.compile(r"(\s*)(?:[-*+]|\d+\.) +")
_INLINE = re.compile(r"\*\*(?P<bold>[^*\n]+)\*\*|\[(?P<link>[^\]\n]+)\](?=\()")
_BRACKETS = re.compile(r"（(?P<wide>[^（）]*)）|\((?P<narrow>[^()]*)\)")
_DOT = " · "
_CODE_FIRST = re.compile(r"(`[^`]+`)\s+(?!/ )")
_LEAD = re.compile(r"\*\*[^*\n]+\*\*(?:\s+[—–-])?\s*")
"""Bold words in front of a paragraph or an item, which name it in both languages."""

_FENCE = re.compile(r"\s*(```|~~~)")
_INSIDE_JAPANESE = re.compile(r"(?<=[^\x00-\x7f])\n *(?=[^\x00-\x7f])")
"""An end of a line between Japanese letters, which a browser would show as a space."""

_NAMES = ("日本語", "English", "外国語")
SWITCH = 3
"""How many letters' worth of evidence it takes to believe that the language changes inside a paragraph."""


def in_language(page: str, lang: Lang) -> str:
    """A page of both languages as one of `lang`; headings keep the anchors that GitHub gives the whole heading."""
    return "".join(_one(block, lang) for block in blocks(page))


def blocks(page: str) -> Iterator[str]:
    """The page in parts that are looked at one by one: a fence, a table, a heading, a paragraph, an item of a list."""
    held: list[str] = []
    fence = ""
    for line in page.splitlines(keepends=True):
        opened = _FENCE.match(line)
        if fence:
            held.append(line)
            if opened and opened[1] == fence:
                yield "".join(held)
                held, fence = [], ""
            continue
        starts = opened or not line.strip() or _HEADING.match(line) or _ITEM.match(line) or line.startswith("<!--")
        goes_on = held and (held[-1].lstrip().startswith("|") == line.lstrip().startswith("|"))
        if held and (starts or not goes_on):
            yield "".join(held)
            held = []
        held.append(line)
        if opened:
            fence = opened[1]
        elif not line.strip() or _HEADING.match(line):
            yield "".join(held)
            held = []
    yield "".join(held)


def _one(block: str, lang: Lang) -> str:
    if not block.strip() or _FENCE.match(block) or block.startswith(("<!--", "    ")):
        return block
    if heading := _HEADING.match(block):
        return f"{heading[1]} {chosen(heading[2], lang)} {{#{anchor(heading[2])}}}\n"
    if block.lstrip().startswith("|"):
        return _table(block, lang)
    said = _ITEM.match(block)
    mark = said[0] if said else ""
    text = block[len(mark) :].rstrip("\n")
    named = _LEAD.match(text)
    name = chosen(named[0], lang) if named and chosen(named[0], lang) != named[0] else ""
    rest = text[len(named[0]) if named and name else 0 :]
    text = _INSIDE_JAPANESE.sub("", sentences(rest, lang))
    return f"{mark}{name}{text}\n" if text or not rest else ""


def anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    plain = re.sub(r"`|\*\*|\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


# ------------------------------------------------------------------------------------------------ pairs


def chosen(text: str, lang: Lang) -> str:
    """The side of `日本語 / English` that is the reader's; the text as it is where it is no such pair."""
    text = _INLINE.sub(lambda found: _inline(found, lang), text)
    text = _BRACKETS.sub(lambda found: _in_brackets(found, lang), text)
    if _DOT in text:
        return _DOT.join(chosen(part, lang) for part in text.split(_DOT))
    if (code := _CODE_FIRST.match(text)) and code[1] not in text[code.end() :]:
        return code[0] + chosen(text[code.end() :], lang)  # it is said once, for both
    parts = _PAIR.split(text)
    for cut in range(1, len(parts)):
        left, right = " / ".join(parts[:cut]), " / ".join(parts[cut:])
        if _side(left) > 0 and _side(right) < 0:
            return left if lang == "ja" else right
        if _side(left) < 0 and _side(right) > 0:
            return right if lang == "ja" else left
    return text


def _inline(found: re.Match[str], lang: Lang) -> str:
    if found["bold"] is not None:
        return f"**{chosen(found['bold'], lang)}**"
    return f"[{chosen(found['link'], lang)}]"


def _in_brackets(found: re.Match[str], lang: Lang) -> str:
    inner = found["wide"] if found["wide"] is not None else found["narrow"]
    said = chosen(inner, lang)
    if said == inner:
        return found[0]
    return f"（{said}）" if lang == "ja" else f" ({said})"


def leaning(text: str) -> int:
    """Above 0 for Japanese, below 0 for English, by letters; 0 where there are only figures, code and addresses."""
    return _letters(_QUOTED.sub(" ", _UNSAID.sub(" ", text)))


def _side(text: str) -> int:
    """`leaning` of one side of a pair, which may be a quotation and nothing else."""
    return leaning(text) or _letters(_UNSAID.sub(" ", text))


def _letters(said: str) -> int:
    kana = len(re.findall(r"[ぁ-ん]", said))
    return len(_JAPANESE.findall(said)) + 2 * kana - 3 * len(_WORD.findall(said))


# ------------------------------------------------------------------------------------------------ sentences


def sentences(text: str, lang: Lang) -> str:
    """The sentences of a paragraph that are in `lang`, in their order and lines."""
    pieces = _pieces(text)
    languages = _languages([leaning(piece) for piece in pieces])
    if not any(leaning(piece) for piece in pieces):
        return text
    if set(languages) == {"ja"} or set(languages) == {"en"}:
        # One language by the whole, so perhaps a single pair: 「測った値 / Measured」.
        return chosen(text, lang) if chosen(text, lang) != text or languages[0] == lang else ""
    kept = "".join(piece for piece, own in zip(pieces, languages, strict=True) if own == lang)
    kept = re.sub(r"^\s*/\s+|\s+/\s*$", "", kept.strip())
    return _INLINE.sub(lambda found: _inline(found, lang), kept)


def _pieces(text: str) -> list[str]:
    """The text cut behind each sentence and each line; code is never cut."""
    hidden: list[str] = []

    def hide(found: re.Match[str]) -> str:
        hidden.append(found[0])
        return f"\x00{len(hidden) - 1}\x01"

    safe = re.sub(r"`[^`]*`|\]\([^)]*\)", hide, text)
    pieces, start = [], 0
    for end in _SENTENCE_END.finditer(safe):
        pieces.append(safe[start : end.end()])
        start = end.end()
    pieces.append(safe[start:])
    shown = (re.sub(r"\x00(\d+)\x01", lambda found: hidden[int(found[1])], piece) for piece in pieces)
    return [piece for piece in shown if piece]


def _languages(leanings: Iterable[int]) -> list[Lang]:
    """The likeliest language of each piece where changing it costs `SWITCH`."""
    best: dict[Lang, tuple[int, list[Lang]]] = {"ja": (0, []), "en": (0, [])}
    for lean in leanings:
        gain: dict[Lang, int] = {"ja": lean, "en": -lean}
        best = {
            lang: max(
                (
                    (score + gain[lang] - (SWITCH if path and path[-1] != lang else 0), [*path, lang])
                    for score, path in best.values()
                ),
                key=lambda one: one[0],
            )
            for lang in gain
        }
    return max(best.values(), key=lambda one: one[0])[1]


# ------------------------------------------------------------------------------------------------ tables


def _table(block: str, lang: Lang) -> str:
    rows = [_cells(line) for line in block.splitlines()]
    kept = _columns(rows[0], lang)
    out = []
    for row in rows:
        cells = [_cell(cell, lang) for place, cell in enumerate(row) if place in kept or place >= len(rows[0])]
        out.append("| " + " | ".join(cells) + " |\n")
    return "".join(out)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def _columns(head: list[str], lang: Lang) -> set[int]:
    """The columns to keep: not those headed in the other language alone, where there are such of this one, too."""
    leans = [0 if cell in _NAMES or _PAIR.search(cell) else leaning(cell) for cell in head]
    if not (any(lean > 0 for lean in leans) and any(lean < 0 for lean in leans)):
        return set(range(len(head)))
    mine: Callable[[int], bool] = (lambda lean: lean >= 0) if lang == "ja" else (lambda lean: lean <= 0)
    return {place for place, lean in enumerate(leans) if mine(lean)}


def _cell(cell: str, lang: Lang) -> str:
    if "<br>" not in cell:
        return chosen(cell, lang) if _PAIR.search(cell) else sentences(cell, lang) or cell
    parts = cell.split("<br>")
    leans = [leaning(part) for part in parts]
    if any(lean > 0 for lean in leans) and any(lean < 0 for lean in leans):
        parts = [part for part, lean in zip(parts, leans, strict=True) if lean == 0 or (lean > 0) == (lang == "ja")]
    return "<br>".join(parts)
