"""Google's generateContent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from stages.runs.choices import MessageRole, Outcome
from stages.runs.llm.answers import Answer
from stages.runs.llm.config import LLMConfig
from stages.runs.llm.parameters import FittedParameters
from stages.runs.llm.requests import ModelRequest

if TYPE_CHECKING:
    from google.genai import Client

OUTCOMES: Final = {
    "STOP": Outcome.COMPLETED,
    "MAX_TOKENS": Outcome.TRUNCATED,
    "CONTINUATION": Outcome.TRUNCATED,
    **dict.fromkeys(
        ("SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR"),
        Outcome.REFUSED,
    ),
}
_ROLES: Final = {MessageRole.USER: "user", MessageRole.ASSISTANT: "model"}


async def ask(
    sdk: Client, config: LLMConfig, request: ModelRequest, parameters: FittedParameters, answer: Answer
) -> None:
    """Ask once, and read the stream into the answer."""
    options: dict[str, Any] = {
        # The SDK would call functions, and ask again for the rest of a long answer: both are further requests.
        "automatic_function_calling": {"disable": True},
        "automatic_continuation": False,
        **parameters.arguments(),
    }
    if request.system:
        options["system_instruction"] = request.system
    if request.tools:
        declarations = [
            {"name": each.name, "description": each.description, "parameters_json_schema": dict(each.parameters)}
            for each in request.tools
        ]
        options["tools"] = [{"function_declarations": declarations}]
    contents: list[Any] = [{"role": _ROLES[each.role], "parts": [{"text": each.content}]} for each in request.messages]
    stream = await sdk.aio.models.generate_content_stream(
        model=config.model_name,
        contents=contents,
        config=options,  # type: ignore[arg-type]
    )
    try:
        async for chunk in stream:
            _read(chunk, answer)
    finally:
        await stream.aclose()  # type: ignore[attr-defined]


def _read(chunk: Any, answer: Answer) -> None:
    answer.note(model=chunk.model_version, request_id=chunk.response_id)
    if usage := chunk.usage_metadata:
        thoughts = usage.thoughts_token_count or 0
        written = usage.candidates_token_count
        went_out = None if written is None and not thoughts else (written or 0) + thoughts
        answer.count_tokens(came_in=usage.prompt_token_count, went_out=went_out)
    feedback = chunk.prompt_feedback
    if feedback and feedback.block_reason:
        answer.has_begun = True
        answer.outcome = Outcome.REFUSED
        answer.finish(_word(feedback.block_reason), {})
    for candidate in chunk.candidates[:1] if chunk.candidates else ():
        answer.has_begun = True
        for part in (candidate.content and candidate.content.parts) or ():
            _read_part(part, answer)
        if candidate.finish_reason:
            answer.finish(_word(candidate.finish_reason), OUTCOMES)


def _read_part(part: Any, answer: Answer) -> None:
    """Texts and calls of functions; what the model thought is no answer."""
    if part.thought:
        return
    answer.add_text(part.text)
    if call := part.function_call:
        answer.add_call(None, call_id=call.id, name=call.name, arguments=json.dumps(call.args or {}))


def _word(reason: Any) -> str:
    """The word of an enumeration's member, or of one that the SDK does not know."""
    return str(getattr(reason, "value", reason))
