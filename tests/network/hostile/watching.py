"""What an attack must leave as it was: memory, connections, threads, rows, and a log without errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from psycopg import sql

from tests.network.site import Site
from tests.patience import until

MAX_GROWTH: Final = 128 * 1024 * 1024
# Descriptors and threads that an idle node may have more of at one time than at another.
SLACK: Final = 12
# Where rows may be added: what is held, with its reason, who was introduced and certified, who was notified, and what
# honest people write meanwhile.
GROWING: Final = ("audit_", "notifications_", "registers_", "replication_heldbundle", "replication_peer")
DECLINED: Final = ("replication_invitation", "gateway_", "procrastinate_", "django_session")


@contextmanager
def watched(site: Site) -> Iterator[None]:
    """Whatever happens meanwhile, the node of the site is afterwards as it was."""
    process = site.node.process
    said, rows = len(site.output), _rows(site)
    memory, files, threads = process.memory_info().rss, process.num_fds(), process.num_threads()
    yield
    until(lambda: process.num_fds() <= files + SLACK, "connections are gone")
    assert process.num_threads() <= threads + SLACK
    assert process.memory_info().rss <= memory + MAX_GROWTH
    output = site.output[said:]
    assert "Traceback" not in output, output
    assert " ERROR " not in output, output
    grown = {name for name, count in _rows(site).items() if count != rows[name]}
    assert all(name.startswith(GROWING + DECLINED) for name in grown), grown


def _rows(site: Site) -> dict[str, int]:
    """How many rows each table has."""
    names = site.rows("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    counts = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {}, count(*) FROM {}").format(sql.Literal(name), sql.Identifier(name)) for (name,) in names
    )
    return dict(site.rows(counts))
