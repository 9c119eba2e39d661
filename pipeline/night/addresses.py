"""Which addresses may be connected to: http(s) ones that are public, judged at the moment of connecting.

A name is looked up here and nowhere else, all its addresses are judged, and the connection goes to the very address
that was judged: a name server that answers differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from pipeline.night.web_errors import BadAddress, ForbiddenAddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def checked_url(url: str | httpx.URL, base: httpx.URL | None = None) -> httpx.URL:
    """An absolute http(s) address without fragment. Raises BadAddress."""
    try:
        found = httpx.URL(url) if base is None else base.join(url)
        found = found.copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise BadAddress(str(url)[:200], str(error)) from error
    if found.scheme not in ("http", "https") or not found.host:
        raise BadAddress(str(found)[:200], f"scheme {found.scheme or '—'}")
    if found.userinfo:
        raise BadAddress(found.host, "user name in the address")
    return found


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public network; one that stands for another is judged as that other."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address.sixtofour is not None or address.teredo is not None or address.is_site_local:
            return False  # tunnels lead anywhere, and no office's site is at the end of one
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


class CheckedBackend(httpcore.NetworkBackend):
    """Connects to public addresses, and to those of the networks `allowed`; never waits beyond `deadline`.

    `deadline` (seconds of `time.monotonic`) holds for all that is read and written until it is set anew, so a reply
    that drips byte by byte ends too. One request at a time.
    """

    def __init__(self, allowed: Iterable[Network] = ()) -> None:
        self._allowed = tuple(allowed)
        self._inner = httpcore.SyncBackend()
        self.deadline = float("inf")

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers. Raises ForbiddenAddress when any of them may not be used."""
        failure: Exception = httpcore.ConnectError(f"no address for {host}")
        for address in self._addresses(host, port):
            try:
                stream = self._inner.connect_tcp(
                    str(address), port, self.left(timeout), local_address, list(socket_options or ())
                )
                return _TimedStream(stream, self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _addresses(self, host: str, port: int) -> list[Address]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host}: {error}") from error
        addresses = list(dict.fromkeys(ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))
        for address in addresses:
            if not is_public(address) and not any(address in network for network in self._allowed):
                raise ForbiddenAddress(host, str(address))
        return addresses

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        """Never: a site has no business with this machine's sockets."""
        raise httpcore.UnsupportedProtocol("unix socket")

    def left(self, timeout: float | None) -> float:
        """Seconds that a step may take: `timeout`, or less where the deadline comes before."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("deadline")
        return left if timeout is None else min(timeout, left)


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every step ends at the backend's deadline."""

    def __init__(self, inner: httpcore.NetworkStream, backend: CheckedBackend) -> None:
        self._inner = inner
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._backend.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._backend.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._backend.left(timeout))
        return _TimedStream(inner, self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class CheckedTransport(httpx.HTTPTransport):
    """httpx's own transport, its connections made by `backend`; proxies of the environment are not used, because
    behind one the address could not be checked."""

    def __init__(self, backend: CheckedBackend) -> None:
        context = certificates()
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context, max_connections=4, keepalive_expiry=30.0, network_backend=backend
        )


def certificates() -> ssl.SSLContext:
    """Trusts what the system trusts, whose list is kept up to date; where the system has none, httpx's own list."""
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    return context if paths.cafile or paths.capath else httpx.create_ssl_context(trust_env=False)
