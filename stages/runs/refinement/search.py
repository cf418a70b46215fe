"""The search for a better text, by the library gepa, which only the runner loads.

gepa runs in a thread of its own and asks its `Host` for everything; answers come from the event loop. It prints
nothing here, keeps no files, and its own limits are not used: it goes beyond them, and goes on after a failed model.
What the host raises ends it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, Protocol, TypeVar

Result = TypeVar("Result")

# The same numbers in the same order each time: a run that is begun anew meets its own answers again.
SEED: Final = 0
# Cases from which a new text is proposed, and on which it is tried first.
BATCH: Final = 3
_COMPONENT: Final = "text"


class SearchEnded(BaseException):
    """Ends gepa's loop, which goes on after any `Exception`."""


class Enough(Exception):
    """No further text is tried."""


@dataclass(frozen=True, slots=True)
class Tried:
    """How a text did in one case: a score from 0 to 1, and what the next proposal is to learn from it."""

    score: float
    lesson: str


class Host(Protocol):
    """What measures and proposes. What its coroutines raise ends the search: `Enough` well, anything else as it is."""

    async def measure(self, text: str, cases: Sequence[int]) -> list[Tried]:
        """How a text does in these cases, by their places among the working ones."""

    async def propose(self, text: str, lessons: Sequence[str]) -> str:
        """A text that should do better; empty where none came."""

    def is_done(self) -> bool:
        """Whether trying further texts has no point."""


@dataclass(slots=True)
class _Bridge:
    """Runs coroutines of the event loop for the thread of the search."""

    loop: asyncio.AbstractEventLoop
    error: BaseException | None = None
    _lock: Lock = field(default_factory=Lock)
    _asked: Future[Any] | None = None
    _task: asyncio.Task[Any] | None = None
    _has_ended: bool = False

    def ask(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of some work. Raises `SearchEnded` for anything that it raises."""
        with self._lock:
            if self._has_ended:
                work.close()
                raise SearchEnded
            asked = asyncio.run_coroutine_threadsafe(self._follow(work), self.loop)
            self._asked = asked
        try:
            error = asked.exception()
        except CancelledError:
            raise SearchEnded from None
        if error is not None:
            self.error = error
            raise SearchEnded
        return asked.result()

    async def _follow(self, work: Coroutine[Any, Any, Result]) -> Result:
        self._task = asyncio.current_task()
        return await work

    async def end(self) -> None:
        """Cancel what is asked for now, and refuse everything further."""
        with self._lock:
            self._has_ended = True
            if self._asked is not None:
                self._asked.cancel()
        if self._task is not None:
            with suppress(asyncio.CancelledError, Exception):
                await self._task


async def search(host: Host, *, text: str, cases: int) -> None:
    """Try texts, beginning with `text`, until the host has enough. Raises what the host raises, but `Enough`."""
    bridge = _Bridge(asyncio.get_running_loop())
    pool = ThreadPoolExecutor(1, thread_name_prefix="runs-refine")
    searching = asyncio.get_running_loop().run_in_executor(pool, _optimize, host, bridge, text, cases)
    try:
        await asyncio.shield(searching)
    except asyncio.CancelledError:
        await bridge.end()
        with suppress(Exception):
            await searching
        raise
    finally:
        pool.shutdown(wait=False)
    if bridge.error is not None and not isinstance(bridge.error, Enough):
        raise bridge.error


def _optimize(host: Host, bridge: _Bridge, text: str, cases: int) -> None:
    from gepa.api import optimize

    places = list(range(cases))
    adapter: Any = _Adapter(host, bridge)
    with suppress(SearchEnded):
        optimize(
            seed_candidate={_COMPONENT: text},
            # The cases that are held back are not among them: each text is tried on some, and the good ones on all.
            trainset=places,
            valset=places,
            adapter=adapter,
            reflection_minibatch_size=min(BATCH, cases),
            stop_callbacks=lambda _state: host.is_done(),
            logger=_Silent(),
            track_best_outputs=False,
            seed=SEED,
        )


class _Silent:
    """gepa's log. What people should know of a search, the host says."""

    def log(self, message: str) -> None:
        """Say nothing."""


class _Adapter:
    """gepa's view of the host."""

    def __init__(self, host: Host, bridge: _Bridge) -> None:
        self._host = host
        self._bridge = bridge

    def evaluate(self, batch: list[int], candidate: dict[str, str], capture_traces: bool = False) -> Any:
        """How a text does in some cases."""
        from gepa.core.adapter import EvaluationBatch

        tried = self._bridge.ask(self._host.measure(candidate[_COMPONENT], batch))
        return EvaluationBatch(
            outputs=[each.score for each in tried],
            scores=[each.score for each in tried],
            trajectories=tried if capture_traces else None,
        )

    def make_reflective_dataset(
        self, candidate: dict[str, str], eval_batch: Any, components_to_update: list[str]
    ) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """What a text did, for the model that proposes the next one."""
        return {_COMPONENT: [{"lesson": each.lesson} for each in eval_batch.trajectories]}

    def propose_new_texts(
        self,
        candidate: dict[str, str],
        reflective_dataset: Mapping[str, Sequence[Mapping[str, Any]]],
        components_to_update: list[str],
    ) -> dict[str, str]:
        """The next text; nothing where none came."""
        lessons = [str(each["lesson"]) for each in reflective_dataset[_COMPONENT]]
        proposed = self._bridge.ask(self._host.propose(candidate[_COMPONENT], lessons))
        return {_COMPONENT: proposed} if proposed else {}
