"""The links of a page: which are reports and which are pages to look at next, by the rules of an office's entry."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import httpx
from bs4 import BeautifulSoup

from pipeline.night.addresses import checked_url
from pipeline.night.reply import Reply
from pipeline.night.sources import LinkRule, Office
from pipeline.night.web_errors import BadAddress

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)


@dataclass(frozen=True)
class Link:
    """Where a link leads, in full and without fragment, and the words on it."""

    url: str
    words: str


class Page:
    """A web page that came as `reply`, in whichever encoding: the reply's own word, then the page's, then a guess."""

    def __init__(self, reply: Reply) -> None:
        named = _CHARSET.search(reply.header("content-type") or "")
        self._soup = BeautifulSoup(reply.data, "lxml", from_encoding=named[1] if named else None)
        base = self._soup.select_one("base[href]")
        here = httpx.URL(reply.final_url)
        self._host = here.netloc.decode("ascii").lower()
        try:
            self._base = checked_url(str(base["href"]), here) if base else here
        except BadAddress:
            self._base = here

    def links(self, rule: LinkRule, office: Office) -> list[Link]:
        """The links that `rule` means, in the order of the page, each address once; only those that stay on the page's
        own host or go to one of the office's."""
        hosts = {self._host, office.host.lower(), *(host.lower() for host in office.hosts)}
        found: dict[str, Link] = {}
        for tag in self._soup.select(rule.selector):
            href = tag.get("href")
            try:
                url = checked_url(str(href).strip(), self._base) if href else None
            except BadAddress:
                continue
            if url is None or url.netloc.decode("ascii").lower() not in hosts:
                continue
            words = unicodedata.normalize("NFKC", " ".join(tag.get_text(" ").split()))
            if rule.pattern is None or rule.pattern.search(str(url)) or rule.pattern.search(words):
                found.setdefault(str(url), Link(str(url), words))
        return list(found.values())
