"""What a reply with status 200 really is: a PDF, a web page, or something that only says so."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from pipeline.night.reply import Reply
from pipeline.night.web_errors import ChallengePage, EmptyReply, ErrorPage, UnexpectedType

SNIFFED = 1024
"""Bytes at the head of a file in which a PDF says that it is one (as readers of PDF have it)."""

_HTML = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|script|title|meta)\b", re.I)
_TITLE = re.compile(rb"<title[^>]*>(.{0,200}?)</title", re.I | re.S)


def pdf_in(reply: Reply) -> bytes:
    """The bytes of a PDF, whatever type the reply gives itself.

    Raises EmptyReply, ChallengePage, ErrorPage or UnexpectedType.
    """
    if not reply.data:
        raise EmptyReply(reply.url)
    if b"%PDF-" in reply.data[:SNIFFED]:
        return reply.data
    if is_challenge(reply):
        raise ChallengePage(reply.url, _title(reply))
    if is_web_page(reply):
        raise ErrorPage(reply.url, _title(reply))
    raise UnexpectedType(reply.url, reply.header("content-type") or reply.data[:16].hex())


def page_in(reply: Reply) -> bytes:
    """The bytes of a web page. Raises EmptyReply, ChallengePage or UnexpectedType."""
    if not reply.data.strip():
        raise EmptyReply(reply.url)
    if _challenge_header(reply):
        raise ChallengePage(reply.url, _title(reply))
    if b"%PDF-" in reply.data[:SNIFFED] or not is_web_page(reply):
        raise UnexpectedType(reply.url, reply.header("content-type") or reply.data[:16].hex())
    return reply.data


def is_web_page(reply: Reply) -> bool:
    """Whether the bytes look like HTML, in any encoding that keeps ASCII."""
    return bool(_HTML.search(reply.data[:4096].replace(b"\0", b"")))


def is_challenge(reply: Reply) -> bool:
    """Whether this is a page that wants to know whether a human is there."""
    if _challenge_header(reply):
        return True
    if not is_web_page(reply):
        return False
    head = reply.data[:65_536].lower()
    texts = (head.decode("utf-8", "replace"), head.decode("cp932", "replace"))
    return any(word in text for word in _marks()[1] for text in texts)


def _challenge_header(reply: Reply) -> bool:
    return any(
        found is not None and value in found.lower()
        for name, value in _marks()[0].items()
        for found in [reply.header(name)]
    )


def _title(reply: Reply) -> str:
    found = _TITLE.search(reply.data[:65_536])
    return " ".join(found[1].decode("utf-8", "replace").split()) if found else ""


@cache
def _marks() -> tuple[dict[str, str], tuple[str, ...]]:
    read = tomllib.loads((Path(__file__).parent / "challenge_pages.toml").read_text(encoding="utf-8"))
    return read["headers"], tuple(word.lower() for word in read["words"]["any"])
