"""What can go wrong with a request, the web's lies included: one class each, with the code that finds its sentence.

The sentences, which say what to do, are in `messages.toml` under `web`.
"""

from __future__ import annotations

from typing import Any

from pipeline.messages import LANGS, Lang, message


class WebError(Exception):
    """A request that gave nothing usable. `may_pass`: another try a little later makes sense."""

    code = "unreachable"
    may_pass = False

    def __init__(self, url: str, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(f"{self.code}: {url} {detail}".rstrip())
        self.url = url
        self.detail = detail
        self.retry_after = retry_after
        """Seconds that the site asked to wait, where it did."""

    def sentence(self, lang: Lang) -> str:
        """What to tell the reader: what happened and what to do."""
        return message(f"web.{self.code}", lang)

    def row(self) -> dict[str, Any]:
        """For the run's record, as plain JSON values."""
        return {
            "url": self.url,
            "code": self.code,
            "detail": self.detail,
            "message": {lang: self.sentence(lang) for lang in LANGS},
        }


# ---- never asked for


class BadAddress(WebError):
    """Not an http(s) address, or one with a user name in it."""

    code = "bad_address"


class ForbiddenAddress(WebError):
    """The name leads to an address that is not public: loopback, private, link-local, multicast or reserved."""

    code = "forbidden_address"


class RobotsForbid(WebError):
    """The site's robots.txt asks programs to stay away from this address."""

    code = "robots_forbid"


class RobotsUnreachable(WebError):
    """robots.txt could not be read; until it can, nothing of the site is asked for (RFC 9309, 2.3.1.4)."""

    code = "robots_unreachable"


# ---- no usable answer


class Unreachable(WebError):
    """No connection, no such name, or a certificate that does not fit."""

    code = "unreachable"
    may_pass = True


class TooSlow(WebError):
    """No byte for too long, or not done in the time that one reply may take."""

    code = "too_slow"


class CutOff(WebError):
    """The connection ended before the whole reply had come."""

    code = "cut_off"
    may_pass = True


class ServerFault(WebError):
    """The site says that it is in trouble or asked too often (5xx, 408, 429)."""

    code = "server_fault"
    may_pass = True


class NotFound(WebError):
    """The site says that there is nothing at this address (404, 410)."""

    code = "not_found"


class Refused(WebError):
    """The site will not give it to us (any other 4xx, or a status that fits nothing)."""

    code = "refused"


class TooManyRedirects(WebError):
    """Sent on more than five times, or in a circle."""

    code = "too_many_redirects"


class TooLargeReply(WebError):
    """More bytes than a reply may have."""

    code = "too_large_reply"


class VisitFailed(WebError):
    """A fault of the program while an office was visited."""

    code = "visit_failed"


# ---- answers that are not what they say


class EmptyReply(WebError):
    """Status 200 and not one byte."""

    code = "empty_reply"


class ChallengePage(WebError):
    """A page that wants to know whether a human is there, instead of the content."""

    code = "challenge_page"


class ErrorPage(WebError):
    """A web page with status 200 where a PDF should be."""

    code = "error_page"


class UnexpectedType(WebError):
    """Bytes that are neither a PDF nor a web page where one of them should be."""

    code = "unexpected_type"


class ListEmptied(WebError):
    """A page without a single link to a report, where there were some the last time."""

    code = "list_emptied"


class NoLinks(WebError):
    """A page on which the entry of the office finds no link, and never has."""

    code = "no_links"
