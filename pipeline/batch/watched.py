"""One worker process from the parent's side, and the watch that kills those which go over a limit.

Limits hold twice. The worker asks the kernel to bound its memory and processor time, which gives clean ends; the watch
bounds wall time and the memory of the worker and all that it started, whatever the worker does.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from pipeline.batch.limits import Limits
from pipeline.batch.sandbox import OWN_FOLDER

LOOK_SECONDS = 0.05
"""How often the watch looks. A process can take some 100 MB between two looks."""

DOCUMENTS, GROWTH = 100, 1024**3
"""A worker ends after so many documents, or when one has left it so many bytes larger: libraries leak."""

PROGRAM = 1024**3
"""What a worker may hold besides what a document may add: libraries, models, and what it has grown by before."""

ANSWER_BYTES = 1024**3
"""What a worker may say at once."""

_ROOT = Path(__file__).resolve().parents[2]
_ONE_THREAD = ("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_PAGE = os.sysconf("SC_PAGE_SIZE")

_GIVEN_BACK = {"MALLOC_MMAP_THRESHOLD_": str(4 * 1024**2)}
"""glibc gives memory of this many bytes and more, pages' pictures above all, back to the system at once. Left to itself
it keeps what was once given, in pieces between which the next picture does not fit: some 20 MB a process."""


class Worker:
    """The parent's end of one worker process."""

    def __init__(self) -> None:
        self._connection, theirs = multiprocessing.Pipe()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 -- lives as long as the worker
        self._own = tempfile.mkdtemp(prefix="besshi-")
        self.documents = 0
        self.usable = True
        self._given_up = ""
        self._peak = 0
        self._watched: _Reading | None = None
        self._smallest = 0
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "pipeline.batch.worker", str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            process_group=0,  # Ctrl-C goes to the parent alone, which ends its workers itself
            env=_environment(self._own),
        )
        theirs.close()

    def read(self, order: bytes, data: bytes, limits: Limits, on_page: Callable[[int, int], None]) -> dict[str, Any]:
        """What the worker says of a document: the extraction, or why there is none, and `peak_memory` in bytes.

        `usable` says afterwards whether the worker lives.
        """
        self._peak = 0
        self._watched = _Reading(limits)
        try:
            self._connection.send_bytes(order)
            self._connection.send_bytes(data)
            while "page" in (answer := self._received()):
                done, total = (int(number) for number in answer["page"])
                self._watched.step(done, total)
                on_page(done, total)
            if "read" in answer:
                answer = self._received()
        except (EOFError, OSError):
            answer = self._ended()
        except (ValueError, TypeError, KeyError) as error:
            answer = {"failed": "crashed", "detail": f"not understood: {error}"}
            self.usable = False
        finally:
            self._watched = None
        self._tire(answer)
        return {**answer, "peak_memory": self._peak}

    def look(self) -> None:
        """Kill the worker if what it reads has gone over a limit. Called by the watch."""
        reading = self._watched
        if reading is None:
            return
        if time.monotonic() > reading.until:
            self._given_up = "timed_out"
        elif (now := self.memory()) > reading.most_memory:
            self._peak = now
            self._given_up = "out_of_memory"
        else:
            self._peak = max(self._peak, now)
            return
        self.signal()

    def memory(self) -> int:
        """Bytes in memory of the worker and all that it started."""
        return sum(_resident(pid) for pid in family(self.process.pid))

    def signal(self) -> None:
        """Kill the worker and all that it started."""
        if self.process.returncode is None:  # else the number may be another process's by now
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def kill(self) -> None:
        """End the worker and clear up after it."""
        self.signal()
        self.process.wait()
        shutil.rmtree(self._own, ignore_errors=True)

    def _received(self) -> dict[str, Any]:
        answer = orjson.loads(self._connection.recv_bytes(ANSWER_BYTES))
        if not isinstance(answer, dict):
            raise TypeError(type(answer).__name__)
        return answer

    def _tire(self, answer: dict[str, Any]) -> None:
        """Whether the worker may read another document."""
        self.documents += 1
        if not self.usable:
            return
        now = self.memory()
        self._peak = max(self._peak, now)
        self._smallest = min(self._smallest or now, now)
        grown = now - self._smallest > GROWTH
        self.usable = not grown and self.documents < DOCUMENTS and answer.get("failed") not in ("out_of_memory",)

    def _ended(self) -> dict[str, Any]:
        """Why there was no answer: the outcome, and for the record the exit status and the last line of stderr."""
        self.usable = False
        if self._given_up:
            return {"failed": self._given_up, "detail": ""}
        try:
            status = self.process.wait(10)
        except subprocess.TimeoutExpired:
            status = 0
        self._errors.seek(max(0, os.fstat(self._errors.fileno()).st_size - 4096))
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        said = "; ".join([_status_words(status), *lines[-1:]])
        if status == -signal.SIGXCPU:
            return {"failed": "timed_out", "detail": said}
        if any(word in line for line in lines for word in ("MemoryError", "bad_alloc", "out of memory")):
            return {"failed": "out_of_memory", "detail": said}
        return {"failed": "crashed", "detail": said}


class _Reading:
    """How far a worker is with a document, and until when it may take for the next step."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._began = time.monotonic()
        self.most_memory = PROGRAM + limits.memory
        self.until = self._began + limits.step_wall()

    def step(self, done: int, total: int) -> None:
        whole = self._began + self._limits.total_wall(total)
        self.until = whole if done >= total else min(whole, time.monotonic() + self._limits.step_wall())


class Watch:
    """Starts workers and looks at all of them again and again, from a thread of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._workers: set[Worker] = set()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def workers(self) -> list[Worker]:
        """Those alive."""
        with self._lock:
            return list(self._workers)

    def worker(self) -> Worker | None:
        """A new worker; None after `stop`."""
        with self._lock:
            if self._stopped.is_set():
                return None
            worker = Worker()
            self._workers.add(worker)
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, daemon=True)
                self._thread.start()
            return worker

    def forget(self, worker: Worker) -> None:
        """End a worker and watch it no more."""
        worker.kill()
        with self._lock:
            self._workers.discard(worker)

    def stop(self) -> None:
        """End all workers, and start none any more."""
        self._stopped.set()
        workers = self.workers
        for worker in workers:
            worker.signal()
        for worker in workers:
            self.forget(worker)

    def _look(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            for worker in self.workers:
                worker.look()


def family(pid: int) -> list[int]:
    """A process and those that it started, and that these started."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        try:
            for thread in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{thread}/children") as file:
                    waiting.extend(int(child) for child in file.read().split())
        except OSError:  # ended meanwhile
            continue
    return found


def _resident(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _status_words(status: int) -> str:
    try:
        return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
    except ValueError:
        return f"killed by signal {-status}"


def _environment(own: str) -> dict[str, str]:
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    # Processes are what runs side by side here: libraries that start threads of their own only get in each other's way.
    return {
        **dict.fromkeys(_ONE_THREAD, "1"),
        **_GIVEN_BACK,
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "TMPDIR": own,
        OWN_FOLDER: own,
    }
