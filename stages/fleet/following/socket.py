"""The socket of pages of the fleet: `/ws/fleet/`.

It carries no data: only that something changed in one of the reader's teams, every two seconds at most. Pages then read
themselves again, so that what is shown and who may see it are decided in one place.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

import msgspec
from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.models import User
from gateway.authentication import authenticate
from gateway.consumer import SocketConsumer
from gateway.execution import Lanes
from gateway.limits import Counted
from gateway.node import Node, current_node
from gateway.opening import sign_in
from gateway.registry import Command, Lane, SocketAddress, command
from gateway.socket import Send, Socket
from gateway.streams import StreamSource, TopicType
from kernel.errors import NotFound, Unavailable
from realtime.frames import notification_frame
from realtime.hub import LayerUnreachableError, Subscriber
from stages.fleet.access import fleet_access
from stages.fleet.following.changes import CHANGED, TOPIC, teams_in

ADDRESS: Final = r"ws/fleet/"
# Seconds between two frames of one socket.
PACE: Final = 2.0

_numbers = itertools.count(1)
_followers: WeakKeyDictionary[Lanes, set[FleetSocket]] = WeakKeyDictionary()


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """No parameters."""


@command("ping", Lane.INLINE, only_reads=True)
def ping(socket: Any, params: Nothing) -> dict[str, Any]:
    """Keep the socket open."""
    return {}


FLEET_COMMANDS: Final[dict[str, Command]] = {ping.name: ping}


class FleetSocket(Socket):
    """Somebody who looks at the fleet."""

    __slots__ = ("_authenticate", "_later", "_subscriber", "_teams")

    def __init__(self, node: Node, send: Send, *, caller: Caller, authenticate: Callable[[], Caller]) -> None:
        super().__init__(node, send, caller=caller, name=f"fleet:{next(_numbers)}")
        self._authenticate = authenticate
        self._teams: frozenset[UUID] = frozenset()
        self._subscriber: Subscriber | None = None
        self._later: asyncio.TimerHandle | None = None

    @property
    def commands(self) -> Mapping[str, Command]:
        return FLEET_COMMANDS

    @property
    def context(self) -> FleetSocket:
        return self

    @property
    def serialized_by(self) -> UUID:
        return self.user_id

    @property
    def project_ids(self) -> Collection[UUID]:
        return ()

    async def begin(self, after: int | None) -> None:
        """Follow from now on, and say so. Raises `NotFound` for whoever is in no team."""
        self._teams = await self.node.lanes.read(functools.partial(_teams_of, self.caller.user))
        self.node.add(self)
        try:
            self._subscriber = await self.node.hub.follow(TOPIC, self.queue, origin=self.origin)
        except LayerUnreachableError:
            raise Unavailable(_("Live updates are unavailable for a moment.")) from None
        _followers.setdefault(self.node.lanes, set()).add(self)
        self._subscriber.start(0)
        await self.send_text(notification_frame("fleet.following", {}))
        self.start_writing()

    async def give_back(self, *, clean: bool) -> None:
        _followers.get(self.node.lanes, set()).discard(self)
        if self._later is not None:
            self._later.cancel()
        if self._subscriber is not None:
            await self.node.hub.leave(self._subscriber)

    async def reauthorize(self) -> None:
        self.caller = await self.node.lanes.upkeep(self._authenticate)
        self._teams = await self.node.lanes.upkeep(functools.partial(_teams_of, self.caller.user))

    def changed(self, teams: frozenset[UUID]) -> None:
        """Something changed in some teams: say it soon, once for all that happens until then."""
        if self._later is None and self._teams & teams:
            loop = asyncio.get_running_loop()
            self._later = loop.call_later(PACE / 2, self._say)

    def _say(self) -> None:
        self._later = None
        self.send_soon(notification_frame(CHANGED, {"teams": []}))


class ChangesSource(StreamSource):
    """Passes the notices of the topic on to the sockets of the node."""

    def notice(self, topic: str, text: str) -> None:
        teams = teams_in(text)
        for socket in tuple(_followers.get(self.lanes, ())):
            socket.changed(teams)


class FleetConsumer(SocketConsumer):
    """`/ws/fleet/`."""

    async def open_socket(self, counted: Counted) -> FleetSocket:
        node = await current_node()
        caller = await sign_in(self.scope, node, counted)
        return FleetSocket(node, self.send, caller=caller, authenticate=functools.partial(authenticate, self.scope))


def _teams_of(user: User) -> frozenset[UUID]:
    """The teams of which somebody sees directives or stations. Raises `NotFound` for whoever sees none."""
    teams = frozenset(fleet_access(user).seen)
    if not teams:
        raise NotFound(_("You are not in a team."))
    return teams


def _nobody_follows(caller: Caller, topic: str) -> None:
    """Other sockets cannot follow the topic: it is for nodes."""
    raise NotFound(_("Topic not found."), topic=topic)


SOCKET: Final = SocketAddress(ADDRESS, FleetConsumer)
TOPIC_TYPE: Final = TopicType(authorize=_nobody_follows, source=ChangesSource)
