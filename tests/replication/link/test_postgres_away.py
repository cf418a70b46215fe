"""While Postgres is away at a site, links there end with 1013, and come again by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from stages.replication.link.proofs import own_signer
from tests import databases
from tests.network.conftest import network  # noqa: F401 (a fixture)
from tests.network.network import TestNetwork, until
from tests.network.site import Site
from tests.replication.link.sites import Stranger
from tests.replication.link.test_two_sites import begin, titles


@contextmanager
def without_postgres(site: Site) -> Iterator[None]:
    """Let a site's server lose its connections, and get no others."""
    name = sql.Identifier(site.database)
    with psycopg.connect(databases.address("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [site.database])
        try:
            yield
        finally:
            connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


def test_links_end_and_come_again(network: TestNetwork) -> None:  # noqa: F811
    home, other = begin(network, 2)
    linked = "SELECT 1 FROM replication_peer WHERE connected_at IS NOT NULL"
    until(lambda: other.rows(linked), "they are linked")
    with home.opened():
        stranger = Stranger(f"ws://127.0.0.1:{home.node.port}", own_signer().key)

    async def call() -> int:
        async with stranger.talking(network.project) as talk:
            await talk.say("hello", stranger.hello(network.project))
            return await talk.closed()

    with without_postgres(home):
        assert asyncio.run(call()) == 1013
        other.owner.create(network.project, "requirements", title="Meanwhile")
        until(lambda: not other.rows(linked), "the link has ended")
    network.wait_for_sync()
    assert titles(network, home) == ["Meanwhile"]
