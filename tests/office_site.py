"""A real web server on loopback that plays an office's site, the ways in which such sites lie included.

with OfficeSite() as site:
    site.page("/kaigi/", "/a.pdf", "/b.pdf")     a page that links to these
    site.pdf("/a.pdf", data)                      a PDF with an ETag; asked with it again, 304
    site.put("/x", Answer(...))                   anything else; or a function of the handler
    site.asked                                    (path, headers) of each request, in order
"""

from __future__ import annotations

import contextlib
import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

LOOPBACK = "127.0.0.1/32"


@dataclass
class Answer:
    """What a path answers; `times` answers of this kind, then `then`."""

    data: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str | None = None
    times: int | None = None
    then: Answer | None = None


Play = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server  # type: ignore[assignment]

    def do_GET(self) -> None:
        site = self.server.site
        with site.lock:
            site.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            answer = site.answers.get(self.path, Answer(b"<html>nothing here", 404, {"Content-Type": "text/html"}))
            if isinstance(answer, Answer) and answer.times is not None:
                answer.times -= 1
                if answer.times <= 0 and answer.then is not None:
                    site.answers[self.path] = answer.then
        with contextlib.suppress(OSError):  # who asked has gone
            if isinstance(answer, Answer):
                self.answer(answer)
            else:
                self.close_connection = True
                answer(self)

    def answer(self, answer: Answer) -> None:
        if answer.etag and self.headers.get("If-None-Match") == answer.etag:
            self.send_response(304)
            self.send_header("ETag", answer.etag)
            self.end_headers()
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.etag:
            self.send_header("ETag", answer.etag)
        self.send_header("Content-Length", str(len(answer.data)))
        self.end_headers()
        self.wfile.write(answer.data)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    site: OfficeSite


class OfficeSite:
    """Use in a `with` block. `host`: an address of this machine."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.answers: dict[str, Answer | Play] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.lock = threading.Lock()
        self.going = threading.Event()
        self._server = Server((host, 0), Handler)
        self._server.site = self
        self.address = f"http://{host}:{self._server.server_port}"

    def __enter__(self) -> OfficeSite:
        self.going.set()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.going.clear()
        self._server.shutdown()
        self._server.server_close()

    def put(self, path: str, answer: Answer | Play) -> None:
        self.answers[path] = answer

    def page(self, path: str, *links: str, words: str = "報告") -> None:
        """A page in Shift_JIS, as many offices' are, that links to `links`."""
        items = "".join(f'<li><a href="{link}">{words}{number}</a>' for number, link in enumerate(links, 1))
        text = (
            f'<!DOCTYPE html><meta charset="Shift_JIS"><title>会議</title><ul>{items}</ul><a href="/other.html">他</a>'
        )
        self.put(path, Answer(text.encode("cp932"), headers={"Content-Type": "text/html"}))

    def pdf(self, path: str, data: bytes, content_type: str = "application/pdf") -> None:
        etag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        self.put(path, Answer(data, headers={"Content-Type": content_type}, etag=etag))

    def paths(self) -> list[str]:
        """The paths asked for so far, robots.txt left out."""
        return [path for path, _ in self.asked if path != "/robots.txt"]


def redirect(to: str, status: int = 302) -> Answer:
    return Answer(b"", status, {"Location": to})


def dripping(handler: Handler) -> None:
    """The head at once, then a byte now and then, without end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Length: 90000\r\n\r\n%PDF-1.7")
    _each(handler, b"x", 0.02)


def dripping_head(handler: Handler) -> None:
    """A head that never ends, byte by byte."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    _each(handler, b"x", 0.02)


def endless(handler: Handler) -> None:
    """A PDF that does not stop, without saying how long it is."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nConnection: close\r\n\r\n%PDF-1.7")
    _each(handler, b"x" * 65536, 0.0)


def endless_refusal(handler: Handler) -> None:
    """A refusal whose page says late that a human is wanted, and then does not stop."""
    handler.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>")
    handler.wfile.flush()
    time.sleep(0.1)
    handler.wfile.write(b" " * 20_000 + b"<title>Just a moment...</title>")
    handler.wfile.flush()
    _each(handler, b"x" * 65536, 0.0)


def silent(handler: Handler) -> None:
    """Takes the request and says nothing."""
    _each(handler, b"", 0.05)


def cut_off(handler: Handler) -> None:
    """Less than it says."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n%PDF-1.7 and no more")


def _each(handler: Handler, data: bytes, pause: float) -> None:
    while handler.server.site.going.is_set():
        handler.wfile.write(data)
        handler.wfile.flush()
        threading.Event().wait(pause)


@contextlib.contextmanager
def names(table: dict[str, list[list[str]]]) -> Iterator[list[str]]:
    """A name server: each look-up of a name takes its next list of addresses, the last one for good.

    Gives the names looked up. What stands in for the network's name server; everything after it is real.
    """
    real = socket.getaddrinfo
    asked: list[str] = []

    def look_up(host: str, port: int, *rest: object, **named: object) -> object:
        if host not in table:
            return real(host, port, *rest, **named)  # type: ignore[arg-type]
        asked.append(host)
        answers = table[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [entry for address in found for entry in real(address, port, type=socket.SOCK_STREAM)]

    socket.getaddrinfo = look_up  # type: ignore[assignment]
    try:
        yield asked
    finally:
        socket.getaddrinfo = real
