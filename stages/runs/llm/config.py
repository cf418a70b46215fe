"""Which model is asked, where, and with which key: what a client needs to know of a profile."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from stages.runs.choices import Provider


class Api(StrEnum):
    """The interface of a provider that a call uses."""

    RESPONSES = "responses"
    CHAT = "chat.completions"
    MESSAGES = "messages"
    CONTENT = "generateContent"
    ECHO = "echo"


OWN_ADDRESSES: Final = {
    Provider.OPENAI: "https://api.openai.com/v1",
    Provider.ANTHROPIC: "https://api.anthropic.com/v1",
    Provider.GOOGLE: "https://generativelanguage.googleapis.com/v1beta",
}
_APIS: Final = {
    Provider.OPENAI: Api.RESPONSES,
    Provider.ANTHROPIC: Api.MESSAGES,
    Provider.GOOGLE: Api.CONTENT,
    Provider.ECHO: Api.ECHO,
}
_VERSION: Final = re.compile(r"v\d+\w*\Z")


@dataclass(frozen=True, slots=True)
class LLMConfig:
    """A profile with its decrypted key, which is in no `repr`. `base_url` is empty for the provider's own address."""

    profile_id: str
    provider: Provider
    model_name: str
    base_url: str = ""
    key: str = field(default="", repr=False)

    @property
    def api(self) -> Api:
        """Servers that are only compatible with OpenAI know chat completions; OpenAI itself is asked by Responses."""
        return Api.CHAT if self.provider is Provider.OPENAI and self.base_url else _APIS[self.provider]

    @property
    def address(self) -> str:
        """Where requests go, with the version of the interface at its end; empty for the built-in echo."""
        return (self.base_url or OWN_ADDRESSES.get(self.provider, "")).rstrip("/")

    @property
    def host(self) -> str:
        """The server that is asked, with its port where the address names one; empty for the built-in echo."""
        return urlsplit(self.address).netloc.rpartition("@")[2].lower()

    @property
    def address_and_version(self) -> tuple[str, str]:
        """The address without the version at its end, and the version; empty where the address has none."""
        address, _, last = self.address.rpartition("/")
        return (address, last) if _VERSION.match(last) else (self.address, "")
