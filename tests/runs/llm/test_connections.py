"""Where calls go, how long they take, and that they end with the one who asked."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from stages.runs.llm.client import LLMClient
from tests.patience import PATIENCE
from tests.runs import provider
from tests.runs.llm.asking import KEY, a_request, failure_of
from tests.runs.llm.conftest import Ask, ClientOf, Configure
from tests.runs.provider import ScriptedProvider
from tests.runs.wires import Wire

# What each SDK would read, were it not prevented.
ENVIRONMENT = {
    "OPENAI_API_KEY": "sk-other-0123456789",
    "OPENAI_ORG_ID": "org-other",
    "OPENAI_PROJECT_ID": "project-other",
    "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
    "OPENAI_CUSTOM_HEADERS": "X-Other: 1\nAuthorization: Bearer sk-other-0123456789",
    "OPENAI_LOG": "debug",
    "ANTHROPIC_API_KEY": "sk-other-0123456789",
    "ANTHROPIC_AUTH_TOKEN": "sk-other-0123456789",
    "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
    "ANTHROPIC_CUSTOM_HEADERS": "X-Other: 1\nAuthorization: Bearer sk-other-0123456789\nx-api-key: sk-other",
    "ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE": "content",
    "ANTHROPIC_LOG": "debug",
    "GOOGLE_API_KEY": "sk-other-0123456789",
    "GEMINI_API_KEY": "sk-other-0123456789",
    "GOOGLE_GENAI_USE_VERTEXAI": "true",
    "GOOGLE_GENAI_USE_ENTERPRISE": "true",
    "GOOGLE_CLOUD_PROJECT": "project-other",
    "GOOGLE_GEMINI_BASE_URL": "http://127.0.0.1:9",
    "GOOGLE_GENAI_API_VERSION": "v9",
    "GOOGLE_GENAI_HTTP_CLIENT": "auto",
    **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"), "http://127.0.0.1:9"),
}
HEADERS = {
    *("host", "connection", "accept", "accept-encoding", "user-agent", "content-type", "content-length"),
    *("authorization", "x-goog-api-key", "x-goog-api-client", "anthropic-version"),
}


async def test_nothing_of_the_environment_is_sent(
    wire: Wire, ask: Ask, server: ScriptedProvider, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    caplog.set_level(0)
    await ask(wire, "good")
    (asked,) = server.asked
    assert asked.key == KEY
    assert asked.headers.keys() <= HEADERS
    assert "other" not in str(asked.headers)
    assert asked.path.startswith("/v1beta/models/good:" if wire == "content" else "/v1/")
    assert "Hello" not in caplog.text


@pytest.mark.parametrize(
    ("wire", "base", "path"),
    [
        ("chat", "/v1", "/v1/chat/completions"),
        ("chat", "/proxy/openai/", "/proxy/openai/chat/completions"),
        ("messages", "", "/v1/messages"),
        ("messages", "/proxy/v1", "/proxy/v1/messages"),
        ("content", "", "/v1beta/models/good:streamGenerateContent?alt=sse"),
        ("content", "/proxy/v1", "/proxy/v1/models/good:streamGenerateContent?alt=sse"),
    ],
)
async def test_an_address_has_the_version_at_its_end_or_none(
    wire: Wire, base: str, path: str, client_of: ClientOf, server: ScriptedProvider
) -> None:
    await client_of(wire, "good", base_url=f"http://{server.host}{base}").generate(a_request())
    assert server.asked[0].path == path


async def test_case_16_a_redirect_is_not_followed(wire: Wire, ask: Ask, server: ScriptedProvider) -> None:
    with provider.provider() as second:
        server.moved_to = f"http://{second.host}"
        failure = await failure_of(ask(wire, "moved"))
        assert (failure.cause, second.asked) == ("connection", [])
    assert "307, a redirect" in failure.detail


async def test_silence_is_a_timeout_of_the_whole_call(wire: Wire, ask: Ask, server: ScriptedProvider) -> None:
    failure = await failure_of(ask(wire, "silent", a_request(seconds=0.05)))
    assert (failure.cause, failure.received) == ("timeout", None)
    # A slow machine may not even have connected by then.
    assert not server.asked or await asyncio.to_thread(server.left.wait, PATIENCE)


async def test_a_stream_that_halts_is_a_timeout_and_what_came_is_kept(
    wire: Wire, ask: Ask, server: ScriptedProvider
) -> None:
    failure = await failure_of(ask(wire, "halts", a_request(seconds=0.2)))
    assert failure.cause == "timeout"
    assert failure.received is None or provider.TEXT.startswith(failure.received.text)
    assert not server.asked or await asyncio.to_thread(server.left.wait, PATIENCE)


async def test_a_cancelled_call_closes_its_connection(
    wire: Wire, client_of: ClientOf, server: ScriptedProvider
) -> None:
    begun = asyncio.Event()
    task = asyncio.ensure_future(client_of(wire, "halts").generate(a_request(), lambda _: begun.set()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(server.left.wait, PATIENCE), "the provider sees nobody leave"


async def test_many_calls_are_under_way_at_once(wire: Wire, client_of: ClientOf, server: ScriptedProvider) -> None:
    client = client_of(wire, "silent")
    calls = [asyncio.ensure_future(client.generate(a_request())) for _ in range(30)]
    assert await asyncio.to_thread(server.wait_for, 30)
    server.released.set()
    assert {each.text for each in await asyncio.gather(*calls)} == {provider.TEXT}


# OpenAI's own address cannot be another one.
@pytest.mark.parametrize("wire", ["chat", "messages", "content"])
@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/v1",
        "https://169.254.169.254/v1",
        "https://[::ffff:10.0.0.1]/v1",
        "https://2130706433/v1",
        "https://localhost/v1",
        "https://inside.example/v1",
    ],
)
async def test_case_17_an_address_inside_is_refused(
    wire: Wire, address: str, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = socket.getaddrinfo

    def answer(host: str, port: int, *rest: Any, **more: Any) -> Any:
        return look_up("64:ff9b::a9fe:a9fe" if host == "inside.example" else host, port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("connected"))
    client = LLMClient(configure(wire, "good", base_url=address))
    failure = await failure_of(client.generate(a_request()))
    assert failure.cause == "address_refused"
    await client.aclose()


async def test_case_17_a_named_server_is_asked_and_its_neighbour_is_not(
    wire: Wire, configure: Configure, server: ScriptedProvider
) -> None:
    client = LLMClient(configure(wire, "good"), allowed={f"127.0.0.1:{server.server_port + 1}"})
    failure = await failure_of(client.generate(a_request()))
    assert (failure.cause, server.asked) == ("address_refused", [])
    await client.aclose()
