"""A master and two workers, as processes: what is changed through the master reaches the stations of both workers."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from accounts.services import create_token
from foundry_site.launcher.nodes import NodeProcess, running
from stages.fleet.models import Station, Team
from stages.fleet.stations.services.moving import revoke_station
from tests.fleet.stations import SignedIn, sign_in
from tests.fleet.world import World
from tests.patience import PATIENCE

EDITIONS = {"edition", "rule_created"}


@pytest.fixture
def workers(
    committed_world: World, process_environment: dict[str, str], tmp_path: Path
) -> Iterator[tuple[NodeProcess, NodeProcess]]:
    first, second = (
        NodeProcess({**process_environment, "FOUNDRY_ROLE": "worker"}, tmp_path / f"{number}.log") for number in (1, 2)
    )
    with running(first, second):
        yield first, second


@pytest.fixture
def master(committed_world: World, process_environment: dict[str, str], tmp_path: Path) -> Iterator[NodeProcess]:
    node = NodeProcess({**process_environment, "FOUNDRY_ROLE": "master"}, tmp_path / "master.log")
    with running(node):
        yield node


class Through:
    """REST requests of people to one node."""

    def __init__(self, world: World, node: NodeProcess) -> None:
        self.world, self.node = world, node

    def post(self, person: str, path: str, body: Any) -> Any:
        token = create_token(caller=self.world.caller(person), name="test")[1]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        request = urllib.request.Request(
            f"{self.node.url}/api/v1/{path}", json.dumps(body).encode(), headers, method="POST"
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read())

    def issue(self, team: Team, *deciders: str) -> str:
        """Issue a directive; its id."""
        facts = {"release_id": str(self.world.release.pk), "field": "prompt_text", "title": "Protocol assistant"}
        asked = self.post("owner", "rules", {"team_id": str(team.pk), **facts})["request"]
        decided = None
        for person in deciders:
            decided = self.post(
                person, f"fleet/requests/{asked['id']}/decide/", {"approves": True, "digest": asked["digest"]}
            )
        assert decided is not None
        return str(decided["directive_id"])


class Listener:
    """The socket of a station, with the editions that it was told of."""

    def __init__(self, station: SignedIn, node: NodeProcess) -> None:
        self.station = station
        headers = {"Authorization": f"Bearer {station.token}"}
        address = f"ws://127.0.0.1:{node.port}/ws/stations/"
        self.socket: ClientConnection = connect(address, additional_headers=headers, max_size=None)
        self.snapshot = self.frame()

    def frame(self, timeout: float = PATIENCE) -> Any:
        return json.loads(self.socket.recv(timeout))

    def edition(self) -> Any:
        while (frame := self.frame())["method"] not in EDITIONS:
            pass
        return frame["params"]

    def closed(self) -> int | None:
        """Wait for the server to close; its code."""
        while True:
            try:
                self.frame()
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else None

    def is_silent(self) -> bool:
        try:
            self.frame(0.5)
        except TimeoutError:
            return True
        return False


def test_an_edition_reaches_all_stations_below_on_every_worker(
    committed_world: World, workers: tuple[NodeProcess, NodeProcess], master: NodeProcess
) -> None:
    """Case 35: changed through the master, by REST."""
    world, through = committed_world, Through(committed_world, master)
    world.role("owner", "super_admin", world.root)
    world.role("editor", "super_admin", world.root)
    world.role("reviewer", "super_admin", world.root)
    world.grant(world.root)
    leaf = world.team("Study")
    with ExitStack() as opened:
        listeners = [
            Listener(sign_in(world, team=team), node) for team in (world.root, world.oncology, leaf) for node in workers
        ]
        for each in listeners:
            opened.callback(each.socket.close)
        # The root's quorum is two.
        directive_id = through.issue(world.root, "editor", "reviewer")
        for each in listeners:
            told = each.edition()
            assert (told["team"], directive_id in told["text"]) == (str(world.root.id), True)
        through.issue(leaf, "editor")
        for each in listeners[4:]:
            assert each.edition()["team"] == str(leaf.id)
        assert all(each.is_silent() for each in listeners[:4])


def test_a_revoked_station_is_closed_on_every_worker(
    committed_world: World, workers: tuple[NodeProcess, NodeProcess]
) -> None:
    committed_world.role("owner", "user")
    station = sign_in(committed_world)
    listeners = [Listener(station, node) for node in workers]
    revoke_station(caller=committed_world.caller("owner"), station_id=station.station.pk, reason="Lost")
    began = time.monotonic()
    for each in listeners:
        assert each.closed() == 4403
    assert time.monotonic() - began < PATIENCE


def test_what_a_killed_worker_had_goes_on_with_the_other(
    committed_world: World, workers: tuple[NodeProcess, NodeProcess]
) -> None:
    world = committed_world
    world.role("owner", "user")
    station = sign_in(world)
    first, second = workers
    listener = Listener(station, first)
    send = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "reports.put", "params": {"reports": [station.report()]}})
    listener.socket.send(send)
    while "result" not in (frame := listener.frame()):
        pass
    first.kill()
    again = Listener(station, second)
    assert again.snapshot["params"]["acknowledged"] == frame["result"]["acknowledged"]
    again.socket.close()
    assert Station.objects.get(pk=station.station.pk).head_seq == 1
