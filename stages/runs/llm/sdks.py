"""The official SDKs, each loaded with its first client: that takes seconds, and 40 to 70 MB.

Retries are the caller's, so that each is a call on record. What an SDK would read from the environment is said here, or
taken out of its requests (`stages.runs.llm.http`).
"""

from __future__ import annotations

import logging
from typing import Any, Final

import httpx2

from stages.runs.choices import Provider
from stages.runs.llm.config import LLMConfig

DEFAULT_GOOGLE_VERSION: Final = "v1beta"
# Their debugging lines have headers and texts; the environment can switch them on.
_LOGGERS: Final = ("openai", "anthropic", "google_genai", "httpx2", "httpcore2")


def new_sdk(config: LLMConfig, http_client: httpx2.AsyncClient) -> Any:
    """The SDK's client for a profile. Takes seconds for the first of a provider: call it in a thread."""
    makers = {Provider.OPENAI: _openai, Provider.ANTHROPIC: _anthropic, Provider.GOOGLE: _google}
    sdk = makers[config.provider](config, http_client)
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    return sdk


def _openai(config: LLMConfig, http_client: httpx2.AsyncClient) -> Any:
    from openai import AsyncOpenAI

    return AsyncOpenAI(
        # The SDK demands a key; without one, the header is not sent.
        api_key=config.key or "none",
        base_url=config.address,
        max_retries=0,
        timeout=None,
        http_client=http_client,
    )


def _anthropic(config: LLMConfig, http_client: httpx2.AsyncClient) -> Any:
    from anthropic import AsyncAnthropic

    return AsyncAnthropic(
        api_key=config.key,
        # The SDK adds the version itself.
        base_url=config.address_and_version[0],
        max_retries=0,
        timeout=None,
        open_telemetry=False,
        http_client=http_client,
    )


def _google(config: LLMConfig, http_client: httpx2.AsyncClient) -> Any:
    from google.genai import Client
    from google.genai.types import HttpOptions

    address, version = config.address_and_version
    return Client(
        vertexai=False,
        api_key=config.key,
        http_options=HttpOptions(
            base_url=address,
            api_version=version or DEFAULT_GOOGLE_VERSION,
            httpx_async_client=http_client,
            # Never used; the SDK would make one that reads the environment.
            httpx_client=httpx2.Client(transport=httpx2.MockTransport(_refuse), trust_env=False),
        ),
    )


def _refuse(request: Any) -> Any:
    raise RuntimeError("Models are asked asynchronously.")
