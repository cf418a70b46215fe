"""What was sent to a provider, by hash: written before it is sent, and the same for the same request."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any, Final

from kernel.canonical import canonical, canonical_hash
from stages.runs.choices import Provider
from stages.runs.llm.config import LLMConfig
from stages.runs.llm.parameters import fit_parameters
from stages.runs.llm.requests import ModelRequest

RECORD_VERSION: Final = 1
ECHO_VERSION: Final = 2
_PACKAGES: Final = {Provider.OPENAI: "openai", Provider.ANTHROPIC: "anthropic", Provider.GOOGLE: "google-genai"}


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """`text` is RFC 8785 and has every text by SHA-256; `warnings` name the parameters that are not sent."""

    text: str
    warnings: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """Of the record, as bare lowercase hex: the same request has the same."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def record_request(config: LLMConfig, request: ModelRequest) -> RequestRecord:
    """The record of a request to a model; no SDK is loaded for it.

    Raises `ModelError` (`invalid_request`) for a parameter of the wrong type.
    """
    fitted = fit_parameters(config.api, request.parameters, token_limit=request.token_limit)
    record: dict[str, Any] = {
        "v": RECORD_VERSION,
        "provider": config.provider.value,
        "api": config.api.value,
        "host": config.host,
        "model": config.model_name,
        "parameters": dict(fitted.sent),
        "system": sha256_of(request.system) if request.system else None,
        "messages": [{"role": each.role.value, "sha256": sha256_of(each.content)} for each in request.messages],
        "tools": [
            canonical_hash({"name": each.name, "description": each.description, "parameters": dict(each.parameters)})
            for each in request.tools
        ],
        "sdk": sdk_of(config.provider),
    }
    return RequestRecord(canonical(record), fitted.warnings)


def sha256_of(text: str) -> str:
    """SHA-256 of a text's UTF-8, as bare lowercase hex."""
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def sdk_of(provider: Provider) -> str:
    """The package that sends the request, with its version."""
    if provider is Provider.ECHO:
        return f"echo {ECHO_VERSION}"
    return f"{_PACKAGES[provider]} {version(_PACKAGES[provider])}"
