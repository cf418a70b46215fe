"""Two sites in one network: real packets, on the loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest

from stages.replication.discovery.adverts import Advert
from stages.replication.discovery.network import Network
from tests.patience import PATIENCE

LOOPBACK = ("127.0.0.1",)


class Site:
    """A site that takes part in the network."""

    def __init__(self, digit: str, interfaces: tuple[str, ...] = LOOPBACK) -> None:
        self.key = digit * 64
        self._seen = asyncio.Event()
        self.network = Network(interfaces, self._seen.set)

    def advert(self, project_id: UUID, address: str = "ws://127.0.0.1:8000") -> Advert:
        return Advert(project_id, self.key, address)

    def found(self, project_id: UUID) -> set[Advert]:
        return {each for each in self.network.found() if each.project_id == project_id}

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._seen.clear()
                await self._seen.wait()


@asynccontextmanager
async def two_sites() -> AsyncIterator[tuple[Site, Site]]:
    one, other = Site("1"), Site("2")
    await one.network.start()
    await other.network.start()
    try:
        yield one, other
    finally:
        await one.network.stop()
        await other.network.stop()


@pytest.mark.asyncio
async def test_each_finds_the_other_and_not_itself() -> None:
    project_id = uuid4()
    async with two_sites() as (one, other):
        await asyncio.gather(
            one.network.advertise([one.advert(project_id)]), other.network.advertise([other.advert(project_id)])
        )
        await one.until(lambda: one.found(project_id) == {other.advert(project_id)})
        await other.until(lambda: other.found(project_id) == {one.advert(project_id)})


@pytest.mark.asyncio
async def test_what_is_advertised_no_more_is_gone() -> None:
    first, second = uuid4(), uuid4()
    async with two_sites() as (one, other):
        await one.network.advertise([one.advert(first), one.advert(second)])
        await other.until(lambda: bool(other.found(first) and other.found(second)))
        await one.network.advertise([one.advert(second)])
        await other.until(lambda: not other.found(first))
        assert other.found(second)


@pytest.mark.asyncio
async def test_somebody_else_may_use_the_same_name() -> None:
    """A forged advert with a site's key: both are found, and only a proof says which of them is the site."""
    project_id = uuid4()
    looking = Site("3")
    await looking.network.start()
    try:
        async with two_sites() as (one, other):
            other.key = one.key
            forged = other.advert(project_id, "ws://127.0.0.1:9000")
            await one.network.advertise([one.advert(project_id)])
            await other.network.advertise([forged])
            await looking.until(lambda: looking.found(project_id) == {one.advert(project_id), forged})
    finally:
        await looking.network.stop()


@pytest.mark.asyncio
async def test_a_network_without_multicast_is_an_error_of_the_system() -> None:
    # Of a documentation network: no machine has this address.
    with pytest.raises(OSError):  # noqa: PT011 (the system's own words)
        await Site("4", ("192.0.2.1",)).network.start()
