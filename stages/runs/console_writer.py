"""Writes a run's console while its model answers: what comes within 100 ms goes out together."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any, Final, Self, TypeVar

from kernel.errors import Unavailable
from stages.runs.models import LogKind
from stages.runs.services.calling import append_log, check_claim
from stages.runs.services.working import Claim
from stages.runs.threads import in_thread, persist

Result = TypeVar("Result")

SECONDS: Final = 0.1
# How often a worker whose model is silent looks whether the run is still its own.
LOOK_AFTER: Final = 2.0


class ConsoleWriter:
    """Collects lines, and writes them in the order in which they came. Use it as an async context manager.

    Text is joined to what came just before it; the pieces of an answer are its text when they are put together.
    """

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._lines: list[tuple[LogKind, list[str]]] = []
        # Lines that are being written: again as they are, where nobody knows whether that succeeded.
        self._batch: list[tuple[LogKind, str]] = []
        # The number of the last line that was written.
        self._number = claim.lines
        self._writing = asyncio.Lock()
        self._looked_at = monotonic()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._write_regularly(), name=f"console-{self._claim.run_id}")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await self._task

    async def guard(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do some work, and cancel it once the run is not this worker's any more. Raises `RunFenced` then."""
        assert self._task is not None
        working = asyncio.ensure_future(work)
        try:
            await asyncio.wait({working, self._task}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not working.done():
                working.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await working
        if working.cancelled():
            # The writer ends by an error alone.
            self._task.result()
        return working.result()

    def step(self, words: str) -> None:
        """Say what the run does now."""
        self._lines.append((LogKind.STEP, [words]))

    def warn(self, words: str) -> None:
        """Say what somebody should know."""
        self._lines.append((LogKind.WARNING, [words]))

    def text(self, piece: str) -> None:
        """A piece of the answer."""
        if self._lines and self._lines[-1][0] is LogKind.TEXT:
            self._lines[-1][1].append(piece)
        else:
            self._lines.append((LogKind.TEXT, [piece]))

    async def flush(self) -> None:
        """Write what has come until now, also if PostgreSQL is away for a while. Raises `RunFenced`, `Unavailable`."""
        await self._flush(persist)

    async def _flush(self, run: Any) -> None:
        async with self._writing:
            if self._batch:
                await self._write(run)
            self._batch, self._lines = [(kind, "".join(pieces)) for kind, pieces in self._lines], []
            if self._batch:
                await self._write(run)

    async def _write(self, run: Any) -> None:
        self._number = await run(partial(append_log, claim=self._claim, lines=self._batch, after=self._number))
        self._batch = []
        self._looked_at = monotonic()

    async def _write_regularly(self) -> None:
        """Write every 100 ms until the run is not this worker's any more, which it raises as `RunFenced`."""
        while True:
            await asyncio.sleep(SECONDS)
            with suppress(Unavailable):
                await self._flush(in_thread)
                if monotonic() - self._looked_at > LOOK_AFTER:
                    await in_thread(partial(check_claim, self._claim))
                    self._looked_at = monotonic()
