"""A Dask cluster that documents are read on: one that people have, by its address, or one of this machine for one run.

What Dask does here is to carry jobs to processes and outcomes back, and to give a job to another process when one dies.
Each Dask worker hands its documents to confined workers of its own (`pipeline.batch.shared_pool`), as a local run does.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import Any, TypeAlias

from pipeline.batch.shared_pool import end_here

Client: TypeAlias = Any
"""A `distributed.Client`, whose methods have no types."""

TELL_SECONDS = 0.5
"""A document's progress comes back over the network no more often than this."""

AHEAD = 4
"""So many documents for each thread of the cluster are with its scheduler at once; the others wait here."""

PATIENCE = 60
"""Seconds until the scheduler must have answered and a first worker be there."""

PARTING = 5
"""Seconds that a client which could not begin has to end."""

ANSWER = 20
"""Seconds until somebody must have answered at the scheduler's address before a run begins."""


class NoCluster(Exception):
    """A cluster that cannot be used. `why` is the sentence that says so: `silent`, `without_workers`,
    `needs_prefect`, `other_version`."""

    def __init__(self, why: str, address: str, detail: str = "") -> None:
        super().__init__(f"{address}: {detail or why}")
        self.why, self.address, self.detail = why, address, detail


class ClusterLost(Exception):
    """The scheduler is gone, with all that it had been given and that was not finished."""


def is_here(address: str) -> bool:
    """Whether an address is one of this machine alone."""
    host = address.rpartition("://")[2].rpartition(":")[0].strip("[]")
    return host in ("localhost", "127.0.0.1", "::1")


def check(address: str | None, *, prefect_is_named: bool) -> None:
    """Raises NoCluster where nobody answers at the cluster's address, it has no workers, or other machines are to read
    and no Prefect server is named that they can reach: the one that a run starts for itself serves this machine only.
    """
    if address is None:
        return
    if not is_here(address) and not prefect_is_named:
        raise NoCluster("needs_prefect", address)
    must_answer(address)
    must_have_workers(address)


def must_answer(address: str) -> None:
    """Raises NoCluster where nobody answers at a TCP address in time; one of another kind is left to Dask."""
    scheme, _, named = address.rpartition("://")
    host, _, port = named.rpartition(":")
    if scheme not in ("", "tcp", "tls") or not port.isdecimal():
        return
    until = time.monotonic() + ANSWER
    while True:
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER).close()
        except (OSError, OverflowError, UnicodeError) as error:
            unknown = isinstance(error, socket.gaierror) and error.errno == socket.EAI_NONAME
            if unknown or not isinstance(error, OSError) or time.monotonic() >= until:
                raise NoCluster("silent", address, str(error)) from error
            time.sleep(0.2)  # a scheduler that is just being started
        else:
            return


def must_have_workers(address: str) -> None:
    """Raises NoCluster where no scheduler answers as one, or no worker comes in time."""
    with cluster(address, 0):
        return


@contextmanager
def cluster(address: str | None, workers: int) -> Iterator[Client]:
    """A client of the cluster at `address`; without one, of a cluster of so many processes that ends with the block.

    Raises NoCluster where nobody answers or no worker comes, ImportError where Dask is not installed.
    """
    import distributed

    dask: Any = distributed
    for name in [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # a worker that ends is no news for whoever reads PDFs
    # whether the versions of besshi are the same is asked of each worker; of other packages' it need not be told
    warnings.filterwarnings("ignore", category=distributed.versions.VersionMismatchWarning)
    with contextlib.ExitStack() as stack:
        if address is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="besshi-dask-", ignore_cleanup_errors=True))
            # Memory is bounded by our own limits: what Dask sees of a document is a few kilobytes.
            there: Any = stack.enter_context(
                dask.LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    memory_limit=None,
                    dashboard_address=None,
                    local_directory=folder,
                    silence_logs=logging.ERROR,
                )
            )
        else:
            there = address
        try:
            client = stack.enter_context(_client(dask, there))
        except ImportError:
            raise
        except Exception as error:  # what answers and is no scheduler may say anything
            raise NoCluster("silent", str(address), str(error)) from error
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, TimeoutError) as error:
            raise NoCluster("without_workers", client.scheduler.address, str(error)) from error
        yield client


def _client(dask: Any, there: Any) -> Client:
    """A client that is connected; raises what Dask raises, and TimeoutError where it would wait for ever, as it does
    for what answers and is no scheduler.

    One that cannot be ends here: left half-made it would try to end with the process, for two minutes, and then say
    that it could not.
    """
    client = dask.Client.__new__(dask.Client)
    failed: list[BaseException] = []

    def begin() -> None:
        try:
            client.__init__(there, timeout=PATIENCE, set_as_default=False)
        except BaseException as error:
            failed.append(error)

    beginning = threading.Thread(target=begin, daemon=True)
    beginning.start()
    beginning.join(PATIENCE + PARTING)
    if beginning.is_alive():
        client.status = "closed"
        raise TimeoutError(f"timed out after {PATIENCE} s")
    if failed:
        with contextlib.suppress(Exception):
            client.close(timeout=PARTING)
        raise failed[0]
    return client


def is_loss(error: BaseException) -> bool:
    """Whether a task ended with this because its scheduler is gone."""
    return isinstance(error, (OSError, CancelledError)) or "CommClosed" in type(error).__name__


def at_once(client: Client) -> int:
    """How many documents to hand to the scheduler before the first is finished."""
    threads: int = sum(client.nthreads().values())
    return max(2, AHEAD * threads)


def hear(client: Client, run: str, on_page: Callable[[str, int, int], None]) -> None:
    """From now on `on_page(file, done, total)` is told of the pages of a run's documents, wherever they are read."""
    client.subscribe_topic(_topic(run), lambda event: on_page(*event[1]))


def end_everywhere(client: Client, run: str) -> None:
    """End the workers of a run on all machines; what was being read is given up."""
    with contextlib.suppress(Exception):  # a scheduler that is gone has nobody who still reads
        client.unsubscribe_topic(_topic(run))
        client.run(_end, run, on_error="ignore")


# ---- on the machine that reads


def threads_here() -> int | None:
    """How many documents this Dask worker reads at a time; None where this is no Dask worker."""
    worker = _dask_worker()
    return worker.state.nthreads if worker is not None else None


def teller(run: str, file: str) -> Callable[[int, int], None]:
    """Tells those who `hear` of a document's pages; not of every page, where they go by fast."""
    worker = _dask_worker()
    last = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if worker is not None and (done == total or now - last >= TELL_SECONDS):
            last = now
            worker.log_event(_topic(run), [file, done, total])

    return tell


def _dask_worker() -> Any:
    if "distributed" not in sys.modules:
        return None
    from distributed import get_worker

    try:
        return get_worker()
    except ValueError:
        return None


def _end(run: str) -> None:
    end_here(run)


def _topic(run: str) -> str:
    return f"besshi-{run}"
