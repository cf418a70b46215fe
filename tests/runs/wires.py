"""The forms in which providers answer: streams and errors of chat completions, Responses, messages, generateContent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Wire = Literal["chat", "responses", "messages", "content"]
End = Literal["stop", "length", "refusal"] | None

ENDS: dict[Wire, dict[End, str]] = {
    "chat": {"stop": "stop", "length": "length", "refusal": "content_filter"},
    "responses": {"stop": "completed", "length": "max_output_tokens", "refusal": "content_filter"},
    "messages": {"stop": "end_turn", "length": "max_tokens", "refusal": "refusal"},
    "content": {"stop": "STOP", "length": "MAX_TOKENS", "refusal": "SAFETY"},
}
# Status, the provider's word for it, and its message; {key} is what was sent as the key.
ERRORS: dict[str, tuple[int, str, str]] = {
    "wrong-key": (401, "invalid_api_key", "Incorrect API key provided: {key}"),
    "forbidden": (403, "permission_error", "Your project has no access."),
    "unpaid": (429, "insufficient_quota", "You exceeded your current quota."),
    "unknown-model": (404, "not_found_error", "No such model."),
    "too-long": (400, "invalid_request_error", "The maximum context length is 8192 tokens."),
    "wrong-request": (400, "invalid_request_error", "Unknown field."),
    "too-many": (429, "rate_limit_error", "Slow down."),
    "too-many-once": (429, "rate_limit_error", "Slow down."),
    "too-many-long": (429, "rate_limit_error", "Come back later."),
    "too-many-dated": (429, "rate_limit_error", "Slow down."),
    "exhausted": (429, "RESOURCE_EXHAUSTED", "Quota exceeded."),
    "invalid-key": (400, "INVALID_ARGUMENT", "API key not valid: {key}"),
    "overloaded": (529, "overloaded_error", "Overloaded."),
    "down": (503, "UNAVAILABLE", "Down for maintenance."),
    "bad-gateway": (502, "api_error", "Bad gateway."),
}
RETRY_AFTER = {
    "too-many": "7",
    "too-many-once": "1",
    "too-many-long": "3600",
    "too-many-dated": "Sun, 06 Nov 1994 08:49:37 GMT",
}


@dataclass
class Said:
    """An answer; `end` is None for a stream that just ends. Calls of tools are pairs of name and arguments."""

    model: str
    text: str
    end: End = "stop"
    calls: tuple[tuple[str, dict[str, Any]], ...] = ()
    tokens: tuple[int, int] = (5, 4)

    @property
    def pieces(self) -> list[str]:
        """The text in four pieces at most."""
        size = max(1, -(-len(self.text) // 4))
        return [self.text[at : at + size] for at in range(0, len(self.text), size)]


# What Google says of an error beside its message.
DETAILS: dict[str, list[dict[str, str]]] = {
    "RESOURCE_EXHAUSTED": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "13s"}],
    "INVALID_ARGUMENT": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}],
}


def stream(wire: Wire, said: Said) -> list[bytes]:
    """The events of an answer."""
    events = {"chat": _chat, "responses": _responses, "messages": _messages, "content": _content}[wire]
    return list(events(said))


def error(wire: Wire, status: int, message: str, code: str = "some_error") -> dict[str, Any]:
    """The body of an error."""
    match wire:
        case "messages":
            return {"type": "error", "error": {"type": code, "message": message}}
        case "content":
            return {"error": {"code": status, "message": message, "status": code, "details": DETAILS.get(code, [])}}
        case _:
            return {"error": {"message": message, "type": code, "code": code, "param": None}}


def event(data: Any, name: str = "") -> bytes:
    """One event of a stream; what is no text is written as JSON."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return (f"event: {name}\n" if name else "").encode() + f"data: {text}\n\n".encode()


def _chat(said: Said) -> Iterator[bytes]:
    head = {"id": "chat-1", "object": "chat.completion.chunk", "created": 1, "model": f"{said.model}-2026"}

    def chunk(delta: dict[str, Any], reason: str | None = None) -> bytes:
        return event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})

    for piece in said.pieces:
        yield chunk({"content": piece})
    for number, (name, arguments) in enumerate(said.calls):
        text = json.dumps(arguments)
        function = {"name": name, "arguments": text[:3]}
        yield chunk(
            {"tool_calls": [{"index": number, "id": f"call-{number}", "type": "function", "function": function}]}
        )
        yield chunk({"tool_calls": [{"index": number, "function": {"arguments": text[3:]}}]})
    if said.end is not None:
        reason = "tool_calls" if said.calls else ENDS["chat"][said.end]
        came_in, went_out = said.tokens
        yield chunk({}, reason)
        yield event({**head, "choices": [], "usage": {"prompt_tokens": came_in, "completion_tokens": went_out}})
        yield event("[DONE]")


def _responses(said: Said) -> Iterator[bytes]:
    came_in, went_out = said.tokens
    whole: dict[str, Any] = {
        "id": "resp-1",
        "object": "response",
        "created_at": 1,
        "model": f"{said.model}-2026",
        "status": "in_progress",
        "output": [],
        "usage": None,
    }
    yield event({"type": "response.created", "sequence_number": 0, "response": whole}, "response.created")
    where = {"item_id": "m1", "output_index": 0, "content_index": 0, "sequence_number": 1}
    for piece in said.pieces:
        name = "response.output_text.delta"
        yield event({"type": name, **where, "delta": piece, "logprobs": []}, name)
    for number, (tool, arguments) in enumerate(said.calls, 1):
        name = "response.output_item.done"
        call = {"type": "function_call", "id": f"fc{number}", "call_id": f"call-{number - 1}", "name": tool}
        item = {**call, "arguments": json.dumps(arguments), "status": "completed"}
        yield event({"type": name, "sequence_number": 2, "output_index": number, "item": item}, name)
    if said.end is None:
        return
    status = "completed" if said.end == "stop" else "incomplete"
    details = None if said.end == "stop" else {"reason": ENDS["responses"][said.end]}
    usage = {"input_tokens": came_in, "output_tokens": went_out, "total_tokens": came_in + went_out}
    ended = {**whole, "status": status, "incomplete_details": details, "usage": usage}
    name = f"response.{status}"
    yield event({"type": name, "sequence_number": 9, "response": ended}, name)


def _messages(said: Said) -> Iterator[bytes]:
    came_in, went_out = said.tokens

    def named(name: str, **members: Any) -> bytes:
        return event({"type": name, **members}, name)

    head = {"id": "msg-1", "type": "message", "role": "assistant", "model": f"{said.model}-2026", "content": []}
    usage = {"input_tokens": came_in, "output_tokens": 1}
    yield named("message_start", message={**head, "stop_reason": None, "stop_sequence": None, "usage": usage})
    yield named("content_block_start", index=0, content_block={"type": "text", "text": ""})
    for piece in said.pieces:
        yield named("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
    yield named("content_block_stop", index=0)
    for number, (name, arguments) in enumerate(said.calls, 1):
        block = {"type": "tool_use", "id": f"call-{number - 1}", "name": name, "input": {}}
        yield named("content_block_start", index=number, content_block=block)
        for piece in (json.dumps(arguments)[:3], json.dumps(arguments)[3:]):
            yield named("content_block_delta", index=number, delta={"type": "input_json_delta", "partial_json": piece})
        yield named("content_block_stop", index=number)
    if said.end is not None:
        reason = "tool_use" if said.calls else ENDS["messages"][said.end]
        delta = {"stop_reason": reason, "stop_sequence": None}
        yield named("message_delta", delta=delta, usage={"output_tokens": went_out})
        yield named("message_stop")


def _content(said: Said) -> Iterator[bytes]:
    head = {"modelVersion": f"{said.model}-2026", "responseId": "content-1"}

    def chunk(parts: list[Any], reason: str | None = None, **members: Any) -> bytes:
        candidate = {"index": 0, "content": {"role": "model", "parts": parts}}
        return event({"candidates": [{**candidate, **({"finishReason": reason} if reason else {})}], **head, **members})

    for piece in said.pieces:
        yield chunk([{"text": piece}])
    for number, (name, arguments) in enumerate(said.calls):
        yield chunk([{"functionCall": {"id": f"call-{number}", "name": name, "args": arguments}}])
    if said.end is not None:
        came_in, went_out = said.tokens
        usage = {"promptTokenCount": came_in, "candidatesTokenCount": went_out, "totalTokenCount": came_in + went_out}
        yield chunk([], ENDS["content"][said.end], usageMetadata=usage)
