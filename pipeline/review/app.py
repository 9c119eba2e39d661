"""`besshi review`: the application, served on this machine to a reviewer's browser.

    /                    the queue             /item/ID      one item, and (POST) what is decided on it
    /documents           progress              /document/ID  one document's cases
    /case/ID             one case              /history      what was decided, by whom
    /picture/ID/N.jpg    a page's picture      /undo /name /language   (POST) as they say

Handlers (`pages`, framed by `page_frame`) are plain functions, which Starlette runs in threads; all that they share is
in `Desk`.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from pipeline.messages import Lang
from pipeline.review.access import Access, Guard, TokenNeeded
from pipeline.review.desk import Desk
from pipeline.review.page_frame import STATIC
from pipeline.review.pages import Pages

__all__ = ["TokenNeeded", "application", "serve", "server_of"]

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8610


def serve(
    out: Path,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    token: str | None = None,
    lang: Lang = "ja",
    on_start: Callable[[str], None] | None = None,
) -> None:
    """Serve the review of `out` until Ctrl-C; `on_start` is given the address when it answers. Port 0 takes a free one.

    Raises TokenNeeded where `host` is no loopback address and there is no token that cannot be guessed, and OSError
    where the address cannot be taken.
    """
    Access(host, port, token)  # before anything is opened
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as opened:
        port = opened.getsockname()[1]
        server = server_of(out, Access(host, port, token), lang)
        if on_start is not None:
            shown = f"[{host}]" if ":" in host else host
            on_start(f"http://{shown}:{port}/" + (f"?token={quote(token)}" if token else ""))
        with contextlib.suppress(KeyboardInterrupt):  # that is how it ends
            server.run(sockets=[opened])


def server_of(out: Path, access: Access, lang: Lang = "ja") -> uvicorn.Server:
    """The server of the application, to be run on a socket that is open already."""
    config = uvicorn.Config(
        application(Desk(out), access, lang),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="on",
        limit_concurrency=64,
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)


def application(desk: Desk, access: Access, lang: Lang = "ja") -> Guard:
    """The application over a desk, behind its guard."""
    pages = Pages(desk, access, lang)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        threading.Thread(target=_gather, args=(desk,), daemon=True).start()  # the first visitor waits less for it
        yield
        desk.pictures.close()

    routes = [
        Route("/", pages.queue),
        Route("/item/{item_id}", pages.item, methods=["GET"]),
        Route("/item/{item_id}", pages.decide, methods=["POST"]),
        Route("/documents", pages.documents),
        Route("/document/{document_id}", pages.document),
        Route("/case/{case_id}", pages.case),
        Route("/case/{case_id}/flow.svg", pages.flow),
        Route("/history", pages.history),
        Route("/picture/{document_id}/{page:int}.jpg", pages.picture),
        Route("/undo", pages.undo, methods=["POST"]),
        Route("/name", pages.name, methods=["GET", "POST"]),
        Route("/language", pages.language, methods=["POST"]),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    handlers: dict[Any, Any] = {HTTPException: pages.http_error, OSError: pages.disk_error}
    inner = Starlette(routes=routes, exception_handlers=handlers, lifespan=lifespan)
    return Guard(inner, access, pages.refused)


def _gather(desk: Desk) -> None:
    with contextlib.suppress(OSError):  # said to whoever asks
        desk.queue()
