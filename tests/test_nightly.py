"""Whole nights, against a real server that plays an office's site: what comes, what changes, what fails, what stays."""

from __future__ import annotations

import datetime
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT
from office_site import LOOPBACK, Answer, OfficeSite, endless, redirect
from pdfs import pdf_bytes, show

from pipeline.archive.archive import folder_of
from pipeline.archive.archive_check import verify
from pipeline.archive.archive_copy import ArchiveCopy, NoStorage
from pipeline.archive.fetched import facts_in, histories
from pipeline.command_line.cli import main
from pipeline.night import run_report
from pipeline.night.nightly import Night, run_night, unread
from pipeline.night.sources import read_sources
from pipeline.review.deciding import decide

LETTERS = "会議資料差替新旧一二三"


def report(words: str) -> bytes:
    """A small PDF that can be read, another one for other words."""
    return pdf_bytes(show(words, LETTERS, 50, 200, 12), characters=LETTERS)


OLD, NEW, OTHER = report("旧資料"), report("新資料"), report("会議一")


class Office:
    """An office's site, its entry in a list of offices, and the output of the nights."""

    first: Night
    """The night that is over already, where a test begins with the second one."""

    def __init__(self, site: OfficeSite, folder: Path) -> None:
        self.site = site
        self.out = folder / "output"
        self.list = folder / "sources.toml"
        self.write()

    def write(self, further: str = "") -> None:
        self.list.write_text(
            f"""
[fetching]
contact = "mailto:test@example.jp"
allow_networks = ["{LOOPBACK}"]
seconds_between = 0
silence_seconds = 5
retries = 1
retry_seconds = 0.01
max_pdf_bytes = 1000000
{further}
[[office]]
name = "kou"
publisher = "甲市"
publisher_code = "131041"
page = "{self.site.address}/"
""",
            encoding="utf-8",
        )

    def night(self) -> Night:
        return run_night(read_sources(self.list), self.out, workers=1)

    def documents(self) -> pd.DataFrame:
        return pd.read_parquet(self.out / "tables" / "documents.parquet").set_index("source_url")

    def tables(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted((self.out / "tables").iterdir())}


def ordinary(site: OfficeSite) -> None:
    """The site as it is on the first day."""
    site.answers.clear()
    site.asked.clear()
    site.page("/", "/a.pdf", "/b.pdf")
    site.pdf("/a.pdf", OLD)
    site.pdf("/b.pdf", OTHER)


@pytest.fixture(scope="module")
def site() -> Iterator[OfficeSite]:
    with OfficeSite() as running:
        yield running


@pytest.fixture
def office(site: OfficeSite, tmp_path: Path) -> Office:
    """Before the first night."""
    ordinary(site)
    return Office(site, tmp_path)


@pytest.fixture(scope="module")
def first_night(site: OfficeSite, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Night]:
    """What the first night left, to be copied: reading takes a worker, which takes seconds to start."""
    ordinary(site)
    office = Office(site, tmp_path_factory.mktemp("first"))
    return office.out, office.night()


@pytest.fixture
def known(office: Office, first_night: tuple[Path, Night]) -> Office:
    """After the first night."""
    shutil.copytree(first_night[0], office.out)
    office.first = first_night[1]
    return office


def codes(night: Night) -> list[str]:
    return [error.code for one in night.visits for error in one.errors]


# ---- the ordinary nights


def test_the_first_night_brings_everything(office: Office) -> None:
    night = office.night()
    assert night.exit_code == 0
    (visit,) = night.visits
    assert [(one.file_name, one.replaced, one.words) for one in visit.arrivals] == [
        ("a.pdf", None, "報告1"),
        ("b.pdf", None, "報告2"),
    ]
    documents = office.documents()
    assert sorted(documents.index) == [f"{office.site.address}/a.pdf", f"{office.site.address}/b.pdf"]
    assert documents["is_current"].all()
    assert set(documents["publisher"]) == {"甲市"}, "the paper does not say whose it is; the list of offices does"
    assert all(outcome.peak_memory > 50_000_000 for outcome in night.run.outcomes)
    assert documents["supersedes"].isna().all()

    arrival = visit.arrivals[0]
    folder = folder_of(office.out, arrival.document_id)
    assert (folder / "document.pdf").read_bytes() == OLD
    (facts,) = facts_in(folder)
    assert (facts.office, facts.publisher, facts.page) == ("kou", "甲市", f"{office.site.address}/")
    assert dict(facts.headers)["content-type"] == "application/pdf"
    fetched_at = datetime.datetime.fromisoformat(facts.received)
    assert abs((datetime.datetime.now(datetime.UTC) - fetched_at).total_seconds()) < 60


def test_a_night_with_nothing_new_reads_nothing_and_writes_no_table(office: Office) -> None:
    office.night()
    before = {path: path.stat().st_mtime_ns for path in office.out.rglob("*.parquet")}
    office.site.asked.clear()
    night = office.night()
    (visit,) = night.visits
    assert (night.exit_code, visit.not_modified, visit.arrivals, night.run.outcomes) == (0, 2, [], ())
    assert {path: path.stat().st_mtime_ns for path in office.out.rglob("*.parquet")} == before
    assert night.run.rows["documents"] == 2
    assert all("if-none-match" in headers for path, headers in office.site.asked if path.endswith(".pdf"))


def test_the_same_bytes_sent_anew_are_nothing_new(office: Office) -> None:
    office.site.put("/a.pdf", Answer(OLD))
    office.night()
    night = office.night()
    assert (night.visits[0].same_bytes, night.visits[0].not_modified, night.run.outcomes) == (1, 1, ())
    assert len(facts_in(folder_of(office.out, next(iter(histories(office.out / "archive").of.values()))[-1]))) == 1


def test_a_pdf_replaced_at_its_address_supersedes_the_old_one_which_stays(known: Office) -> None:
    old = known.first.visits[0].arrivals[0].document_id
    known.site.pdf("/a.pdf", NEW)
    night = known.night()
    (arrival,) = night.visits[0].arrivals
    assert (arrival.replaced, night.visits[0].not_modified) == (old, 1)
    assert len(night.run.outcomes) == 1, "only the new one is read"
    documents = known.documents().reset_index().set_index("document_id")
    assert len(documents) == 3
    assert documents.loc[arrival.document_id, "supersedes"] == old
    assert documents.loc[arrival.document_id, "is_current"]
    assert not documents.loc[old, "is_current"]
    assert (folder_of(known.out, old) / "document.pdf").read_bytes() == OLD
    assert documents["is_current"].sum() == 2

    known.site.pdf("/a.pdf", OLD)  # the office takes it back
    known.night()
    documents = known.documents().reset_index().set_index("document_id")
    assert documents.loc[old, "is_current"]
    assert not documents.loc[arrival.document_id, "is_current"]
    assert documents.loc[arrival.document_id, "supersedes"] == old
    assert pd.isna(documents.loc[old, "supersedes"])


def test_a_night_keeps_what_changed_since_the_last_one(known: Office) -> None:
    assert office_changes(known.first) == (None, None)  # no night before it
    second = known.night()
    assert office_changes(second) == (known.first.run.record.stem, None)
    assert not (known.out / "runs" / "changes").exists()

    known.site.pdf("/a.pdf", NEW)
    (other,) = (one.document_id for one in known.first.visits[0].arrivals if one.file_name == "b.pdf")
    decide(known.out, "山田", "correct", other, "documents", {"document_id": other}, "title", "会議一について")
    third = known.night()
    since, page = office_changes(third)
    assert since == second.run.record.stem
    assert page is not None
    assert f'href="{page}"' in third.run.record.with_suffix(".html").read_text(encoding="utf-8")
    html = (known.out / "runs" / page).read_text(encoding="utf-8")
    assert "<ins>について</ins>" in html
    said = json.loads((known.out / "runs" / page).with_suffix(".json").read_bytes())
    assert said["counts"]["documents"] == {"added": 0, "removed": 0, "replaced": 1}
    (corrected,) = [place for place in said["places"] if place["causes"] == ["correction"]]
    assert [cell["new"] for cell in corrected["rows"][0]["cells"]] == ["会議一について"]
    assert main(["diff", second.run.record.stem, third.run.record.stem, "--out", str(known.out)]) == 1

    assert office_changes(known.night()) == (third.run.record.stem, None)


def office_changes(night: Night) -> tuple[str | None, str | None]:
    assert night.changes is not None
    assert night.changes["error"] == ""
    return night.changes["since"], night.changes["page"]


def test_when_and_how_often_it_was_fetched_does_not_show_in_the_tables(known: Office, tmp_path: Path) -> None:
    folder = tmp_path / "again"
    folder.mkdir()
    again = Office(known.site, folder)
    known.site.put("/a.pdf", Answer(b"", 500))
    assert again.night().exit_code == 1
    known.site.pdf("/a.pdf", OLD)
    again.night()
    again.night()
    assert again.tables() == known.tables()


def test_another_version_reads_everything_again(known: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unread(known.out).jobs == []
    monkeypatch.setenv("BESSHI_LIMIT_PAGES", "2000")
    assert [job.name for job in unread(known.out).jobs] == ["a.pdf", "b.pdf"]
    night = known.night()
    assert [outcome.outcome for outcome in night.run.outcomes] == ["ok", "ok"]


def test_what_an_earlier_run_left_unread_is_read(known: Office) -> None:
    tables = known.tables()
    for kept in (known.out / "archive").iterdir():
        for name in ("rows.json", "record.json", "reading.json"):
            (kept / name).unlink()
    shutil.rmtree(known.out / "tables")
    assert len(known.night().run.outcomes) == 2
    assert known.tables() == tables


# ---- failures


def test_one_bad_address_costs_no_other(office: Office) -> None:
    site = office.site
    site.page(
        "/", "/a.pdf", "/gone.pdf", "/lie.pdf", "/loop.pdf", "/endless.pdf", "/inside.pdf", "/ask.pdf", "/none.pdf"
    )
    site.put("/lie.pdf", Answer("<html>エラー".encode(), headers={"Content-Type": "application/pdf"}))
    site.put("/loop.pdf", redirect("/loop.pdf"))
    site.put("/endless.pdf", endless)
    site.put("/inside.pdf", redirect("http://169.254.169.254/latest"))
    site.put("/ask.pdf", Answer(b"<html>Just a moment...", 403))
    site.put("/none.pdf", Answer(b""))
    night = office.night()
    assert night.exit_code == 1
    assert codes(night) == [
        "not_found",
        "error_page",
        "too_many_redirects",
        "too_large_reply",
        "robots_unreachable",
        "challenge_page",
        "empty_reply",
    ]
    assert [one.file_name for one in night.visits[0].arrivals] == ["a.pdf"]
    assert len(office.documents()) == 1
    record = json.loads(night.run.record.read_text())
    for error in record["night"]["visits"][0]["errors"]:
        assert error["message"]["ja"].endswith("。")


def test_a_list_that_was_emptied_is_an_alarm_until_it_is_filled_again(known: Office) -> None:
    before = known.tables()
    known.site.put("/", Answer(b"<html><body>renewed", headers={"Content-Type": "text/html"}))
    for _ in range(2):
        night = known.night()
        assert (codes(night), night.exit_code) == (["list_emptied"], 1)
    assert known.tables() == before
    known.site.page("/", "/b.pdf")
    night = known.night()
    assert (codes(night), night.exit_code) == ([], 0)
    assert night.visits[0].vanished == [f"{known.site.address}/a.pdf"]
    assert len(known.documents()) == 2, "what is no longer linked is kept"


def test_a_list_that_never_had_a_link_is_one_too(office: Office) -> None:
    office.site.put("/", Answer(b"<html><body>nothing yet", headers={"Content-Type": "text/html"}))
    assert codes(office.night()) == ["no_links"]


def test_a_challenge_in_the_place_of_the_list_is_named(known: Office) -> None:
    known.site.put("/", Answer(b"<html><title>Just a moment...</title>", headers={"Content-Type": "text/html"}))
    assert codes(known.night()) == ["challenge_page"]


def test_robots_that_forbid_are_obeyed_and_said(office: Office) -> None:
    office.site.put("/robots.txt", Answer(b"User-agent: *\nDisallow: /\n"))
    night = office.night()
    assert (codes(night), office.site.paths()) == (["robots_forbid"], [])
    assert (office.out / "tables" / "documents.parquet").exists()


def test_a_document_that_cannot_be_read_is_kept_listed_and_not_tried_again(office: Office) -> None:
    office.site.pdf("/a.pdf", b"%PDF-1.7 and then nothing")
    night = office.night()
    assert [outcome.outcome for outcome in night.run.failed] == ["malformed"]
    assert night.exit_code == 1
    again = office.night()
    assert (again.run.outcomes, again.exit_code) == ((), 0)
    record = json.loads(again.run.record.read_text())
    (failing,) = record["night"]["failing"]
    assert (failing["names"], failing["outcome"]) == (["a.pdf"], "malformed")
    assert Path(failing["kept_at"]).read_bytes() == b"%PDF-1.7 and then nothing"
    assert record["night"]["by_outcome"] == {"malformed": 1, "ok": 1}


def test_a_disk_that_is_full_is_a_clear_stop_with_the_tables_of_before(known: Office) -> None:
    before = known.tables()
    known.site.page("/", "/a.pdf", "/b.pdf", "/c.pdf")
    big = report("新資料") + b"%" * 60_000
    known.site.pdf("/c.pdf", big)
    # A process that may write no file above 50 kB, as on a disk that fills up.
    program = (
        "import resource, signal, sys; from pipeline.command_line.cli import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50000, 50000))\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    command = ["nightly", "--sources", str(known.list), "--out", str(known.out)]
    ended = subprocess.run(
        [sys.executable, "-c", program, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1, ended.stderr
    assert "ディスクの空き" in ended.stdout
    assert known.tables() == before
    night = known.night()
    assert (night.exit_code, len(night.visits[0].arrivals)) == (0, 1)


def test_a_night_killed_while_it_fetches_is_made_good_by_the_next(office: Office, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    undisturbed = Office(office.site, whole)
    undisturbed.night()
    for after in (1, 2, 3):
        office.site.asked.clear()
        command = [
            sys.executable,
            "-m",
            "pipeline.command_line",
            "nightly",
            "--sources",
            office.list,
            "--out",
            office.out,
        ]
        running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while len(office.site.paths()) < after and time.monotonic() < deadline and running.poll() is None:
            time.sleep(0.005)
        running.kill()
        running.wait()
    assert office.night().exit_code == 0
    assert office.tables() == undisturbed.tables()
    assert not list((office.out / "archive").glob("*/.*"))


# ---- the report


def test_the_report_says_what_came_what_changed_and_what_failed(known: Office) -> None:
    known.site.pdf("/a.pdf", NEW)
    known.site.page("/", "/a.pdf", "/b.pdf", "/<script>.pdf", words="<b>別紙</b> | 資料")
    night = known.night()
    record = json.loads(night.run.record.read_text())
    assert record["all_versions"]["httpx"] == "0.28.1"
    assert record["all_versions"]["tesseract"] or shutil.which("tesseract") is None
    assert night.page is not None
    page = night.page.read_text(encoding="utf-8")
    assert "差し替え" in page
    assert f"{known.site.address}/a.pdf" in page
    assert "<script" not in page
    assert '<td>文書</td><td>documents</td><td class="n">3</td>' in page
    assert "リンク切れ" in page
    titles = [section.title for section in run_report.sections(record, "en")]
    assert titles[0] == "What went wrong on the web"
    assert {"What came", "By office", "Outcomes", "Time and memory a document", "Rows of the tables"} <= set(titles)
    markdown = run_report.as_markdown(record, "en")
    assert "⚠ What went wrong on the web" in markdown
    assert "| Documents | documents | 3 |" in markdown


def test_the_command_says_how_the_night_went(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["nightly", "--sources", str(office.list), "--out", str(office.out)]
    assert main([*command, "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "kou: 2 links, 2 new, 0 replaced, 0 unchanged, 0 failed" in said
    assert ".html" in said
    office.site.put("/a.pdf", Answer(b"", 404))
    assert main([*command, "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert [error["code"] for error in said["visits"][0]["errors"]] == ["not_found"]
    assert Path(said["page"]).exists()


# ---- the archive


def test_verify_names_what_is_damaged_or_missing(known: Office, capsys: pytest.CaptureFixture[str]) -> None:
    ids = [one.document_id for one in known.first.visits[0].arrivals]
    command = ["archive", "verify", "--out", str(known.out)]
    assert main(command) == 0
    assert "2 件" in capsys.readouterr().out
    first, second = (folder_of(known.out, document_id) for document_id in ids)
    (first / "document.pdf").write_bytes(OLD + b" ")
    (first / "rows.json").write_bytes(b"{half")
    (second / "sources.json").unlink()
    assert main([*command, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert {(Path(fault["path"]).name, fault["kind"]) for fault in found["faults"]} == {
        ("document.pdf", "damaged"),
        ("rows.json", "damaged"),
        ("sources.json", "missing"),
    }
    (second / "document.pdf").unlink()
    kinds = {(fault.document_id, Path(fault.path).name, fault.kind) for fault in verify(known.out).faults}
    assert (ids[1], "document.pdf", "missing") in kinds


def test_damaged_bytes_are_not_read_and_come_back_when_deleted(known: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [one.document_id for one in known.first.visits[0].arrivals]
    pdf = folder_of(known.out, ids[0]) / "document.pdf"
    pdf.write_bytes(NEW)
    monkeypatch.setenv("BESSHI_LIMIT_PAGES", "2000")  # everything is to be read again
    night = known.night()
    assert [outcome.outcome for outcome in night.run.outcomes] == ["ok", "damaged"]
    assert night.exit_code == 1
    assert sorted(path.name for path in (known.out / "archive").iterdir()) == sorted(ids)
    pdf.unlink()
    known.night()
    assert pdf.read_bytes() == OLD
    assert verify(known.out).faults == ()


@pytest.mark.parametrize("kind", ["folder", "memory"])
def test_the_archive_at_a_second_place_starts_a_new_machine(office: Office, tmp_path: Path, kind: str) -> None:
    address = f"file://{tmp_path}/elsewhere" if kind == "folder" else f"memory://{tmp_path.name}"
    office.write(f'[archive]\naddress = "{address}"')
    night = office.night()
    assert json.loads(night.run.record.read_text())["night"]["archive_copy"]["sent"] == 2
    tables = office.tables()
    assert json.loads(office.night().run.record.read_text())["night"]["archive_copy"]["sent"] == 0

    shutil.rmtree(office.out)  # the machine is lost
    office.site.asked.clear()
    night = office.night()
    assert json.loads(night.run.record.read_text())["night"]["archive_copy"]["brought_back"] == 2
    assert night.run.outcomes == (), "what was read comes back too, and is not read again"
    assert office.tables() == tables
    assert verify(office.out).faults == ()
    copy = ArchiveCopy(address)
    assert copy.damaged() == (2, [])
    ids = sorted(path.name for path in (office.out / "archive").iterdir())
    copy._fs.pipe_file(f"{copy._root}/archive/{ids[0]}/document.pdf", b"%PDF other")
    assert copy.damaged() == (2, [ids[0]])


def test_a_second_place_that_cannot_be_used_is_said_at_once(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NoStorage):
        ArchiveCopy("nowhere://x")
    office.write('[archive]\naddress = "nowhere://x"')
    assert main(["nightly", "--sources", str(office.list), "--out", str(office.out)]) == 2
    assert "nowhere://x" in capsys.readouterr().err
    assert office.site.paths() == []
