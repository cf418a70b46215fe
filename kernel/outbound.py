"""Every request that Foundry makes to another server goes through here: to where its operator sent it, and no further.

An address that an operator typed, or that a provider's document names, can lead inside: by a redirect, by a name that
resolves to this machine or the network behind it, by a proxy in the environment. Here nothing follows a redirect, every
address that a name resolves to must be public, and the connection goes to one of those that were looked at. What an
operator wants to reach inside, or without TLS, is named in `FOUNDRY_OUTBOUND_HOSTS`.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from threading import Lock, Timer
from types import MappingProxyType
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

SETTING: Final = "FOUNDRY_OUTBOUND_HOSTS"
SECONDS: Final = 15.0
MAX_ANSWER_BYTES: Final = 1024 * 1024

# IANA's registries: all unicast addresses of IPv6 that lead anywhere begin so.
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
# What Python calls global and that leads to an IPv4 address, an anycast relay, or nowhere: 6to4, documentation.
_NOT_PUBLIC: Final = (IPv6Network("2002::/16"), IPv6Network("3fff::/20"))
_NOT_PUBLIC_4: Final = (IPv4Network("192.88.99.0/24"),)

Address = IPv4Address | IPv6Address


class OutboundError(Exception):
    """A request was not made, or not answered; the text is one line for the operator."""


class AddressRefused(OutboundError):
    """The address leads where no operator allowed requests to go; nothing was sent."""


@dataclass(frozen=True, slots=True)
class OutboundResponse:
    """What came back, whatever its status; names of headers are lower case."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The type that its `Content-Type` names, without parameters; empty where there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Cutter:
    """Ends requests from another thread: those that were made with it and are under way, and all later ones."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: set[_Pinned] = set()
        self._is_cut = False

    def cut_off(self) -> None:
        with self._lock:
            self._is_cut = True
            for connection in self._open:
                connection.cut_off()

    @contextmanager
    def covering(self, connection: _Pinned) -> Iterator[None]:
        """Cut this connection too, for as long as it is used. Raises `TimeoutError` where all is cut already."""
        with self._lock:
            self._open.add(connection)
            if self._is_cut:
                connection.cut_off()
        try:
            connection.check()
            yield
        finally:
            with self._lock:
                self._open.discard(connection)


def is_public(address: Address) -> bool:
    """Whether an address belongs to somebody on the Internet. What only contains such an address does not count."""
    if isinstance(address, IPv4Address):
        special = address.is_multicast or any(address in network for network in _NOT_PUBLIC_4)
    else:
        special = address not in _GLOBAL_UNICAST or any(address in network for network in _NOT_PUBLIC)
    return address.is_global and not special


def send(
    address: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
    seconds: float = SECONDS,
    allowed: Collection[str] | None = None,
    cutter: Cutter | None = None,
) -> OutboundResponse:
    """Make one request and return its answer, of at most `MAX_ANSWER_BYTES`, within `seconds` in all.

    `allowed` are the servers (`host:port`) that may be inside and without TLS, instead of the operator's hosts;
    `cutter` may end the request from another thread. Raises `OutboundError`, for a redirect too.
    """
    with _connection(address, seconds, allowed, cutter) as (connection, target):
        connection.request(method, target, body=body, headers=dict(headers))
        response = connection.getresponse()
        if 300 <= response.status < 400:
            raise OutboundError(f"{_shown(address)} answers {response.status}, a redirect, which is not followed.")
        data = response.read(MAX_ANSWER_BYTES + 1)
        if len(data) > MAX_ANSWER_BYTES:
            raise OutboundError(f"{_shown(address)} answers with more than {MAX_ANSWER_BYTES} bytes.")
        found = {name.lower(): value for name, value in response.getheaders()}
        return OutboundResponse(response.status, response.reason, found, data)


def connect(address: str, *, seconds: float = SECONDS) -> None:
    """Open a connection and close it again: whether the address may be reached, and can. Raises `OutboundError`."""
    with _connection(address, seconds, None):
        pass


def checked_address(address: str, *, allowed: Collection[str] | None = None) -> tuple[str, int, Address]:
    """Host and port of an address, and the resolved address that another program, such as git, may connect to for it.

    Raises `OutboundError`, `OSError`, `ValueError`.
    """
    parts, port = _parsed(address, allowed)
    host = parts.hostname or ""
    return host, port, _resolved(host, port, allowed)


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was checked, under the name that resolved to it."""

    def __init__(self, host: str, port: int, *, found: Address, context: ssl.SSLContext | None, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self._found = found
        self._context = context
        self._is_cut = False
        # `sock` is None again while an answer without a length is read.
        self._opened: socket.socket | None = None

    def connect(self) -> None:
        self.sock = self._opened = socket.create_connection((str(self._found), self.port), self.timeout)
        # Cut off before there was a socket.
        self.check()
        if self._context is not None:
            self.sock = self._opened = self._context.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def cut_off(self) -> None:
        """End the connection from another thread; a read or write in progress fails at once."""
        self._is_cut = True
        if self._opened is not None:
            with suppress(OSError):
                # Not the method of an SSL socket, which would unwrap the session while another thread reads.
                socket.socket.shutdown(self._opened, socket.SHUT_RDWR)

    def check(self) -> None:
        """Raise `TimeoutError` where it was cut off: what was read then may be a part of the answer."""
        if self._is_cut:
            raise TimeoutError("The answer takes too long.")


@contextmanager
def _connection(
    address: str, seconds: float, allowed: Collection[str] | None, cutter: Cutter | None = None
) -> Iterator[tuple[_Pinned, str]]:
    """An open connection for an address, and what to ask for there; it is cut off when the time is over."""
    try:
        parts, port = _parsed(address, allowed)
        host = parts.hostname or ""
        found = _resolved(host, port, allowed)
        context = ssl.create_default_context() if parts.scheme == "https" else None
        connection = _Pinned(host, port, found=found, context=context, seconds=seconds)
        # A timeout of the socket begins anew with every byte that trickles in.
        cut = Timer(seconds, connection.cut_off)
        cut.daemon = True
        cut.start()
        try:
            with cutter.covering(connection) if cutter is not None else nullcontext():
                connection.connect()
                yield connection, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                connection.check()
        finally:
            cut.cancel()
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        words = str(error).strip() or type(error).__name__
        raise OutboundError(f"{_shown(address)} cannot be reached: {words.splitlines()[0]}") from error


def _parsed(address: str, allowed: Collection[str] | None) -> tuple[SplitResult, int]:
    """The parts of an address that may be asked, and its port. Raises `OutboundError`, `ValueError`."""
    parts = urlsplit(address)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise OutboundError(f"{_shown(address)} is no address that begins with https://.")
    if parts.username is not None:
        raise OutboundError(f"{_shown(address)} has a user name in it, which is not sent.")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if parts.scheme == "http" and not _is_allowed(parts.hostname, port, allowed):
        raise AddressRefused(f"{_shown(address)} has no TLS, and {SETTING} does not name {parts.hostname}.")
    return parts, port


def is_named(host: str) -> bool:
    """Whether the operator named this host as one that may be inside, and without TLS."""
    return host.lower().rstrip(".") in settings.FOUNDRY_OUTBOUND_HOSTS


def _is_allowed(host: str, port: int, allowed: Collection[str] | None) -> bool:
    """Whether a server may be inside, and without TLS."""
    if allowed is None:
        return is_named(host)
    shown = f"[{host}]" if ":" in host else host.lower().rstrip(".")
    return f"{shown}:{port}" in allowed


def _resolved(host: str, port: int, allowed: Collection[str] | None) -> Address:
    """The first address of a host, all of which are public or the host is named. Raises `OutboundError`, `OSError`."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    found = [ip_address(str(answer[4][0])) for answer in answers]
    inside = [each for each in found if not is_public(each)]
    if inside and not _is_allowed(host, port, allowed):
        raise AddressRefused(f"{host} leads to {inside[0]}, which is not public, and {SETTING} does not name it.")
    return found[0]


def _shown(address: str) -> str:
    """An address for a message: without what may be secret in it."""
    return re.sub(r"//[^/]*@", "//", address.partition("?")[0])
