"""The review application as a reviewer meets it: Chromium, the real application, the keyboard.

With BESSHI_SCREENSHOTS set, the pictures of the documentation are written anew (`make screenshots`).
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from browsing import CHROMIUM, NARROW
from conftest import ROOT
from playwright.sync_api import Browser, Page, expect, sync_playwright
from review_desk import (
    HOSTILE,
    LAPTOP,
    cut_sample,
    doubtful_document,
    extract_again,
    extracted,
    hostile_pdf,
    kept,
    read,
    served_here,
)

from pipeline.review.decisions import Decision, read_decisions

EXPECTED = re.compile(r"responded with a status of (409|422)")
"""What Chromium says in its console of a form that is shown again."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)
        yield browser
        browser.close()


@contextmanager
def visiting(chromium: Browser, address: str, name: str = "", **context: Any) -> Iterator[Page]:
    """A reviewer's browser; ends in a failure where a page ran what it may not, failed, or asked elsewhere."""
    wrong: list[str] = []
    with chromium.new_context(viewport=LAPTOP, base_url=address, **context) as visitor:
        visitor.set_default_timeout(60_000)
        page = visitor.new_page()
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
        page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
        page.on("request", lambda sent: None if sent.url.startswith(address) else wrong.append(f"request: {sent.url}"))
        if name:
            page.goto("/name?back=/")
            page.keyboard.type(name)
            page.keyboard.press("Enter")
            page.wait_for_url("/")
        yield page
        assert [one for one in wrong if not EXPECTED.search(one)] == []


@pytest.fixture
def scanned(tmp_path: Path) -> Path:
    return kept(tmp_path / "out", doubtful_document())


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some pages of the sample report; tests that decide take a copy."""
    return read(tmp_path_factory.mktemp("report"), **{"r5q1-text": cut_sample(1, 2, 20, 52, 53)})


def in_force(out: Path) -> list[Decision]:
    return list(read_decisions(out).in_force)


def at_item(page: Page) -> str:
    """Wait for an item, read out from its sentence; gives its name."""
    page.wait_for_url("**/item/**")
    expect(page.locator("#sentence")).to_be_focused()
    return page.url.split("/item/")[1].split("?")[0]


def press(page: Page, key: str) -> str:
    """Press a key that leads to another item, and give its name."""
    before = page.url
    page.keyboard.press(key)
    page.wait_for_url(lambda url: url != before)
    return at_item(page)


def picture(page: Page, name: str) -> None:
    """Take the page's picture; into the documentation where that was asked for."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.getElementById('said').replaceChildren()")
    wanted = ROOT / "docs" / "images" / f"review-{name}.png"
    taken = page.screenshot(path=wanted if os.environ.get("BESSHI_SCREENSHOTS") else None)
    assert len(taken) > 10_000


def test_a_queue_is_worked_through_with_the_keyboard_alone(chromium: Browser, scanned: Path) -> None:
    with served_here(scanned) as address, visiting(chromium, address) as page:
        page.goto("/?kind=doubtful")
        page.keyboard.press("Enter")
        page.wait_for_url("**/name**")
        expect(page.locator("#name")).to_be_focused()
        page.keyboard.type("山田 花子")
        page.keyboard.press("Enter")
        first = at_item(page)
        expect(page.locator(".foot label")).to_have_text(re.compile(r"0 / 8 "))

        second = press(page, "a")
        assert second != first
        expect(page.locator("#said")).to_have_text("「正しい」と記録しました。")
        expect(page.locator(".foot label")).to_have_text(re.compile(r"1 / 8 "))

        page.keyboard.press("e")
        field = page.get_by_label("数", exact=True)
        expect(field).to_be_focused()
        assert field.input_value() == "101"
        page.keyboard.type("１,２３４")
        third = press(page, "Enter")
        fourth = press(page, "x")
        fifth = press(page, "s")
        assert len({first, second, third, fourth, fifth}) == 5
        made = [(one.action, one.column, one.new, one.by) for one in in_force(scanned)]
        assert made == [
            ("accept", None, None, "山田 花子"),
            ("correct", "value", 1234, "山田 花子"),
            ("unreadable", None, None, "山田 花子"),
            ("skip", None, None, "山田 花子"),
        ]
        assert press(page, "u") == fourth
        assert press(page, "u") == third
        assert [one.action for one in in_force(scanned)] == ["accept", "correct"]
        press(page, "j")
        assert press(page, "k") == third
        page.keyboard.press("q")
        page.wait_for_url("**/?kind=doubtful")
        page.keyboard.press("j")
        page.keyboard.press("j")
        expect(page.locator("tbody tr").nth(1).get_by_role("link")).to_be_focused()
        page.keyboard.press("Enter")
        at_item(page)


def test_a_reload_finds_all_as_it_was(chromium: Browser, scanned: Path) -> None:
    with served_here(scanned) as address, visiting(chromium, address, "甲") as page:
        page.keyboard.press("Enter")
        first = at_item(page)
        press(page, "x")
        page.goto(f"/item/{first}")
        page.reload()
        expect(page.locator(".decided")).to_contain_text("読めない（甲 さん")
        page.get_by_role("button", name="取り消す", exact=True).click()
        expect(page.locator("#said")).to_have_text("取り消しました。")
        page.reload()
        expect(page.locator(".decided")).to_have_count(0)
    with served_here(scanned) as address, visiting(chromium, address, "甲") as page:
        page.goto("/history")
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator("tbody tr")).to_contain_text("取り消し済み")


def test_two_reviewers_at_once_get_different_items_and_lose_nothing(chromium: Browser, scanned: Path) -> None:
    with (
        served_here(scanned) as address,
        visiting(chromium, address, "甲") as one,
        visiting(chromium, address, "乙") as two,
    ):
        one.keyboard.press("Enter")
        item = at_item(one)
        two.goto("/")
        two.keyboard.press("Enter")
        assert at_item(two) != item
        two.goto(f"/item/{item}")
        expect(two.locator(".looking")).to_have_text("いま 甲 さんもこの項目を見ています。")
        two.keyboard.press("e")
        two.locator("[data-first-field]").fill("777")
        press(one, "a")
        two.keyboard.press("Enter")
        expect(two.locator("#refused")).to_contain_text("甲 さんが判断しました（正しい")
        expect(two.locator("[data-first-field]")).to_have_value("777")
        two.locator("[data-first-field]").press("Enter")
        two.wait_for_url(lambda url: item not in url)
        made = [(decision.by, decision.action) for decision in in_force(scanned) if decision.table != "findings"]
        assert made == [("甲", "accept"), ("乙", "correct")]


def test_a_wrong_value_is_refused_where_it_was_typed(chromium: Browser, scanned: Path) -> None:
    with served_here(scanned) as address, visiting(chromium, address, "甲") as page:
        page.keyboard.press("Enter")
        at_item(page)
        page.keyboard.press("e")
        page.keyboard.type("百二十人")
        page.get_by_label("理由").fill("数え直した")
        page.keyboard.press("Enter")
        field = page.get_by_label("数", exact=True)
        expect(field).to_be_focused()
        expect(field).to_have_value("百二十人")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(page.locator(f"#{field.get_attribute('aria-describedby')}")).to_contain_text("整数")
        expect(page.get_by_label("理由")).to_have_value("数え直した")
        assert in_force(scanned) == []
        picture(page, "refused")
        field.fill("120")
        page.keyboard.press("Enter")
        at_item(page)
        ((new, why),) = [(one.new, one.why) for one in in_force(scanned)]
        assert (new, why) == (120, "数え直した")


def test_the_picture_shows_the_place_and_can_be_moved(chromium: Browser, report: Path) -> None:
    with served_here(report) as address, visiting(chromium, address, "甲") as page:
        page.goto("/?rule=title_mismatch")
        with page.expect_response(lambda answer: "/picture/" in answer.url) as painted:
            page.keyboard.press("Enter")
        assert painted.value.headers["content-type"] == "image/jpeg"
        at_item(page)
        sheet, lit = page.locator("svg.sheet"), page.locator("svg.sheet rect.lit")
        pane, box = sheet.bounding_box(), lit.bounding_box()
        assert pane is not None
        assert box is not None
        assert pane["x"] <= box["x"] <= box["x"] + box["width"] <= pane["x"] + pane["width"]
        assert pane["y"] <= box["y"] <= box["y"] + box["height"] <= pane["y"] + pane["height"]
        near = sheet.get_attribute("viewBox")
        page.keyboard.press("w")
        assert sheet.get_attribute("viewBox") == sheet.get_attribute("data-page")
        page.keyboard.press("+")
        assert float((sheet.get_attribute("viewBox") or "").split()[2]) < 595
        page.keyboard.press("z")
        assert [float(n) for n in (sheet.get_attribute("viewBox") or "").split()] == [
            float(n) for n in (near or "").split()
        ]
        sheet.focus()
        page.keyboard.press("ArrowDown")
        assert sheet.get_attribute("viewBox") != near
        page.keyboard.press("]")
        page.wait_for_url("**page=4")
        expect(page.locator("svg.sheet rect.lit")).to_have_count(0)
        page.get_by_role("link", name="値のある頁へ戻る").click()
        expect(page.locator("svg.sheet rect.lit")).to_have_count(1)


def test_the_other_value_is_one_key_away(chromium: Browser, report: Path, tmp_path: Path) -> None:
    out = shutil.copytree(report, tmp_path / "out")
    with served_here(out) as address, visiting(chromium, address, "山田") as page:
        page.goto("/")
        picture(page, "queue")
        page.goto("/?rule=title_mismatch")
        page.keyboard.press("Enter")
        at_item(page)
        expect(page.locator(".readings ins")).to_have_text(["支援", "事業"])
        picture(page, "item")
        page.keyboard.press("1")
        field = page.locator("[data-first-field]")
        expect(field).to_have_value(re.compile("一時預かり利用事業"))
        page.keyboard.press("Control+Enter")
        page.wait_for_url("/?rule=title_mismatch")
        expect(page.locator(".empty")).to_contain_text("ありません")
        page.goto("/history")
        expect(page.locator("tbody tr")).to_have_count(2)


def test_a_case_is_shown_beside_its_original(chromium: Browser, report: Path) -> None:
    with served_here(report) as address, visiting(chromium, address, "甲") as page:
        page.goto("/?rule=arrow_without_label")
        page.keyboard.press("Enter")
        at_item(page)
        page.keyboard.press("c")
        page.wait_for_url("**/case/**")
        for heading in ("確かめること", "案件の表", "対象の数", "情報項目", "情報保護対策", "個人情報の流れ"):
            expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        expect(page.locator("#target_counts tbody tr")).to_contain_text(["8,721", "9,746"])
        with page.expect_response(lambda answer: answer.url.endswith("flow.svg")) as drawn:
            page.locator(".flow img").scroll_into_view_if_needed()
        assert drawn.value.headers["content-type"].startswith("image/svg")
        assert page.locator(".flow img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
        page.get_by_role("link", name=re.compile("頁を左に表示")).click()
        page.wait_for_url("**page=5#flow_steps")
        picture(page, "case")
        page.locator("#flow_steps").get_by_role("link", name="原本での場所を示す").first.click()
        expect(page.locator("svg.sheet rect.lit")).to_have_count(1)
        page.locator("#target_counts").get_by_role("link", name="この値を確かめる・直す").first.click()
        at_item(page)
        expect(page.get_by_label("数", exact=True)).to_have_value("8721")


def test_what_a_pdf_prints_is_shown_as_text_and_runs_nothing(chromium: Browser, tmp_path: Path) -> None:
    out = read(tmp_path / "out", **{HOSTILE.replace("/", "\u2215"): hostile_pdf()})
    with served_here(out) as address, visiting(chromium, address, HOSTILE[:60]) as page:
        page.goto("/")
        page.keyboard.press("Enter")
        at_item(page)
        page.goto("/documents")
        page.locator("tbody a").first.click()
        page.locator("tbody a").first.click()
        page.wait_for_url("**/case/**")
        assert HOSTILE in page.locator("h1").inner_text()
        assert HOSTILE in page.locator("#cases").inner_text().replace("\n", "")
        page.locator("#cases").get_by_role("link", name="この値を確かめる・直す").first.click()
        at_item(page)
        assert HOSTILE[:60] in page.locator("#sentence").inner_text()
        field = page.locator("[data-first-field]")
        assert HOSTILE in field.input_value()
        field.fill(HOSTILE)
        page.get_by_label("理由").fill(HOSTILE)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/item/row." not in url)
        page.goto("/history")
        assert page.locator("tbody").inner_text().count(HOSTILE) >= 2
        page.goto("/?rule=" + "%3Cscript%3Ealert(1)%3C/script%3E&document=%22%3E%3Cimg%20src=x%3E")
        expect(page.locator(".empty")).to_be_visible()
        assert page.evaluate("document.title") != "run"
        assert page.locator("script:not([src])").count() == 0
        assert page.locator("img[src='x']").count() == 0


def test_a_missing_pdf_is_said_and_the_item_can_be_decided(chromium: Browser, scanned: Path) -> None:
    for pdf in (scanned / "archive").glob("*/document.pdf"):
        pdf.unlink()
    with served_here(scanned) as address, visiting(chromium, address, "甲") as page:
        page.keyboard.press("Enter")
        at_item(page)
        expect(page.get_by_role("note")).to_contain_text("PDFが保管庫（archive）にない")
        press(page, "a")
        assert [one.action for one in in_force(scanned)] == ["accept"]


def test_damaged_decisions_and_removed_documents_are_said(chromium: Browser, tmp_path: Path) -> None:
    gone, stays = doubtful_document("gone.pdf"), doubtful_document("stays.pdf")
    out = kept(tmp_path / "out", gone, stays)
    with served_here(out) as address, visiting(chromium, address, "甲") as page:
        page.goto(f"/?document={gone[1].document_id}&kind=doubtful")
        page.keyboard.press("Enter")
        item = at_item(page)
        press(page, "a")
        shutil.rmtree(out / "archive" / gone[1].document_id)
        kept(out, stays)
        (path,) = (out / "review").glob("*.jsonl")
        with path.open("ab") as file:
            file.write(b"<b>not a decision</b>\n")
        page.goto("/history")
        expect(page.locator("tbody").last).to_contain_text("表にありません")
        expect(page.get_by_role("region", name="読めない行 1")).to_contain_text("<b>not a decision</b>")
        answer = page.request.get(f"/item/{item}")
        assert (answer.status, "見つかりません" in answer.text()) == (404, True)


def test_a_correction_stands_after_the_next_run(chromium: Browser, tmp_path: Path) -> None:
    out = extracted(tmp_path, report=cut_sample(1, 2, 20))
    with served_here(out) as address, visiting(chromium, address, "甲") as page:
        page.goto("/?rule=title_mismatch")
        page.keyboard.press("Enter")
        at_item(page)
        page.keyboard.press("1")
        page.keyboard.press("Control+Enter")
        page.wait_for_url("/?rule=title_mismatch")
        before = pq.read_table(out / "tables" / "cases.parquet").to_pylist()
        extract_again(tmp_path)
        page.goto("/?rule=title_mismatch&state=corrected")
        expect(page.locator("tbody tr")).to_have_count(1)
    after = pq.read_table(out / "tables" / "cases.parquet").to_pylist()
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    ((old, new),) = changed
    assert (old["method"], new["method"], new["confidence"]) == ("text", "review", 1.0)
    assert "一時預かり利用支援" in old["title"]
    assert "一時預かり利用事業" in new["title"]
    (finding,) = [
        row for row in pq.read_table(out / "tables" / "findings.parquet").to_pylist() if row["rule"] == "title_mismatch"
    ]
    assert (finding["state"], finding["decided_by"]) == ("corrected", "甲")


def test_english_is_a_setting(chromium: Browser, report: Path) -> None:
    japanese = re.compile(r"[ぁ-んァ-ヶ]")
    with served_here(report, lang="en") as address, visiting(chromium, address, "A. Reviewer") as page:
        expect(page.locator("html")).to_have_attribute("lang", "en")
        page.goto("/?rule=arrow_without_label")
        page.keyboard.press("Enter")
        at_item(page)
        picture(page, "english")
        for part in (".top", ".tools", ".labels", ".actions", ".foot", "#help"):
            said = page.locator(part).evaluate("part => part.textContent").replace("日本語", "")
            assert not japanese.search(said), part
        page.get_by_role("button", name="日本語").click()
        expect(page.locator("html")).to_have_attribute("lang", "ja")
        assert "/item/" in page.url


def test_keys_are_shown_and_can_be_turned_off(chromium: Browser, scanned: Path) -> None:
    with served_here(scanned) as address, visiting(chromium, address, "甲") as page:
        page.keyboard.press("Enter")
        item = at_item(page)
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="キー操作")).to_be_visible()
        page.keyboard.press("a")
        page.get_by_label(re.compile("一文字のキー操作")).uncheck()
        page.keyboard.press("Escape")
        page.keyboard.press("a")
        page.reload()
        at_item(page)
        page.keyboard.press("a")
        assert item in page.url
        assert in_force(scanned) == []
        page.get_by_role("button", name=re.compile("^正しい")).click()
        page.wait_for_url(lambda url: item not in url)
        assert [one.action for one in in_force(scanned)] == ["accept"]


READABLE = """() => {
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const [r, g, b, a] = numbers(getComputedStyle(one).backgroundColor);
      if (a === undefined || a > 0.99) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement, box = element.getBoundingClientRect();
    if (!walk.currentNode.textContent.trim() || !box.width) continue;
    if (element.closest(":disabled, .hidden, .skip, kbd")) continue;
    const [a, b] = [light(numbers(getComputedStyle(element).color)), light(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) faint.push(`${contrast.toFixed(2)} ${element.outerHTML.slice(0, 80)}`);
  }
  return faint;
}"""

UNNAMED = """() => [
    ...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, svg[role=img], img")
  ]
  .filter((one) => !(one.textContent.trim() || one.ariaLabel || one.labels?.length || one.hasAttribute("alt")))
  .map((one) => one.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_readable_by_eye_and_by_screen_reader(chromium: Browser, report: Path, scheme: Any) -> None:
    with served_here(report) as address, visiting(chromium, address, "甲", color_scheme=scheme) as page:
        page.goto("/?rule=title_mismatch")
        item = page.locator("tbody a").first.get_attribute("href") or ""
        case = page.request.get(item).text()
        case_address = re.findall(r'href="(/case/[^"]+)"', case)[0]
        for path in ("/", item, case_address, "/documents", "/history", "/name"):
            page.goto(path)
            assert page.evaluate(READABLE) == [], path
            assert page.evaluate(UNNAMED) == [], path
            for landmark in ("banner", "main", "navigation"):
                assert page.get_by_role(landmark).count() >= 1, (path, landmark)
            assert page.get_by_role("heading", level=1).count() == 1, path
            assert page.locator("[role=status][aria-live=polite]").count() == 1
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, path
        if scheme == "dark":
            page.goto(item)
            picture(page, "dark")


CROWDED = """() => [...document.querySelectorAll(".list tbody tr")].flatMap((row) => {
  const said = [...row.children].filter((one) => one.textContent.trim());
  const cells = said.map((one) => [one, one.getBoundingClientRect()]);
  const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const cut = ([one, box]) => one.scrollWidth > Math.ceil(box.width) + 1;
  return cells.filter(([one, a], n) => cut([one, a]) || cells.slice(n + 1).some(([, b]) => over(a, b)))
    .map(([one]) => one.outerHTML.slice(0, 120));
})"""


def test_a_telephone_shows_whole_lines_and_nothing_beside_the_screen(chromium: Browser, scanned: Path) -> None:
    with served_here(scanned) as address, visiting(chromium, address, "甲") as page:
        page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        page.goto("/")
        item = page.locator("tbody a").first.get_attribute("href") or ""
        document = re.findall(r'href="(/document/[^"]+)"', page.request.get(item).text())[0]
        for path in ("/", "/documents", document, item, "/history", "/name"):
            page.goto(path)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, path
            assert page.evaluate(CROWDED) == [], path
        page.goto("/")
        assert page.locator("td.what").first.evaluate("cell => cell.clientWidth") > 300
        expect(page.locator(".page kbd").first).to_be_hidden()
        picture(page, "narrow")
        page.goto(item)
        page.get_by_role("button", name=re.compile("^正しい")).click()
        page.wait_for_url(lambda url: item not in url)
        assert [one.action for one in in_force(scanned)] == ["accept"]


def test_the_first_key_reaches_the_content_and_every_control_shows_its_focus(chromium: Browser, scanned: Path) -> None:
    with served_here(scanned) as address, visiting(chromium, address, "甲") as page:
        page.goto("/documents")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="本文へ")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()
        page.goto("/")
        for _ in range(12):
            page.keyboard.press("Tab")
            style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert style != "none" or page.evaluate("document.activeElement === document.body")


def test_a_page_without_its_script_still_decides(chromium: Browser, scanned: Path) -> None:
    with served_here(scanned) as address, visiting(chromium, address, java_script_enabled=False) as page:
        page.goto("/name?back=/")
        page.fill("#name", "甲")
        page.get_by_role("button", name="確認をはじめる").click()
        page.get_by_role("link", name=re.compile("はじめる")).click()
        page.get_by_role("button", name=re.compile("^正しい|^原本")).click()
        page.wait_for_url("**/item/**")
        assert [one.action for one in in_force(scanned)] == ["accept"]
        expect(page.get_by_role("button", name="頁全体")).to_be_hidden()
