"""A call that may hang, made for callers that wait for a limited time only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from django.db import close_old_connections

Result = TypeVar("Result")


class BoundedCall(Generic[Result]):
    """Runs `work` at most once at a time, in its own thread; calls that overlap share one result.

    So a service that hangs occupies one thread and one connection of this process, however often it is called.
    """

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._guard = threading.Lock()
        self._running: Future[Result] | None = None

    def start(self) -> Future[Result]:
        """Start the work unless it is running; the future has its result, or raises what it raised."""
        with self._guard:
            if self._running is None or self._running.done():
                self._running = Future()
                # A daemon thread, so that a process that ends does not wait for a service that hangs.
                threading.Thread(target=self._run, args=(self._running,), daemon=True, name="bounded call").start()
            return self._running

    def _run(self, future: Future[Result]) -> None:
        try:
            future.set_result(self._work())
        except BaseException as error:  # noqa: BLE001 (raised again by the future)
            future.set_exception(error)
        finally:
            close_old_connections()
