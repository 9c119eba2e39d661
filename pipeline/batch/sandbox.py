"""What a worker does to itself before it reads anything: no network, no core dumps, an end when its parent ends.

Three ways keep it from the network, each tried, since none is allowed everywhere: a network namespace of its own (it
has no interface), a seccomp filter (no sockets but local ones, by C code neither), and a Python audit hook (Python code
cannot connect or look names up). `python -m pipeline.batch.sandbox` prints which of them work here. All this is
Linux's, as are the process groups and /proc that the parent watches.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import resource
import select
import shutil
import signal
import socket
import struct
import sys
import threading
from typing import Any, NoReturn

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
OWN_FOLDER = "BESSHI_WORKER_FOLDER"
"""Names the folder that the parent made for this worker's temporary files, and that goes with it."""

FILE_BYTES = 1024**3
"""What a worker may write into one file (pictures handed to Tesseract)."""

# Of each architecture: its name for seccomp (linux/audit.h), and the number of socket(2).
_ARCHITECTURES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_IO_URING_SETUP = 425
_X32 = 0x40000000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_BARRED = frozenset(
    {
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyaddr",
        "socket.gethostbyname",
        "socket.sendmsg",
        "socket.sendto",
    }
)


def without_network() -> tuple[str, ...]:
    """Take the network from this process and all it starts, for good; which of the ways worked.

    To be called before the process has a second thread: namespace and filter hold for the calling thread and those that
    it starts.
    """
    ways = [name for name, way in (("namespace", _namespace), ("seccomp", _filter)) if way()]
    sys.addaudithook(_bar)
    return (*ways, "audit hook")


def modest() -> None:
    """No core dumps, no endless files; Ctrl-C is the parent's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    most = _within(FILE_BYTES, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # writing fails instead


def end_with(connection: int) -> None:
    """End this process and all it started as soon as nobody holds the other end of the socket `connection`."""

    def wait() -> None:
        gone = select.poll()
        gone.register(connection, 0)  # hanging up is told unasked
        while True:
            with contextlib.suppress(InterruptedError):
                if gone.poll():
                    break
        leave()

    threading.Thread(target=wait, daemon=True).start()


def leave() -> NoReturn:
    """End this process and all it started, its folder for temporary files with it."""
    if own := os.environ.get(OWN_FOLDER):
        shutil.rmtree(own, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)
    os._exit(1)


def allow_memory(more: int) -> None:
    """From now on this process may take `more` bytes of address space beyond what it has."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_within(_address_space() + more, hard), hard))


def allow_seconds(more: float) -> None:
    """From now on this process may take `more` seconds of processor time; SIGXCPU ends it then."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    limit = int(used.ru_utime + used.ru_stime + more) + 1  # whole seconds is what the kernel counts
    resource.setrlimit(resource.RLIMIT_CPU, (_within(limit, hard), hard))


def _within(limit: int, hard: int) -> int:
    return limit if hard == resource.RLIM_INFINITY else min(limit, hard)


def _address_space() -> int:
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def _namespace() -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(CLONE_NEWNET) == 0:  # root need not become another user
        return True
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        return False
    # It stays who it is; without these it would be nobody, and file modes would read oddly.
    with contextlib.suppress(OSError):
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    return True


def _filter() -> bool:
    known = _ARCHITECTURES.get(platform.machine())
    if known is None or sys.byteorder != "little":
        return False
    architecture, socket_call = known
    refused, missing = _ERRNO | errno.EACCES, _ERRNO | errno.ENOSYS
    # struct seccomp_data: the call's number at 0, the architecture at 4, its first argument at 16 (lower half).
    steps = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, refused),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, 6, 0, _X32),  # x86-64's second set of numbers; to "refused" below
        (_EQUAL, 4, 0, _IO_URING_SETUP),  # it makes sockets without socket(2); to "missing"
        (_EQUAL, 0, 2, socket_call),  # any other call: to "allow"
        (_LOAD, 0, 0, 16),
        (_EQUAL, 0, 2, socket.AF_UNIX),  # any other family: to "refused"
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, missing),
        (_RETURN, 0, 0, refused),
    ]
    program = b"".join(struct.pack("=HBBI", *step) for step in steps)
    code = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("@HxxxxxxP", len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    none = ctypes.c_ulong(0)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), none, none, none) != 0:
        return False
    return bool(libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), ctypes.c_char_p(head), none, none) == 0)


def _bar(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _BARRED and getattr(arguments[0], "family", None) != socket.AF_UNIX:
        raise PermissionError(errno.EACCES, "a worker has no network", event)


if __name__ == "__main__":
    print(" ".join(way.replace(" ", "_") for way in without_network()))
