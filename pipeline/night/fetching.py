"""One request as a polite and careful visitor makes it: robots.txt, a pause, checked addresses, bounded size and time.

    Web.get(url)   the reply, 200 or 304, or a WebError that says what is wrong

What the reply is worth (a PDF, a page, a lie) is judged in `web_lies.py`.
"""

from __future__ import annotations

import datetime
import email.utils
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from types import TracebackType

import httpx
import tenacity

from pipeline.night import robots
from pipeline.night.addresses import CheckedBackend, CheckedTransport, Network, checked_url
from pipeline.night.reply import Reply
from pipeline.night.turns import Turns
from pipeline.night.web_errors import (
    BadAddress,
    ChallengePage,
    CutOff,
    NotFound,
    Refused,
    ServerFault,
    TooLargeReply,
    TooManyRedirects,
    TooSlow,
    Unreachable,
    WebError,
)
from pipeline.night.web_lies import is_challenge

MAX_REDIRECTS = 5
OK_STATUS, NOT_MODIFIED = 200, 304
_LONGEST_WAIT = 300.0
_ERROR_BYTES = 65_536
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_KEPT = frozenset({"set-cookie"})


@dataclass(frozen=True)
class Manners:
    """How a site is asked. Times in seconds, sizes in bytes."""

    seconds_between: float = 3.0
    """Between two requests to one host; more where its robots.txt asks for more."""
    silence_seconds: float = 30.0
    """Without a byte, until a reply is given up."""
    reply_seconds: float = 600.0
    """For one reply from first to last byte, redirects included."""
    retries: int = 3
    retry_seconds: float = 2.0
    """Before the first new try; doubled before each further one, with jitter."""
    max_pdf_bytes: int = 200_000_000
    max_page_bytes: int = 10_000_000


@dataclass(frozen=True)
class Validators:
    """What a site gave to ask later whether something has changed."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """The headers that ask."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


class Web:
    """Asks sites, one request at a time; use it in a `with` block, one for each thread, with `turns` shared.

    `contact` says who is asking and goes into the user agent; `allowed` are networks that may be connected to although
    they are not public.
    """

    def __init__(
        self, contact: str, manners: Manners, turns: Turns | None = None, allowed: Iterable[Network] = ()
    ) -> None:
        self._manners = manners
        self._turns = turns or Turns()
        self._backend = CheckedBackend(allowed)
        self._robots = robots.Robots(self._robots_txt)
        self._client = httpx.Client(
            transport=CheckedTransport(self._backend),
            headers={"User-Agent": user_agent(contact), "Accept-Encoding": "identity", "Accept-Language": "ja"},
            timeout=httpx.Timeout(manners.silence_seconds),
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Web:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, url: str, max_bytes: int, validators: Validators | None = None) -> Reply:
        """The reply, whole, with status 200, or 304 where `validators` still fit. Raises WebError."""
        asked = validators.headers() if validators else {}
        return self._with_retries(url, asked, max_bytes, obey_robots=True)

    def _robots_txt(self, url: str) -> bytes:
        return self._with_retries(url, {}, robots.MAX_BYTES, obey_robots=False).data

    def _with_retries(self, url: str, headers: Mapping[str, str], max_bytes: int, *, obey_robots: bool) -> Reply:
        trying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(1 + self._manners.retries),
            wait=self._wait,
            retry=tenacity.retry_if_exception(_worth_another_try),
            sleep=self._turns.wait,
            reraise=True,
        )
        return trying(self._once, url, headers, max_bytes, obey_robots)

    def _wait(self, state: tenacity.RetryCallState) -> float:
        first = self._manners.retry_seconds
        wait = tenacity.wait_exponential_jitter(multiplier=first, max=_LONGEST_WAIT, jitter=first)(state)
        error = state.outcome.exception() if state.outcome else None
        return max(wait, error.retry_after or 0.0) if isinstance(error, WebError) else wait

    def _once(self, url: str, headers: Mapping[str, str], max_bytes: int, obey_robots: bool) -> Reply:
        here = checked_url(url)
        seen: set[str] = set()
        deadline = time.monotonic() + self._manners.reply_seconds
        while len(seen) <= MAX_REDIRECTS:
            if str(here) in seen:
                raise TooManyRedirects(url, f"in a circle at {here}")
            seen.add(str(here))
            pause = self._manners.seconds_between
            if obey_robots:
                before = time.monotonic()
                pause = max(pause, self._robots.pause(here))
                deadline += time.monotonic() - before
            with self._turns.turn(here.netloc.decode("ascii"), pause) as waited:
                deadline += waited
                reply = self._ask(url, here, headers, max_bytes, deadline)
            location = reply.header("location")
            if reply.status not in _REDIRECTS or location is None:
                return _judged(reply)
            here = checked_url(location, here)
        raise TooManyRedirects(url, f"more than {MAX_REDIRECTS}")

    def _ask(self, url: str, here: httpx.URL, headers: Mapping[str, str], max_bytes: int, deadline: float) -> Reply:
        self._backend.deadline = deadline
        try:
            with self._client.stream("GET", here, headers=dict(headers)) as response:
                return Reply(
                    url=url,
                    final_url=str(here),
                    status=response.status_code,
                    headers=tuple((k, v) for k, v in response.headers.multi_items() if k.lower() not in _NOT_KEPT),
                    data=self._body(response, url, max_bytes, deadline),
                    received=datetime.datetime.now(datetime.UTC),
                )
        except httpx.ConnectTimeout as error:
            raise Unreachable(url, str(error)) from error
        except httpx.TimeoutException as error:
            slow = TooSlow(url, str(error))
            slow.may_pass = time.monotonic() < deadline  # silence may pass; the time for one reply is spent
            raise slow from error
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError, httpx.DecodingError) as error:
            if "location header" in str(error):  # httpx looks at where a redirect leads, although it does not go there
                raise BadAddress(url, str(error)) from error
            raise CutOff(url, str(error)) from error
        except httpx.InvalidURL as error:
            raise BadAddress(url, str(error)) from error
        except httpx.RequestError as error:
            raise Unreachable(url, f"{type(error).__name__}: {error}") from error

    def _body(self, response: httpx.Response, url: str, max_bytes: int, deadline: float) -> bytes:
        """The body as far as it is of use; raises TooLargeReply and TooSlow while it comes, not after."""
        if response.status_code in _REDIRECTS or response.status_code == NOT_MODIFIED:
            return b""
        is_error = response.status_code != OK_STATUS
        if not is_error and int(response.headers.get("content-length") or 0) > max_bytes:
            raise TooLargeReply(url, f"{response.headers['content-length']} > {max_bytes}")
        data = bytearray()
        for chunk in response.iter_bytes():
            data += chunk
            self._turns.wait(0)
            if is_error and len(data) >= _ERROR_BYTES:
                break
            if len(data) > max_bytes:
                raise TooLargeReply(url, f"> {max_bytes}")
            if time.monotonic() > deadline:
                raise TooSlow(url, f"{len(data)}")
        return bytes(data)


def user_agent(contact: str) -> str:
    """Says what is asking, in which version, and whom to write to."""
    return f"{robots.AGENT}/{metadata.version('besshi')} ({contact})"


def _worth_another_try(error: BaseException) -> bool:
    return isinstance(error, WebError) and error.may_pass and (error.retry_after or 0.0) <= _LONGEST_WAIT


def _judged(reply: Reply) -> Reply:
    """The reply where its status is one to go on with. Raises WebError."""
    if reply.status in (OK_STATUS, NOT_MODIFIED):
        return reply
    status = str(reply.status)
    if is_challenge(reply):
        raise ChallengePage(reply.url, status)
    if reply.status in (404, 410):
        raise NotFound(reply.url, status)
    if reply.status in (408, 429) or reply.status >= 500:
        raise ServerFault(reply.url, status, _retry_after(reply))
    raise Refused(reply.url, status)


def _retry_after(reply: Reply) -> float | None:
    """Seconds that the site asks to wait: a number, or a date of HTTP."""
    value = (reply.header("retry-after") or "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(value) - reply.received).total_seconds())
    except (ValueError, TypeError):
        return None
