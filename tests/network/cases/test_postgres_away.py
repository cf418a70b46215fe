"""While Postgres is away at a site, links there end with 1013, and come again by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from stages.replication.link.proofs import own_signer
from tests import databases
from tests.network.conftest import Trio
from tests.network.site import Site
from tests.patience import until
from tests.replication.link.sites import Stranger


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


def test_links_end_and_come_again(apart: Trio) -> None:
    network, home, other = apart.network, apart.a, apart.b
    network.share(home, other)
    home.owner.create_table(network.project, "requirements", columns=[{"name": "title"}])
    network.wait_for_sync()
    until(lambda: network.is_linked(other, home), "they are linked")
    with home.opened():
        stranger = Stranger(f"ws://127.0.0.1:{home.node.port}", own_signer().key)

    async def call() -> int:
        async with stranger.talking(network.project) as talk:
            await talk.say("hello", stranger.hello(network.project))
            return await talk.closed()

    with without_postgres(home):
        assert asyncio.run(call()) == 1013
        other.owner.create(network.project, "requirements", title="Meanwhile")
        until(lambda: not network.is_linked(other, home), "the link has ended")
    network.wait_for_sync()
    assert home.owner.titles(network.project) == ["Meanwhile"]
