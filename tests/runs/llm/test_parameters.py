"""Parameters of a configuration are sent where the interface takes them, and named where it does not."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from stages.runs.llm.config import Api
from stages.runs.llm.errors import ModelError
from stages.runs.llm.parameters import LIMIT_NAMES, TAKEN, fit_parameters
from stages.runs.llm.requests import Tool, parse_tools
from tests.runs.llm.asking import a_request
from tests.runs.llm.conftest import Ask
from tests.runs.provider import ScriptedProvider
from tests.runs.wires import Wire

GENERATION = {"temperature": 0, "top_p": 0.9, "top_k": 40, "seed": 7, "stop": ["END", "###"], "presence_penalty": 0.5}


async def test_what_the_interface_takes_arrives(wire: Wire, ask: Ask, server: ScriptedProvider) -> None:
    response = await ask(wire, "good", a_request(parameters=GENERATION))
    body = server.asked[0].body
    sent = body["generationConfig"] if wire == "content" else body
    expected: dict[str, Any] = {}
    match wire:
        case "chat":
            expected = {**GENERATION}
            del expected["top_k"]
        case "responses":
            expected = {"temperature": 0, "top_p": 0.9}
        case "messages":
            expected = {"stop_sequences": ["END", "###"]}
        case "content":
            renamed = {"top_p": "topP", "top_k": "topK", "stop": "stopSequences", "presence_penalty": "presencePenalty"}
            expected = {renamed.get(name, name): value for name, value in GENERATION.items()}
    assert {name: sent[name] for name in expected} == expected
    missing = [name for name in GENERATION if not any(name in warning for warning in response.warnings)]
    assert len(missing) == len(expected), "what was sent, and what is warned of, is all there was"


async def test_case_12_a_parameter_that_is_not_taken_is_warned_of(ask: Ask, server: ScriptedProvider) -> None:
    response = await ask("messages", "good", a_request(parameters={"temperature": 0}))
    (warning,) = response.warnings
    assert "temperature" in warning
    assert "temperature" not in server.asked[0].body


async def test_an_effort_is_written_as_openai_does(ask: Ask, server: ScriptedProvider) -> None:
    for wire, model in (("chat", "one"), ("responses", "two")):
        await ask(wire, model, a_request(parameters={"reasoning_effort": "low"}))
    assert server.asked[0].body["reasoning_effort"] == "low"
    assert server.asked[1].body["reasoning"] == {"effort": "low"}


@pytest.mark.parametrize("name", ["max_output_tokens", "max_tokens", "max_completion_tokens"])
def test_a_configuration_can_only_lower_the_limit_of_tokens(name: str) -> None:
    assert fit_parameters(Api.CHAT, {name: 50}, token_limit=100).token_limit == 50
    assert fit_parameters(Api.MESSAGES, {name: 500.0}, token_limit=100).arguments() == {"max_tokens": 100}
    assert fit_parameters(Api.CHAT, {name: None}, token_limit=100).warnings == ()


@pytest.mark.parametrize(
    "parameters",
    [
        {"temperature": "hot"},
        {"temperature": True},
        {"seed": 1.5},
        {"stop": 7},
        {"stop": ["", "x"]},
        {"reasoning_effort": 3},
        {"max_tokens": 0},
        {"max_tokens": "many"},
    ],
)
def test_a_value_of_the_wrong_type_is_refused_with_its_name(parameters: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match=r"“\w+” must be") as caught:
        fit_parameters(Api.CHAT, parameters, token_limit=100)
    assert caught.value.cause == "invalid_request"


def test_the_sdks_take_what_is_sent() -> None:
    """An SDK of another version may take other parameters; anthropic dropped three of them."""
    from anthropic.resources.messages import AsyncMessages
    from google.genai.types import GenerateContentConfig
    from openai.resources.chat.completions import AsyncCompletions
    from openai.resources.responses import AsyncResponses

    methods: dict[Api, Callable[..., Any]] = {
        Api.CHAT: AsyncCompletions.create,
        Api.RESPONSES: AsyncResponses.create,
        Api.MESSAGES: AsyncMessages.create,
    }
    taken = {api: set(inspect.signature(method).parameters) for api, method in methods.items()}
    taken[Api.CONTENT] = set(GenerateContentConfig.model_fields)
    for api, names in taken.items():
        assert {*TAKEN[api].values(), LIMIT_NAMES[api]} <= names
        # Nothing is warned of that could be sent.
        others = {name for other in TAKEN.values() for name in other if name != "reasoning_effort"}
        assert not (others - TAKEN[api].keys()) & names


def test_tools_are_read_in_every_provider_s_form() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    found = parse_tools(
        [
            "search",
            {"name": "one", "description": "1", "parameters": schema},
            {"type": "function", "function": {"name": "two", "parameters": schema}},
            {"name": "three", "input_schema": schema},
        ]
    )
    assert found == (Tool("search"), Tool("one", "1", schema), Tool("two", "", schema), Tool("three", "", schema))
    assert parse_tools(None) == ()


@pytest.mark.parametrize(
    "value",
    ["search", [7], [{}], [""], ["a", "a"], [{"name": "a", "parameters": "x"}], [{"name": "a", "description": 1}]],
)
def test_what_is_no_list_of_tools_is_refused(value: Any) -> None:
    with pytest.raises(ModelError) as caught:
        parse_tools(value)
    assert caught.value.cause == "invalid_request"
