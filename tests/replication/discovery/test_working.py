"""Discovery as it runs on nodes: one of them takes part, and all of them read what it found (case 7)."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.utils import timezone
from django_redis import get_redis_connection
from zeroconf import EventLoopBlocked
from zeroconf.asyncio import AsyncZeroconf

from audit.keys.private import private_key
from audit.keys.text import public_bytes
from gateway.node import Node
from projects.models import Project
from stages.replication.discovery import working
from stages.replication.discovery.adverts import Advert
from stages.replication.discovery.nearby import Nearby, addresses_of, nearby, remember
from stages.replication.discovery.network import Network
from stages.replication.models import Peer
from tests.patience import PATIENCE
from tests.replication.discovery.test_network import LOOPBACK, Site

HERE = "ws://127.0.0.1:8000"
THERE = "ws://127.0.0.1:9000"


@pytest.fixture
def discovery_on(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FOUNDRY_DISCOVERY = True
    settings.FOUNDRY_DISCOVERY_INTERFACES = LOOPBACK
    settings.FOUNDRY_SITES_URL = HERE
    monkeypatch.setattr(working, "INTERVAL", 0.2)
    monkeypatch.setattr(working, "REST", 0.0)
    # Longer than any of these tests waits.
    monkeypatch.setattr(working, "CLAIMED", 600)
    get_redis_connection("default").delete("replication:discovery")


@pytest.fixture
def peer(committed_db: None, project: Project) -> Peer:
    """A site that another one introduced."""
    return Peer.objects.create(project=project, key=bytes.fromhex("2" * 64), name="Lyon")


@asynccontextmanager
async def running() -> AsyncIterator[asyncio.Task[None]]:
    """A node that takes part, as far as it may."""
    node = Node()
    task = asyncio.create_task(working.run(node))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        node.lanes.close()


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await sync_to_async(condition)():  # noqa: ASYNC110 (Redis calls nobody)
            await asyncio.sleep(0.05)


@pytest.mark.asyncio
async def test_two_sites_find_each_other(discovery_on: None, peer: Peer) -> None:
    lyon = Site("2")
    own = Advert(peer.project_id, public_bytes(private_key()).hex(), HERE)
    await lyon.network.start()
    try:
        async with running():
            await lyon.network.advertise([lyon.advert(peer.project_id, THERE)])
            await until(lambda: nearby(peer.project_id) == [Nearby("2" * 64, (THERE,))])
            await lyon.until(lambda: lyon.found(peer.project_id) == {own})
        # The node took its leave of the network.
        await lyon.until(lambda: not lyon.found(peer.project_id))
    finally:
        await lyon.network.stop()


@pytest.mark.asyncio
async def test_one_node_of_a_site_takes_part_and_another_takes_its_place(discovery_on: None, peer: Peer) -> None:
    lyon = Site("3")
    await lyon.network.start()
    try:
        async with running() as first:
            await lyon.until(lambda: bool(lyon.found(peer.project_id)))
            async with running():
                first.cancel()
                # It gave its claim back, which would end by itself only after so many seconds.
                await lyon.until(lambda: not lyon.found(peer.project_id))
                await lyon.until(lambda: bool(lyon.found(peer.project_id)))
    finally:
        await lyon.network.stop()


@pytest.mark.asyncio
async def test_a_network_without_multicast_is_said_once(
    discovery_on: None, peer: Peer, settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.FOUNDRY_DISCOVERY_INTERFACES = ("192.0.2.1",)
    monkeypatch.setattr(working, "PAUSE", 0.05)
    tries: list[None] = []
    start = Network.start

    async def counted(self: Network) -> None:
        tries.append(None)
        await start(self)

    monkeypatch.setattr(Network, "start", counted)
    async with running():
        await until(lambda: len(tries) > 3)
    lines = [each for each in caplog.records if "no multicast" in each.getMessage()]
    assert len(lines) == 1


@pytest.mark.asyncio
async def test_a_network_that_fails_is_left_and_joined_anew(
    discovery_on: None, peer: Peer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(working, "PAUSE", 0.05)
    lyon = Site("5")
    await lyon.network.start()
    register, tries = AsyncZeroconf.async_register_service, list[str]()

    async def failing(self: AsyncZeroconf, info: Any, **options: Any) -> Any:
        tries.append(info.name)
        if len(tries) == 1:
            raise EventLoopBlocked
        return await register(self, info, **options)

    monkeypatch.setattr(AsyncZeroconf, "async_register_service", failing)
    try:
        async with running():
            await lyon.until(lambda: bool(lyon.found(peer.project_id)))
    finally:
        await lyon.network.stop()
    assert "EventLoopBlocked" in caplog.text


@pytest.mark.asyncio
async def test_without_it_nothing_runs() -> None:
    async with running() as task:
        await task


def test_without_it_a_node_does_not_even_load_the_library() -> None:
    """Off by default: no packet."""
    code = "import django, sys; django.setup(); from stages.replication.discovery import working; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "stages.replication.discovery.working" in found.stdout
    assert "zeroconf" not in found.stdout


@pytest.mark.django_db
def test_what_is_forged_is_bounded_and_no_address_that_may_not_be_dialled_is_kept(
    discovery_on: None, project: Project
) -> None:
    def advert(number: int, address: str) -> Advert:
        return Advert(project.id, f"{number:064x}", address)

    remember(project.id, [advert(7, f"wss://forged{n}.example") for n in range(9)])
    assert [len(each.addresses) for each in nearby(project.id)] == [4]
    remember(project.id, [advert(n, "wss://basel.example") for n in range(99)])
    assert len(nearby(project.id)) == 50
    remember(project.id, [advert(7, "ws://192.0.2.1"), advert(7, "http://basel.example")])
    assert nearby(project.id) == []


@pytest.mark.django_db
def test_what_is_found_is_listed_with_what_is_known_of_its_key(
    discovery_on: None, project: Project, viewer: Any, client: Client
) -> None:
    key = "2" * 64
    remember(project.id, [Advert(project.id, key, THERE)])
    assert addresses_of(project.id, key) == (THERE,)
    client.force_login(viewer)
    path = f"/api/v1/projects/{project.id}/sites/nearby/"
    (found,) = client.get(path).json()["results"]
    assert found == {"key": key, "addresses": [THERE], "name": "", "is_admitted": False}
    Peer.objects.create(project=project, key=bytes.fromhex(key), name="Lyon", admitted_at=timezone.now())
    (found,) = client.get(path).json()["results"]
    assert (found["name"], found["is_admitted"]) == ("Lyon", True)


@pytest.mark.django_db
def test_where_it_is_off_nothing_is_near(discovery_on: None, project: Project, settings: Any) -> None:
    remember(project.id, [Advert(project.id, "2" * 64, THERE)])
    settings.FOUNDRY_DISCOVERY = False
    assert nearby(project.id) == []
    assert addresses_of(UUID(int=0), "2" * 64) == ()
