"""The mark of a link in the database is that of the link a node has, in whatever order its threads write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from stages.replication.link import node_links
from stages.replication.link.close_codes import LinkClose, LinkClosed
from stages.replication.link.node_links import NodeLinks
from tests.patience import PATIENCE

PEER = SimpleNamespace(id=UUID(int=7))


class SlowLanes:
    """Writes down what is written; that a link has ended takes until `disconnecting` is set."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.begun = asyncio.Event()
        self.disconnecting = asyncio.Event()

    async def write(self, work: Callable[[], Any]) -> bool:
        name = work.func.__name__  # type: ignore[attr-defined]
        if name == "disconnect_peer":
            self.begun.set()
            await self.disconnecting.wait()
        self.written.append(name)
        return True


class FakeLink:
    """A link that lasts until `ended` is set."""

    def __init__(self, peer_key: str, *, by_us: bool) -> None:
        self.id, self.peer, self.peer_key, self.by_us = uuid4(), PEER, peer_key, by_us
        self.begun, self.ended = asyncio.Event(), asyncio.Event()

    def close(self, code: LinkClose) -> None:
        self.ended.set()

    async def run(self) -> LinkClosed:
        self.begun.set()
        await self.ended.wait()
        return LinkClosed(LinkClose.NORMAL, "")


@pytest.mark.asyncio
async def test_a_link_that_begins_while_the_last_one_ends_keeps_its_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_links, "own_signer", lambda: SimpleNamespace(key="aa"))
    async with asyncio.timeout(PATIENCE):
        lanes = SlowLanes()
        links = NodeLinks(SimpleNamespace(lanes=lanes, hub=None))  # type: ignore[arg-type]
        first, second = FakeLink("bb", by_us=False), FakeLink("bb", by_us=True)
        held = [asyncio.create_task(links.hold(first))]  # type: ignore[arg-type]
        first.ended.set()
        await lanes.begun.wait()
        held.append(asyncio.create_task(links.hold(second)))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        lanes.disconnecting.set()
        await held[0]
        await second.begun.wait()
        assert lanes.written == ["connect_peer", "disconnect_peer", "connect_peer"]
        second.ended.set()
        await held[1]
        assert lanes.written[-1] == "disconnect_peer"
