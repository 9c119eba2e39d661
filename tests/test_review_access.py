"""The review application's guard: who may ask what, and what a page may do."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from conftest import ROOT
from review_desk import doubtful_document, kept, served, served_here

from pipeline.pictures.painter import NoPicture
from pipeline.review.access import BODY_BYTES, Access, TokenNeeded, is_loopback
from pipeline.review.app import serve
from pipeline.review.page_pictures import PagePictures

TOKEN = "a-token-of-forty-letters-that-nobody-knows"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept(tmp_path_factory.mktemp("review") / "out", doubtful_document())


@pytest.fixture(scope="module")
def address(out: Path) -> Iterator[str]:
    with served(out) as url:
        yield url


@pytest.fixture
def browser(address: str) -> Iterator[httpx.Client]:
    """A browser that has opened the application and is about to send forms as its pages do."""
    with httpx.Client(base_url=address) as client:
        client.get("/")
        yield client


def form_token(client: httpx.Client, path: str = "/") -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', client.get(path).text)
    assert found is not None
    return found[1]


def named(client: httpx.Client) -> str:
    """Give a name, and the token for further forms."""
    csrf = form_token(client)
    assert client.post("/name", data={"csrf": csrf, "name": "甲", "back": "/"}).status_code == 303
    return csrf


def first_item(client: httpx.Client) -> str:
    found = re.search(r'href="(/item/[0-9a-f]{16})"', client.get("/").text)
    assert found is not None
    return found[1]


def decisions(out: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in (out / "review").glob("*.jsonl"))


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8377", "127.0.0.1.evil.example", "192.168.0.7", ""])
def test_a_name_that_is_not_this_machines_gets_no_answer(address: str, host: str) -> None:
    answer = httpx.get(address + "/", headers={"host": host})
    assert answer.status_code in (400, 421)
    assert "besshi" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "127.0.0.1", "[::1]:80"])
def test_loopback_names_are_answered(address: str, host: str) -> None:
    assert httpx.get(address + "/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/documents", "/history", "/nothing", "/static/review.js", "/item/x"])
def test_every_answer_forbids_scripts_frames_and_sniffing(browser: httpx.Client, path: str) -> None:
    headers = browser.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store" or path.startswith("/static")


def test_cookies_are_for_this_site_and_no_script(address: str) -> None:
    answer = httpx.get(address + "/")
    (cookie,) = answer.headers.get_list("set-cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert address.rsplit(":", 1)[1] in cookie, "another besshi on this machine has cookies of its own"


def test_pages_hold_no_script_and_no_style_of_their_own(browser: httpx.Client) -> None:
    named(browser)
    for path in ("/", first_item(browser), "/documents", "/history"):
        text = browser.get(path).text
        assert not re.search(r"<script(?! src=)|<style|\son\w+=|\sstyle=|javascript:", text), path


@pytest.mark.parametrize("path", ["/name", "/undo", "/language", "/item/0123456789abcdef"])
def test_a_form_without_the_pages_token_is_not_taken(browser: httpx.Client, out: Path, path: str) -> None:
    before = decisions(out)
    other = form_token(httpx.Client(base_url=browser.base_url))
    for data in ({}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": other}):
        assert browser.post(path, data={**data, "action": "accept", "name": "乙"}).status_code == 403
    assert decisions(out) == before


def test_a_form_of_another_site_is_not_taken_even_with_the_token(browser: httpx.Client) -> None:
    csrf = named(browser)
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        sent = browser.post("/undo", data={"csrf": csrf}, headers=headers)
        assert sent.status_code == 403, headers
    own = {"origin": str(browser.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
    assert browser.post("/undo", data={"csrf": csrf}, headers=own).status_code == 303


def test_a_form_is_bounded(browser: httpx.Client, out: Path) -> None:
    csrf = named(browser)
    before = decisions(out)
    item = first_item(browser)
    large = {"csrf": csrf, "action": "accept", "why": "x" * BODY_BYTES}
    assert browser.post(item, data=large).status_code == 413
    many = {"csrf": csrf, **{f"f{n}": "" for n in range(500)}}
    assert browser.post(item, data=many).status_code == 400
    assert browser.post(item, content=b"{}", headers={"content-type": "application/json"}).status_code == 415
    assert browser.post(item, files={"csrf": b"x"}).status_code == 415
    assert browser.put(item, data={"csrf": csrf}).status_code == 405
    long = browser.post(item, data={"csrf": csrf, "action": "accept", "why": "x" * 3000})
    assert long.status_code == 422
    assert "2000" in long.text
    assert decisions(out) == before


@pytest.mark.parametrize(
    "path",
    [
        "/picture/..%2f..%2f..%2fetc/1.jpg",
        "/picture/../../../../etc/passwd",
        "/picture/%2e%2e/1.jpg",
        "/picture/" + "0" * 64 + "/1.jpg",
        "/picture/" + "0" * 63 + "g/1.jpg",
        "/picture/" + "0" * 64 + "/0.jpg",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/document/..%2f..",
        "/case/..%2f..%2f/flow.svg",
        "/case/0123456789ab-001'/flow.svg",
        "/item/row." + "A" * 200,
    ],
)
def test_no_path_leads_out_of_the_output_folder(browser: httpx.Client, path: str) -> None:
    named(browser)
    sent = httpx.Request(
        "GET", browser.base_url.copy_with(raw_path=path.encode()), headers={"cookie": _cookies(browser)}
    )
    answer = browser.send(sent)
    assert answer.status_code == 404
    assert "root:" not in answer.text
    assert "import" not in answer.text


def _cookies(client: httpx.Client) -> str:
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_nobody_is_sent_on_to_another_site(browser: httpx.Client, back: str) -> None:
    csrf = form_token(browser)
    for path, data in (("/name", {"name": "甲"}), ("/language", {"lang": "en"})):
        sent = browser.post(path, data={"csrf": csrf, "back": back, **data})
        assert sent.headers["location"] == "/"


def test_another_address_needs_a_token_that_cannot_be_guessed(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "192.168.0.7", "::", "host.example"):
        for token in (None, "", "short"):
            with pytest.raises(TokenNeeded):
                serve(tmp_path, host, 0, token)
    with pytest.raises(TokenNeeded):
        serve(tmp_path, "127.0.0.1", 0, "short")
    assert Access("0.0.0.0", 1, TOKEN).token == TOKEN


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        serve(tmp_path, port=taken.getsockname()[1])


def test_the_token_opens_once_and_leaves_the_address(out: Path) -> None:
    with served(out, host="0.0.0.0", token=TOKEN) as shown:
        assert shown.endswith(f"/?token={TOKEN}")
        address = f"http://127.0.0.1:{urlsplit(shown).port}"
        with httpx.Client(base_url=address) as stranger:
            for path in ("/", "/documents", "/static/review.js", "/?token=", f"/?token={TOKEN[:-1]}", "/?token=é"):
                answer = stranger.get(path)
                assert answer.status_code == 401, path
                assert "対象者数" not in answer.text
            assert stranger.post("/undo", data={"csrf": "x"}).status_code == 401
        with httpx.Client(base_url=address) as invited:
            opened = invited.get(f"/documents?page=2&token={TOKEN}")
            assert (opened.status_code, opened.headers["location"]) == (303, "/documents?page=2")
            assert TOKEN not in opened.headers["set-cookie"]
            assert invited.get("/documents").status_code == 200
            assert httpx.get(f"{address}//evil.example?token={TOKEN}").headers["location"] == "/evil.example"
            assert invited.get("/", headers={"host": "evil.example"}).status_code == 421
            assert invited.get("/", headers={"host": socket.gethostname()}).status_code == 200


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False)],
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_ten_thousand_items_are_shown_at_once(tmp_path: Path) -> None:
    documents = [doubtful_document(f"{n}.pdf", doubts=998) for n in range(10)]
    out = kept(tmp_path / "out", *documents)
    with served_here(out) as address, httpx.Client(base_url=address, timeout=60) as client:
        named(client)
        item = first_item(client)
        case = f"/case/{documents[0][1].rows['cases'][0]['case_id']}"
        for path in ("/", "/?state=all&page=150", "/?kind=doubtful&page=2", item, "/documents", "/history"):
            assert client.get(path).status_code == 200
            assert _spent(client, path) < 0.15, path
        assert "<small>10,000 件</small>" in client.get("/").text
        assert _spent(client, case) < 0.5, "a case of a thousand counts"


def _spent(client: httpx.Client, path: str) -> float:
    """Seconds of processor time that a page costs, server and client together: the least of three times."""
    found = []
    for _ in range(3):
        before = time.process_time()
        client.get(path)
        found.append(time.process_time() - before)
    return min(found)


def test_the_command_serves_until_it_is_stopped_and_leaves_no_process(out: Path) -> None:
    command = [sys.executable, "-m", "pipeline.command_line", "review", "--out", str(out), "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found is not None
        with httpx.Client(base_url=found[0], timeout=30) as client:
            document = re.findall(r"/document/([0-9a-f]{64})", client.get("/documents").text)[0]
            painted = client.get(f"/picture/{document}/2.jpg")
            assert painted.content.startswith(b"\xff\xd8")
            assert "immutable" in painted.headers["cache-control"]
            assert client.get(f"/picture/{document}/9.jpg").status_code == 404
        painter = _children(process.pid)
        assert painter
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.communicate()
    for pid in painter:
        _gone(pid)


def test_a_broken_pdf_has_no_picture_and_costs_no_other(tmp_path: Path) -> None:
    good, broken = doubtful_document("good.pdf"), doubtful_document("broken.pdf")
    out = kept(tmp_path / "out", good, broken)
    (out / "archive" / broken[1].document_id / "document.pdf").write_bytes(b"%PDF-1.7\nnothing")
    pictures = PagePictures(out, kept_bytes=1)
    try:
        with pytest.raises(NoPicture) as none:
            pictures.jpeg(broken[1].document_id, 1)
        assert none.value.why == "unreadable"
        first = pictures.jpeg(good[1].document_id, 2)
        assert first == pictures.jpeg(good[1].document_id, 2)
        (painter,) = _children(os.getpid(), "pipeline.pictures.painting")
        os.kill(painter, signal.SIGKILL)
        with pytest.raises(NoPicture):
            pictures.jpeg(good[1].document_id, 1)
        assert pictures.jpeg(good[1].document_id, 1), "a new painter takes the place of one that died"
        with pytest.raises(NoPicture) as missing:
            pictures.jpeg("0" * 64, 1)
        assert missing.value.why == "pdf_missing"
    finally:
        pictures.close()
    assert _children(os.getpid(), "pipeline.pictures.painting") == []


def _children(pid: int, named: str = "") -> list[int]:
    """Processes that a process started, of those whose command line holds a name."""
    found = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        found += [int(child) for child in Path(f"/proc/{pid}/task/{thread}/children").read_text().split()]
    return [child for child in found if named in Path(f"/proc/{child}/cmdline").read_text()]


def _gone(pid: int) -> None:
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"process {pid} is left")
