"""A site that is nothing but a key, and pushes bundles over a link."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from stages.registers.fold.wire import WireBundle
from stages.replication.ingest.wire import write_wire
from tests.replication.link.sites import STATE, Stranger, Talk


@dataclass(slots=True)
class Pusher:
    """An open link on which both have said their state. What the other side asks is not answered."""

    talk: Talk
    _last: int = 1

    async def send(self, *bundles: WireBundle) -> None:
        """Push without waiting for the answer."""
        self._last += 1
        params = {"bundles": [write_wire(each) for each in bundles], "keys": [], "remaining": 0}
        await self.talk.say("bundles.push", params, self._last)

    async def push(self, *bundles: WireBundle) -> Any:
        """What a push is answered with: `clock` and `held`."""
        await self.send(*bundles)
        while True:
            found = json.loads(await self.talk.connection.recv())
            if found.get("id") == self._last and "method" not in found:
                return found["result"]


@asynccontextmanager
async def pushing_to(site: Stranger, project: UUID) -> AsyncIterator[Pusher]:
    async with site.linked(project) as (_called, talk):
        await talk.say("state", STATE)
        yield Pusher(talk)
