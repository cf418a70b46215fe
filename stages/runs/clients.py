"""The clients of models in this process, with their keys."""

from __future__ import annotations

from kernel.ring import RingError
from stages.runs.addresses import named_hosts
from stages.runs.agents.model import Prompt
from stages.runs.choices import MessageRole, Provider
from stages.runs.llm.config import LLMConfig
from stages.runs.llm.errors import Cause, ModelError
from stages.runs.llm.requests import ModelRequest, Turn, parse_tools
from stages.runs.llm.router import LLMRouter
from stages.runs.models import ModelProfile
from stages.runs.secrets import key_of


def config_of(profile: ModelProfile) -> LLMConfig:
    """What a client needs to know of a profile. Raises `ModelError` where no key of this site decrypts its key."""
    try:
        key = key_of(profile)
    except RingError as error:
        raise ModelError(Cause.AUTHENTICATION, f"The stored key cannot be decrypted: {error}.") from None
    return LLMConfig(str(profile.id), Provider(profile.provider), profile.model_name, profile.base_url, key)


def model_request(prompt: Prompt, profile: ModelProfile) -> ModelRequest:
    """A prompt as the clients of models take it. Raises `ModelError` for tools that cannot be read."""
    return ModelRequest(
        system=prompt.system,
        messages=tuple(Turn(MessageRole(each.role), each.content) for each in prompt.messages),
        token_limit=profile.token_limit,
        parameters=prompt.parameters,
        tools=parse_tools(list(prompt.tools)),
    )


def new_router() -> LLMRouter:
    """A router for one event loop, which may ask the servers that the operator named."""
    return LLMRouter(allowed=named_hosts())
