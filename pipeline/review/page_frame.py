"""What all pages of the review application share: language, reviewer, notices, and how an answer is made of them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pipeline.messages import LANGS, Lang, message
from pipeline.review.access import Access, cookie_header
from pipeline.review.deciding import Refused, checked_name
from pipeline.review.desk import Desk
from pipeline.review.queue import Queue

STATIC = Path(__file__).parent / "static"

_YEAR = 365 * 24 * 3600
_SAID = ("accepted", "corrected", "unreadable", "skipped", "undone", "nothing_to_undo", "all_done", "named")
"""What a page may say of what was done just before: nothing else is taken from the cookie."""

_KEYS = (
    (("A",), "desk.key_accept"),
    (("E",), "desk.key_correct"),
    (("1", "2"), "desk.key_offer"),
    (("Enter",), "desk.key_keep"),
    (("Esc",), "desk.key_leave"),
    (("X",), "desk.key_unreadable"),
    (("S",), "desk.key_skip"),
    (("U",), "desk.key_undo"),
    (("J", "K"), "desk.key_next"),
    (("Z", "W"), "desk.key_zoom"),
    (("+", "-"), "desk.key_enlarge"),
    (("[", "]"), "desk.key_page"),
    (("C",), "desk.key_case"),
    (("Q",), "desk.key_queue"),
    (("?",), "desk.key_help"),
)


class Frame:
    """Makes the answers of the application; what is on each page is for its handler to know."""

    def __init__(self, desk: Desk, access: Access, lang: Lang) -> None:
        self._desk = desk
        self._access = access
        self._lang = lang
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(STATIC.parent / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        static = sorted(STATIC.iterdir())
        self._version = hashlib.sha256(b"".join(path.read_bytes() for path in static)).hexdigest()[:8]

    def page(self, request: Request, template: str, queue: Queue | None, status: int = 200, **values: Any) -> Response:
        """A page made of a template; without a queue nothing of the tables is on it."""
        lang = self.lang_of(request)
        other: Lang = "en" if lang == "ja" else "ja"
        said = self.cookie(request, "said")
        said = said if said in _SAID else ""

        def say(key: str, **filled: object) -> str:
            return message(key, lang, **filled)

        shared = {
            "lang": lang,
            "t": say,
            "number": lambda value: f"{value:,}",
            "csrf": request.state.csrf,
            "reviewer": self.reviewer(request) if queue is not None else "",
            "other_lang": other,
            "other_lang_name": message("desk.language", other),
            "filter": None,
            "progress": queue.progress if queue is not None else None,
            "notices": self._notices(queue, lang) if queue is not None else [],
            "said": message(f"desk.said_{said}", lang) if said else "",
            "said_wrong": said == "nothing_to_undo",
            "back": address_of(request) if request.method == "GET" else request.url.path,
            "version": self._version,
            "key_list": _KEYS,
        }
        text = self._templates.get_template(template).render({**shared, **values})
        response = HTMLResponse(text, status)
        if said:
            response.headers.append("set-cookie", cookie_header(self._access.cookie("said"), "", 0))
        return response

    def _notices(self, queue: Queue, lang: Lang) -> list[str]:
        """What is not as it should be with the output folder."""
        notices = []
        snapshot = self._desk.tables.now()
        if snapshot.stamp and snapshot.faults:
            notices.append(message("desk.old_tables", lang, tables="、".join(sorted(snapshot.faults))))
        if damaged := len(queue.decisions.damaged):
            notices.append(message("desk.damaged", lang, count=damaged))
        return notices

    def message(self, request: Request, code: str, status: int, **values: object) -> Response:
        """A page that says one sentence and nothing of the tables."""
        lang = self.lang_of(request)
        heading, said = message(f"desk.{code}_title", lang), message(f"desk.{code}", lang, **values)
        return self.page(request, "message.html", None, status, heading=heading, sentence=said, here="")

    def told(self, address: str, said: str, kept: tuple[str, str] | None = None) -> Response:
        """Go on to an address that says what was done, and keep a setting."""
        response = RedirectResponse(address, 303)
        if said:
            response.headers.append("set-cookie", cookie_header(self._access.cookie("said"), said, 60))
        if kept is not None:
            response.headers.append("set-cookie", cookie_header(self._access.cookie(kept[0]), kept[1], _YEAR))
        return response

    def cookie(self, request: Request, name: str) -> str:
        """A setting that this application keeps in the browser; empty where there is none."""
        return str(request.state.cookies.get(self._access.cookie(name), ""))

    def reviewer(self, request: Request) -> str:
        """Who reviews; empty where no name, or none that may be one, was given."""
        try:
            return checked_name(unquote(self.cookie(request, "reviewer")))
        except Refused:
            return ""

    def lang_of(self, request: Request) -> Lang:
        """The language of whoever asks."""
        cookie = self.cookie(request, "lang")
        return next((lang for lang in LANGS if lang == cookie), self._lang)


def address_of(request: Request) -> str:
    """The path of a request with its query."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
