"""Asking something that may hang, for somebody who cannot wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from django.db import close_old_connections

Result = TypeVar("Result")


class Question(Generic[Result]):
    """A question that is asked once at a time, in a thread of its own: who asks meanwhile waits for the same answer.

    So a service that hangs keeps one thread and one connection of this process, however often it is asked about.
    """

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._guard = threading.Lock()
        self._asked: Future[Result] | None = None

    def ask(self) -> Future[Result]:
        """Begin to ask, if nobody does; the future has the answer, or raises what the work raised."""
        with self._guard:
            if self._asked is None or self._asked.done():
                self._asked = Future()
                # A daemon: a process that ends does not wait for what hangs.
                threading.Thread(target=self._answer, args=(self._asked,), daemon=True, name="question").start()
            return self._asked

    def _answer(self, asked: Future[Result]) -> None:
        try:
            asked.set_result(self._work())
        except BaseException as error:  # noqa: BLE001 (raised again where the answer is wanted)
            asked.set_exception(error)
        finally:
            close_old_connections()
