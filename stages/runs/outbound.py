"""The transport of requests to models: to the server of the profile, at an address that was checked, and no further.

`kernel.outbound` guards single requests; the SDKs of providers need a transport of httpx2, which keeps connections and
streams. The rules are the same: https, only public addresses, no redirects, nothing from the environment. Servers that
may be inside the network or without TLS are named as `host:port` (`FOUNDRY_MODEL_HOSTS`).
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Collection
from functools import cache
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import httpx2

from kernel.outbound import Address, AddressRefused, OutboundError, is_public
from stages.runs.environment import MODEL_HOSTS

CONNECT_SECONDS: Final = 10.0
MAX_ANSWER_BYTES: Final = 64 * 1024 * 1024
# Streams come in events with an empty line after each. SDKs hold an event as a whole, and one of them copies all of it
# with each of its lines.
MAX_EVENT_BYTES: Final = 8 * 1024 * 1024
MAX_EVENT_LINES: Final = 1000
MAX_ERROR_BYTES: Final = 1024 * 1024

# A call is bounded as a whole by its caller; between two tokens a model may think for minutes.
_TIMEOUTS: Final = {"connect": CONNECT_SECONDS, "read": None, "write": None, "pool": None}
_EVENT_ENDS: Final = (b"\n\n", b"\r\n\r\n", b"\r\r")


class AnswerRefused(OutboundError):
    """What came back cannot be the answer of a model; it was not read to its end."""


class AnswerBroken(OutboundError):
    """The connection ended in the middle of an answer."""


class PinnedTransport(httpx2.AsyncBaseTransport):
    """Sends requests to one origin, each to an address that was resolved and checked for it.

    TLS still checks the name. Connections are kept for further requests, in one event loop. Raises `AddressRefused`
    before anything is sent, `AnswerRefused`, `AnswerBroken`, `OutboundError`, and httpx2's own errors.
    """

    def __init__(self, address: str, *, allowed: Collection[str] = ()) -> None:
        """For the origin of an address. `allowed` are the servers (`host:port`) that may be inside."""
        parts = urlsplit(address)
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise OutboundError("This is no address that begins with https://.")
        self._scheme = parts.scheme
        self._host = parts.hostname.rstrip(".")
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._is_allowed = self._server in allowed
        self._transport = httpx2.AsyncHTTPTransport(
            verify=_tls(),
            trust_env=False,
            # How many calls are made at once is decided by the caller.
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=60),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request, to the next address where one cannot be connected to."""
        self._check_origin(request.url)
        addresses = await self._resolve()
        for address in addresses[:-1]:
            try:
                return _bounded(await self._send(request, address))
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
        return _bounded(await self._send(request, addresses[-1]))

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    @property
    def _server(self) -> str:
        return f"[{self._host}]:{self._port}" if ":" in self._host else f"{self._host}:{self._port}"

    def _check_origin(self, url: httpx2.URL) -> None:
        """Raise `AddressRefused` for another origin than the profile's, and where TLS is missing."""
        port = url.port or (443 if url.scheme == "https" else 80)
        if (url.scheme, url.host.rstrip("."), port) != (self._scheme, self._host, self._port):
            raise AddressRefused(f"{url.host} is not the server of this model.")
        if self._scheme == "http" and not self._is_allowed:
            raise AddressRefused(f"{self._server} has no TLS, and {MODEL_HOSTS} does not name it.")

    async def _resolve(self) -> list[Address]:
        """All addresses of the host. Raises `AddressRefused` where one is not public and the server is not named."""
        loop = asyncio.get_running_loop()
        try:
            answers = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise OutboundError(f"{self._host} has no address: {error}") from error
        found = list(dict.fromkeys(ip_address(str(answer[4][0])) for answer in answers))
        inside = [each for each in found if not is_public(each)]
        if inside and not self._is_allowed:
            raise AddressRefused(
                f"{self._host} leads to {inside[0]}, which is not public,"
                f" and {MODEL_HOSTS} does not name {self._server}."
            )
        return found

    async def _send(self, request: httpx2.Request, address: Address) -> httpx2.Response:
        """Send a request to an address, under the name of the host. A redirect is refused."""
        headers = request.headers.copy()
        # Answers are bounded as they come: packed ones could be any size.
        headers["accept-encoding"] = "identity"
        response = await self._transport.handle_async_request(
            httpx2.Request(
                request.method,
                request.url.copy_with(host=str(address)),
                headers=headers,
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": self._host, "timeout": _TIMEOUTS},
            )
        )
        refusal: OutboundError | None = None
        if 300 <= response.status_code < 400:
            refusal = OutboundError(
                f"{self._server} answers {response.status_code}, a redirect, which is not followed."
            )
        elif response.headers.get("content-encoding", "identity") != "identity":
            refusal = AnswerRefused(f"{self._server} answers in an encoding that was not asked for.")
        if refusal is not None:
            await response.aclose()
            raise refusal
        return response


class _BoundedStream(httpx2.AsyncByteStream):
    """The bytes of an answer, up to the limits."""

    def __init__(self, stream: httpx2.AsyncByteStream, *, is_error: bool) -> None:
        self._stream = stream
        self._is_error = is_error
        self._limit = MAX_ERROR_BYTES if is_error else MAX_ANSWER_BYTES
        self._total = 0
        # Since the last end of an event.
        self._bytes = 0
        self._lines = 0
        self._tail = b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._stream:
                self._count(chunk)
                yield chunk
        except httpx2.TransportError as error:
            raise AnswerBroken(str(error) or "The connection was closed.") from error

    def _count(self, chunk: bytes) -> None:
        """Raise `AnswerRefused` where a limit is passed."""
        self._total += len(chunk)
        if self._total > self._limit:
            raise AnswerRefused(f"The answer is larger than {self._limit} bytes.")
        # The end of an event may lie across two chunks.
        joined = self._tail + chunk
        self._tail = joined[-3:]
        end = max(joined.rfind(each) for each in _EVENT_ENDS)
        if end >= 0:
            self._bytes = self._lines = 0
            chunk = joined[end:]
        self._bytes += len(chunk)
        self._lines += chunk.count(b"\n") + chunk.count(b"\r")
        if not self._is_error and (self._bytes > MAX_EVENT_BYTES or self._lines > MAX_EVENT_LINES):
            raise AnswerRefused(f"An event is larger than {MAX_EVENT_BYTES} bytes or {MAX_EVENT_LINES} lines.")

    async def aclose(self) -> None:
        await self._stream.aclose()


def _bounded(response: httpx2.Response) -> httpx2.Response:
    stream = response.stream
    assert isinstance(stream, httpx2.AsyncByteStream)
    return httpx2.Response(
        response.status_code,
        headers=response.headers,
        stream=_BoundedStream(stream, is_error=response.status_code >= 400),
        extensions=response.extensions,
    )


@cache
def _tls() -> ssl.SSLContext:
    """The machine's certificates, read once: that takes 20 ms."""
    return ssl.create_default_context()
