"""When a node looks after its links: at once where something is due, rarely where nothing is."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from stages.replication.link import node_links
from stages.replication.link.close_codes import LinkClose, LinkClosed
from stages.replication.link.dials import LONGEST_PAUSE, REFUSED_PAUSE, Dial
from stages.replication.link.node_links import ROUND, ROUND_WITHOUT_REDIS, NodeLinks
from stages.replication.link.services import ClaimedPeer
from tests.patience import PATIENCE


class FakeDial:
    """A site that is dialled when the node says so."""

    def __init__(self, *_given: Any) -> None:
        self.project_id = None
        self.begun = 0
        self.due = 0.3

    def begin(self, peer: ClaimedPeer) -> None:
        self.begun += 1

    def due_in(self) -> float:
        return self.due

    def stop(self) -> None:
        self.due = float("inf")


@pytest.fixture
async def links(monkeypatch: pytest.MonkeyPatch) -> NodeLinks:
    monkeypatch.setattr(node_links, "Dial", FakeDial)
    return NodeLinks(SimpleNamespace(lanes=None, now=lambda: 0.0, hub=SimpleNamespace(is_connected=True)))  # type: ignore[arg-type]


def peer(address: str) -> ClaimedPeer:
    return ClaimedPeer(uuid4(), uuid4(), "00" * 32, "Lyon", address, "")


async def test_a_node_looks_when_the_next_dial_is_due(links: NodeLinks) -> None:
    assert links._pause() == ROUND
    lyon = peer("wss://lyon.example")
    links._dial({lyon.id: lyon})
    assert links._pause() == 0.3
    # Its address was taken away, and later the site itself.
    links._dial({lyon.id: ClaimedPeer(lyon.id, lyon.project_id, lyon.key, lyon.name, "", "")})
    assert links._pause() == ROUND
    links._dial({lyon.id: lyon})
    links._dial({})
    assert links._pause() == ROUND


async def test_a_node_looks_more_often_while_redis_is_away(links: NodeLinks) -> None:
    links._node.hub.is_connected = False  # type: ignore[misc]
    assert links._pause() == ROUND_WITHOUT_REDIS


@pytest.mark.parametrize(
    ("wish", "due"), [({"dial": True}, True), ({"close": "aa"}, True), ({"news": "bundles"}, False)]
)
async def test_what_is_asked_of_links_is_done_at_once(links: NodeLinks, wish: dict[str, Any], due: bool) -> None:
    links.notice(json.dumps({"project": str(uuid4()), **wish}))
    assert links._due.is_set() is due


async def test_a_dial_that_is_asked_for_during_one_that_fails_comes_right_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried, may_fail, dials = asyncio.Queue[ClaimedPeer](), asyncio.Semaphore(0), list[Dial]()
    lyon = peer("wss://lyon.example")

    async def link(dialled: ClaimedPeer) -> tuple[bool, LinkClosed]:
        tried.put_nowait(dialled)
        await may_fail.acquire()
        return False, LinkClosed(LinkClose.REFUSED)

    dials.append(Dial(None, None, lambda: dials[0].begin(lyon)))  # type: ignore[arg-type]
    monkeypatch.setattr(dials[0], "_link", link)
    dials[0].begin(lyon)
    async with asyncio.timeout(PATIENCE):
        await tried.get()
        dials[0].end_pause()
        may_fail.release()
        await tried.get()
        assert dials[0].task is not None
        may_fail.release()
        await dials[0].task
    # Once for once.
    assert REFUSED_PAUSE / 2 - 1 < dials[0].due_in() <= LONGEST_PAUSE


class FakeLink:
    """A link of which only its end is known."""

    def __init__(self) -> None:
        self.closed: LinkClose | None = None

    def has_heard(self) -> bool:
        return False

    def close(self, code: LinkClose) -> None:
        self.closed = code


async def test_a_link_that_begins_while_sites_are_claimed_is_not_lost(
    links: NodeLinks, monkeypatch: pytest.MonkeyPatch
) -> None:
    lyon, before, after = peer("wss://lyon.example"), FakeLink(), FakeLink()
    links._links[lyon.id] = before  # type: ignore[assignment]

    def claim(*_given: Any) -> list[ClaimedPeer]:
        # The one before has just ended in the database, and its site calls again.
        links._links[lyon.id] = after  # type: ignore[assignment]
        return []

    async def upkeep(work: Any) -> Any:
        return work()

    links._node.lanes = SimpleNamespace(upkeep=upkeep)  # type: ignore[assignment]
    monkeypatch.setattr(node_links, "claim_peers", claim)
    monkeypatch.setattr(node_links, "are_admitted", set)
    await links._round()
    assert (before.closed, after.closed) == (LinkClose.LINKED_ALREADY, None)


async def test_a_decision_about_sites_makes_a_round_due(links: NodeLinks) -> None:
    links._happened(uuid4(), "draft.saved")
    assert not links._due.is_set()
    links._happened(uuid4(), "site.revoked")
    async with asyncio.timeout(PATIENCE):
        await links._due.wait()
