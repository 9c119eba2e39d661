"""Nights, with Prefect and without: what Prefect adds to a night that reads, and what a night with nothing new takes.

    python -m benchmarks.nightly share [--documents 200] [--most 65] [--workers 2] [--papers FOLDER] [--write DOC.md]
    python -m benchmarks.nightly known [--documents 1000] [--offices 20] [--write DOC.md]

A web server on loopback plays the offices.

share: the same new papers through `besshi nightly` and through `flows.py nightly`, one after the other, each into an
empty output, with the same workers. The papers are text reports of 10 to 65 pages made from the sample, or those of a
folder. The ratio of the whole nights is told, and apart from it what is not the workers' own: they read the same both
times, and by how much two readings of the same differ on a machine that others use is more than what is asked for.

known: an archive filled without reading anything, as if earlier nights had read every document. A document that is
read, or a table that is written, fails the benchmark.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.made import write_reports
from benchmarks.measuring import ROOT, Account, Watch, spent

if TYPE_CHECKING:
    from office_site import OfficeSite

sys.path[:0] = [str(ROOT / "tests")]

PLAIN = [sys.executable, "-m", "pipeline.command_line", "nightly"]
THROUGH = [sys.executable, "flows.py", "nightly"]
KINDS = {"workers": "pipeline.batch.worker"}
GOAL = 0.03

EMPTY_FLOW = """
import flows
from prefect import flow, task
@task
def nothing(): pass
@flow
def empty(): nothing.submit().result()
with flows.prefect_server(): empty()
"""


def fill(out: Path, urls: list[str], data_of: dict[str, bytes], etags: dict[str, str]) -> None:
    """An archive in which every address has been fetched and read."""
    import datetime

    from small_documents import small_document

    from pipeline.archive.archive import keep, keep_fetched
    from pipeline.archive.fetched import Fetched
    from pipeline.batch.known import keep_outcome, settings_of, version_now
    from pipeline.batch.limits import Limits
    from pipeline.batch.runs import Outcome

    version, settings = version_now(), settings_of(Limits())
    for number, url in enumerate(urls):
        data, extraction = small_document(f"{number}.pdf", case_nos=tuple(range(1, 31)))
        data_of[url], etags[url] = data, f'"{number}"'
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="microseconds")
        keep_fetched(out, data, Fetched(url, url, now, (("etag", etags[url]),), "x", "甲市", None, url, ""))
        keep(out, data, extraction)
        outcome = Outcome("", "ok", hashlib.sha256(data).hexdigest(), pages=4)
        keep_outcome(out, outcome, version, settings)


def sources_of(offices: dict[str, list[str]], site: OfficeSite) -> str:
    """The list of sources for offices with these paths to papers, each linked on the office's page."""
    from office_site import LOOPBACK

    text = [f'[fetching]\ncontact = "x@example.jp"\nallow_networks = ["{LOOPBACK}"]\nseconds_between = 0\n']
    for name, paths in offices.items():
        site.page(f"/{name}/", *paths)
        text.append(f'[[office]]\nname = "{name}"\npublisher = "甲市"\npage = "{site.address}/{name}/"\n')
    return "".join(text)


def tables_in(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / "tables").iterdir())}


def share(account: Account, documents: int, most: int, workers: int, papers: Path | None) -> None:
    from office_site import OfficeSite

    say = account.say

    with tempfile.TemporaryDirectory() as folder, OfficeSite() as site:
        base = Path(folder)
        if papers is None:
            write_reports(papers := base / "papers", documents, most)
        files = sorted(papers.glob("*.pdf"))
        for file in files:
            site.pdf(f"/o/{file.name}", file.read_bytes())
        (base / "sources.toml").write_text(sources_of({"o": [f"/o/{file.name}" for file in files]}, site), "utf-8")
        environment = {**os.environ, "PREFECT_HOME": str(base / "prefect"), "PREFECT_LOGGING_LEVEL": "ERROR"}
        spent([sys.executable, "-c", EMPTY_FLOW], environment)  # the first start of all makes Prefect's database
        alone, _ = spent([sys.executable, "-c", EMPTY_FLOW], environment)

        def night(command: list[str], name: str) -> tuple[float, float, dict[str, float], int]:
            """CPU and wall seconds, CPU seconds by kind of process, and pages."""
            watch = Watch(KINDS)
            options = ["--sources", str(base / "sources.toml"), "--out", str(base / name), "--workers", str(workers)]
            took, said = spent([*command, *options, "--json"], environment, watch)
            answers = json.loads(said)
            assert answers["read"] == len(files), f"{answers['read']} of {len(files)} were read"
            return took.cpu, took.wall, watch.by_kind, answers["pages"]

        plain, plain_wall, bare, pages = night(PLAIN, "plain")
        through, through_wall, kinds, _ = night(THROUGH, "through")
        assert tables_in(base / "plain") == tables_in(base / "through"), "the tables differ"
    added = kinds[""] - bare[""]
    say(f"{len(files)} documents, {pages:,} pages, {workers} workers; {plain / len(files):.2f} CPU s a document")
    for name, seconds, wall, own in (
        ("besshi nightly", plain, plain_wall, bare),
        ("flows.py nightly", through, through_wall, kinds),
    ):
        say(f"{name:24} {seconds:8.1f} CPU s, of which workers {own.get('workers', 0.0):.1f}; wall {wall:.0f} s")
    say(f"whole nights, ratio      {through / plain:8.3f}")
    say(f"added beside the workers {added:8.1f} = {added / plain:.1%} of the plain night (goal {GOAL:.0%})")
    say(f"an empty flow            {alone.cpu:8.1f}")


def known(account: Account, documents: int, offices: int) -> None:
    from office_site import Answer, OfficeSite

    say = account.say

    with tempfile.TemporaryDirectory() as folder, OfficeSite() as site:
        out, sources = Path(folder, "output"), Path(folder, "sources.toml")
        paths = {f"o{n}": [f"/o{n}/{number}.pdf" for number in range(documents // offices)] for n in range(offices)}
        urls = [site.address + path for office in paths.values() for path in office]
        data_of: dict[str, bytes] = {}
        etags: dict[str, str] = {}
        fill(out, urls, data_of, etags)
        for url in urls:
            site.put(url.removeprefix(site.address), Answer(data_of[url], etag=etags[url]))
        sources.write_text(sources_of(paths, site), encoding="utf-8")

        environment = {**os.environ, "PREFECT_HOME": str(Path(folder, "prefect")), "PREFECT_LOGGING_LEVEL": "ERROR"}
        options = ["--sources", str(sources), "--out", str(out), "--json"]
        spent([*PLAIN, *options], environment)  # the night that writes the tables and learns what to ask with
        before = {path: path.stat().st_mtime_ns for path in (out / "tables").iterdir()}
        site.asked.clear()
        bare, said = spent([*PLAIN, *options], environment)
        answers = json.loads(said)
        unchanged = sum(visit["not_modified"] for visit in answers["visits"])
        spent([sys.executable, "-c", EMPTY_FLOW], environment)
        alone, _ = spent([sys.executable, "-c", EMPTY_FLOW], environment)
        through, _ = spent([*THROUGH, *options], environment)
        after = {path: path.stat().st_mtime_ns for path in (out / "tables").iterdir()}
    assert answers["documents"] == [], "a document was read"
    assert unchanged == len(urls), f"{unchanged} of {len(urls)} replies were 304"
    assert before == after, "tables were written"
    say(f"documents known            {len(urls):8,}")
    for name, took in (("besshi nightly", bare), ("Prefect, an empty flow", alone), ("flows.py nightly", through)):
        say(f"{name:26} {took.wall:8.1f} s   {took.cpu:8.1f} CPU s   {took.peak / 1e6:8,.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked_for = parser.add_subparsers(required=True, dest="what")
    one = asked_for.add_parser("share")
    one.add_argument("--documents", type=int, default=200)
    one.add_argument("--most", type=int, default=65, help="pages of the largest paper")
    one.add_argument("--workers", type=int, default=2)
    one.add_argument("--papers", type=Path, help="a folder of PDFs to read in place of those that are made")
    other = asked_for.add_parser("known")
    other.add_argument("--documents", type=int, default=1000)
    other.add_argument("--offices", type=int, default=20)
    for each in (one, other):
        each.add_argument("--write", type=Path, help="the document to put the figures into")
    asked = parser.parse_args()
    account = Account()
    if asked.what == "share":
        share(account, asked.documents, asked.most, asked.workers, asked.papers)
    else:
        known(account, asked.documents, asked.offices)
    account.write(asked.write, f"nights, {asked.what}")


if __name__ == "__main__":
    main()
