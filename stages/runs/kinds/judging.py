"""Models that grade the answers of others."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from stages.runs.agents.base import AgentFailed
from stages.runs.agents.model import Prompt
from stages.runs.kinds.work import Work
from stages.runs.llm.errors import ModelError
from stages.runs.llm.requests import ModelResponse
from stages.runs.models import ModelProfile
from stages.runs.services.calling import NoCallsLeft
from stages.runs.services.metering import MustWait

CALLS_EXHAUSTED: Final = "calls_exhausted"
# The cell whose answer is graded, as `RecordedModel.of_cell` takes it.
GRADED: Final[ContextVar[Mapping[str, Any]]] = ContextVar("graded cell")


@dataclass(frozen=True, slots=True)
class Judge:
    """A model that grades. Its calls are on record in the run, with the cell that they are about.

    `most` are the requests that the run may make in all; None is no limit.
    """

    at: Work
    profile: ModelProfile
    most: int | None = None

    async def generate(self, request: Prompt, /) -> ModelResponse:
        model = self.at.model(self.profile).of_cell(**GRADED.get())
        model.most = self.most
        while True:
            try:
                return await model.generate(request)
            except ModelError as error:
                raise AgentFailed(error.cause.value, error.words) from None
            except NoCallsLeft:
                raise AgentFailed(CALLS_EXHAUSTED, _("The run has made all its calls.")) from None
            except MustWait:
                # It has waited for a place; the answer that it grades is paid for, so it waits further.
                continue
