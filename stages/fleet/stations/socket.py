"""The socket of a station: `/ws/stations/`."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from gateway.consumer import SocketConsumer
from gateway.limits import Counted
from gateway.node import Node, current_node
from gateway.registry import Command, SocketAddress
from gateway.socket import Send, Socket
from kernel.errors import Unavailable
from realtime.frames import notification_frame
from realtime.hub import LayerUnreachableError, Subscriber
from stages.fleet.live import BROADCAST, direct_topic, rules_topic
from stages.fleet.stations.commands import STATION_COMMANDS, StationContext
from stages.fleet.stations.decisions import Away, read_decisions
from stages.fleet.stations.desk import desk_of
from stages.fleet.stations.opening import SignedIn, authenticate, sign_in
from stages.fleet.stations.reading import StationNow, heads_body, read_stations, snapshot_of

ADDRESS: Final = r"ws/stations/"

_numbers = itertools.count(1)


class StationSocket(Socket):
    """A connected station. The server, not the station, says to which team it belongs."""

    __slots__ = ("_changing", "_scope", "_seen_until", "_subscribers", "_unstarted", "assignment_number", "desk",
                 "digest", "station_id", "team_id")  # fmt: skip

    def __init__(self, node: Node, send: Send, *, signed_in: SignedIn, scope: Mapping[str, Any]) -> None:
        super().__init__(node, send, caller=signed_in.caller, name=f"station:{next(_numbers)}")
        self._scope = scope
        self.station_id = signed_in.station_id
        self.team_id = signed_in.team_id
        self.digest = signed_in.digest
        self.assignment_number = 0
        self.desk = desk_of(node)
        self._seen_until = signed_in.seen_until
        self._subscribers: dict[str, Subscriber] = {}
        self._unstarted: tuple[str, ...] = ()
        self._changing: asyncio.Lock | None = None

    @property
    def commands(self) -> Mapping[str, Command]:
        return STATION_COMMANDS

    @property
    def context(self) -> StationContext:
        return StationContext(self.caller, self.station_id, self.team_id, self.digest, self.desk)

    @property
    def serialized_by(self) -> UUID:
        return self.station_id

    @property
    def project_ids(self) -> Collection[UUID]:
        return ()

    async def begin(self, after: int | None) -> None:
        """Follow the topics, read everything as of one moment, send it, then what is newer."""
        self.node.add(self)
        self.desk.add(self)
        teams = await self.desk.teams_up_from(self.team_id)
        await self._follow([direct_topic(self.station_id), BROADCAST, *map(rules_topic, teams)])
        keys = await self.desk.keys()
        state = await self._joined()
        away = Away(self.station_id, self._seen_until)
        decided = await self.node.lanes.read_gathered("stations.decided", away, read_decisions)
        await self.send_text(notification_frame("snapshot", snapshot_of(state, keys)))
        for each in decided:
            await self.send_text(notification_frame("decided", each))
        self._start(state)
        self.start_writing()

    async def give_back(self, *, clean: bool) -> None:
        self.desk.discard(self)
        await self._leave(tuple(self._subscribers))

    async def reauthorize(self) -> None:
        self.caller = (await self.node.lanes.upkeep(partial(authenticate, self._scope))).caller

    async def reassign(self) -> None:
        """The assignment has changed: follow the topics of the station's teams, and send it what it says now."""
        if self._changing is None:
            self._changing = asyncio.Lock()
        async with self._changing:
            before = self.assignment_number
            state = await self._joined()
            if self.assignment_number > before:
                self.send_soon(notification_frame("assignment", state.assignment))
                self.send_soon(notification_frame("head", {"heads": heads_body(state.heads)}))
            self._start(state)

    def _note_use(self, command: Command) -> None:
        """Nothing: the desk notes for all stations of a node that they are there."""

    async def _joined(self) -> StationNow:
        """Follow the topics of the teams that the station has now, and no others."""
        while True:
            state: StationNow = await self.node.lanes.read_gathered("stations.now", self.station_id, read_stations)
            wanted = {rules_topic(team_id) for team_id in state.teams}
            others = {topic for topic in self._subscribers if topic.startswith("team.")}
            missing = wanted - others
            await self._follow(missing)
            await self._leave(others - wanted)
            self.team_id, self.assignment_number = state.station.team_id, state.station.assignment_number
            if not missing:
                return state

    def _start(self, state: StationNow) -> None:
        """Let the frames of newly followed topics through, those that are newer than what was read."""
        heads = {rules_topic(team_id): number for team_id, number in state.heads.items()}
        starting, self._unstarted = self._unstarted, ()
        for topic in starting:
            if (subscriber := self._subscribers.get(topic)) is not None:
                subscriber.start(heads.get(topic, 0))

    async def _follow(self, topics: Iterable[str]) -> None:
        for topic in topics:
            try:
                subscriber = await self.node.hub.follow(topic, self.queue, origin=self.origin)
            except LayerUnreachableError:
                raise Unavailable(_("Live updates are unavailable for a moment.")) from None
            # By the topic's own name, which all its stations share.
            self._subscribers[subscriber.topic] = subscriber
            self._unstarted = (*self._unstarted, subscriber.topic)

    async def _leave(self, topics: Iterable[str]) -> None:
        for topic in topics:
            await self.node.hub.leave(self._subscribers.pop(topic))


class StationConsumer(SocketConsumer):
    """`/ws/stations/`."""

    async def open_socket(self, counted: Counted) -> StationSocket:
        node = await current_node()
        signed_in = await sign_in(self.scope, node, counted)
        return StationSocket(node, self.send, signed_in=signed_in, scope=self.scope)


SOCKET: Final = SocketAddress(ADDRESS, StationConsumer)
