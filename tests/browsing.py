"""Debian's Chromium as tests drive it; what a page asked for, and what went wrong on it, is noted beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, sync_playwright

CHROMIUM: dict[str, Any] = {
    "executable_path": "/usr/bin/chromium",
    "args": [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ],
}
"""How Playwright starts it: with nothing that asks the network for anything by itself."""

WIDE, NARROW = (1366, 900), (390, 844)
"""A laptop and a telephone, in CSS pixels."""


@dataclass
class Opened:
    """A page; `asked` are the addresses that it asked for, `faults` the errors of its scripts and the console."""

    page: Page
    asked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@contextmanager
def browsing(size: tuple[int, int] = WIDE, **of_context: Any) -> Iterator[Opened]:
    """An empty page of a browser of its own; `of_context` as Playwright's `new_context` takes it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **of_context)
        opened = Opened(context.new_page())
        opened.page.on("request", lambda request: opened.asked.append(request.url))
        opened.page.on("pageerror", lambda error: opened.faults.append(str(error)))
        opened.page.on(
            "console", lambda said: opened.faults.append(said.text) if said.type in ("error", "warning") else None
        )
        yield opened
        browser.close()
