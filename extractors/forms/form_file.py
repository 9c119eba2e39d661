"""The files that forms are written in: read, and checked so that who wrote one is told what to mend and where."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from rapidfuzz import fuzz, process

from extractors.japanese.normalise import key

FORMS = Path(__file__).parent
NOT_FORMS = frozenset({"fields"})
"""Files of the folder that hold no form."""

GENERAL = "general"
MOST_BYTES = 1_000_000
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")

Part = Literal["list", "sheet"]
"""Where a label stands: over a column of the list of cases, or beside a row of a case's sheet."""


class FormError(ValueError):
    """A form that cannot be used: `code` says what is wrong; `file`, `line` (from 1, 0 where unknown) and `entry`
    say where, `detail` what was found, or what would be right."""

    def __init__(self, code: str, file: str, line: int, entry: str, detail: str = "") -> None:
        super().__init__(f"{file}, line {line}, {entry}: {code} {detail}")
        self.code, self.file, self.line, self.entry, self.detail = code, file, line, entry, detail


class FormFile(NamedTuple):
    """A form's file as it travels: its name with .toml and its words."""

    name: str
    text: str


@dataclass(frozen=True)
class FieldKind:
    """A field that a label may stand for: its name, what it is called, and in which parts of a paper it stands."""

    name: str
    ja: str
    en: str
    parts: frozenset[str]

    @property
    def is_open(self) -> bool:
        """Whether a name of the office's own follows it (`controls:`)."""
        return self.name.endswith(":")


@lru_cache(maxsize=1)
def field_kinds() -> Mapping[str, FieldKind]:
    """Every field that a label may stand for, by name, as `fields.toml` lists them."""
    said = tomllib.loads((FORMS / "fields.toml").read_text(encoding="utf-8"))
    return {name: FieldKind(name, one["ja"], one["en"], frozenset(one["in"])) for name, one in said.items()}


def kind_of(name: str) -> FieldKind | None:
    """The kind of a field; of `controls:委託先` that of `controls:`."""
    head, colon, own = name.partition(":")
    return field_kinds().get(head + colon) if bool(colon) == bool(own) else None


@dataclass
class FormData:
    """What one file says, checked. `labels` maps, for each part, a label's matching key to its field."""

    name: str
    title_ja: str
    title_en: str
    labels: dict[Part, dict[str, str]]
    printed: dict[str, str]
    """Each label's matching key to the label as the file has it."""
    undecided: list[str]
    """Labels whose field is still left open."""
    said: dict[str, Any] = field(default_factory=dict)
    """The other sections as they stand, laid over those of the general form."""


_LISTS = "list of strings"
_SECTIONS: dict[str, dict[str, Any]] = {
    "": {"name": str, "title_ja": str, "title_en": str},
    "recognise": {"offices": _LISTS, "meeting_bodies": _LISTS, "labels": _LISTS, "needs": int},
    "list": {"columns": dict, "labels": dict, "needs": int, "any": _LISTS},
    "sheet": {"fields": dict, "labels": dict, "rows": dict, "needs": int, "required": _LISTS},
    "titles": {"numbers": _LISTS, "marks": str},
    "attachments": {"headings": _LISTS, "announcements": _LISTS},
    "counts": {"headings": _LISTS, "labels": _LISTS},
    "outline": {"markers": _LISTS},
    "headings": {"items": _LISTS, "controls": _LISTS},
    "paper": {"words": _LISTS, "others": _LISTS},
}
"""What a file may say: section by section each entry and what it holds."""


def read_form_file(file: FormFile) -> FormData:
    """The file's words, checked. Raises FormError, which says what to mend."""
    return _Checked(file).data()


def shipped_files() -> list[FormFile]:
    """The forms that come with the program, the general one among them, by name."""
    paths = sorted(path for path in FORMS.glob("*.toml") if path.stem not in NOT_FORMS)
    return [FormFile(path.name, path.read_text(encoding="utf-8")) for path in paths]


class _Checked:
    """One file on its way through the checks."""

    def __init__(self, file: FormFile) -> None:
        self.file = file
        self.stem = file.name.removesuffix(".toml")

    def fault(self, code: str, where: str, detail: str = "", near: str | None = None) -> FormError:
        """The error at the entry `where` (`sheet.labels`), found in the file by `near`, or by the entry's own name."""
        return FormError(code, self.file.name, self._line(near or where.rpartition(".")[2]), where, detail)

    def _line(self, near: str) -> int:
        for number, line in enumerate(self.file.text.splitlines(), 1):
            if near and near in line and not line.lstrip().startswith("#"):
                return number
        return 0

    def data(self) -> FormData:
        said = self._toml()
        self._only(said)
        name = said.get("name", self.stem)
        if not _NAME.fullmatch(name):
            raise self.fault("bad_name", "name", name)
        labels: dict[Part, dict[str, str]] = {"list": {}, "sheet": {}}
        printed: dict[str, str] = {}
        undecided: list[str] = []
        parts: tuple[tuple[Part, str], ...] = (("list", "columns"), ("sheet", "fields"))
        for part, by_field in parts:
            for label, field_name, where in self._pairs(said.get(part, {}), part, by_field):
                if not field_name:
                    undecided.append(label)
                    continue
                self._known_field(field_name, part, where, label)
                before = labels[part].setdefault(key(label), field_name)
                if before != field_name:
                    raise self.fault("label_twice", where, f"{label}: {before}, {field_name}", near=label)
                printed[key(label)] = label
        for section, entry in (("titles", "numbers"), ("counts", "headings")):
            for pattern in said.get(section, {}).get(entry, ()):
                self._pattern(f"{section}.{entry}", pattern)
        self._pattern("titles.marks", said.get("titles", {}).get("marks", ""))
        for row, pattern in said.get("sheet", {}).get("rows", {}).items():
            self._known_field(row, "sheet", f"sheet.rows.{row}", row)
            self._pattern(f"sheet.rows.{row}", pattern)
        titles = (said.get("title_ja", name), said.get("title_en", said.get("title_ja", name)))
        return FormData(name, *titles, labels, printed, undecided, said)

    def _toml(self) -> dict[str, Any]:
        if len(self.file.text.encode("utf-8", "replace")) > MOST_BYTES:
            raise self.fault("too_large", "", str(MOST_BYTES))
        try:
            return tomllib.loads(self.file.text)
        except tomllib.TOMLDecodeError as error:
            at = re.search(r"line (\d+)", str(error))
            line = int(at[1]) if at else len(self.file.text.splitlines())
            raise FormError("not_toml", self.file.name, line, "", str(error)) from None

    def _only(self, said: Mapping[str, Any]) -> None:
        """Whether each entry is one that a form has, and holds what it should."""
        for name, value in said.items():
            if name in _SECTIONS[""]:
                self._holds(name, value, _SECTIONS[""][name])
                continue
            if name not in _SECTIONS or not name:
                raise self.fault("unknown_key", name, self._nearest(name, [*_SECTIONS[""], *filter(None, _SECTIONS)]))
            self._holds(name, value, dict)
            for entry, inner in value.items():
                where = f"{name}.{entry}"
                if entry not in _SECTIONS[name]:
                    raise self.fault("unknown_key", where, self._nearest(entry, _SECTIONS[name]))
                self._holds(where, inner, _SECTIONS[name][entry])

    def _holds(self, where: str, value: Any, wanted: Any) -> None:
        if wanted == _LISTS:
            fits = isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value)
        else:
            fits = isinstance(value, wanted) and not (wanted is int and (isinstance(value, bool) or value < 1))
        if not fits:
            kind = {str: "text", int: "number", dict: "section"}.get(wanted, "texts")
            raise self.fault(f"not_{kind}", where, repr(value)[:80])

    def _pairs(self, said: Mapping[str, Any], part: str, by_field: str) -> Iterable[tuple[str, str, str]]:
        """Each label with its field and where that is said, whichever way round the file says it."""
        for field_name, labels in said.get(by_field, {}).items():
            self._holds(f"{part}.{by_field}.{field_name}", labels, _LISTS)
            for label in labels:
                yield label, field_name, f"{part}.{by_field}.{field_name}"
        for label, field_name in said.get("labels", {}).items():
            where = f"{part}.labels.{label}"
            if not key(label):
                raise self.fault("label_empty", where)
            self._holds(where, field_name, str)
            yield label, field_name, where

    def _known_field(self, name: str, part: Part, where: str, near: str) -> None:
        kind = kind_of(name)
        names = [one.name for one in field_kinds().values() if part in one.parts]
        if kind is None or part not in kind.parts:
            raise self.fault("unknown_field", where, self._nearest(name, names), near=near)

    def _pattern(self, where: str, pattern: Any) -> None:
        try:
            re.compile(pattern)
        except (re.error, TypeError) as error:
            raise self.fault("bad_pattern", where, f"{pattern}: {error}") from None

    @staticmethod
    def _nearest(name: str, known: Iterable[str]) -> str:
        """The known name that is most like it first, then the others."""
        names = list(known)
        found = process.extractOne(name, names, scorer=fuzz.ratio, score_cutoff=60.0)
        return ", ".join([found[0], *(n for n in names if n != found[0])] if found else names)
