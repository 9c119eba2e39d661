"""情報項目: the lists of personal data that a box of a drawing or a cell holds.

The words are data (`japanese/vocabulary/items.toml`), the grammar of enumerations is `item_pieces`, and here is how
such lists are set: headings, rows, bullets, wrapped lines. Every item is a slice of the text that it was found in, so
it has its evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from extractors.japanese.item_names import lookup, subject_before
from extractors.lists.item_pieces import (
    BULLET,
    COMMA,
    is_known,
    is_open,
    read_piece,
    share_known,
    split_at,
    split_items,
)
from extractors.lists.printed_rows import Row, margins, room_left, row_of, rows_of
from extractors.pages.markers import Marker, marker_of
from extractors.pages.text import Text


class Item(NamedTuple):
    """One item. `item` is as printed, layout breaks removed; `parent` the item whose brackets it stands in."""

    text: Text
    item: str
    item_norm: str
    category: str
    is_special_care: bool
    is_my_number: bool
    parent: str | None = None


class ItemList(NamedTuple):
    """One printed list. `heading` is its printed name without brackets; `above` are headings over it that had no items
    of their own, outermost first (＜委託先のPC＞ over 【申請者情報】: often who holds the list)."""

    heading: Text | None
    items: tuple[Item, ...]
    is_open_list: bool
    above: tuple[Text, ...] = ()


def item_of(text: Text, parent: str | None = None) -> Item:
    """The text as an item, with what the vocabulary says of it."""
    name = lookup(text.string)
    return Item(text, text.string, name.norm, name.category, name.is_special_care, name.is_my_number, parent)


def list_of(text: Text, heading: Text | None = None, above: tuple[Text, ...] = ()) -> ItemList:
    """An enumeration as a list of items; `text` holds nothing else (a line break parts items as a comma does)."""
    items: list[Item] = []
    names = split_items(text)
    opens = False
    for name in names:
        piece = read_piece(name)
        opens = piece is None or piece.opens
        if piece is None or not piece.text:
            continue
        items.append(item_of(piece.text))
        items += [item_of(inner.text, piece.text.string) for inner in piece.inner]
    return ItemList(heading, tuple(items), opens, above)


LONGEST_ITEM = 30
"""Characters of a row that names an item."""

_BRACKETED = re.compile(
    r"^(?:[■□◆◇●○◎▼▽★☆][\s\u3000]*)?(?:【([^【】]+)】|[＜<]([^＜＞<>]+)[＞>]|〔([^〔〕]+)〕|[［\[]([^［］\[\]]+)[］\]]"
    r"|《([^《》]+)》|〈([^〈〉]+)〉|≪([^≪≫]+)≫)[\s\u3000]*[:：]?[\s\u3000]*"
)
_SIGNED = re.compile(r"^[■□◆◇◎▼▽★☆][\s\u3000]*")
_COLON = re.compile(r"^(?:[■□◆◇●○◎・▼▽★☆][\s\u3000]*)?([^:：、，。]{1,25})[:：][\s\u3000]*")
_NAME_END = re.compile(
    r"(?:情報|データ|項目|システム|台帳|名簿|ファイル|一覧表?|リスト|書類|帳票|サーバー?|ＰＣ|PC|パソコン|端末|ＤＢ|DB|データベース"
    r"|フォルダ|クラウド|内容)(?:の[^、]{0,6})?$"
)
_NAMED = re.compile(r"^([^\s\u3000、，。:：（()）]{1,15})(?:[\s\u3000]+|[:：])")
_LIST_SIGN = re.compile(r"[、，,]")
_NOTE = re.compile(r"^[※＊*](?![^\s\u3000]{1,3}$)|^[（(]?注[)）\d０-９]?")
_SENTENCE = re.compile(r"。.|(?:する|した|ます|です|こと)。?$")


class _Block(NamedTuple):
    """Rows under one heading: the heading, those above it without rows, and the list as one text."""

    heading: Text | None
    above: tuple[Text, ...]
    text: Text


def information_items(paragraphs: Sequence[Text], heading: Text | None = None, certain: bool = False) -> list[ItemList]:
    """The lists of items in the paragraphs (or lines) of a box, in their order.

    `heading` is the box's own, for a list that has none nearer. Steps (①…) and remarks (※…) are left out.
    Whether a box is such a list at all says `is_item_list`; where a label says so it is `certain`, and numbers that
    count on mark items whatever they say.
    """
    lists = []
    for block in _blocks(rows_of(paragraphs), certain):
        found = list_of(block.text, block.heading, block.above)
        if found.items:
            lists.append(found)
    if heading is not None and lists and lists[0].heading is None:
        bracketed = _BRACKETED.fullmatch(heading.string)
        group = next((n for n in range(1, 8) if bracketed and bracketed[n]), None)
        bare = heading[bracketed.start(group) : bracketed.end(group)].strip() if bracketed and group else heading
        lists[0] = lists[0]._replace(heading=bare)
    return lists


def is_item_list(paragraphs: Sequence[Text], heading: Text | None = None) -> bool:
    """Whether the paragraphs of a box are a list of personal data: by the share of items that the vocabulary lists.

    At least one must be a word that hardly stands elsewhere (氏名, not 電話); a single one must have a heading, a
    bullet or 等 beside it, or be set under a box's `heading`.
    """
    lists = information_items(paragraphs, heading)
    texts = [item.text for found in lists for item in found.items if item.parent is None]
    if not texts or any(len(text) > 40 for text in texts):
        return False
    names = [lookup(text.string) for text in texts]
    if not any(name.known and not name.common for name in names):
        return False
    if len(texts) == 1:
        printed = paragraphs[0].string if paragraphs else ""
        return bool(lists[0].heading or lists[0].is_open_list or BULLET.match(printed))
    return sum(name.known is not None for name in names) / len(names) >= 0.4


def _blocks(rows: Sequence[Row], certain: bool = False) -> list[_Block]:
    limits = margins(rows)
    numbered = _are_numbered_items(rows) or (certain and _count_on(rows))
    blocks: list[_Block] = []
    headings: list[Text] = []
    parts: list[Text] = []
    last: tuple[Row, float | None] | None = None
    skipping = False

    def finish() -> None:
        nonlocal last
        if parts:
            blocks.append(_Block(headings[-1] if headings else None, tuple(headings[:-1]), Text.join(parts)))
            headings.clear()
            parts.clear()
        last = None

    for number, row in enumerate(rows):
        following = rows[number + 1] if number + 1 < len(rows) else None
        inside = last is not None and is_open(Text.join(parts).string)
        if not inside:
            title, row_rest = _heading(row, following, limits[number], at_start=not parts)
            if title is not None:
                finish()
                headings.append(title)
                skipping = False
                if not row_rest.text:
                    continue
                row = row_rest
        marker = marker_of(row.string)
        group = _group(row, marker) if marker is not None and not inside else None
        if group is not None:
            finish()
            headings.append(group[0])
            row, marker = group[1], None
        begins = not inside and numbered and marker is not None and marker.kind not in ("・", "-")
        if begins and marker is not None:
            row = row.cut(marker.length)
        elif not inside and (_NOTE.match(row.string) or (marker and marker.kind in ("①", "(1)", "1", "1)"))):
            skipping = True
            continue
        if skipping and not (BULLET.match(row.string) or _begins_known(row.text)):
            continue
        skipping = False
        if last is not None and (begins or not _goes_on(Text.join(parts), last, row)):
            parts.append(Text.put_in("\n"))
        parts.append(row.text)
        last = (row, limits[number])
    finish()
    return blocks


def _group(row: Row, marker: Marker) -> tuple[Text, Row] | None:
    """Of a row that counts groups of items (１　保護者　氏名、住所) whose they are, and the items."""
    body = row.cut(marker.length)
    name = _NAMED.match(body.string)
    if name is None or marker.kind in ("・", "-") or (is_known(body.text[: name.end(1)]) and subject_before(name[1])):
        return None
    rest = body.cut(name.end())
    pieces = split_items(rest.text)
    return (body.text[: name.end(1)], rest) if len(pieces) > 1 and share_known(pieces) >= 0.5 else None


def _begins_known(text: Text) -> bool:
    """Whether the first item of an enumeration is one that the vocabulary lists."""
    return any(map(is_known, split_items(text)[:1]))


def _count_on(rows: Sequence[Row]) -> bool:
    """Whether rows without a comma are counted, each one on from the last: （１）船名, （２）船舶番号."""
    marked = [(row, marker) for row in rows if (marker := marker_of(row.string)) and marker.ordinal is not None]
    follow = all(other.follows(one) or other.ordinal == 1 for (_, one), (_, other) in pairwise(marked))
    plain = all(len(row.string) <= LONGEST_ITEM and not COMMA.search(row.string) for row, _ in marked)
    return len(marked) > 1 and follow and plain


def _are_numbered_items(rows: Sequence[Row]) -> bool:
    """Whether the rows' numbers count items (① 氏名, ② 住所) and not steps of a flow."""
    pieces = [piece for row in rows for piece in split_at(row.text, COMMA)]
    marked = [(piece, marker) for piece in pieces if (marker := marker_of(piece.string))]
    counted = [(piece, marker) for piece, marker in marked if marker.kind not in ("・", "-")]
    if len(counted) < 2:
        return False
    return share_known([item for piece, marker in counted for item in split_items(piece[marker.length :])[:1]]) >= 0.6


def _heading(row: Row, following: Row | None, limit: float | None, at_start: bool) -> tuple[Text | None, Row]:
    """The heading that the row is or begins with (its sign and brackets left out), and the rest of the row."""
    string = row.string
    bracketed = _BRACKETED.match(string)
    if bracketed and not (is_known(row.text) and bracketed.end() == len(string) and following is None):
        group = next(n for n in range(1, 8) if bracketed[n])
        rest = row.cut(bracketed.end())
        if not rest.text or split_items(rest.text):
            return row.text[bracketed.start(group) : bracketed.end(group)].strip(), rest
    colon = _COLON.match(string)
    if colon and not BULLET.match(string[colon.end() :]) and (colon.end() < len(string) or following is not None):
        return row.text[colon.start(1) : colon.end(1)].strip(), row.cut(colon.end())
    signed = _SIGNED.match(string)
    body = row.text[signed.end() :] if signed else row.text
    if following is None or COMMA.search(body.string) or is_open(body.string) or BULLET.match(body.string):
        return None, row
    if signed and not is_known(body) and not _SIGNED.match(following.string):
        return body, row_of(Text())
    if not at_start or marker_of(string) or not _is_content(following):
        return None, row
    room = room_left(row, limit)
    if is_known(body):
        # the first item of a list set with commas would end in one
        titled = _NAME_END.search(string) and _LIST_SIGN.search(following.string) and (room is None or room > 2)
        return (body, row_of(Text())) if titled else (None, row)
    if _NAME_END.search(string) or (room is not None and room > 2 and _begins_known(following.text)):
        return body, row_of(Text())
    return None, row


def _is_content(row: Row) -> bool:
    pieces = split_items(row.text)
    return bool(pieces) and (is_known(pieces[0]) or bool(_NAME_END.search(row.string)) or len(pieces) > 2)


def _goes_on(before: Text, last: tuple[Row, float | None], row: Row) -> bool:
    """Whether `row` goes on with the item that the row before it broke off in.

    A row that begins with a bullet does not, one within or at an opening bracket does. Else the vocabulary decides
    where it knows the item joined or both halves, and then the room that the row before left.
    """
    string = before.string
    if is_open(string) or (row.string[:1] in "（(）)、，・" and not BULLET.match(row.string)):
        return True
    if BULLET.match(row.string):
        return False
    if (
        COMMA.search(string[-1:])
        or string[-1:] in "・･／/"
        or re.search(r"(?:及び|並びに|又は|または|および)$", string)
    ):
        return True
    has_commas = _LIST_SIGN.search(string) is not None
    head = split_items(row.text)
    tail = split_items(before)
    if not head or not tail:
        return True
    joined = tail[-1] + head[0]
    both = is_known(tail[-1]) and is_known(head[0])
    if not both and lookup(joined.string).known == "exact":
        return True
    room = room_left(last[0], last[1])
    if room is None:
        return not both and (is_known(joined) or has_commas)
    if room > 2.2:
        return is_known(joined) and not both
    if both:
        return is_known(joined) and room < 1.2 and has_commas
    return is_known(joined) or (room < 1.5 and (has_commas or not is_known(tail[-1])))
