"""The night through Prefect: the same tables, a task an office and a document, artifacts, its hour."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import ROOT
from office_site import Answer, OfficeSite
from prefect_answers import from_server
from test_nightly import OLD, OTHER, Office

HERE = "http://127.0.0.1:"


@pytest.fixture(scope="module", autouse=True)
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Prefect's own data apart from the project's; set before Prefect is imported."""
    folder = tmp_path_factory.mktemp("prefect")
    before = os.environ.get("PREFECT_HOME")
    os.environ["PREFECT_HOME"] = str(folder)
    yield folder
    if before is None:
        del os.environ["PREFECT_HOME"]
    else:
        os.environ["PREFECT_HOME"] = before


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with OfficeSite() as site:
        site.page("/", "/a.pdf", "/b.pdf")
        site.pdf("/a.pdf", OLD)
        site.pdf("/b.pdf", OTHER)
        yield Office(site, tmp_path)


def test_nights_through_prefect(office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import flows

    command = ["nightly", "--sources", str(office.list), "--out", str(office.out), "--json"]
    with flows.prefect_server():
        assert flows.main(command) == 0
        said = json.loads(capsys.readouterr().out)
        assert [document["outcome"] for document in said["documents"]] == ["ok", "ok"]
        plain = tmp_path / "plain"
        plain.mkdir()
        without = Office(office.site, plain)
        without.night()
        assert office.tables() == without.tables()
        artifact = from_server("/artifacts/nightly/latest")
        assert f"{office.site.address}/a.pdf" in artifact["data"]
        names = {run["name"] for run in from_server("/task_runs/filter", {})}
        assert {"kou", "a.pdf", "b.pdf"} <= names

        # nothing new: no document is a task; an alarm: the flow's run is no success
        office.site.put("/a.pdf", Answer(b"", 404))
        before = len(from_server("/task_runs/filter", {}))
        assert flows.main(command) == 1
        assert json.loads(capsys.readouterr().out)["documents"] == []
        assert len(from_server("/task_runs/filter", {})) == before + 1
        failures = json.loads(from_server("/artifacts/nightly-failures/latest")["data"])
        assert [row["種類"] for row in failures] == ["not_found"]
        states = [run["state_type"] for run in from_server("/flow_runs/filter", {"sort": "EXPECTED_START_TIME_ASC"})]
        assert states[-2:] == ["COMPLETED", "FAILED"]

        # what Prefect remembers and the archive has lost is read again: what the archive says counts
        shutil.rmtree(office.out)
        office.site.pdf("/a.pdf", OLD)
        assert flows.main(command) == 0
        capsys.readouterr()
        assert office.tables() == without.tables()


def test_serve_keeps_the_hour(tmp_path: Path) -> None:
    log = tmp_path / "log"
    environment = {**os.environ, "PREFECT_HOME": str(tmp_path / "home"), "PREFECT_LOGGING_LEVEL": "ERROR"}
    environment.pop("PREFECT_API_URL", None)
    with log.open("wb") as file:
        serving = subprocess.Popen(
            [sys.executable, "flows.py", "serve"], cwd=ROOT, stdout=file, stderr=file, env=environment
        )
    try:
        until = time.monotonic() + 150
        planned: list[dict[str, Any]] = []
        while not planned and time.monotonic() < until and serving.poll() is None:
            time.sleep(1)
            places = [word for word in log.read_text().split() if word.startswith(HERE)]
            if places:
                server = HERE + places[0].removeprefix(HERE).partition("/")[0]
                planned = httpx.post(f"{server}/api/flow_runs/filter", json={}).json()
        assert planned, log.read_text()
        assert {run["next_scheduled_start_time"][11:16] for run in planned} == {"17:00"}, "02:00 in Tokyo, in UTC"
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait(60)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{server}/api/health", timeout=5)
