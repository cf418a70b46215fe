"""Keeps the clients of profiles: their connections serve further calls."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from stages.runs.llm.client import LLMClient
from stages.runs.llm.config import LLMConfig


class LLMRouter:
    """One client for each profile and key, in one event loop."""

    def __init__(self, *, allowed: Collection[str] = ()) -> None:
        """`allowed` are the servers (`host:port`) that may be inside the network, and without TLS."""
        self._allowed = allowed
        self._clients: dict[str, LLMClient] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def get_client(self, config: LLMConfig) -> LLMClient:
        """The client of a profile; a new one where its key has been replaced. Call it in the event loop."""
        client = self._clients.get(config.profile_id)
        if client is None or client.config != config:
            if client is not None:
                self._close(client)
            client = self._clients[config.profile_id] = LLMClient(config, allowed=self._allowed)
        return client

    async def aclose(self) -> None:
        """Close all clients, each once no call of it is under way."""
        for client in self._clients.values():
            self._close(client)
        self._clients.clear()
        await asyncio.gather(*self._closing)

    def _close(self, client: LLMClient) -> None:
        """Close a client when its last call has ended."""
        task = asyncio.get_running_loop().create_task(client.aclose())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
