"""ASGI wrappers that give every request and socket an id in the log, and log a line when it ends."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import uuid4

from django.conf import settings

from foundry_site.observability.figures import REQUEST_SECONDS
from foundry_site.observability.logs import Facts, circumstances
from foundry_site.server.site_path import PROBES

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]

requests = logging.getLogger("foundry.requests")
sockets = logging.getLogger("foundry.sockets")

REQUEST_ID: Final = b"x-request-id"
_WELL_FORMED: Final = re.compile(rb"[A-Za-z0-9._-]{8,128}\Z")
_PROJECT: Final = re.compile(r"/projects/([0-9a-f-]{36})(?:/|\Z)")
# Logged at level DEBUG only, because probes and static files are requested very often.
_QUIET: Final = (*PROBES, "/static/")


class LoggedRequests:
    """An HTTP application that gives each request an id: the client's `X-Request-ID`, or a new one.

    The response contains it, so that a report of a failure can refer to the lines in the log.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        request_id = _request_id(scope)
        path = scope["path"]
        began = time.monotonic()
        status = 0

        async def answer(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), (REQUEST_ID, request_id.encode())]}
            await send(message)

        with circumstances(request_id=request_id, **_project(path)):
            try:
                await self._application(scope, receive, answer)
            finally:
                level = logging.DEBUG if path.removeprefix(settings.FOUNDRY_PATH).startswith(_QUIET) else logging.INFO
                facts = {"method": scope["method"], "path": path, "status": status, **_since(began)}
                if level == logging.INFO:
                    REQUEST_SECONDS.labels(scope["method"], f"{status // 100}xx").observe(time.monotonic() - began)
                requests.log(level, "%s %s %d", scope["method"], path, status, extra={"facts": facts})


class LoggedSockets:
    """A WebSocket application; the user is added to `scope["log_facts"]` once it is known."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        began = time.monotonic()
        code: int | None = None

        async def receive_and_note() -> Any:
            nonlocal code
            message = await receive()
            if message["type"] == "websocket.disconnect":
                code = code or message.get("code")
            return message

        async def send_and_note(message: Any) -> None:
            nonlocal code
            if message["type"] == "websocket.close":
                code = code or message.get("code")
            await send(message)

        with circumstances(connection=uuid4().hex[:16], **_project(scope["path"])) as facts:
            try:
                await self._application({**scope, "log_facts": facts}, receive_and_note, send_and_note)
            finally:
                sockets.info("closed %s", code, extra={"facts": {"code": code, **_since(began)}})


def _request_id(scope: Message) -> str:
    given = next((value for name, value in scope.get("headers", ()) if name == REQUEST_ID), b"")
    return given.decode() if _WELL_FORMED.match(given) else uuid4().hex


def _project(path: str) -> Facts:
    found = _PROJECT.search(path)
    return {"project_id": found.group(1)} if found else {}


def _since(began: float) -> Facts:
    return {"duration_ms": round((time.monotonic() - began) * 1000, 1)}
