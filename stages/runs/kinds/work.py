"""What the worker of a kind of experiment gets, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from stages.runs.asking import RecordedModel
from stages.runs.console_writer import ConsoleWriter
from stages.runs.llm.router import LLMRouter
from stages.runs.models import ModelProfile, Run
from stages.runs.services.working import Claim


@dataclass(frozen=True, slots=True)
class Work:
    """A run that a worker has begun: its attempt, its row as it began, its console, the clients of models.

    `logged` has the warnings about requests that its console has, each with its profile.
    """

    claim: Claim
    run: Run
    console: ConsoleWriter
    router: LLMRouter
    logged: set[tuple[UUID, str]] = field(default_factory=set)

    def model(self, profile: ModelProfile | None = None) -> RecordedModel:
        """The model that the run asks, or another one: each call is on record in this run."""
        return RecordedModel(self.claim, profile or self.run.profile, self.console, self.router, self.logged)


@dataclass(frozen=True, slots=True)
class WorkResult:
    """How a run succeeded, as `finish_run` records it; what people should see of it at once is on the console."""

    summary: str
    warnings: Sequence[str] = ()
    patch: str = ""
    files_changed: Sequence[Mapping[str, object]] = ()
    verdict: Mapping[str, object] | None = None


# Raises `ModelError`, `AgentFailed` and `TreeError`, of which the run fails, and `RunFenced`.
Worker = Callable[[Work], Coroutine[Any, Any, WorkResult]]
