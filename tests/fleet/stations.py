"""Stations in tests: let in as a person would, with their tokens, their sockets and their chains of reports."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.test import RequestFactory

from accounts.callers import Caller, unknown_caller
from accounts.models import User
from kernel.canonical import canonical
from stages.fleet.models import Station, Team
from stages.fleet.sign_in.services import Begun, begin_device, decide_device, redeem_device
from tests.fleet.world import World
from tests.gateway.client import Client

MACHINE = {"name": "dok-ws-07", "system": "Ubuntu 24.04", "version": "foundry-station 1.2.0"}


def nobody(address: str = "192.0.2.44") -> Caller:
    """The caller of a machine on which nobody is signed in."""
    return unknown_caller(RequestFactory().post("/api/v1/auth/device/", REMOTE_ADDR=address))


def begin(**machine: str) -> Begun:
    return begin_device(caller=nobody(), machine={**MACHINE, **machine})


@dataclass
class SignedIn:
    """A station with its token, and the chain of reports that it has written so far."""

    station: Station
    token: str
    chain: list[dict[str, Any]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return str(self.station.pk)

    def client(self) -> Client:
        return Client("", self.token, path="/ws/stations/")

    def report(self, **body: str) -> dict[str, Any]:
        """Append a report to the chain, as the station sends it."""
        last = self.chain[-1]["hash"] if self.chain else hashlib.sha256(self.id.encode()).hexdigest()
        made = link(len(self.chain) + 1, last, {"kind": "applied", "at": "2026-11-30T10:00:00.000000Z", **body})
        self.chain.append(made)
        return made


def link(seq: int, prev_hash: str, body: Mapping[str, str]) -> dict[str, Any]:
    """One link of a chain of reports."""
    content = bytes.fromhex(prev_hash) + seq.to_bytes(8, "big") + canonical(dict(body)).encode()
    return {"seq": seq, "body": dict(body), "prev_hash": prev_hash, "hash": hashlib.sha256(content).hexdigest()}


def is_named(method: str) -> Callable[[dict[str, Any]], bool]:
    """Whether a frame is this notification."""
    return lambda frame: bool(frame["method"] == method)


def with_admins(world: World) -> World:
    """Owner and editor are admins of Oncology."""
    for name in ("owner", "editor"):
        world.role(name, "admin")
    return world


def sign_in(world: World, person: str = "owner", *, team: Team | None = None, **machine: str) -> SignedIn:
    """Let a station of a person in, whom the world has given a role in the team."""
    begun = begin(**machine)
    caller = world.caller(person, via="browser")
    team_id = (team or world.oncology).id
    assert decide_device(caller=caller, user_code=begun.user_code, approves=True, team_id=team_id) is not None
    redeemed = redeem_device(caller=nobody(), device_code=begun.device_code)
    return SignedIn(redeemed.station, redeemed.access_token)


def owner_of(world: World, person: str = "owner", role: str = "user") -> User:
    """A person who has a role in Oncology."""
    world.role(person, role)
    return world.people[person]
