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
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")  # a busy machine takes its time
os.environ.setdefault("PY_KEY_VALUE_DISABLE_BEARTYPE", "true")  # types within Prefect's store of keys are its own

import contextlib
import datetime
import gc
import itertools
import queue
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

# What is loaded stays: looking through it for what may go would make loading a fifth longer.
gc.disable()

import orjson
from prefect import Task, flow, task, task_engine
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE, CacheKeyFnPolicy
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import TaskRunFilter, TaskRunFilterId, TaskRunFilterState, TaskRunFilterStateType
from prefect.client.schemas.objects import TERMINAL_STATES, State, StateType, TaskRun
from prefect.client.schemas.sorting import TaskRunSort
from prefect.concurrency.sync import concurrency
from prefect.events import Event
from prefect.events.worker import EventsWorker
from prefect.exceptions import TerminationSignal
from prefect.futures import PrefectFuture
from prefect.logging.handlers import APILogWorker
from prefect.runtime import flow_run
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.task_runners import ThreadPoolTaskRunner

from pipeline.batch import cluster
from pipeline.batch.batch import Listener, finish, known_ones, largest_first, plan
from pipeline.batch.known import needs_reading, settings_of
from pipeline.batch.own_server import ASKED, SMALL, is_own, lasting_server, server_of_run
from pipeline.batch.run_lock import run_lock
from pipeline.batch.runs import Job, Outcome, Run
from pipeline.batch.shared_pool import (
    OtherVersion,
    Terms,
    begin_here,
    end_here,
    key_of,
    read_here,
    stop_here,
    terms_of,
)
from pipeline.command_line.places import cluster_faults
from pipeline.command_line.screen import ProgressListener, summary_markdown
from pipeline.command_line.told_once import errors_told_once
from pipeline.messages import Lang, language, message
from pipeline.night.nightly import SIDE_BY_SIDE, Night, Unread, Visits, Work, finish_night, unread
from pipeline.night.run_report import as_markdown, sections
from pipeline.night.sources import Office, Sources, read_sources
from pipeline.night.visits import Visit
from pipeline.settings import DEFAULT_OUT, dask_address, runner
from pipeline.storage import is_address, place

gc.freeze()
gc.enable()

RETRIES = 2
RETRY_SECONDS = [0.5, 2.0]
BY_ID = TaskRunSort.ID_DESC
RECORDED_SECONDS = 3
"""Of this process's own processor time, of which the server of a run is a thread, and after which it has to have heard
of one more of the last tasks: on a busy machine that takes as long as it takes."""
DRAIN_SECONDS = 10
"""Until what is to be sent to a server that ends with the run has gone to it."""
ENGINES = ("prefect.flow_runs", "prefect.task_runs")
"""Who logs the errors of flows and tasks, which then leave them all the same."""
MAY_PASS = "io_error"
"""The one outcome worth another try; what is wrong with a document stays wrong."""


class MayPass(Exception):
    """Reading or writing failed in a way that may pass; `outcome` is what it comes to if it does not."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.detail)
        self.outcome = outcome


page_listeners: dict[str, Callable[[str, int, int], None]] = {}
"""Who is told of the pages of a run that this process began, by file."""


@task(
    task_run_name="{job.name}",
    retries=RETRIES,
    retry_delay_seconds=RETRY_SECONDS,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def read_document(job: Job, terms: Terms) -> Outcome:
    """One document, read in a confined worker of the process that this lands in, and kept in the archive.

    Raises MayPass to be tried again, OtherVersion where it lands on a machine with another besshi.
    """
    outcome = read_here(job, terms, cluster.threads_here() or terms.workers, _teller(job, terms))
    if outcome.outcome == MAY_PASS:
        raise MayPass(outcome)
    return outcome


def _teller(job: Job, terms: Terms) -> Callable[[int, int], None]:
    tell = page_listeners.get(terms.run)
    if tell is not None:
        return lambda done, total: tell(job.file, done, total)
    return cluster.teller(terms.run, job.file)


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
    folder = place(out)
    lang = lang or language()
    with ProgressListener(lang) as bars, run_lock(folder, started.isoformat(timespec="seconds"), bars.on_wait):
        jobs = plan(paths, folder)
        outcomes, stopped = _read_all(jobs, terms_of(folder, workers, jobs, again=again), bars, read_document)
        # What was finished in the very moment of a stop is kept, and is said to be.
        run = finish(folder, started, jobs, outcomes, stopped=stopped)
    create_markdown_artifact(
        summary_markdown(run, lang), key="extract-reports", description=f"{len(run.read)}/{len(run.outcomes)}"
    )
    return run


class _Crew:
    """Who carries out the tasks of a run: threads of this process, or a Dask cluster. Use it in a `with` block."""

    def __init__(self, terms: Terms, listener: Listener) -> None:
        self.terms = terms
        self.at_once = 2 * terms.workers
        """How many tasks are with Prefect before the first has ended: ten thousand would only wait there."""
        self.done: dict[Job, Outcome] = {}
        """After the block: what this process finished, in the very moment of a stop too."""
        self._listener = listener
        self._jobs: dict[str, Job] = {}
        self._stack = contextlib.ExitStack()
        self._runner: Any = None

    def __enter__(self) -> _Crew:
        with contextlib.ExitStack() as stack:
            enter = self._enter_cluster if runner() == "dask" else self._enter_here
            self._runner = enter(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def submit(self, reader: Task[..., Outcome], job: Job) -> PrefectFuture[Outcome]:
        """Hand a document over; where it is read, this process's folder is not the one that names are relative to."""
        there = replace(job, file=job.file if is_address(job.file) else os.path.abspath(job.file))
        self._jobs[there.file] = job
        future: PrefectFuture[Outcome] = self._runner.submit(reader, {"job": there, "terms": self.terms})
        return future

    def stop(self) -> None:
        """What this process reads is given up at once; what a cluster does, when the block ends."""
        stop_here(self.terms.run)

    def _enter_here(self, stack: contextlib.ExitStack) -> Any:
        run = self.terms.run
        page_listeners[run] = self._on_page
        stack.callback(page_listeners.pop, run, None)
        begin_here(self.terms, self.terms.workers)
        stack.callback(self._collect)
        return stack.enter_context(ThreadPoolTaskRunner(max_workers=self.terms.workers))

    def _enter_cluster(self, stack: contextlib.ExitStack) -> Any:
        from prefect_dask.task_runners import DaskTaskRunner

        check_cluster()
        stack.enter_context(temporary_settings({PREFECT_API_URL: _server_url()}))
        client = stack.enter_context(cluster.cluster(dask_address(), self.terms.workers))
        stack.callback(cluster.end_everywhere, client, self.terms.run)
        self.at_once = cluster.at_once(client)
        cluster.hear(client, self.terms.run, self._on_page)
        return stack.enter_context(DaskTaskRunner(address=client.scheduler.address))

    def _collect(self) -> None:
        for job, outcome in end_here(self.terms.run).items():
            self.done[self._jobs[job.file]] = replace(outcome, file=self._jobs[job.file].file)

    def _on_page(self, file: str, done: int, total: int) -> None:
        self._listener.on_page(self._jobs[file], done, total)


def check_cluster() -> None:
    """Raises NoCluster where the cluster that is asked for cannot be used; see `pipeline.batch.cluster.check`."""
    if runner() == "dask":
        cluster.check(dask_address(), prefect_is_named=_named_server() is not None)


def _named_server() -> str | None:
    """The Prefect server that the user names; None where a run has one of its own."""
    url = PREFECT_API_URL.value()
    return None if not url or is_own(url) else url


def _server_url() -> str:
    """Where the workers of a cluster find Prefect's server: the one that is named, or this run's own."""
    if named := PREFECT_API_URL.value():
        return str(named)
    with get_client(sync_client=True) as client:
        return str(client.api_url)


def _read_all(
    jobs: Sequence[Job], terms: Terms, listener: Listener, reader: Task[..., Outcome]
) -> tuple[dict[Job, Outcome], bool]:
    """What came of each document, and whether the run was stopped before all were read."""
    # What is known is no task: Prefect would take longer over it than the archive does.
    outcomes = {} if terms.again else known_ones(jobs, place(terms.out), terms.limits)
    under_way: dict[uuid.UUID, Job] = {}
    finished: queue.SimpleQueue[PrefectFuture[Outcome]] = queue.SimpleQueue()
    stopped = False
    waiting = iter(largest_first(job for job in jobs if job not in outcomes))
    listener.on_plan(jobs)
    for job, outcome in outcomes.items():
        listener.on_done(job, outcome)
    if len(outcomes) == len(jobs):
        return outcomes, False
    with _Crew(terms, listener) as crew:
        last: deque[uuid.UUID] = deque(maxlen=crew.at_once)

        def submit(job: Job, reader: Task[..., Outcome] = reader) -> None:
            future = crew.submit(reader, job)
            under_way[future.task_run_id] = job
            future.add_done_callback(finished.put)

        try:
            for job in itertools.islice(waiting, crew.at_once):
                submit(job)
            while under_way:
                future = finished.get()
                job = under_way.pop(future.task_run_id)
                last.append(future.task_run_id)
                outcome = _outcome(job, future)
                if _is_lost(future, job, terms):
                    submit(job, reader.with_options(refresh_cache=True))
                    continue
                outcomes[job] = outcome
                listener.on_done(job, outcome)
                if outcome.outcome == "disk_full":
                    waiting = iter(())
                for following in itertools.islice(waiting, 1):
                    submit(following)
            _wait_until_recorded(last)
        except (KeyboardInterrupt, TerminationSignal):
            stopped = True
            crew.stop()
        except cluster.ClusterLost as lost:
            for job in jobs:  # what was kept in the archive is known to the next run
                outcomes.setdefault(job, Outcome(job.file, "cluster_lost", job.document_id, job.also, str(lost)))
    return {**crew.done, **outcomes}, stopped


def _wait_until_recorded(tasks: Iterable[uuid.UUID]) -> None:
    """Tasks tell the server of themselves by events, which come in a moment later: one that ends with this run has to
    have those of the last tasks before it ends, or its history would show them running for ever."""
    if not is_own(PREFECT_API_URL.value()):
        return
    if not (wanted := list(tasks)):
        return
    ended = TaskRunFilter(
        id=TaskRunFilterId(any_=wanted),
        state=TaskRunFilterState(type=TaskRunFilterStateType(any_=list(TERMINAL_STATES))),
    )
    known, until = 0, time.process_time() + RECORDED_SECONDS
    with get_client(sync_client=True) as client:
        while time.process_time() < until:
            found = len(client.read_task_runs(task_run_filter=ended, sort=BY_ID, limit=len(wanted)))
            if found == len(wanted):
                return
            if found > known:
                known, until = found, time.process_time() + RECORDED_SECONDS
            time.sleep(0.1)


def _is_lost(future: PrefectFuture[Outcome], job: Job, terms: Terms) -> bool:
    """Whether Prefect remembers a result that the archive has lost: what the archive says counts."""
    if future.state.name != "Cached" or job.document_id is None:
        return False
    settings = settings_of(terms.limits, terms.forms, terms.ocr)
    return needs_reading(place(terms.out), job.document_id, terms.version, settings)


def _outcome(job: Job, future: PrefectFuture[Outcome]) -> Outcome:
    """What a task came to; a document whose Dask workers died one after the other is one that could not be read."""
    try:
        result = future.result(raise_on_failure=False)
    except Exception as error:
        if cluster.is_loss(error):
            raise cluster.ClusterLost(f"{type(error).__name__}: {error}") from error
        if type(error).__name__ != "KilledWorker":
            raise
        return Outcome(job.file, "crashed", job.document_id, job.also, detail=f"KilledWorker: {error}"[:500])
    if isinstance(result, MayPass):
        result = result.outcome
    if isinstance(result, OtherVersion):
        raise cluster.NoCluster("other_version", dask_address() or "", str(result)) from result
    if isinstance(result, BaseException):
        raise result
    return replace(result, file=job.file)


# ---- the night

HOUR, ZONE = "0 2 * * *", "Asia/Tokyo"


class NightFailed(Exception):
    """A night in which something went wrong, an alarm included: the flow's run must not look like a success."""

    def __init__(self, night: Night) -> None:
        super().__init__(f"{sum(len(one.errors) for one in night.visits)} + {len(night.run.failed)}: {night.page}")
        self.night = night


def result_key(_: object, parameters: dict[str, Any]) -> str:
    """What a document's result is known by."""
    return key_of(parameters["job"], parameters["terms"])


read_new_document = read_document.with_options(
    cache_policy=CacheKeyFnPolicy(cache_key_fn=result_key), persist_result=True
)
"""One document of the archive, as `read_document`; the result is kept under the document's key."""


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
    if not _named_server():
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
    folder, lang = place(out), lang or language()
    offices = read_sources(Path(sources))
    with ProgressListener(lang) as bars, run_lock(folder, started.isoformat(timespec="seconds"), bars.on_wait):
        work = Work(offices, folder)
        _visit_all(work)
        if work.is_over:
            night = finish_night(finish(folder, started, [], {}, stopped=True), work, Unread())
        else:
            to_read = unread(folder)
            terms = terms_of(folder, workers, to_read.jobs)
            outcomes, stopped = _read_all(to_read.jobs, terms, bars, read_new_document)
            night = finish_night(finish(folder, started, to_read.jobs, outcomes, stopped=stopped), work, to_read)
    _show(night, lang)
    if night.exit_code:
        raise NightFailed(night)
    return night


def _visit_all(work: Work) -> None:
    visits = Visits(work.sources, work.out)
    threads: ThreadPoolTaskRunner[Visit] = ThreadPoolTaskRunner(max_workers=SIDE_BY_SIDE)
    began = time.monotonic()
    with threads as runner:
        try:
            futures = [runner.submit(visit_office, {"office": one, "visits": visits}) for one in work.sources.enabled]
            work.visits += [future.result() for future in futures]
            _wait_until_recorded(future.task_run_id for future in futures[-SIDE_BY_SIDE:])
        except (KeyboardInterrupt, TerminationSignal):
            work.stopped = True
        except OSError as error:
            work.write_error = str(error)
        finally:
            visits.stop()
    work.fetch_seconds = time.monotonic() - began


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
    with lasting_server(PREFECT_API_URL.value()) as url, temporary_settings({PREFECT_API_URL: url}):
        nightly.serve(name="nightly", schedule=Cron(HOUR, timezone=ZONE), limit=1)


@contextlib.contextmanager
def prefect_server() -> Iterator[None]:
    """Prefect's server for a run: the one that is named, or a small one that ends with the run."""
    if PREFECT_API_URL.value():
        yield
        return
    with (
        server_of_run(_small_application) as url,
        temporary_settings({PREFECT_API_URL: url, "client.csrf_support_enabled": False}),
        _telling_how_tasks_end(),
    ):
        try:
            yield
        finally:  # what is still to be sent has nobody to go to afterwards
            for worker in (EventsWorker, APILogWorker):
                worker.drain_all(timeout=DRAIN_SECONDS)


@contextlib.contextmanager
def _telling_how_tasks_end() -> Iterator[None]:
    """Prefect's server hears how a task ended and when it is tried again.

    That it waits and that it began are of use to who looks on: the small server has nothing to look at, and two thirds
    of what Prefect takes for a task would go into telling it.
    """
    tell = task_engine.emit_task_run_state_change_event  # type: ignore[attr-defined]

    def tell_of_some(
        task_run: TaskRun, initial_state: State[Any] | None, validated_state: State[Any], follows: Event | None = None
    ) -> Event | None:
        if validated_state.type in (StateType.PENDING, StateType.RUNNING):
            return None
        return tell(task_run, initial_state, validated_state, follows)

    task_engine.emit_task_run_state_change_event = tell_of_some  # type: ignore[attr-defined]
    try:
        yield
    finally:
        task_engine.emit_task_run_state_change_event = tell  # type: ignore[attr-defined]


@contextlib.contextmanager
def _small_application() -> Iterator[Any]:
    """Prefect's server without what no run asks it for."""
    from prefect.server.api import server

    server.API_ROUTERS = tuple(each for each in server.API_ROUTERS if each.prefix in ASKED)  # type: ignore[assignment]
    with temporary_settings(SMALL):
        yield server.create_app(ephemeral=True, ignore_cache=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """The arguments, summaries and exit codes of `besshi extract` and `besshi nightly`, the work done by the flows."""
    from pipeline.command_line import cli

    def through_prefect(
        paths: Sequence[str], jobs: Sequence[Job], out: Path, workers: int | None, lang: Lang, again: bool
    ) -> Run:
        del jobs  # the flow plans them itself, as it does when Prefect starts it
        with cluster_faults(check_cluster), prefect_server(), errors_told_once(*ENGINES):
            return extract_reports(paths, str(out), workers, lang, again)

    def night_through_prefect(path: Path, sources: Sources, out: Path, workers: int | None, lang: Lang) -> Night:
        del sources  # the flow reads them itself
        try:
            with cluster_faults(check_cluster), prefect_server(), errors_told_once(*ENGINES):
                return nightly(str(path), str(out), workers, lang)
        except NightFailed as failed:
            return failed.night

    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if arguments[:1] == ["serve"]:
        serve()
        return 0
    named = arguments if arguments[:1] in (["nightly"], ["extract"]) else ["extract", *arguments]
    return cli.main(named, batch=through_prefect, night=night_through_prefect)


if __name__ == "__main__":
    import flows  # under its own name, by which other processes find its tasks

    sys.exit(flows.main())
