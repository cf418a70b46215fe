"""The stations of one node: who is connected here, and what is done for all of them at once.

Editions reach their sockets through the node's hub. What can be lost on the way shows in the heads, which every station
gets each half minute; with them the desk notes who is still there, and finds assignments that somebody has missed.
Placements wait a quarter of a second, and are written in one statement for all stations.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final, Protocol
from uuid import UUID
from weakref import WeakKeyDictionary, proxy

from audit.keys.text import rfc3339
from gateway.execution import Lanes
from gateway.node import Node
from kernel.errors import DomainError
from realtime.frames import notification_frame
from stages.fleet.following.changes import announce
from stages.fleet.stations.metrics import PLACEMENTS, STATIONS
from stages.fleet.stations.presence import Round, read_round
from stages.fleet.stations.reading import heads_body, keys_body, read_heads
from stages.fleet.stations.services.placements import NewPlacement, put_placements

logger = logging.getLogger(__name__)

# Seconds.
HEAD_INTERVAL: Final = 30.0
WRITE_INTERVAL: Final = 0.25
# Thousands of stations may come back at once: what is the same for them is remembered for so long.
MEMORY_LIFETIME: Final = 5.0
# A station that meets the site's next key comes back for it.
KEYS_LIFETIME: Final = 1.0
# Placements that wait on one node; whoever sends more waits for the next statement.
MAX_AT_ONCE: Final = 5_000


class ConnectedStation(Protocol):
    """A station's socket, as the desk knows it."""

    station_id: UUID
    team_id: UUID
    assignment_number: int

    def send_soon(self, text: str) -> None:
        """Send a frame after those that wait, unless the station is too slow."""

    async def reassign(self) -> None:
        """Read its assignment again: it has changed."""


class Desk:
    """The stations of a node; one for each, on its one hub (`desk_of`)."""

    def __init__(self, lanes: Lanes) -> None:
        # Of the node, which the desk does not outlive.
        self._lanes: Lanes = proxy(lanes)
        self._sockets: defaultdict[UUID, set[ConnectedStation]] = defaultdict(set)
        self._placements: list[NewPlacement] = []
        self._written: asyncio.Future[None] | None = None
        self._keys: tuple[float, list[dict[str, Any]]] = (0.0, [])
        self._paths: dict[UUID, tuple[float, tuple[UUID, ...]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, socket: ConnectedStation) -> None:
        """A station is connected."""
        STATIONS.inc()
        self._sockets[socket.station_id].add(socket)

    def discard(self, socket: ConnectedStation) -> None:
        """A station is gone; doing so twice does nothing."""
        sockets = self._sockets.get(socket.station_id, set())
        if socket in sockets:
            STATIONS.dec()
            sockets.discard(socket)
        if not sockets:
            self._sockets.pop(socket.station_id, None)

    def reassign(self, station_id: UUID) -> None:
        """The assignment of a station has changed: its sockets here read it again."""
        for socket in self._sockets.get(station_id, ()):
            self._begin(_logged(socket))

    async def keys(self) -> Sequence[Mapping[str, Any]]:
        """The site's keys as stations get them, a second old at most."""
        read_at, keys = self._keys
        if time.monotonic() - read_at > KEYS_LIFETIME or not keys:
            keys = await self._lanes.read(keys_body)
            self._keys = time.monotonic(), keys
        return keys

    async def teams_up_from(self, team_id: UUID) -> tuple[UUID, ...]:
        """The teams from the root to this one, as they were some seconds ago."""
        read_at, path = self._paths.get(team_id, (0.0, ()))
        if time.monotonic() - read_at > MEMORY_LIFETIME or not path:
            path = tuple((await self._lanes.read(partial(read_heads, [team_id])))[team_id])
            self._paths[team_id] = time.monotonic(), path
        return path

    async def put(self, placements: Iterable[NewPlacement]) -> None:
        """Store placements, together with those of the other stations of this node. Raises `Unavailable`."""
        while len(self._placements) >= MAX_AT_ONCE and self._written is not None:
            await asyncio.shield(self._written)
        self._placements += placements
        if self._written is None:
            self._written = asyncio.get_running_loop().create_future()
            self._begin(self._write_soon())
        await asyncio.shield(self._written)

    async def run(self) -> None:
        """Send the heads, for ever."""
        while True:
            await asyncio.sleep(HEAD_INTERVAL)
            try:
                await self.send_heads()
            except DomainError as error:
                logger.warning("The heads of stations cannot be read: %s", error)
            except Exception:
                logger.exception("The stations of this node could not be looked after")

    async def send_heads(self) -> None:
        """Send every station the numbers of its teams' editions, encoded once for each team."""
        teams = {socket.team_id for sockets in self._sockets.values() for socket in sockets}
        if not teams:
            return
        found = await self._lanes.read(partial(read_round, list(self._sockets), teams))
        frames = _frames(found)
        for station_id, sockets in list(self._sockets.items()):
            for socket in sockets:
                if found.assignments.get(station_id, 0) > socket.assignment_number:
                    self.reassign(station_id)
                elif (frame := frames.get(socket.team_id)) is not None:
                    socket.send_soon(frame)

    def _teams_of(self, station_id: UUID) -> set[UUID]:
        """The team of a station that is connected here."""
        return {socket.team_id for socket in self._sockets.get(station_id, ())}

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="stations")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write_soon(self) -> None:
        await asyncio.sleep(WRITE_INTERVAL)
        placements, self._placements = self._placements, []
        written, self._written = self._written, None
        assert written is not None
        PLACEMENTS.observe(len(placements))
        try:
            changed = await self._lanes.write(partial(put_placements, placements=placements))
        except Exception as error:  # noqa: BLE001 (each of those who wait gets it)
            written.set_exception(error)
            # It is raised where somebody still waits.
            written.exception()
        else:
            written.set_result(None)
            if changed:
                announce({team_id for each in placements for team_id in self._teams_of(each.station_id)})


_desks: WeakKeyDictionary[Lanes, Desk] = WeakKeyDictionary()


def desk_of(node: Node) -> Desk:
    """The desk of a node, made for its first station."""
    desk = _desks.get(node.lanes)
    if desk is None:
        desk = _desks[node.lanes] = Desk(node.lanes)
        node.in_background(desk.run())
    return desk


def desk_of_lanes(lanes: Lanes) -> Desk | None:
    """The desk of a node by its threads; None while no station has come."""
    return _desks.get(lanes)


async def _logged(socket: ConnectedStation) -> None:
    try:
        await socket.reassign()
    except DomainError as error:
        # The next heads show it again.
        logger.warning("Station %s could not be given its assignment: %s", socket.station_id, error)


def _frames(found: Round) -> dict[UUID, str]:
    now = rfc3339(found.now)
    return {
        team_id: notification_frame("head", {"now": now, "heads": heads_body(heads)})
        for team_id, heads in found.heads.items()
    }
