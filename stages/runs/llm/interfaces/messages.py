"""Anthropic's messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from stages.runs.choices import Outcome
from stages.runs.llm.answers import Answer
from stages.runs.llm.config import LLMConfig
from stages.runs.llm.parameters import FittedParameters
from stages.runs.llm.requests import ModelRequest

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

OUTCOMES: Final = {
    "end_turn": Outcome.COMPLETED,
    "stop_sequence": Outcome.COMPLETED,
    "tool_use": Outcome.COMPLETED,
    "max_tokens": Outcome.TRUNCATED,
    "model_context_window_exceeded": Outcome.TRUNCATED,
    "refusal": Outcome.REFUSED,
}


async def ask(
    sdk: AsyncAnthropic, config: LLMConfig, request: ModelRequest, parameters: FittedParameters, answer: Answer
) -> None:
    """Ask once, and read the stream into the answer."""
    arguments: dict[str, Any] = {
        "model": config.model_name,
        "messages": [{"role": each.role.value, "content": each.content} for each in request.messages],
        **parameters.arguments(),
    }
    if request.system:
        arguments["system"] = request.system
    if request.tools:
        arguments["tools"] = [
            {"name": each.name, "description": each.description, "input_schema": dict(each.parameters)}
            for each in request.tools
        ]
    async with await sdk.messages.create(stream=True, **arguments) as stream:
        answer.note(request_id=stream.response.headers.get("request-id"))
        async for event in stream:
            _read(event, answer)


def _read(event: Any, answer: Answer) -> None:
    answer.has_begun = True
    match event.type:
        case "message_start":
            answer.note(model=event.message.model, request_id=None if answer.request_id else event.message.id)
            _count(event.message.usage, answer)
        case "content_block_start" if event.content_block.type == "text":
            answer.add_text(event.content_block.text)
        case "content_block_start" if event.content_block.type == "tool_use":
            block = event.content_block
            answer.add_call(event.index, call_id=block.id, name=block.name)
        case "content_block_delta" if event.delta.type == "text_delta":
            answer.add_text(event.delta.text)
        case "content_block_delta" if event.delta.type == "input_json_delta":
            answer.add_call(event.index, arguments=event.delta.partial_json)
        case "message_delta":
            _count(event.usage, answer)
            if event.delta.stop_reason:
                answer.finish(event.delta.stop_reason, OUTCOMES)


def _count(usage: Any, answer: Answer) -> None:
    """Tokens read from or written to a cache came in, too; they are counted apart from the others."""
    if usage is None:
        return
    counts = (usage.input_tokens, usage.cache_creation_input_tokens, usage.cache_read_input_tokens)
    came_in = sum(count or 0 for count in counts) if counts[0] is not None else None
    answer.count_tokens(came_in=came_in, went_out=usage.output_tokens)
