"""Dialling one site: again and again, with growing pauses, as long as this node has it and it is not linked."""

from __future__ import annotations

import asyncio
import functools
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from audit.services import site_id
from gateway.execution import Lanes
from kernel.errors import DomainError
from kernel.statements import database_now
from stages.replication.admission.addresses import own_address, own_name
from stages.replication.admission.services import take_key_chain
from stages.replication.admission.succession import key_chain
from stages.replication.discovery.nearby import addresses_of
from stages.replication.link.access import linked_peer
from stages.replication.link.calling import Calling, Unreachable, WrongSite, call_site, connected
from stages.replication.link.close_codes import LinkClose, LinkClosed
from stages.replication.link.links import SiteLink
from stages.replication.link.proofs import own_signer
from stages.replication.link.reaching import nearby_host, public_host
from stages.replication.link.services import ClaimedPeer
from stages.replication.link.tls import AddressRefused

logger = logging.getLogger(__name__)

# Seconds.
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 60.0
# A site that refuses does so for longer, and counts who tries.
REFUSED_PAUSE: Final = 60.0

Hold = Callable[[SiteLink], Awaitable[LinkClosed]]


class Dial:
    """One site that this node dials; `hold` has the link once both sites have proved who they are.

    `ended` is called after each try, and after each link.
    """

    def __init__(self, lanes: Lanes, hold: Hold, ended: Callable[[], None]) -> None:
        self._lanes = lanes
        self._hold = hold
        self._ended = ended
        self._failures = 0
        self._next_at = 0.0
        self._is_asked_for = False
        self._logged = ""
        self.project_id: UUID | None = None
        self.task: asyncio.Task[None] | None = None

    def begin(self, peer: ClaimedPeer) -> None:
        """Dial, unless it is being dialled, or it is too early."""
        self.project_id = peer.project_id
        now = asyncio.get_running_loop().time()
        if (self.task is None or self.task.done()) and now >= self._next_at:
            self._is_asked_for = False
            self.task = asyncio.create_task(self._dial(peer), name=f"dial {peer.key[:8]}")

    def due_in(self) -> float:
        """Seconds until it may be dialled again; endless while it is being dialled."""
        if self.task is not None and not self.task.done():
            return float("inf")
        return max(0.0, self._next_at - asyncio.get_running_loop().time())

    def end_pause(self) -> None:
        """Dial at the next round, however long the pause is; after a try that is under way, where that fails."""
        self._next_at = 0.0
        self._is_asked_for = True

    def stop(self) -> None:
        """This node has the site no longer; a link that is open ends by itself."""
        self._next_at = float("inf")

    async def _dial(self, peer: ClaimedPeer) -> None:
        shortest, linked = FIRST_PAUSE, False
        try:
            linked, closed = await self._link(peer)
            if closed.code in {LinkClose.REFUSED, LinkClose.TOO_MANY, LinkClose.TOO_MANY_SOCKETS}:
                shortest = REFUSED_PAUSE
            self._log(peer, "" if linked else f"it closes with {closed.code} {closed.reason}")
        except (Unreachable, WrongSite, AddressRefused) as error:
            self._log(peer, str(error))
        except DomainError as error:
            self._log(peer, f"Postgres is away: {error}")
        # Whatever another site answers, the next try comes: all that is known to be raised has its words above.
        except Exception:
            logger.exception("Site %s could not be dialled", peer.name)
        self._failures = 0 if linked else self._failures + 1
        pause = min(LONGEST_PAUSE, shortest * 2 ** min(self._failures, 6))
        if self._is_asked_for and not linked:
            pause = 0.0
        # Two sites that lost each other at once do not meet again and again in the same moment.
        self._next_at = asyncio.get_running_loop().time() + pause * random.uniform(0.5, 1.0)  # noqa: S311
        asyncio.get_running_loop().call_soon(self._ended)

    async def _link(self, peer: ClaimedPeer) -> tuple[bool, LinkClosed]:
        """Whether both were linked, and why that ended."""
        calling = await self._lanes.read(functools.partial(_calling, peer))
        addresses = await self._lanes.read(functools.partial(_addresses, peer))
        if not addresses:
            raise Unreachable(_("it has no address, and was not found in this network"))
        for address in addresses[:-1]:
            with suppress(Unreachable, WrongSite, AddressRefused):
                return await self._link_at(address, peer, calling)
        return await self._link_at(addresses[-1], peer, calling)

    async def _link_at(self, address: str, peer: ClaimedPeer, calling: Calling) -> tuple[bool, LinkClosed]:
        host = await _host_of(address, peer)
        try:
            async with connected(address, peer.project_id, peer.certificate, host=host) as wire:
                called = await call_site(wire, calling, functools.partial(self._accept, peer))
                found = await self._lanes.read(functools.partial(linked_peer, peer.project_id, called.answer.key))
                if found is None:
                    return False, LinkClosed(LinkClose.REFUSED, "it is not admitted here")
                return True, await self._hold(SiteLink(wire, self._lanes, found, by_us=True))
        except LinkClosed as closed:
            return False, closed

    async def _accept(self, peer: ClaimedPeer, key: str, chain: Sequence[Mapping[str, Any]]) -> bool:
        """Whether another key than the known one is that of the same site, which then has it here, too."""
        taking = functools.partial(take_key_chain, project_id=peer.project_id, key=key, chain=chain)
        return bool(await self._lanes.write(taking))

    def _log(self, peer: ClaimedPeer, reason: str) -> None:
        """In the log, once for each reason."""
        if reason and reason != self._logged:
            logger.warning("Site %s is not linked: %s", peer.name or peer.key[:8], reason)
        self._logged = reason


async def _host_of(address: str, peer: ClaimedPeer) -> str | None:
    """The one host to connect to, where nobody here has confirmed the address; None for any to which it leads."""
    if address != peer.address:
        return await nearby_host(address)
    return await public_host(address) if peer.unconfirmed else None


def _addresses(peer: ClaimedPeer) -> list[str]:
    """Where it may be: at its own address, and wherever somebody in this network says that it is."""
    own = [peer.address] if peer.address else []
    return [*own, *(each for each in addresses_of(peer.project_id, peer.key) if each != peer.address)]


def _calling(peer: ClaimedPeer) -> Calling:
    return Calling(
        project=peer.project_id,
        to=peer.key,
        signer=own_signer(),
        site=site_id(),
        name=own_name(),
        address=own_address(),
        now=int(database_now().timestamp() * 1000),
        succession=key_chain(peer.project_id),
    )
