"""Forms as data: which words a report's lists and sheets are labelled with.

A form is a TOML file in `extractors/forms/`: `general.toml` holds what any office may write, specific ones go over it.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from extractors.japanese.normalise import key

FORMS = Path(__file__).parent

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

    def column(self, label: str) -> str | None:
        """The field that a list's column of this label holds."""
        return _match(label, self.columns)

    def field(self, label: str) -> str | None:
        """The field that a sheet's row of this label holds; of a row that holds a list or a party, what is in it and
        whose it is: `items`, `controls:委託先`, `party:結合先`."""
        found = _match(label, self.fields)
        if found is not None:
            return found
        wanted = key(label)
        if 1 < len(wanted) <= LONGEST_LABEL:
            for name, pattern in self.rows:
                match = pattern.fullmatch(wanted) if name.startswith("party:") else pattern.search(wanted)
                if match:
                    return name.replace("{1}", match[1]) if "{1}" in name else name
        return None

    def announces_attachment(self, text: str) -> bool:
        """Whether a sheet's row says that its content stands in a 別紙."""
        wanted = key(text)
        return any(key(words) in wanted for words in self.announcements)

    def heads_counts(self, heading: str) -> bool:
        """Whether figures under this heading of 事業内容 are counts of the case."""
        wanted = key(heading)
        return any(pattern.search(wanted) for pattern in self.count_headings)

    @cached_property
    def attachment_pattern(self) -> re.Pattern[str]:
        """Finds the words of a 別紙's heading."""
        return re.compile("|".join(re.escape(key(words)) for words in self.attachment_headings))


LONGEST_LABEL = 45
"""Characters beyond which the words of a cell are no label."""


def _match(label: str, labels: dict[str, str]) -> str | None:
    wanted = key(label)
    if not wanted or len(wanted) > LONGEST_LABEL:
        return None
    if wanted in labels:
        return labels[wanted]
    bare = re.sub(r"\(.*?\)$|^[\d.]+", "", wanted)
    if bare in labels:
        return labels[bare]
    if len(wanted) < 4:
        return None
    found = process.extractOne(
        wanted, [name for name in labels if len(name) >= 4], scorer=fuzz.ratio, score_cutoff=LIKE_ENOUGH
    )
    return labels[found[0]] if found else None


def _keys(table: dict[str, list[str]]) -> dict[str, str]:
    return {key(label): field for field, labels in table.items() for label in labels}


def _over(general: dict[str, Any], special: dict[str, Any]) -> dict[str, Any]:
    """`special` laid over `general`: tables merged, lists of labels joined, everything else replaced."""
    merged = dict(general)
    for name, value in special.items():
        below = merged.get(name)
        if isinstance(value, dict) and isinstance(below, dict):
            merged[name] = _over(below, value)
        elif isinstance(value, list) and isinstance(below, list):
            merged[name] = [*value, *(item for item in below if item not in value)]
        else:
            merged[name] = value
    return merged


@lru_cache
def load(name: str = "general") -> Form:
    """The form of this name, laid over the general one. Raises FileNotFoundError for a name without a file."""
    data = tomllib.loads((FORMS / "general.toml").read_text(encoding="utf-8"))
    if name != "general":
        data = _over(data, tomllib.loads((FORMS / f"{name}.toml").read_text(encoding="utf-8")))
    return Form(
        name=data["name"],
        columns=_keys(data["list"]["columns"]),
        fields=_keys(data["sheet"]["fields"]),
        rows=tuple((name, re.compile(pattern)) for name, pattern in data["sheet"]["rows"].items()),
        list_needs=data["list"]["needs"],
        list_any=frozenset(data["list"]["any"]),
        sheet_needs=data["sheet"]["needs"],
        required=tuple(data["sheet"]["required"]),
        number_patterns=tuple(re.compile(pattern) for pattern in data["titles"]["numbers"]),
        marks=re.compile(data["titles"]["marks"]),
        attachment_headings=tuple(data["attachments"]["headings"]),
        announcements=tuple(data["attachments"]["announcements"]),
        count_headings=tuple(re.compile(pattern) for pattern in data["counts"]["headings"]),
    )
