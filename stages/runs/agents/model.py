"""What an agent needs of a model: one question, one answer. `stages.runs.llm` has clients of the real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Purpose = Literal["generate", "repair", "grade", "reflect"]
# `unknown`: the answer came, but not why it ended.
Outcome = Literal["completed", "refused", "truncated", "unknown"]


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """One message of a conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is asked. `parameters` and `tools` are those of the configuration, in its own form."""

    system: str
    messages: tuple[PromptMessage, ...]
    purpose: Purpose = "generate"
    parameters: Mapping[str, object] = field(default_factory=dict)
    tools: Sequence[object] = ()


class ToolCall(Protocol):
    """A tool that the model wants called; `arguments` are the JSON text that it wrote."""

    @property
    def name(self) -> str: ...

    @property
    def arguments(self) -> str: ...


class Response(Protocol):
    """A complete answer."""

    @property
    def text(self) -> str: ...

    @property
    def tool_calls(self) -> Sequence[ToolCall]: ...

    @property
    def outcome(self) -> str: ...


class Model(Protocol):
    """A model that answers. Whoever runs the agent records the call; errors of the call pass through the agent."""

    async def generate(self, request: Prompt, /) -> Response: ...
