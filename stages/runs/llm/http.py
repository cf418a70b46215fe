"""The HTTP client that the SDKs of providers get: it sends what a call needs, and nothing that the environment adds."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import httpx2

from stages.runs.choices import Provider
from stages.runs.llm.config import LLMConfig
from stages.runs.outbound import AnswerRefused, PinnedTransport

# SDKs also send what they find in the environment: organizations, headers of any name, another key, trace ids.
_SENT: Final = frozenset({
    *("host", "connection", "accept", "user-agent", "content-type", "content-length", "transfer-encoding"),
    *("anthropic-version", "x-goog-api-client"),
})  # fmt: skip
_KEY_HEADERS: Final = frozenset({"authorization", "x-api-key", "x-goog-api-key"})


def new_http_client(config: LLMConfig, *, allowed: Collection[str]) -> httpx2.AsyncClient:
    """A client for the server of a profile, which follows no redirect and reads nothing from the environment."""

    async def clean(request: httpx2.Request) -> None:
        clean_headers(request.headers, config)

    return httpx2.AsyncClient(
        transport=PinnedTransport(config.address, allowed=allowed),
        event_hooks={"request": [clean], "response": [_check]},
        follow_redirects=False,
        trust_env=False,
        timeout=None,
    )


def clean_headers(headers: httpx2.Headers, config: LLMConfig) -> None:
    """Leave in a request's headers what a call needs, and the key of the profile, where it has one."""
    values = {config.key, f"Bearer {config.key}"} if config.key else set()
    for name in set(headers) - _SENT:
        if name not in _KEY_HEADERS or headers[name] not in values:
            del headers[name]
    if config.key and not _KEY_HEADERS & set(headers):
        if config.provider is Provider.GOOGLE:
            headers["x-goog-api-key"] = config.key
        else:
            headers["authorization"] = f"Bearer {config.key}"


async def _check(response: httpx2.Response) -> None:
    """Refuse a page for people: where a proxy or a portal answers, SDKs take it for an empty answer."""
    if response.is_success and response.headers.get("content-type", "").lower().startswith("text/html"):
        await response.aclose()
        raise AnswerRefused("A web page came back instead of an answer.")
