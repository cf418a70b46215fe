"""What tests ask models, and what they expect of a failure."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest

from stages.runs.choices import MessageRole
from stages.runs.llm.errors import ModelError
from stages.runs.llm.requests import ModelRequest, Turn

KEY = "sk-test-0123456789abcdef"


def a_request(said: str = "Hello?", **members: Any) -> ModelRequest:
    """One message; the rest as named."""
    return ModelRequest(**{"messages": (Turn(MessageRole.USER, said),), "token_limit": 100, **members})


async def failure_of(call: Awaitable[Any]) -> ModelError:
    """The error of a call that fails."""
    with pytest.raises(ModelError) as caught:
        await call
    return caught.value
