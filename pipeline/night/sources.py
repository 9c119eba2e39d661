"""The offices whose pages are looked at every night, as data: `sources.toml`, one entry an office.

Reading it checks everything that can be checked without the network, so that a slip of the pen is found by
`besshi sources check` and not at two in the morning.
"""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Mapping, Set
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import soupsieve

from pipeline.messages import Lang, message
from pipeline.night.addresses import Network, checked_url
from pipeline.night.fetching import Manners
from pipeline.night.web_errors import BadAddress

MAX_PAGES = 50
"""Pages of one office looked at in one night, however deep its links go."""


class SourcesError(Exception):
    """A `sources.toml` that cannot be used; `where` names the entry and the setting, `key` what is wrong there."""

    def __init__(self, key: str, where: str, detail: str = "") -> None:
        super().__init__(f"{where}: {key} {detail}".rstrip())
        self.key = key
        self.where = where
        self.detail = detail

    def sentence(self, lang: Lang) -> str:
        """What is wrong, and where."""
        return message(f"offices.{self.key}", lang, where=self.where, detail=self.detail)


@dataclass(frozen=True)
class LinkRule:
    """Which links of a page are meant: those that the CSS selector finds, and of these the ones whose address or
    words the pattern finds."""

    selector: str = "a[href]"
    pattern: re.Pattern[str] | None = None


@dataclass(frozen=True)
class Office:
    """One entry. `depth`: how many pages deep `follow` is followed from `page`; 0 looks at `page` alone.

    `hosts`: further hosts that its links may lead to, besides that of `page`.
    """

    name: str
    publisher: str
    publisher_code: str | None
    page: str
    reports: LinkRule
    follow: LinkRule | None
    depth: int
    hosts: tuple[str, ...]
    manners: Manners
    enabled: bool

    @property
    def host(self) -> str:
        """The host of its page, with the port where one is named."""
        return checked_url(self.page).netloc.decode("ascii")


@dataclass(frozen=True)
class Sources:
    """All of `sources.toml`. `contact` tells sites who is asking; `allowed` are networks that are not public and may
    be connected to all the same; `archive` is a further place of the archive (any fsspec address)."""

    offices: tuple[Office, ...]
    contact: str
    allowed: tuple[Network, ...]
    archive: str | None

    @property
    def enabled(self) -> tuple[Office, ...]:
        """The offices that the night visits."""
        return tuple(office for office in self.offices if office.enabled)


def read_sources(path: Path) -> Sources:
    """Read and check a list of offices. Raises SourcesError, and OSError where there is no such file."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourcesError("not_toml", "", str(error)) from error
    return _sources(data)


def _sources(data: dict[str, Any]) -> Sources:
    _only(data, {"fetching", "archive", "office"}, "")
    fetching, archive = _Entry(data.get("fetching", {}), "fetching"), _Entry(data.get("archive", {}), "archive")
    common = {**_manners(fetching, {"contact", "allow_networks"})}
    _only(archive.data, {"address"}, "archive")
    offices = tuple(
        _office(_Entry(entry, str(entry.get("name") or f"office {number}")), common)
        for number, entry in enumerate(_Entry(data, "").get("office", list, []), 1)
    )
    names = [office.name for office in offices]
    for name in names:
        if names.count(name) > 1:
            raise SourcesError("duplicate", name, name)
    found = Sources(
        offices=offices,
        contact=fetching.get("contact", str, "").strip(),
        allowed=tuple(_network(one) for one in fetching.get("allow_networks", list, [])),
        archive=archive.get("address", str, "") or None,
    )
    if found.enabled and not found.contact:
        raise SourcesError("no_contact", "fetching.contact")
    if not found.contact.isascii() or not found.contact.isprintable():
        raise SourcesError("not_ascii", "fetching.contact", found.contact)
    return found


_NOT_OF = {str: "not_a_text", int: "not_a_number", bool: "not_a_truth", list: "not_a_list"}
"""What is wrong where a value is of another kind than this."""


class _Entry:
    """A table of the file, whose values are asked for by name and type."""

    def __init__(self, data: Any, where: str) -> None:
        if not isinstance(data, dict):
            raise SourcesError("not_a_section", where, repr(data))
        self.data: dict[str, Any] = data
        self.where = where

    def get(self, name: str, kind: type, *default: Any) -> Any:
        """The value of a setting; without a default, the setting must be there."""
        if name not in self.data:
            if not default:
                raise SourcesError("missing", self._place(name))
            return default[0]
        value = self.data[name]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)) or (not default and not value):
            raise SourcesError(_NOT_OF[kind], self._place(name), repr(value))
        return value

    def below(self, name: str) -> _Entry | None:
        """The table of that name inside this one."""
        return _Entry(self.data[name], self._place(name)) if name in self.data else None

    def _place(self, name: str) -> str:
        return f"{self.where}.{name}".lstrip(".")


def _only(data: Mapping[str, Any], known: Set[str], where: str) -> None:
    for name in data:
        if name not in known:
            raise SourcesError("unknown_key", f"{where}.{name}".lstrip("."), ", ".join(sorted(known)))


def _office(entry: _Entry, common: Mapping[str, Any]) -> Office:
    known = {"name", "publisher", "publisher_code", "page", "reports", "follow", "hosts", "politeness"}
    _only(entry.data, known | {"enabled"}, entry.where)
    name = entry.get("name", str)
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,60}", name):
        raise SourcesError("bad_name", entry.where, name)
    page = entry.get("page", str)
    try:
        checked_url(page)
    except BadAddress as error:
        raise SourcesError("not_an_address", f"{entry.where}.page", page) from error
    follow = entry.below("follow")
    return Office(
        name=name,
        publisher=entry.get("publisher", str),
        publisher_code=_publisher_code(entry),
        page=page,
        reports=_link_rule(entry.below("reports") or _Entry({"pattern": r"\.pdf(?:$|\?)"}, entry.where)),
        follow=_link_rule(follow, {"depth"}) if follow else None,
        depth=_depth(follow) if follow else 0,
        hosts=tuple(str(host) for host in entry.get("hosts", list, [])),
        manners=Manners(**{**common, **_manners(entry.below("politeness") or _Entry({}, entry.where))}),
        enabled=entry.get("enabled", bool, True),
    )


def _publisher_code(entry: _Entry) -> str | None:
    """Six digits, the last of which checks the others (全国地方公共団体コード)."""
    code: str | None = entry.get("publisher_code", str, None)
    if code is None:
        return None
    if not re.fullmatch(r"[0-9]{6}", code):
        raise SourcesError("bad_code", f"{entry.where}.publisher_code", code)
    total = sum(int(digit) * weight for digit, weight in zip(code[:5], (6, 5, 4, 3, 2), strict=True))
    if int(code[5]) != (11 - total % 11) % 10:
        raise SourcesError("bad_code", f"{entry.where}.publisher_code", code)
    return code


def _link_rule(entry: _Entry, further: Set[str] = frozenset()) -> LinkRule:
    _only(entry.data, {"selector", "pattern"} | further, entry.where)
    selector = entry.get("selector", str, LinkRule.selector)
    try:
        soupsieve.compile(selector)
    except soupsieve.SelectorSyntaxError as error:
        raise SourcesError("not_a_selector", f"{entry.where}.selector", str(error).splitlines()[0]) from error
    pattern = entry.get("pattern", str, None)
    try:
        return LinkRule(selector, re.compile(pattern) if pattern else None)
    except re.error as error:
        raise SourcesError("not_a_pattern", f"{entry.where}.pattern", f"{pattern}: {error}") from error


def _depth(entry: _Entry) -> int:
    depth: int = entry.get("depth", int, 1)
    if not 0 <= depth <= 5:
        raise SourcesError("not_a_depth", f"{entry.where}.depth", str(depth))
    return depth


def _manners(entry: _Entry, further: Set[str] = frozenset()) -> dict[str, Any]:
    """The settings of politeness in a table, each a number that is not negative."""
    kinds = {field.name: int if isinstance(field.default, int) else float for field in fields(Manners)}
    _only(entry.data, kinds.keys() | further, entry.where)
    found: dict[str, Any] = {}
    for name in kinds.keys() & entry.data.keys():
        value = entry.data[name]
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
            raise SourcesError("not_a_number", f"{entry.where}.{name}", repr(value))
        found[name] = kinds[name](value)
    return found


def _network(value: Any) -> Network:
    try:
        return ipaddress.ip_network(value)
    except (ValueError, TypeError) as error:
        raise SourcesError("not_a_network", "fetching.allow_networks", repr(value)) from error
