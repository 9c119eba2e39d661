"""The batch and the night as Prefect flows: one task a document, retried where a failure may pass, and artifacts.

    python flows.py samples --out output      the same as `besshi extract samples --out output`, through Prefect
    python flows.py nightly --out output      the same as `besshi nightly --out output`, through Prefect
    python flows.py serve                     waits, and runs the night at 02:00 in Tokyo

The only module that imports Prefect. It needs no server: one is started for the run and ends with it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

# Prefect reads its settings when it is imported.
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
os.environ["DO_NOT_TRACK"] = "1"
os.environ.setdefault("PREFECT_HOME", str(Path(__file__).resolve().parent / ".prefect"))
os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")  # the summary says what a reader wants to know
os.environ.setdefault("PREFECT_CLI_PROMPT", "false")

import contextlib
import datetime
import hashlib
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import httpx
import orjson
from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE, CacheKeyFnPolicy
from prefect.client.orchestration import get_client
from prefect.concurrency.sync import concurrency
from prefect.exceptions import TerminationSignal
from prefect.futures import PrefectFuture
from prefect.runtime import flow_run
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.task_runners import ThreadPoolTaskRunner

from pipeline.batch.batch import Listener, finish, page_workers, plan, pool_size
from pipeline.batch.known import needs_reading, settings_of, version_now
from pipeline.batch.limits import Limits
from pipeline.batch.run_lock import run_lock
from pipeline.batch.runs import Job, Outcome, Run
from pipeline.batch.workers import WorkerPool
from pipeline.command_line.screen import ProgressListener, summary_markdown
from pipeline.messages import Lang, language, message
from pipeline.night.nightly import SIDE_BY_SIDE, Night, Unread, Visits, Work, finish_night, unread
from pipeline.night.run_report import as_markdown, sections
from pipeline.night.sources import Office, Sources, read_sources
from pipeline.night.visits import Visit
from pipeline.settings import DEFAULT_OUT

RETRIES = 2
RETRY_SECONDS = [0.5, 2.0]
MAY_PASS = "io_error"
"""The one outcome worth another try; what is wrong with a document stays wrong."""


class MayPass(Exception):
    """Reading or writing failed in a way that may pass; `outcome` is what it comes to if it does not."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.detail)
        self.outcome = outcome


@task(
    task_run_name="{job.name}",
    retries=RETRIES,
    retry_delay_seconds=RETRY_SECONDS,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def read_document(job: Job, pool: WorkerPool, listener: Listener) -> Outcome:
    """One document, read in a worker and kept in the archive. Raises MayPass to be tried again."""
    outcome = pool.run(job, lambda done, total: listener.on_page(job, done, total))
    if outcome.outcome == MAY_PASS:
        raise MayPass(outcome)
    listener.on_done(job, outcome)
    return outcome


def run_name() -> str:
    """What a flow run reads: the first paths' names and how many more there are."""
    given = flow_run.parameters["paths"]
    names = [Path(path).name or str(path) for path in given]
    more = f" +{len(names) - 3}" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more} → {flow_run.parameters['out']}"


@flow(name="extract-reports", flow_run_name=run_name, persist_result=False, validate_parameters=False)
def extract_reports(
    paths: Sequence[str | Path],
    out: str | Path = DEFAULT_OUT,
    workers: int | None = None,
    lang: Lang | None = None,
    again: bool = False,
) -> Run:
    """Read all PDFs at `paths` (files, or folders searched for them) into the tables under `out`.

    `workers`: documents at a time, as many as processors unless given. `lang`: of the artifact, the environment's
    unless given. `again`: documents that are known are read all the same. A document that cannot be read is a row of
    the run's record, and never fails the flow. Waits while another run holds `out`. Raises OSError when the output
    folder cannot be written.
    """
    started = datetime.datetime.now(datetime.UTC)
    out = Path(out)
    lang = lang or language()
    with ProgressListener(lang) as bars, run_lock(out, started.isoformat(timespec="seconds"), bars.on_wait):
        run = _read_all(plan(paths, out), out, workers, started, bars, again)
    create_markdown_artifact(
        summary_markdown(run, lang), key="extract-reports", description=f"{len(run.read)}/{len(run.outcomes)}"
    )
    return run


def _read_all(
    jobs: Sequence[Job],
    out: Path,
    workers: int | None,
    started: datetime.datetime,
    bars: ProgressListener,
    again: bool,
) -> Run:
    size = pool_size(workers, len(jobs))
    outcomes: dict[Job, Outcome] = {}
    stopped = False
    threads: ThreadPoolTaskRunner[Outcome] = ThreadPoolTaskRunner(max_workers=size)
    bars.on_plan(jobs)
    pooled = WorkerPool(out, size, again=again, page_workers=page_workers(workers, len(jobs)))
    with pooled as pool, threads as runner:
        try:
            futures = {job: runner.submit(read_document, {"job": job, "pool": pool, "listener": bars}) for job in jobs}
            for job, future in futures.items():
                outcomes[job] = _outcome(future)
                if outcomes[job].outcome == MAY_PASS:
                    bars.on_done(job, outcomes[job])
        except (KeyboardInterrupt, TerminationSignal):
            stopped = True
            pool.stop()
    # What was finished in the very moment of a stop is kept, and is said to be.
    return finish(out, started, jobs, {**pool.done, **outcomes}, stopped=stopped)


def _outcome(future: PrefectFuture[Outcome]) -> Outcome:
    result = future.result(raise_on_failure=False)
    if isinstance(result, MayPass):
        return result.outcome
    if isinstance(result, BaseException):
        raise result
    return result


# ---- the night

HOUR, ZONE = "0 2 * * *", "Asia/Tokyo"

SERVER_SECONDS = 120
"""Until a Prefect server of our own has to answer."""


class NightFailed(Exception):
    """A night in which something went wrong, an alarm included: the flow's run must not look like a success."""

    def __init__(self, night: Night) -> None:
        super().__init__(f"{sum(len(one.errors) for one in night.visits)} + {len(night.run.failed)}: {night.page}")
        self.night = night


def result_key(_: object, parameters: dict[str, Any]) -> str:
    """What a document's result is known by: its bytes, the version and settings that read it, and the archive."""
    job, out = parameters["job"], str(Path(parameters["out"]).resolve())
    place = hashlib.sha256(out.encode()).hexdigest()[:8]
    return f"{job.document_id}-{version_now()}-{settings_of(Limits.from_environment())}-{place}"


@task(
    task_run_name="{job.name}",
    retries=RETRIES,
    retry_delay_seconds=RETRY_SECONDS,
    cache_policy=CacheKeyFnPolicy(cache_key_fn=result_key),
    persist_result=True,
)
def read_new_document(job: Job, out: str, pool: WorkerPool, listener: Listener) -> Outcome:
    """One document of the archive, as `read_document`; the result is kept under the document's key."""
    del out  # is part of the key
    return read_document.fn(job, pool, listener)


@task(task_run_name="{office.name}", retries=1, retry_delay_seconds=1, cache_policy=NO_CACHE, persist_result=False)
def visit_office(office: Office, visits: Visits) -> Visit:
    """One office: its pages looked at, what is new fetched. Raises OSError when it cannot be kept."""
    with _host_to_itself(office):
        return visits.visit(office)


@contextlib.contextmanager
def _host_to_itself(office: Office) -> Iterator[None]:
    """Where several machines share a Prefect server, no two visit one host at the same time.

    Within one process `pipeline.night.turns` sees to that; a server that forgets a slot must not keep a night from
    going on.
    """
    if not PREFECT_API_URL.value():
        yield
        return
    name = f"besshi-{office.host.replace(':', '-')}"
    with get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name(name, 1)
    with contextlib.ExitStack() as held:
        with contextlib.suppress(TimeoutError):
            held.enter_context(concurrency(name, occupy=1, timeout_seconds=1800))
        yield


@flow(name="nightly", flow_run_name="{sources} → {out}", persist_result=False, validate_parameters=False)
def nightly(
    sources: str = "sources.toml", out: str = str(DEFAULT_OUT), workers: int | None = None, lang: Lang | None = None
) -> Night:
    """One night: visit the offices of `sources`, fetch and read what is new, write tables and report.

    Raises NightFailed when anything went wrong, after everything else was done; SourcesError, OSError or NoStorage when
    nothing could be done.
    """
    started = datetime.datetime.now(datetime.UTC)
    place, lang = Path(out), lang or language()
    offices = read_sources(Path(sources))
    with ProgressListener(lang) as bars, run_lock(place, started.isoformat(timespec="seconds"), bars.on_wait):
        work = Work(offices, place)
        _visit_all(work)
        if work.is_over:
            night = finish_night(finish(place, started, [], {}, stopped=True), work, Unread())
        else:
            to_read = unread(place)
            night = finish_night(_read_new(to_read.jobs, place, workers, started, bars), work, to_read)
    _show(night, lang)
    if night.exit_code:
        raise NightFailed(night)
    return night


def _visit_all(work: Work) -> None:
    visits = Visits(work.sources, work.out)
    threads: ThreadPoolTaskRunner[Visit] = ThreadPoolTaskRunner(max_workers=SIDE_BY_SIDE)
    began = datetime.datetime.now(datetime.UTC)
    with threads as runner:
        try:
            futures = [runner.submit(visit_office, {"office": one, "visits": visits}) for one in work.sources.enabled]
            work.visits += [future.result() for future in futures]
        except (KeyboardInterrupt, TerminationSignal):
            work.stopped = True
        except OSError as error:
            work.write_error = str(error)
        finally:
            visits.stop()
    work.fetch_seconds = (datetime.datetime.now(datetime.UTC) - began).total_seconds()


def _read_new(
    jobs: Sequence[Job], out: Path, workers: int | None, started: datetime.datetime, bars: ProgressListener
) -> Run:
    size = pool_size(workers, len(jobs))
    limits = Limits.from_environment()
    outcomes: dict[Job, Outcome] = {}
    stopped = False
    threads: ThreadPoolTaskRunner[Outcome] = ThreadPoolTaskRunner(max_workers=size)
    bars.on_plan(jobs)
    with WorkerPool(out, size, page_workers=page_workers(workers, len(jobs))) as pool, threads as runner:
        given = {job: {"job": job, "out": str(out), "pool": pool, "listener": bars} for job in jobs}
        try:
            futures = {job: runner.submit(read_new_document, given[job]) for job in jobs}
            for job, future in futures.items():
                outcomes[job] = _outcome(future)
                # Prefect remembers a result that the archive has lost: what the archive says counts.
                was_remembered = future.state.name == "Cached" and job.document_id is not None
                if was_remembered and needs_reading(out, str(job.document_id), version_now(), settings_of(limits)):
                    anew = read_new_document.with_options(refresh_cache=True)
                    outcomes[job] = _outcome(runner.submit(anew, given[job]))
        except (KeyboardInterrupt, TerminationSignal):
            stopped = True
            pool.stop()
    return finish(out, started, jobs, {**pool.done, **outcomes}, stopped=stopped)


def _show(night: Night, lang: Lang) -> None:
    """The report and a table of the failures as artifacts."""
    if night.page is None:
        return
    record = orjson.loads(night.run.record.read_bytes())
    create_markdown_artifact(as_markdown(record, lang), key="nightly", description=night.run.record.stem)
    alarms = [section for section in sections(record, lang) if section.alarm]
    rows = [dict(zip(section.columns, row, strict=True)) for section in alarms for row in section.rows]
    create_table_artifact(rows, key="nightly-failures", description=message("report.alarms", lang))


def serve() -> None:
    """Wait, and run the night at two in the morning in Tokyo, until ended.

    On the Prefect server of PREFECT_API_URL; where none is named, on one of its own that ends with it, because the
    temporary server that Prefect would start keeps no hours.
    """
    with _server() as url, temporary_settings({PREFECT_API_URL: url}):
        nightly.serve(name="nightly", schedule=Cron(HOUR, timezone=ZONE), limit=1)


@contextlib.contextmanager
def _server() -> Iterator[str]:
    """The address of a Prefect server. Raises RuntimeError when none comes up."""
    if named := PREFECT_API_URL.value():
        yield named
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/api"
    command = [
        sys.executable,
        "-m",
        "prefect",
        "server",
        "start",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-ui",
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, process_group=0)
    try:
        until = time.monotonic() + SERVER_SECONDS
        while not _answers(f"{url}/health"):
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"no Prefect server at {url}")
            time.sleep(0.2)
        yield url
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def main(arguments: Sequence[str] | None = None) -> int:
    """The arguments, summaries and exit codes of `besshi extract` and `besshi nightly`, the work done by the flows."""
    from pipeline.command_line import cli

    def through_prefect(
        paths: Sequence[str], jobs: Sequence[Job], out: Path, workers: int | None, lang: Lang, again: bool
    ) -> Run:
        del jobs  # the flow plans them itself, as it does when Prefect starts it
        return extract_reports(paths, out, workers, lang, again)

    def night_through_prefect(path: Path, sources: Sources, out: Path, workers: int | None, lang: Lang) -> Night:
        del sources  # the flow reads them itself
        try:
            return nightly(str(path), str(out), workers, lang)
        except NightFailed as failed:
            return failed.night

    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if arguments[:1] == ["serve"]:
        serve()
        return 0
    named = arguments if arguments[:1] == ["nightly"] else ["extract", *arguments]
    return cli.main(named, batch=through_prefect, night=night_through_prefect)


if __name__ == "__main__":
    sys.exit(main())
