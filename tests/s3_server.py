"""A server that speaks S3, on loopback, for tests of what lies at an address."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def s3_server() -> Iterator[str]:
    """A server with one empty bucket, whose address it gives; the environment says where it is, as for a user."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        with _bucket_at(f"http://{host}:{port}") as address:
            yield address
    finally:
        server.stop()


@contextmanager
def s3_server_to_kill() -> Iterator[tuple[str, Callable[[], None]]]:
    """The same as a process of its own, and what kills it, open connections and all."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            until = time.monotonic() + 120
            while not _listens(port):
                assert server.poll() is None
                assert time.monotonic() < until
                time.sleep(0.1)
            with _bucket_at(f"http://127.0.0.1:{port}") as address:
                yield address, server.kill
        finally:
            server.kill()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@contextmanager
def _bucket_at(endpoint: str) -> Iterator[str]:
    import s3fs

    given = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    s3fs.S3FileSystem.clear_instance_cache()  # one that is kept knows another server
    bucket = f"besshi-{secrets.token_hex(4)}"
    try:
        s3fs.S3FileSystem(skip_instance_cache=True).mkdir(bucket)
        yield f"s3://{bucket}"
    finally:
        s3fs.S3FileSystem.clear_instance_cache()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
