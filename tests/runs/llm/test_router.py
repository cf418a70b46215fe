"""Clients are kept for a profile and its key."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from stages.runs.llm.router import LLMRouter
from tests.runs.llm.asking import KEY, a_request
from tests.runs.llm.conftest import Configure
from tests.runs.provider import ScriptedProvider
from tests.runs.wires import Wire

NEW_KEY = "sk-newer-0123456789"


async def test_a_profile_keeps_its_client_until_its_key_is_replaced(router: LLMRouter, configure: Configure) -> None:
    config = configure("chat", "good")
    client = router.get_client(config)
    assert router.get_client(replace(config)) is client
    assert router.get_client(replace(config, key=NEW_KEY)) is not client
    assert router.get_client(configure("chat", "other")) is not client


async def test_a_call_under_way_ends_with_the_key_it_began_with(
    wire: Wire, router: LLMRouter, configure: Configure, server: ScriptedProvider
) -> None:
    config = configure(wire, "silent")
    call = asyncio.ensure_future(router.get_client(config).generate(a_request()))
    assert await asyncio.to_thread(server.wait_for, 1)
    later = asyncio.ensure_future(router.get_client(replace(config, key=NEW_KEY)).generate(a_request()))
    assert await asyncio.to_thread(server.wait_for, 2)
    server.released.set()
    assert (await call).text == (await later).text
    assert [each.key for each in server.asked] == [KEY, NEW_KEY]


async def test_calls_of_a_client_share_a_connection(
    wire: Wire, router: LLMRouter, configure: Configure, server: ScriptedProvider
) -> None:
    client = router.get_client(configure(wire, "good"))
    for _ in range(3):
        await client.generate(a_request())
    assert server.connections == 1
