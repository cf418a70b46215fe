"""Discovery as it runs on the nodes of a site: one of them holds a claim, advertises, and keeps what it finds."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final
from uuid import UUID, uuid4

import redis
from django.conf import settings
from django_redis import get_redis_connection

from audit.keys.private import private_key
from audit.keys.text import public_bytes
from gateway.node import Node
from kernel.errors import DomainError
from stages.replication.discovery.adverts import Advert
from stages.replication.discovery.nearby import Nearby, remember
from stages.replication.environment import DISCOVERY, INTERFACES, URL
from stages.replication.link.live import wake
from stages.replication.models import Peer

logger = logging.getLogger(__name__)

# Seconds: how often the claim is renewed, and after which another node may take it.
INTERVAL: Final = 5.0
CLAIMED: Final = 15
# Seconds between two looks at least, however often somebody advertises something else.
REST: Final = 1.0
# Seconds until a network without multicast is tried again.
PAUSE: Final = 60.0

_CLAIM: Final = "replication:discovery"
# Renewed only by who holds it.
_RENEW: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2]) and 1 or 0
"""
# Given back only by who holds it.
_GIVE_BACK: Final = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0"


async def run(node: Node) -> None:
    """Take part in the network while this node holds the claim, as long as the node lives."""
    if getattr(settings, DISCOVERY):
        await _Discovery(node).run()


class _Discovery:
    def __init__(self, node: Node) -> None:
        self._node = node
        self._claimant = uuid4().hex
        self._changed = asyncio.Event()
        self._network: Any = None
        self._was_refused = False
        self._was_too_long = False
        self._known: dict[UUID, list[Nearby]] = {}

    async def run(self) -> None:
        try:
            while True:
                pause = await self._step()
                await asyncio.sleep(REST)
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._changed.wait()
                self._changed.clear()
        finally:
            await self._leave()
            # Another node may take part at once.
            with suppress(DomainError, redis.RedisError):
                await self._node.lanes.upkeep(self._give_back)

    async def _step(self) -> float:
        """One look around; answers how long to wait for the next one."""
        try:
            if not await self._node.lanes.upkeep(self._claim):
                await self._leave()
                return INTERVAL
            adverts = await self._node.lanes.upkeep(self._own_adverts)
            if self._network is None and not await self._join():
                return PAUSE
            await self._network.advertise([advert for advert in adverts if self._is_reachable(advert)])
            found = list(self._network.found())
            await self._node.lanes.upkeep(functools.partial(self._keep, [each.project_id for each in adverts], found))
        except (DomainError, redis.RedisError) as error:
            logger.warning("Sites nearby are not looked for, as Postgres or Redis is away: %s", error)
        except OSError as error:
            logger.warning("Sites nearby are not looked for until the network is joined anew: %s", error)
            await self._leave()
            return PAUSE
        return INTERVAL

    async def _join(self) -> bool:
        # Loaded here: a node without discovery needs none of it.
        from stages.replication.discovery.network import Network

        network = Network(getattr(settings, INTERFACES), self._changed.set)
        try:
            await network.start()
        except OSError as error:
            if not self._was_refused:
                logger.warning("FOUNDRY_DISCOVERY is on, but this network has no multicast: %s", error)
            self._was_refused = True
            return False
        self._network, self._was_refused = network, False
        return True

    async def _leave(self) -> None:
        network, self._network = self._network, None
        if network is not None:
            with suppress(OSError):
                await network.stop()

    def _is_reachable(self, advert: Advert) -> bool:
        """Whether others could dial: a site without an address only looks."""
        if advert.address and not advert.fits and not self._was_too_long:
            self._was_too_long = True
            logger.warning("FOUNDRY_SITES_URL is too long to be advertised, which takes 247 bytes")
        return bool(advert.address) and advert.fits

    def _claim(self) -> bool:
        connection = get_redis_connection("default")
        return bool(connection.eval(_RENEW, 1, _CLAIM, self._claimant, CLAIMED))

    def _give_back(self) -> None:
        get_redis_connection("default").eval(_GIVE_BACK, 1, _CLAIM, self._claimant)

    def _own_adverts(self) -> list[Advert]:
        """One for each project that has other sites."""
        key, address = public_bytes(private_key()).hex(), getattr(settings, URL)
        projects = Peer.objects.filter(revoked_at=None).order_by("project").values_list("project", flat=True).distinct()
        return [Advert(project_id, key, address) for project_id in projects]

    def _keep(self, project_ids: Iterable[UUID], found: list[Advert]) -> None:
        """Write down what was found for this site's projects; links are woken where it is new."""
        for project_id in project_ids:
            sites = remember(project_id, (advert for advert in found if advert.project_id == project_id))
            if sites != self._known.get(project_id, []):
                self._known[project_id] = sites
                wake(project_id)
