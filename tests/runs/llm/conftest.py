"""Models of the provider on this machine, asked through the official SDKs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from stages.runs.choices import MessageRole, Provider
from stages.runs.llm import config
from stages.runs.llm.client import LLMClient
from stages.runs.llm.config import LLMConfig
from stages.runs.llm.requests import ModelRequest, ModelResponse, Turn
from stages.runs.llm.router import LLMRouter
from tests.runs import provider
from tests.runs.llm.asking import KEY
from tests.runs.wires import Wire

PROVIDERS = {
    "chat": Provider.OPENAI,
    "responses": Provider.OPENAI,
    "messages": Provider.ANTHROPIC,
    "content": Provider.GOOGLE,
}

Configure = Callable[..., LLMConfig]
ClientOf = Callable[..., LLMClient]
Ask = Callable[..., Awaitable[ModelResponse]]


@pytest.fixture(params=["chat", "responses", "messages", "content"])
def wire(request: pytest.FixtureRequest) -> Wire:
    """Each interface in turn."""
    found: Wire = request.param
    return found


@pytest.fixture
def server() -> Iterator[provider.ScriptedProvider]:
    with provider.provider() as found:
        yield found


@pytest.fixture
def configure(server: provider.ScriptedProvider, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """The profile of a model by interface; OpenAI's own address leads to this machine."""
    monkeypatch.setitem(config.OWN_ADDRESSES, Provider.OPENAI, server.address)

    def of(wire: Wire, model: str, *, key: str = KEY, base_url: str | None = None) -> LLMConfig:
        if base_url is None:
            base_url = {"responses": "", "content": f"{server.address}beta"}.get(wire, server.address)
        return LLMConfig(f"{wire} {model}", PROVIDERS[wire], model, base_url, key)

    return of


@pytest.fixture
async def router(server: provider.ScriptedProvider) -> AsyncIterator[LLMRouter]:
    """A router that may reach the provider."""
    found = LLMRouter(allowed=frozenset({server.host}))
    yield found
    await found.aclose()


@pytest.fixture
def client_of(router: LLMRouter, configure: Configure) -> ClientOf:
    """The client of a model by interface."""
    return lambda wire, model, **more: router.get_client(configure(wire, model, **more))


@pytest.fixture
def ask(client_of: ClientOf) -> Ask:
    """Ask a model something, or what a request says."""

    async def of(wire: Wire, model: str, request: ModelRequest | None = None) -> ModelResponse:
        return await client_of(wire, model).generate(request or ModelRequest((Turn(MessageRole.USER, "Hello?"),), 100))

    return of
