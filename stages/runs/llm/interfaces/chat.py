"""Chat completions, as servers that are compatible with OpenAI know them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from stages.runs.choices import Outcome
from stages.runs.llm.answers import Answer
from stages.runs.llm.config import LLMConfig
from stages.runs.llm.parameters import FittedParameters
from stages.runs.llm.requests import ModelRequest

if TYPE_CHECKING:
    from openai import AsyncOpenAI

OUTCOMES: Final = {
    "stop": Outcome.COMPLETED,
    "tool_calls": Outcome.COMPLETED,
    "function_call": Outcome.COMPLETED,
    "length": Outcome.TRUNCATED,
    "content_filter": Outcome.REFUSED,
}


async def ask(
    sdk: AsyncOpenAI, config: LLMConfig, request: ModelRequest, parameters: FittedParameters, answer: Answer
) -> None:
    """Ask once, and read the stream into the answer."""
    system = [{"role": "system", "content": request.system}] if request.system else []
    arguments: dict[str, Any] = {
        "model": config.model_name,
        "messages": [*system, *({"role": each.role.value, "content": each.content} for each in request.messages)],
        # Streams have no usage otherwise.
        "stream_options": {"include_usage": True},
        **parameters.arguments(),
    }
    if request.tools:
        arguments["tools"] = [
            {
                "type": "function",
                "function": {"name": each.name, "description": each.description, "parameters": dict(each.parameters)},
            }
            for each in request.tools
        ]
    async with await sdk.chat.completions.create(stream=True, **arguments) as stream:
        answer.note(request_id=stream.response.headers.get("x-request-id"))
        async for chunk in stream:
            _read(chunk, answer)


def _read(chunk: Any, answer: Answer) -> None:
    answer.has_begun = True
    answer.note(model=chunk.model, request_id=None if answer.request_id else chunk.id)
    if chunk.usage:
        answer.count_tokens(came_in=chunk.usage.prompt_tokens, went_out=chunk.usage.completion_tokens)
    # Only one answer is asked for; the chunk with the usage has none.
    for choice in chunk.choices[:1] if chunk.choices else ():
        delta = choice.delta
        if delta and delta.refusal:
            answer.outcome = Outcome.REFUSED
            answer.add_text(delta.refusal)
        if delta:
            answer.add_text(delta.content)
            for call in delta.tool_calls or ():
                piece = call.function
                answer.add_call(
                    call.index, call_id=call.id, name=piece and piece.name, arguments=piece and piece.arguments
                )
        if choice.finish_reason:
            answer.finish(choice.finish_reason, OUTCOMES)
