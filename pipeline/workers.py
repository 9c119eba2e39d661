"""Worker processes: each reads one document at a time, and one that dies costs only the document it was on.

The parent's side is `WorkerPool`; `python -m pipeline.workers FD` is the other, over a socket whose descriptor it
inherits. A worker is a program of its own rather than a fork, so that it shares no locks, threads or imports with
whoever started it, be that the command line or Prefect.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import queue
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from extractors.errors import DocumentError
from pipeline.runs import OK, Job, Outcome
from pipeline.settings import STUCK_SECONDS

OnPage = Callable[[int, int], None]

_ROOT = Path(__file__).resolve().parent.parent
_ONE_THREAD = ("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class WorkerPool:
    """Up to `size` workers that write into the archive of `out`; use it in a `with` block.

    `run` is called from as many threads as there are workers. `stuck_after`: seconds without a sign of a document's
    progress until its worker is killed.
    """

    def __init__(self, out: Path, size: int, stuck_after: float = STUCK_SECONDS) -> None:
        self._out = out
        self._stuck_after = stuck_after
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(size):
            self._idle.put(None)
        self._lock = threading.Lock()
        self._workers: set[_Worker] = set()
        self._stopped = False

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self, job: Job, on_page: OnPage | None = None) -> Outcome:
        """Read one document, waiting for a free worker; every way that it may go is an `Outcome`.

        `on_page(done, total)` is called from this thread.
        """
        on_page = on_page or _ignore
        worker = self._idle.get()
        started = time.monotonic()
        try:
            if worker is None:
                worker = self._started()
            if worker is None:
                return Outcome(job.file, "stopped", job.document_id, job.also)
            outcome = worker.read(job, self._out, on_page, self._stuck_after)
            if outcome is None:
                code, detail = ("stopped", "") if self._stopped else worker.end()
                outcome = Outcome(job.file, code, job.document_id, job.also, detail)
                self._forget(worker)
                worker = None
            return replace(outcome, seconds=time.monotonic() - started)
        finally:
            self._idle.put(worker)

    def stop(self) -> None:
        """End all workers at once; documents being read end as `stopped`."""
        with self._lock:
            self._stopped = True
            workers = list(self._workers)
        for worker in workers:
            worker.kill()
        for worker in workers:
            self._forget(worker)

    def _started(self) -> _Worker | None:
        with self._lock:
            if self._stopped:
                return None
            worker = _Worker()
            self._workers.add(worker)
            return worker

    def _forget(self, worker: _Worker) -> None:
        worker.kill()
        with self._lock:
            self._workers.discard(worker)


def _ignore(done: int, total: int) -> None:
    """The progress of a page that nobody asked about."""
    del done, total


class _Worker:
    """The parent's end of one worker process."""

    def __init__(self) -> None:
        self._connection, theirs = multiprocessing.Pipe()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 -- lives as long as the worker
        self._gave_up = False
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "pipeline.workers", str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            process_group=0,  # Ctrl-C goes to the parent alone, which ends its workers itself
            env=_environment(),
        )
        theirs.close()

    def read(self, job: Job, out: Path, on_page: OnPage, stuck_after: float) -> Outcome | None:
        """The worker's outcome, or None when it died or fell silent."""
        try:
            self._connection.send((job, str(out)))
            while self._connection.poll(stuck_after):
                answer = self._connection.recv()
                if isinstance(answer, Outcome):
                    return answer
                on_page(*answer)
            self._gave_up = True
        except (EOFError, OSError):
            pass
        return None

    def end(self) -> tuple[str, str]:
        """Why there was no outcome, and the detail for the record: the exit status and the last line of stderr."""
        if self._gave_up:
            return "stuck", ""
        try:
            status = self.process.wait(10)
        except subprocess.TimeoutExpired:
            status = 0
        self._errors.seek(max(0, os.fstat(self._errors.fileno()).st_size - 4096))
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return "crashed", "; ".join([_status_words(status), *lines[-1:]])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def _status_words(status: int) -> str:
    try:
        return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
    except ValueError:
        return f"killed by signal {-status}"


def _environment() -> dict[str, str]:
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    # Processes are what runs side by side here: libraries that start threads of their own only get in each other's way.
    return {**dict.fromkeys(_ONE_THREAD, "1"), **os.environ, "PYTHONPATH": os.pathsep.join(paths)}


# ---- the worker's own side


def serve(connection: Connection) -> None:
    """Read documents as they are asked for until the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable(logging.WARNING)  # the PDF libraries warn of every oddity of every page

    def tell(answer: Any) -> None:
        try:
            connection.send(answer)
        except OSError:  # nobody is waiting for this document any more
            os._exit(1)

    while True:
        try:
            job, out = connection.recv()
        except EOFError:
            return
        tell(_read(job, Path(out), lambda done, total: tell((done, total))))


def _read(job: Job, out: Path, on_page: OnPage) -> Outcome:
    failed = Outcome(job.file, OK, job.document_id, job.also)
    try:
        data = file_bytes(job.file)
    except FileNotFoundError:
        return replace(failed, outcome="file_missing")
    except (PermissionError, IsADirectoryError, NotADirectoryError) as error:
        return replace(failed, outcome="file_unreadable", detail=str(error))
    except OSError as error:
        return replace(failed, outcome="io_error", detail=str(error))

    from pipeline import archive  # here, because a file that is not there needs none of this
    from pipeline.document import extract_document
    from pipeline.extraction import Source

    try:
        extraction = extract_document(data, Source(job.name), on_page)
        archive.keep(out, data, extraction)
    except DocumentError as error:
        return replace(failed, outcome=error.code, detail=error.detail)
    except OSError as error:
        return replace(failed, outcome="io_error", detail=str(error))
    except Exception:
        return replace(failed, outcome="unexpected", detail=traceback.format_exc(limit=-4).strip())
    found = extraction.rows.get("findings", [])
    return replace(
        failed,
        document_id=extraction.document_id,
        pages=extraction.page_count,
        counts={name: len(rows) for name, rows in sorted(extraction.rows.items())},
        findings=_tally(row.get("rule") for row in found),
        severities=_tally(row.get("severity") for row in found),
    )


def _tally(names: Any) -> dict[str, int]:
    return dict(sorted(Counter(str(name) for name in names).items()))


def file_bytes(path: str) -> bytes:
    """The bytes of an ordinary file; raises OSError, PermissionError too for what is not one (a pipe would hang)."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise IsADirectoryError(f"not an ordinary file: {path}")
    return Path(path).read_bytes()


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
