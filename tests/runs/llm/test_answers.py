"""An answer is the same thing whichever interface it comes by."""

from __future__ import annotations

import json

import pytest

from stages.runs.choices import MessageRole, Outcome
from stages.runs.llm.answers import Answer
from stages.runs.llm.requests import Tool, ToolCall, Turn
from tests.runs.llm.asking import KEY, a_request, failure_of
from tests.runs.llm.conftest import Ask, ClientOf
from tests.runs.provider import CALLS, TEXT, ScriptedProvider
from tests.runs.wires import ENDS, Wire

TOOLS = (
    Tool("search_protocol", "Searches.", {"type": "object", "properties": {"query": {"type": "string"}}}),
    Tool("lookup_case"),
)


async def test_the_text_comes_in_pieces_and_as_a_whole(wire: Wire, client_of: ClientOf) -> None:
    pieces: list[str] = []
    response = await client_of(wire, "good").generate(a_request(), pieces.append)
    assert len(pieces) > 1
    assert "".join(pieces) == response.text == TEXT
    assert (response.outcome, response.finish_reason) == (Outcome.COMPLETED, ENDS[wire]["stop"])
    assert (response.input_tokens, response.output_tokens) == (5, 4)
    assert response.model_reported == "good-2026"
    assert response.request_id == ("content-1" if wire == "content" else "req-1")


async def test_system_messages_and_limit_arrive(wire: Wire, ask: Ask, server: ScriptedProvider) -> None:
    messages = (Turn(MessageRole.USER, "one"), Turn(MessageRole.ASSISTANT, "two"), Turn(MessageRole.USER, "thrée"))
    await ask(wire, "good", a_request(messages=messages, system="Be brief.", token_limit=77))
    (asked,) = server.asked
    assert asked.key == KEY
    assert asked.model == "good"
    said = [("user", "one"), ("assistant", "two"), ("user", "thrée")]
    body = asked.body
    match wire:
        case "chat":
            assert [(each["role"], each["content"]) for each in body["messages"]] == [("system", "Be brief."), *said]
            assert (body["max_tokens"], body["stream_options"]) == (77, {"include_usage": True})
        case "responses":
            assert [(each["role"], each["content"]) for each in body["input"]] == said
            assert (body["instructions"], body["max_output_tokens"], body["store"]) == ("Be brief.", 77, False)
        case "messages":
            assert [(each["role"], each["content"]) for each in body["messages"]] == said
            assert (body["system"], body["max_tokens"]) == ("Be brief.", 77)
        case "content":
            roles = [
                (each["role"].replace("model", "assistant"), each["parts"][0]["text"]) for each in body["contents"]
            ]
            assert roles == said
            assert body["systemInstruction"]["parts"][0]["text"] == "Be brief."
            assert body["generationConfig"]["maxOutputTokens"] == 77


async def test_case_11_an_answer_that_reached_its_limit_is_truncated(wire: Wire, ask: Ask) -> None:
    response = await ask(wire, "truncated")
    assert (response.outcome, response.finish_reason) == (Outcome.TRUNCATED, ENDS[wire]["length"])
    assert response.text == TEXT


async def test_case_11_a_refusal_is_an_outcome(wire: Wire, ask: Ask) -> None:
    response = await ask(wire, "refuses")
    assert (response.outcome, response.finish_reason) == (Outcome.REFUSED, ENDS[wire]["refusal"])


async def test_a_prompt_that_google_blocks_is_refused(ask: Ask) -> None:
    response = await ask("content", "blocked")
    assert (response.outcome, response.finish_reason, response.text) == (Outcome.REFUSED, "SAFETY", "")


async def test_case_15_two_tools_are_written_in_the_provider_s_form(
    wire: Wire, ask: Ask, server: ScriptedProvider
) -> None:
    await ask(wire, "good", a_request(tools=TOOLS))
    sent = server.asked[0].body["tools"]
    schema = {"type": "object", "properties": {"query": {"type": "string"}}}
    match wire:
        case "chat":
            first = {"name": "search_protocol", "description": "Searches.", "parameters": schema}
            assert [each["type"] for each in sent] == ["function", "function"]
            assert sent[0]["function"] == first
        case "responses":
            assert sent[0] == {
                "type": "function",
                "name": "search_protocol",
                "description": "Searches.",
                "parameters": schema,
                "strict": False,
            }
        case "messages":
            assert sent[0] == {"name": "search_protocol", "description": "Searches.", "input_schema": schema}
        case "content":
            (declared,) = sent
            names = [each["name"] for each in declared["functionDeclarations"]]
            assert names == ["search_protocol", "lookup_case"]
            first = declared["functionDeclarations"][0]
            # The SDK writes the member as it is given; the interface takes both spellings.
            assert first.get("parametersJsonSchema", first.get("parameters_json_schema")) == schema
    assert "lookup_case" in json.dumps(sent)


async def test_case_15_calls_of_tools_are_read_from_every_form(wire: Wire, ask: Ask) -> None:
    response = await ask(wire, "calls-tools", a_request(tools=TOOLS))
    assert response.outcome is Outcome.COMPLETED
    assert [(each.name, each.parsed()) for each in response.tool_calls] == list(CALLS)
    assert [each.id for each in response.tool_calls] == ["call-0", "call-1"]


def test_arguments_that_are_no_json_are_an_error_of_the_model() -> None:
    assert ToolCall("1", "search", "").parsed() == {}
    with pytest.raises(ValueError, match="Expecting"):
        ToolCall("1", "search", "{query").parsed()


async def test_a_stream_that_just_ends_is_broken_and_what_came_is_kept(wire: Wire, ask: Ask) -> None:
    failure = await failure_of(ask(wire, "just-ends"))
    assert failure.cause == "stream_broken"
    assert failure.received is not None
    assert failure.received.text == TEXT


async def test_a_connection_that_ends_midway_is_broken_and_what_came_is_kept(wire: Wire, ask: Ask) -> None:
    failure = await failure_of(ask(wire, "broken"))
    assert failure.cause == "stream_broken"
    assert failure.received is not None
    assert TEXT.startswith(failure.received.text)
    assert failure.received.text


async def test_an_answer_that_said_why_it_ended_is_whole(wire: Wire, ask: Ask) -> None:
    response = await ask(wire, "broken-after-the-end")
    assert (response.text, response.outcome) == (TEXT, Outcome.COMPLETED)


async def test_what_no_database_can_hold_is_replaced(wire: Wire, ask: Ask, server: ScriptedProvider) -> None:
    server.texts["good"] = "a\0b"
    assert (await ask(wire, "good")).text == "a\ufffdb"


@pytest.mark.parametrize("count", [True, -1, 10**16, 10**30, "5", None])
def test_what_is_no_number_of_tokens_is_not_counted(count: object) -> None:
    answer = Answer()
    answer.count_tokens(came_in=count, went_out=count)
    assert (answer.input_tokens, answer.output_tokens) == (None, None)
