"""`core.http`: requests of one execution, each in a thread of its own, so that several run at once.

A request goes where an owner granted it and the operator allows it, through the guard of all outgoing requests. Nothing
follows a redirect, keeps a cookie or unpacks an answer. Request and answer are put into the log by their hashes, so
that two executions can be compared: the same answers give the same proposal.
"""

from __future__ import annotations

import base64
import re
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings

from blobs.models import sha256_of
from kernel.canonical import canonical_hash
from kernel.outbound import Cutter, OutboundError, OutboundResponse, send
from stages.automation.environment import HOSTS
from stages.automation.executing.addresses import WebAddress, is_granted, read_address
from stages.automation.executing.grants import Grants
from stages.automation.lua import HostError, LogLine
from stages.automation.lua.host import Noted

MAX_REQUESTS: Final = 20
MAX_BODY: Final = 1024 * 1024
MAX_HEADERS: Final = 50
MAX_HEADER_BYTES: Final = 16 * 1024
MAX_ANSWER_HEADERS: Final = 64 * 1024
MAX_SHOWN: Final = 300
AGENT: Final = "Foundry-Script"
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
WITHOUT_BODY: Final = ("GET", "HEAD")
MEMBERS: Final = ("url", "method", "headers", "body")
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_VALUE: Final = re.compile(r"[\t -~]{0,8192}")
# What belongs to the connection, or says who asks or whom.
_REFUSED: Final = frozenset(
    {
        *("accept-encoding", "connection", "content-length", "cookie", "cookie2", "expect", "forwarded", "host"),
        *("keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "via"),
        *("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"),
        *("x-http-method", "x-http-method-override", "x-method-override"),
    }
)
_REFUSED_STARTS: Final = ("proxy-", "sec-")


@dataclass(frozen=True, slots=True)
class Request:
    """What a script asks for."""

    address: WebAddress
    method: str
    headers: Mapping[str, str]
    body: bytes | None

    @property
    def shown(self) -> str:
        return f"{self.method} {self.address}"[:MAX_SHOWN]

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """Its hash, for the log."""
        body = sha256_of(self.body or b"")
        asked = {"method": self.method, "url": str(self.address), "headers": dict(self.headers), "body": body}
        return (("request", canonical_hash(asked)),)


class Requests:
    """The requests of one execution, which ends at `deadline` (of `time.monotonic`)."""

    def __init__(self, grants: Grants, deadline: float) -> None:
        self._grants, self._deadline = grants, deadline
        self._cutter = Cutter()
        self._made = 0

    def begin(self, arguments: Mapping[str, Any]) -> Noted:
        """Begin a request; its future gives `{status, headers, body}`. Raises `HostError`."""
        request = _read(arguments.get("request"))
        if not is_granted(request.address, self._grants.network, getattr(settings, HOSTS)):
            raise HostError(_not_granted(request.address, self._grants))
        if self._made >= MAX_REQUESTS:
            raise HostError(f"an execution makes at most {MAX_REQUESTS} requests")
        self._made += 1
        found: Future[Any] = Future()

        def work() -> None:
            try:
                found.set_result(self._answer(request))
            except OutboundError as error:
                line = LogLine("warn", f"{request.shown}: no answer", facts=request.facts)
                found.set_exception(HostError(str(error), line))
            except BaseException as error:  # noqa: BLE001 (raised where the script awaits it)
                found.set_exception(error)

        # A daemon: a name that resolves slowly keeps no process from ending.
        threading.Thread(target=work, name="core.http", daemon=True).start()
        size = f", {len(request.body):,} bytes" if request.body else ""
        return Noted(found, LogLine("info", f"{request.shown}{size}", facts=request.facts))

    def close(self) -> None:
        """End all that is under way: the execution has ended."""
        self._cutter.cut_off()

    def _answer(self, request: Request) -> Noted:
        agent = {} if "user-agent" in map(str.lower, request.headers) else {"User-Agent": AGENT}
        response = send(
            str(request.address),
            method=request.method,
            # An answer that nobody unpacks needs no packing.
            headers={**agent, **request.headers, "Accept-Encoding": "identity"},
            body=request.body,
            seconds=max(self._deadline - time.monotonic(), 0.1),
            cutter=self._cutter,
        )
        if sum(len(name) + len(value) for name, value in response.headers.items()) > MAX_ANSWER_HEADERS:
            words = f"{request.address.server} answers with more than {MAX_ANSWER_HEADERS >> 10} KiB of headers."
            raise OutboundError(words)
        value = _value_of(response)
        facts = (*request.facts, ("answer", canonical_hash(value)))
        said = f"{response.status} from {request.shown}, {len(response.body):,} bytes"
        return Noted(value, LogLine("info", said, facts=facts))


def _value_of(response: OutboundResponse) -> dict[str, Any]:
    """What a script gets; a body that is no text comes in base64."""
    found: dict[str, Any] = {"status": response.status, "headers": dict(response.headers)}
    try:
        return {**found, "body": response.body.decode()}
    except UnicodeDecodeError:
        return {**found, "base64": base64.b64encode(response.body).decode()}


def _read(request: object) -> Request:
    """What a script asks for. Raises `HostError`."""
    given: object = {"url": request} if isinstance(request, str) else request
    if not isinstance(given, Mapping) or any(each not in MEMBERS for each in given):
        raise HostError(f"core.http takes an address, or a table of {', '.join(MEMBERS)}")
    url, method, body = given.get("url"), given.get("method", "GET"), given.get("body")
    if not isinstance(url, str):
        raise HostError("url is a text")
    if method not in METHODS:
        raise HostError(f"method is one of {', '.join(METHODS)}")
    try:
        address = read_address(url)
    except ValueError as error:
        raise HostError(str(error)) from None
    return Request(address, method, _headers(given.get("headers")), _body(method, body))


def _body(method: str, body: object) -> bytes | None:
    if body is None:
        return None
    if not isinstance(body, str) or method in WITHOUT_BODY:
        raise HostError("body is a text, and GET and HEAD have none")
    encoded = body.encode()
    if len(encoded) > MAX_BODY:
        raise HostError("body has at most 1 MiB")
    return encoded


def _headers(headers: object) -> dict[str, str]:
    # An empty table of Lua is an empty list of JSON.
    if headers is None or headers == []:
        return {}
    if not isinstance(headers, Mapping) or len(headers) > MAX_HEADERS:
        raise HostError(f"headers are a table of at most {MAX_HEADERS} texts by their names")
    found: dict[str, str] = {}
    seen: set[str] = set()
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or not isinstance(value, str) or not _VALUE.fullmatch(value):
            raise HostError(f"the header {name[:100]!r} is no text in ASCII")
        # Servers that pass headers on as variables tell `_` and `-` not apart.
        lower = name.lower().replace("_", "-")
        if lower in _REFUSED or lower.startswith(_REFUSED_STARTS) or lower in seen:
            raise HostError(f"the header {name} is not a script’s")
        seen.add(lower)
        found[name] = value
    if sum(len(name) + len(value) for name, value in found.items()) > MAX_HEADER_BYTES:
        raise HostError("headers have at most 16 KiB")
    return found


def _not_granted(address: WebAddress, grants: Grants) -> str:
    """Who has to allow it: the owner, or the operator of this site."""
    if is_granted(address, grants.network, (address.server,)):
        return f"this site lets scripts reach no {address.server}: its operator names servers in {HOSTS}"
    return f"not granted: https://{address.server}{address.path}"[:MAX_SHOWN]
