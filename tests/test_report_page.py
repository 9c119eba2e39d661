"""`besshi report`: what the page shows is what the tables hold, every mark leads to a page that is there, and the page
needs nothing but itself."""

from __future__ import annotations

import io
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pdfplumber
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from browsing import NARROW, WIDE, browsing
from bs4 import BeautifulSoup, Tag
from conftest import ROOT
from fontTools.ttLib import TTFont
from many_documents import TABLES, write_many

from extractors.japanese.vocabularies import load
from pipeline.command_line.cli import main
from pipeline.messages import LANGS, catalogue
from pipeline.report import letters, limits
from pipeline.report.report import write_report
from pipeline.storage import place
from pipeline.tables.schema import arrow_schema

TO_A_PAGE = re.compile(r"(?:.*/)?archive/([0-9a-f]{64})/document\.pdf#page=(\d+)$")


def table(out: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(out / "tables" / f"{name}.parquet")


def reported(out: Path, html: Path, lang: str = "ja") -> BeautifulSoup:
    assert main(["report", "--out", str(out), "--html", str(html), "--lang", lang]) == 0
    return BeautifulSoup(html.read_bytes(), "lxml")


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("report") / "report.html"


@pytest.fixture(scope="module")
def page(out: Path, html: Path) -> BeautifulSoup:
    return reported(out, html)


@pytest.fixture
def without_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without the font: a report takes half the time."""
    monkeypatch.setattr(letters, "PACKAGE", "no_such_fonts")


@pytest.fixture
def changed(out: Path, tmp_path: Path, without_letters: None) -> Callable[..., Path]:
    """Makes an OUT whose tables are those of the sample after `change(name, rows)`, the PDFs beside them."""
    del without_letters

    def make(change: Callable[[str, pd.DataFrame], pd.DataFrame]) -> Path:
        copy = tmp_path / "changed"
        (copy / "tables").mkdir(parents=True)
        (copy / "archive").symlink_to(out / "archive")
        for name in TABLES:
            rows = change(name, table(out, name))
            as_declared = pa.Table.from_pandas(rows, schema=arrow_schema(name), preserve_index=False)
            pq.write_table(as_declared, copy / "tables" / f"{name}.parquet")
        return copy

    return make


def marks(page: BeautifulSoup, selector: str) -> list[Tag]:
    return list(page.select(selector))


# ---- the marks are the rows


@pytest.mark.parametrize(
    ("figure", "name", "column"),
    [("by-category", "case_categories", "category"), ("by-department", "case_departments", "department")],
)
def test_each_case_has_a_mark_in_each_of_its_tallies(
    out: Path, page: BeautifulSoup, figure: str, name: str, column: str
) -> None:
    expected = table(out, name).groupby(column)["case_id"].nunique().to_dict()
    rows = marks(page, f"figure[aria-labelledby={figure}] > ul li")
    shown = {row.select_one(".name").get_text(): len(row.select("a.unit")) for row in rows}  # type: ignore[union-attr]
    assert shown == expected
    numbers = {row.select_one(".name").get_text(): int(row.select_one(".n").get_text()) for row in rows}  # type: ignore[union-attr]
    assert numbers == expected


def test_each_case_has_a_mark_in_its_month(out: Path, page: BeautifulSoup) -> None:
    months = pd.to_datetime(table(out, "cases")["meeting_date"]).dt.month.value_counts()
    rows = marks(page, "figure[aria-labelledby=by-month] > ul li")
    shown = {row.select_one(".name").get_text(): len(row.select("a.unit")) for row in rows}  # type: ignore[union-attr]
    assert shown == {f"2023年{month}月": count for month, count in months.items()}


def test_the_map_has_a_cell_for_each_control_of_each_case(out: Path, page: BeautifulSoup) -> None:
    controls = table(out, "controls")
    controls = controls[~controls["control_id"].str.startswith("new-")]
    held = controls.groupby(["control_name", "case_id"])
    expected = {(name, int(case[-3:])): (len(rows), rows["page"].min()) for (name, case), rows in held}
    columns = [int(column.get_text().removeprefix("No.")) for column in marks(page, "table.map th[scope=col]")]
    assert columns == sorted({case for _, case in expected})
    shown = {}
    for row in marks(page, "table.map tr:has(th[scope=row])"):
        name = row.select_one("th")["title"]  # type: ignore[index]
        for case, cell in zip(columns, row.select("td"), strict=True):
            if (link := cell.select_one("a")) is not None:
                times = int(link.b.get_text()) if link.b else 1
                shown[name, case] = (times, int(str(link["href"]).rpartition("=")[2]))
    assert shown == expected


def test_the_map_is_grouped_by_category(out: Path, page: BeautifulSoup) -> None:
    category = table(out, "controls").drop_duplicates("control_name").set_index("control_name")["category"]
    groups = [body.select_one("th[scope=rowgroup]").get_text() for body in marks(page, "table.map tbody")]  # type: ignore[union-attr]
    assert groups == [one for one in ("組織的", "人的", "物理的", "技術的", "外的環境") if one in set(category)]
    for body, group in zip(marks(page, "table.map tbody"), groups, strict=True):
        assert {category[str(name["title"])] for name in body.select("th[scope=row]")} == {group}


def test_items_are_counted_and_the_ones_the_law_singles_out_are_marked(out: Path, page: BeautifulSoup) -> None:
    items = table(out, "information_items")
    expected = items.groupby("item_norm")["case_id"].nunique()
    shown, special, numbers = {}, set(), set()
    for row in marks(page, "#items li"):
        name = row.select_one(".name").find(string=True, recursive=False).strip()  # type: ignore[union-attr]
        shown[name] = len(row.select("a.unit"))
        special |= {name} if row.select("em.special") else set()
        numbers |= {name} if row.select("em.mynumber") else set()
    left_out = sum(int(re.findall(r"\d+", note.get_text())[0]) for note in marks(page, "#items figure .note"))
    assert shown.items() <= expected.to_dict().items()
    assert len(shown) + left_out == len(expected)
    assert special == set(items[items["is_special_care"]]["item_norm"])
    assert numbers == set(items[items["is_my_number"]]["item_norm"])
    assert special
    assert numbers


def test_each_count_is_a_dot_at_its_place_on_the_scale(out: Path, page: BeautifulSoup) -> None:
    counts = table(out, "target_counts")
    most = len(str(counts["value"].max()))
    expected = sorted((value, page) for value, page in zip(counts["value"], counts["page"], strict=True))
    dots = marks(page, "#counts .dot")
    shown = []
    for dot in dots:
        left = float(re.findall(r"left:([\d.]+)%", str(dot["style"]))[0])
        shown.append((round(10 ** (left / 100 * most)), int(str(dot["href"]).rpartition("=")[2])))
    assert len(shown) == len(expected)
    for (value, at), (read, read_at) in zip(sorted(shown), expected, strict=True):
        assert value == pytest.approx(read, rel=0.001)
        assert at == read_at or shown.count((value, at)) < len(shown)
    people = counts["unit"].isin(["人", "名"]).sum()
    assert len(marks(page, "#counts .dot.people")) == people
    assert len(marks(page, "#counts .dot.total")) == counts["is_total"].sum()


def test_each_flow_is_drawn_with_its_steps(out: Path, page: BeautifulSoup) -> None:
    steps = table(out, "flow_steps").groupby("case_id").size()
    boxes = table(out, "diagram_boxes").groupby("case_id").size()
    figures = marks(page, "figure.flow")
    assert len(figures) == len(steps)
    for figure, (case, count) in zip(figures, steps.items(), strict=True):
        assert f"No.{int(case[-3:])} " in figure.figcaption.get_text()  # type: ignore[union-attr]
        assert len(figure.select("tbody tr")) == count
        assert len(figure.select("svg rect[data-box]")) == boxes[case]
    ids = [str(tag["id"]) for tag in page.select("[id]")]
    assert len(ids) == len(set(ids)), "no id twice, or one drawing would take the arrow heads of another"


def test_each_finding_is_told_with_its_number(out: Path, page: BeautifulSoup) -> None:
    expected = table(out, "findings")["rule"].value_counts().to_dict()
    rows = marks(page, "#findings tbody tr")
    assert {row.code.get_text(): int(row.select_one("td.n").get_text()) for row in rows} == expected  # type: ignore[union-attr]


def test_a_doubtful_value_is_drawn_as_one(changed: Callable[..., Path], tmp_path: Path) -> None:
    def doubt(name: str, rows: pd.DataFrame) -> pd.DataFrame:
        if name == "findings":
            return rows[rows["severity"] == "info"]
        if name == "case_categories":
            rows.loc[rows["case_id"].str.endswith("-003"), "confidence"] = 0.5
        if name == "controls":
            rows.loc[rows["case_id"].str.endswith("-021") & (rows["ordinal"] == 1), "confidence"] = 0.89
        return rows

    shown = reported(changed(doubt), tmp_path / "doubt.html")
    assert [
        "No.3 " in str(mark["title"]) for mark in marks(shown, "figure[aria-labelledby=by-category] .doubtful")
    ] == [True]
    assert not marks(shown, "figure[aria-labelledby=by-month] .doubtful"), "the day of that case is sure"
    assert len(marks(shown, "table.map .cell.doubtful")) == 1


def test_what_a_newer_document_replaced_is_not_counted(changed: Callable[..., Path], tmp_path: Path) -> None:
    old = "f" * 64

    def replaced(name: str, rows: pd.DataFrame) -> pd.DataFrame:
        before = rows.copy()
        if "document_id" in before:
            before["document_id"] = old
        if "case_id" in before:
            before["case_id"] = before["case_id"].str.replace("^.{12}", old[:12], regex=True)
        if name == "documents":
            before["is_current"] = False
        return pd.concat([before, rows])

    shown = reported(changed(replaced), tmp_path / "replaced.html")
    assert len(marks(shown, "figure[aria-labelledby=by-month] .unit")) == 30
    assert "差し替えられた前の文書 1 件" in shown.get_text()


# ---- every mark leads to its page


def test_every_link_leads_to_a_page_that_is_there(out: Path, html: Path, page: BeautifulSoup) -> None:
    pages = table(out, "documents").set_index("document_id")["page_count"]
    links = [str(link["href"]) for link in marks(page, "a[href]")]
    own = {f"#{tag['id']}" for tag in page.select("[id]")}
    to_pages = [TO_A_PAGE.match(link) for link in links if link not in own]
    assert len(to_pages) > 500
    for link in to_pages:
        assert link is not None
        assert 1 <= int(link[2]) <= pages[link[1]]
        assert (html.parent / unquote(link[0].partition("#")[0])).is_file()
    assert not [link for link in marks(page, "a.unit, a.cell, a.dot, a.bar") if not link.get("href")]


def test_in_the_output_folder_links_do_not_depend_on_where_it_is(changed: Callable[..., Path], tmp_path: Path) -> None:
    here = changed(lambda _, rows: rows)
    assert main(["report", "--out", str(here)]) == 0
    there = tmp_path / "else where"
    shutil.copytree(here, there, symlinks=True)
    (there / "report.html").unlink()
    assert main(["report", "--out", str(there), "--lang", "ja"]) == 0
    assert (there / "report.html").read_bytes() == (here / "report.html").read_bytes()


def test_an_address_has_a_report_as_a_folder_has(changed: Callable[..., Path], tmp_path: Path) -> None:
    here = changed(lambda _, rows: rows)
    assert main(["report", "--out", here.as_uri(), "--lang", "ja"]) == 0
    there = place("memory://bucket/report")
    (there / "tables").mkdir(parents=True)
    for path in (here / "tables").iterdir():
        (there / "tables" / path.name).write_bytes(path.read_bytes())
    written = write_report(there, None, "ja")
    assert written.read_bytes() == (here / "report.html").read_bytes()
    elsewhere = BeautifulSoup(write_report(there, tmp_path / "elsewhere.html", "ja").read_bytes(), "lxml")
    assert marks(elsewhere, "a.unit")
    assert not marks(elsewhere, "a.unit[href]"), "no browser opens the pages of a bucket"


def test_where_the_pdf_is_not_kept_a_mark_leads_to_its_source(changed: Callable[..., Path], tmp_path: Path) -> None:
    def published(name: str, rows: pd.DataFrame) -> pd.DataFrame:
        return rows.assign(source_url="https://ward.example/r5.pdf") if name == "documents" else rows

    copy = changed(published)
    (copy / "archive").unlink()
    shown = reported(copy, tmp_path / "source.html")
    links = {str(link["href"]).partition("#page=")[0] for link in marks(shown, "a.unit, a.cell, a.dot")}
    assert links == {"https://ward.example/r5.pdf"}


# ---- it needs nothing but itself


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_in_a_browser_it_asks_for_nothing_and_fits(
    page: BeautifulSoup, html: Path, size: tuple[int, int], colours: str
) -> None:
    with browsing(size, color_scheme=colours) as opened:
        opened.page.goto(html.as_uri())
        asked = opened.page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px besshi', '別紙'))")
        assert asked is True
        assert opened.page.evaluate("[...document.fonts].map(font => font.status)") == ["loaded"]
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert [address for address in opened.asked if not address.startswith("data:font/")] == [html.as_uri()]
        assert opened.faults == []
        box = opened.page.locator("table.map a.cell").first.bounding_box()
        assert box is not None
        assert box["width"] >= 16
    assert not page.select("script, link, img, iframe, object")


def test_on_paper_it_is_whole(page: BeautifulSoup, html: Path) -> None:
    with browsing() as opened:
        opened.page.goto(html.as_uri())
        paper = opened.page.pdf(format="A4", print_background=True)
        opened.page.emulate_media(media="print")
        opened.page.set_viewport_size({"width": 703, "height": 1000})  # A4 without its margins, in CSS pixels
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= 703
    with pdfplumber.open(io.BytesIO(paper)) as pdf:
        assert 4 <= len(pdf.pages) <= 25
        for sheet in pdf.pages:
            assert (sheet.width, sheet.height) == pytest.approx((595.3, 841.9), abs=1.5)
        printed = "".join(sheet.extract_text() for sheet in pdf.pages)
    for heading in page.select("h2"):
        assert heading.get_text() in printed


def test_the_font_has_every_character_of_the_page(page: BeautifulSoup) -> None:
    packed = letters.woff2(str(page))
    assert packed is not None
    font = TTFont(io.BytesIO(packed))
    shown = {character for character in page.body.get_text() if not character.isspace()}  # type: ignore[union-attr]
    assert shown - set(map(chr, font.getBestCmap())) == set()
    assert "Open Font License" in font["name"].getDebugName(13)
    assert len(packed) < 600_000


def test_without_the_font_the_readers_own_is_taken(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "PACKAGE", "no_such_fonts")
    shown = reported(out, tmp_path / "plain.html")
    style = shown.style.get_text()  # type: ignore[union-attr]
    assert "@font-face" not in style
    assert "Hiragino Sans" in style


def test_what_a_pdf_says_is_never_markup(changed: Callable[..., Path], tmp_path: Path) -> None:
    evil = "</title><script>alert(1)</script><img src=x onerror=alert(2)>\"' {{ 7*7 }}"

    def spoilt(name: str, rows: pd.DataFrame) -> pd.DataFrame:
        for column in ("title", "department", "control_name", "item_norm", "qualifier", "heading", "left_value"):
            if column in rows:
                rows[column] = evil
        if name == "documents":
            rows["source_url"] = "javascript:alert(3)"
        return rows

    path = tmp_path / "evil.html"
    shown = reported(changed(spoilt), path)
    assert not shown.select("script, img")
    assert not [link for link in shown.select("a[href]") if str(link["href"]).startswith("javascript")]
    assert "alert(1)" in shown.get_text()
    assert "{{ 7*7 }}" in shown.get_text()
    with browsing() as opened:
        opened.page.on("dialog", lambda dialog: opened.faults.append(dialog.message))
        opened.page.goto(path.as_uri())
        assert opened.faults == []


@pytest.mark.usefixtures("page")
def test_the_same_tables_give_the_same_bytes(out: Path, html: Path) -> None:
    again = html.with_name("again.html")
    reported(out, again)
    assert again.read_bytes() == html.read_bytes()


# ---- many cases


@pytest.fixture(scope="module")
def many(out: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """OUT with a hundred documents of thirty cases, of five offices and two years; nothing is kept of the PDFs."""
    folder = tmp_path_factory.mktemp("many")
    write_many(folder, out, 100)
    return folder


@pytest.fixture(scope="module")
def many_page(many: Path) -> BeautifulSoup:
    return reported(many, many / "report.html")


def test_many_cases_are_bars_and_what_is_left_out_is_said(many: Path, many_page: BeautifulSoup) -> None:
    assert (many / "report.html").stat().st_size < 2_500_000
    assert not marks(many_page, "a.unit")
    bars = {
        row.select_one(".name").get_text(): row.select_one(".n").get_text()  # type: ignore[union-attr]
        for row in marks(many_page, "figure[aria-labelledby=by-category] > ul li")
    }
    assert bars == {"業務委託": "2,100", "外部結合": "1,300", "電算処理": "200", "指定管理者": "100"}
    assert len(marks(many_page, ".list tbody tr")) == limits.LISTED_CASES
    assert "初めの 500 件です" in many_page.get_text()
    assert len(marks(many_page, "figure.flow")) == limits.FLOWS
    assert "24 案件を示します" in many_page.get_text()
    departments = table(many, "case_departments").dropna(subset="department")["department"].nunique() * 5
    assert f"ほかに {departments - limits.TALLIES} 種類" in many_page.get_text()


def test_the_map_of_many_cases_is_of_offices_and_years(many: Path, many_page: BeautifulSoup) -> None:
    documents = table(many, "documents")
    office = documents["publisher"] + " " + documents["fiscal_year"].astype(str)
    of_document = dict(zip(documents["document_id"].str[:12], office, strict=True))
    controls = table(many, "controls")
    group = controls["case_id"].str[:12].map(of_document)
    cases = controls.groupby(group)["case_id"].nunique()
    having = controls.groupby([controls["control_name"], group])["case_id"].nunique()
    columns = [column.span.get_text() for column in marks(many_page, "table.map th[scope=col]")]  # type: ignore[union-attr]
    assert sorted(columns) == sorted(cases.index)
    shown = {}
    for row in marks(many_page, "table.map tr:has(th[scope=row])"):
        for column, cell in zip(columns, row.select("td"), strict=True):
            if cell.b is not None:
                shown[row.th["title"], column] = int(cell.b.get_text())  # type: ignore[index]
    expected = {key: round(100 * count / cases[key[1]]) for key, count in having.items()}
    assert shown.keys() == expected.keys()
    for key, share in shown.items():
        assert abs(share - expected[key]) <= 1
    assert len(set(shown)) < len(columns) * controls["control_name"].nunique(), "some office lacks a kind of control"


def test_many_counts_are_gathered_into_steps_of_the_scale(many: Path, many_page: BeautifulSoup) -> None:
    counts = table(many, "target_counts")
    people = [
        figure
        for figure in marks(many_page, "#counts figure:has(.steps)")
        if figure.figcaption.get_text().startswith("人")  # type: ignore[union-attr]
    ]
    (steps,) = (figure.select("li b") for figure in people)
    shown = [int(step.get_text().replace(",", "") or 0) for step in steps]
    assert sum(shown) == (counts["unit"] == "人").sum()
    assert shown[2] == ((counts["unit"] == "人") & counts["value"].between(10, 31)).sum()
    assert len(marks(many_page, "#counts .dot")) == limits.LARGEST


@pytest.mark.usefixtures("many_page")
def test_a_page_of_many_cases_fits_a_telephone(many: Path) -> None:
    with browsing(NARROW) as opened:
        opened.page.goto((many / "report.html").as_uri())
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
        assert opened.faults == []


# ---- words and faults


def test_every_word_of_the_page_is_in_the_catalogue() -> None:
    template = (ROOT / "pipeline" / "report" / "report.html").read_text(encoding="utf-8")
    named = set(re.findall(r'say\("([a-z_]+)"', template))
    assert len(named) > 50
    assert {f"overview.{name}" for name in named if not name.endswith("_")} <= set(catalogue())
    for category in load("items")["items"]:
        assert f"item_category.{category.replace(' ', '_')}" in catalogue()


@pytest.mark.usefixtures("without_letters")
@pytest.mark.parametrize("lang", LANGS)
def test_it_speaks_the_readers_language(out: Path, tmp_path: Path, lang: str) -> None:
    shown = reported(out, tmp_path / "words.html", lang)
    assert shown.html["lang"] == lang  # type: ignore[index]
    heading = shown.h1.get_text()  # type: ignore[union-attr]
    assert bool(re.search("[ぁ-ん]", heading)) == (lang == "ja")


@pytest.mark.usefixtures("without_letters")
def test_without_tables_or_a_place_to_write_it_says_so(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "--out", str(tmp_path)]) == 2
    assert "besshi extract" in capsys.readouterr().err
    (tmp_path / "file").touch()
    assert main(["report", "--out", str(out), "--html", str(tmp_path / "file" / "report.html")]) == 2
    assert "に書けません" in capsys.readouterr().err
    assert os.listdir(tmp_path) == ["file"]
