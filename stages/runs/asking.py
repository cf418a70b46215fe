"""The model of a profile as agents ask it: each try is a call on record, and what may come later is asked for again."""

from __future__ import annotations

from asyncio import sleep
from collections.abc import Callable, Mapping
from copy import copy
from functools import partial
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from stages.runs.agents.model import Prompt
from stages.runs.clients import config_of, model_request
from stages.runs.console_writer import ConsoleWriter
from stages.runs.costs import worst_cost_of
from stages.runs.llm.client import LLMClient
from stages.runs.llm.errors import Cause, ModelError
from stages.runs.llm.records import RequestRecord
from stages.runs.llm.requests import ModelRequest, ModelResponse
from stages.runs.llm.router import LLMRouter
from stages.runs.models import Call, ModelProfile, Purpose
from stages.runs.services.calling import begin_call, end_call, is_over
from stages.runs.services.metering import MustWait
from stages.runs.services.working import Claim
from stages.runs.threads import in_thread, persist

# How often a provider is asked that has no room, cannot be reached, or breaks off before anything came.
MAX_TRIES: Final = 3
# Seconds: the longest that a run waits before it asks again. A longer wait fails, with how long it would be.
MAX_WAIT: Final = 30.0
# Seconds: the longest that a run keeps its slot while limits of calls make it wait; then others have it.
MAX_PATIENCE: Final = 60.0
_AGAIN: Final = frozenset({Cause.RATE_LIMITED, Cause.OVERLOADED, Cause.CONNECTION})


class RecordedModel:
    """A profile's model (`stages.runs.agents.model.Model`) within a run. What it answers goes to the run's console.

    `warnings` are those of all calls so far, each once: parameters that the provider does not take. `logged` has those
    that the console of the run has, with the profile. `call_id` is the last call that answered.
    """

    call_id: UUID
    # The cell or the text that calls are on record with, as arguments of `begin_call`.
    cell: Mapping[str, Any] = MappingProxyType({})
    # How many requests the run may make in all; None is no limit.
    most: int | None = None

    def __init__(
        self,
        claim: Claim,
        profile: ModelProfile,
        console: ConsoleWriter,
        router: LLMRouter,
        logged: set[tuple[UUID, str]],
    ) -> None:
        self.warnings: list[str] = []
        self._claim = claim
        self._profile = profile
        self._console = console
        self._router = router
        self._logged = logged

    def of_cell(self, **cell: Any) -> RecordedModel:
        """The same model for a cell of an evaluation: its calls name the cell, and its console does not follow them.

        `cell` has the `case` and the `repeat`; where a text is refined the number of the `candidate`, which stands
        alone for a call that proposes it.
        """
        found = copy(self)
        found.cell = cell
        return found

    async def record(self, request: Prompt) -> RequestRecord:
        """What the record of a request is, without sending it."""
        client = self._router.get_client(await in_thread(partial(config_of, self._profile)))
        return client.record(model_request(request, self._profile))

    async def generate(self, request: Prompt, /) -> ModelResponse:
        """Ask until an answer comes, at most `MAX_TRIES` times.

        Raises `ModelError`, `RunFenced`, `MustWait`, `NoCallsLeft`.
        """
        client = self._router.get_client(await in_thread(partial(config_of, self._profile)))
        asked = model_request(request, self._profile)
        self._warn(client.record(asked).warnings)
        for number in range(1, MAX_TRIES + 1):
            words = _("Asks {model}") if request.purpose == "generate" else _("Asks {model} to repair its answer")
            await self._tell(self._console.step, words.format(model=self._profile.display_name))
            try:
                return await self._call(client, asked, Purpose(request.purpose))
            except ModelError as error:
                wait = _wait_after(error, number)
                if wait is None:
                    raise
                words = _("{words} Asks again in {seconds} s.")
                await self._tell(self._console.warn, words.format(words=error.words, seconds=round(wait, 1)))
                await sleep(wait)
        raise AssertionError("the last try answers or raises")

    async def _call(self, client: LLMClient, request: ModelRequest, purpose: Purpose) -> ModelResponse:
        """One request, with its end on record whatever happens."""
        claim, record = self._claim, client.record(request).text
        beginning = partial(
            begin_call, claim=claim, profile=self._profile, record=record, purpose=purpose, most=self.most
        )
        beginning = partial(beginning, worst_cost=worst_cost_of(self._profile, request), **self.cell)
        call = await self._begin(partial(beginning, call_id=uuid7()))
        try:
            response = await client.generate(request, None if self.cell else self._console.text)
        except ModelError as error:
            end = partial(end_call, claim=claim, call=call, response=error.received, error=error.cause.value)
            await persist(partial(end, is_free=error.is_free))
            raise
        await persist(partial(end_call, claim=claim, call=call, response=response))
        self.call_id = call.id
        if is_over(call, response):
            words = _("The provider counts more tokens than it could: the call costs more than was reserved for it.")
            self._warn((words,))
        return response

    async def _begin(self, beginning: Callable[[], Call]) -> Call:
        """Begin a call as soon as the limits of project and model allow it.

        Raises `ModelError` without budget, `RunFenced`, and `MustWait` after `MAX_PATIENCE` seconds.
        """
        waited = 0.0
        while True:
            try:
                return await persist(beginning)
            except MustWait as wait:
                if not waited:
                    await self._tell(self._console.step, wait.words)
                if waited + wait.seconds > MAX_PATIENCE:
                    raise
                await sleep(wait.seconds)
                waited += wait.seconds

    async def _tell(self, write: Callable[[str], None], words: str) -> None:
        """Write to the console, unless it is about a cell: of those there are thousands."""
        if not self.cell:
            write(words)
            await self._console.flush()

    def _warn(self, warnings: tuple[str, ...]) -> None:
        for words in warnings:
            if words not in self.warnings:
                self.warnings.append(words)
            # Each cell has a model of its own; the console of their run says it once.
            if (self._profile.id, words) not in self._logged:
                self._logged.add((self._profile.id, words))
                self._console.warn(words)


def _wait_after(error: ModelError, number: int) -> float | None:
    """The seconds after which to ask again; None where that has no point."""
    if number == MAX_TRIES or error.cause not in _AGAIN or error.received is not None:
        return None
    wait = float(2 ** (number - 1)) if error.retry_after is None else error.retry_after
    return wait if wait <= MAX_WAIT else None
