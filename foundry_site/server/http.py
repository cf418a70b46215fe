"""HTTP under ASGI: each request runs in a single thread, and their number is limited.

Django's own ASGI handler switches threads for almost every middleware, and runs as many requests as arrive. This one
runs all middlewares and the view in one thread. Requests wait without a thread: writes first for other writes of their
project (they would wait for its row anyway), then all for one of the REST threads.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from io import BytesIO
from typing import IO, Any, Final
from weakref import WeakValueDictionary

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.base import BaseHandler
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponseBase

from foundry_site.observability.figures import WAITING
from foundry_site.server.middleware import note_user
from foundry_site.server.site_path import PROBES

MAX_PROBES: Final = 8
_PROJECT: Final = re.compile(r"/api/v1/projects/([0-9a-f-]{36})/")


class HttpApplication(ASGIHandler):
    """The ASGI application for the scope type ``http``."""

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self._slots = asyncio.Semaphore(settings.FOUNDRY_REST_THREADS)
        self._probe_slots = asyncio.Semaphore(MAX_PROBES)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def read_body(self, receive: Callable[[], Awaitable[Mapping[str, Any]]]) -> IO[bytes]:
        """The body of a request. The one message in which our server gives it is not copied.

        Raises `RequestAborted` if the client has gone.
        """
        first = await receive()
        if first["type"] == "http.request" and not first.get("more_body"):
            return BytesIO(first.get("body", b""))
        messages = [first]

        async def receive_again() -> Mapping[str, Any]:
            return messages.pop() if messages else await receive()

        return await super().read_body(receive_again)

    async def run_get_response(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request whose body has been read, as soon as a thread is free."""
        if request.path_info in PROBES:
            # Monitoring must get an answer even while all threads hang.
            async with self._probe_slots:
                return await sync_to_async(self._answer)(request)
        with WAITING.track_inprogress():
            async with AsyncExitStack() as turns:
                await turns.enter_async_context(self._turn(request))
                await turns.enter_async_context(self._slots)
                mine = turns.pop_all()
        async with mine:
            return await sync_to_async(self._answer)(request)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        note_user(request)
        response._handler_class = self.__class__  # type: ignore[attr-defined] # noqa: SLF001 (Django's own mark)
        # A client that reads slowly must not keep a database connection.
        close_old_connections()
        return response

    def _turn(self, request: HttpRequest) -> AbstractAsyncContextManager[object]:
        """Wait for other writes of the same project."""
        found = _PROJECT.match(request.path_info)
        if found is None or request.method in {"GET", "HEAD", "OPTIONS"}:
            return nullcontext()
        return self._turns.setdefault(found.group(1), asyncio.Lock())
