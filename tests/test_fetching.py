"""One request, against a real server that plays an office's site in good and bad moods."""

from __future__ import annotations

import contextlib
import gzip
import ipaddress
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from office_site import (
    LOOPBACK,
    Answer,
    OfficeSite,
    cut_off,
    dripping,
    dripping_head,
    endless,
    endless_refusal,
    names,
    redirect,
    silent,
)

from pipeline.night.addresses import checked_url, is_public
from pipeline.night.fetching import NOT_MODIFIED, Manners, Validators, Web, user_agent
from pipeline.night.turns import Stopped, Turns
from pipeline.night.web_errors import BadAddress, WebError
from pipeline.night.web_lies import page_in, pdf_in

PDF = b"%PDF-1.7 a report"
QUICK = Manners(seconds_between=0, silence_seconds=0.5, reply_seconds=5, retries=2, retry_seconds=0.01)
MOST = 100_000


@pytest.fixture
def site() -> Iterator[OfficeSite]:
    with OfficeSite() as running:
        yield running


@contextlib.contextmanager
def web(manners: Manners = QUICK, turns: Turns | None = None, *, allowed: str = LOOPBACK) -> Iterator[Web]:
    with Web("mailto:test@example.jp", manners, turns, [ipaddress.ip_network(allowed)]) as opened:
        yield opened


def failure(url: str, manners: Manners = QUICK, judge: Callable[..., object] = lambda reply: reply) -> WebError:
    """The error with which fetching `url` ends."""
    with web(manners) as opened, pytest.raises(WebError) as raised:
        judge(opened.get(url, MOST))
    return raised.value


# ---- what goes well


def test_a_pdf_comes_with_its_headers_and_time(site: OfficeSite) -> None:
    site.pdf("/a.pdf", PDF)
    with web() as opened:
        reply = opened.get(f"{site.address}/a.pdf", MOST)
    assert (reply.status, pdf_in(reply), reply.header("Content-Type")) == (200, PDF, "application/pdf")
    assert reply.received.tzinfo is not None
    assert abs(reply.received.timestamp() - time.time()) < 60


def test_the_site_is_told_who_asks(site: OfficeSite) -> None:
    site.pdf("/a.pdf", PDF)
    with web() as opened:
        opened.get(f"{site.address}/a.pdf", MOST)
    assert [path for path, _ in site.asked] == ["/robots.txt", "/a.pdf"]
    assert {headers["user-agent"] for _, headers in site.asked} == {user_agent("mailto:test@example.jp")}
    assert user_agent("mailto:test@example.jp").startswith("besshi/")
    assert "test@example.jp" in user_agent("mailto:test@example.jp")


def test_what_has_not_changed_is_not_sent_again(site: OfficeSite) -> None:
    site.pdf("/a.pdf", PDF)
    with web() as opened:
        first = opened.get(f"{site.address}/a.pdf", MOST)
        again = opened.get(
            f"{site.address}/a.pdf", MOST, Validators(first.header("etag"), "Mon, 03 Apr 2023 00:00:00 GMT")
        )
    assert (again.status, again.data) == (NOT_MODIFIED, b"")
    assert site.asked[-1][1]["if-modified-since"] == "Mon, 03 Apr 2023 00:00:00 GMT"


def test_a_site_that_recovers_is_asked_again(site: OfficeSite) -> None:
    site.put("/a.pdf", Answer(b"oops", 500, times=2, then=Answer(PDF)))
    with web() as opened:
        assert opened.get(f"{site.address}/a.pdf", MOST).data == PDF
    assert site.paths() == ["/a.pdf"] * 3


def test_a_site_that_asks_for_time_gets_it(site: OfficeSite) -> None:
    site.put("/a.pdf", Answer(b"", 429, {"Retry-After": "1"}, times=1, then=Answer(PDF)))
    began = time.monotonic()
    with web() as opened:
        assert opened.get(f"{site.address}/a.pdf", MOST).data == PDF
    assert time.monotonic() - began >= 1


def test_a_site_that_asks_for_an_hour_is_left_to_the_next_night(site: OfficeSite) -> None:
    site.put("/a.pdf", Answer(b"", 503, {"Retry-After": "3600"}))
    assert failure(f"{site.address}/a.pdf").code == "server_fault"
    assert site.paths() == ["/a.pdf"]


def test_five_redirects_are_followed_and_six_are_not(site: OfficeSite) -> None:
    site.pdf("/0", PDF)
    for step in range(1, 7):
        site.put(f"/{step}", redirect(f"/{step - 1}", (301, 302, 303, 307, 308)[step % 5]))
    with web() as opened:
        reply = opened.get(f"{site.address}/5", MOST)
    assert (reply.data, reply.url, reply.final_url) == (PDF, f"{site.address}/5", f"{site.address}/0")
    assert failure(f"{site.address}/6").code == "too_many_redirects"


def test_two_requests_to_a_host_keep_their_distance(site: OfficeSite) -> None:
    site.pdf("/a.pdf", PDF)
    at: list[float] = []
    site.put("/b.pdf", lambda handler: (at.append(time.monotonic()), handler.answer(Answer(PDF)))[0])
    turns = Turns()

    def visit() -> None:
        with web(replace(QUICK, seconds_between=0.2), turns) as opened:
            opened.get(f"{site.address}/b.pdf", MOST)

    threads = [threading.Thread(target=visit) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    at.sort()
    assert len(at) == 3
    assert all(later - sooner >= 0.2 for sooner, later in itertools.pairwise(at))


def test_a_run_that_is_stopped_asks_nothing_more(site: OfficeSite) -> None:
    turns = Turns()
    turns.stop()
    with web(QUICK, turns) as opened, pytest.raises(Stopped):
        opened.get(f"{site.address}/a.pdf", MOST)
    assert site.asked == []


# ---- robots.txt


@pytest.mark.parametrize(
    ("rules", "path", "code"),
    [
        ("User-agent: *\nDisallow: /secret/\n", "/secret/a.pdf", "robots_forbid"),
        ("User-agent: *\nDisallow: /secret/\n", "/open/a.pdf", None),
        ("User-agent: *\nDisallow: /*.pdf$\n", "/open/a.pdf", "robots_forbid"),
        ("User-agent: *\nDisallow: /\nAllow: /open/\n", "/open/a.pdf", None),
        ("User-agent: besshi\nDisallow: /\n\nUser-agent: *\nAllow: /\n", "/open/a.pdf", "robots_forbid"),
        ("<html>a page that is no robots.txt", "/open/a.pdf", None),
    ],
)
def test_robots_txt_is_obeyed(site: OfficeSite, rules: str, path: str, code: str | None) -> None:
    site.put("/robots.txt", Answer(rules.encode()))
    site.pdf(path, PDF)
    if code is None:
        with web() as opened:
            assert opened.get(f"{site.address}{path}", MOST).data == PDF
    else:
        assert failure(f"{site.address}{path}").code == code
        assert site.paths() == []


def test_a_redirect_to_what_robots_txt_forbids_is_not_followed(site: OfficeSite) -> None:
    site.put("/robots.txt", Answer(b"User-agent: *\nDisallow: /secret/\n"))
    site.put("/open", redirect("/secret/a.pdf"))
    site.pdf("/secret/a.pdf", PDF)
    assert failure(f"{site.address}/open").code == "robots_forbid"
    assert site.paths() == ["/open"]


def test_a_site_without_a_readable_robots_txt_is_left_alone(site: OfficeSite) -> None:
    site.put("/robots.txt", Answer(b"", 500))
    site.pdf("/a.pdf", PDF)
    assert failure(f"{site.address}/a.pdf").code == "robots_unreachable"
    assert site.paths() == []


def test_the_pause_that_robots_txt_asks_for_is_kept(site: OfficeSite) -> None:
    site.put("/robots.txt", Answer(b"User-agent: *\nCrawl-delay: 0.3\n"))
    site.pdf("/a.pdf", PDF)
    with web() as opened:
        opened.get(f"{site.address}/a.pdf", MOST)
        began = time.monotonic()
        opened.get(f"{site.address}/a.pdf", MOST)
    assert time.monotonic() - began >= 0.3


# ---- what goes wrong


@pytest.mark.parametrize(
    ("answer", "code", "tries"),
    [
        (Answer(b"", 404), "not_found", 1),
        (Answer(b"", 410), "not_found", 1),
        (Answer(b"", 403), "refused", 1),
        (Answer(b"", 418), "refused", 1),
        (Answer(b"", 500), "server_fault", 3),
        (cut_off, "cut_off", 3),
        (silent, "too_slow", 3),
        (endless, "too_large_reply", 1),
        (Answer(b"%PDF" + b"x" * MOST), "too_large_reply", 1),
        (Answer(gzip.compress(b"%PDF" + b"x" * 50 * MOST), headers={"Content-Encoding": "gzip"}), "too_large_reply", 1),
        (Answer(b"no gzip", headers={"Content-Encoding": "gzip"}), "cut_off", 3),
        (redirect("/a"), "too_many_redirects", 1),
        (redirect("file:///etc/passwd"), "bad_address", 1),
        (redirect("ftp://example.jp/a.pdf"), "bad_address", 1),
        (redirect("http://user:word@127.0.0.1/a.pdf"), "bad_address", 1),
        (redirect("http://[::1"), "bad_address", 1),
        (Answer(b"<html>Just a moment...</html>", 403, {"Content-Type": "text/html"}), "challenge_page", 1),
        (Answer(b"<html>", 503, {"cf-mitigated": "challenge"}), "challenge_page", 1),
        (endless_refusal, "challenge_page", 1),
    ],
)
def test_each_failure_has_its_name(site: OfficeSite, answer: object, code: str, tries: int) -> None:
    site.put("/a", answer)  # type: ignore[arg-type]
    error = failure(f"{site.address}/a")
    assert error.code == code
    assert site.paths() == ["/a"] * tries
    assert error.sentence("ja") != error.sentence("en")


@pytest.mark.parametrize("play", [dripping, dripping_head])
def test_a_reply_that_drips_ends_with_its_time(site: OfficeSite, play: Callable[..., None]) -> None:
    site.put("/a", play)
    assert failure(f"{site.address}/a", replace(QUICK, reply_seconds=0.4)).code == "too_slow"
    assert site.going.is_set(), "it is the reader who ended"
    assert site.paths() == ["/a"], "the time for one reply is spent, so it is not asked for again tonight"


def test_a_redirect_loop_over_several_pages_ends(site: OfficeSite) -> None:
    site.put("/a", redirect("/b"))
    site.put("/b", redirect("/a"))
    assert failure(f"{site.address}/a").code == "too_many_redirects"


def test_nobody_listening(site: OfficeSite) -> None:
    address = site.address
    with OfficeSite() as closed:
        address = closed.address
    assert failure(f"{address}/a.pdf").code == "robots_unreachable"


# ---- addresses


def test_a_redirect_to_a_private_address_sends_nothing(site: OfficeSite) -> None:
    with OfficeSite("127.0.0.2") as inside:
        inside.pdf("/a.pdf", PDF)
        site.put("/a", redirect(f"{inside.address}/a.pdf"))
        error = failure(f"{site.address}/a")
        assert (error.code, inside.asked) == ("robots_unreachable", [])
        assert "forbidden_address" in error.detail


def test_without_the_setting_loopback_is_refused(site: OfficeSite) -> None:
    with web(allowed="192.0.2.0/24") as opened, pytest.raises(WebError) as raised:
        opened.get(f"{site.address}/a.pdf", MOST)
    assert "forbidden_address 127.0.0.1" in raised.value.detail
    assert site.asked == []


def test_a_name_with_one_private_address_among_public_ones_is_refused() -> None:
    with names({"office.example": [["93.184.216.34", "10.0.0.8"]]}) as asked:
        error = failure("http://office.example/a.pdf")
    assert "10.0.0.8" in error.detail
    assert asked


def test_a_name_that_changes_its_mind_gains_nothing(site: OfficeSite) -> None:
    """DNS rebinding: the first answer is allowed, every later one is not, and the check is of what is connected to."""
    port = site.address.rpartition(":")[2]
    site.pdf("/a.pdf", PDF)
    close = {"Connection": "close"}
    site.put("/robots.txt", Answer(b"", 404, close))
    site.put("/a.pdf", Answer(PDF, headers=close))
    with names({"office.example": [["127.0.0.1"], ["127.0.0.1"], ["169.254.169.254"]]}) as asked, web() as opened:
        assert opened.get(f"http://office.example:{port}/a.pdf", MOST).data == PDF
        with pytest.raises(WebError) as raised:
            opened.get(f"http://office.example:{port}/a.pdf", MOST)
    assert (raised.value.code, raised.value.detail) == ("forbidden_address", "169.254.169.254")
    assert asked == ["office.example"] * 3, "looked up once a connection, and the connection goes to what was judged"


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.1.1",
        ),
        *("255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "fec0::1"),
        *("ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1"),
        *("64:ff9b:1::a00:1", "2001:0:7f00:1::", "2002:0808:0808::"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_address_wrapped_in_another_is_judged_as_itself(address: ipaddress.IPv4Address) -> None:
    assert is_public(ipaddress.IPv6Address(f"::ffff:{address}")) == is_public(address)
    if not is_public(address):
        assert not is_public(ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) | int(address)))


@given(st.text(max_size=40))
def test_any_text_is_a_checked_address_or_a_bad_one(text: str) -> None:
    try:
        url = checked_url(text)
    except BadAddress:
        return
    assert url.scheme in ("http", "https")
    assert url.host
    assert not url.fragment


# ---- lies with status 200


@pytest.mark.parametrize(
    ("data", "headers", "code"),
    [
        (b"", {}, "empty_reply"),
        (
            "<!DOCTYPE html><title>エラー</title>ページが見つかりません".encode(),
            {"Content-Type": "application/pdf"},
            "error_page",
        ),
        (b"\xef\xbb\xbf <HTML><body>error", {}, "error_page"),
        (b"<html><title>Just a moment...</title>", {"Content-Type": "text/html"}, "challenge_page"),
        ("<html>ロボットではありません".encode("cp932"), {"Content-Type": "text/html"}, "challenge_page"),
        (b"PK\x03\x04 a spreadsheet", {"Content-Type": "application/pdf"}, "unexpected_type"),
    ],
)
def test_what_is_no_pdf_is_called_what_it_is(site: OfficeSite, data: bytes, headers: dict[str, str], code: str) -> None:
    site.put("/a.pdf", Answer(data, headers=headers))
    assert failure(f"{site.address}/a.pdf", judge=pdf_in).code == code


@pytest.mark.parametrize(
    ("headers", "detail"), [({"Content-Type": "image/gif"}, "image/gif"), ({}, b"GIF89a of a site!"[:16].hex())]
)
@pytest.mark.parametrize("judge", [pdf_in, page_in])
def test_an_unexpected_type_is_told_as_the_site_names_it_else_by_its_first_bytes(
    site: OfficeSite, judge: Callable[..., object], headers: dict[str, str], detail: str
) -> None:
    site.put("/a", Answer(b"GIF89a of a site!", headers=headers))
    error = failure(f"{site.address}/a", judge=judge)
    assert (error.code, error.detail) == ("unexpected_type", detail)


@pytest.mark.parametrize("content_type", ["text/html", "application/octet-stream", "text/plain", ""])
def test_a_pdf_is_one_whatever_the_site_calls_it(site: OfficeSite, content_type: str) -> None:
    site.pdf("/a.pdf", b"\n\n" + PDF, content_type)
    with web() as opened:
        assert pdf_in(opened.get(f"{site.address}/a.pdf", MOST)).endswith(PDF)


@pytest.mark.parametrize(
    ("data", "headers", "code"),
    [
        (b" \n", {}, "empty_reply"),
        (PDF, {"Content-Type": "text/html"}, "unexpected_type"),
        (b'{"json": 1}', {}, "unexpected_type"),
        (b"<html>", {"x-amzn-waf-action": "challenge"}, "challenge_page"),
    ],
)
def test_what_is_no_page_is_called_what_it_is(
    site: OfficeSite, data: bytes, headers: dict[str, str], code: str
) -> None:
    site.put("/", Answer(data, headers=headers))
    assert failure(f"{site.address}/", judge=page_in).code == code


def test_a_good_page_with_a_protecting_script_is_a_page(site: OfficeSite) -> None:
    site.put("/", Answer(b'<html><script src="/cdn-cgi/challenge-platform/x.js"></script><a href="/a.pdf">1</a>'))
    with web() as opened:
        assert page_in(opened.get(f"{site.address}/", MOST))
