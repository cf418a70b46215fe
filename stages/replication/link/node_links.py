"""The links of one node: which it has, which sites it dials, and how those end that may not go on.

Every few seconds a node claims sites that no other node has, and looks whether those that it is linked with are still
admitted; what concerns a site makes it do so at once. One node has a site at a time, whoever of both sites has dialled.
"""

from __future__ import annotations

import asyncio
import functools
import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Final
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

import redis
from django.conf import settings

from gateway.execution import Lanes
from gateway.node import Node
from gateway.streams import StreamSource
from kernel.errors import DomainError
from kernel.tasks import end
from realtime.hub import FrameQueue, LayerUnreachableError
from stages.replication.environment import DISCOVERY
from stages.replication.link.close_codes import LinkClose, LinkClosed
from stages.replication.link.dials import Dial
from stages.replication.link.following import ProjectEvents
from stages.replication.link.handshakes import Handshakes
from stages.replication.link.links import SiteLink
from stages.replication.link.live import TOPIC
from stages.replication.link.proofs import own_signer
from stages.replication.link.services import (
    ClaimedPeer,
    are_admitted,
    claim_peers,
    connect_peer,
    disconnect_peer,
    release_peers,
)
from stages.replication.link.waking import News

logger = logging.getLogger(__name__)

# Seconds.
ROUND: Final = 5.0
# The same while Redis is away, and nothing new is announced.
ROUND_WITHOUT_REDIS: Final = 1.0
# How often links look by themselves then.
LOOK_WITHOUT_REDIS: Final = 2.0
# How the names of events begin that say who may have links.
_OF_SITES: Final = "site."


class NodeLinks:
    """The links of a node; one for each (`links_of_node`)."""

    def __init__(self, node: Node) -> None:
        self.handshakes = Handshakes()
        self._node = node
        self._name = uuid4().hex
        self._links: dict[UUID, SiteLink] = {}
        self._dials: dict[UUID, Dial] = {}
        self._deciding = asyncio.Lock()
        self._due = asyncio.Event()
        self._events = ProjectEvents(node.hub, self._happened)
        self._is_following = False
        self._was_away = False
        self._is_ending = False
        self._looked_at = 0.0

    @property
    def lanes(self) -> Lanes:
        return self._node.lanes

    async def run(self) -> None:
        """Look after links, for ever."""
        try:
            while True:
                try:
                    await self._round()
                    await self._follow()
                except (DomainError, redis.RedisError, LayerUnreachableError) as error:
                    logger.warning("Links are not looked after, Postgres or Redis is away: %s", error)
                # The links that there are go on, and the next round may do what this one could not.
                except Exception:
                    logger.exception("The links of this node could not be looked after")
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pause()):
                        await self._due.wait()
                self._due.clear()
        finally:
            self._is_ending = True
            for link in self._links.values():
                link.close(LinkClose.RESTARTING)
            await self._release()
            await end(*(dial.task for dial in self._dials.values()))

    async def _release(self) -> None:
        """Let other nodes have the sites of this one at once."""
        if self._links or self._dials:
            with suppress(DomainError):
                await asyncio.shield(self.lanes.write(functools.partial(release_peers, self._name)))

    def notice(self, text: str) -> None:
        """What another process asks of the links of a project, or of one of them."""
        wish = json.loads(text)
        project_id = UUID(wish["project"]) if "project" in wish else None
        news = [News(wish["news"])] if "news" in wish else []
        for link in self._links_of(project_id):
            link.wake(*news)
        if wish.get("close") or wish.get("dial"):
            self._due.set()
        if wish.get("dial"):
            for dial in self._dials.values():
                if dial.project_id == project_id:
                    dial.end_pause()

    def _happened(self, project_id: UUID, event: str) -> None:
        """Something was recorded in a project with links."""
        for link in self._links_of(project_id):
            link.wake(News.EVENTS)
        if event.startswith(_OF_SITES):
            self._due.set()

    def _links_of(self, project_id: UUID | None) -> list[SiteLink]:
        """The links of a project; all of them for None."""
        return [each for each in self._links.values() if project_id in {None, each.project_id}]

    async def hold(self, link: SiteLink) -> LinkClosed:
        """Have a link, where it is the one to keep, until it ends; answers why."""
        async with self._deciding:
            is_kept = await self._replaces(link)
        if not is_kept:
            link.close(LinkClose.LINKED_ALREADY)
        try:
            return await link.run()
        finally:
            await self._let_go(link)

    async def _replaces(self, link: SiteLink) -> bool:
        """Whether it is the link to keep, which it is from now on: both sites have to come to the same."""
        comes_first = link.by_us == (own_signer().key < link.peer_key)
        before = self._links.get(link.peer.id)
        if before is not None and not comes_first and before.by_us != link.by_us:
            return False
        connecting = functools.partial(connect_peer, link.peer, node=self._name, comes_first=comes_first)
        if not await self.lanes.write(connecting):
            return False
        if before is not None:
            before.close(LinkClose.LINKED_ALREADY)
        self._links[link.peer.id] = link
        # Its project has to be followed.
        self._due.set()
        return True

    async def _let_go(self, link: SiteLink) -> None:
        """It has ended: so does its mark, unless another one took its place."""
        if self._links.get(link.peer.id) is not link:
            return
        del self._links[link.peer.id]
        # In turn with the next link: else that this one has ended could be written after that the next has begun.
        async with self._deciding:
            if self._is_ending or link.peer.id in self._links:
                return
            with suppress(DomainError):
                await self.lanes.write(functools.partial(disconnect_peer, link.peer, node=self._name))

    async def _follow(self) -> None:
        """Learn from now on of what is new; while Redis is away, links look by themselves."""
        with suppress(LayerUnreachableError):
            if not self._is_following:
                subscriber = await self._node.hub.follow(TOPIC, FrameQueue(overflowed=_nothing))
                subscriber.start(0)
                self._is_following = True
            await self._events.follow({link.project_id for link in self._links.values()})

    def _pause(self) -> float:
        """Seconds until the next round, unless something makes it due."""
        if not self._node.hub.is_connected:
            return ROUND_WITHOUT_REDIS
        return min([ROUND, *(dial.due_in() for peer_id, dial in self._dials.items() if peer_id not in self._links)])

    async def _round(self) -> None:
        linked = dict(self._links)
        heard = [peer_id for peer_id, link in linked.items() if link.has_heard()]
        claimed = await self.lanes.upkeep(functools.partial(claim_peers, self._name, tuple(linked), heard))
        mine = {each.id: each for each in claimed}
        # A link that a site has begun meanwhile is none of these, although it had none when they were claimed.
        lost = {peer_id: link for peer_id, link in linked.items() if peer_id not in mine}
        if lost:
            await self._end_lost(lost)
        self._dial(mine)
        self._look_without_redis()

    def _look_without_redis(self) -> None:
        """Have links look while nothing new is announced to them, and once more when Redis is back."""
        now, is_away = self._node.now(), not self._node.hub.is_connected
        is_back = self._was_away and not is_away
        if is_back or (is_away and now - self._looked_at >= LOOK_WITHOUT_REDIS):
            self._looked_at = now
            for link in self._links.values():
                link.wake()
        self._was_away = is_away

    async def _end_lost(self, lost: Mapping[UUID, SiteLink]) -> None:
        """Another node has these sites now, or they may not have links any more."""
        admitted = await self.lanes.upkeep(functools.partial(are_admitted, list(lost)))
        for peer_id, link in lost.items():
            link.close(LinkClose.LINKED_ALREADY if peer_id in admitted else LinkClose.REFUSED)

    def _dial(self, mine: dict[UUID, ClaimedPeer]) -> None:
        for peer_id in [each for each in self._dials if each not in mine]:
            self._stop_dialling(peer_id)
        for peer_id, peer in mine.items():
            if not peer.address and not getattr(settings, DISCOVERY):
                self._stop_dialling(peer_id)
                continue
            dial = self._dials.get(peer_id)
            if dial is None:
                dial = self._dials[peer_id] = Dial(self.lanes, self.hold, self._due.set)
            if peer_id not in self._links:
                dial.begin(peer)

    def _stop_dialling(self, peer_id: UUID) -> None:
        if (dial := self._dials.pop(peer_id, None)) is not None:
            dial.stop()


_of_nodes: WeakKeyDictionary[Lanes, NodeLinks] = WeakKeyDictionary()


def links_of_node(node: Node) -> NodeLinks:
    """The links of a node."""
    links = _of_nodes.get(node.lanes)
    if links is None:
        links = _of_nodes[node.lanes] = NodeLinks(node)
    return links


async def run_links(node: Node) -> None:
    """Have links on a node, as long as it lives."""
    await links_of_node(node).run()


class LinkSource(StreamSource):
    """Passes on what other processes ask of this node's links (`stages.replication.link.live`)."""

    def notice(self, topic: str, text: str) -> None:
        links = _of_nodes.get(self.lanes)
        if links is not None:
            links.notice(text)


def _nothing() -> None:
    """No frames come for a topic that has none."""
