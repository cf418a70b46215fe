"""Asks one model of one profile, through the provider's official SDK."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING, Any

from stages.runs.choices import Provider
from stages.runs.llm.answers import Answer, OnText
from stages.runs.llm.config import Api, LLMConfig
from stages.runs.llm.errors import Cause, ModelError
from stages.runs.llm.parameters import FittedParameters, fit_parameters
from stages.runs.llm.records import RequestRecord, record_request
from stages.runs.llm.requests import ModelRequest, ModelResponse

if TYPE_CHECKING:
    import httpx2


class LLMClient:
    """The client of a profile and its key. It belongs to one event loop, and takes any number of calls at once."""

    def __init__(self, config: LLMConfig, *, allowed: Collection[str] = ()) -> None:
        """`allowed` are the servers (`host:port`) that may be inside the network, and without TLS."""
        self.config = config
        self._allowed = frozenset(allowed)
        self._http_client: httpx2.AsyncClient | None = None
        self._sdk: Any = None
        self._making = asyncio.Lock()
        self._open_calls = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def record(self, request: ModelRequest) -> RequestRecord:
        """What `generate` would send, by hash, and what it would not send. Raises `ModelError`."""
        return record_request(self.config, request)

    async def generate(self, request: ModelRequest, on_text: OnText | None = None) -> ModelResponse:
        """Ask once; `on_text` gets each piece of the answer's text as it comes.

        A cancelled call closes its connection. Raises `ModelError`, with what had come in `received`.
        """
        parameters = fit_parameters(self.config.api, request.parameters, token_limit=request.token_limit)
        answer = Answer(on_text, key=self.config.key)
        self._open_calls += 1
        self._idle.clear()
        try:
            failure = await self._try(request, parameters, answer)
        finally:
            self._open_calls -= 1
            if not self._open_calls:
                self._idle.set()
        if failure is not None:
            # Not raised where the SDK's error was caught: that may have the key in it.
            raise failure
        return answer.response(parameters.warnings)

    async def aclose(self) -> None:
        """Close all connections, once no call is under way."""
        await self._idle.wait()
        http_client, self._http_client, self._sdk = self._http_client, None, None
        if http_client is not None:
            await http_client.aclose()

    async def _try(self, request: ModelRequest, parameters: FittedParameters, answer: Answer) -> ModelError | None:
        """Ask, and answer why there is no answer."""
        from stages.runs.llm.failures import to_model_error

        generate: Callable[[ModelRequest, FittedParameters, Answer], Awaitable[None]]
        generate = {
            Provider.OPENAI: self._generate_openai,
            Provider.ANTHROPIC: self._generate_anthropic,
            Provider.GOOGLE: self._generate_google,
            Provider.ECHO: self._generate_echo,
        }[self.config.provider]
        try:
            self._check_key()
            if self.config.provider is not Provider.ECHO:
                await self._prepare()
            async with asyncio.timeout(request.seconds):
                await generate(request, parameters, answer)
            _check_end(answer)
        except Exception as error:  # noqa: BLE001 (SDKs raise whatever they like)
            received = answer.response(parameters.warnings) if answer.has_begun else None
            failure = to_model_error(error, key=self.config.key, received=received)
            is_whole = bool(answer.finish_reason) and failure.cause in {Cause.STREAM_BROKEN, Cause.TIMEOUT}
            return None if is_whole else failure
        return None

    def _check_key(self) -> None:
        """Raise `ModelError` for a key that cannot be sent, or is missing."""
        key = self.config.key
        is_needed = self.config.api not in {Api.CHAT, Api.ECHO}
        if (is_needed and not key) or not key.isascii() or not key.isprintable() or " " in key:
            raise ModelError(Cause.AUTHENTICATION, "The profile has no key that can be sent.")

    async def _prepare(self) -> None:
        """Load the SDK and make its client, once."""
        async with self._making:
            if self._sdk is None:
                self._http_client, self._sdk = await asyncio.to_thread(_new_sdk, self.config, self._allowed)

    async def _generate_openai(self, request: ModelRequest, parameters: FittedParameters, answer: Answer) -> None:
        from stages.runs.llm.interfaces import chat, responses

        ask = chat.ask if self.config.api is Api.CHAT else responses.ask
        await ask(self._sdk, self.config, request, parameters, answer)

    async def _generate_anthropic(self, request: ModelRequest, parameters: FittedParameters, answer: Answer) -> None:
        from stages.runs.llm.interfaces import messages

        await messages.ask(self._sdk, self.config, request, parameters, answer)

    async def _generate_google(self, request: ModelRequest, parameters: FittedParameters, answer: Answer) -> None:
        from stages.runs.llm.interfaces import content

        await content.ask(self._sdk, self.config, request, parameters, answer)

    async def _generate_echo(self, request: ModelRequest, parameters: FittedParameters, answer: Answer) -> None:
        from stages.runs.llm.interfaces import echo

        await echo.ask(request, parameters, answer)


def _new_sdk(config: LLMConfig, allowed: Collection[str]) -> tuple[httpx2.AsyncClient, Any]:
    from stages.runs.llm.http import new_http_client
    from stages.runs.llm.sdks import new_sdk

    http_client = new_http_client(config, allowed=allowed)
    return http_client, new_sdk(config, http_client)


def _check_end(answer: Answer) -> None:
    """Raise `ModelError` for a stream that just ended: to the SDKs it is a success."""
    if not answer.has_begun:
        raise ModelError(Cause.BAD_RESPONSE, "No part of an answer came.")
    if not answer.finish_reason:
        raise ModelError(Cause.STREAM_BROKEN, "The answer does not say why it ended.")
