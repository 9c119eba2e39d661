"""The handlers of the review application, one a page; `page_frame` makes their answers."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from pipeline.messages import LANGS, Lang, message
from pipeline.pictures.flow import UnknownCase, read_graph
from pipeline.pictures.flow_svg import svg
from pipeline.pictures.painter import NoPicture
from pipeline.review.access import Access
from pipeline.review.case_screen import case_screen
from pipeline.review.deciding import Refused, checked_name
from pipeline.review.decisions import ACTIONS, reviewers
from pipeline.review.desk import DecidedMeanwhile, Desk, WrongValues
from pipeline.review.item_screen import item_screen
from pipeline.review.items import Box, Item
from pipeline.review.page_frame import Frame, address_of
from pipeline.review.queue import Filter, Queue
from pipeline.review.screens import document_screen, documents_screen, history_screen, queue_screen
from pipeline.review.words import moment_words, state_words

_DOCUMENT, _CASE = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{12}-[0-9]{3,9}")


class Pages:
    """The handlers; each gives the answer to one kind of request."""

    def __init__(self, desk: Desk, access: Access, lang: Lang) -> None:
        self._desk = desk
        self._frame = Frame(desk, access, lang)

    # ---------------------------------------------------------------- pages

    def queue(self, request: Request) -> Response:
        queue, what = self._desk.queue(), Filter.of(request.query_params)
        view = queue_screen(
            self._desk, queue, what, self._frame.lang_of(request), _page(request), self._frame.reviewer(request)
        )
        return self._frame.page(request, "queue.html", queue, filter=what, here="queue", **view)

    def item(self, request: Request) -> Response:
        reviewer = self._frame.reviewer(request)
        if not reviewer:
            return RedirectResponse(f"/name?back={quote(address_of(request))}", 303)
        queue, item, what = self._found(request)
        self._desk.presence.look(reviewer, item.id)
        return self._item(request, queue, item, what)

    def _item(
        self,
        request: Request,
        queue: Queue,
        item: Item,
        what: Filter,
        status: int = 200,
        refused: str = "",
        **form: Any,
    ) -> Response:
        lang, reviewer = self._frame.lang_of(request), self._frame.reviewer(request)
        page = _page(request, 0) or None
        view = item_screen(self._desk, queue, item, what, lang, reviewer, page, **form)
        more = {"can_undo": queue.decisions.last_of(reviewer) is not None, "refused": refused}
        why = (form.get("typed") or {}).get("why", "")
        return self._frame.page(
            request, "item.html", queue, status, filter=what, item=item, view=view, typed_why=why, here="", **more
        )

    def decide(self, request: Request) -> Response:
        reviewer = self._frame.reviewer(request)
        queue, item, what = self._found(request)
        form, lang = request.state.form, self._frame.lang_of(request)
        action = form.get("action", "")
        if action not in ACTIONS or not reviewer:
            raise HTTPException(400)
        kept = {"typed": form}
        try:
            self._desk.decide(item, reviewer, action, form.get("seen", ""), form.get("why", ""), form)
        except DecidedMeanwhile as meanwhile:
            queue, one = self._desk.queue(), meanwhile.decision
            state = state_words(queue.state(item), lang)
            said = message("desk.meanwhile", lang, name=one.by, time=moment_words(one.at), state=state)
            return self._item(request, queue, item, what, 409, said, **kept)
        except WrongValues as wrong:
            said = message("desk.wrong_values", lang)
            return self._item(request, queue, item, what, 422, said, wrong=wrong.wrong, **kept)
        except Refused as refused:
            return self._item(request, self._desk.queue(), item, what, 422, refused.sentence(lang), **kept)
        except OSError as error:
            said = message("desk.not_kept", lang, detail=error)
            return self._item(request, queue, item, what, 507, said, **kept)
        others = self._desk.presence.others(reviewer)
        queue = self._desk.queue()
        following = queue.after(item.id, what, frozenset(others))
        address = f"/item/{following.id}{what.address()}" if following else f"/{what.address()}"
        return self._frame.told(address, queue.state(item) if following else "all_done")

    def undo(self, request: Request) -> Response:
        form, reviewer = request.state.form, self._frame.reviewer(request)
        what = Filter.of(request.query_params)
        try:
            item = self._desk.undo(reviewer, form.get("decision") or None)
        except Refused:
            return self._frame.told(f"/{what.address()}", "nothing_to_undo")
        return self._frame.told(f"/item/{item.id}{what.address()}" if item else "/history", "undone")

    def documents(self, request: Request) -> Response:
        queue = self._desk.queue()
        return self._frame.page(
            request, "documents.html", queue, here="documents", **documents_screen(self._desk, queue)
        )

    def document(self, request: Request) -> Response:
        document_id = request.path_params["document_id"]
        if document_id not in self._desk.papers().documents:
            raise HTTPException(404)
        queue = self._desk.queue()
        view = document_screen(self._desk, queue, document_id, self._frame.lang_of(request))
        return self._frame.page(request, "document.html", queue, here="documents", **view)

    def case(self, request: Request) -> Response:
        case = self._desk.papers().cases.get(request.path_params["case_id"])
        if case is None:
            raise HTTPException(404)
        queue = self._desk.queue()
        lit = _box(request.query_params.get("lit", ""))
        view = case_screen(self._desk, queue, case, self._frame.lang_of(request), _page(request, 0) or None, lit)
        return self._frame.page(request, "case.html", queue, here="", view=view)

    def flow(self, request: Request) -> Response:
        case_id = request.path_params["case_id"]
        if not _CASE.fullmatch(case_id):
            raise HTTPException(404)
        try:
            drawn = svg(read_graph(case_id, self._desk.out))
        except (UnknownCase, FileNotFoundError) as error:
            raise HTTPException(404) from error
        return Response(drawn, media_type="image/svg+xml", headers={"cache-control": "no-cache"})

    def history(self, request: Request) -> Response:
        queue = self._desk.queue()
        view = history_screen(
            self._desk, queue, self._frame.lang_of(request), _page(request), self._frame.reviewer(request)
        )
        return self._frame.page(request, "history.html", queue, here="history", **view)

    def picture(self, request: Request) -> Response:
        document_id, page = request.path_params["document_id"], request.path_params["page"]
        if not _DOCUMENT.fullmatch(document_id) or not 1 <= page <= 100_000:
            raise HTTPException(404)
        try:
            picture = self._desk.pictures.jpeg(document_id, page)
        except NoPicture as error:
            raise HTTPException(404) from error
        # The name of a document is that of its bytes: its pages never look different.
        return Response(
            picture, media_type="image/jpeg", headers={"cache-control": "private, max-age=604800, immutable"}
        )

    def name(self, request: Request) -> Response:
        lang, typed, refused = self._frame.lang_of(request), self._frame.reviewer(request), ""
        back = _local(request.state.form.get("back") or request.query_params.get("back", "/"))
        if request.method == "POST":
            typed = request.state.form.get("name", "")
            try:
                name = checked_name(typed)
            except Refused as error:
                refused = error.sentence(lang)
            else:
                return self._frame.told(back, "named", ("reviewer", quote(name)))
        queue = self._desk.queue()
        known = reviewers(queue.decisions.every)
        view = {"typed": typed, "refused": refused, "known": known, "back": back, "here": ""}
        return self._frame.page(request, "name.html", queue, 422 if refused else 200, **view)

    def language(self, request: Request) -> Response:
        wanted = request.state.form.get("lang", "")
        back = _local(request.state.form.get("back", "/"))
        return self._frame.told(back, "", ("lang", wanted if wanted in LANGS else self._frame.lang_of(request)))

    # ---------------------------------------------------------------- what went wrong

    def http_error(self, request: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 500)
        code = "not_found" if status == 404 else "bad_request"
        return self._frame.message(request, code, status)

    def disk_error(self, request: Request, error: Exception) -> Response:
        return self._frame.message(request, "disk_error", 500, detail=error)

    def refused(self, scope: Scope, code: str, status: int) -> Response:
        """The page of a request that the guard turned away: nothing of the tables is on it."""
        return self._frame.message(Request(scope), code, status)

    def _found(self, request: Request) -> tuple[Queue, Item, Filter]:
        item = self._desk.item(request.path_params["item_id"])
        if item is None:
            raise HTTPException(404)
        return self._desk.queue(), item, Filter.of(request.query_params)


def _local(address: str) -> str:
    """An address of this application; the first page where it is none."""
    return address if re.fullmatch(r"/(?![/\\])[^\\\x00-\x20]*", address) else "/"


def _page(request: Request, otherwise: int = 1) -> int:
    text = request.query_params.get("page", "")
    return int(text) if re.fullmatch(r"[1-9]\d{0,5}", text) else otherwise


def _box(text: str) -> Box | None:
    if not re.fullmatch(r"-?\d+(\.\d+)?(,-?\d+(\.\d+)?){3}", text):
        return None
    x0, top, x1, bottom = (min(float(edge), 1e5) for edge in text.split(","))
    return (x0, top, x1, bottom) if x1 > x0 and bottom > top else None
