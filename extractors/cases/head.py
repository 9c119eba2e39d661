"""The head of a report: its title, whose it is, which meeting's, and the time that it covers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from extractors.japanese import vocabularies
from extractors.japanese.dates import ERAS, fiscal_year_of, mentions, period_of
from extractors.japanese.normalise import normalised
from extractors.pages.lines import Line
from extractors.pages.text import Text


@dataclass(frozen=True)
class DocumentHead:
    """What the first lines of a report say; None where they do not."""

    title: Text | None = None
    publisher: str | None = None
    publisher_code: str | None = None
    meeting_body: str | None = None
    fiscal_year: int | None = None
    period_start: date | None = None
    period_end: date | None = None


def read_head(lines: tuple[Line, ...]) -> DocumentHead:
    """The head from the lines before a report's first table."""
    title = _title(lines)
    texts = [normalised(title).string] if title else []
    running = "".join(normalised(line.text).string for line in lines)
    by_line = "\n".join(normalised(line.text).string for line in lines)
    texts.append(running)
    fiscal_year = next((m.fiscal_year for text in texts for m in mentions(text) if m.fiscal_year), None)
    period = next((span for text in texts if (span := period_of(text, fiscal_year))), None)
    if fiscal_year is None and period is not None:
        fiscal_year = fiscal_year_of(period[0])
    if fiscal_year is None:
        dated = next((m for m in mentions(running) if m.year and m.month), None)
        fiscal_year = dated.year - (dated.month <= 3) if dated and dated.year and dated.month else None
    body = next((found for text in (*texts[:-1], by_line, running) if (found := _body(text))), None)
    signed = [normalised(line.text).string for line in lines if _SIGNATURE.fullmatch(normalised(line.text).string)]
    publisher, code = _publisher([*signed[:1], body or "", *texts])
    return DocumentHead(
        title,
        publisher,
        code,
        body,
        fiscal_year,
        period[0] if period else None,
        period[1] if period else None,
    )


def lines_that_told(head: DocumentHead, lines: tuple[Line, ...]) -> list[Text]:
    """Of the lines before a report's first table those that gave its title, office, meeting, year or period."""
    title = {id(glyph) for glyph in head.title.glyphs if glyph is not None} if head.title else set()
    told = []
    for line in lines:
        words = normalised(line.text).string
        named = [name for name in (head.publisher, head.meeting_body) if name and (name in words or words in name)]
        dated = head.fiscal_year is not None and any(m.fiscal_year or (m.year and m.month) for m in mentions(words))
        if named or dated or any(id(glyph) in title for glyph in line.text.glyphs):
            told.append(line.text)
    return told


def _title(lines: tuple[Line, ...]) -> Text | None:
    """The line or lines set largest; among equals the first, with its next lines if it runs on."""
    if not lines:
        return None
    first_page = [line for line in lines if line.text.glyphs[0] and line.text.glyphs[0].frame == _frame(lines[0])]
    largest = max(line.size for line in first_page)
    start = next(n for n, line in enumerate(first_page) if line.size >= 0.97 * largest)
    stands_out = _stands_out(first_page, largest)
    if not stands_out:
        # nothing stands out: the first line that is no date, number or mark of a paper
        long = [n for n, line in enumerate(first_page) if len(line.text) >= 8]
        start = next((n for n in long if _TITLE_WORDS.search(first_page[n].text.string)), long[0] if long else 0)
    block = [first_page[start]]
    for line in first_page[start + 1 :]:
        before = block[-1]
        near = line.box.top - before.box.bottom < before.size
        if line.size < 0.97 * before.size or not near or not (stands_out or _runs_on(before, line)):
            break
        block.append(line)
    return Text.join(line.text for line in block)


def _stands_out(lines: list[Line], largest: float) -> bool:
    """Whether a line or a few next to each other are set larger than the rest."""
    large = [n for n, line in enumerate(lines) if line.size >= 0.97 * largest]
    rest = sorted(
        line.size for n, line in enumerate(lines) if n not in large and not _NUMBER_ALONE.fullmatch(line.text.string)
    )
    few = len(large) <= 3 and large[-1] - large[0] == len(large) - 1
    if few and rest:
        return largest >= 1.1 * rest[len(rest) // 2]
    return largest >= 1.1 * sorted(line.size for line in lines)[len(lines) // 2]


_NUMBER_ALONE = re.compile(r"[\s\d０-９/／\-－‐–—−―()（）]+(?:頁|ページ)?")
"""The number of a page."""

_TITLE_WORDS = re.compile(r"一覧|結果|状況|審議|諮問|答申|付議|案件|報告")
"""What the title of a report says, where it is set no larger than the rest."""


def _runs_on(before: Line, line: Line) -> bool:
    """Whether a centred title goes on in the next line: both have the same middle, and the first ends no sentence."""
    same_middle = abs(before.box.centre[0] - line.box.centre[0]) < 2 * line.size
    return same_middle and not before.text.string.endswith("。") and len(line.text) < len(before.text)


def _frame(line: Line) -> object:
    glyph = line.text.glyphs[0]
    return glyph.frame if glyph else None


_LEAD = re.compile(
    rf"^(?:.*?(?:(?:{'|'.join(ERAS)})\s?(?:元|\d{{1,2}})\s?年度?|\d{{4}}年度?))?\s*(?:第\s?\d+\s?回)?\s*(?:の|における)?"
)


def _body(text: str) -> str | None:
    """The meeting that the text speaks of: the name that ends in 会議, 審議会 and the like."""
    words = "|".join(sorted(vocabularies.load("references")["bodies"], key=len, reverse=True))
    for match in re.finditer(rf"[^\s、。「」『』()（）\[\]【】:：]{{2,50}}?(?:{words})(?!の?結果)", text):
        name = match.group()
        lead = _LEAD.match(name)
        name = name[lead.end() :] if lead else name
        if len(name) >= 4 and name not in words.split("|"):
            return name
    return None


@lru_cache(maxsize=1)
def _municipalities() -> tuple[tuple[str, str, str], ...]:
    """(name, code, prefecture) of every municipality and prefecture, longest names first."""
    names = []
    for row in vocabularies.rows("municipalities"):
        code, prefecture, name = (*row, "")[:3]
        names.append((name or prefecture, code, prefecture))
    return tuple(sorted(names, key=lambda entry: (-len(entry[0]), entry[1])))


def _publisher(texts: list[str]) -> tuple[str | None, str | None]:
    """The local government that the texts name first, with its code where the name (or its prefecture) settles it."""
    for text in texts:
        best: tuple[int, int, str, list[tuple[str, str]]] | None = None
        for name, code, prefecture in _municipalities():
            at = text.find(name)
            if at < 0:
                continue
            if best is None or (at, -len(name)) < best[:2]:
                best = (at, -len(name), name, [(code, prefecture)])
            elif (at, -len(name)) == best[:2] and name == best[2]:
                best[3].append((code, prefecture))
        if best is not None:
            name, candidates = best[2], best[3]
            named = [code for code, prefecture in candidates if any(prefecture in other for other in texts)]
            codes = [code for code, _ in candidates]
            joint = _JOINT.match(text, best[0])
            if joint is not None:
                return joint[1], None  # a union of municipalities that is called by one of them
            return name, codes[0] if len(codes) == 1 else named[0] if len(named) == 1 else None
    for text in texts:
        named_so = _NAMED_SO.match(text)
        if named_so:
            return named_so[1], None
    return None, None


_SIGNATURE = re.compile(r"[^\s、。「」\d]{1,8}(?:都|道|府|県|市|区|町|村)(?:長.{0,12})?")
"""A line of its own that says whose the paper is."""

_JOINT = re.compile(
    r"([^\s、。「」]{2,24}?(?:広域連合|企業団|事務組合|行政組合|衛生組合|消防組合|(?<![一-鿿])組合))(?=長|管理者|個人|情報|公|行政|議会|の|$)"
)
"""A union of municipalities by name."""

_NAMED_SO = re.compile(
    r"([^\s、。「」]{1,8}?(?:都|道|府|県|市|区|町|村)|[^\s、。「」]{2,20}?(?:広域連合|企業団|事務組合|(?<!事務)組合|広域行政組合))"
    r"(?![都道府県市区町村])(?=長|個人|情報|公|行政|の|に|議会|$)"
)
