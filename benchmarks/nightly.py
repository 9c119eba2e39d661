"""A night with many known documents and nothing new: how long it takes beyond Prefect's own start, and how much memory.

    .venv/bin/python benchmarks/nightly.py [--documents 1000] [--offices 20]

A web server on loopback plays the offices; the archive is filled without reading anything, as if earlier nights had
read every document. No document may be read: a worker that is started, or a table that is written, fails the benchmark.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

PREFECT_ALONE = """
import os, time
from prefect import flow, task
@task
def nothing(): pass
@flow
def empty(): nothing.submit().result()
empty()
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


def timed(command: list[str], environment: dict[str, str]) -> tuple[float, int, str]:
    """Seconds, most bytes of memory of the process and its children, and what it printed."""
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    if done.returncode:
        raise SystemExit(f"{command} ended with {done.returncode}: {done.stdout[-2000:]} {done.stderr[-2000:]}")
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024, done.stdout


def main() -> None:
    from office_site import LOOPBACK, Answer, OfficeSite

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--offices", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, OfficeSite() as site:
        out, sources = Path(folder, "output"), Path(folder, "sources.toml")
        each = arguments.documents // arguments.offices
        paths = {f"o{n}": [f"/o{n}/{number}.pdf" for number in range(each)] for n in range(arguments.offices)}
        urls = [site.address + path for office in paths.values() for path in office]
        data_of: dict[str, bytes] = {}
        etags: dict[str, str] = {}
        fill(out, urls, data_of, etags)
        text = [f'[fetching]\ncontact = "x@example.jp"\nallow_networks = ["{LOOPBACK}"]\nseconds_between = 0\n']
        for name, own in paths.items():
            site.page(f"/{name}/", *own)
            for path in own:
                site.put(path, Answer(data_of[site.address + path], etag=etags[site.address + path]))
            text.append(f'[[office]]\nname = "{name}"\npublisher = "甲市"\npage = "{site.address}/{name}/"\n')
        sources.write_text("".join(text), encoding="utf-8")

        environment = {**os.environ, "PREFECT_HOME": str(Path(folder, "prefect")), "PREFECT_LOGGING_LEVEL": "ERROR"}
        options = ["--sources", str(sources), "--out", str(out), "--json"]
        plain = [sys.executable, "-m", "pipeline.command_line", "nightly", *options]
        timed(plain, environment)  # the night that writes the tables and learns what to ask with
        before = {path: path.stat().st_mtime_ns for path in (out / "tables").iterdir()}
        site.asked.clear()
        bare, memory, said = timed(plain, environment)
        answers = json.loads(said)
        unchanged = sum(visit["not_modified"] for visit in answers["visits"])
        alone, _, _ = timed([sys.executable, "-c", PREFECT_ALONE], environment)
        through, with_prefect, _ = timed([sys.executable, "flows.py", "nightly", *options], environment)
        after = {path: path.stat().st_mtime_ns for path in (out / "tables").iterdir()}
    assert answers["documents"] == [], "a document was read"
    assert unchanged == len(urls), f"{unchanged} of {len(urls)} replies were 304"
    assert before == after, "tables were written"
    print(f"documents known            {len(urls):8,}")
    print(f"besshi nightly             {bare:8.1f} s   {memory / 1e6:8,.0f} MB")
    print(f"Prefect, an empty flow     {alone:8.1f} s")
    print(f"flows.py nightly           {through:8.1f} s   {with_prefect / 1e6:8,.0f} MB")
    print(f"beyond Prefect's own start {through - alone:8.1f} s")


if __name__ == "__main__":
    main()
