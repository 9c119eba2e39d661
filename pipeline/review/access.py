"""Who may ask the application what: the guard that every request and every answer passes.

The application shows papers that strangers wrote to a browser that also visits other sites. So:
- it answers only under names of this machine (another site cannot point a name of its own here: DNS rebinding);
- on an address that others reach, only to who knows the token;
- a form is taken only from a page of its own (a token in the form, bound to the browser's cookie), and is bounded;
- a page may load and run nothing but what is served here, and no text becomes a script.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import socket
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from functools import cached_property
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_BYTES, FORM_FIELDS = 1024**2, 400
"""The largest form that is taken: a corrected text of the longest kind fits several times."""

TOKEN_LENGTH = 16
"""A shorter token could be guessed."""

POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)

_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with no-referrer a browser would send forms with the origin "null"
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class TokenNeeded(ValueError):
    """An address that other machines reach was asked for without a token, or with one that could be guessed."""


class FormRefused(Exception):
    """A form that is not taken. `code` is `form_too_large`, `form_unreadable` or `form_not_ours`."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


@dataclass(frozen=True)
class Access:
    """On which address the application is served, and the token that opens it (None: none is needed)."""

    host: str
    port: int
    token: str | None = None
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def __post_init__(self) -> None:
        could_be_guessed = self.token is not None and len(self.token) < TOKEN_LENGTH
        if could_be_guessed or (self.token is None and not is_loopback(self.host)):
            raise TokenNeeded(self.host)

    def cookie(self, name: str) -> str:
        """The name of a cookie: browsers keep those of all ports of a machine together."""
        return f"besshi-{self.port}-{name}"

    def csrf(self, session: str) -> str:
        """What a form of this browser has to carry."""
        return self._sealed("form", session)

    def opens(self, cookie: str) -> bool:
        """Whether the cookie says that its browser once gave the token."""
        return hmac.compare_digest(cookie, self.key)

    @property
    def key(self) -> str:
        """What is put into the cookie of a browser that gave the token."""
        return self._sealed("token", self.token or "")

    def names_us(self, host_header: str) -> bool:
        """Whether a Host header names this machine: loopback for loopback, else its names or any address as numbers.

        A name that another site owns is never among them, and an address as numbers cannot be pointed elsewhere.
        """
        name = urlsplit(f"//{host_header}").hostname or ""
        if is_loopback(name):
            return True
        if is_loopback(self.host):
            return False
        return name in self._own_names or _is_address(name)

    @cached_property
    def _own_names(self) -> frozenset[str]:
        return frozenset(name.lower() for name in (self.host, socket.gethostname(), socket.getfqdn()))

    def _sealed(self, what: str, value: str) -> str:
        return hmac.new(self.secret, f"{what} {value}".encode(), hashlib.sha256).hexdigest()


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    if host.lower() == "localhost":
        return True
    return _is_address(host) and ipaddress.ip_address(host).is_loopback


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


Refuse = Callable[[Scope, str, int], Response]
"""Makes the page that says why a request was refused, from the message's name and the status."""


class Guard:
    """Stands before the application: lets in what may come in, and puts the headers on all that goes out.

    Leaves in `scope["state"]`: `form` (a POST's fields, each once), `csrf` for the page's forms, `cookies`.
    """

    def __init__(self, app: ASGIApp, access: Access, refuse: Refuse) -> None:
        self._app = app
        self._access = access
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        cookies = _cookies(headers.get("cookie", ""))
        session = cookies.get(self._access.cookie("session"), "")
        is_new = len(session) != 64
        session = secrets.token_hex(32) if is_new else session
        scope.setdefault("state", {}).update(cookies=cookies, csrf=self._access.csrf(session), form={})

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    said.setdefault(name, value)
                said.setdefault("cache-control", "no-store")
                if is_new and said.get("content-type", "").startswith("text/html"):
                    said.append("set-cookie", self._kept("session", session))
            await send(message)

        answer = await self._turned_away(scope, headers, cookies, session, receive)
        await (answer or self._app)(scope, receive, send_guarded)

    async def _turned_away(
        self, scope: Scope, headers: Headers, cookies: dict[str, str], session: str, receive: Receive
    ) -> Response | None:
        """The answer to a request that is not let in, or None."""
        if not self._access.names_us(headers.get("host", "")):
            return Response("Host", 421, media_type="text/plain")
        if self._access.token is not None and not self._access.opens(cookies.get(self._access.cookie("key"), "")):
            return self._unopened(scope)
        if scope["method"] in ("GET", "HEAD"):
            return None
        if scope["method"] != "POST":
            return Response("method", 405, {"allow": "GET, HEAD, POST"}, "text/plain")
        try:
            if not _from_here(headers):
                raise FormRefused("form_not_ours", 403)
            form = await _form(headers, receive)
            if not hmac.compare_digest(form.pop("csrf", "").encode(), self._access.csrf(session).encode()):
                raise FormRefused("form_not_ours", 403)
        except FormRefused as refused:
            return self._refuse(scope, refused.code, refused.status)
        scope["state"]["form"] = form
        return None

    def _unopened(self, scope: Scope) -> Response:
        """Take the token where the address has it (and take it out of the address), else say that it is needed."""
        fields = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = next((value for name, value in fields if name == "token"), "")
        if not hmac.compare_digest(given.encode(), (self._access.token or "").encode()):
            return self._refuse(scope, "token_needed", 401)
        rest = urlencode([one for one in fields if one[0] != "token"])
        path = "/" + scope["path"].lstrip("/")  # two strokes would begin the address of another site
        answer = RedirectResponse(path + (f"?{rest}" if rest else ""), 303)
        answer.headers.append("set-cookie", self._kept("key", self._access.key))
        return answer

    def _kept(self, name: str, value: str) -> str:
        return cookie_header(self._access.cookie(name), value)


def cookie_header(name: str, value: str, seconds: int | None = None) -> str:
    """A cookie that no script reads and no other site sends with a form.

    Lax rather than Strict: an address that a colleague sends by mail has to open under the reviewer's own name.
    """
    age = f"; Max-Age={seconds}" if seconds is not None else ""
    return f"{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}"


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}


def _from_here(headers: Headers) -> bool:
    """Whether the browser says, as far as it says anything, that the form was sent by a page of this application."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


async def _form(headers: Headers, receive: Receive) -> dict[str, str]:
    """The fields of a form, the last of each name. Raises FormRefused."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise FormRefused("form_unreadable", 415)
    body = bytearray()
    more = True
    while more:
        message: MutableMapping[str, Any] = await receive()
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)
        if len(body) > BODY_BYTES:
            raise FormRefused("form_too_large", 413)
    try:
        text = body.decode("ascii")
        return dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=FORM_FIELDS))
    except ValueError as error:
        raise FormRefused("form_unreadable", 400) from error
