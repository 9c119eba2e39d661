"""The site of the documentation: it builds without a warning, asks nobody for anything, and can be read on two widths.

BESSHI_SCREENSHOTS=1 (make screenshots) writes the pictures of docs/images/ anew.
"""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from browsing import NARROW, WIDE, browsing
from bs4 import BeautifulSoup
from conftest import ROOT
from PIL import Image

from pipeline.command_line.cli import main

KANA = re.compile("[ぁ-ん]")
SHOWN = ("index", "report", "tables", "analysis", "operations", "accuracy")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    quiet = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    class Patient(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A browser that leaves a page while it is sent is no fault."""

    server = Patient(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def article(path: Path) -> BeautifulSoup:
    page = BeautifulSoup(path.read_bytes(), "lxml")
    said = page.select_one("article")
    assert said is not None, path
    return said  # type: ignore[return-value]


def test_every_page_is_there_in_both_languages_and_in_one_only(site: Path) -> None:
    for page in (ROOT / "docs").glob("*.md"):
        here, there = site / f"{page.stem}.html", site / "en" / f"{page.stem}.html"
        japanese, english = article(here), article(there)
        for code in (*japanese.select("pre, code, .output"), *english.select("pre, code, .output")):
            code.decompose()
        assert KANA.search(japanese.get_text()), page
        written = [said.get_text() for said in english.select("h1, h2, h3, p, li")]
        in_japanese = [said for said in written if len(KANA.findall(said)) > len(re.findall("[A-Za-z]", said))]
        assert in_japanese == [], page
        assert len(japanese.select("h1, h2, h3, table")) == len(english.select("h1, h2, h3, table")), page


def test_no_page_asks_anyone_else_for_anything(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 15
    for path in pages:
        page = BeautifulSoup(path.read_bytes(), "lxml")
        asked = [
            str(tag.get("src") or tag.get("href")) for tag in page.select("script[src], img[src], link[rel][href]")
        ]
        assert not [one for one in asked if re.match(r"(?:https?:)?//", one) and "rel=canonical" not in one], path


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_in_a_browser_it_fits_and_asks_only_its_own_host(address: str, size: tuple[int, int]) -> None:
    with browsing(size) as opened:
        for lang in ("", "en/"):
            for name in SHOWN:
                opened.page.goto(f"{address}/{lang}{name}.html")
                assert opened.page.evaluate("document.documentElement.scrollWidth") <= size[0], name
        assert {one.split("/")[2] for one in opened.asked if not one.startswith("data:")} == {address.split("/")[2]}
        assert opened.faults == []


def test_a_reader_finds_a_word_and_the_other_language(address: str) -> None:
    with browsing() as opened:
        opened.page.goto(f"{address}/operations.html")
        opened.page.locator(".md-header button[aria-label], .md-select button").first.hover()
        opened.page.locator("a[hreflang=en]").first.click()
        opened.page.wait_for_url("**/en/operations.html")
        # typed key by key: the page looks when a key comes up, not when a value is put there
        opened.page.locator("input.md-search__input").press_sequentially("subcontractor")
        opened.page.locator(".md-search-result__item a").first.wait_for(state="attached", timeout=60_000)
        found = [str(link.get_attribute("href")) for link in opened.page.locator(".md-search-result__item a").all()]
        assert any("glossary.html" in link for link in found)
        assert all(link.startswith(f"{address}/en/") for link in found)


def test_its_pictures_are_of_what_is_shown(out: Path, address: str, tmp_path: Path) -> None:
    folder = ROOT / "docs" / "images" if os.environ.get("BESSHI_SCREENSHOTS") else tmp_path
    report = tmp_path / "report.html"
    assert main(["report", "--out", str(out), "--html", str(report), "--lang", "ja"]) == 0
    with browsing(WIDE) as opened:
        opened.page.goto(report.as_uri())
        opened.page.evaluate("document.fonts.ready")
        opened.page.screenshot(
            path=folder / "report-wide.png", clip={"x": 0, "y": 0, "width": 1366, "height": 1900}, full_page=True
        )
        opened.page.locator("figure.flow").nth(4).screenshot(path=folder / "report-flow.png")
        opened.page.emulate_media(color_scheme="dark")
        opened.page.locator("#counts").screenshot(path=folder / "report-dark.png")
        opened.page.emulate_media(color_scheme="light")
        opened.page.goto(f"{address}/tables.html")
        opened.page.screenshot(path=folder / "docs-wide.png")
    with browsing(NARROW) as opened:
        opened.page.goto(report.as_uri())
        opened.page.evaluate("document.fonts.ready")
        opened.page.evaluate("document.querySelector('#map').scrollIntoView()")
        opened.page.screenshot(path=folder / "report-narrow.png")
        opened.page.goto(f"{address}/en/index.html")
        opened.page.screenshot(path=folder / "docs-narrow.png")
    for name, width in {"report-wide": 1366, "report-narrow": 390, "docs-wide": 1366, "docs-narrow": 390}.items():
        with Image.open(folder / f"{name}.png") as picture:
            assert picture.width == width
            assert len(picture.convert("RGB").getcolors(1 << 24) or ()) > 50, "a picture of something"
    kept = {path.name for path in (ROOT / "docs" / "images").glob("*.png")}
    assert {path.name for path in folder.glob("*.png")} <= kept, "make screenshots"
