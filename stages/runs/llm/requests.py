"""What a model is asked and what it answers, in one form for all providers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from django.utils.translation import gettext as _

from stages.runs.choices import MessageRole, Outcome
from stages.runs.llm.errors import Cause, ModelError

MAX_SECONDS: Final = 600.0

# What a tool without parameters takes: an object without members.
_NO_PARAMETERS: Final[Mapping[str, Any]] = MappingProxyType({"type": "object", "properties": {}})


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the conversation."""

    role: MessageRole
    content: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the model may call; `parameters` is the JSON Schema of its arguments."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=lambda: dict(_NO_PARAMETERS))


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model made; `arguments` is the text as it came, which should be a JSON object."""

    id: str
    name: str
    arguments: str

    def parsed(self) -> Any:
        """The arguments as a value. Raises `ValueError` for what is not JSON."""
        return json.loads(self.arguments or "{}")


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One question to a model.

    `parameters` are those of a configuration's `generation`. `token_limit` is the most tokens that the answer may
    have, `seconds` how long the whole call may take.
    """

    messages: tuple[Turn, ...]
    token_limit: int
    system: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tools: tuple[Tool, ...] = ()
    seconds: float = MAX_SECONDS


@dataclass(frozen=True, slots=True)
class ModelResponse:
    """What a model answered.

    `finish_reason` is the provider's own word for how it ended, `model_reported` the model that it says answered.
    Tokens are those that the provider counted, None where it did not say. `warnings` are for people.
    """

    text: str
    tool_calls: tuple[ToolCall, ...]
    outcome: Outcome
    finish_reason: str
    model_reported: str
    request_id: str
    input_tokens: int | None
    output_tokens: int | None
    warnings: tuple[str, ...] = ()


def parse_tools(value: Any) -> tuple[Tool, ...]:
    """The tools that a configuration names: by name only, or written as one of the providers does.

    Raises `ModelError` (`invalid_request`) for what is not a list of tools.
    """
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ModelError(Cause.INVALID_REQUEST, _("“tools” must be a list."))
    tools = tuple(_parse_tool(each, number) for number, each in enumerate(value, 1))
    if len({tool.name for tool in tools}) < len(tools):
        raise ModelError(Cause.INVALID_REQUEST, _("Two tools have the same name."))
    return tools


def _parse_tool(value: Any, number: int) -> Tool:
    if isinstance(value, str) and value:
        return Tool(value)
    found = value.get("function", value) if isinstance(value, dict) else None
    if not isinstance(found, dict) or not isinstance(name := found.get("name"), str) or not name:
        raise ModelError(Cause.INVALID_REQUEST, _("Tool {number} has no name.").format(number=number))
    description = found.get("description", "")
    schema = found.get("parameters", found.get("input_schema", dict(_NO_PARAMETERS)))
    if not isinstance(description, str) or not isinstance(schema, dict):
        words = _("Tool {name} needs a description that is text and parameters that are a JSON Schema.")
        raise ModelError(Cause.INVALID_REQUEST, words.format(name=name))
    return Tool(name, description, schema)
