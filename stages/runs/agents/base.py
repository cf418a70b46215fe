"""The base of all agents: what they are given, and what they make of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from stages.runs.agents.model import PromptMessage
from stages.runs.trees.patches import ChangedFile
from stages.runs.trees.tree import Tree

# In characters.
MAX_INSTRUCTION: Final = 1_048_576


class AgentFailed(Exception):
    """The run failed, for one of the causes that a run names as `code`; `detail` says why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class AgentRequest:
    """What an agent works on.

    `system` is the prompt of the draft, `history` what was said before, `allows` those of the guarded paths that may
    be changed. `members` are the values of the evaluation's case, `variables` the names that any of its cases has.
    """

    instruction: str
    tree: Tree | None = None
    system: str = ""
    history: tuple[PromptMessage, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=dict)
    tools: Sequence[object] = ()
    allows: Collection[str] = ()
    members: Mapping[str, object] = field(default_factory=dict)
    variables: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class AgentResult:
    """What an agent made: a summary or an answer, one unified diff (empty without changes), and what is worth knowing.

    `outcome` is the model's: a refusal or a cut-off answer is a result, too.
    """

    summary: str
    patch: str = ""
    files_changed: tuple[ChangedFile, ...] = ()
    logs: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    outcome: str = "completed"


class BaseAgent(ABC):
    """An agent for one kind of experiment. It keeps nothing between two runs."""

    @abstractmethod
    async def run(self, request: AgentRequest) -> AgentResult:
        """Do what is asked. Raises `AgentFailed`; errors of the model's call pass through."""

    def validate_request(self, request: AgentRequest) -> list[str]:
        """What is wrong with a request, in words; nothing: it can be run."""
        problems = []
        if not request.instruction.strip():
            problems.append(_("The instruction is empty."))
        if len(request.instruction) > MAX_INSTRUCTION:
            problems.append(_("The instruction has more than {most} characters.").format(most=MAX_INSTRUCTION))
        return problems

    def check_request(self, request: AgentRequest) -> None:
        """Raise `AgentFailed` with the first of the problems."""
        problems = self.validate_request(request)
        if problems:
            raise AgentFailed("invalid_request", " ".join(problems))
