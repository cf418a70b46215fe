"""HTTP under ASGI: each request is one piece of blocking work in one thread, and only so many at a time.

Django's own ASGI handler sends almost every middleware through a thread and back, and lets as many requests at the
database as arrive. Here the whole chain runs in one go. What waits, waits without a thread: first for its turn among
the writers of its project (who would wait for the project's row anyway), then for one of the REST threads.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from typing import Final
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

    async def run_get_response(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request whose body has been read, when there is a thread for it."""
        if request.path_info in PROBES:
            # While every thread hangs, whoever watches must still be told.
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
        # The slow part is over; a client that reads slowly must not keep a database connection.
        close_old_connections()
        return response

    def _turn(self, request: HttpRequest) -> AbstractAsyncContextManager[object]:
        """The turn of a write among those of its project."""
        found = _PROJECT.match(request.path_info)
        if found is None or request.method in {"GET", "HEAD", "OPTIONS"}:
            return nullcontext()
        return self._turns.setdefault(found.group(1), asyncio.Lock())
