"""Commands that tests of the gateway give over a socket."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.gateway.client import Client, RefusedError

PROMPT = "prompt_text"
CONFIGURATION = "model_configuration"


async def refusal(socket: Client, method: str, **params: Any) -> tuple[int, str]:
    with pytest.raises(RefusedError) as refused:
        await socket.call(method, **params)
    assert refused.value.problem["status"] == refused.value.code
    return refused.value.code, refused.value.problem["code"]


async def save(socket: Client, token: int, text: str, base: int = 0, **more: Any) -> Any:
    return await socket.call("draft.save", base_version=base, changes={PROMPT: text}, tokens={PROMPT: token}, **more)


async def send_configuration(socket: Client, token: int, spelled: str) -> None:
    """Ask for a save, by the id `save`, of a configuration in exactly this spelling."""
    params = json.dumps({"base_version": 0, "tokens": {CONFIGURATION: token}, "changes": {CONFIGURATION: "here"}})
    request = f'{{"jsonrpc": "2.0", "id": "save", "method": "draft.save", "params": {params}}}'
    await socket.send(request.replace('"here"', spelled))
