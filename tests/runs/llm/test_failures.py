"""A call that fails has one of the design's causes, and no key in its text."""

from __future__ import annotations

import asyncio
import json
import traceback
from typing import Any

import pytest

from stages.runs.llm.errors import WORDS, Cause
from stages.runs.llm.hiding import hide
from tests.runs.llm.asking import KEY, a_request, failure_of
from tests.runs.llm.conftest import Ask, ClientOf
from tests.runs.provider import ScriptedProvider
from tests.runs.wires import Wire, stream


@pytest.mark.parametrize(
    ("model", "cause"),
    [
        ("wrong-key", "authentication"),
        ("forbidden", "permission"),
        ("unpaid", "permission"),
        ("unknown-model", "model_not_found"),
        ("too-long", "context_too_long"),
        ("wrong-request", "invalid_request"),
        ("too-many", "rate_limited"),
        ("overloaded", "overloaded"),
        ("down", "overloaded"),
        ("overloaded-midway", "overloaded"),
        ("hangs-up", "connection"),
    ],
)
async def test_an_error_of_the_provider_has_its_cause(wire: Wire, model: str, cause: str, ask: Ask) -> None:
    failure = await failure_of(ask(wire, model))
    assert failure.cause == cause
    assert failure.words
    assert "\n" not in failure.detail


@pytest.mark.parametrize(
    ("model", "is_free"),
    [
        *(("wrong-key", True), ("too-many", True), ("overloaded", True), ("down", True)),
        *(("bad-gateway", False), ("broken", False), ("packed", False)),
    ],
)
async def test_a_call_is_free_only_where_the_provider_cannot_have_worked(
    wire: Wire, model: str, is_free: bool, ask: Ask
) -> None:
    assert (await failure_of(ask(wire, model))).is_free is is_free


async def test_an_error_within_a_response_has_its_cause(ask: Ask) -> None:
    failure = await failure_of(ask("responses", "failed"))
    assert (failure.cause, failure.detail) == ("rate_limited", "Too many tokens a minute.")


async def test_case_5_a_401_that_echoes_the_key_does_not_show_it(
    wire: Wire, client_of: ClientOf, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    client = client_of(wire, "wrong-key")
    failure = await failure_of(client.generate(a_request()))
    assert failure.cause == "authentication"
    assert "Incorrect API key provided: [key]" in failure.detail
    shown = [str(failure), repr(failure), caplog.text, repr(client.config), *traceback.format_exception(failure)]
    assert KEY not in "".join(shown)
    assert failure.__context__ is None, "what the SDK raised has the key in its text"


async def test_case_5_one_failing_call_leaves_the_others_alone(wire: Wire, ask: Ask) -> None:
    one, two, three = await asyncio.gather(
        ask(wire, "good"), failure_of(ask(wire, "wrong-key")), ask(wire, "other"), return_exceptions=False
    )
    assert (one.model_reported, two.cause, three.model_reported) == ("good-2026", "authentication", "other-2026")


@pytest.mark.parametrize(("model", "seconds"), [("too-many", 7), ("too-many-long", 3600), ("down", None)])
async def test_how_long_to_wait_is_what_the_provider_says(
    wire: Wire, model: str, seconds: float | None, ask: Ask
) -> None:
    assert (await failure_of(ask(wire, model))).retry_after == seconds


async def test_a_date_that_has_passed_is_no_wait(wire: Wire, ask: Ask) -> None:
    assert (await failure_of(ask(wire, "too-many-dated"))).retry_after == 0


async def test_google_says_in_details_how_long_to_wait_and_that_the_key_is_wrong(ask: Ask) -> None:
    exhausted = await failure_of(ask("content", "exhausted"))
    assert (exhausted.cause, exhausted.retry_after) == ("rate_limited", 13)
    invalid = await failure_of(ask("content", "invalid-key"))
    assert (invalid.cause, invalid.detail) == ("authentication", "400: API key not valid: [key]")


async def test_nothing_is_tried_again(wire: Wire, ask: Ask, server: ScriptedProvider) -> None:
    """Every request is a call on record, so the SDKs do not repeat any."""
    for model in ("too-many-once", "down", "hangs-up", "broken"):
        await failure_of(ask(wire, model))
    assert [each.model for each in server.asked] == ["too-many-once", "down", "hangs-up", "broken"]
    assert (await ask(wire, "too-many-once")).text


@pytest.mark.parametrize("model", ["page", "page-as-stream", "page-as-events", "json-list", "wrong-shapes", "packed"])
async def test_case_10_what_is_no_answer_is_a_bad_response(wire: Wire, model: str, ask: Ask) -> None:
    assert (await failure_of(ask(wire, model))).cause == "bad_response"


async def test_what_should_be_text_and_is_not_is_a_bad_response(
    wire: Wire, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SDKs pass on whatever JSON a provider sends. What a fault of ours would raise then may have the key in it."""
    for odd in ({"key": KEY}, [KEY], 7):

        def answer(*given: Any, odd: object = odd) -> list[bytes]:
            """The first call's name, or the text, is something else."""
            spoiled = json.dumps(odd).encode()
            return [each.replace(b'"search_protocol"', spoiled).replace(b'"Hell"', spoiled) for each in stream(*given)]

        monkeypatch.setattr("tests.runs.provider.stream", answer)
        failure = await failure_of(ask(wire, "calls-tools"))
        assert failure.cause == "bad_response"
        assert KEY not in f"{failure!r} {failure.__context__!r}"


async def test_a_key_that_cannot_be_sent_is_not_sent(wire: Wire, client_of: ClientOf, server: ScriptedProvider) -> None:
    for key in ("sk-with space-0123", "sk-\n-0123456789", "schlüssel-0123456789"):
        failure = await failure_of(client_of(wire, "good", key=key).generate(a_request()))
        assert failure.cause == "authentication"
        assert key not in str(failure)
    assert not server.asked


async def test_only_a_compatible_server_is_asked_without_a_key(
    wire: Wire, client_of: ClientOf, server: ScriptedProvider
) -> None:
    client = client_of(wire, "good", key="")
    if wire == "chat":
        await client.generate(a_request())
        assert server.asked[0].key == ""
    else:
        assert (await failure_of(client.generate(a_request()))).cause == "authentication"
        assert not server.asked


def test_every_cause_says_what_happened_and_what_to_do() -> None:
    assert WORDS.keys() == set(Cause)


def test_a_key_is_hidden_in_every_spelling() -> None:
    key = 'sk/"0123+456='
    text = f'{key} sk%2F%220123%2B456%3D sk/\\"0123+456= sk/%220123%2B456%3D'
    assert hide(text, key) == "[key] [key] [key] [key]"
    assert hide("a short word", "short") == "a short word"
