"""Stations for the figures of the fleet, let in through the services, and their sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.sockets import Listener, listen
from bench.world import BenchUser, person

if TYPE_CHECKING:
    from accounts.callers import Caller
    from accounts.models import User
    from stages.fleet.models import Station, Team

PATH = "/ws/stations/"
# Seconds; thousands come at once.
PATIENCE = 120


@dataclass(frozen=True, slots=True)
class BenchStation:
    """A station with its token."""

    station: Station
    token: str


@dataclass(frozen=True, slots=True)
class BenchFleet:
    """A team with its stations, all of one person."""

    owner: BenchUser
    team: Team
    stations: Sequence[BenchStation]

    @property
    def tokens(self) -> list[str]:
        return [each.token for each in self.stations]


def fleet(count: int) -> BenchFleet:
    """Make a team with so many stations."""
    from accounts.callers import foundry_caller
    from accounts.services import create_account
    from stages.fleet.models import Team
    from stages.fleet.services import create_team, set_team_member

    owner = person("fleet")
    boss = create_account(
        caller=foundry_caller("command"), username=f"boss-{owner.user.username}", is_administrator=True
    )
    caller = _proven(boss)
    root = Team.objects.get(parent=None)
    team = create_team(caller=caller, parent_id=root.id, name=owner.user.username)
    set_team_member(caller=caller, team_id=team.id, user_id=owner.user.id, role="admin")
    return BenchFleet(owner, team, [_station(owner, team, number) for number in range(count)])


def _station(owner: BenchUser, team: Team, number: int) -> BenchStation:
    from stages.fleet.stations.services.enrolling import make_station

    station, token = make_station(caller=_proven(owner.user), team_id=team.id, name=f"bench-{number}")
    return BenchStation(station, token)


def _proven(user: User) -> Caller:
    from django.utils import timezone

    from accounts.callers import Caller

    return Caller(user=user, via="api", credential="command", proven_at=timezone.now())


async def open_all(
    port: int,
    path: str,
    tokens: Sequence[str | None],
    heard: Callable[[bytes, float], None],
    *,
    at_once: int = 20,
    mark: bytes | None = None,
) -> list[Listener]:
    """Open a socket for each token, so many at once, and wait for the first frame of each."""
    listeners: list[Listener] = []
    for first in range(0, len(tokens), at_once):
        batch = tokens[first : first + at_once]
        opening = (listen(port, path, heard, token=token, patience=PATIENCE, mark=mark) for token in batch)
        listeners += await asyncio.gather(*opening)
    return listeners
