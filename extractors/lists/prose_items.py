"""情報項目 that running text enumerates (氏名、住所及び電話番号を確認する); who keeps them marks them as from the body.

By grammar and vocabulary alone: words that the vocabulary lists, joined by the signs and conjunctions of an
enumeration; or a single one of which the text says that it is an item (個人番号の項目を追加する).
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import NamedTuple

from extractors.japanese.item_names import lookup, subject_before, wordings
from extractors.japanese.normalise import plain
from extractors.lists.information_items import ItemList, item_of
from extractors.lists.item_pieces import AND, OR
from extractors.pages.text import Text


class _Mention(NamedTuple):
    """A listed word in the text, from `start` to `end`; `end` takes in a remark in brackets."""

    start: int
    end: int
    common: bool


_WORD = re.compile(r"[一-鿿々ァ-ヺー]")
_AFTER = re.compile(rf"$|[をのにがはもで、，,。．）)」』・/／\s（(]|等|など|{AND}|{OR}|と|や|から|まで|へ|だけ|のみ")
_BETWEEN = re.compile(
    rf"[」』]?(?:等|など)?[\s\u3000]*(?:[、，,・/／][\s\u3000]*)?(?:{AND}|{OR}|と|や)?[\s\u3000]*[「『]?"
)
_SIGN = re.compile(r"[、，,・/／及並又若とや]|および|ならびに|または|もしくは")
_STRANGER = re.compile(rf"[、，,・](?P<word>[^\s、，,・。をはがにで（()）]{{2,15}})(?=[、，,・]|{AND}|{OR})")
_REMARK = re.compile(r"[（(](?P<words>[^（()）、，・。]{1,20})[）)]")
_ETC = re.compile(r"[」』]?(?:等|など|その他)")
_IS_ITEM = re.compile(
    r"[」』]?(?:等)?(?:(?:の|に関する|という)?(?:情報|個人情報|収集|取得|管理|記録|保有|外部結合|提供|連携)?項目"
    r"|を(?:新たに|新規に)?[^、。]{0,12}項目(?:に|として)(?:新たに|新規に)?(?:追加|加え|設定))"
)
_AS_ITEM = re.compile(r"項目(?:として|に)(?:、|新たに|「)*$")


def items_in_prose(text: Text) -> list[ItemList]:
    """The enumerations of items in running text, in their order; the same enumeration said again is left out.

    Two listed words make an enumeration, unless they are such as stand in any text (電話, 写真); a word that is not
    listed belongs to it where it stands between listed ones.
    """
    found: list[ItemList] = []
    seen: set[tuple[str, ...]] = set()
    for sentence in text.split(r"[。\n]"):
        for chain, opens in _chains(sentence):
            items = tuple(item_of(sentence[start:end]) for start, end in chain)
            names = tuple(item.item_norm for item in items)
            if names not in seen:
                seen.add(names)
                found.append(ItemList(None, items, opens))
    return found


def _chains(sentence: Text) -> list[tuple[list[tuple[int, int]], bool]]:
    """The spans of each enumeration, and whether 等 follows its last item."""
    string = sentence.string
    chains: list[tuple[list[tuple[int, int]], bool]] = []
    chain: list[_Mention] = []
    spans: list[tuple[int, int]] = []

    def finish() -> None:
        if chain and _is_enumeration(string, chain, len(spans)):
            chains.append((list(spans), _ETC.match(string, chain[-1].end) is not None))
        chain.clear()
        spans.clear()

    for mention in _mentions(string):
        if chain:
            strangers = _between(string, chain[-1].end, mention.start)
            if strangers is None:
                finish()
            else:
                spans.extend(strangers)
        chain.append(mention)
        spans.append((mention.start, mention.end))
    finish()
    return chains


def _is_enumeration(string: str, chain: list[_Mention], size: int) -> bool:
    telling = sum(not mention.common for mention in chain)
    if len(chain) == 1:
        first = chain[0]
        said = _IS_ITEM.match(string, first.end) or _AS_ITEM.search(string, 0, first.start)
        return telling == 1 and said is not None
    return (telling >= 2 or (telling == 1 and len(chain) > 2)) and len(chain) >= 0.6 * size


def _between(string: str, end: int, start: int) -> list[tuple[int, int]] | None:
    """What stands between two mentions: None where it parts them, else the spans of unlisted words between signs."""
    strangers: list[tuple[int, int]] = []
    while len(strangers) < 3:
        gap = string[end:start]
        if _BETWEEN.fullmatch(gap):
            return strangers if _SIGN.search(gap) else None
        word = _STRANGER.match(string, end, start)
        if word is None:
            return None
        strangers.append(word.span("word"))
        end = word.end()
    return None


def _mentions(string: str) -> list[_Mention]:
    """The listed words of the string that stand as words, longest first, left to right."""
    folded, sources = _folded(string)
    by_first = _by_first()
    mentions: list[_Mention] = []
    at = 0
    while at < len(folded):
        word = next((word for word in by_first.get(folded[at], ()) if folded.startswith(word, at)), None)
        if word is None:
            at += 1
            continue
        start, end = sources[at], sources[at + len(word) - 1] + 1
        if not _AFTER.match(string, end):
            at += 1
            continue
        begin = _begin(string, start)
        if begin is None:
            at += 1
            continue
        mentions.append(_mention(string, begin, end))
        at += len(word)
        while at < len(folded) and sources[at] < mentions[-1].end:
            at += 1
    return mentions


def _mention(string: str, start: int, end: int) -> _Mention:
    remark = _REMARK.match(string, end)
    if remark and not re.match(r"以下|以降|※", remark["words"]):
        end = remark.end()
    return _Mention(start, end, lookup(string[start:end]).common)


def _begin(string: str, start: int) -> int | None:
    """Where the item begins with the word for whose it is (申込代表者氏名); None at the end of another word."""
    if start == 0 or not _WORD.match(string[start - 1]):
        return start
    subject = subject_before(string[:start])
    return subject if subject < start else None


def _folded(string: str) -> tuple[str, list[int]]:
    """The string in plain spelling, character by character, and where each character came from."""
    out: list[str] = []
    sources: list[int] = []
    for index, character in enumerate(string):
        for folded in plain(character) if not character.isspace() else "":
            out.append(folded)
            sources.append(index)
    return "".join(out), sources


@cache
def _by_first() -> dict[str, tuple[str, ...]]:
    """The listed wordings by their first character, longest first."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for wording in wordings():
        folded, _ = _folded(wording)
        if len(folded) > 1:
            found[folded[0]].add(folded)
    return {first: tuple(sorted(words, key=lambda word: (-len(word), word))) for first, words in found.items()}
