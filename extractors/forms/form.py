"""Forms as data: which words a report's lists and sheets are labelled with.

A form is a TOML file: `extractors/forms/general.toml` holds what any office may write, specific ones go over it. They
stand beside it, or in a folder of the user's own, and `choosing` says which one fits a document.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from rapidfuzz import fuzz, process

from extractors.forms.form_file import GENERAL, FormData, FormError, FormFile, Part, read_form_file, shipped_files
from extractors.japanese.normalise import key

LIKE_ENOUGH = 80.0
"""A label read by OCR may differ from its wording this far (RapidFuzz ratio, 0-100), if four characters or longer."""


@dataclass(frozen=True)
class Form:
    """What a form's labels mean. `columns` and `fields` map a label's matching key to the name of its field."""

    name: str
    columns: dict[str, str]
    fields: dict[str, str]
    rows: tuple[tuple[str, re.Pattern[str]], ...]
    list_needs: int
    list_any: frozenset[str]
    sheet_needs: int
    required: tuple[str, ...]
    number_patterns: tuple[re.Pattern[str], ...]
    marks: re.Pattern[str]
    attachment_headings: tuple[str, ...]
    announcements: tuple[str, ...]
    count_headings: tuple[re.Pattern[str], ...]
    title_ja: str = ""
    title_en: str = ""
    count_labels: frozenset[str] = frozenset()
    markers: tuple[str, ...] = ()
    """Signs that begin an item of 事業内容 besides the usual ones."""
    item_headings: frozenset[str] = frozenset()
    control_headings: frozenset[str] = frozenset()
    """Matching keys of headings under which items of personal data, or measures, are listed."""
    paper_words: tuple[str, ...] = ()
    """Words of which a paper of this kind says one in its head, its titles or its labels."""
    other_papers: tuple[str, ...] = ()
    """How the titles of papers end that say such a word and are of another kind."""
    own: Own = field(default_factory=lambda: Own())

    def column(self, label: str, worded: bool = False) -> str | None:
        """The field that a list's column of this label holds; `worded`: only if it is worded as the form has it."""
        return _match(label, self.columns, worded)

    def field(self, label: str, worded: bool = False) -> str | None:
        """The field that a sheet's row of this label holds; of a row that holds a list or a party, what is in it and
        whose it is: `items`, `controls:委託先`, `party:結合先`. `worded`: only a label worded as the form has it."""
        found = _match(label, self.fields, worded)
        if found is not None or worded:
            return found
        wanted = key(label)
        if 1 < len(wanted) <= LONGEST_LABEL:
            for name, pattern in self.rows:
                match = pattern.fullmatch(wanted) if name.startswith("party:") else pattern.search(wanted)
                if match:
                    return name.replace("{1}", match[match.lastindex or 0]) if "{1}" in name else name
        return None

    def announces_attachment(self, text: str) -> bool:
        """Whether a sheet's row says that its content stands in a 別紙."""
        wanted = key(text)
        return any(key(words) in wanted for words in self.announcements)

    def heads_counts(self, heading: str) -> bool:
        """Whether figures under this heading of 事業内容 are counts of the case."""
        wanted = key(heading)
        return wanted in self.count_labels or any(pattern.search(wanted) for pattern in self.count_headings)

    def heads_items(self, heading: str) -> bool:
        """Whether what stands under this heading is a list of items of personal data, by the form's own word."""
        return bool(self.item_headings) and _bare_heading(heading) in self.item_headings

    def heads_controls(self, heading: str) -> bool:
        """Whether what stands under this heading is a list of measures, by the form's own word."""
        return bool(self.control_headings) and _bare_heading(heading) in self.control_headings

    def speaks_of_the_matter(self, words: str) -> bool:
        """Whether the words say that the paper is one of the kind that the form is for."""
        wanted = key(words)
        return any(key(word) in wanted for word in self.paper_words)

    def is_of_another_kind(self, words: str) -> bool:
        """Whether a title says that the paper is one that holds no cases, whatever else it says."""
        return key(words).endswith(self._others)

    @cached_property
    def _others(self) -> tuple[str, ...]:
        return tuple(map(key, self.other_papers))

    @cached_property
    def attachment_pattern(self) -> re.Pattern[str]:
        """Finds the words of a 別紙's heading."""
        return re.compile("|".join(re.escape(key(words)) for words in self.attachment_headings))


@dataclass(frozen=True)
class Own:
    """What a form knows and the general one does not, by which a document of its office is recognised.

    `labels` maps, for each part of a paper, the matching key of such a label to its field; `printed` gives the label as
    the form's file has it. `offices`, `meeting_bodies`: their names. `needs`: so many fields must be found by such
    labels where no name is; None leaves it to `choosing`.
    """

    labels: Mapping[Part, Mapping[str, str]] = field(default_factory=lambda: {"list": {}, "sheet": {}})
    printed: Mapping[str, str] = field(default_factory=dict)
    offices: tuple[str, ...] = ()
    meeting_bodies: tuple[str, ...] = ()
    needs: int | None = None
    undecided: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All names by which a document says that it is written in this form."""
        return (*self.offices, *self.meeting_bodies)


@dataclass(frozen=True)
class Forms:
    """The general form and the special ones, by name: what a document is read with comes from here."""

    general: Form
    special: tuple[Form, ...] = ()

    def named(self, name: str) -> Form:
        """The form of this name. Raises KeyError."""
        for form in (self.general, *self.special):
            if form.name == name:
                return form
        raise KeyError(name)


LONGEST_LABEL = 45
"""Characters beyond which the words of a cell are no label."""


def _match(label: str, labels: dict[str, str], worded: bool) -> str | None:
    wanted = key(label)
    if not wanted or len(wanted) > LONGEST_LABEL:
        return None
    if wanted in labels:
        return labels[wanted]
    bare = re.sub(r"\(.*?\)$|^[\d.]+", "", wanted)
    if bare in labels:
        return labels[bare]
    if worded or len(wanted) < 4:
        return None
    found = process.extractOne(
        wanted, [name for name in labels if len(name) >= 4], scorer=fuzz.ratio, score_cutoff=LIKE_ENOUGH
    )
    return labels[found[0]] if found else None


def _bare_heading(heading: str) -> str:
    """The matching key of a heading without its signs: 【項目】, ■項目：."""
    return re.sub(r"^[\W_]+|[\W_]+$", "", key(heading))


def _over(general: dict[str, Any], special: dict[str, Any]) -> dict[str, Any]:
    """`special` laid over `general`: tables merged, lists of words joined, everything else replaced."""
    merged = dict(general)
    for name, value in special.items():
        below = merged.get(name)
        if isinstance(value, dict) and isinstance(below, dict):
            merged[name] = _over(below, value)
        elif isinstance(value, list) and isinstance(below, list) and name != "required":
            merged[name] = [*value, *(item for item in below if item not in value)]
        else:
            merged[name] = value
    return merged


def _form(own: FormData, general: FormData | None) -> Form:
    """The form that a file describes, laid over the general one."""
    said = _over(general.said, own.said) if general is not None else own.said
    below: Mapping[Part, Mapping[str, str]] = general.labels if general is not None else {"list": {}, "sheet": {}}
    recognise = own.said.get("recognise", {})
    headings = said.get("headings", {})
    return Form(
        name=own.name,
        columns={**below["list"], **own.labels["list"]},
        fields={**below["sheet"], **own.labels["sheet"]},
        rows=tuple((name, re.compile(pattern)) for name, pattern in said["sheet"]["rows"].items()),
        list_needs=said["list"]["needs"],
        list_any=frozenset(said["list"]["any"]),
        sheet_needs=said["sheet"]["needs"],
        required=tuple(said["sheet"]["required"]),
        number_patterns=tuple(re.compile(pattern) for pattern in said["titles"]["numbers"]),
        marks=re.compile(said["titles"]["marks"]),
        attachment_headings=tuple(said["attachments"]["headings"]),
        announcements=tuple(said["attachments"]["announcements"]),
        count_headings=tuple(re.compile(pattern) for pattern in said["counts"]["headings"]),
        title_ja=own.title_ja,
        title_en=own.title_en,
        count_labels=frozenset(map(key, said["counts"].get("labels", ()))),
        markers=tuple(said.get("outline", {}).get("markers", ())),
        item_headings=frozenset(_bare_heading(words) for words in headings.get("items", ())),
        control_headings=frozenset(_bare_heading(words) for words in headings.get("controls", ())),
        paper_words=tuple(said["paper"]["words"]),
        other_papers=tuple(said["paper"]["others"]),
        own=_own(own, general, recognise) if general is not None else Own(),
    )


def _own(own: FormData, general: FormData, recognise: Mapping[str, Any]) -> Own:
    parts: tuple[Part, ...] = ("list", "sheet")
    labels: dict[Part, dict[str, str]] = {
        part: {label: name for label, name in own.labels[part].items() if label not in general.labels[part]}
        for part in parts
    }
    told = {key(label): label for label in recognise.get("labels", ())}
    for label in told:
        # a label by which the form tells itself apart, whatever it stands for
        labels["sheet"].setdefault(label, f"{label}:")
    offices, bodies = tuple(recognise.get("offices", ())), tuple(recognise.get("meeting_bodies", ()))
    return Own(labels, {**own.printed, **told}, offices, bodies, recognise.get("needs"), tuple(own.undecided))


@lru_cache(maxsize=8)
def forms_of(files: tuple[FormFile, ...] = ()) -> Forms:
    """The forms that come with the program with those of `files` beside or, of the same name, over them.

    Raises FormError for a file that cannot be used.
    """
    by_name: dict[str, FormData] = {}
    for file in shipped_files():
        data = read_form_file(file)
        by_name[data.name] = data
    taken: dict[str, str] = {}
    for file in sorted(files):
        data = read_form_file(file)
        if data.name == GENERAL or data.name in taken:
            raise FormError("name_taken", file.name, 0, "name", data.name)
        taken[data.name] = file.name
        by_name[data.name] = data
    general = by_name.pop(GENERAL)
    return Forms(_form(general, None), tuple(_form(by_name[name], general) for name in sorted(by_name)))


def load(name: str = GENERAL, files: Sequence[FormFile] = ()) -> Form:
    """The form of this name, laid over the general one. Raises KeyError for a name that no file has, and FormError."""
    return forms_of(tuple(files)).named(name)
