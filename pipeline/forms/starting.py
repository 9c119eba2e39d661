"""The start of a form: the labels of a document that no form knows, each with its field left open and a guess.

Labels are what stands where labels stand: over the columns of a table, at the left of its rows, before a colon at the
head of a line. Which it is, who fills the file in decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz, process

from extractors.forms.form import LONGEST_LABEL, Form
from extractors.forms.form_file import FieldKind, Part, field_kinds, kind_of
from extractors.japanese import vocabularies
from extractors.japanese.dates import mentions
from extractors.japanese.normalise import key
from extractors.japanese.numbers import numbers
from pipeline.extraction import Row
from pipeline.forms.account import Account, field_name, unknown_labels
from pipeline.messages import LANGS, message

LIKE = 50.0
"""A known label this alike (RapidFuzz ratio, 0-100) is worth a guess: of short ones, half the characters are shared."""

LONGEST = 20
"""Characters of the longest words that are taken for a label where no form says so."""

FOUR = 4
"""A sheet may have its labels in the first and the third of so many columns."""

COLON_LINES = 3
"""So many lines of a page that begin with words and a colon are rows of a sheet."""

_COLON = re.compile(r"^\s*([^：:。、\s][^：:。、]{1,19}?)\s*[：:]\s*(\S.*)$")


@dataclass
class Found:
    """A label that no form knows: as printed, where it stands, the page where it stands first, and values with it."""

    part: Part
    label: str
    page: int
    values: list[str] = field(default_factory=list)


def new_labels(account: Account, form: Form) -> list[Found]:
    """The labels of the document that `form` does not know, in the order of the document, each once for each part."""
    found: dict[tuple[Part, str], Found] = {}

    def add(part: Part, label: str, page: int, values: Iterable[str] = ()) -> None:
        plain = re.sub(r"\s+", "", label)
        known = form.column(plain) if part == "list" else form.field(plain)
        if known is None and 1 < len(key(plain)) <= LONGEST_LABEL:
            one = found.setdefault((part, key(plain)), Found(part, plain, page))
            one.values += [value.replace("\n", "") for value in values if value]

    for page, part, words in unknown_labels(account):
        add("list" if part == "list" else "sheet", words, page, _values_beside(account, page, words))
    for page, cells in _tables_left(account):
        for part, label, values in _labels_in(cells):
            add(part, label, page, values)
    for read in account.pages:
        lines = [match for words, *_ in read["free"] if (match := _COLON.match(words))]
        for match in lines if len(lines) >= COLON_LINES and not read["tables"] else ():
            add("sheet", match[1], read["page"], [match[2]])
    return list(found.values())


def _tables_left(account: Account) -> Iterator[tuple[int, list[Row]]]:
    """The cells of each table that nobody took, with its page."""
    for page in account.pages:
        numbers_left = {one["table"] for one in page["not_understood"] if one["kind"] == "table"}
        for number in sorted(numbers_left):
            cells = account.rows.get("table_cells", ())
            yield page["page"], [c for c in cells if c["table_no"] == number and c["page"] == page["page"]]


def _values_beside(account: Account, page: int, label: str) -> list[str]:
    """What stands in the cell to the right of one with these words, or below it."""
    cells = [cell for cell in account.rows.get("table_cells", ()) if cell["page"] == page]
    for cell in cells:
        if key(cell["text"]) == key(label):
            after = (cell["row"], cell["column"] + cell["column_span"])
            under = (cell["row"] + cell["row_span"], cell["column"])
            places = {(c["row"], c["column"]): c["text"] for c in cells if c["table_no"] == cell["table_no"]}
            return [places[at] for at in (after, under) if at in places][:1]
    return []


def _labels_in(cells: Sequence[Row]) -> Iterator[tuple[Part, str, list[str]]]:
    """What stands where labels stand in a table that nobody took, with the values below or beside it."""
    rows, columns = _extent(cells)
    head = [cell for cell in cells if cell["row"] == 0]
    merged = any(cell["column_span"] > 1 for cell in cells)
    if columns >= 3 and rows >= 2 and not merged and all(_short(cell) for cell in head):
        for cell in head:
            yield "list", cell["text"], [c["text"] for c in cells if c["row"] > 0 and c["column"] == cell["column"]]
        return
    for cell in cells:
        beside = [c for c in cells if c["row"] == cell["row"] and c["column"] == cell["column"] + cell["column_span"]]
        at_label = cell["column"] == 0 or (columns == FOUR and cell["column"] == FOUR // 2)
        if at_label and _short(cell) and beside and beside[0]["text"]:
            yield "sheet", cell["text"], [beside[0]["text"]]


def _extent(cells: Sequence[Row]) -> tuple[int, int]:
    rows = max((cell["row"] + cell["row_span"] for cell in cells), default=0)
    return rows, max((cell["column"] + cell["column_span"] for cell in cells), default=0)


def _short(cell: Row) -> bool:
    return 1 < len(key(cell["text"])) <= LONGEST and not re.search(r"[。\d]", cell["text"])


# ---- what a label may stand for


def _all(values: Sequence[str], fits: Callable[[str], object]) -> bool:
    return bool(values) and all(fits(value) for value in values)


def guess(found: Found, form: Form) -> tuple[str, str] | None:
    """A field that the label may stand for, and why as `label` (the known one that it is like) or `values`; None where
    nothing is near."""
    words = vocabularies.load("cases")
    endings, categories = tuple(words["department_endings"]), set(words["categories"])
    kinds: tuple[tuple[str, Callable[[str], object]], ...] = (
        ("number", lambda value: key(value).isdecimal()),
        ("meeting_date", lambda value: len(value) <= 16 and any(mentions(value)) and list(numbers(value))),
        ("category", lambda value: value in categories),
        ("department", lambda value: len(value) <= LONGEST and value.endswith(endings)),
    )
    for name, fits in kinds:
        kind = kind_of(name)
        if kind is not None and found.part in kind.parts and _all(found.values, fits):
            return name, ""
    labels = form.columns if found.part == "list" else form.fields
    near = process.extractOne(key(found.label), list(labels), scorer=fuzz.ratio, score_cutoff=LIKE)
    return (labels[near[0]], near[0]) if near else None


# ---- the file


def started_form(account: Account, form: Form) -> str:
    """The words of a form's file for this document, ready to be filled in; it is sound as it stands."""
    document = account.document
    publisher, body = document.get("publisher"), document.get("meeting_body")
    title = (f"{publisher}の様式", f"form of {publisher}") if publisher else ("新しい様式", "a new form")
    found = new_labels(account, form)
    lines = [*_comment("forms.new_head", file=account.file_name), ""]
    lines += ["# 欄の名 / names of fields"]
    lines += [f"#   {_field_line(kind)}" for kind in field_kinds().values()]
    lines += ["", f"title_ja = {_quoted(title[0])}", f"title_en = {_quoted(title[1])}", "", "[recognise]"]
    lines += _comment("forms.new_recognise")
    lines += [f"offices = [{_quoted(publisher) if publisher else ''}]"]
    lines += [f"meeting_bodies = [{_quoted(body) if body else ''}]"]
    parts: tuple[Part, ...] = ("list", "sheet")
    for part in parts:
        lines += ["", f"[{part}.labels]", *_comment(f"forms.new_{part}")]
        for one in found:
            if one.part == part:
                lines += [*_remarks(one, form), f'{_quoted(one.label)} = ""']
    lines += ["", *_comment("forms.new_more"), *_MORE, *_left_headings(account)]
    return "\n".join(lines) + "\n"


_MORE = (
    "# [counts]",
    '# labels = ["…"]',
    "# [headings]",
    '# items = ["…"]',
    '# controls = ["…"]',
    "# [outline]",
    '# markers = ["…"]',
    "# [attachments]",
    '# headings = ["…"]',
)


def _remarks(found: Found, form: Form) -> Iterator[str]:
    example = f" 例 / such as 「{found.values[0][:30]}」" if found.values else ""
    yield f"# {found.page}頁 / p. {found.page}{example}"
    guessed = guess(found, form)
    if guessed is not None:
        name, near = guessed
        why = f"「{near}」に近い / like it" if near else "値から / by its values"
        yield f"# もしかして / perhaps: {name}（{field_name(name, 'ja')}）{why}"


def _left_headings(account: Account) -> Iterator[str]:
    """Lists and boxes that nobody took, as remarks: their headings may belong into one of the sections above."""
    for page in account.pages:
        for one in page["not_understood"]:
            if one["kind"] in ("list", "box"):
                what = message(f"forms.left_{one['kind']}", "ja")
                yield f"# {page['page']}頁 / p. {page['page']} {what}「{one['words']}」"


def _field_line(kind: FieldKind) -> str:
    where = "・".join(message(f"forms.part_{part}", "ja") for part in ("list", "sheet") if part in kind.parts)
    return f"{kind.name}  {kind.ja} / {kind.en}（{where}）"


def _comment(name: str, **values: object) -> list[str]:
    return [f"# {line}" for lang in LANGS for line in message(name, lang, **values).split("\n")]


def _quoted(text: Any) -> str:
    plain = re.sub(r"[\x00-\x1f\x7f]", "", str(text))
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
