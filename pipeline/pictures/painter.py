"""The asking end of a painting process: pictures of PDF pages, no PDF being opened here, as SECURITY.md promises."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import orjson

SECONDS, PATIENCE = 20.0, 40.0
"""What a picture may take: seconds of processor time, and of wall time."""

PICTURE_BYTES = 64 * 1024**2
_ROOT = Path(__file__).resolve().parents[2]


class NoPicture(Exception):
    """There is no picture. `why`: `pdf_missing`, `no_page`, `unreadable` or `too_slow`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Painter:
    """One painting process (`pipeline.pictures.painting`); paints one picture at a time, until it is not `usable`."""

    def __init__(self) -> None:
        self._connection, theirs = multiprocessing.Pipe()
        self.usable = True
        paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "pipeline.pictures.painting", str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,  # so that Ctrl-C ends the application first, and its end the painter
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        theirs.close()

    def paint(
        self,
        pdf: Path,
        page: int,
        box: tuple[float, float, float, float] | None = None,
        seconds: float = SECONDS,
        patience: float = PATIENCE,
    ) -> tuple[dict[str, Any], bytes]:
        """What the painter says of the picture, and its bytes: of the page (from 1), or of a box on it and around it.

        Raises NoPicture; the painter has then ended where it had not answered as it should.
        """
        order = {"pdf": str(pdf.absolute()), "page": page, "box": box, "seconds": seconds}
        try:
            self._connection.send_bytes(orjson.dumps(order))
            answer = orjson.loads(_within(patience, self._connection, 4096))
            if not isinstance(answer, dict):
                raise ValueError(type(answer).__name__)
            if answer.get("painted"):
                return answer, _within(patience, self._connection, PICTURE_BYTES)
        except (TimeoutError, EOFError, OSError, ValueError) as error:
            self.end()
            raise NoPicture("too_slow" if isinstance(error, TimeoutError) else "unreadable") from error
        raise NoPicture("no_page" if answer.get("failed") == "no_page" else "unreadable")

    def end(self) -> None:
        """End the process and all it started."""
        self.usable = False
        with contextlib.suppress(ProcessLookupError):
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._connection.close()


def _within(patience: float, connection: Connection, most: int) -> bytes:
    if not connection.poll(patience):
        raise TimeoutError
    return connection.recv_bytes(most)
