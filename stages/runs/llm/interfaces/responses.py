"""OpenAI's Responses. Nothing is stored at the provider (`store=False`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from stages.runs.choices import Outcome
from stages.runs.llm.answers import Answer
from stages.runs.llm.config import LLMConfig
from stages.runs.llm.failures import ProviderRefusal
from stages.runs.llm.parameters import FittedParameters
from stages.runs.llm.requests import ModelRequest

if TYPE_CHECKING:
    from openai import AsyncOpenAI

OUTCOMES: Final = {
    "completed": Outcome.COMPLETED,
    "max_output_tokens": Outcome.TRUNCATED,
    "content_filter": Outcome.REFUSED,
}


async def ask(
    sdk: AsyncOpenAI, config: LLMConfig, request: ModelRequest, parameters: FittedParameters, answer: Answer
) -> None:
    """Ask once, and read the stream into the answer."""
    arguments: dict[str, Any] = {
        "model": config.model_name,
        "input": [{"role": each.role.value, "content": each.content} for each in request.messages],
        "store": False,
        **parameters.arguments(),
    }
    if request.system:
        arguments["instructions"] = request.system
    if request.tools:
        arguments["tools"] = [
            {
                "type": "function",
                "name": each.name,
                "description": each.description,
                "parameters": dict(each.parameters),
                "strict": False,
            }
            for each in request.tools
        ]
    async with await sdk.responses.create(stream=True, **arguments) as stream:
        answer.note(request_id=stream.response.headers.get("x-request-id"))
        async for event in stream:
            _read(event, answer)


def _read(event: Any, answer: Answer) -> None:
    answer.has_begun = True
    match event.type:
        case "response.output_text.delta":
            answer.add_text(event.delta)
        case "response.refusal.delta":
            answer.outcome = Outcome.REFUSED
            answer.add_text(event.delta)
        case "response.output_item.done" if event.item.type == "function_call":
            item = event.item
            answer.add_call(event.output_index, call_id=item.call_id, name=item.name, arguments=item.arguments)
        case "response.completed" | "response.incomplete" | "response.failed":
            _read_end(event.response, answer)
        case "error":
            raise ProviderRefusal(code=event.code, message=event.message)


def _read_end(response: Any, answer: Answer) -> None:
    answer.note(model=response.model, request_id=None if answer.request_id else response.id)
    if response.usage:
        answer.count_tokens(came_in=response.usage.input_tokens, went_out=response.usage.output_tokens)
    if response.status == "failed":
        error = response.error
        raise ProviderRefusal(code=error and error.code, message=error and error.message)
    details = response.incomplete_details
    answer.finish((details and details.reason) or response.status, OUTCOMES)
