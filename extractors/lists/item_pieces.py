"""The grammar of an enumeration: how a list of 情報項目 falls into its items.

Works on one stretch of text that holds nothing but the list. What a sign separates depends on the vocabulary: a comma
always parts two items; ・, a space, a slash or 及び only where what they part are items.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from extractors.japanese.item_names import lookup
from extractors.pages.text import Text

_OPENING, _CLOSING = "（(「『〔［[【〈《＜", "）)」』〕］]】〉》＞"
COMMA = re.compile(r"[、，,；;\n]|[。．](?=\n|$)")
_DOT = re.compile(r"[・･·•]")
_GAP = re.compile(r"[ \t\u3000]+(?:[・･·•●○◎■□◆◇▪][ \u3000]*)?")
_SLASH = re.compile(r"[/／]")
AND, OR = "及び|および|並びに|ならびに", "又は|または|若しくは|もしくは"
"""The conjunctions of official texts, as alternatives of a pattern."""
_AND = re.compile(AND)
_OR = re.compile(f"{OR}|や|と")
_CONJUNCTION = re.compile(rf"^(?:{AND}|{OR}|かつ)[\s\u3000]*")
BULLET = re.compile(r"^[・･·•●○◎■□◆◇▪▶▷➢✓＊*‐－\-–—][\s\u3000]*")


_NUMBERED = re.compile(r"^[①-⑳][\s\u3000]*")


class Piece(NamedTuple):
    """One item of an enumeration; `inner` are the items that its brackets name, `opens` whether 等 follows it."""

    text: Text
    inner: tuple[Piece, ...] = ()
    opens: bool = False


def depths(string: str) -> list[int]:
    """For each character how many brackets are open around it; one that only closes counts for none."""
    depth, found = 0, []
    for character in string:
        if character in _CLOSING:
            depth = max(0, depth - 1)
        found.append(depth + (character in _CLOSING))
        if character in _OPENING:
            depth += 1
            found[-1] = depth
    return found


def is_open(string: str) -> bool:
    """Whether a bracket opened in the string is still open at its end."""
    depth = 0
    for character in string:
        depth = depth + 1 if character in _OPENING else max(0, depth - 1) if character in _CLOSING else depth
    return depth > 0


def split_at(text: Text, pattern: re.Pattern[str]) -> list[Text]:
    """The stripped pieces between matches of `pattern` that stand outside all brackets, empty ones left out."""
    depth = depths(text.string)
    pieces, start = [], 0
    for match in pattern.finditer(text.string):
        if depth[match.start()] == 0 and match.end() > match.start():
            pieces.append(text[start : match.start()])
            start = match.end()
    pieces.append(text[start:])
    return [piece for piece in (piece.strip() for piece in pieces) if piece]


def is_known(text: Text) -> bool:
    """Whether the vocabulary lists it, by itself or behind a word for whose it is."""
    return lookup(_bare(text.string)).known is not None


_ETC = re.compile(r"(?:等|など|ほか|他)(?:の(?:個人)?(?:情報|データ|項目|事項|記録))?[。．]?$|(?:…|\.\.\.|・・・)$")


def _bare(string: str) -> str:
    return _ETC.sub("", BULLET.sub("", _CONJUNCTION.sub("", string.strip()))) or string


def share_known(pieces: Sequence[Text]) -> float:
    """The share of pieces that the vocabulary lists."""
    return sum(map(is_known, pieces)) / len(pieces) if pieces else 0.0


def split_items(text: Text) -> list[Text]:
    """The items of an enumeration, as printed: bullets, conjunctions and stops left out, brackets left in."""
    chunks = split_at(text, COMMA)
    has_commas = len(chunks) > 1
    pieces: list[Text] = []
    for number, chunk in enumerate(chunks):
        pieces += _soft(chunk, has_commas, number == len(chunks) - 1)
    return [piece for piece in (_trimmed(piece) for piece in pieces) if piece]


def _trimmed(piece: Text) -> Text:
    piece = piece.strip()
    for pattern in (BULLET, _CONJUNCTION, _NUMBERED):
        match = pattern.match(piece.string)
        if match and match.end() < len(piece):
            piece = piece[match.end() :].strip()
    match = re.search(r"(?:[。．:：]|[※＊*][0-9０-９]?)+$", piece.string)
    return piece[: match.start()].strip() if match else piece


def _soft(chunk: Text, has_commas: bool, is_last: bool) -> list[Text]:
    """A stretch without commas, split where its signs part items."""
    if lookup(_bare(chunk.string)).known == "exact":
        return [chunk]
    gaps = split_at(chunk, _GAP)
    if len(gaps) > 1 and (share_known(gaps) > 0.6 or _bulleted(chunk)):
        return [piece for gap in gaps for piece in _soft(gap, has_commas, is_last)]
    bullet = BULLET.match(chunk.string)
    body = chunk[bullet.end() :] if bullet else chunk
    for pattern, parts in (
        (_DOT, _parts_at_dots(has_commas)),
        (_AND, _parts_at_and(has_commas and is_last)),
        (_OR, _all_known),
        (_SLASH, _all_known),
    ):
        pieces = split_at(body, pattern)
        if len(pieces) > 1 and parts(pieces):
            return [part for piece in pieces for part in _soft(piece, has_commas, is_last)]
    return [chunk]


def _bulleted(chunk: Text) -> bool:
    return len(re.findall(r"(?:^|[ \t\u3000])[・･·•●○◎■□◆◇▪]", chunk.string)) > 1


def _all_known(pieces: Sequence[Text]) -> bool:
    return all(map(is_known, pieces))


def _parts_at_dots(has_commas: bool) -> Callable[[Sequence[Text]], bool]:
    """氏名・住所 are two items, 障害の種類・程度 is one: beside commas, dots bind more than they part."""

    def parts(pieces: Sequence[Text]) -> bool:
        share = share_known(pieces)
        return share == 1.0 or (not has_commas and (share >= 0.6 or (len(pieces) > 3 and share >= 0.4)))

    return parts


def _parts_at_and(closes_list: bool) -> Callable[[Sequence[Text]], bool]:
    """A, B及びC: before the last item of a list one known side is enough; elsewhere all must be known."""
    return lambda pieces: any(map(is_known, pieces)) if closes_list else _all_known(pieces)


_BRACKETS = re.compile(r"[（(]([^（(）)]*(?:[（(][^（(）)]*[）)][^（(）)]*)*)[）)]?$")
_DEFINITION = re.compile(r"^(?:以下|以降|略称|別添|別紙|※|＊|注|いずれも)|と(?:いう|する)。?$")
_REST = re.compile(
    r"^(?:その他|その外|ほか|他)(?:の?(?:必要な|関連する|業務上必要な|当該|上記)?[^、]{0,12}?(?:事項|情報|項目|データ|もの|書類)?)?$"
)


def read_piece(text: Text) -> Piece | None:
    """An item with what its brackets say: a definition is left out, an enumeration becomes items of their own.

    None for a last その他…, which is no item; the list is open then, as after 等.
    """
    text = text.strip()
    if _REST.match(text.string) and not is_known(text):
        return None
    opens = False
    etc = _ETC.search(text.string)
    if etc and etc.start() > 0 and lookup(text.string).known != "exact":
        opens, text = True, text[: etc.start()].strip()
    bracket = _BRACKETS.search(text.string)
    if bracket is None or bracket.start() == 0:
        return Piece(text, (), opens)
    content = text[bracket.start(1) : bracket.end(1)].strip()
    if not content or _DEFINITION.search(content.string):
        head = read_piece(text[: bracket.start()])
        return head._replace(opens=opens or head.opens) if head else None
    if lookup(text.string[: bracket.start()]).norm == lookup(content.string).norm:
        return Piece(text, (), opens)  # 個人番号（マイナンバー）: the same by another name
    names = split_items(content)
    if (len(names) > 1 and (share_known(names) > 0.5 or len(names) > 3)) or (
        len(names) == 1 and _ETC.search(names[0].string) and is_known(names[0])
    ):
        inner = tuple(piece for piece in map(read_piece, names) if piece)
        return Piece(text[: bracket.start()].strip(), inner, opens)
    return Piece(text, (), opens)
