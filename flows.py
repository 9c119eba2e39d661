"""The batch as a Prefect flow: one task a document, retried where a failure may pass, and a closing artifact.

    python flows.py samples --out output      the same as `besshi extract samples --out output`, through Prefect

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

import datetime

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.exceptions import TerminationSignal
from prefect.futures import PrefectFuture
from prefect.runtime import flow_run
from prefect.task_runners import ThreadPoolTaskRunner

from pipeline.batch import Listener, finish, plan, pool_size
from pipeline.messages import Lang, language
from pipeline.run_lock import run_lock
from pipeline.runs import Job, Outcome, Run
from pipeline.screen import ProgressListener, summary_markdown
from pipeline.settings import DEFAULT_OUT
from pipeline.workers import WorkerPool

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
    with WorkerPool(out, size, again=again) as pool, threads as runner:
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


def main(arguments: Sequence[str] | None = None) -> int:
    """`besshi extract`'s own arguments, summary and exit codes, the reading done by the flow."""
    from pipeline import cli

    def through_prefect(
        paths: Sequence[str], jobs: Sequence[Job], out: Path, workers: int | None, lang: Lang, again: bool
    ) -> Run:
        del jobs  # the flow plans them itself, as it does when Prefect starts it
        return extract_reports(paths, out, workers, lang, again)

    return cli.main(["extract", *(sys.argv[1:] if arguments is None else arguments)], batch=through_prefect)


if __name__ == "__main__":
    sys.exit(main())
