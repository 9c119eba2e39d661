"""A visit to one office's site: its pages, the links to reports, and each report that is new or was replaced.

    visit(office, web, out)   pages → links → each address asked whether it changed → the archive

What an office's pages gave the last time is remembered in `fetch/<office>.json`: how many links there were, and what
each address said to be asked with next time. Losing it costs one night of full downloads, nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from pipeline.archive.archive import folder_of, keep_fetched
from pipeline.archive.fetched import Fetched, Histories, facts_in, later_than, name_of
from pipeline.files import locked, write_whole
from pipeline.night.fetching import NOT_MODIFIED, Validators, Web
from pipeline.night.links import Link, Page
from pipeline.night.reply import Reply
from pipeline.night.sources import MAX_PAGES, Office
from pipeline.night.web_errors import ChallengePage, ListEmptied, NoLinks, WebError
from pipeline.night.web_lies import is_challenge, page_in, pdf_in


@dataclass(frozen=True)
class Arrival:
    """A document that came: new, or in the place of the document `replaced`."""

    url: str
    document_id: str
    file_name: str
    bytes: int
    words: str
    replaced: str | None = None


@dataclass
class Visit:
    """How a visit went. `not_modified`: replies 304; `same_bytes`: sent anew, and the same; `vanished`: addresses that
    were linked the last time and are no longer."""

    office: str
    pages: int = 0
    links: int = 0
    not_modified: int = 0
    same_bytes: int = 0
    arrivals: list[Arrival] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    errors: list[WebError] = field(default_factory=list)

    def row(self) -> dict[str, Any]:
        """For the run's record, as plain JSON values."""
        return {
            "office": self.office,
            "pages": self.pages,
            "links": self.links,
            "not_modified": self.not_modified,
            "same_bytes": self.same_bytes,
            "new": [asdict(one) for one in self.arrivals if one.replaced is None],
            "replaced": [asdict(one) for one in self.arrivals if one.replaced is not None],
            "vanished": self.vanished,
            "errors": [error.row() for error in self.errors],
        }


@dataclass(frozen=True)
class Found:
    """The links to reports on an office's pages, each with the page that it stands on; and what went wrong."""

    links: list[tuple[Link, str]]
    pages: int
    errors: list[WebError]


def visit(
    office: Office, web: Web, out: Path, known: Histories, on_address: Callable[[int, int], None] | None = None
) -> Visit:
    """Fetch what is new; `known` is what addresses have given so far, `on_address(done, total)` is called after each.

    A failure of one address is kept in the visit and costs no other. Raises OSError when the archive cannot be written.
    """
    memory = _Memory.read(out, office)
    found = find_links(office, web, had_links=bool(memory.addresses))
    done = Visit(office.name, found.pages, len(found.links), errors=found.errors)
    if not found.links:
        return done
    for number, (link, page) in enumerate(found.links, 1):
        try:
            _fetch(office, web, out, link, page, known, memory, done)
        except WebError as error:
            done.errors.append(error)
        if on_address is not None:
            on_address(number, len(found.links))
    linked = {link.url for link, _ in found.links}
    # A page that could not be read may hold the links that seem to have gone.
    done.vanished = sorted(memory.addresses.keys() - linked) if not found.errors else []
    if not found.errors:
        memory.addresses = {url: memory.addresses.get(url, Validators()) for url in sorted(linked)}
    memory.write()
    return done


def find_links(office: Office, web: Web, *, had_links: bool = False) -> Found:
    """Look at an office's pages for links to reports; fetches no report. Never raises WebError."""
    links: dict[str, tuple[Link, str]] = {}
    errors: list[WebError] = []
    waiting, seen, last = [(office.page, 0)], {office.page}, None
    pages = 0
    while waiting and pages < MAX_PAGES:
        address, depth = waiting.pop(0)
        try:
            last = web.get(address, office.manners.max_page_bytes)
            page_in(last)
        except WebError as error:
            errors.append(error)
            continue
        pages += 1
        page = Page(last)
        for link in page.links(office.reports, office):
            links.setdefault(link.url, (link, address))
        if office.follow is not None and depth < office.depth:
            further = [link.url for link in page.links(office.follow, office) if link.url not in seen]
            seen.update(further)
            waiting += [(url, depth + 1) for url in further if url not in links]
    if not links and not errors:
        errors.append(_why_none(office, last, had_links))
    return Found(list(links.values()), pages, errors)


def _why_none(office: Office, last: Reply | None, had_links: bool) -> WebError:
    if last is not None and is_challenge(last):
        return ChallengePage(office.page)
    return ListEmptied(office.page) if had_links else NoLinks(office.page)


def _fetch(
    office: Office, web: Web, out: Path, link: Link, page: str, known: Histories, memory: _Memory, done: Visit
) -> None:
    """One report: asked for only if it changed, kept if it did."""
    newest = known.newest(link.url)
    validators = memory.addresses.get(link.url) if newest is not None else None
    reply = web.get(link.url, office.manners.max_pdf_bytes, validators)
    if reply.status == NOT_MODIFIED:
        done.not_modified += 1
        return
    data = pdf_in(reply)
    document_id = hashlib.sha256(data).hexdigest()
    if document_id == newest:
        done.same_bytes += 1
    else:
        before = [one.received for one in facts_in(folder_of(out, newest)) if one.url == link.url] if newest else []
        facts = Fetched(
            url=link.url,
            final_url=reply.final_url,
            received=later_than(reply.received, max(before, default=None)),
            headers=reply.headers,
            office=office.name,
            publisher=office.publisher,
            publisher_code=office.publisher_code,
            page=page,
            words=link.words,
        )
        keep_fetched(out, data, facts)
        done.arrivals.append(Arrival(link.url, document_id, name_of(link.url), len(data), link.words, newest))
    memory.addresses[link.url] = Validators(reply.header("etag"), reply.header("last-modified"))


class _Memory:
    """What an office's addresses said the last time; `addresses` are those that were linked."""

    def __init__(self, path: Path, addresses: dict[str, Validators]) -> None:
        self._path = path
        self.addresses = addresses

    @classmethod
    def read(cls, out: Path, office: Office) -> _Memory:
        """What is remembered; nothing where there is no such file or it is broken."""
        path = out / "fetch" / f"{office.name}.json"
        try:
            kept = orjson.loads(path.read_bytes())
            return cls(path, {url: Validators(**one) for url, one in kept["addresses"].items()})
        except FileNotFoundError:
            return cls(path, {})
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls(path, {})

    def write(self) -> None:
        """Keep it for the next night."""
        rows = {url: asdict(one) for url, one in sorted(self.addresses.items())}
        with locked(self._path.parent):
            write_whole(self._path, orjson.dumps({"addresses": rows}, option=orjson.OPT_INDENT_2))
